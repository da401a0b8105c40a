"""Exceptions: one family, so that ``except equipartition.Error`` has all of it."""

from __future__ import annotations

from ._visible import visible


class Error(Exception):
    """Anything that this package refuses; ``str(error)`` says what was expected and what was found."""

    # Of its own, because OSError shows an error number and KeyError the representation of its argument; and names may have been read from a file.
    def __str__(self) -> str:
        return visible(str(self.args[0]), keep="\n") if self.args else ""


class UsageError(Error, ValueError):
    """Arguments contradict each other, or one of them is none of those possible."""


class NothingSelected(Error, LookupError):
    """No claim has an identifier of this form, or none applies to the model."""


class BadData(Error, ValueError):
    """Malformed or inconsistent data: a formula, a request, a model, a file of laws, a checkpoint."""


class MissingInput(Error, FileNotFoundError):
    """There is no such file."""


class InputOutputError(Error, OSError):
    """Reading or writing failed."""


class InternalError(Error, RuntimeError):
    """A fault of equipartition itself, such as a panic: please report it."""


class ArrayError(BadData):
    """An array is not what is needed."""


class NamesError(ArrayError, KeyError):
    """Parameters and gradients have different names, or a law names an array that is not there."""


class ShapeError(ArrayError):
    """An array has another shape than its parameter."""


class ElementError(ArrayError, TypeError):
    """The elements are complex, integers, or no numbers at all: laws are about real floating-point numbers."""


class NotFinite(ArrayError):
    """An infinity, or something that is not a number."""


class ClosedMonitor(Error, RuntimeError):
    """The monitor was closed: it takes no more steps. What it has measured can still be reported."""


class LawsError(BadData):
    """Laws that cannot be read, do not fit the parameters, or were not found."""


KINDS: dict[str, type[Error]] = {
    "usage": UsageError,
    "nothing-selected": NothingSelected,
    "bad-data": BadData,
    "bad-configuration": BadData,
    "missing-input": MissingInput,
    "input-output": InputOutputError,
    "undecided": Error,
    "internal": InternalError,
}
