"""Tables for notebooks and terminals; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ._visible import visible


def html_table(header: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """A table of HTML.

    >>> html_table(["law"], [["<b>"]])
    '<table><thead><tr><th>law</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def text_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of text: the first column to the left, the others to the right.

    >>> print(text_table(["law", "z"], [["neurons", "+1.2"]]))
    law         z
    -------  ----
    neurons  +1.2
    """
    cells = [[visible(str(cell)) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = ["  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                       for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def number(value: float | None, form: str = "+.5f") -> str:
    """A number, or a dash where there is none.

    >>> number(None), number(0.25)
    ('-', '+0.25000')
    """
    return "-" if value is None else format(value, form)
