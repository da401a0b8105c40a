"""The monitor: what a training loop calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self

import numpy
from numpy.typing import NDArray

from .._arrays import Arrays, as_array, as_arrays, check_same, digits, refuse_not_finite
from .._errors import ClosedMonitor, LawsError, NamesError, NotFinite, ShapeError, UsageError
from .grams import grams
from .laws import Block, Fitted, Law, Laws, fit, found
from .marginals import Marginals, Metric, Wanted, marginals, significant_digits
from .matrices import MatrixStep, MatrixTally
from .optimizers import Adam, Optimizer, Sgd
from .pace import Paces, Rates, Rules, check_one, check_rules
from .report import MonitorReport
from .status import NO_SYMMETRY
from .tally import Step, Tally

# Steps at which laws are looked for before the search is given up.
_ATTEMPTS = 8


class Monitor:
    """Balance laws, measured live: sums over the steps of what the laws are about.

    ``laws`` is ``"mlp"`` (names as ``0.weight``, ``fc1.weight``; see ``activation``), ``"decoder"`` (``config`` has the members of ``config.json``), ``"auto"``
    (found from the gradients of the first step, axes of at least ten positions), the path or the text of a file of laws, or its tables as
    dictionaries. ``optimizer`` is `Sgd`, `Adam` or `AdamW` of this package, with what the right side of a law needs. ``every`` is the number of steps
    of which one is measured.

    >>> import numpy
    >>> generator = numpy.random.default_rng(0)
    >>> w, u = generator.normal(size=(4, 3)), generator.normal(size=(1, 4))
    >>> monitor = Monitor(laws="mlp", activation="identity", optimizer=Sgd(learning_rate=0.01))
    >>> for step in range(100):
    ...     x = generator.normal(size=3)
    ...     error = u @ w @ x - x.sum()
    ...     gradients = {"0.weight": 2 * error * numpy.outer(u, x), "2.weight": 2 * error * (w @ x)[None]}
    ...     _ = monitor.update({"0.weight": w, "2.weight": u}, gradients)
    ...     w, u = w - 0.01 * gradients["0.weight"], u - 0.01 * gradients["2.weight"]
    >>> report = monitor.report()
    >>> report.steps, sorted((law["form"], law["status"]) for law in report.laws)
    (100, [('matrix', 'confirmed'), ('rescaling', 'confirmed')])
    """

    def __init__(
        self,
        laws: Laws = "auto",
        *,
        optimizer: Optimizer | None = None,
        activation: Literal["relu", "leaky-relu", "squared-relu", "identity"] = "relu",
        config: Mapping[str, object] | None = None,
        every: int = 1,
    ) -> None:
        if not isinstance(every, int) or isinstance(every, bool) or every < 1:
            raise UsageError(f"every: expected a number of steps from 1, found {every!r}")
        if optimizer is not None and not isinstance(optimizer, Optimizer):
            raise UsageError("optimizer: expected Sgd, Adam or AdamW of equipartition, found "
                             f"{type(optimizer).__name__}; equipartition.adapters has those of PyTorch and Optax")
        self.every = every
        self.optimizer: Optimizer = Sgd() if optimizer is None else optimizer
        self._laws: Laws = laws
        self._activation, self._config = activation, config
        self._fitted: Fitted | None = None
        self._attempts = 0
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._names: tuple[str, ...] = ()
        self._paces = Paces(self.optimizer, (), {})
        # By the numbers of their laws.
        self._tallies: dict[int, Tally] = {}
        self._matrices: dict[int, MatrixTally] = {}
        self._bits: dict[str, int] = {}
        self._type_digits: dict[str, int] = {}
        self._steps = 0
        self._measured = 0
        self._closed = False
        self._on_close: list[Callable[[], None]] = []

    @property
    def steps(self) -> int:
        """Steps of the optimiser so far."""
        return self._steps

    @property
    def tensors(self) -> list[str] | None:
        """The names that the laws need; None as long as the laws are not known."""
        return None if self._fitted is None else list(self._names)

    def is_due(self) -> bool:
        """Whether the next step is one that is measured."""
        return not self._closed and self._steps % self.every == 0

    def update(
        self,
        parameters: Arrays,
        gradients: Arrays,
        *,
        second_moments: Arrays | None = None,
        momenta: Arrays | None = None,
        learning_rate: Rates = None,
        rules: Rules = None,
        steps: int = 1,
    ) -> bool:
        """Take the parameters, and the gradients there, of the step that follows; says whether they were measured.

        Gradients are those of the loss without decay, of the batch that the step is made with. Of Adam ``second_moments`` are needed, those before
        the step, corrected for the steps made; of momentum ``momenta``, its buffers before the step, where they are there, make
        the law exact. ``learning_rate`` is that of this step, if it is not the optimiser's; of several names it may be a dictionary;
        a law of tensors at a rate of 0 is not measured, nothing moves there. ``rules`` has the rule of each tensor that has one of its own at this
        step, such as another momentum or another decay. ``steps`` is how many steps this call stands for.

        Nothing is taken of a step that is refused.
        """
        self._refuse_closed()
        _check_steps(steps)
        check_rules(self.optimizer, rules)
        measured = self.is_due() and self._measure(parameters, gradients, second_moments, momenta, learning_rate, rules)
        self._count(learning_rate, rules, steps)
        return measured

    def skip(self, *, learning_rate: Rates = None, rules: Rules = None, steps: int = 1) -> None:
        """Take notice of steps that are not measured."""
        self._refuse_closed()
        _check_steps(steps)
        check_rules(self.optimizer, rules)
        self._count(learning_rate, rules, steps)

    def reset(self) -> None:
        """Forget what was measured, as after the first epochs; the laws, and the steps made, are kept."""
        self._refuse_closed()
        self._begin_sums()
        self._measured = 0

    def report(self, *, members: bool = False) -> MonitorReport:
        """What was measured so far; with ``members`` of every neuron, coordinate and pair too."""
        return MonitorReport(self._document(members))

    def close(self) -> None:
        """Take no more steps, and let go of an optimiser that is watched. The report is still there."""
        if not self._closed:
            self._closed = True
            for undo in self._on_close:
                undo()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _repr_html_(self) -> str:
        return self.report()._repr_html_()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise ClosedMonitor(f"this monitor was closed after {self._steps} steps: it takes no more")

    def _count(self, rates: Rates, rules: Rules, steps: int) -> None:
        self._paces.count(self._paces.of_step(rates, rules), steps)
        self._steps += steps

    def _of_laws(self, given: Arrays, what: str, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """The arrays that the laws need, with the shapes that they had at the first step."""
        missing = [name for name in names if name not in given]
        if missing:
            raise NamesError(f"{what}: expected `{missing[0]}`, which a law is about, found none"
                             + (f"; {len(missing)} are missing" if len(missing) > 1 else ""))
        arrays = {}
        for name in names:
            array = arrays[name] = as_array(name, given[name], what)
            if array.shape != self._shapes[name]:
                raise ShapeError(f"{what} `{name}`: expected the shape {list(self._shapes[name])}, found {list(array.shape)}")
        return arrays

    def _begin(self, parameters: Arrays, gradients: Arrays) -> bool:
        """Fits the laws at the first step; False if none was found yet."""
        theta, g = as_arrays(parameters, "parameters"), as_arrays(gradients, "gradients")
        check_same(theta, g, "gradients")
        laws = self._laws
        if isinstance(laws, str) and laws == "auto":
            for name in theta:
                refuse_not_finite(name, theta[name], "parameters")
                refuse_not_finite(name, g[name], "gradients")
            self._attempts += 1
            # What is all zero, as biases are at first, has no overlap with anything: a law that needs it would be found without it.
            if self._attempts < _ATTEMPTS and any(g[name].any() and not theta[name].any() for name in theta):
                return False
            text = found(theta, g)
            if text is None and self._attempts < _ATTEMPTS:
                return False
            if text is None:
                raise LawsError(f"the gradients of {_ATTEMPTS} steps show no law, one step by itself: name the laws, or find them with "
                                "equipartition.inspect(..., laws='auto', gradients=...) from gradients of several samples")
            laws = text
        fitted = fit(laws, theta, self._activation, self._config, isinstance(self.optimizer, Adam))
        self._shapes = {name: theta[name].shape for name in fitted.tensors()}
        self._fitted, self._names = fitted, tuple(self._shapes)
        self._paces = Paces(self.optimizer, self._names, fitted.decays)
        self._begin_sums()
        return True

    def _begin_sums(self) -> None:
        laws = self._fitted.laws if self._fitted else ()
        self._tallies = {number: Tally(law) for number, law in enumerate(laws) if not law.is_matrix}
        self._matrices = {number: MatrixTally(law) for number, law in enumerate(laws) if law.is_matrix}

    def _measure(
        self, parameters: Arrays, gradients: Arrays, second_moments: Arrays | None, momenta: Arrays | None, rates: Rates, rules: Rules,
    ) -> bool:
        for what, given in (("parameters", parameters), ("gradients", gradients), ("second_moments", second_moments), ("momenta", momenta)):
            if not isinstance(given, Mapping) and not (given is None and what in ("second_moments", "momenta")):
                raise UsageError(f"{what}: expected a dictionary of names and arrays, found {type(given).__name__}")
        adaptive = isinstance(self.optimizer, Adam)
        if adaptive and second_moments is None:
            raise UsageError(f"the laws of {self.optimizer.rule} need second_moments: those before the step, corrected for the steps made")
        if not adaptive and second_moments is not None:
            raise UsageError("second_moments belong to Adam and AdamW, the optimizer is Sgd")
        if momenta is not None and not any(rule.beta for rule in (self.optimizer, *(rules or {}).values())):
            raise UsageError("momenta belong to Sgd with momentum, the optimizer has none")
        if self._fitted is None and not self._begin(parameters, gradients):
            return False
        assert self._fitted is not None
        paces = self._paces.of_step(rates, rules)
        for law in self._fitted.laws:
            check_one(law, paces)
        theta, g = (self._of_laws(given, what, self._names) for given, what in ((parameters, "parameters"), (gradients, "gradients")))
        v = {} if second_moments is None else self._of_laws(second_moments, "second_moments", self._names)
        # What has no momentum has no buffer.
        m = {} if momenta is None else self._of_laws(momenta, "momenta", [name for name in self._names if paces[name].rule.beta])
        moving = {number: law for number, law in enumerate(self._fitted.laws) if paces[law.blocks[0].tensor].eta != 0.0}
        steps = {number: Step(law.members) for number, law in moving.items() if not law.is_matrix}
        matrix_steps = {number: MatrixStep(law) for number, law in moving.items() if law.is_matrix}
        bits: dict[str, int] = {}
        for (name, offset), uses in self._uses(moving).items():
            plain = [block for number, block in uses if number in steps]
            wanted = Wanted(any(block.by_rows for block in plain), any(not block.by_rows for block in plain), offset)
            pace, second, momentum = paces[name], v.get(name), m.get(name)
            metric = Metric(second, getattr(pace.rule, "epsilon", 0.0), pace.rule.rule == "adamw")
            looks = significant_digits(self._bits.get(name, 0)) < digits(g[name])
            with numpy.errstate(all="ignore"):
                sums = marginals(theta[name], g[name], momentum, wanted, metric, looks)
            self._refuse_infinite(name, sums, theta[name], g[name], second, momentum)
            bits[name] = bits.get(name, 0) | sums.bits
            factor = pace.factor(momentum is not None)
            for number, block in uses:
                law = moving[number]
                if number in steps:
                    steps[number].add(law, block, sums, factor)
                    continue
                with numpy.errstate(all="ignore"):
                    pairs = grams(law, block, theta[name], g[name], momentum)
                if not pairs.are_finite():
                    raise _out_of_range(name)
                matrix_steps[number].add(law, block, pairs, factor)
        # Only now is anything kept.
        for number, step in steps.items():
            self._tallies[number].add(step, self._steps)
        for number, matrix_step in matrix_steps.items():
            self._matrices[number].add(matrix_step)
        for name, joined in bits.items():
            self._bits[name] = self._bits.get(name, 0) | joined
            of_types = min(digits(theta[name]), digits(g[name]))
            self._type_digits[name] = min(self._type_digits.get(name, 53), of_types)
        self._measured += bool(moving)
        return bool(moving)

    @staticmethod
    def _uses(laws: Mapping[int, Law]) -> dict[tuple[str, float], list[tuple[int, Block]]]:
        """A tensor is read once for all laws that name it, and again for those that add something else to it."""
        uses: dict[tuple[str, float], list[tuple[int, Block]]] = {}
        for number, law in laws.items():
            for block in law.blocks:
                uses.setdefault((block.tensor, block.offset), []).append((number, block))
        return uses

    @staticmethod
    def _refuse_infinite(name: str, sums: Marginals, theta: NDArray[Any], gradient: NDArray[Any], second: NDArray[Any] | None,
                         momentum: NDArray[Any] | None) -> None:
        vectors = [*sums.parameters, *sums.decay, *sums.noise, *sums.overlap, *sums.gradient, *sums.scatter]
        if second is not None and (second < 0).any():
            raise NotFinite(f"second_moments `{name}`: expected numbers that are not negative, found {second.min()}")
        if all(numpy.isfinite(vector).all() for vector in vectors):
            return
        refuse_not_finite(name, gradient, "gradients")
        refuse_not_finite(name, theta, "parameters")
        for what, array in (("second_moments", second), ("momenta", momentum)):
            if array is not None:
                refuse_not_finite(name, array, what)
        raise _out_of_range(name)

    def _digits(self, law: Law) -> int:
        """Of the numbers given: of their types, or of what is stored in them, whichever are fewer."""
        known = [min(self._type_digits.get(block.tensor, 53), significant_digits(self._bits.get(block.tensor, 0)))
                 for block in law.blocks]
        return min(known, default=53)

    def _document(self, members: bool) -> dict[str, Any]:
        tallies: list[Tally | MatrixTally] = [*self._tallies.values(), *self._matrices.values()]
        laws = [tally.reading(self._digits(tally.law), members) for tally in tallies if tally.count]
        laws.sort(key=lambda law: -abs(law["imbalance"]) if law["imbalance"] is not None else 1.0)
        status = [law["status"] for law in laws]
        return {
            "rule": self.optimizer.rule, "momentum": self._paces.momentum(), "steps": self._steps, "measured": self._measured,
            "every": self.every,
            "symmetries": {"confirmed": status.count("confirmed"), "not_a_symmetry": status.count(NO_SYMMETRY),
                           "unchecked": status.count("unchecked")},
            "relaxations": self._paces.relaxations(),
            "laws": laws,
            "skipped": [{"law": name, "layer": layer, "reason": reason} for name, layer, reason in
                        (self._fitted.skipped if self._fitted else ())],
        }


def _check_steps(steps: object) -> None:
    if not isinstance(steps, int) or isinstance(steps, bool) or steps < 1:
        raise UsageError(f"steps: expected a number from 1, found {steps!r}")


def _out_of_range(name: str) -> NotFinite:
    return NotFinite(f"`{name}`: the squares of its elements or of their gradients leave the range of f64")
