"""The matrices that one step adds to a matrix law, piece by piece of a tensor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

from .laws import Block, Law
from .marginals import BLOCK

Matrices = NDArray[Any]

# Shorter pieces would cost more in sums than in products.
SHORTEST = 256


@dataclass(frozen=True)
class Grams:
    """Of one tensor, for each group: ``W W^T`` of the parameters, ``M M^T`` of what makes the noise, ``G W^T`` and the same of the elements' squares,
    and the diagonal of ``G G^T``; where the law has columns ``W`` is the transposed matrix. Heads of a group are added up.
    """

    parameters: Matrices
    noise: Matrices
    cross: Matrices
    squares: Matrices
    gradient: Matrices

    def are_finite(self) -> bool:
        """Whether nothing has left the range of f64."""
        return all(bool(numpy.isfinite(values).all()) for values in (self.parameters, self.noise, self.cross, self.squares))


def grams(law: Law, block: Block, theta: NDArray[Any], gradient: NDArray[Any], momentum: NDArray[Any] | None) -> Grams:
    """The matrices of one tensor; memory beyond them is a few pieces of ``width x 256`` or 2^15 elements."""
    width = law.width
    sums = [numpy.zeros((law.groups, width, width)) for _ in range(4)]
    diagonal = numpy.zeros((law.groups, width))
    product = numpy.empty((width, width))
    parameters, noise, cross, squares = sums

    def add(total: Matrices, left: Matrices, right: Matrices) -> None:
        numpy.matmul(left, right.T, out=product)
        total += product

    for group, rows, first, last in _pieces(law, block, theta):
        w, g = (_piece(array, block.by_rows, rows, first, last) for array in (theta, gradient))
        add(parameters[group], w, w)
        add(cross[group], g, w)
        if momentum is None:
            add(noise[group], g, g)
        else:
            m = _piece(momentum, block.by_rows, rows, first, last)
            add(noise[group], m, m)
        g *= g
        w *= w
        diagonal[group] += g.sum(axis=1)
        add(squares[group], g, w)
    return Grams(parameters, noise, cross, squares, diagonal)


def _pieces(law: Law, block: Block, theta: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any] | slice, int, int]]:
    """For every head its group, its positions along the law's axis, and pieces of the other axis."""
    across = theta.size // theta.shape[0] if block.by_rows else theta.shape[0]
    length = max(SHORTEST, BLOCK // law.width)
    for start in range(0, len(block.positions), law.width):
        positions = block.positions[start:start + law.width]
        group = int(block.members[start]) // law.width
        chosen: NDArray[Any] | slice = positions
        if positions[-1] - positions[0] == law.width - 1:
            chosen = slice(int(positions[0]), int(positions[-1]) + 1)
        for first in range(0, across, length):
            yield group, chosen, first, min(across, first + length)


def _piece(array: NDArray[Any], by_rows: bool, positions: NDArray[Any] | slice, first: int, last: int) -> Matrices:
    """A piece in doubles, the members of the law as its rows."""
    matrix = array if array.ndim == 2 else array.reshape(array.shape[0], -1)
    piece = matrix[positions, first:last] if by_rows else matrix[first:last, positions].T
    return numpy.array(piece, dtype=numpy.float64, order="C")
