"""Theories of formulas as tests: every claim of a ``*.theory.toml`` is one, with its own name and report.

``pytest --equipartition-precision 512 --equipartition-instances 64 my.theory.toml`` has other settings than usual.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ._errors import Error
from ._functions import verify
from ._reports import Claim


def pytest_addoption(parser: pytest.Parser) -> None:
    """Settings of all theories."""
    group = parser.getgroup("equipartition", "theories of formulas")
    group.addoption("--equipartition-instances", type=int, default=None, metavar="COUNT", help="instances of each law [32]")
    group.addoption("--equipartition-precision", type=int, default=None, metavar="BITS", help="the top of the precision ladder [256]")
    group.addoption("--equipartition-seed", type=int, default=None, metavar="SEED", help="the seed of all instances [0]")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> TheoryFile | None:
    """Files of theories."""
    if file_path.name.endswith(".theory.toml"):
        return TheoryFile.from_parent(parent, path=file_path)
    return None


class TheoryFile(pytest.File):
    """A theory of formulas."""

    def collect(self) -> Iterator[ClaimItem]:
        """Its claims; of a file that makes no sense, what is wrong with it."""
        try:
            theory = tomllib.loads(self.path.read_text(encoding="utf-8"))
            claims = [str(claim["id"]) for claim in theory["claim"]]
        except (tomllib.TOMLDecodeError, KeyError, TypeError, OSError, UnicodeDecodeError):
            # The library says what is wrong, with the line.
            try:
                verify(self.path)
            except Error as error:
                raise self.CollectError(str(error)) from None
            raise self.CollectError(f"{self.path}: expected a theory with claims") from None
        for claim in claims:
            yield ClaimItem.from_parent(self, name=claim)


class ClaimItem(pytest.Item):
    """One claim."""

    def runtest(self) -> None:
        """Examines it."""
        option = self.config.getoption
        report = verify(f"={self.name}", theory=self.path, instances=option("--equipartition-instances"),
                        precision=option("--equipartition-precision"), seed=option("--equipartition-seed"))
        (claim,) = report.claims
        self.user_properties += [("verdict", claim.verdict), ("evidence", str(claim.evidence_instances))]
        if not claim.holds:
            raise NotShown(claim)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report of a claim that does not hold; no trace of calls, which say nothing of it."""
        if isinstance(excinfo.value, (NotShown, Error)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands."""
        return self.path, None, self.name


class NotShown(Exception):
    """A claim that does not hold."""

    def __init__(self, claim: Claim) -> None:
        lines = [f"{claim.id}: {claim.verdict}: {claim.reason}", f"  {claim.title}"]
        for witness in claim.witnesses[:4]:
            lines += [f"  instance {witness['index']}: {witness['instance']}", f"    {witness['relation']}: residual {witness['residual']}",
                      f"    {witness['replay']}"]
        super().__init__("\n".join(lines))
