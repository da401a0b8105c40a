"""The sums behind `equipartition inspect`, once more and by another route: NumPy, whole arrays, exact summation (math.fsum).

    python check.py [FOLDER] > expected.json

The laws are written out here generator by generator, as lists of (elements, coefficient), and not as rows and columns.
"""

import json
import math
import pathlib
import sys

import numpy as np

from checkpoint import load

HEADS, SHARED = 4, 2


def total(values):
    return math.fsum(np.asarray(values, np.float64).ravel().tolist())


class Law:
    """One generator for each member: a list of (tensor, index, coefficient)."""

    def __init__(self, name, layer, members):
        self.name, self.layer, self.members = name, layer, members


def decoder_laws(theta):
    layers = 1 + max(int(name.split(".")[2]) for name in theta if name.startswith("model.layers."))
    width = len(theta["model.norm.weight"])
    rows = lambda name, i: (f"{name}.weight", np.s_[i], 1)
    columns = lambda name, i: (f"{name}.weight", np.s_[:, i], -1)
    writers = [("model.embed_tokens.weight", np.s_[:], 1)]
    for n in range(layers):
        at = lambda name: f"model.layers.{n}.{name}"
        q, k, v, o = (at(f"self_attn.{name}_proj") for name in "qkvo")
        gate, up, down = (at(f"mlp.{name}_proj") for name in ("gate", "up", "down"))
        read = lambda gain, names: [[rows(at(gain), i)] + [columns(name, i) for name in names] for i in range(width)]
        yield Law("attention norm gain / q, k, v columns", n, read("input_layernorm", (q, k, v)))
        yield Law("mlp norm gain / gate, up columns", n, read("post_attention_layernorm", (gate, up)))
        yield Law("up rows / down columns", n, [[rows(up, i), columns(down, i)] for i in range(len(theta[f"{up}.weight"]))])
        d, share = len(theta[f"{q}.weight"]) // HEADS, HEADS // SHARED
        heads = lambda group: range(group * share, (group + 1) * share)
        places = [(group, i) for group in range(SHARED) for i in range(d)]
        member = lambda g, i: [rows(v, g * d + i)] + [columns(o, h * d + i) for h in heads(g)]
        yield Law("value rows / output columns", n, [member(g, i) for g, i in places])
        pairs = [(group, i) for group in range(SHARED) for i in range(d // 2)]
        both = lambda i: (i, i + d // 2)
        member = lambda g, i: [rows(q, h * d + j) for h in heads(g) for j in both(i)] + [
            (f"{k}.weight", np.s_[g * d + j], -1) for j in both(i)
        ]
        yield Law("query pairs / key pairs (rotary)", n, [member(g, i) for g, i in pairs])
        writers += [(f"{o}.weight", np.s_[:], 1), (f"{down}.weight", np.s_[:], 1)]
    gains = [[rows("model.norm", i), columns("lm_head", i)] for i in range(width)]
    yield Law("final norm gain / unembedding columns", None, gains)
    yield Law("residual writers", None, [writers])


def mlp_laws(theta):
    member = lambda i: [("fc1.weight", np.s_[i], 1), ("fc1.bias", np.s_[i], 1), ("fc2.weight", np.s_[:, i], -1)]
    yield Law("incoming / outgoing weights of neurons", 0, [member(i) for i in range(len(theta["fc1.bias"]))])


def reading(members, theta, noise, decay, factor, gradients, entropic, rate):
    """noise[name]: samples first; decay[name]: like theta."""
    samples = len(next(iter(noise.values())))
    parts = [part for member in members for part in member]
    signs = (1, -1)
    side = lambda sign, values: math.fsum(total(values(name)[index]) * abs(c) for name, index, c in parts if c * sign > 0)
    each = [[side(sign, lambda name: noise[name][z]) for sign in signs] for z in range(samples)]
    a, b = (math.fsum(sample[s] for sample in each) / samples for s in (0, 1))
    c, d = (factor * side(sign, lambda name: decay[name]) for sign in signs)
    scale = math.fsum([a, b, c, d])
    imbalance = ((a - b) - (c - d)) / scale
    result = {"gradient_a": a, "gradient_b": b, "decay_a": c, "decay_b": d, "imbalance": imbalance}
    if samples > 1:
        scatter = [(x - y) - imbalance * (x + y) for x, y in each]
        mean = math.fsum(scatter) / samples
        result["standard_error"] = math.sqrt(math.fsum((x - mean) ** 2 for x in scatter) / (samples * (samples - 1))) / scale
    stretch = math.fsum(total((c * theta[name][index]) ** 2) for name, index, c in parts)
    if gradients is not None:
        along = [math.fsum(total(c * theta[name][index] * gradients[name][z][index]) for name, index, c in parts) for z in range(samples)]
        size = math.fsum(total(gradients[name][z][index] ** 2) for name, index, c in parts for z in range(samples))
        # A dead neuron has no gradients.
        result["overlap"] = None if size == 0 else math.sqrt(math.fsum(x * x for x in along) / (stretch * size))
    if entropic is not None:
        along = math.fsum(total(c * theta[name][index] * entropic[name][index]) for name, index, c in parts)
        size = math.fsum(total(entropic[name][index] ** 2) for name, index, c in parts)
        result["predicted"] = -2 / rate * along / scale
        result["tolerance"] = 2 / rate * math.sqrt(stretch * size) / scale
    return result


def rescalings(laws, theta, noise, decay, factor, gradients=None, entropic=None, rate=None):
    for law in laws:
        sums = lambda members: reading(members, theta, noise, decay, factor, gradients, entropic, rate)
        members = [sums([member])["imbalance"] for member in law.members]
        yield {"law": law.name, "layer": law.layer, **sums(law.members), "members": members}


def matrices(theta, gradients, factor, entropic, rate):
    """Values and outputs: E[g_V g_V^T] - E[g_O^T g_O] = c (V V^T - O^T O), O a group's heads below each other."""
    layers = 1 + max(int(name.split(".")[2]) for name in theta if name.startswith("model.layers."))
    for n in range(layers):
        v, o = (f"model.layers.{n}.self_attn.{name}_proj.weight" for name in "vo")
        d = theta[v].shape[0] // SHARED
        width = HEADS // SHARED * d
        gram = lambda x: np.array([[total(p * q) for q in x] for p in x])
        rows = lambda x, g: gram(x[g * d : (g + 1) * d])
        heads = lambda x, g: sum(gram(x[:, g * width + h * d :][:, :d].T) for h in range(HEADS // SHARED))
        samples = len(gradients[v])
        norm, members, all_ = np.linalg.norm, [], []
        for g in range(SHARED):
            each = [(rows(gradients[v][z], g), heads(gradients[o][z], g)) for z in range(samples)]
            a, b = (sum(pair[s] for pair in each) / samples for s in (0, 1))
            c, e = factor * rows(theta[v], g), factor * heads(theta[o], g)
            # balance/matrix off shell: M = -(2 / eta) ((grad_V F) V^T - O^T grad_O F), here its symmetric part.
            part = lambda x: x[v][g * d : (g + 1) * d]
            block = lambda x, h: x[o][:, g * width + h * d :][:, :d]
            turned = part(entropic) @ part(theta).T - sum(block(theta, h).T @ block(entropic, h) for h in range(HEADS // SHARED))
            force = -(1 / rate) * (turned + turned.T)
            all_.append((a, b, c, e, [x - y for x, y in each], force))
            members.append(norm(a - b - c + e) / (norm(a) + norm(b) + norm(c) + norm(e)))
        a, b, c, e = (np.array([group[i] for group in all_]) for i in range(4))
        scale = norm(a) + norm(b) + norm(c) + norm(e)
        scatter = sum(norm(np.array([group[4][z] for group in all_]) - (a - b)) ** 2 for z in range(samples))
        trace = lambda x: total([np.trace(y) for y in x])
        force = np.array([group[5] for group in all_])
        size = total(entropic[v] ** 2) + total(entropic[o] ** 2)
        yield {
            "law": "value rows / output columns (matrix)",
            "layer": n,
            "gradient_a": trace(a),
            "gradient_b": trace(b),
            "decay_a": trace(c),
            "decay_b": trace(e),
            "imbalance": norm(a - b - c + e) / scale,
            "standard_error": math.sqrt(scatter / (samples * (samples - 1))) / scale,
            "tolerance": 2 / rate * math.sqrt((total(theta[v] ** 2) + total(theta[o] ** 2)) * size) / scale,
            "members": members,
            "off_shell_residual": norm(a - b - c + e - force) / scale,
        }


def main(folder):
    read = lambda name: load(folder / f"{name}.safetensors")
    squared = lambda arrays: {name: array**2 for name, array in arrays.items()}
    results = {}

    theta, gradients, entropic = read("decoder"), read("decoder.gradients"), read("decoder.entropic")
    eta, gamma = 0.1, 0.001
    results["decoder sgd"] = [
        *rescalings(decoder_laws(theta), theta, squared(gradients), squared(theta), 4 * gamma / eta, gradients, entropic, eta),
        *matrices(theta, gradients, 4 * gamma / eta, entropic, eta),
    ]

    state, eta, gamma = read("decoder.adamw"), 0.001, 0.05
    beta = 0.99
    corrected = {n: state[f"{n}.exp_avg_sq"] / (1 - beta ** float(state[f"{n}.step"])) for n in theta}
    metric = {n: np.sqrt(v) + 1e-8 for n, v in corrected.items()}
    noise = {n: (v / metric[n])[None] for n, v in corrected.items()}
    first = {n: state[f"{n}.exp_avg"][None] for n in theta}
    adamw, adam = 4 * gamma / eta * (1 - eta * gamma), 4 * gamma / eta
    stretched = {n: metric[n] * theta[n] ** 2 for n in theta}
    results["decoder adamw"] = list(rescalings(decoder_laws(theta), theta, noise, stretched, adamw, first))
    results["decoder adam"] = list(rescalings(decoder_laws(theta), theta, noise, squared(theta), adam, first))
    noise = {n: g**2 / metric[n] for n, g in gradients.items()}
    results["decoder adamw gradients"] = list(rescalings(decoder_laws(theta), theta, noise, stretched, adamw, gradients))

    theta, gradients, entropic = read("mlp"), read("mlp.gradients"), read("mlp.entropic")
    eta, gamma = 0.02, 0.002
    results["mlp sgd"] = list(
        rescalings(mlp_laws(theta), theta, squared(gradients), squared(theta), 4 * gamma / eta, gradients, entropic, eta)
    )
    json.dump(results, sys.stdout, indent=1)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "checkpoints"))
