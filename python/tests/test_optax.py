"""The adapter of Optax, also from within `jax.jit`."""

from __future__ import annotations

import pytest
from conftest import blocks, loudly_absent

try:
    import jax
    import optax
except ImportError:
    loudly_absent("JAX with Optax", "pip install jax optax")

import equipartition
import numpy
from equipartition import Adam, AdamW, Monitor, Sgd
from equipartition.adapters.optax import named, watch

# Flax stores kernels as inputs x outputs.
LAWS = [{"name": "neurons", "in": ["first.kernel", "first.bias"], "out": "second.kernel", "transposed": True}]


def loss(theta, x, y):
    h = jax.nn.relu(x @ theta["first"]["kernel"] + theta["first"]["bias"])
    return jax.numpy.mean(jax.numpy.sum((h @ theta["second"]["kernel"] - y) ** 2, axis=1))


def start():
    generator = numpy.random.default_rng(7)
    normal = lambda *shape: jax.numpy.asarray(generator.normal(size=shape), dtype=jax.numpy.float32)
    return generator, {"first": {"kernel": normal(3, 12), "bias": normal(12)}, "second": {"kernel": normal(12, 2)}}


@pytest.mark.parametrize("every", [1, 3])
def test_a_chain_within_jit_shows_what_a_loop_would(every):
    generator, theta = start()
    monitor = Monitor(LAWS, optimizer=Sgd(learning_rate=0.05, pytorch_weight_decay=0.02), every=every)
    by_hand = Monitor(LAWS, optimizer=Sgd(learning_rate=0.05, weight_decay=0.01), every=every)
    chain = optax.chain(watch(monitor), optax.add_decayed_weights(0.02), optax.sgd(0.05))
    state = chain.init(theta)

    @jax.jit
    def step(theta, state, x, y):
        gradients = jax.grad(loss)(theta, x, y)
        updates, state = chain.update(gradients, state, theta)
        return optax.apply_updates(theta, updates), state, gradients

    for _ in range(6):
        x, y = generator.normal(size=(16, 3)), generator.normal(size=(16, 2))
        before = theta
        theta, state, gradients = step(theta, state, x, y)
        by_hand.update(named(before), named(gradients))
    jax.effects_barrier()
    report = monitor.report()
    assert (report.steps, report.measured) == (6, 6 // every)
    (law,), (other,) = report.laws, by_hand.report().laws
    assert law["status"] == "confirmed"
    for name in ("gradient_a", "gradient_b", "decay_a", "decay_b", "imbalance"):
        assert law[name] == pytest.approx(other[name], rel=1e-4)


def test_arrays_of_jax_are_taken_as_they_are():
    generator, theta = start()
    gradients = jax.grad(loss)(theta, generator.normal(size=(8, 3)), generator.normal(size=(8, 2)))
    monitor = Monitor("auto")
    flat = {name: jax.numpy.asarray(value) for name, value in named(theta).items()}
    monitor.update(flat, {name: jax.numpy.asarray(value) for name, value in named(gradients).items()})
    assert [law["status"] for law in monitor.report().laws] == ["confirmed"]


def compare(report, other):
    (law,), (its,) = report.laws, other.laws
    assert law["status"] == its["status"] == "confirmed"
    for name in ("gradient_a", "gradient_b", "decay_a", "decay_b", "imbalance"):
        assert law[name] == pytest.approx(its[name], rel=1e-4)


RATE = 0.01
KINDS = {
    "adam": (Adam(learning_rate=RATE), lambda: optax.adam(RATE, b2=0.99), {"beta2": 0.99}),
    "adam with decay": (Adam(learning_rate=RATE, pytorch_weight_decay=0.1), lambda: optax.chain(optax.add_decayed_weights(0.1), optax.adam(RATE, b2=0.99)),
                        {"beta2": 0.99}),
    "adamw": (AdamW(learning_rate=RATE, pytorch_weight_decay=0.1), lambda: optax.adamw(RATE, b2=0.99, weight_decay=0.1), {"beta2": 0.99}),
    "adamw, a schedule": (AdamW(pytorch_weight_decay=0.1), lambda: optax.adamw(optax.constant_schedule(RATE), b2=0.99, weight_decay=0.1),
                          {"beta2": 0.99, "learning_rate": lambda step: RATE}),
    "adamw, injected": (AdamW(pytorch_weight_decay=0.1), lambda: optax.inject_hyperparams(optax.adamw)(learning_rate=RATE, b2=0.99, weight_decay=0.1), {}),
    "momentum": (Sgd(learning_rate=RATE, momentum=0.9, pytorch_weight_decay=0.1),
                 lambda: optax.chain(optax.add_decayed_weights(0.1), optax.sgd(RATE, momentum=0.9)), {}),
    "plain": (Sgd(learning_rate=RATE, pytorch_weight_decay=0.1), lambda: optax.chain(optax.add_decayed_weights(0.1), optax.sgd(RATE)), {}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_optimiser_is_watched_and_steps_as_it_does_alone(kind):
    """The monitor sees what the definition of the rule says, computed by hand: moments and momentum before each step."""
    rule, make, options = KINDS[kind]
    generator, theta = start()
    monitor, by_hand = Monitor(LAWS, optimizer=rule), Monitor(LAWS, optimizer=rule)
    watched, alone = watch(monitor, make(), **options), make()
    state, other_state, other = watched.init(theta), alone.init(theta), theta

    @jax.jit
    def step(theta, state, x, y):
        gradients = jax.grad(loss)(theta, x, y)
        updates, state = watched.update(gradients, state, theta)
        return optax.apply_updates(theta, updates), state, gradients

    second = {name: numpy.zeros(value.shape) for name, value in named(theta).items()}
    momentum = dict(second)
    for number in range(5):
        x, y = generator.normal(size=(16, 3)), generator.normal(size=(16, 2))
        before = named(theta)
        theta, state, gradients = step(theta, state, x, y)
        g = {name: numpy.asarray(value, dtype=numpy.float64) for name, value in named(gradients).items()}
        # What the decay adds to the gradient, where it is in the gradient.
        added = {name: g[name] + (0.0 if kind.startswith("adamw") or kind == "adam" else 0.1) * numpy.asarray(before[name]) for name in g}
        given = {}
        if isinstance(rule, Adam):
            given["second_moments"] = {name: value / (1.0 - 0.99 ** number) if number else None for name, value in second.items()}
        elif rule.beta:
            given["momenta"] = momentum
        if number or not given:
            by_hand.update(before, g, learning_rate=RATE, **given)
        second = {name: 0.99 * second[name] + 0.01 * added[name] ** 2 for name in g}
        momentum = {name: 0.9 * momentum[name] + added[name] for name in g}
        updates, other_state = alone.update(jax.grad(loss)(other, x, y), other_state, other)
        other = optax.apply_updates(other, updates)
    jax.effects_barrier()
    for name, value in named(theta).items():
        assert numpy.allclose(value, named(other)[name], rtol=1e-4, atol=1e-6)
    report = monitor.report()
    assert (report.steps, report.measured) == (5, 4 if isinstance(rule, Adam) or rule.beta else 5)
    compare(report, by_hand.report())


def test_what_is_injected_is_read_at_every_step():
    """Momentum, decay and rate as they are in the state, also if they change."""
    generator, theta = start()
    by_hand = Monitor(LAWS, optimizer=Sgd(momentum=0.5))
    monitor = Monitor(LAWS, optimizer=Sgd(momentum=0.5))
    decayed = optax.inject_hyperparams(optax.add_decayed_weights)(weight_decay=lambda step: 0.1 / (1 + step))
    descent = optax.inject_hyperparams(optax.sgd)(learning_rate=lambda step: 0.02 * (1 + step), momentum=0.9)
    watched = watch(monitor, optax.chain(decayed, descent))
    state = watched.init(theta)
    momentum = {name: numpy.zeros(value.shape) for name, value in named(theta).items()}
    for number in range(4):
        gradients = jax.grad(loss)(theta, generator.normal(size=(16, 3)), generator.normal(size=(16, 2)))
        before = named(theta)
        rate = 0.02 * (1 + number)
        rules = dict.fromkeys(before, Sgd(momentum=0.9, pytorch_weight_decay=0.1 / (1 + number)))
        if number:
            by_hand.update(before, named(gradients), momenta=momentum, learning_rate=rate, rules=rules)
        else:
            by_hand.skip(learning_rate=rate, rules=rules)
        momentum = {name: 0.9 * momentum[name] + numpy.asarray(value) + 0.1 / (1 + number) * numpy.asarray(before[name])
                    for name, value in named(gradients).items()}
        updates, state = watched.update(gradients, state, theta)
        theta = optax.apply_updates(theta, updates)
    jax.effects_barrier()
    compare(monitor.report(), by_hand.report())
    (relaxation,), (its,) = monitor.report().relaxations, by_hand.report().relaxations
    assert monitor.report().momentum == pytest.approx(0.9)
    assert all(relaxation[name] == pytest.approx(its[name], rel=1e-5) for name in its)


def test_a_warm_up_from_zero_is_no_error():
    generator, theta = start()
    schedule = optax.linear_schedule(0.0, 0.1, 5)
    monitor = Monitor(LAWS, optimizer=Sgd(pytorch_weight_decay=0.02))
    watched = watch(monitor, optax.chain(optax.add_decayed_weights(0.02), optax.sgd(schedule)), learning_rate=schedule)
    state = watched.init(theta)
    for _ in range(4):
        gradients = jax.grad(loss)(theta, generator.normal(size=(16, 3)), generator.normal(size=(16, 2)))
        updates, state = watched.update(gradients, state, theta)
        theta = optax.apply_updates(theta, updates)
    jax.effects_barrier()
    assert (monitor.report().steps, monitor.report().measured) == (4, 3) and monitor.report().symmetries["confirmed"] == 1


def test_a_state_that_is_not_that_of_the_rule_is_refused():
    _, theta = start()
    for rule, optimizer, found in [
        (AdamW(learning_rate=0.1), optax.sgd(0.1), "one of Adam"),
        (Sgd(learning_rate=0.1, momentum=0.9), optax.sgd(0.1), "one with momentum"),
        (Sgd(learning_rate=0.1), optax.sgd(0.1, momentum=0.9), "has 3 arrays .* expected 0"),
        (Sgd(learning_rate=0.1), optax.adam(0.1), "has 6 arrays .* expected 0"),
        (Sgd(learning_rate=0.1), optax.rmsprop(0.1), "has 3 arrays .* expected 0"),
        (Sgd(learning_rate=0.1), optax.lion(0.1), "has 3 arrays .* expected 0"),
        (AdamW(learning_rate=0.1), optax.amsgrad(0.1), "ScaleByAdamState, found 0"),
        (Sgd(momentum=0.9), optax.chain(optax.sgd(0.1, momentum=0.9), optax.trace(0.5)), "found 2"),
    ]:
        with pytest.raises(equipartition.UsageError, match=found):
            watch(Monitor(LAWS, optimizer=rule), optimizer).init(theta)
    for options in ({"beta2": 1.0}, {"learning_rate": "0.1"}):
        with pytest.raises(equipartition.UsageError, match="expected"):
            watch(Monitor(LAWS), **options)


def test_what_is_refused_within_jit_is_told_with_the_monitors_words():
    _, theta = start()
    transformation = watch(Monitor(LAWS))
    bad = jax.tree_util.tree_map(lambda value: value * numpy.nan, theta)
    with pytest.raises(Exception, match="expected finite numbers"):
        jax.jit(transformation.update)(bad, transformation.init(theta), theta)
        jax.effects_barrier()


def test_a_tracer_is_no_array():
    _, theta = start()

    @jax.jit
    def step(theta):
        Monitor(LAWS).update(named(theta), named(theta))

    with pytest.raises(equipartition.ElementError, match="found .*Tracer"):
        step(theta)


def test_what_a_transformation_does_not_see_is_refused():
    with pytest.raises(equipartition.UsageError, match="second moments"):
        watch(Monitor(LAWS, optimizer=AdamW(learning_rate=0.1)))
    _, theta = start()
    transformation = watch(Monitor(LAWS))
    with pytest.raises(equipartition.UsageError, match="parameters"):
        transformation.update(theta, transformation.init(theta))


def test_what_the_page_shows_runs():
    (code,) = blocks("docs/python.md", "python,jax")
    names = {"Monitor": Monitor, "Sgd": Sgd, "optax": optax}
    exec(code, names)
    generator, theta = start()
    state = names["descent"].init(theta)
    for _ in range(150):
        gradients = jax.grad(loss)(theta, generator.normal(size=(8, 3)), generator.normal(size=(8, 2)))
        updates, state = names["descent"].update(gradients, state, theta)
        theta = optax.apply_updates(theta, updates)
    jax.effects_barrier()
    report = names["monitor"].report()
    assert report.measured >= 2 and [law["status"] for law in report.laws] == ["confirmed"]
