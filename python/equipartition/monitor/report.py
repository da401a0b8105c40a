"""What a monitor has measured: a table, JSON, a picture over the steps."""

from __future__ import annotations

import json
import math
import os
from html import escape
from pathlib import Path
from typing import Any

from .._errors import InputOutputError
from .._html import number
from .._reports import Document
from .status import NO_SYMMETRY

# More curves than this are no picture: those with the largest imbalance are drawn.
_MOST_CURVES = 8
# In the column `symmetry`.
_NOT_ONE = "NOT ONE"
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#999999")


class MonitorReport(Document):
    """The report of a monitor; its members are those of ``inspect``, with ``series`` over the steps.

    ``relaxations`` has for each strength of decay the relaxation ``time`` in steps, how many the run has ``seen``, and the steps ``left`` to three of them,
    after which 5 % of the beginning is left.
    """

    def __repr__(self) -> str:
        symmetries = self.document["symmetries"]
        return f"<MonitorReport: {len(self.document['laws'])} laws over {self.document['measured']} steps, {symmetries['confirmed']} confirmed>"

    def _table(self) -> tuple[list[str], list[list[object]], str]:
        d = self.document
        rows: list[list[object]] = [
            [law["law"], "-" if law["layer"] is None else law["layer"], _imbalance(law), number(_error(law), ".5f"),
             number(law["z"], "+.1f"), _status(law["status"]), number(law["overlap"], ".1e")] for law in d["laws"]]
        every = "" if d["every"] == 1 else f", one of {d['every']}"
        times = "".join(f"; gamma {of['gamma']:g}, eta {of['learning_rate']:g}: {of['seen']:.2f} relaxation times of {of['time']:.0f} steps seen, {of['left']:.0f} steps left"
                        for of in d["relaxations"])
        caption = f"{d['rule']}: {d['steps']} steps, {d['measured']} measured{every}{times}"
        return ["law", "layer", "imbalance", "error", "z", "symmetry", "overlap"], rows, caption

    def __str__(self) -> str:
        text = super().__str__()
        if self.document["symmetries"]["not_a_symmetry"]:
            text += f"\n\n{_NOT_ONE}: the gradients are not orthogonal to the orbit of the law's symmetry, so it is none of this network, and the imbalance says nothing"
        return text

    def to_json(self, **options: Any) -> str:
        """The document as JSON."""
        return json.dumps(self.document, allow_nan=False, **options)

    def to_svg(self) -> str:
        """The imbalance of each law over the steps."""
        return _picture(self.document)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture, the document or the table, by the ending of the path: .svg, .json or anything else."""
        place = Path(path)
        text = {".svg": self.to_svg(), ".json": self.to_json(indent=2)}.get(place.suffix, str(self))
        try:
            place.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise InputOutputError(f"cannot write {place}: {error.strerror}") from None

    def _repr_html_(self) -> str:
        return super()._repr_html_() + self.to_svg()


def _imbalance(law: dict[str, Any]) -> str:
    """That of a matrix law is a norm and has no sign."""
    return number(law["imbalance"], ".5f" if law["form"] == "matrix" else "+.5f")


def _error(law: dict[str, Any]) -> float | None:
    """The larger of both errors."""
    return max((error for error in (law["standard_error"], law["correlated_error"]) if error is not None), default=None)


def _status(status: str) -> str:
    return _NOT_ONE if status == NO_SYMMETRY else status


def _picture(document: dict[str, Any]) -> str:
    width, height, left, right, top, bottom = 640, 300, 56, 16, 16, 40
    laws = [law for law in document["laws"] if law["series"]["step"]][:_MOST_CURVES]
    last = max((law["series"]["step"][-1] for law in laws), default=1) or 1

    def across(step: float) -> float:
        return left + (width - left - right) * step / last

    def up(value: float) -> float:
        return top + (height - top - bottom) * (1.0 - value) / 2.0

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 16 * len(laws)}" font-family="sans-serif" font-size="11" role="img">',
             "<title>imbalance over steps</title>", f'<rect width="{width}" height="{height + 16 * len(laws)}" fill="white"/>']
    for value in (-1.0, -0.5, 0.0, 0.5, 1.0):
        stroke = "#888" if value == 0.0 else "#ddd"
        parts.append(f'<path d="M{left} {up(value):.1f}H{width - right}" stroke="{stroke}"/>'
                     f'<text x="{left - 6}" y="{up(value) + 4:.1f}" text-anchor="end">{value:+g}</text>')
    for step in _ticks(last):
        parts.append(f'<text x="{across(step):.1f}" y="{height - bottom + 16}" text-anchor="middle">{step:g}</text>')
    parts.append(f'<text x="{(left + width - right) / 2:.0f}" y="{height - 6}" text-anchor="middle">step</text>')
    for place, law in enumerate(laws):
        colour = _COLOURS[place]
        series = law["series"]
        points = [(across(step), up(value)) for step, value in zip(series["step"], series["imbalance"]) if value is not None]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        if len(points) > 1:
            parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.2" points="{path}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}"/>' for x, y in points[:1] if len(points) == 1]
        layer = "" if law["layer"] is None else f", layer {law['layer']}"
        y = height + 16 * place
        parts.append(f'<path d="M{left} {y}h18" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{left + 24}" y="{y + 4}">{escape(_plain(law["law"] + layer))}: {number(law["imbalance"])}</text>')
    return "".join(parts) + "</svg>"


def _plain(text: str) -> str:
    """Without what no XML may hold."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _ticks(last: float) -> list[float]:
    """Round numbers from 0.

    >>> _ticks(1000)
    [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]
    """
    size = 10.0 ** math.floor(math.log10(last))
    step = next(size * factor for factor in (0.2, 0.5, 1.0, 2.0) if last / (size * factor) <= 6)
    return [step * index for index in range(int(last / step) + 1)]
