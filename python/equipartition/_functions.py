"""The commands as functions: the same work, the same documents, in this process."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

from ._arrays import Arrays, lent_or_named
from ._call import document, text, words
from ._errors import BadData, UsageError
from ._numbers import answered, request as numerals_of
from ._reports import Answer, Discovery, Inspection, Relations, Report

PathOf: TypeAlias = str | os.PathLike[str]
_Item = TypeVar("_Item")


def verify(
    *prefixes: PathOf,
    exclude: str | Sequence[str] = (),
    model: PathOf | None = None,
    precision: int | None = None,
    instances: int | None = None,
    effort: Literal["quick", "default", "thorough"] | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    time_limit: float | str | None = None,
    fail_fast: bool = False,
    theory: PathOf | Sequence[PathOf] = (),
    config: PathOf | None = None,
) -> Report:
    """Verify the claims whose identifiers begin with a prefix, all of them if there is none; files of theories may stand among them.

    The report is that of ``equipartition verify --format json``. Nothing is taken from an ``equipartition.toml`` that is not given as ``config``. A
    verdict other than ``holds`` raises nothing: look at ``report.holds``.

    >>> report = verify("balance/neuron")
    >>> report.holds, [claim.verdict for claim in report.claims]
    (True, ['holds'])
    >>> verify("no-such-claim")
    Traceback (most recent call last):
    equipartition._errors.NothingSelected: no claim matches: unknown claim `no-such-claim`
    """
    options = {
        "exclude": _several(exclude), "model": model, "precision": precision, "instances": instances, "effort": effort,
        "seed": seed, "jobs": jobs, "time-limit": time_limit, "fail-fast": fail_fast, "theory": _several(theory),
        "config": config, "no-config": config is None, "format": "json", "quiet": True,
    }
    return Report(document(words("verify", prefixes, options)))


def check(
    law: str,
    *,
    loss: str,
    with_: str,
    define: Mapping[str, str] | None = None,
    at: Literal["anywhere", "stationary"] | None = None,
    rates: Literal["scalar", "diagonal", "full"] | None = None,
    control_loss: str | Sequence[str] = (),
    alone: bool = False,
    seed: int | None = None,
    instances: int | None = None,
    precision: int | None = None,
) -> Answer:
    """Check a law that is typed as a formula, about a loss that is typed as a formula. With ``alone`` no nearest law is sought, and nothing beyond one that holds.

    >>> answer = check("for z: u g.u = w @ g.w", loss="(u (w @ x) - y)^2", with_="u, w[n], x[n], y; n in 1..3")
    >>> answer.verdict, answer.evidence
    ('holds', {'identity': 4, 'exact': 32})
    """
    options = {
        "loss": loss, "with": with_, "define": _definitions(define),
        "at": at, "rates": rates, "control-loss": _several(control_loss), "alone": alone, "seed": seed, "instances": instances,
        "precision": precision, "format": "json",
    }
    return Answer(document(words("check", [law], options)))


def relate(
    *terms: str,
    loss: str,
    with_: str,
    for_: str | None = None,
    define: Mapping[str, str] | None = None,
    at: Literal["anywhere", "stationary"] | None = None,
    rates: Literal["scalar", "diagonal", "full"] | None = None,
    seed: int | None = None,
    instances: int | None = None,
    precision: int | None = None,
) -> Relations:
    """Find all linear laws among terms that are typed as formulas, about a loss that is typed as a formula.

    ``for_`` is what the terms run over, as before a law: ``"i in n, z"``.

    >>> found = relate("w @ g.w", "u g.u", "l", for_="z", loss="(u (w @ x) - y)^2", with_="u, w[n], x[n], y; n in 1..3")
    >>> [(law["law"], law["verdict"]) for law in found.laws]
    [('for z: w @ g.w = u g.u', 'holds')]
    """
    if not terms:
        raise UsageError("terms: expected at least one formula, found none")
    options = {
        "for": for_, "loss": loss, "with": with_, "define": _definitions(define), "at": at, "rates": rates, "seed": seed,
        "instances": instances, "precision": precision, "format": "json",
    }
    return Relations(document(words("relate", terms, options)))


def discover(
    model: PathOf | None = None,
    *,
    kind: Literal["mlp", "attention"] | None = None,
    widths: Sequence[int] | None = None,
    activation: str | None = None,
    bias: bool = False,
    normalised: bool = False,
    loss: str | None = None,
    with_: str | None = None,
    width: int | None = None,
    heads: int | None = None,
    groups: int | None = None,
    size: int | None = None,
    rotary: bool = False,
    positions: int | None = None,
    conserved: int | None = None,
    seed: int | None = None,
    precision: int | None = None,
) -> Discovery:
    """Find the symmetries of a network from evaluations alone, and the laws that follow: of a model file, of a kind with its sizes, or of a loss that is typed.

    Of a kind ``loss`` is a name; with ``with_``, the declarations of `check`, it is the formula of one sample's loss, of the largest sizes declared. With
    ``conserved`` it is polynomials up to this degree that gradient flow conserves, in place of symmetries.

    >>> found = discover(loss="(u (w @ x) - y)^2", with_="u, w[n], x[n], y; n in 1..3")
    >>> [law["formula"] for law in found.balance_laws]
    ['E|g_u|^2 - E|g_w|^2 = (4 gamma/eta) (|u|^2 - |w|^2)']
    >>> found = discover(kind="mlp", widths=[2, 3, 2], activation="relu")
    >>> found.symmetric, all(law["verified"] for law in found.balance_laws)
    (3, True)
    """
    options = {
        "kind": kind, "widths": None if widths is None else ",".join(map(str, _sequence(widths, "widths such as [2, 3, 1]"))), "activation": activation,
        "bias": bias, "normalised": normalised, "loss": loss, "with": with_, "width": width, "heads": heads, "groups": groups, "size": size,
        "rotary": rotary, "positions": positions, "conserved": conserved, "seed": seed, "precision": precision, "format": "json",
    }
    return Discovery(document(words("discover", [] if model is None else [model], options)))


def evaluate(request: Mapping[str, object], *, strings: bool = False) -> dict[str, Any]:
    """Evaluate the entropic loss at a point, or minima of deep linear networks, as ``equipartition eval`` does (docs/eval.md).

    Numbers of the request are ints, Fractions, decimal strings, Decimals, numbers of mpmath, or arrays of NumPy, all taken exactly. The answer has
    a Fraction for ``"rational"``, NumPy's numbers and arrays for ``"f64"`` and ``"f32"``, and numbers of mpmath for ``{"mpfr": BITS}``,
    strings where it is not installed; with ``strings`` it has the command line's strings.

    >>> from fractions import Fraction
    >>> evaluate({"model": {"kind": "mlp", "widths": [1, 1, 1], "activation": "identity"}, "loss": "squared-error",
    ...           "samples": [(["1/2"], [1])], "theta": [Fraction(1, 3), 2], "learning_rate": "1/100", "scalar": "rational",
    ...           "quantities": ["loss", "entropy"]})
    {'loss': Fraction(4, 9), 'entropy': Fraction(37, 8100)}
    """
    if not isinstance(strings, bool):
        raise UsageError(f"strings: expected True or False, found {type(strings).__name__}")
    try:
        asked = numerals_of(request)
        line = json.dumps(asked)
    except RecursionError:
        raise BadData("the request is nested too deeply") from None
    except BadData:
        raise
    except (TypeError, ValueError) as error:
        raise UsageError(f"the request cannot be written as JSON: {error}") from None
    with tempfile.TemporaryDirectory(prefix="equipartition-") as folder:
        path = Path(folder, "request.json")
        path.write_text(line)
        answer = document(words("eval", [path], {}), {str(path): "request"})
    return answered(answer, asked.get("scalar"), strings)


def inspect(
    parameters: Arrays | PathOf,
    *,
    laws: str | PathOf,
    gradients: Arrays | PathOf | None = None,
    optimizer: Arrays | PathOf | None = None,
    entropic_gradient: Arrays | PathOf | None = None,
    rule: Literal["sgd", "adam", "adamw"] | None = None,
    learning_rate: float | None = None,
    weight_decay: float | None = None,
    pytorch_weight_decay: float | None = None,
    momentum: float | None = None,
    steps: float | None = None,
    no_decay: str | Sequence[str] = (),
    batch_size: int | None = None,
    beta2: float | None = None,
    adam_epsilon: float | None = None,
    heads: int | None = None,
    kv_heads: int | None = None,
    head_dim: int | None = None,
    no_rotary: bool = False,
    interleaved_rotary: bool = False,
    rotated: float | None = None,
    norm_epsilon: float | None = None,
    activation: str | None = None,
    members: bool = False,
    svg: PathOf | None = None,
) -> Inspection:
    """Measure the balance laws on a trained network: of dictionaries of arrays, or of files.

    Gradients have a leading axis for samples or batches. Arrays of NumPy, of DLPack (PyTorch, JAX) and of the buffer protocol are read where they lie; copied is
    what lies elsewhere than in the host's memory, is not contiguous, or is a list. ``laws`` is ``"mlp"``, ``"decoder"``, ``"auto"`` or the path of a file of laws.

    >>> import numpy
    >>> w, u, x, y = numpy.ones((2, 3)), numpy.ones((1, 2)), numpy.array([1.0, 2.0, 3.0]), 0.5
    >>> error = u @ w @ x - y
    >>> gradients = {"0.weight": [2 * error * u.T * x], "2.weight": [2 * error * (w @ x)]}
    >>> gradients = {name: numpy.array(value).reshape(1, *shape) for (name, value), shape in zip(gradients.items(), [(2, 3), (1, 2)])}
    >>> found = inspect({"0.weight": w, "2.weight": u}, laws="mlp", gradients=gradients)
    >>> [law["status"] for law in found.laws]
    ['confirmed']
    """
    options = {
        "laws": laws, "rule": rule, "learning-rate": learning_rate, "weight-decay": weight_decay,
        "pytorch-weight-decay": pytorch_weight_decay, "momentum": momentum, "steps": steps, "no-decay": _several(no_decay),
        "batch-size": batch_size, "beta2": beta2, "adam-epsilon": adam_epsilon, "heads": heads, "kv-heads": kv_heads,
        "head-dim": head_dim, "no-rotary": no_rotary, "interleaved-rotary": interleaved_rotary, "rotated": rotated,
        "norm-epsilon": norm_epsilon, "activation": activation, "members": members, "svg": svg, "format": "json",
    }
    if parameters is None:
        raise UsageError("parameters: expected a dictionary of names and arrays, or a path, found None")
    held, called = lent_or_named(parameters=parameters, gradients=gradients, optimizer=optimizer, entropic_gradient=entropic_gradient)
    options |= {name.replace("_", "-"): path for name, path in called.items() if name != "parameters"}
    return Inspection(document(words("inspect", [called["parameters"]], options), held=held))


def explain(claim: str, *, format: Literal["text", "markdown", "latex", "html", "json"] = "text") -> str:
    """A claim in full: statement, hypotheses, controls, proof, references.

    >>> "balance/neuron" in explain("balance/neuron")
    True
    """
    return text(words("explain", [claim], {"format": format}))


def _definitions(define: Mapping[str, str] | None) -> list[str]:
    if not (define is None or isinstance(define, Mapping)):
        raise UsageError(f"define: expected a dictionary of names and formulas, found {type(define).__name__}")
    return [f"{name} = {formula}" for name, formula in (define or {}).items()]


def _several(value: PathOf | Sequence[PathOf]) -> list[PathOf]:
    if isinstance(value, (str, os.PathLike)):
        return [value]
    return _sequence(value, "a text or several")


def _sequence(value: Sequence[_Item], what: str) -> list[_Item]:
    try:
        return list(value)
    except TypeError:
        raise UsageError(f"expected {what}, found {type(value).__name__}") from None
