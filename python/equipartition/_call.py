"""Calls of the command line inside this process, and what becomes of their failures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import _native
from ._errors import KINDS, Error, InternalError, UsageError

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
    text = str(value)
    if "\0" in text:
        raise UsageError(f"a text with a NUL character cannot be an argument: {text!r}")
    return text


def document(line: Sequence[str], rename: Mapping[str, str] | None = None) -> Any:
    """The JSON document that a command answers with; its failure as an exception.

    ``rename`` has the names under which files of this process are to be spoken of.
    """
    return json.loads(text(line, rename))


def text(line: Sequence[str], rename: Mapping[str, str] | None = None) -> str:
    """What a command prints; its failure as an exception."""
    global _process
    if _process not in (None, os.getpid()):
        raise UsageError("this process was forked from one in which equipartition had worked: its threads are not here; start processes with the "
                         "method `spawn`, or fork before the first call")
    _process = os.getpid()
    code, output, messages = _native.answer(list(line))
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
