"""The notebooks run from their first cell to their last, whose assertions say what they show."""

from __future__ import annotations

import ast
import json

import pytest
from conftest import HERE

NOTEBOOKS = sorted((HERE.parent / "notebooks").glob("*.ipynb"))


def shown(value):
    """What a notebook would make of the last expression of a cell."""
    if value is None:
        return
    html = getattr(value, "_repr_html_", None)
    assert (html() if html else repr(value)).strip()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    try:
        import nbformat
    except ImportError:
        pass
    else:
        nbformat.validate(nbformat.from_dict(notebook))
    names: dict[str, object] = {"__name__": "__main__"}
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert any("assert " in cell for cell in cells)
    for number, source in enumerate(cells):
        tree = ast.parse(source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        place = f"{path.name}, cell {number}"
        exec(compile(tree, place, "exec"), names)
        if last is not None:
            shown(eval(compile(ast.Expression(last.value), place, "eval"), names))


def test_there_are_two():
    assert {path.stem for path in NOTEBOOKS} == {"digits", "conjecture"}
