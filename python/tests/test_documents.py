"""The Python that the pages show runs."""

from __future__ import annotations

import pytest
from conftest import HERE, blocks

TOP = HERE.parents[1]
BLOCKS = [(page, number, code) for page in ("docs/python.md", "README.md") for number, code in enumerate(blocks(page, "python"))]


@pytest.mark.parametrize(("page", "number", "code"), BLOCKS, ids=[f"{page}-{number}" for page, number, _ in BLOCKS])
def test_a_block_runs(page, number, code, monkeypatch, capsys):
    monkeypatch.chdir(TOP)
    exec(compile(code, f"{page}, block {number}", "exec"), {})
    shows = "print(" in code
    assert bool(capsys.readouterr().out) == shows


def test_there_are_blocks():
    assert {page for page, _, _ in BLOCKS} == {"docs/python.md", "README.md"}
