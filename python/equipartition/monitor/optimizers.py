"""Rules of descent, and what they make of the right side of a law."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from .._errors import UsageError


def matches(pattern: str, name: str) -> bool:
    """Whether a name has the form of a pattern, in which ``*`` stands for any characters, also none.

    >>> matches("*.bias", "0.bias"), matches("a*a", "a"), matches("*", "")
    (True, False, True)
    """
    before, *parts = pattern.split("*")
    if not parts:
        return pattern == name
    if not name.startswith(before):
        return False
    rest = name[len(before):]
    for part in parts[:-1]:
        place = rest.find(part)
        if place < 0:
            return False
        rest = rest[place + len(part):]
    return rest.endswith(parts[-1])


def is_real(value: object) -> bool:
    """Whether it is a finite real number, of Python, of NumPy, or an array with one."""
    if isinstance(value, (str, bytes, bool, complex)):
        return False
    try:
        return math.isfinite(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False


def check_rate(what: str, value: object) -> float:
    """A learning rate, which is positive."""
    if not is_real(value) or not float(value) > 0.0:  # type: ignore[arg-type]
        raise UsageError(f"{what}: expected a positive number, found {value!r}")
    return float(value)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Optimizer:
    """What all rules have in common.

    ``weight_decay`` is gamma: the regularised loss is ``l + gamma |theta|^2``. What PyTorch and Optax call weight decay is ``2 gamma``: give that as
    ``pytorch_weight_decay``. ``decays`` has gamma for names of a form, the first that fits decides; ``no_decay`` comes before it.
    """

    learning_rate: float | None = None
    weight_decay: float = 0.0
    pytorch_weight_decay: float | None = None
    decays: Mapping[str, float] = field(default_factory=dict)
    no_decay: Sequence[str] = ()
    rule: ClassVar[str] = ""

    def __post_init__(self) -> None:
        if not isinstance(self.decays, Mapping):
            raise UsageError(f"decays: expected a dictionary of patterns and numbers, found {type(self.decays).__name__}")
        if isinstance(self.no_decay, str):
            object.__setattr__(self, "no_decay", (self.no_decay,))
        if not isinstance(self.no_decay, Sequence) or not all(isinstance(pattern, str) for pattern in (*self.no_decay, *self.decays)):
            raise UsageError("no_decay, decays: expected patterns of names, such as '*.bias'")
        if self.learning_rate is not None:
            check_rate("learning_rate", self.learning_rate)
        others = {"weight_decay": self.weight_decay, **{f"decays[{name!r}]": gamma for name, gamma in self.decays.items()}}
        if self.pytorch_weight_decay is not None:
            others["pytorch_weight_decay"] = self.pytorch_weight_decay
        for name, value in others.items():
            if not (is_real(value) and value >= 0):
                raise UsageError(f"{name}: expected a number that is not negative, found {value!r}")
        if self.pytorch_weight_decay is not None and self.weight_decay:
            raise UsageError("weight_decay and pytorch_weight_decay are one thing: give one of them")

    @property
    def gamma(self) -> float:
        """The decay of tensors of which nothing else is said."""
        return self.weight_decay if self.pytorch_weight_decay is None else 0.5 * self.pytorch_weight_decay

    def decay_of(self, name: str, stated: Mapping[str, float] | None = None) -> float:
        """gamma of a tensor; ``stated`` is what a file of laws says, which comes before what is said of all tensors."""
        if any(matches(pattern, name) for pattern in self.no_decay):
            return 0.0
        patterns = [*self.decays.items(), *(stated or {}).items()]
        return next((gamma for pattern, gamma in patterns if matches(pattern, name)), self.gamma)

    def factor(self, gamma: float, eta: float | None, of_momentum: bool = False) -> float:
        """The factor ``c`` of ``E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2)``."""
        if gamma == 0.0:
            return 0.0
        if eta is None:
            raise UsageError("weight decay needs a learning rate: the law has their quotient")
        return 4.0 * gamma / eta * self._correction(gamma, eta, of_momentum)

    def _correction(self, gamma: float, eta: float, of_momentum: bool) -> float:
        return 1.0

    @property
    def beta(self) -> float:
        """The momentum of plain descent; Adam's first moments have no part in its laws."""
        return 0.0

    def relaxation(self, gamma: float, eta: float | None) -> float | None:
        """Steps within which decay alone makes what is balanced relax; None where they differ from element to element."""
        return None if eta is None or gamma == 0.0 else (1.0 - self.beta) / (4.0 * eta * gamma)


@dataclass(frozen=True)
class Sgd(Optimizer):
    """``m' = momentum m + g + 2 gamma theta``, ``theta' = theta - eta m'``: heavy-ball momentum, without dampening.

    >>> rule = Sgd(learning_rate=0.1, pytorch_weight_decay=0.02, no_decay="*.bias")
    >>> rule.decay_of("0.weight"), rule.decay_of("0.bias"), round(rule.factor(0.01, 0.1), 12)
    (0.01, 0.0, 0.4)
    """

    momentum: float = 0.0
    rule: ClassVar[str] = "sgd"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (is_real(self.momentum) and 0.0 <= self.momentum < 1.0):
            raise UsageError(f"momentum: expected a number from 0, less than 1, found {self.momentum!r}")

    @property
    def beta(self) -> float:
        return self.momentum

    def _correction(self, gamma: float, eta: float, of_momentum: bool) -> float:
        return 1.0 / (1.0 + self.momentum) if of_momentum else 1.0 - self.momentum


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam with the decay in the gradient. Second moments have to be given, corrected for the steps made."""

    epsilon: float = 1e-8
    rule: ClassVar[str] = "adam"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (is_real(self.epsilon) and self.epsilon >= 0):
            raise UsageError(f"epsilon: expected a number that is not negative, found {self.epsilon!r}")

    def relaxation(self, gamma: float, eta: float | None) -> float | None:
        return None


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with the decay apart: ``theta' = (1 - 2 eta gamma) theta - ...``."""

    rule: ClassVar[str] = "adamw"

    def _correction(self, gamma: float, eta: float, of_momentum: bool) -> float:
        return 1.0 - eta * gamma

    def relaxation(self, gamma: float, eta: float | None) -> float | None:
        return Optimizer.relaxation(self, gamma, eta)
