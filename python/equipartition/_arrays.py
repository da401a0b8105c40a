"""Named arrays of any library, looked at without a copy where that is possible."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy
from numpy.typing import NDArray

from ._errors import ElementError, Error, NamesError, NotFinite, ShapeError, UsageError

Arrays: TypeAlias = Mapping[str, Any]
"""Names and arrays: of NumPy, with ``__dlpack__`` (PyTorch, JAX, CuPy on the host), or with the buffer protocol."""

_DIGITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}


def as_array(name: str, value: Any, what: str = "array") -> NDArray[Any]:
    """A view of real floating-point numbers.

    >>> as_array("w", numpy.zeros(2, dtype=complex))
    Traceback (most recent call last):
    equipartition._errors.ElementError: array `w`: expected real floating-point numbers, found complex128
    """
    try:
        array = view(value)
    except Error:
        raise
    except Exception as error:
        raise ElementError(f"{what} `{name}`: expected an array, found {type(value).__name__}: {error}") from None
    if isinstance(array, numpy.ma.MaskedArray):
        raise ElementError(f"{what} `{name}`: expected all of its elements, found a masked array")
    if array.dtype.name not in _DIGITS:
        found = f"object ({type(value).__name__})" if array.dtype == object else array.dtype
        raise ElementError(f"{what} `{name}`: expected real floating-point numbers, found {found}")
    return array


def view(value: Any) -> NDArray[Any]:
    """What NumPy makes of an array: of its own kind, with ``__dlpack__`` or a buffer the same memory, of nested lists new memory."""
    if isinstance(value, numpy.ndarray) or not hasattr(value, "__dlpack__"):
        return numpy.asanyarray(value)
    # A tensor that records its derivatives lends its numbers only detached, one of bfloat16 not at all: NumPy has no such type.
    if hasattr(value, "detach"):
        value = value.detach()
        if hasattr(value, "cpu"):
            value = value.cpu()
        if str(value.dtype) == "torch.bfloat16":
            return _of_bfloat16(value)
    try:
        return numpy.from_dlpack(value)
    except (TypeError, BufferError, RuntimeError, AttributeError):
        return numpy.asarray(value)


def _of_bfloat16(value: Any) -> NDArray[Any]:
    try:
        import ml_dtypes
    except ImportError:
        raise ElementError("numbers of bfloat16 need the package ml_dtypes, or to be converted to float32") from None
    import torch  # type: ignore[import-not-found,unused-ignore]

    return numpy.asarray(value.view(torch.int16).numpy()).view(ml_dtypes.bfloat16)


def digits(array: NDArray[Any]) -> int:
    """The binary digits of the numbers of an array's type."""
    return _DIGITS[array.dtype.name]


def as_arrays(given: Arrays, what: str) -> dict[str, NDArray[Any]]:
    """The same of all arrays of a dictionary."""
    if not isinstance(given, Mapping):
        raise UsageError(f"{what}: expected a dictionary of names and arrays, found {type(given).__name__}")
    if not given:
        raise NamesError(f"{what}: expected at least one array, found none")
    for name in given:
        if not isinstance(name, str):
            raise NamesError(f"{what}: expected names, found {name!r}")
    return {name: as_array(name, value, what) for name, value in given.items()}


def check_same(parameters: Mapping[str, NDArray[Any]], others: Mapping[str, NDArray[Any]], what: str) -> None:
    """Every array of the one has a companion of the same shape in the other, and the other no more."""
    missing = sorted(parameters.keys() - others.keys())
    strange = sorted(others.keys() - parameters.keys())
    if missing or strange:
        parts = [f"{len(names)} {text}: {', '.join(names[:4])}{', ...' if len(names) > 4 else ''}"
                 for names, text in ((missing, "missing"), (strange, "without a parameter")) if names]
        raise NamesError(f"{what}: expected the names of the parameters; {'; '.join(parts)}")
    for name, array in parameters.items():
        if others[name].shape != array.shape:
            raise ShapeError(f"{what} `{name}`: expected the shape {list(array.shape)}, found {list(others[name].shape)}")


def refuse_not_finite(name: str, array: NDArray[Any], what: str) -> None:
    """Raise if an element is not finite."""
    finite = numpy.isfinite(array)
    if not finite.all():
        place = numpy.unravel_index(int(numpy.argmin(finite)), array.shape)
        where = ", ".join(str(int(index)) for index in place)
        raise NotFinite(f"{what} `{name}`: element [{where}] is {array[place]}: expected finite numbers")


# What the compiled part calls the types.
_ELEMENTS = {"float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16"}

Lent: TypeAlias = tuple[str, list[tuple[str, list[int], str, NDArray[numpy.uint8]]]]
"""What the compiled part takes for a file: its name, and of every array name, shape, type of elements, and bytes."""


def lent(what: str, arrays: Mapping[str, NDArray[Any]]) -> Lent:
    """The arrays as the compiled part reads them: where they lie. Only what is not contiguous, or not little-endian, is copied.

    >>> array = numpy.ones((2, 3))
    >>> name, ((_, shape, element, seen),) = lent("parameters", {"w": array})
    >>> name, shape, element, numpy.shares_memory(seen, array)
    ('parameters', [2, 3], 'f64', True)
    """
    described = []
    for name, array in arrays.items():
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        seen = numpy.ascontiguousarray(little).reshape(-1).view(numpy.uint8)
        described.append((name, list(array.shape), _ELEMENTS[array.dtype.name], seen))
    return what, described


def lent_or_named(**given: Arrays | str | os.PathLike[str] | None) -> tuple[list[Lent], dict[str, str | None]]:
    """Dictionaries as they are lent, and for each of the names by what the command line is to call it: its own name, or a path."""
    held: list[Lent] = []
    called: dict[str, str | None] = {}
    for what, value in given.items():
        if value is None or isinstance(value, (str, os.PathLike)):
            path = None if value is None else os.fspath(value)
            # A file that is called like one of the dictionaries.
            called[what] = os.path.join(os.curdir, path) if path in given else path
        else:
            held.append(lent(what, as_arrays(value, what)))
            called[what] = what
    return held, called
