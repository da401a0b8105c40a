"""A program that uses the package, for a checker of types: what is annotated here is what the package promises."""

from fractions import Fraction
from typing import Any

import equipartition
import numpy
from numpy.typing import NDArray

report: equipartition.Report = equipartition.verify("balance/neuron", instances=4, effort="quick")
claims: list[equipartition.Claim] = report.claims
answer: equipartition.Answer = equipartition.check("w = w", loss="w", with_="w", at="anywhere")
relations: equipartition.Relations = equipartition.relate("w", "g.w", loss="w^2", with_="w")
discovery: equipartition.Discovery = equipartition.discover(kind="mlp", widths=[1, 2, 1], activation="relu")
typed: equipartition.Discovery = equipartition.discover(loss="(u w x - y)^2", with_="u, w, x, y", conserved=2)
values: dict[str, Any] = equipartition.evaluate({"theta": [Fraction(1, 3), "0.5"]}, strings=True)
arrays: dict[str, NDArray[numpy.float32]] = {"0.weight": numpy.ones((2, 3), dtype=numpy.float32)}
inspection: equipartition.Inspection = equipartition.inspect(arrays, laws="mlp", gradients="gradients.npz", rule="adamw")
proof: str = equipartition.explain("balance/neuron", format="latex")

with equipartition.Monitor("mlp", activation="relu", optimizer=equipartition.AdamW(learning_rate=0.1), every=2) as monitor:
    measured: bool = monitor.update(arrays, arrays, second_moments=arrays, learning_rate={"0.weight": 0.1})
    live: equipartition.MonitorReport = monitor.report(members=True)
    text: str = live.to_json(indent=2) + live.to_svg() + str(live)
holds: bool = report.holds and answer.holds and claims[0].holds
