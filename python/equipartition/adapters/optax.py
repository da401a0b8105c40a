"""Gradient transformations of Optax that a monitor sees through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple

import jax
import numpy
import optax  # type: ignore[import-untyped,unused-ignore]
from jax.experimental import io_callback

from .._errors import UsageError
from ..monitor import Adam, Monitor, Optimizer


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

    What ``optax.inject_hyperparams`` keeps in the state, learning rate, momentum, ``b2``, ``eps`` and ``weight_decay``, is read at each measured step. Otherwise
    Optax tells neither rates nor decay: the monitor's ``optimizer`` states them, and Optax's ``weight_decay`` is ``pytorch_weight_decay`` there; the rate of a
    schedule is given as ``learning_rate`` too. A state with memory that is not of the monitor's rule is refused. Names are the keys of the
    parameters' tree, joined by points. Numbers go to the host at every ``every``-th step only, and each of those stands for ``every`` steps. What the monitor
    refuses within ``jax.jit`` is an error of JAX with the monitor's words in it.
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
            _refuse_other_memory(monitor, inner, parameters)
        return state

    def update(updates: Any, state: WatchState, parameters: Any = None) -> tuple[Any, WatchState]:
        if parameters is None:
            raise UsageError("the monitor needs the parameters: call update(gradients, state, params)")
        second, trace = (None, None) if optimizer is None else _needed(monitor, state.inner)
        buffers = second.nu if second is not None else trace
        count = state.steps if second is None else second.count
        gradients, inner = updates, state.inner
        if optimizer is not None:
            updates, inner = optimizer.update(updates, inner, parameters)
        # The state after a step has what the step was made with; before it a schedule's values are those of the step before.
        stated = _hyperparameters(inner)

        def show(_: None) -> None:
            io_callback(on_host, None, parameters, gradients, buffers, count, stated, ordered=True)

        jax.lax.cond(state.steps % monitor.every == 0, show, lambda _: None, None)
        return updates, WatchState(state.steps + 1, inner)

    def on_host(parameters: Any, gradients: Any, buffers: Any, count: Any, stated: dict[str, Any]) -> None:
        steps = int(count)
        rate: Any = learning_rate(steps) if callable(learning_rate) else learning_rate
        rate = stated.get("learning_rate", rate)
        rate = None if rate is None else float(rate)
        rules = _rules(monitor, stated, named(parameters))
        if buffers is not None and steps == 0:
            # Moments and momentum before the first step are none.
            monitor.skip(learning_rate=rate, rules=rules, steps=monitor.every)
            return
        given: dict[str, Any] = {}
        if isinstance(monitor.optimizer, Adam):
            correction = 1.0 - float(stated.get("b2", beta2)) ** steps
            given["second_moments"] = {name: numpy.asarray(moment) / numpy.float64(correction) for name, moment in named(buffers).items()}
        elif buffers is not None:
            given["momenta"] = named(buffers)
        monitor.update(named(parameters), named(gradients), learning_rate=rate, rules=rules, steps=monitor.every, **given)

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


# What is read of injected hyperparameters, and what the monitor's rules call it.
_READ = {"learning_rate": "learning_rate", "momentum": "momentum", "eps": "epsilon", "weight_decay": "pytorch_weight_decay", "b2": "", "eps_root": ""}


def _hyperparameters(state: Any) -> dict[str, Any]:
    """Those that ``optax.inject_hyperparams`` keeps in the state."""
    stated: dict[str, Any] = {}
    for part in _parts(state, lambda part: hasattr(part, "hyperparams")):
        for name, value in part.hyperparams.items():
            if name in stated and name in _READ:
                raise UsageError(f"optimizer: its state has several hyperparameters {name}: expected one")
            stated[name] = value
    return {name: value for name, value in stated.items() if name in _READ}


def _rules(monitor: Monitor, stated: Mapping[str, Any], names: Iterable[str]) -> dict[str, Optimizer] | None:
    """The monitor's rule with what the state says of it."""
    if float(stated.get("eps_root", 0.0)) != 0.0:
        raise UsageError("optimizer: eps_root has other laws, which are not known")
    known = {of.name for of in fields(monitor.optimizer)}
    changes: dict[str, Any] = {_READ[name]: float(value) for name, value in stated.items() if _READ[name] in known and name != "learning_rate"}
    if not changes:
        return None
    if "pytorch_weight_decay" in changes:
        changes["weight_decay"] = 0.0
    return dict.fromkeys(names, replace(monitor.optimizer, **changes))


def _refuse_other_memory(monitor: Monitor, state: Any, parameters: Any) -> None:
    """Raise if the state has more arrays of the parameters' shapes than the monitor's rule has: it is another rule's."""
    # What has no axes may be a count or a rate.
    shapes = [shape for leaf in jax.tree_util.tree_leaves(parameters) if (shape := numpy.shape(leaf))]
    found = [leaf for leaf in jax.tree_util.tree_leaves(state) if numpy.shape(leaf) in shapes and jax.numpy.issubdtype(leaf.dtype, jax.numpy.floating)]
    expected = len(shapes) * (2 if isinstance(monitor.optimizer, Adam) else 1 if monitor.optimizer.beta else 0)
    if len(found) > expected:
        raise UsageError(f"optimizer: its state has {len(found)} arrays of the parameters' shapes, expected {expected} of the monitor's rule, "
                         f"{monitor.optimizer.rule} with momentum {monitor.optimizer.beta:g}: it steps by another, or with Nesterov's or other memory")


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
