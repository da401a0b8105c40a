"""What the program is measured against: the same work on the same numbers by JAX, NumPy, mpmath and FLINT.

Every peer is a function without arguments that does its work once and returns the number that the program's must equal. Numbers, sizes, learning
rate and decay are those of work.rs.
"""

import json
from fractions import Fraction

import flint
import jax
import jax.numpy as jnp
import mpmath
import numpy as np

jax.config.update("jax_enable_x64", True)

INPUTS, TARGETS, STRIDE = 100_000, 200_000, 37
RATE, DECAY = Fraction(1, 128), Fraction(1, 1024)
MODELS, STEPS = 1000, 10


def number(k):
    return Fraction((7919 * k + 13) % 1009 - 504, 1024)


def numbers(start, count):
    return [number(k) for k in range(start, start + count)]


def parameter_count(widths):
    return sum((before + 1) * after for before, after in zip(widths, widths[1:]))


def shapes(widths):
    """Matrices row-major, then the biases, layer by layer."""
    place = 0
    for before, after in zip(widths, widths[1:]):
        yield place, place + before * after, place + before * after + after, (after, before)
        place += (before + 1) * after


# ---------------------------------------------------------------------------------------------------------------- JAX


class Jax:
    """E|g|^2 by the norm trick: |g|^2 is the sum over layers of |d|^2 (|a|^2 + 1), without a gradient's entries."""

    def __init__(self, widths, samples, tanh=False):
        self.widths, self.tanh = widths, tanh
        floats = lambda start, count: jnp.array([float(x) for x in numbers(start, count)])
        self.x = floats(INPUTS, samples * widths[0]).reshape(samples, widths[0])
        self.y = floats(TARGETS, samples * widths[-1]).reshape(samples, widths[-1])
        self.theta = floats(0, parameter_count(widths))

    def layers(self, theta):
        return [(theta[a:b].reshape(shape), theta[b:c]) for a, b, c, shape in shapes(self.widths)]

    def loss(self, theta):
        a, layers = self.x, self.layers(theta)
        for number, (w, b) in enumerate(layers):
            a = a @ w.T + b
            if number + 1 < len(layers):
                a = jnp.tanh(a) if self.tanh else jnp.maximum(a, 0)
        return jnp.mean(jnp.sum((a - self.y) ** 2, axis=1))

    def square(self, theta):
        layers = self.layers(theta)
        given, slopes, a = [], [], self.x
        for number, (w, b) in enumerate(layers):
            given.append(a)
            h = a @ w.T + b
            if number + 1 < len(layers):
                a = jnp.tanh(h) if self.tanh else jnp.maximum(h, 0)
                slopes.append(1 - a * a if self.tanh else (h > 0).astype(h.dtype))
            else:
                a = h
        d, total = 2 * (a - self.y), 0.0
        for number in reversed(range(len(layers))):
            total += jnp.sum(d * d, axis=1) * (jnp.sum(given[number] ** 2, axis=1) + 1)
            if number > 0:
                d = (d @ layers[number][0]) * slopes[number - 1]
        return jnp.mean(total)

    def objective(self, theta):
        return self.loss(theta) + float(DECAY) * jnp.sum(theta**2) + float(RATE) / 4 * self.square(theta)

    def models(self):
        rows = [[float(number(STRIDE * m + k)) for k in range(len(self.theta))] for m in range(MODELS)]
        return jnp.array(rows)


def jitted(function, argument):
    compiled = jax.jit(function)
    return lambda: float(compiled(argument).block_until_ready())


def jax_square():
    work = Jax([64, 64, 64, 10], 256)
    return jitted(work.square, work.theta)


def jax_gradient():
    work = Jax([64, 64, 64, 10], 256)
    return jitted(lambda theta: jnp.sum(jax.grad(work.objective)(theta)), work.theta)


def jax_gradient_of_a_thousand():
    work = Jax([4, 8, 4], 16)
    return jitted(lambda models: jnp.sum(jax.vmap(jax.grad(work.objective))(models)), work.models())


def jax_step_of_a_thousand():
    work = Jax([4, 8, 4], 16)
    rate, decay = float(RATE), float(DECAY)

    def step(theta, _):
        return theta - rate * (jax.grad(work.loss)(theta) + 2 * decay * theta), None

    def run(theta):
        return jax.lax.scan(step, theta, None, length=STEPS)[0]

    return jitted(lambda models: jnp.sum(jax.vmap(run)(models)), work.models())


def jax_hessian():
    work = Jax([4, 8, 4], 16)
    return jitted(lambda theta: jnp.sum(jax.hessian(work.objective)(theta)), work.theta)


# -------------------------------------------------------------------------------- grad F by lists, in any Python number


def lists(widths, theta, samples, tanh, rate, decay, zero):
    """grad F = E[g + eta/2 H g] + 2 gamma theta, a sweep forward and one back for g and two more for H g, by lists."""
    layers = [
        ([theta[a + r * i : a + (r + 1) * i] for r in range(o)], theta[b:c])
        for a, b, c, (o, i) in shapes(widths)
    ]
    depth = len(layers)
    dot = lambda u, v: sum((x * y for x, y in zip(u, v)), zero)
    columns = [list(zip(*w)) for w, _ in layers]
    total = [zero] * len(theta)
    for x, y in samples:
        given, slopes, a = [], [], x
        for number, (w, b) in enumerate(layers):
            given.append(a)
            a = [dot(row, a) + bias for row, bias in zip(w, b)]
            if number + 1 < depth:
                if tanh:
                    a = [tanh(h) for h in a]
                    slopes.append([1 - value * value for value in a])
                else:
                    slopes.append([zero + 1 if h > 0 else zero for h in a])
                    a = [h if h > 0 else zero for h in a]
        deltas, back = [None] * depth, [None] * depth
        deltas[-1] = [2 * (f - t) for f, t in zip(a, y)]
        for number in reversed(range(1, depth)):
            back[number - 1] = [dot(column, deltas[number]) for column in columns[number]]
            deltas[number - 1] = [u * s for u, s in zip(back[number - 1], slopes[number - 1])]
        # Along g a layer moves by d (|a|^2 + 1).
        squares = [dot(a, a) + 1 for a in given]
        moved, sums_moved, a_moved = [], [], None
        for number, (w, _) in enumerate(layers):
            moved.append(a_moved)
            h_moved = [squares[number] * d for d in deltas[number]]
            if a_moved is not None:
                h_moved = [h + dot(row, a_moved) for h, row in zip(h_moved, w)]
            sums_moved.append(h_moved)
            if number + 1 < depth:
                a_moved = [s * h for s, h in zip(slopes[number], h_moved)]
        deltas_moved = [None] * depth
        deltas_moved[-1] = [2 * h for h in sums_moved[-1]]
        for number in reversed(range(1, depth)):
            square = dot(deltas[number], deltas[number])
            back_moved = [
                dot(column, deltas_moved[number]) + square * a for column, a in zip(columns[number], given[number])
            ]
            entries = [u * s for u, s in zip(back_moved, slopes[number - 1])]
            if tanh:
                entries = [
                    e - 2 * a * s * u * h
                    for e, a, s, u, h in zip(
                        entries, given[number], slopes[number - 1], back[number - 1], sums_moved[number - 1]
                    )
                ]
            deltas_moved[number - 1] = entries
        place, half = 0, rate / 2
        for number, (w, _) in enumerate(layers):
            left = [d + half * moved_d for d, moved_d in zip(deltas[number], deltas_moved[number])]
            right = [half * d for d in deltas[number]]
            for l, r in zip(left, right):
                if moved[number] is None:
                    for a in given[number]:
                        total[place] += l * a
                        place += 1
                else:
                    for a, a_dot in zip(given[number], moved[number]):
                        total[place] += l * a + r * a_dot
                        place += 1
            for l in left:
                total[place] += l
                place += 1
    count = len(samples)
    return [entry / count + 2 * decay * parameter for entry, parameter in zip(total, theta)]


class Numbers:
    """Numbers of a library: how a fraction is made one, tanh, and how it is written."""

    def __init__(self, make, tanh, shown, write=str):
        self.make, self.tanh, self.shown, self.write = make, tanh, shown, write


def libraries():
    flint.ctx.prec = 256
    mpmath.mp.prec = 256
    quotient = lambda make: lambda x: make(x.numerator) / x.denominator
    arb = Numbers(quotient(flint.arb), lambda x: x.tanh(), lambda x: float(x.mid()), lambda x: x.mid().str(80, radius=False))
    rational = Numbers(lambda x: flint.fmpq(x.numerator, x.denominator), None, lambda x: int(x.p) / int(x.q))
    return {"arb": arb, "mpmath": Numbers(quotient(mpmath.mpf), mpmath.tanh, float), "fmpq": rational}


def gradient_by_lists(library, tanh):
    kind, widths, samples = libraries()[library], [4, 8, 4], 16
    make = lambda start, count: [kind.make(x) for x in numbers(start, count)]
    theta = make(0, parameter_count(widths))
    data = [(make(INPUTS + z * 4, 4), make(TARGETS + z * 4, 4)) for z in range(samples)]
    rate, decay, zero = kind.make(RATE), kind.make(DECAY), kind.make(Fraction(0))
    function = kind.tanh if tanh else None
    return lambda: sum(kind.shown(x) for x in lists(widths, theta, data, function, rate, decay, zero))


# ----------------------------------------------------------------------------------------------------- whole processes


def request(scalar, widths=(16, 32, 8), samples=32):
    """What `equipartition eval` is asked."""
    text = lambda start, count: [str(x) for x in numbers(start, count)]
    data = [
        {"x": text(INPUTS + z * widths[0], widths[0]), "y": text(TARGETS + z * widths[-1], widths[-1])}
        for z in range(samples)
    ]
    return {
        "model": {"kind": "mlp", "widths": list(widths), "activation": "relu", "bias": True},
        "loss": "squared-error", "samples": data, "theta": text(0, parameter_count(widths)),
        "learning_rate": str(RATE), "weight_decay": str(DECAY), "scalar": scalar, "quantities": ["entropic_gradient"],
    }


def answer_by_lists(library, path):
    """Reads the request, computes, and writes the answer."""
    kind = libraries()[library]
    with open(path) as file:
        asked = json.load(file)
    read = lambda texts: [kind.make(Fraction(text)) for text in texts]
    data = [(read(sample["x"]), read(sample["y"])) for sample in asked["samples"]]
    rate, decay = kind.make(Fraction(asked["learning_rate"])), kind.make(Fraction(asked["weight_decay"]))
    zero = kind.make(Fraction(0))
    gradient = lists(asked["model"]["widths"], read(asked["theta"]), data, None, rate, decay, zero)
    return json.dumps({"entropic_gradient": [kind.write(x) for x in gradient]})


def answer_by_jax(path):
    """The same by JAX, compiled beforehand for these sizes: a function of the request's path."""
    with open(path) as file:
        asked = json.load(file)
    widths = asked["model"]["widths"]
    work = Jax(widths, len(asked["samples"]))

    def gradient(theta, x, y):
        work.x, work.y = x, y
        return jax.grad(work.objective)(theta)

    compiled = jax.jit(gradient)

    def answer():
        with open(path) as file:
            asked = json.load(file)
        read = lambda texts: [float(Fraction(text)) for text in texts]
        x = np.array([read(sample["x"]) for sample in asked["samples"]])
        y = np.array([read(sample["y"]) for sample in asked["samples"]])
        found = np.asarray(compiled(np.array(read(asked["theta"])), x, y))
        return json.dumps({"entropic_gradient": [repr(float(entry)) for entry in found]})

    answer()
    return answer


def write_checkpoint(folder, width):
    """Two matrices with Adam's second moments, in f32: `width` = 8192 makes a GiB."""
    for name, suffix in [("parameters", ""), ("optimizer", ".exp_avg_sq")]:
        size = 4 * width * width
        names = [f"{layer}.weight{suffix}" for layer in (0, 2)]
        header = {
            tensor: {"dtype": "F32", "shape": [width, width], "data_offsets": [place * size, (place + 1) * size]}
            for place, tensor in enumerate(names)
        }
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        generator = np.random.default_rng(0)
        with open(f"{folder}/{name}.safetensors", "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            for _ in names:
                for _ in range(0, width, 256):
                    block = generator.standard_normal((min(256, width), width), dtype=np.float32)
                    file.write((block * block if suffix else block).tobytes())


def inspect_by_numpy(folder, width):
    """The sums of the diagonal law: over rows of the first matrix and columns of the second, in double precision."""

    def matrices(name):
        with open(f"{folder}/{name}.safetensors", "rb") as file:
            start = 8 + int.from_bytes(file.read(8), "little")
        data = np.memmap(f"{folder}/{name}.safetensors", dtype=np.float32, mode="r", offset=start)
        return data.reshape(2, width, width)

    def sums(matrix, axis, squared):
        total = np.zeros(width)
        for place in range(0, width, 64):
            block = matrix[place : place + 64].astype(np.float64)
            if squared:
                block *= block
            if axis == 1:
                total[place : place + 64] = block.sum(axis=1)
            else:
                total += block.sum(axis=0)
        return total

    (w_in, w_out), (v_in, v_out) = matrices("parameters"), matrices("optimizer")
    gradients = sums(v_in, 1, False) - sums(v_out, 0, False)
    decays = sums(w_in, 1, True) - sums(w_out, 0, True)
    return float(gradients.sum()), float(decays.sum())
