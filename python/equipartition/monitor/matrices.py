"""What is kept of a matrix law over the steps, and what it says: ``E[G_A G_A^T] - E[G_B^T G_B] = c (W_A W_A^T - W_B^T W_B)``, all entries of it."""

from __future__ import annotations

import math
from typing import Any

import numpy
from numpy.typing import NDArray

from .grams import Grams
from .laws import Block, Law
from .status import allowed, largest, number, root, spread, status

Vector = NDArray[Any]


class MatrixStep:
    """What one step adds to a matrix law: matrices of all groups."""

    def __init__(self, law: Law) -> None:
        groups, width = law.groups, law.width
        self.noise = numpy.zeros((2, groups, width, width))
        self.decay = numpy.zeros((2, groups, width, width))
        # Of the generator that adds member j to member i.
        self.cross = numpy.zeros((groups, width, width))
        self.squares = numpy.zeros((groups, width, width))
        # The diagonals of both sides.
        self.parameters = numpy.zeros((2, groups, width))
        self.gradient = numpy.zeros((2, groups, width))
        self.first = 0.0

    def add(self, law: Law, block: Block, sums: Grams, factor: float) -> None:
        """One of the law's tensors."""
        side = block.side
        self.noise[side] += sums.noise
        if factor:
            self.decay[side] += factor * sums.parameters
        # What the one side is multiplied by the other is divided by: X there is minus X^T here.
        turn = (0, 2, 1) if side else (0, 1, 2)
        self.cross += block.coefficient * sums.cross.transpose(turn)
        self.squares += sums.squares.transpose(turn)
        parameters = numpy.diagonal(sums.parameters, axis1=1, axis2=2)
        self.parameters[side] += parameters
        self.gradient[side] += sums.gradient
        if block is law.blocks[0]:
            self.first = float(parameters.sum())


class MatrixTally:
    """Sums over the steps: eight matrices for each group."""

    def __init__(self, law: Law) -> None:
        self.law = law
        step = MatrixStep(law)
        self.count = 0
        self.noise, self.decay = step.noise, step.decay
        self.overlap, self.bound, self.scatter = (numpy.zeros_like(step.cross) for _ in range(3))
        # Mean residual, and for each group the squared distances from it.
        self.mean = numpy.zeros_like(step.cross)
        self.moments = numpy.zeros(law.groups)
        self.first = 0.0

    def add(self, step: MatrixStep) -> None:
        """Takes the sums of a step."""
        self.count += 1
        self.noise += step.noise
        self.decay += step.decay
        self.overlap += step.cross ** 2
        self.scatter += step.squares
        # On the one side member j is added to i, on the other i is subtracted from j.
        stretch = step.parameters[0][:, None, :] + step.parameters[1][:, :, None]
        self.bound += stretch * (step.gradient[0][:, :, None] + step.gradient[1][:, None, :])
        self.first += step.first
        residual = (step.noise[0] - step.noise[1]) - (step.decay[0] - step.decay[1])
        before = residual - self.mean
        self.mean += before / self.count
        self.moments += numpy.einsum("gij,gij->g", before, residual - self.mean)

    def reading(self, digits: int, every_member: bool) -> dict[str, Any]:
        """The law as a document with the members of ``inspect``; its members are the groups."""
        noise, decay = self.noise / self.count, self.decay / self.count
        squares = [(values ** 2).sum(axis=(1, 2)) for values in (*noise, *decay)]
        residual = ((noise[0] - noise[1] - (decay[0] - decay[1])) ** 2).sum(axis=(1, 2))
        traces = [numpy.trace(values, axis1=1, axis2=2) for values in (*noise, *decay)]
        cancellation, overlap = root(self.overlap, self.scatter), root(self.overlap, self.bound)
        # A generator that moves nothing by anything says nothing.
        overlap[numpy.isnan(cancellation)] = math.nan
        worst = [numpy.array([_nan_if_none(largest(of_group)) for of_group in values]) for values in (overlap, cancellation)]
        groups = [self._read(slice(g, g + 1), squares, residual, traces) | {"overlap": number(worst[0][g])} for g in range(self.law.groups)]
        sizes = numpy.array([_nan_if_none(group["imbalance"]) for group in groups])
        document: dict[str, Any] = {
            "law": self.law.name, "layer": self.law.layer, "form": "matrix", "remark": self.law.remark,
            **self._read(slice(None), squares, residual, traces),
            # The norm of a mean over a block says nothing of the norm of the whole mean: the law of the diagonal has these.
            "correlated_error": None, "series": {"step": [], "imbalance": []},
            "overlap": largest(worst[0]), "largest_overlap": largest(worst[0]),
            "status": status(worst[0], worst[1], digits, allowed(self.law.inexact, self.first / self.count)),
            "spread": spread(sizes),
        }
        if every_member:
            document["members"] = groups
        return document

    def _read(self, groups: slice, squares: list[Vector], residual: Vector, traces: list[Vector]) -> dict[str, Any]:
        scale = sum(math.sqrt(values[groups].sum()) for values in squares)
        a, b, decay_a, decay_b = (float(values[groups].sum()) for values in traces)
        imbalance = error = None
        if scale > 0.0:
            imbalance = math.sqrt(residual[groups].sum()) / scale
            if self.count > 1:
                error = math.sqrt(max(float(self.moments[groups].sum()), 0.0) / (self.count * (self.count - 1))) / scale
        return {"gradient_a": a, "gradient_b": b, "decay_a": decay_a, "decay_b": decay_b, "imbalance": imbalance, "standard_error": error,
                "z": imbalance / error if imbalance is not None and error else None}


def _nan_if_none(value: float | None) -> float:
    return math.nan if value is None else value
