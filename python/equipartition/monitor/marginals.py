"""The sums over rows and over columns that one step adds, in blocks that stay in the cache: one buffer, whatever the size of the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

Vector = NDArray[Any]

# Elements that are looked at together: four buffers of them fit into the cache of a core.
BLOCK = 1 << 15


@dataclass(frozen=True)
class Wanted:
    """What is to be summed of a tensor."""

    rows: bool
    columns: bool
    offset: float


@dataclass(frozen=True)
class Metric:
    """How the squares of gradients and parameters are weighed: by `s = sqrt(v) + epsilon` of Adam, or not."""

    second: NDArray[Any] | None = None
    epsilon: float = 0.0
    stretches_decay: bool = False


@dataclass
class Marginals:
    """Sums along the rows (``[0]``) and along the columns (``[1]``) of one tensor at one step."""

    parameters: list[Vector]
    decay: list[Vector]
    noise: list[Vector]
    overlap: list[Vector]
    gradient: list[Vector]
    scatter: list[Vector]
    bits: int


class _Sums:
    """Sums of products that come a block of rows at a time."""

    def __init__(self, rows: int, columns: int, wanted: Wanted) -> None:
        self.rows = numpy.zeros(rows if wanted.rows else 0)
        self.columns = numpy.zeros(columns if wanted.columns else 0)

    def add(self, first: int, product: NDArray[Any], ones: tuple[Vector, Vector]) -> None:
        if self.rows.size:
            numpy.dot(product, ones[1], out=self.rows[first:first + len(product)])
        if self.columns.size:
            self.columns += ones[0][:len(product)] @ product

    def both(self) -> list[Vector]:
        return [self.rows, self.columns]


def _rows(array: NDArray[Any], first: int, last: int, columns: int) -> NDArray[Any]:
    if array.ndim < 2:
        array = array.reshape(-1, 1)
    return array[first:last].reshape(last - first, columns)


def marginals(
    theta: NDArray[Any], gradient: NDArray[Any], momentum: NDArray[Any] | None, wanted: Wanted, metric: Metric, bits: bool,
) -> Marginals:
    """What one step adds: `theta^2`, the decay's and the noise's squares, `theta g`, `g^2` and `(theta g)^2`.

    A vector is one column, further dimensions are columns too, as in a checkpoint.
    """
    rows = theta.shape[0] if theta.ndim else 1
    columns = theta.size // rows if rows else 0
    height = max(1, min(rows, BLOCK // max(columns, 1)))
    ones = (numpy.ones(height), numpy.ones(columns))
    buffers = [numpy.empty((height, columns)) for _ in range(4)]
    parameters, decay, noise, overlap, squares, scatter = (_Sums(rows, columns, wanted) for _ in range(6))
    offset = wanted.offset
    weighs_noise = metric.second is not None
    apart = offset != 0.0 or metric.stretches_decay
    joined = numpy.uint64(0)
    for first in range(0, rows, height):
        last = min(rows, first + height)
        t, g, s, product = (buffer[:last - first] for buffer in buffers)
        t[...] = _rows(theta, first, last, columns)
        g[...] = _rows(gradient, first, last, columns)
        if bits:
            joined |= numpy.bitwise_or.reduce(g.view(numpy.uint64), axis=None)
        if metric.second is not None:
            s[...] = _rows(metric.second, first, last, columns)
            numpy.sqrt(s, out=s)
            s += metric.epsilon
        if apart:
            # What decays is what is stored, what is multiplied is what is used.
            numpy.add(t, offset, out=product)
            product *= t
            if metric.stretches_decay:
                product *= s
            decay.add(first, product, ones)
            t += offset
        numpy.multiply(t, t, out=product)
        parameters.add(first, product, ones)
        numpy.multiply(t, g, out=product)
        overlap.add(first, product, ones)
        product *= product
        scatter.add(first, product, ones)
        g *= g
        squares.add(first, g, ones)
        if momentum is not None:
            g[...] = _rows(momentum, first, last, columns)
            g *= g
            noise.add(first, g, ones)
        elif weighs_noise:
            # Where both vanish nothing moves and nothing counts.
            numpy.divide(g, s, out=g, where=g != 0.0)
            noise.add(first, g, ones)
    return Marginals(
        parameters=parameters.both(),
        decay=decay.both() if apart else parameters.both(),
        noise=noise.both() if weighs_noise or momentum is not None else squares.both(),
        overlap=overlap.both(),
        gradient=squares.both(),
        scatter=scatter.both(),
        bits=int(joined),
    )


def significant_digits(bits: int) -> int:
    """The digits of the narrowest type that holds every number whose bits were joined: a conversion adds none.

    >>> significant_digits(0), significant_digits(1 << 29), significant_digits(1)
    (8, 24, 53)
    """
    joined = bits | 1 << 52
    used = 53 - ((joined & -joined).bit_length() - 1)
    return next((digits for digits in (8, 11, 24) if used <= digits), 53)
