"""A monitor that watches an optimiser of PyTorch: it looks before every step, and reads rates, decay and momentum from the optimiser itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import torch  # type: ignore[import-not-found,unused-ignore]

from .._errors import UsageError
from ..monitor import Adam, AdamW, Monitor, Optimizer, Sgd
from ..monitor.laws import Laws
from ..monitor.pace import check_rules


def watch(
    module: torch.nn.Module | Iterable[tuple[str, torch.Tensor]],
    optimizer: torch.optim.Optimizer,
    laws: Laws = "auto",
    *,
    every: int = 1,
    activation: Literal["relu", "leaky-relu", "squared-relu", "identity"] = "relu",
    config: Mapping[str, object] | None = None,
) -> Monitor:
    """A monitor of every step that this optimiser makes from now on; ``close`` lets go of it.

    Names are those of ``module.named_parameters()``. Before every step each group's learning rate, momentum, betas, epsilon and decay are read as they then are,
    so schedules of them are heeded; gamma is half of ``weight_decay``. The batch is the sample: every law is about ``E|g_B|^2``. Of Adam the moments
    before the step are taken, so the first step is not measured; likewise of momentum. With gradients that are scaled, unscale them before the step, as for clipping.
    """
    named = list(module.named_parameters() if isinstance(module, torch.nn.Module) else module)
    names = {id(parameter): name for name, parameter in named}
    if len(names) != len({name for name, _ in named}):
        raise UsageError("module: expected names that belong to one parameter each")
    watched = _Watched(optimizer, names)
    if not watched.entries():
        raise UsageError("optimizer: it has none of the module's parameters")
    rules = watched.rules()
    monitor = Monitor(laws, optimizer=next(iter(rules.values())), every=every, activation=activation, config=config)
    check_rules(monitor.optimizer, rules)
    monitor._on_close.append(_before_steps(optimizer, lambda: watched.look(monitor)))
    return monitor


class _Watched:
    """An optimiser whose parameters have names."""

    def __init__(self, optimizer: torch.optim.Optimizer, names: Mapping[int, str]) -> None:
        self.optimizer, self.names = optimizer, names

    def entries(self) -> list[tuple[str, torch.Tensor, dict[str, Any]]]:
        """Name, parameter and group of everything that is trained."""
        return [(self.names[id(parameter)], parameter, group) for group in self.optimizer.param_groups
                for parameter in group["params"] if id(parameter) in self.names]

    def rules(self) -> dict[str, Optimizer]:
        """What the optimiser does with each parameter, in the monitor's terms."""
        of_groups = [(group, self._rule(group)) for group in self.optimizer.param_groups]
        return {self.names[id(parameter)]: rule for group, rule in of_groups for parameter in group["params"] if id(parameter) in self.names}

    def _rule(self, group: dict[str, Any]) -> Optimizer:
        for option in ("nesterov", "amsgrad", "maximize", "dampening"):
            if group.get(option):
                raise UsageError(f"optimizer: {option} has other laws, which are not known")
        decays = {"*": 0.5 * float(group.get("weight_decay", 0.0))}
        if isinstance(self.optimizer, torch.optim.SGD):
            return Sgd(decays=decays, momentum=float(group["momentum"]))
        if isinstance(self.optimizer, (torch.optim.Adam, torch.optim.AdamW)):
            decoupled = group.get("decoupled_weight_decay", isinstance(self.optimizer, torch.optim.AdamW))
            return (AdamW if decoupled else Adam)(decays=decays, epsilon=float(group["eps"]))
        raise UsageError(f"optimizer: expected SGD, Adam or AdamW, found {type(self.optimizer).__name__}: its laws are not known")

    def look(self, monitor: Monitor) -> None:
        """What the monitor has to know before a step."""
        rules, rates = self.rules(), {name: float(group["lr"]) for name, _, group in self.entries()}
        # As long as no law is known, what does not move is not among what laws are looked for in.
        needed = monitor.tensors or [name for name, rate in rates.items() if rate > 0.0]
        entries = [(name, parameter, group) for name, parameter, group in self.entries() if parameter.grad is not None and name in needed]
        if not monitor.is_due() or not entries:
            monitor.skip(learning_rate=rates, rules=rules)
            return
        parameters = {name: parameter for name, parameter, _ in entries}
        gradients = {name: parameter.grad for name, parameter, _ in entries}
        second = {name: self._second_moment(parameter, group) for name, parameter, group in entries} if isinstance(monitor.optimizer, Adam) else None
        momenta = {name: self._state(parameter).get("momentum_buffer") for name, parameter, _ in entries if rules[name].beta}
        if any(moment is None for given in (second, momenta) if given is not None for moment in given.values()):
            monitor.skip(learning_rate=rates, rules=rules)
            return
        monitor.update(parameters, gradients, second_moments=second, momenta=momenta or None, learning_rate=rates, rules=rules)

    def _state(self, parameter: torch.Tensor) -> dict[str, Any]:
        state: dict[str, Any] = self.optimizer.state.get(parameter, {})
        return state

    def _second_moment(self, parameter: torch.Tensor, group: dict[str, Any]) -> torch.Tensor | None:
        state = self._state(parameter)
        if "exp_avg_sq" not in state:
            return None
        steps = float(state["step"])
        return state["exp_avg_sq"] / (1.0 - group["betas"][1] ** steps) if steps > 0 else None


def _before_steps(optimizer: torch.optim.Optimizer, look: Callable[[], None]) -> Callable[[], None]:
    """Calls ``look`` before every step; what is returned ends that."""
    if hasattr(optimizer, "register_step_pre_hook"):
        handle = optimizer.register_step_pre_hook(lambda _, arguments, options: _look_first(optimizer, look, arguments, options))
        return lambda: handle.remove()
    # Before PyTorch 2.0: the method of this one optimiser is taken the place of.
    step = optimizer.step

    # A schedule has marked the method: the marks go along.
    @functools.wraps(step)
    def watched(*arguments: Any, **options: Any) -> Any:
        arguments, options = _look_first(optimizer, look, arguments, options) or (arguments, options)
        return step(*arguments, **options)

    optimizer.step = watched  # type: ignore[method-assign,unused-ignore]

    def undo() -> None:
        if optimizer.step is watched:
            optimizer.step = step  # type: ignore[method-assign,unused-ignore]

    return undo


def _look_first(
    optimizer: torch.optim.Optimizer, look: Callable[[], None], arguments: tuple[Any, ...], options: dict[str, Any],
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """Looks; where a closure computes the gradients within the step, looks after the closure, which is then exchanged in the arguments of the step."""
    # PyTorch 2 passes the optimiser itself, too.
    first = 1 if arguments and arguments[0] is optimizer else 0
    closure = arguments[first] if len(arguments) > first else options.get("closure")
    if closure is None:
        look()
        return None

    def watched() -> Any:
        loss = closure()
        look()
        return loss

    if len(arguments) > first:
        return (*arguments[:first], watched, *arguments[first + 1:]), options
    return arguments, {**options, "closure": watched}
