"""A gradient transformation of Optax that a monitor sees through: put it first in the chain."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import optax  # type: ignore[import-untyped,unused-ignore]
from jax.experimental import io_callback

from .._errors import UsageError
from ..monitor import Adam, Monitor


class WatchState(NamedTuple):
    """Steps so far."""

    steps: jax.Array


def watch(monitor: Monitor) -> optax.GradientTransformation:
    """A transformation that leaves updates as they are, and shows parameters and gradients to a monitor, also from within ``jax.jit``.

    ``optax.chain(watch(monitor), optax.sgd(0.1))``: it has to come first, where the updates are the gradients, and ``update`` needs ``params``. Names are the keys of
    the parameters' tree, joined by points. Optax does not tell rates and decay: the monitor's ``optimizer`` has to state them; what
    Optax calls ``weight_decay`` is ``pytorch_weight_decay`` there. Numbers go to the host at every ``every``-th step only.
    """
    if isinstance(monitor.optimizer, Adam):
        raise UsageError("the laws of Adam need its second moments, which a transformation does not see: call monitor.update with the state's nu, "
                         "divided by 1 - beta2 ** count")

    def init(parameters: Any) -> WatchState:
        del parameters
        return WatchState(jax.numpy.zeros((), dtype=jax.numpy.int32))

    def update(updates: Any, state: WatchState, parameters: Any = None) -> tuple[Any, WatchState]:
        if parameters is None:
            raise UsageError("the monitor needs the parameters: call update(gradients, state, params)")

        def show(_: None) -> None:
            io_callback(lambda theta, g: _show(monitor, theta, g), None, parameters, updates, ordered=True)

        jax.lax.cond(state.steps % monitor.every == 0, show, lambda _: None, None)
        return updates, WatchState(state.steps + 1)

    return optax.GradientTransformation(init, update)


def _show(monitor: Monitor, parameters: Any, gradients: Any) -> None:
    monitor.update(named(parameters), named(gradients), steps=monitor.every)


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
