"""The functions answer with the command line's documents, digit for digit, and refuse with exceptions of this module."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from fractions import Fraction

import equipartition
import numpy
import pytest
from conftest import CHECKPOINTS
from networks import batches, perceptron


def without_times(document):
    """Without the only members that differ from run to run."""
    if isinstance(document, dict):
        return {name: without_times(value) for name, value in document.items() if name != "seconds"}
    return [without_times(value) for value in document] if isinstance(document, list) else document


def test_verify_is_the_command(run):
    words = ["verify", "balance/neuron", "symmetry", "--instances", "8", "--seed", "5", "--format", "json", "--no-config"]
    report = equipartition.verify("balance/neuron", "symmetry", instances=8, seed=5)
    assert without_times(report.document) == without_times(json.loads(run(*words)))
    assert report.holds and len(report) > 1 and all(claim.proof["checked"] for claim in report.claims)
    assert "<table>" in report._repr_html_() and "balance/neuron" in str(report)


LAW = ("for z: u g.u = w @ g.w", "(u (w @ x) - y)^2", "u, w[n], x[n], y; n in 1..3")


def test_check_is_the_command(run):
    law, loss, declared = LAW
    answer = equipartition.check(law, loss=loss, with_=declared)
    assert answer.document == json.loads(run("check", law, "--loss", loss, "--with", declared, "--format", "json"))
    wrong = equipartition.check("for z: u g.u = 2 w @ g.w", loss=loss, with_=declared)
    assert wrong.verdict == "refuted" and not wrong.holds and wrong.counterexample["numbers"]
    assert "refuted" in wrong._repr_html_()


def test_discover_is_the_command(run):
    found = equipartition.discover(kind="mlp", widths=[2, 3, 2], activation="relu")
    words = ["discover", "--kind", "mlp", "--widths", "2,3,2", "--activation", "relu", "--format", "json"]
    assert found.document == json.loads(run(*words))


def test_inspect_of_files_and_of_arrays_is_the_command(run, generator):
    names = [str(CHECKPOINTS / f"mlp{ending}.safetensors") for ending in ("", ".gradients")]
    settings = ["--learning-rate", "0.02", "--pytorch-weight-decay", "0.004"]
    words = ["inspect", names[0], "--laws", "mlp", "--gradients", names[1], *settings, "--format", "json"]
    options = {"laws": "mlp", "learning_rate": 0.02, "pytorch_weight_decay": 0.004}
    of_files = equipartition.inspect(names[0], gradients=names[1], **options)
    assert of_files.document == json.loads(run(*words))
    # Arrays of one number type or another, in any order of memory.
    for dtype in (numpy.float32, numpy.float64):
        parameters = perceptron(generator, dtype=dtype)
        rows = batches(generator, parameters, 6)
        stacked = {name: numpy.stack([row[name] for row in rows]) for name in parameters}
        strange = {name: numpy.asfortranarray(value) for name, value in stacked.items()}
        for given in (stacked, strange):
            found = equipartition.inspect(parameters, gradients=given, members=True, **options)
            assert found.symmetries["confirmed"] == 2 and found.weights == "parameters"


NETWORK = {"model": {"kind": "mlp", "widths": [1, 1, 1], "activation": "leaky-relu"}, "loss": "squared-error",
           "learning_rate": Fraction(1, 100), "weight_decay": Decimal("0.03"), "scalar": "rational",
           "samples": [(["1/2"], [1]), ([-3], ["0.25"])], "theta": [Fraction(1, 3), 2]}


def test_evaluate_takes_and_gives_exact_numbers():
    asked = NETWORK | {"quantities": ["loss", "entropy", "entropic_gradient"]}
    answer = equipartition.evaluate(asked)
    # docs/eval.md has these
    assert answer["loss"] == Fraction(2329, 7200) and answer["entropy"] == Fraction(1722757, 648000000)
    assert answer["entropic_gradient"] == [Fraction(-41265547, 108000000), Fraction(4495511, 81000000)]
    assert equipartition.evaluate(asked, strings=True)["loss"] == "2329/7200"


def test_evaluate_in_floating_point_gives_numbers_of_numpy_and_mpmath():
    mpmath = pytest.importorskip("mpmath")
    asked = NETWORK | {"quantities": ["loss", "entropic_gradient"]}
    f64 = equipartition.evaluate(asked | {"scalar": "f64"})
    assert f64["entropic_gradient"].dtype == numpy.float64
    assert abs(f64["loss"] - 2329 / 7200) < 1e-15
    many = equipartition.evaluate(asked | {"scalar": {"mpfr": 256}})["loss"]
    assert abs(mpmath.mpf(many) - mpmath.mpf(2329) / 7200) < mpmath.mpf(2) ** -50
    context = mpmath.mp.clone()
    context.prec = 256
    assert abs(context.mpf(many) - context.mpf(2329) / 7200) < context.mpf(2) ** -250
    # In: a double of an array is exactly what it is, a number of mpmath too.
    tenth = equipartition.evaluate(asked | {"theta": numpy.array([0.1, 2.0])})["loss"]
    assert tenth == equipartition.evaluate(asked | {"theta": [Fraction(0.1), 2]})["loss"]
    assert tenth != equipartition.evaluate(asked | {"theta": ["0.1", 2]})["loss"]
    assert tenth == equipartition.evaluate(asked | {"theta": [mpmath.mpf(0.1), 2]})["loss"]


@pytest.mark.parametrize(("change", "found"), [
    ({"theta": [0.1, 2]}, "theta[0]: found the float 0.1"),
    ({"theta": [1]}, "theta: expected 2 numbers, found 1"),
    ({"theta": [True, 2]}, "theta[0]: expected a number, found True"),
    ({"theta": [float("nan"), 2]}, "theta[0]"),
    ({"theta": numpy.array([1.0, numpy.inf])}, "theta[1]: expected a finite number"),
    ({"theta": numpy.array([1j, 2])}, "complex"),
    ({"samples": [1]}, "samples[0]: expected a pair"),
    ({"scalar": "f16"}, "scalar"),
    ({"theta": ["1e", 2]}, "theta[0]: expected a number such as"),
])
def test_requests_that_make_no_sense(change, found):
    with pytest.raises(equipartition.BadData, match=None) as refused:
        equipartition.evaluate(NETWORK | {"quantities": ["loss"]} | change)
    assert found in str(refused.value)


@pytest.mark.parametrize(("call", "kind", "found"), [
    (lambda: equipartition.verify("no-such-claim"), equipartition.NothingSelected, "no-such-claim"),
    (lambda: equipartition.verify(model="no-such.toml"), equipartition.MissingInput, "no-such.toml: no such file"),
    (lambda: equipartition.verify(precision=100), equipartition.UsageError, "precision"),
    (lambda: equipartition.verify("--help"), equipartition.NothingSelected, "--help"),
    (lambda: equipartition.verify("a\0b"), equipartition.UsageError, "NUL"),
    (lambda: equipartition.check("w = ", loss="w", with_="w"), equipartition.BadData, "law"),
    (lambda: equipartition.discover(kind="mlp"), equipartition.UsageError, "--widths"),
    (lambda: equipartition.discover(), equipartition.UsageError, "kind"),
    (lambda: equipartition.inspect({}, laws="mlp"), equipartition.NamesError, "at least one array"),
    (lambda: equipartition.inspect([1.0], laws="mlp"), equipartition.UsageError, "dictionary"),
    (lambda: equipartition.inspect({"0.weight": numpy.ones(3, int)}, laws="mlp"), equipartition.ElementError, "int64"),
    (lambda: equipartition.inspect({"0.weight": numpy.ones((2, 3)), "1.weight": numpy.ones((1, 2))}, laws="mlp",
                                   gradients={"0.weight": numpy.ones((1, 2, 2)), "1.weight": numpy.ones((1, 1, 2))}),
     equipartition.BadData, "gradients: tensor `0.weight`: expected the shape [1, 2, 3], found [1, 2, 2]"),
    (lambda: equipartition.explain("balance/no-such"), equipartition.UsageError, "balance/no-such"),
])
def test_what_is_refused(call, kind, found):
    with pytest.raises(equipartition.Error) as refused:
        call()
    assert isinstance(refused.value, kind), repr(refused.value)
    assert found in str(refused.value)
    assert "equipartition-" not in str(refused.value), "no path of a temporary file"


def test_an_interrupt_is_pythons():
    def interrupt():
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    threading.Thread(target=interrupt).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        equipartition.verify("balance", effort="thorough", instances=100_000)
    assert time.monotonic() - start < 30
    assert signal.getsignal(signal.SIGINT) is before
    # What follows is not disturbed.
    assert equipartition.verify("balance/neuron", instances=4).holds


def test_calls_from_several_threads_do_not_mix():
    claims = ["balance/neuron", "symmetry/translation", "balance/layer", "noether/momentum"] * 2
    claims = [claim for claim in claims if claim in equipartition_claims()]
    answers: dict[int, str] = {}

    def ask(number, claim):
        answers[number] = equipartition.explain(claim)

    threads = [threading.Thread(target=ask, args=pair) for pair in enumerate(claims)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claims) >= 4 and all(claim in answers[number] for number, claim in enumerate(claims))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_fork_is_refused_and_does_not_wait_for_ever():
    equipartition.verify("balance/neuron", instances=1)
    child = os.fork()
    if child == 0:
        try:
            equipartition.verify("balance/neuron", instances=1)
        except equipartition.UsageError as refused:
            os._exit(0 if "forked" in str(refused) else 2)
        finally:
            os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def equipartition_claims():
    from equipartition._call import document, words

    return {entry["id"] for entry in document(words("list", [], {"format": "json"}))}


def test_the_command_and_the_module_are_the_command_line(run, tmp_path, monkeypatch):
    # Elsewhere than beside the sources.
    monkeypatch.chdir(tmp_path)
    assert run("--version").strip() == f"equipartition {equipartition.__version__}"
    done = subprocess.run([sys.executable, "-m", "equipartition", "list", "balance/neuron"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == run("list", "balance/neuron")
    assert "no-such" in subprocess.run([sys.executable, "-m", "equipartition", "explain", "no-such"], capture_output=True, text=True).stderr
    run("explain", "no-such", status=2)
