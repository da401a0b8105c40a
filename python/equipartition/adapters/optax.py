"""Gradient transformations of Optax that a monitor sees through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy
import optax  # type: ignore[import-untyped,unused-ignore]
from jax.experimental import io_callback

from .._errors import UsageError
from ..monitor import Adam, Monitor


class WatchState(NamedTuple):
    """Steps so far, and the state of the optimiser that is watched."""

    steps: jax.Array
    inner: Any = ()


def watch(
    monitor: Monitor,
    optimizer: optax.GradientTransformation | None = None,
    *,
    learning_rate: float | Callable[[int], Any] | None = None,
    beta2: float = 0.999,
) -> optax.GradientTransformation:
    """An optimiser that shows a monitor the parameters and gradients of every step, also from within ``jax.jit``.

    ``watch(monitor, optax.adam(1e-3))`` steps as the optimiser does. Of Adam its second moments are taken from the state, with ``beta2`` to correct them for the
    steps made; of momentum its buffers; so the first step of both is not measured. ``optax.chain(watch(monitor), optax.sgd(0.1))`` does for plain descent:
    there it has to come first, where the updates are the gradients.

    Optax tells neither rates nor decay: the monitor's ``optimizer`` states them, and Optax's ``weight_decay`` is ``pytorch_weight_decay`` there. Of a schedule the rate is that
    of each measured step: give it as ``learning_rate`` too, or use ``optax.inject_hyperparams``, whose rate (and ``b2``) is read. Names are the keys of the parameters'
    tree, joined by points. Numbers go to the host at every ``every``-th step only, and each of those stands for ``every`` steps. What the monitor refuses
    within ``jax.jit`` is an error of JAX with the monitor's words in it.
    """
    if optimizer is None and isinstance(monitor.optimizer, Adam):
        raise UsageError("the laws of Adam need its second moments, which a transformation in a chain does not see: watch(monitor, optimizer) does")
    if not 0.0 <= beta2 < 1.0:
        raise UsageError(f"beta2: expected a number from 0, less than 1, found {beta2}")
    if not (learning_rate is None or callable(learning_rate) or isinstance(learning_rate, (int, float))):
        raise UsageError(f"learning_rate: expected a number or a schedule, found {type(learning_rate).__name__}")

    def init(parameters: Any) -> WatchState:
        inner = () if optimizer is None else optimizer.init(parameters)
        state = WatchState(jax.numpy.zeros((), dtype=jax.numpy.int32), inner)
        if optimizer is not None:
            _needed(monitor, inner)
        return state

    def update(updates: Any, state: WatchState, parameters: Any = None) -> tuple[Any, WatchState]:
        if parameters is None:
            raise UsageError("the monitor needs the parameters: call update(gradients, state, params)")
        second, trace = (None, None) if optimizer is None else _needed(monitor, state.inner)
        buffers = second.nu if second is not None else trace
        count = state.steps if second is None else second.count
        stated = {name: value for name, value in _hyperparameters(state.inner).items() if name in ("learning_rate", "b2")}

        def show(_: None) -> None:
            io_callback(on_host, None, parameters, updates, buffers, count, stated, ordered=True)

        jax.lax.cond(state.steps % monitor.every == 0, show, lambda _: None, None)
        inner = state.inner
        if optimizer is not None:
            updates, inner = optimizer.update(updates, inner, parameters)
        return updates, WatchState(state.steps + 1, inner)

    def on_host(parameters: Any, gradients: Any, buffers: Any, count: Any, stated: dict[str, Any]) -> None:
        steps = int(count)
        rate: Any = learning_rate(steps) if callable(learning_rate) else learning_rate
        rate = stated.get("learning_rate", rate)
        rate = None if rate is None else float(rate)
        if buffers is not None and steps == 0:
            # Moments and momentum before the first step are none.
            monitor.skip(learning_rate=rate, steps=monitor.every)
            return
        given: dict[str, Any] = {}
        if isinstance(monitor.optimizer, Adam):
            correction = 1.0 - float(stated.get("b2", beta2)) ** steps
            given["second_moments"] = {name: numpy.asarray(moment) / numpy.float64(correction) for name, moment in named(buffers).items()}
        elif buffers is not None:
            given["momenta"] = named(buffers)
        monitor.update(named(parameters), named(gradients), learning_rate=rate, steps=monitor.every, **given)

    return optax.GradientTransformation(init, update)


def _needed(monitor: Monitor, state: Any) -> tuple[Any, Any]:
    """The part of the state with Adam's moments, or the buffers of momentum, as far as the monitor's rule has them."""
    if isinstance(monitor.optimizer, Adam):
        return _only(state, optax.ScaleByAdamState, "of Adam"), None
    return None, _only(state, optax.TraceState, "with momentum").trace if monitor.optimizer.beta else None


def _only(state: Any, kind: type, of: str) -> Any:
    found = _parts(state, lambda part: isinstance(part, kind))
    if len(found) != 1:
        raise UsageError(f"optimizer: the monitor's rule is one {of}, so its state should have one {kind.__name__}, found {len(found)}")
    return found[0]


def _hyperparameters(state: Any) -> dict[str, Any]:
    """Those that ``optax.inject_hyperparams`` keeps in the state."""
    found = _parts(state, lambda part: hasattr(part, "hyperparams"))
    return dict(found[0].hyperparams) if len(found) == 1 else {}


def _parts(state: Any, fits: Callable[[Any], bool]) -> list[Any]:
    """The parts of a state that are of some kind."""
    leaves: list[Any] = jax.tree_util.tree_leaves(state, is_leaf=fits)
    return [part for part in leaves if fits(part)]


def named(tree: Any) -> dict[str, Any]:
    """The leaves of a tree under their keys, joined by points.

    >>> named({"dense": {"kernel": 1.0}, "out": [2.0]})
    {'dense.kernel': 1.0, 'out.0': 2.0}
    """
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {".".join(_key(key) for key in path): leaf for path, leaf in leaves}


def _key(key: Any) -> str:
    for name in ("key", "idx", "name"):
        if hasattr(key, name):
            return str(getattr(key, name))
    return str(key)
