"""The functions answer with the command line's documents, digit for digit, and refuse with exceptions of this module."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from array import array
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import equipartition
import numpy
import pytest
from conftest import CHECKPOINTS, HERE
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


QUESTIONS = [
    ("for z: u g.u = w @ g.w", {}, "holds"),
    ("for z: u g.u = 2 w @ g.w", {}, "refuted"),
    ("for z: u g.u = w @ g.w", {"alone": True, "seed": 7, "instances": 5}, "holds"),
    ("E[g.u^2] - E[sum(g.w^2)] = 4 gamma/eta (u^2 - sum(w^2))", {"at": "stationary", "precision": 512}, "holds"),
    ("for z: tanh(u) g.u = w @ g.w", {"precision": 128}, "refuted"),
    ("for z: C = w @ g.w", {"define": {"C": "u g.u"}, "control_loss": "(u + w @ x - y)^2"}, "holds"),
]


def as_words(options):
    """The options of a call as those of the command."""
    line = []
    for name, value in options.items():
        option = "--" + name.rstrip("_").replace("_", "-")
        if value is True:
            line.append(option)
        elif isinstance(value, dict):
            line += [word for key, formula in value.items() for word in (option, f"{key} = {formula}")]
        else:
            line += [option, str(value)]
    return line


@pytest.mark.parametrize(("law", "options", "verdict"), QUESTIONS)
def test_check_is_the_command(run, law, options, verdict):
    _, loss, declared = LAW
    answer = equipartition.check(law, loss=loss, with_=declared, **options)
    words = ["check", law, "--loss", loss, "--with", declared, *as_words(options), "--format", "json"]
    assert answer.document == json.loads(run(*words, status={"holds": 0, "refuted": 1}[verdict]))
    assert answer.verdict == verdict and answer.holds == (verdict == "holds")
    assert verdict in answer._repr_html_()


@pytest.mark.parametrize(("terms", "options", "laws"), [
    (["w @ g.w", "u g.u", "l"], {"for_": "z"}, 1),
    (["E[g.u^2]", "E[sum(g.w^2)]", "u^2", "sum(w^2)"], {"at": "stationary", "seed": 3, "instances": 6}, 1),
    (["l", "u"], {"for_": "z"}, 0),
])
def test_relate_is_the_command(run, terms, options, laws):
    _, loss, declared = LAW
    found = equipartition.relate(*terms, loss=loss, with_=declared, **options)
    words = ["relate", *terms, "--loss", loss, "--with", declared, *as_words(options), "--format", "json"]
    assert found.document == json.loads(run(*words))
    assert len(found) == laws and f"{laws} laws" in repr(found)
    assert all(law["law"].split(":")[0] in str(found) for law in found.laws) and "<table>" in found._repr_html_()


@pytest.mark.parametrize("options", [
    {"kind": "mlp", "widths": [2, 3, 2], "activation": "relu"},
    {"kind": "mlp", "widths": [1, 2, 1], "activation": "identity", "bias": True, "seed": 4},
    {"kind": "attention", "width": 2, "heads": 1, "size": 2},
    {"kind": "mlp", "widths": [1, 2, 1], "activation": "identity", "conserved": 2},
    {"kind": "mlp", "widths": [1, 2, 2], "activation": "tanh", "loss": "cross-entropy"},
    {"loss": "(u (w @ x) - y)^2", "with_": "u, w[n], x[n], y; n in 1..3"},
    {"loss": "sum((V @ (U @ x) - y)^2)", "with_": "U[h, n], V[m, h], x[n], y[m]; h in 1..2, m in 1..2, n in 1..2", "seed": 3},
    {"loss": "(u tanh(w @ x) - y)^2", "with_": "u, w[n], x[n], y; n in 1..2", "precision": 128},
    {"loss": "cross_entropy(W @ x, p)", "with_": "W[m, n], x[n], p[m]; m in 2..3, n in 1..2"},
    {"loss": "((u^3 - 3 u v^2) x - y)^2", "with_": "u, v, x, y", "conserved": 4},
])
def test_discover_is_the_command(run, options):
    found = equipartition.discover(**options)
    words = as_words(options | ({"widths": ",".join(map(str, options["widths"]))} if "widths" in options else {}))
    assert found.document == json.loads(run("discover", *words, "--format", "json"))
    assert "<table>" in found._repr_html_() and str(found) and "Discovery" in repr(found)


def test_the_symmetries_of_a_typed_loss_are_those_of_the_network_that_it_is():
    """`sum((V U x - y)^2)` is the linear perceptron: the same symmetries under other names, and one matrix law in one row."""
    typed = equipartition.discover(loss="sum((V @ (U @ x) - y)^2)", with_="U[h, n], V[m, h], x[n], y[m]; h in 1..2, m in 1..2, n in 1..2")
    built = equipartition.discover(kind="mlp", widths=[2, 2, 2], activation="identity")
    for name in ("generators", "symmetric", "antisymmetric", "translations", "permutations", "sign_flips"):
        assert typed[name] == built[name]
    assert "all 3 entries" in str(typed) and len(str(typed).splitlines()) == len(str(built).splitlines()) == 5


def test_discover_takes_a_model_file(run):
    path = HERE.parents[1] / "examples" / "models" / "mlp.toml"
    assert equipartition.discover(path).document == json.loads(run("discover", str(path), "--format", "json"))


def test_explain_is_the_command(run):
    for form in ("text", "markdown", "json"):
        assert equipartition.explain("balance/neuron", format=form) == run("explain", "balance/neuron", "--format", form)


def test_inspect_of_files_and_of_arrays_is_the_command(run, generator):
    names = [str(CHECKPOINTS / f"mlp{ending}.safetensors") for ending in ("", ".gradients")]
    settings = ["--learning-rate", "0.02", "--pytorch-weight-decay", "0.004"]
    words = ["inspect", names[0], "--laws", "mlp", "--gradients", names[1], *settings, "--format", "json"]
    options = {"laws": "mlp", "learning_rate": 0.02, "pytorch_weight_decay": 0.004}
    of_files = equipartition.inspect(names[0], gradients=names[1], **options)
    assert of_files.document == json.loads(run(*words))
    # Of one file and one dictionary; and of the same numbers as arrays: the same document under other names.
    weights, gradients = (safetensors(name) for name in names)
    for given in ((names[0], gradients), (weights, names[1]), (weights, gradients)):
        found = equipartition.inspect(given[0], gradients=given[1], **options).document
        called = {"weights": names[0] if given[0] is names[0] else "parameters", "gradients": names[1] if given[1] is names[1] else "gradients"}
        assert found == of_files.document | called
    # Arrays of one number type or another, in any order of memory.
    for dtype in (numpy.float32, numpy.float64):
        parameters = perceptron(generator, dtype=dtype)
        rows = batches(generator, parameters, 6)
        stacked = {name: numpy.stack([row[name] for row in rows]) for name in parameters}
        found = equipartition.inspect(parameters, gradients=stacked, members=True, **options)
        assert found.symmetries["confirmed"] == 2 and found.weights == "parameters"
        for change in (numpy.asfortranarray, lambda value: value.astype(value.dtype.newbyteorder()), lambda value: value[::-1, ...][::-1, ...], memoryview,
                       lambda value: value.tolist() if dtype == numpy.float64 else value, lambda value: Lending(value)):
            strange = {name: change(value) for name, value in stacked.items()}
            assert equipartition.inspect(parameters, gradients=strange, members=True, **options).document == found.document


class Lending:
    """An array of which nothing is known but that it speaks DLPack."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def safetensors(path):
    """The arrays of a file, by the definition of the format."""
    content = Path(path).read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + length])
    types = {"F32": "<f4", "F64": "<f8"}
    return {name: numpy.frombuffer(content[8 + length:][slice(*of["data_offsets"])], dtype=types[of["dtype"]]).reshape(of["shape"])
            for name, of in header.items() if name != "__metadata__"}


def test_inspect_of_laws_found_is_the_command(run, generator, tmp_path):
    names = [str(CHECKPOINTS / f"mlp{ending}.safetensors") for ending in ("", ".gradients")]
    found = equipartition.inspect(names[0], gradients=names[1], laws="auto")
    assert found.document == json.loads(run("inspect", names[0], "--laws", "auto", "--gradients", names[1], "--format", "json"))
    weights, gradients = (safetensors(name) for name in names)
    assert equipartition.inspect(weights, gradients=gradients, laws="auto").laws == found.laws


def test_arrays_are_read_where_they_lie(generator):
    """A call takes less memory than half of a copy, 32 MiB, and writes nothing."""
    resource = pytest.importorskip("resource")
    parameters = {"0.weight": generator.random(size=(2048, 1024)), "1.weight": generator.random(size=(1024, 2048))}
    gradients = {name: value[None] for name, value in parameters.items()}
    small = {"0.weight": numpy.ones((2, 3)), "1.weight": numpy.ones((1, 2))}
    equipartition.inspect(small, laws="mlp", gradients={name: value[None] for name, value in small.items()})
    before = resource.getrusage(resource.RUSAGE_SELF)
    found = equipartition.inspect(parameters, laws="mlp", gradients=gradients)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert found.laws and after.ru_maxrss - before.ru_maxrss < 16 << 10, "KiB"
    assert after.ru_oublock == before.ru_oublock


def test_a_file_that_is_called_like_a_dictionary_is_still_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    weights = {"0.weight": numpy.ones((2, 3)), "1.weight": numpy.ones((1, 2))}
    numpy.savez("gradients", **{name: value[None] for name, value in weights.items()})
    Path("gradients.npz").rename("parameters")
    found = equipartition.inspect(weights, laws="mlp", gradients="parameters")
    assert (found.weights, found.gradients) == ("parameters", "./parameters")
    # A config.json that lies about is nothing to arrays.
    Path("config.json").write_text("no JSON")
    with pytest.raises(equipartition.BadData, match="parameters"):
        equipartition.inspect(weights, laws="decoder", gradients="parameters")


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


@pytest.mark.parametrize("scalar", ["rational", "f64", "f32", {"mpfr": 128}])
def test_evaluate_is_the_command(run, tmp_path, scalar):
    asked = NETWORK | {"quantities": ["loss", "entropy", "entropic_gradient", "sample_gradients"], "scalar": scalar}
    as_text = {"theta": ["1/3", "2"], "learning_rate": "1/100", "weight_decay": "0.03",
               "samples": [{"x": ["1/2"], "y": ["1"]}, {"x": ["-3"], "y": ["0.25"]}]}
    (tmp_path / "request.json").write_text(json.dumps(asked | as_text))
    printed = json.loads(run("eval", str(tmp_path / "request.json")))
    assert equipartition.evaluate(asked, strings=True) == {name: value for name, value in printed.items() if name != "schema_version"}
    # As numbers they are what is printed, to the last digit.
    answer = equipartition.evaluate(asked)
    read = {"rational": Fraction, "f64": numpy.float64, "f32": numpy.float32}.get(scalar if isinstance(scalar, str) else "")
    if read is not None:
        assert answer["loss"] == read(printed["loss"])
        assert list(answer["entropic_gradient"]) == [read(value) for value in printed["entropic_gradient"]]


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
    for doubles in (Lending(numpy.array([0.1, 2.0])), memoryview(numpy.array([0.1, 2.0])), array("d", [0.1, 2.0]), numpy.array([0.1, 2.0], dtype=numpy.longdouble)):
        assert tenth == equipartition.evaluate(asked | {"theta": doubles})["loss"]
    assert tenth == equipartition.evaluate(asked | {"theta": [mpmath.mpf(0.1), 2]})["loss"]


def nested(depth):
    """A list in a list in a list."""
    found = [1]
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(("change", "found"), [
    ({"theta": [0.1, 2]}, "theta[0]: found the float 0.1"),
    ({"theta": [1]}, "theta: expected 2 numbers, found 1"),
    ({"theta": [True, 2]}, "theta[0]: expected a number, found True"),
    ({"theta": [float("nan"), 2]}, "theta[0]"),
    ({"theta": numpy.array([1.0, numpy.inf])}, "theta[1]: expected a finite number"),
    ({"theta": numpy.array([1j, 2])}, "complex"),
    ({"samples": [1]}, "samples[0]: expected a pair"),
    ({"scalar": "f16"}, "scalar"),
    ({"theta": nested(100_000)}, "nested too deeply"),
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
    (lambda: equipartition.discover(), equipartition.UsageError, "expected a model file, --kind, or the formula of a --loss"),
    (lambda: equipartition.discover(loss="(u - y)^2"), equipartition.UsageError, "and its --with"),
    (lambda: equipartition.discover(kind="mlp", widths=[1, 1], activation="relu", loss="(u - y)^2"), equipartition.UsageError, "a formula needs --with"),
    (lambda: equipartition.discover(with_="u, y"), equipartition.UsageError, "--loss"),
    (lambda: equipartition.discover(loss="(u - ", with_="u, y"), equipartition.BadData, "loss"),
    (lambda: equipartition.discover(loss="(u - v)^2", with_="u, y"), equipartition.BadData, "unknown name `v`"),
    (lambda: equipartition.discover(loss="(u - y)^2", with_="u; n in"), equipartition.BadData, "with"),
    (lambda: equipartition.discover(loss="(u - y)^2", with_="u, y", kind="mlp"), equipartition.UsageError, "--kind"),
    (lambda: equipartition.discover("model.toml", loss="(u - y)^2", with_="u, y"), equipartition.UsageError, "cannot be used"),
    (lambda: equipartition.discover(loss={"u": 1}, with_="u, y"), equipartition.UsageError, "found dict"),
    (lambda: equipartition.discover(loss="y^2", with_="u, y"), equipartition.BadData, "no parameter"),
    (lambda: equipartition.discover("no-such.toml"), equipartition.MissingInput, "no-such.toml"),
    (lambda: equipartition.inspect({}, laws="mlp"), equipartition.NamesError, "at least one array"),
    (lambda: equipartition.inspect([1.0], laws="mlp"), equipartition.UsageError, "dictionary"),
    (lambda: equipartition.inspect({"0.weight": numpy.ones(3, int)}, laws="mlp"), equipartition.ElementError, "int64"),
    (lambda: equipartition.inspect({"0.weight": numpy.ones((2, 3)), "1.weight": numpy.ones((1, 2))}, laws="mlp",
                                   gradients={"0.weight": numpy.ones((1, 2, 2)), "1.weight": numpy.ones((1, 1, 2))}),
     equipartition.BadData, "gradients: tensor `0.weight`: expected the shape [1, 2, 3], found [1, 2, 2]"),
    (lambda: equipartition.explain("balance/no-such"), equipartition.UsageError, "balance/no-such"),
    (lambda: equipartition.verify(None), equipartition.UsageError, "found NoneType"),
    (lambda: equipartition.verify(["balance"]), equipartition.UsageError, "found list"),
    (lambda: equipartition.evaluate(NETWORK | {"quantities": ["loss"]}, strings=numpy.ones(2)), equipartition.UsageError, "strings: expected True or False"),
    (lambda: equipartition.verify(exclude=numpy.array(1.0)), equipartition.UsageError, "found ndarray"),
    (lambda: equipartition.verify(exclude=3), equipartition.UsageError, "found int"),
    (lambda: equipartition.check("w = w", loss="w", with_="w", define=["w"]), equipartition.UsageError, "define: expected a dictionary"),
    (lambda: equipartition.discover(kind="mlp", widths=3), equipartition.UsageError, "found int"),
    (lambda: equipartition.inspect(None, laws="mlp"), equipartition.UsageError, "found None"),
    (lambda: equipartition.inspect({"\x1b[31m": numpy.ones(2, int)}, laws="mlp"), equipartition.ElementError, "\\u001b[31m"),
    (lambda: equipartition.verify("a\ud800"), equipartition.UsageError, "not Unicode"),
    (lambda: equipartition.relate(loss="w", with_="w"), equipartition.UsageError, "at least one formula"),
    (lambda: equipartition.relate("w", "v", loss="w", with_="w"), equipartition.BadData, "term"),
    (lambda: equipartition.relate("w", for_="i in", loss="w", with_="w"), equipartition.BadData, "--for"),
    (lambda: equipartition.check("w = w", loss="w", with_="w", define={"1": "w"}), equipartition.BadData, "define"),
    (lambda: equipartition.inspect({"0.weight": numpy.ma.masked_less(numpy.ones((1, 1)), 2.0)}, laws="mlp"), equipartition.ElementError, "masked"),
    (lambda: equipartition.inspect({"0.weight": numpy.ones((1, 1), complex)}, laws="mlp"), equipartition.ElementError, "complex128"),
    (lambda: equipartition.inspect({"0.weight": numpy.array([["a"]])}, laws="mlp"), equipartition.ElementError, "found <U1"),
    (lambda: equipartition.inspect({"0.weight": [[1.0], [1.0, 2.0]]}, laws="mlp"), equipartition.ElementError, "expected an array, found list"),
    (lambda: equipartition.inspect({"0.weight": Lending(3)}, laws="mlp"), equipartition.ElementError, "found object (Lending)"),
    (lambda: equipartition.inspect({"\ud800.weight": numpy.ones((1, 1))}, laws="mlp", gradients={"0.weight": numpy.ones((1, 1, 1))}),
     equipartition.UsageError, "not Unicode"),
    (lambda: equipartition.inspect({3: numpy.ones((1, 1))}, laws="mlp"), equipartition.NamesError, "expected names, found 3"),
    (lambda: equipartition.inspect({"0.weight": numpy.full((2, 3), numpy.nan), "1.weight": numpy.ones((1, 2))}, laws="mlp",
                                   gradients={"0.weight": numpy.ones((1, 2, 3)), "1.weight": numpy.ones((1, 1, 2))}),
     equipartition.BadData, "parameters: tensor `0.weight`: element [0, 0] is NaN: expected finite numbers"),
    (lambda: equipartition.inspect({"0.weight": numpy.ones((2, 0)), "1.weight": numpy.ones((1, 2))}, laws="mlp",
                                   gradients={"0.weight": numpy.ones((1, 2, 0)), "1.weight": numpy.ones((1, 1, 2))}),
     equipartition.BadData, "dimension of zero"),
    (lambda: equipartition.inspect({"0.weight": numpy.ones((2, 3)), "1.weight": numpy.ones((1, 2))}, laws="mlp",
                                   gradients={"0.weight": numpy.ones((1, 2, 3)), "1.weigth": numpy.ones((1, 1, 2))}),
     equipartition.BadData, "gradients: tensor `1.weight`: there is none in this checkpoint: did you mean `1.weigth`?"),
])
def test_what_is_refused(call, kind, found):
    with pytest.raises(equipartition.Error) as refused:
        call()
    assert isinstance(refused.value, kind), repr(refused.value)
    assert found in str(refused.value)
    assert "equipartition-" not in str(refused.value), "no path of a temporary file"


@pytest.fixture
def handled():
    """Python's own handler: where the tests run in the background of a shell, interrupts are ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_is_pythons(handled):
    def interrupt():
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    # By itself this would take hours; a run that is not interrupted ends at its limit, and raises nothing.
    with pytest.raises(KeyboardInterrupt):
        equipartition.verify("balance", effort="thorough", instances=100_000, time_limit=120)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    # What follows is not disturbed.
    assert equipartition.verify("balance/neuron", instances=4).holds


def test_a_panic_is_an_exception_of_the_module():
    from equipartition import _native
    from equipartition._call import native

    with pytest.raises(equipartition.InternalError, match="row 3 is missing"):
        native(_native.panic, "row 3 is missing")


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
