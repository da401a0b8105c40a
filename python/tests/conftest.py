"""What tests share."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy
import pytest

HERE = Path(__file__).parent
CHECKPOINTS = HERE.parents[1] / "examples" / "pytorch" / "checkpoints"


@pytest.fixture
def generator() -> numpy.random.Generator:
    """Random numbers, the same in every run."""
    return numpy.random.default_rng(25)


@pytest.fixture(scope="session")
def command() -> list[str]:
    """The command line in a process of its own."""
    script = Path(sys.executable).with_name("equipartition")
    return [str(script)] if script.exists() else [shutil.which("equipartition") or "equipartition"]


@pytest.fixture(scope="session")
def run(command: list[str]):
    """Runs it, and returns what it prints."""

    def call(*arguments: str, status: int = 0) -> str:
        done = subprocess.run([*command, *arguments], capture_output=True, text=True)
        assert done.returncode == status, done.stderr
        return done.stdout

    return call


def blocks(page: str, kind: str) -> list[str]:
    """The blocks of code of this kind that a page shows."""
    return re.findall(rf"^```{kind}\n(.*?)^```", (HERE.parents[1] / page).read_text(encoding="utf-8"), re.S | re.M)


def loudly_absent(name: str, how: str) -> None:
    """Skips a file of tests where a library is missing, so that nobody takes it for passed."""
    text = f"SKIPPED: {name} is not installed, its adapter was NOT tested: {how}"
    warnings.warn(text, stacklevel=2)
    pytest.skip(text, allow_module_level=True)
