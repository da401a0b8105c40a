"""Numbers of Python to numerals that lose nothing, and numerals back to numbers."""

from __future__ import annotations

import numbers
import re
from array import array
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy

from ._arrays import view
from ._errors import BadData

_NUMERAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?(/\d+)?")


def numeral(value: object, place: str) -> str:
    """The numeral of an exact number.

    >>> numeral(Fraction(1, 3), "theta"), numeral("0.1", "theta"), numeral(numpy.float64(0.5), "theta")
    ('1/3', '0.1', '1/2')
    >>> numeral(0.1, "theta[0]")
    Traceback (most recent call last):
    equipartition._errors.BadData: theta[0]: found the float 0.1, which may have been rounded: expected an int, a Fraction, a decimal string, a Decimal, an mpmath number, or an array of NumPy
    """
    if isinstance(value, str):
        if not _NUMERAL.fullmatch(value.strip()):
            raise BadData(f"{place}: expected a number such as '-3', '0.25' or '1/3', found {value!r}")
        return value.strip()
    if isinstance(value, bool) or value is None:
        raise BadData(f"{place}: expected a number, found {value!r}")
    if isinstance(value, numpy.floating):
        return _exact(value.astype(numpy.float64) if value.itemsize < 8 else value, place)
    if isinstance(value, float):
        raise BadData(f"{place}: found the float {value!r}, which may have been rounded: expected an int, a Fraction, a decimal "
                      "string, a Decimal, an mpmath number, or an array of NumPy")
    if isinstance(value, numbers.Rational):
        return _ratio(Fraction(int(value.numerator), int(value.denominator)))
    if isinstance(value, (Decimal, numpy.integer)):
        return _exact(value, place)
    if hasattr(value, "_mpf_"):
        sign, mantissa, exponent, _ = value._mpf_
        if not mantissa and exponent:
            raise BadData(f"{place}: expected a finite number, found {value}")
        exact = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
        return _ratio(-exact if sign else exact)
    raise BadData(f"{place}: expected a number, found {type(value).__name__}")


def _exact(value: Any, place: str) -> str:
    try:
        return _ratio(Fraction(int(value)) if isinstance(value, numpy.integer) else Fraction(*value.as_integer_ratio()))
    except (OverflowError, ValueError):
        raise BadData(f"{place}: expected a finite number, found {value}") from None


def _ratio(value: Fraction) -> str:
    return str(value)


def numerals(value: object, place: str) -> object:
    """The same of all numbers of nested sequences and arrays."""
    if hasattr(value, "__dlpack__") and not isinstance(value, (numpy.ndarray, numpy.generic)) or isinstance(value, (memoryview, array)):
        value = view(value)
    if isinstance(value, numpy.ndarray):
        if value.dtype.kind not in "fiu" or isinstance(value, numpy.ma.MaskedArray):
            raise BadData(f"{place}: expected real numbers, found an array of {value.dtype}")
        if value.ndim == 0:
            return numeral(value[()], place)
        return [numerals(entry if value.ndim > 1 else value[index], f"{place}[{index}]")
                for index, entry in enumerate(value)]
    if isinstance(value, (list, tuple)):
        return [numerals(entry, f"{place}[{index}]") for index, entry in enumerate(value)]
    return numeral(value, place)


# What of a request is numbers; the rest is taken as it is, and checked by the library.
_NUMBERS = ("theta", "weights", "learning_rate", "preconditioner", "weight_decay")
_OF_MODEL = ("input_covariance", "noise_covariance", "target", "embedding_in", "embedding_out")


def request(given: Mapping[str, object]) -> dict[str, object]:
    """A request of `eval`, with every number as a numeral."""
    if not isinstance(given, Mapping):
        raise BadData(f"a request is a dictionary, found {type(given).__name__}")
    asked = dict(given)
    for name in _NUMBERS:
        if asked.get(name) is not None:
            asked[name] = numerals(asked[name], name)
    samples = asked.get("samples")
    if isinstance(samples, Iterable) and not isinstance(samples, (str, Mapping)):
        asked["samples"] = [_sample(sample, index) for index, sample in enumerate(samples)]
    model = asked.get("model")
    if isinstance(model, Mapping):
        asked["model"] = {name: numerals(value, f"model.{name}") if name in _OF_MODEL else value
                          for name, value in model.items()}
    return asked


def _sample(sample: object, index: int) -> object:
    if isinstance(sample, tuple) and len(sample) == 2:
        sample = {"x": sample[0], "y": sample[1]}
    if not isinstance(sample, Mapping):
        raise BadData(f"samples[{index}]: expected a pair (x, y), or a dictionary with x and y")
    return {name: numerals(value, f"samples[{index}].{name}") if name in ("x", "y") else value
            for name, value in sample.items()}


def answered(document: Mapping[str, object], scalar: object, strings: bool) -> dict[str, Any]:
    """The quantities of an answer as numbers of the scalar asked for."""
    convert = _text if strings else _reader(scalar)
    return {name: _converted(value, convert) for name, value in document.items() if name != "schema_version"}


def _converted(value: object, convert: Any) -> Any:
    if isinstance(value, list):
        entries = [_converted(entry, convert) for entry in value]
        return numpy.array(entries) if convert in (numpy.float64, numpy.float32) else entries
    return convert(value)


def _text(value: str) -> str:
    return value


def _reader(scalar: object) -> Any:
    if scalar == "rational":
        return Fraction
    if scalar == "f64":
        return numpy.float64
    if scalar == "f32":
        return numpy.float32
    bits = scalar.get("mpfr") if isinstance(scalar, Mapping) else None
    try:
        import mpmath  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return _text
    context = mpmath.mp.clone()
    context.prec = bits
    return context.mpf
