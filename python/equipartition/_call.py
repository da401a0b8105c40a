"""Calls of the command line inside this process, and what becomes of their failures."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy

from . import _native
from ._arrays import Lent
from ._errors import KINDS, Error, InternalError, UsageError

_Result = TypeVar("_Result")

# The process whose threads do the work; a fork has none of them, and would wait for them for ever.
_process: int | None = None

# A verdict other than `holds` is a result, not a failure.
_RESULTS = (0, 1, 3)


def words(command: str, arguments: Iterable[object], options: Mapping[str, object]) -> list[str]:
    """The words of a command line; options that are None or False are left out, sequences are repeated.

    >>> words("list", ["balance"], {"search": None, "format": "json"})
    ['equipartition', 'list', '--format=json', '--', 'balance']
    """
    line = ["equipartition", command]
    for name, value in options.items():
        option = "--" + name.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            line.append(option)
            continue
        values = value if isinstance(value, (list, tuple)) else [value]
        line.extend(f"{option}={_text(item)}" for item in values)
    positional = [_text(argument) for argument in arguments]
    return [*line, "--", *positional] if positional else line


def _text(value: object) -> str:
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, bytes):
        value = os.fsdecode(value)
    if not isinstance(value, (str, int, float, numpy.generic)):
        raise UsageError(f"an argument: expected a text, a path or a number, found {type(value).__name__}")
    text = str(value)
    if "\0" in text:
        raise UsageError(f"a text with a NUL character cannot be an argument: {text!r}")
    return text


def native(function: Callable[..., _Result], *arguments: object) -> _Result:
    """A call of the compiled part, whose panics and lack of threads are errors of this package.

    >>> native(_native.panic, "row 3 is missing")
    Traceback (most recent call last):
    equipartition._errors.InternalError: internal error: row 3 is missing
    """
    try:
        return function(*arguments)
    except UnicodeEncodeError as error:
        raise UsageError(f"a text that is not Unicode cannot be passed on: {error.object!r}") from None
    except RuntimeError as error:
        raise InternalError(str(error)) from None


def document(line: Sequence[str], rename: Mapping[str, str] | None = None, held: Sequence[Lent] = ()) -> Any:
    """The JSON document that a command answers with; its failure as an exception.

    ``rename`` has the names under which files of this process are to be spoken of, ``held`` the arrays that stand for files.
    """
    return json.loads(text(line, rename, held))


def text(line: Sequence[str], rename: Mapping[str, str] | None = None, held: Sequence[Lent] = ()) -> str:
    """What a command prints; its failure as an exception."""
    global _process
    if _process not in (None, os.getpid()):
        raise UsageError("this process was forked from one in which equipartition had worked: its threads are not here; start processes with the "
                         "method `spawn`, or fork before the first call")
    _process = os.getpid()
    code, output, messages = native(_native.answer, list(line), list(held))
    for path, name in (rename or {}).items():
        output, messages = output.replace(path, name), messages.replace(path, name)
    if code in _RESULTS and output:
        try:
            failure = json.loads(output).get("error")
        except (ValueError, AttributeError):
            failure = None
        if failure is None:
            return output
        raise KINDS.get(failure["kind"], Error)(failure["message"])
    try:
        failure = json.loads(output)["error"]
    except (ValueError, KeyError, TypeError):
        message = messages.strip().removeprefix("error: ") or f"exit code {code}"
        raise (UsageError if code == 2 else InternalError)(message) from None
    raise KINDS.get(failure["kind"], Error)(failure["message"])
