"""Named arrays of any library, looked at without a copy where that is possible; and files of them for a call."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy
from numpy.typing import NDArray

from ._errors import ElementError, NamesError, NotFinite, ShapeError, UsageError

Arrays: TypeAlias = Mapping[str, Any]
"""Names and arrays: of NumPy, with ``__dlpack__`` (PyTorch, JAX, CuPy on the host), or with the buffer protocol."""

_SAFETENSORS = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16"}
_DIGITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}


def as_array(name: str, value: Any, what: str = "array") -> NDArray[Any]:
    """A view of real floating-point numbers.

    >>> as_array("w", numpy.zeros(2, dtype=complex))
    Traceback (most recent call last):
    equipartition._errors.ElementError: array `w`: expected real floating-point numbers, found complex128
    """
    if isinstance(value, numpy.ndarray):
        array = value
    elif hasattr(value, "__dlpack__"):
        array = _of_dlpack(value)
    else:
        try:
            array = numpy.asarray(value)
        except Exception as error:
            raise ElementError(f"{what} `{name}`: expected an array, found {type(value).__name__}: {error}") from None
    if array.dtype.name not in _DIGITS:
        raise ElementError(f"{what} `{name}`: expected real floating-point numbers, found {array.dtype}")
    return array


def _of_dlpack(value: Any) -> NDArray[Any]:
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


def write_safetensors(path: Path, arrays: Mapping[str, NDArray[Any]], only_shapes: bool = False) -> None:
    """A safetensors file; with ``only_shapes`` the numbers are a hole in the file, which reads as zeros and takes no room."""
    header: dict[str, object] = {}
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        header[name] = {"dtype": _SAFETENSORS[array.dtype.name], "shape": list(array.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        if only_shapes:
            file.truncate(8 + len(text) + end)
            return
        for array in arrays.values():
            little = array.astype(array.dtype.newbyteorder("<"), copy=False)
            file.write(numpy.ascontiguousarray(little).reshape(-1).view(numpy.uint8).data)


@contextmanager
def files(**given: Arrays | str | os.PathLike[str] | None) -> Iterator[tuple[dict[str, str | None], dict[str, str]]]:
    """Paths of files with these arrays, which go away at the end, and how they are to be called in messages; paths stay as they are."""
    with tempfile.TemporaryDirectory(prefix="equipartition-") as folder:
        paths: dict[str, str | None] = {}
        names: dict[str, str] = {}
        for what, value in given.items():
            if value is None or isinstance(value, (str, os.PathLike)):
                paths[what] = None if value is None else os.fspath(value)
                continue
            path = Path(folder, f"{what}.safetensors")
            write_safetensors(path, as_arrays(value, what))
            paths[what] = str(path)
            names[str(path)] = what
        yield paths, names
