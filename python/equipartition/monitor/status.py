"""Whether a law's symmetry is one of the network, by what is left of its overlaps with the gradients."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy
from numpy.typing import NDArray

Vector = NDArray[Any]

NO_SYMMETRY = "not a symmetry of this network"
# What is taken for the epsilon of norms that is not known: the largest that is usual.
USUAL_EPSILON = 1e-5


def status(overlap: Vector, cancellation: Vector, digits: int, allowed: float) -> str:
    """By the overlaps of the members with the gradients, whose terms must cancel to half of the digits."""
    known = ~numpy.isnan(cancellation)
    if not known.any():
        return "unchecked"
    cancels = (cancellation <= 2.0 ** (-0.5 * digits)) | (overlap < allowed)
    return "confirmed" if bool(cancels[known].all()) else NO_SYMMETRY


def allowed(inexact: Mapping[str, Any] | None, first: float) -> float:
    """The overlap up to which the epsilon of norms may be its reason; ``first`` is ``|theta|^2`` of the law's first tensor."""
    if inexact is None:
        return 0.0
    epsilon = USUAL_EPSILON if inexact["epsilon"] is None else inexact["epsilon"]
    square = first / max(inexact["entries"], 1)
    return 0.0 if epsilon == 0.0 else float(inexact["norms"] * epsilon / (square + epsilon))


def root(squares: Vector, bound: Vector) -> Vector:
    """The root of a quotient; no number where there is nothing to divide by."""
    return numpy.sqrt(numpy.divide(squares, bound, out=numpy.full_like(squares, math.nan), where=bound > 0.0))


def number(value: float) -> float | None:
    """A number, or none."""
    return None if math.isnan(value) else float(value)


def largest(values: Vector) -> float | None:
    """The largest of those that are numbers."""
    known = values[~numpy.isnan(values)]
    return float(known.max()) if known.size else None


def spread(imbalances: Vector) -> dict[str, Any] | None:
    """How the sizes of the members' imbalances are distributed."""
    sizes = numpy.abs(imbalances)
    known = sizes[~numpy.isnan(sizes)]
    if not known.size:
        return None
    return {"count": int(known.size), "median": float(numpy.median(known)), "worst": float(known.max()), "worst_member": int(numpy.nanargmax(sizes))}
