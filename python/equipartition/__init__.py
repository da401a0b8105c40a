"""Balance laws of gradients measured live, and a theorem-checking numerical verifier for deep-learning theory.

The functions `verify`, `check`, `relate`, `discover`, `evaluate`, `inspect` and `explain` answer with the documents of the command line, digit for digit;
`Monitor` measures balance laws in a training loop.
"""

from __future__ import annotations

from ._errors import (
    ArrayError,
    BadData,
    ClosedMonitor,
    ElementError,
    Error,
    InputOutputError,
    InternalError,
    LawsError,
    MissingInput,
    NamesError,
    NotFinite,
    NothingSelected,
    ShapeError,
    UsageError,
)
from ._functions import check, discover, evaluate, explain, inspect, relate, verify
from ._native import version as __version__
from ._reports import Answer, Claim, Discovery, Document, Inspection, Relations, Report
from .monitor import Adam, AdamW, Monitor, MonitorReport, Sgd

__all__ = [
    "Adam", "AdamW", "Answer", "ArrayError", "BadData", "Claim", "ClosedMonitor", "Discovery", "Document", "ElementError", "Error",
    "InputOutputError", "Inspection", "InternalError", "LawsError", "MissingInput", "Monitor", "MonitorReport", "NamesError",
    "NotFinite", "NothingSelected", "Relations", "Report", "Sgd", "ShapeError", "UsageError", "__version__", "check", "discover", "evaluate",
    "explain", "inspect", "relate", "verify",
]
