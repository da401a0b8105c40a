"""Reports of a monitor against those of `inspect`."""

from __future__ import annotations

import numpy

SAME = ["gradient_a", "gradient_b", "decay_a", "decay_b", "imbalance", "standard_error", "overlap", "largest_overlap"]


def close(found, expected):
    assert (found is None) == (expected is None), (found, expected)
    # An overlap that is rounding is as good as 0.
    assert found is None or abs(found - expected) <= 1e-9 * abs(expected) + 1e-15, (found, expected)


def compare(report, inspection):
    """Every number of every law and of every member."""
    assert len(report.laws) == len(inspection.laws) > 0
    for law in report.laws:
        (other,) = [other for other in inspection.laws
                    if (other["law"], other["layer"], other["form"]) == (law["law"], law["layer"], law["form"])]
        assert law["status"] == other["status"]
        for name in SAME:
            close(law[name], other[name])
        close(law["spread"]["worst"], other["spread"]["worst"])
        close(law["spread"]["median"], other["spread"]["median"])
        assert len(law["members"]) == len(other["members"])
        for member, its in zip(law["members"], other["members"]):
            for name in ("gradient_a", "gradient_b", "decay_a", "decay_b", "imbalance", "standard_error", "overlap"):
                close(member[name], its[name])


def stacked(rows):
    return {name: numpy.stack([row[name] for row in rows]) for name in rows[0]}
