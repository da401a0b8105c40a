"""The adapter of Optax, also from within `jax.jit`."""

from __future__ import annotations

import pytest
from conftest import loudly_absent

try:
    import jax
    import optax
except ImportError:
    loudly_absent("JAX with Optax", "pip install jax optax")

import equipartition
import numpy
from equipartition import AdamW, Monitor, Sgd
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


def test_what_a_transformation_does_not_see_is_refused():
    with pytest.raises(equipartition.UsageError, match="second moments"):
        watch(Monitor(LAWS, optimizer=AdamW(learning_rate=0.1)))
    _, theta = start()
    transformation = watch(Monitor(LAWS))
    with pytest.raises(equipartition.UsageError, match="parameters"):
        transformation.update(theta, transformation.init(theta))
