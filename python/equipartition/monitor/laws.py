"""Laws fitted to named arrays. What laws there are, and how positions belong to members, the compiled library says."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy
from numpy.typing import NDArray

from .. import _native
from .._call import native
from .._errors import Error, LawsError, MissingInput, UsageError

Laws: TypeAlias = str | os.PathLike[str] | Sequence[Mapping[str, object]]
"""``"mlp"``, ``"decoder"``, ``"auto"``, the path or the text of a file of laws, or its tables ``[[law]]`` as dictionaries."""

# Of more rows a matrix law is skipped: eight of its matrices are kept, 64 MiB of these.
WIDEST = 1024

_DEGREES = {"relu": "1", "leaky-relu": "1", "squared-relu": "2", "identity": "linear"}


@dataclass(frozen=True)
class Block:
    """One tensor in a law."""

    tensor: str
    by_rows: bool
    coefficient: float
    offset: float
    positions: NDArray[Any]
    members: NDArray[Any]
    covers_all: bool

    @property
    def side(self) -> int:
        """0 for what the symmetry multiplies, 1 for what it divides."""
        return int(self.coefficient < 0)

    def fold(self, values: NDArray[Any], count: int) -> NDArray[Any]:
        """Sums along the axis to sums over members."""
        chosen = values if self.covers_all else values[self.positions]
        return numpy.bincount(self.members, weights=chosen, minlength=count)


@dataclass(frozen=True)
class Law:
    """A law whose tensors were found, and fit together."""

    name: str
    layer: int | None
    groups: int
    width: int
    is_matrix: bool
    remark: str | None
    inexact: Mapping[str, Any] | None
    blocks: tuple[Block, ...]

    @property
    def members(self) -> int:
        """Members of all groups; of a matrix law, the rows of all matrices."""
        return self.groups * self.width


@dataclass(frozen=True)
class Fitted:
    """All laws, those that a monitor does not measure, and the decay that a file of laws states."""

    laws: tuple[Law, ...]
    skipped: tuple[tuple[str, int | None, str], ...]
    decays: Mapping[str, float]

    def tensors(self) -> list[str]:
        """The names of all tensors that some law is about."""
        return sorted({block.tensor for law in self.laws for block in law.blocks})


def fit(
    laws: Laws, arrays: Mapping[str, NDArray[Any]], activation: str, config: Mapping[str, object] | None, of_adam: bool,
) -> Fitted:
    """Fit laws, other than ``"auto"``, to arrays of these names and shapes."""
    kind, text = _described(laws, activation, config)
    shapes = [(name, list(array.shape)) for name, array in arrays.items()]
    try:
        fitted = json.loads(native(_native.fitted, shapes, kind, text))
    except ValueError as error:
        raise LawsError(str(error)) from None
    skipped: list[tuple[str, int | None, str]] = []
    usable = []
    for law in map(_law, fitted["laws"]):
        reason = _reason_to_skip(law, of_adam)
        if reason is None:
            usable.append(law)
        else:
            skipped.append((law.name, law.layer, reason))
    if not usable:
        raise LawsError("expected a law that a monitor can measure, found none")
    decays = {decay["pattern"]: decay["gamma"] for decay in fitted["decays"]}
    return Fitted(tuple(usable), tuple(skipped), decays)


def _reason_to_skip(law: Law, of_adam: bool) -> str | None:
    if law.is_matrix and of_adam:
        return "a matrix law of Adam is not elementwise; its diagonal is reported"
    if law.is_matrix and law.width > WIDEST:
        return f"its matrices would have {law.width} rows: a monitor keeps matrices of up to {WIDEST}; its diagonal is reported"
    return None


def _law(law: Mapping[str, Any]) -> Law:
    blocks = []
    for block in law["blocks"]:
        members = numpy.array(block["members"], dtype=numpy.intp)
        positions = numpy.flatnonzero(members >= 0)
        blocks.append(Block(block["tensor"], block["axis"] == "rows", block["coefficient"], block["offset"], positions,
                            members[positions], len(positions) == len(members)))
    return Law(law["law"], law["layer"], law["groups"], law["width"], law["form"] == "matrix", law["remark"], law["inexact"], tuple(blocks))


def _described(laws: Laws, activation: str, config: Mapping[str, object] | None) -> tuple[str, str]:
    if isinstance(laws, str) and laws == "mlp":
        if not isinstance(activation, str) or activation not in _DEGREES:
            raise UsageError(f"activation {activation!r}: expected one of {', '.join(_DEGREES)}")
        return "mlp", _DEGREES[activation]
    if isinstance(laws, str) and laws == "decoder":
        if not (config is None or isinstance(config, Mapping)):
            raise UsageError(f"config: expected the members of config.json as a dictionary, found {type(config).__name__}")
        try:
            return "decoder", "" if config is None else json.dumps(dict(config))
        except (TypeError, ValueError) as error:
            raise UsageError(f"config: expected the members of config.json, found what cannot be JSON: {error}") from None
    if isinstance(laws, str) and "[[" in laws:
        return "file", laws
    if isinstance(laws, (str, os.PathLike)):
        try:
            return "file", Path(laws).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise MissingInput(f"{os.fspath(laws)}: no such file; laws are mlp, decoder, auto, or a file of laws") from None
        except (OSError, ValueError) as error:
            raise LawsError(f"{os.fspath(laws)}: {error}") from None
    tables = [law for law in laws if isinstance(law, Mapping)] if isinstance(laws, Sequence) else []
    if tables and len(tables) == len(laws):
        return "file", "".join(map(_table, tables))
    raise UsageError(f"laws: expected mlp, decoder, auto, a file of laws, or a list of its tables, found {type(laws).__name__}")


def _table(law: Mapping[str, object]) -> str:
    return "[[law]]\n" + "".join(f"{json.dumps(str(key))} = {_value(value)}\n" for key, value in law.items())


def _value(value: object) -> str:
    """A value in TOML.

    >>> _value({"tensor": "w", "slice": [0, 2], "rotary": True})
    '{ "tensor" = "w", "slice" = [0, 2], "rotary" = true }'
    """
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(key))} = {_value(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    raise UsageError(f"a value of a law: expected a text, a number, a list or a dictionary, found {type(value).__name__}")


def found(parameters: Mapping[str, NDArray[Any]], gradients: Mapping[str, NDArray[Any]]) -> str | None:
    """A file of the laws that the gradients of one step show; None if they show none, or are too few to."""
    from .._functions import inspect

    stacked = {name: gradient[None] for name, gradient in gradients.items()}
    try:
        answer = inspect(parameters, laws="auto", gradients=stacked)
    except Error as error:
        # One sample of a small network cannot tell a law from chance.
        if "expected more samples" in str(error):
            return None
        raise LawsError(f"laws cannot be looked for: {error}") from error
    return str(answer["file"]) if answer["laws"] else None
