"""What is kept of a law over the steps, and what it says in the end."""

from __future__ import annotations

import math
from typing import Any

import numpy
from numpy.typing import NDArray

from .laws import Block, Law
from .marginals import Marginals
from .status import allowed, largest, number, root, spread, status

Vector = NDArray[Any]

# Blocks of successive steps that are kept of a law: where there are more, neighbours are joined.
MOST_BLOCKS = 128
# Fewer tell nothing of an error.
FEWEST_BLOCKS = 32


class Step:
    """What one step adds to a law: an entry for each member, and one for all together."""

    def __init__(self, count: int) -> None:
        self.noise = numpy.zeros((2, count))
        self.decay = numpy.zeros((2, count))
        self.stretch = numpy.zeros(count)
        self.overlap = numpy.zeros(count)
        self.gradient = numpy.zeros(count)
        self.scatter = numpy.zeros(count)
        # theta^2 of the law's first tensor.
        self.first = 0.0

    def add(self, law: Law, block: Block, sums: Marginals, factor: float) -> None:
        """One of the law's tensors, whose decay has this factor."""
        side, size, along = block.side, abs(block.coefficient), 0 if block.by_rows else 1

        def fold(vectors: list[Vector]) -> Vector:
            return block.fold(vectors[along], law.members)

        parameters = fold(sums.parameters)
        self.noise[side] += size * fold(sums.noise)
        if factor:
            self.decay[side] += factor * size * fold(sums.decay)
        self.stretch += size * size * parameters
        self.overlap += block.coefficient * fold(sums.overlap)
        self.gradient += fold(sums.gradient)
        self.scatter += size * size * fold(sums.scatter)
        if block is law.blocks[0]:
            self.first = float(parameters.sum())

    def completed(self) -> Step:
        """With the law of the sum of all members' generators behind the members."""
        whole = Step(0)
        whole.first = self.first
        for name in ("noise", "decay", "stretch", "overlap", "gradient", "scatter"):
            values = getattr(self, name)
            setattr(whole, name, numpy.concatenate([values, values.sum(axis=-1, keepdims=True)], axis=-1))
        return whole


class Blocks:
    """Means over blocks of successive measurements, of at most a fixed number: what a picture and an error need."""

    def __init__(self) -> None:
        self.size = 1
        self.residual: list[float] = []
        self.scale: list[float] = []
        self.last: list[int] = []
        self._open = (0.0, 0.0, 0)

    def add(self, residual: float, scale: float, step: int) -> None:
        """One measurement more."""
        r, s, count = self._open
        r, s, count = r + residual, s + scale, count + 1
        if count < self.size:
            self._open = (r, s, count)
            return
        self._open = (0.0, 0.0, 0)
        self.residual.append(r / count)
        self.scale.append(s / count)
        self.last.append(step)
        if len(self.residual) == MOST_BLOCKS:
            self.size *= 2
            for name in ("residual", "scale"):
                values = getattr(self, name)
                setattr(self, name, [0.5 * (a + b) for a, b in zip(values[::2], values[1::2])])
            self.last = self.last[1::2]

    def error(self, imbalance: float, scale: float) -> float | None:
        """The standard error of the imbalance by the scatter of blocks, which sees correlations shorter than a block."""
        count = len(self.residual)
        if count < FEWEST_BLOCKS or not scale > 0.0:
            return None
        deviations = numpy.array(self.residual) - imbalance * numpy.array(self.scale)
        return float(numpy.sqrt(numpy.var(deviations, ddof=1) / count) / scale)


class Tally:
    """Sums over the steps."""

    def __init__(self, law: Law) -> None:
        self.law = law
        count = law.members + 1
        self.count = 0
        self.noise = numpy.zeros((2, count))
        self.decay = numpy.zeros((2, count))
        self.overlap = numpy.zeros(count)
        self.stretched = numpy.zeros(count)
        self.scatter = numpy.zeros(count)
        self.gradient = numpy.zeros(count)
        self.first = 0.0
        # Means and co-moments of residual and scale.
        self.means = numpy.zeros((2, count))
        self.moments = numpy.zeros((3, count))
        self.blocks = Blocks()

    def add(self, step: Step, place: int) -> None:
        """Takes the sums of a step, which was the ``place``-th."""
        step = step.completed()
        self.count += 1
        self.noise += step.noise
        self.decay += step.decay
        self.overlap += step.overlap ** 2
        self.stretched += step.stretch * step.gradient
        self.scatter += step.scatter
        self.gradient += step.gradient
        self.first += step.first
        residual = (step.noise[0] - step.noise[1]) - (step.decay[0] - step.decay[1])
        scale = step.noise.sum(axis=0) + numpy.abs(step.decay).sum(axis=0)
        values = numpy.stack([residual, scale])
        before = values - self.means
        self.means += before / self.count
        after = values - self.means
        self.moments += numpy.stack([before[0] * after[0], before[0] * after[1], before[1] * after[1]])
        self.blocks.add(float(residual[-1]), float(scale[-1]), place)

    def reading(self, digits: int, every_member: bool) -> dict[str, Any]:
        """The law as a document with the members of ``inspect``."""
        noise, decay = self.noise / self.count, self.decay / self.count
        scale = noise.sum(axis=0) + numpy.abs(decay).sum(axis=0)
        difference = (noise[0] - noise[1]) - (decay[0] - decay[1])
        known = scale > 0.0
        imbalance = numpy.divide(difference, scale, out=numpy.full_like(scale, math.nan), where=known)
        variance = self.moments[0] - 2.0 * imbalance * self.moments[1] + imbalance ** 2 * self.moments[2]
        error = numpy.full_like(scale, math.nan)
        if self.count > 1:
            deviation = numpy.sqrt(numpy.maximum(variance, 0.0) / (self.count * (self.count - 1)))
            error = numpy.divide(deviation, scale, out=error, where=known)
        overlap = root(self.overlap, self.stretched)
        cancellation = root(self.overlap, self.scatter)
        total = float(imbalance[-1]), float(error[-1])
        independent = number(total[1])
        correlated = self.blocks.error(total[0], float(scale[-1])) if known[-1] else None
        larger = max((value for value in (independent, correlated) if value is not None), default=None)
        document: dict[str, Any] = {
            "law": self.law.name, "layer": self.law.layer, "form": "rescaling", "remark": self.law.remark,
            "gradient_a": float(noise[0, -1]), "gradient_b": float(noise[1, -1]),
            "decay_a": float(decay[0, -1]), "decay_b": float(decay[1, -1]),
            "imbalance": number(total[0]), "standard_error": independent, "correlated_error": correlated,
            "z": total[0] / larger if larger and known[-1] else None,
            "overlap": number(float(overlap[-1])), "largest_overlap": largest(overlap[:-1]),
            "status": status(overlap[:-1], cancellation[:-1], digits, allowed(self.law.inexact, self.first / self.count)),
            "spread": spread(imbalance[:-1]),
            "series": {"step": list(self.blocks.last), "imbalance": [
                r / s if s > 0.0 else None for r, s in zip(self.blocks.residual, self.blocks.scale)]},
        }
        if every_member:
            document["members"] = [
                {"gradient_a": float(noise[0, m]), "gradient_b": float(noise[1, m]), "decay_a": float(decay[0, m]),
                 "decay_b": float(decay[1, m]), "imbalance": number(float(imbalance[m])),
                 "standard_error": number(float(error[m])), "overlap": number(float(overlap[m]))}
                for m in range(self.law.members)]
        return document
