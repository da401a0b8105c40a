"""How each tensor is stepped: by which rule, at which rate, with which decay; and how much of its relaxation the run has seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from .._errors import UsageError
from .laws import Law
from .optimizers import Optimizer, check_rate, is_real

# Relaxation times behind which nothing of the beginning is left: exp(-3) is 5 %.
_TIMES = 3.0

Rates: TypeAlias = float | Mapping[str, float] | None
Rules: TypeAlias = Mapping[str, Optimizer] | None


@dataclass(frozen=True)
class Pace:
    """Of one tensor at one step: the rule, the learning rate, and gamma."""

    rule: Optimizer
    eta: float | None
    gamma: float

    def factor(self, of_momentum: bool) -> float:
        """That of the right side of a law (`Optimizer.factor`)."""
        return self.rule.factor(self.gamma, self.eta, of_momentum)

    @cached_property
    def time(self) -> float | None:
        """Steps within which decay alone makes what is balanced relax; None where it never does, as at a rate of 0."""
        return None if self.eta == 0.0 else self.rule.relaxation(self.gamma, self.eta)


class Paces:
    """Those of all tensors that laws are about, step after step."""

    def __init__(self, optimizer: Optimizer, names: Iterable[str], stated: Mapping[str, float]) -> None:
        self.optimizer, self.stated = optimizer, stated
        self._own = {name: Pace(optimizer, optimizer.learning_rate, optimizer.decay_of(name, stated)) for name in names}
        # As of the last step, and the relaxation times seen until then.
        self._last: dict[str, Pace] = {}
        self._seen: dict[str, float] = {}

    def of_step(self, rates: Rates, rules: Rules) -> dict[str, Pace]:
        """Each tensor's at the step that follows."""
        if rates is None and rules is None:
            return self._own
        return {name: self._one(name, rates, None if rules is None else rules.get(name)) for name in self._own}

    def _one(self, name: str, rates: Rates, rule: Optimizer | None) -> Pace:
        pace = self._own[name] if rule is None else Pace(rule, rule.learning_rate, rule.decay_of(name, self.stated))
        rate = rates.get(name) if isinstance(rates, Mapping) else rates
        if rate is None:
            return pace
        # With a rate of 0 schedules begin, and end: nothing moves then.
        return Pace(pace.rule, 0.0 if is_real(rate) and float(rate) == 0.0 else check_rate(f"learning_rate of `{name}`", rate), pace.gamma)

    def count(self, paces: dict[str, Pace], steps: int) -> None:
        """Takes notice of steps that were made so."""
        self._last = paces
        for name, pace in paces.items():
            time = pace.time
            if time is not None:
                self._seen[name] = self._seen.get(name, 0.0) + steps / time

    def momentum(self) -> float | None:
        """That of all tensors; None if it differs from one to another."""
        betas = {pace.rule.beta for pace in self._last.values()} or {self.optimizer.beta}
        return betas.pop() if len(betas) == 1 else None

    def relaxations(self) -> list[dict[str, Any]]:
        """Of each strength of decay, and of each rate and history that tensors have with it."""
        known = {(pace.gamma, pace.eta, time, self._seen.get(name, 0.0))
                 for name, pace in self._last.items() if (time := pace.time) is not None}
        return [{"gamma": gamma, "learning_rate": eta, "time": time, "seen": seen, "left": max(0.0, _TIMES - seen) * time}
                for gamma, eta, time, seen in sorted(known, key=lambda of: (-of[0], of[2], of[3]))]


def check_rules(optimizer: Optimizer, rules: Rules) -> None:
    """Raise unless all are of the kind of the monitor's own."""
    if not (rules is None or isinstance(rules, Mapping)):
        raise UsageError(f"rules: expected a dictionary of names and rules, found {type(rules).__name__}")
    for name, rule in (rules or {}).items():
        if type(rule) is not type(optimizer):
            raise UsageError(f"rules: `{name}`: expected {type(optimizer).__name__} as the monitor's optimizer, found {type(rule).__name__}")


def check_one(law: Law, paces: Mapping[str, Pace]) -> None:
    """Raise unless all tensors of a law have one learning rate and one momentum."""
    (first, own), *others = ((block.tensor, paces[block.tensor]) for block in law.blocks)
    for name, other in others:
        for what, mine, its in (("learning rate", own.eta, other.eta), ("momentum", own.rule.beta, other.rule.beta)):
            if mine != its:
                raise UsageError(f"law `{law.name}`: `{first}` has the {what} {mine}, `{name}` has {its}: a law needs one for all of its tensors")
