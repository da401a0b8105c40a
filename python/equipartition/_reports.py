"""What commands answer, as objects: the JSON document of the command line, with attributes and a view for notebooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ._html import html_table, number, text_table


@dataclass(frozen=True)
class Document:
    """A JSON document as the command line prints it; ``document[name]`` and ``document.name`` are its members."""

    document: dict[str, Any] = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.document[name]

    def __getattr__(self, name: str) -> Any:
        try:
            return object.__getattribute__(self, "document")[name]
        except (KeyError, TypeError, AttributeError):
            raise AttributeError(f"{type(self).__name__} has no member {name!r}") from None

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.document})

    def _table(self) -> tuple[list[str], list[list[object]], str]:
        return ["member", "value"], [[name, value] for name, value in self.document.items()], ""

    def _repr_html_(self) -> str:
        header, rows, caption = self._table()
        return html_table(header, rows, caption)

    def __str__(self) -> str:
        header, rows, caption = self._table()
        return f"{caption}\n\n{text_table(header, rows)}" if caption else text_table(header, rows)


def _evidence(counts: dict[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in counts.items())


class Claim(Document):
    """One claim of a report: ``id``, ``verdict``, ``reason``, ``evidence``, ``controls``, ``mutants``, ``witnesses``, and all other
    members of docs/formats.md."""

    @property
    def holds(self) -> bool:
        """Whether the verdict is ``holds``."""
        return bool(self.document["verdict"] == "holds")

    def __repr__(self) -> str:
        return f"<Claim {self.document['id']}: {self.document['verdict']}>"

    def _row(self) -> list[object]:
        d = self.document
        failed = sum(control["failed"] for control in d["controls"])
        refuted = sum(mutant["refuted"] for mutant in d["mutants"])
        return [d["id"], d["verdict"], _evidence(d["evidence_instances"]), f"{failed}/{len(d['controls'])}",
                f"{refuted}/{len(d['mutants'])}", d["reason"] or ""]


class Report(Document):
    """The report of ``verify``."""

    @property
    def claims(self) -> list[Claim]:
        """Its claims."""
        return [Claim(claim) for claim in self.document["claims"]]

    @property
    def holds(self) -> bool:
        """Whether every claim holds."""
        return all(claim.holds for claim in self.claims)

    def __len__(self) -> int:
        return len(self.document["claims"])

    def __repr__(self) -> str:
        return f"<Report: {sum(claim.holds for claim in self.claims)} of {len(self)} claims hold>"

    def _table(self) -> tuple[list[str], list[list[object]], str]:
        d = self.document
        caption = (f"equipartition {d['version']}: seed {d['seed']}, {d['instances']} instances of each law, "
                   f"{d['precision']} bits")
        header = ["claim", "verdict", "evidence", "controls failed", "mutants refuted", "reason"]
        return header, [claim._row() for claim in self.claims], caption


class Answer(Document):
    """The answer of ``check``: ``verdict``, ``tautology``, ``evidence``, ``counterexample``, ``mutants``."""

    @property
    def holds(self) -> bool:
        """Whether the verdict is ``holds``."""
        return bool(self.document["verdict"] == "holds")

    def __repr__(self) -> str:
        return f"<Answer: {self.document['verdict']}: {self.document['law']}>"

    def _repr_latex_(self) -> str:
        return f"${self.document['latex']}$"

    def _table(self) -> tuple[list[str], list[list[object]], str]:
        d = self.document
        rows: list[list[object]] = [["verdict", d["verdict"] + (", a tautology" if d["tautology"] else "")]]
        rows += [[name, d[name]] for name in ("loss", "with", "instances", "violated")]
        rows.append(["evidence", _evidence(d["evidence"]) if isinstance(d["evidence"], dict) else d["evidence"]])
        rows.append(["wrong formulas refuted", f"{sum(m['refuted'] for m in d['mutants'])}/{len(d['mutants'])}"])
        if d["reason"]:
            rows.append(["reason", d["reason"]])
        if d["counterexample"]:
            rows += [[entry["name"], ", ".join(entry["values"])] for entry in d["counterexample"]["numbers"]]
        return ["for", d["law"]], rows, ""


class Relations(Document):
    """The answer of ``relate``: ``laws``, each with ``law``, ``verdict``, ``tautology``, ``relation`` (terms and coefficients), ``evidence``."""

    def __repr__(self) -> str:
        d = self.document
        return f"<Relations: {len(d['laws'])} laws among {len(d['terms'])} terms>"

    def __len__(self) -> int:
        return len(self.document["laws"])

    def _table(self) -> tuple[list[str], list[list[object]], str]:
        d = self.document
        rows: list[list[object]] = [
            [law["law"], law["verdict"] + (", a tautology" if law["tautology"] else ""), law["instances"]] for law in d["laws"]]
        rows += [[law, "refuted by fresh instances", ""] for law in d["refuted"]]
        left = f"; {d['left_out']} left out, whose coefficients cannot be written" if d["left_out"] else ""
        return ["law", "verdict", "instances"], rows, f"{len(d['laws'])} linear laws among {', '.join(d['terms'])}{left}"


class Discovery(Document):
    """The answer of ``discover``: ``balance_laws``, ``linear_generators``, ``translations``, ``permutation_families``; of ``conserved`` the
    ``quantities``."""

    def __repr__(self) -> str:
        d = self.document
        found = f"{len(d['quantities'])} conserved quantities" if "quantities" in d else f"{len(d['balance_laws'])} balance laws"
        return f"<Discovery: {found} of {d['network']}>"

    def _table(self) -> tuple[list[str], list[list[object]], str]:
        d = self.document
        if "quantities" in d:
            kept: list[list[object]] = [[of["quantity"], of["degree"]] for of in d["quantities"]]
            return ["conserved quantity", "degree"], kept, str(d["network"])
        # All entries of a matrix law are told in one row.
        matrices = [of for of in d["matrix_symmetries"] if of["law"] is not None]
        told = {index for of in matrices for index in range(*of["balance_laws"])}
        alone = [law for index, law in enumerate(d["balance_laws"]) if index not in told and not law["implied_by_translations"]]
        implied = sum(law["implied_by_translations"] for law in d["balance_laws"])
        rows: list[list[object]] = [[of["law"], _verified(d["balance_laws"][slice(*of["balance_laws"])])] for of in matrices]
        rows += [[law["formula"], _verified([law])] for law in [*alone, *d["affine_laws"]]]
        return ["balance law", "verified"], rows, d["network"] + (f"; {implied} further laws follow from those of translations" if implied else "")


def _verified(laws: list[dict[str, Any]]) -> str:
    if not all(law["verified"] for law in laws):
        return "no"
    if all(law["vacuous"] for law in laws):
        return "vacuous"
    return "yes" if len(laws) == 1 else f"yes, all {len(laws)} entries"


class Inspection(Document):
    """The report of ``inspect``: ``laws``, ``symmetries``, ``relaxations``; of ``laws="auto"`` the laws found."""

    def __repr__(self) -> str:
        return f"<Inspection: {len(self.document['laws'])} laws>"

    def _table(self) -> tuple[list[str], list[list[object]], str]:
        laws = self.document["laws"]
        if laws and "imbalance" not in laws[0]:
            return ["law"], [[law["name"]] for law in laws], ""
        rows: list[list[object]] = [
            [law["law"], "-" if law["layer"] is None else law["layer"], number(law["imbalance"]),
             number(law["standard_error"], ".5f"), number(law["z"], "+.1f"), law["status"], number(law["overlap"], ".1e")]
            for law in laws]
        return ["law", "layer", "imbalance", "std.", "z", "symmetry", "overlap"], rows, ""
