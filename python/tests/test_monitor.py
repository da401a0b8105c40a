"""The monitor's numbers are those of `inspect` on the same parameters and gradients, and its laws those of the theory."""

from __future__ import annotations

import json
import tracemalloc
import xml.etree.ElementTree as xml

import equipartition
import numpy
import pytest
from comparison import compare, stacked
from equipartition import Adam, AdamW, Monitor, Sgd
from networks import batches, gradients, perceptron


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
def test_the_numbers_are_those_of_inspect(generator, dtype):
    parameters = perceptron(generator, dtype=dtype)
    rows = batches(generator, parameters, 12)
    monitor = Monitor("mlp", optimizer=Sgd(learning_rate=0.02, weight_decay=0.003, no_decay="*.bias"))
    for row in rows:
        assert monitor.update(parameters, row)
    inspection = equipartition.inspect(parameters, laws="mlp", gradients=stacked(rows), learning_rate=0.02, weight_decay=0.003,
                                       no_decay="*.bias", members=True)
    compare(monitor.report(members=True), inspection)
    assert monitor.report().symmetries["confirmed"] == 2


@pytest.mark.parametrize("rule", [Adam, AdamW])
def test_the_laws_of_adam_are_those_of_inspect(generator, rule):
    parameters = perceptron(generator)
    rows = batches(generator, parameters, 5)
    second = {name: generator.random(value.shape) for name, value in parameters.items()}
    monitor = Monitor("mlp", optimizer=rule(learning_rate=0.01, weight_decay=0.1))
    for row in rows:
        monitor.update(parameters, row, second_moments=second)
    inspection = equipartition.inspect(parameters, laws="mlp", gradients=stacked(rows), optimizer=second, rule=rule.rule,
                                       learning_rate=0.01, weight_decay=0.1, members=True)
    compare(monitor.report(members=True), inspection)


def test_the_law_of_momentum_is_that_of_inspect(generator):
    parameters = perceptron(generator)
    rows, momenta = batches(generator, parameters, 5), batches(generator, parameters, 5)
    optimizer = Sgd(learning_rate=0.01, weight_decay=0.1, momentum=0.9)
    exact, by_gradients = Monitor("mlp", optimizer=optimizer), Monitor("mlp", optimizer=optimizer)
    for row, momentum in zip(rows, momenta):
        exact.update(parameters, row, momenta=momentum)
        by_gradients.update(parameters, row)
    options = {"laws": "mlp", "momentum": 0.9, "learning_rate": 0.01, "weight_decay": 0.1, "members": True}
    buffers = {f"{name}.momentum_buffer": value for name, value in stacked(momenta).items()}
    compare(exact.report(members=True), equipartition.inspect(parameters, gradients=stacked(rows), optimizer=buffers, **options))
    compare(by_gradients.report(members=True), equipartition.inspect(parameters, gradients=stacked(rows), **options))


BLOCKS = """
[[decay]]
tensors = "a"
gamma = 0.25

[[law]]
name = "pieces"
groups = 2
rotary = true
blocks = [
  { tensor = "a", axis = "rows", sign = 2, heads = 4, slice = [0, 8], period = 10 },
  { tensor = "b", axis = "columns", sign = -1, heads = 2 },
]

[[law]]
name = "gain"
blocks = [{ tensor = "gain", axis = "rows", sign = 1, offset = 1 }, { tensor = "b", axis = "columns", sign = -1 }]

[[law]]
name = "all"
blocks = [{ tensor = "kernel", axis = "all", sign = 1, slice = [1, 3] }]
"""


@pytest.mark.parametrize("rule", ["sgd", "adamw"])
def test_slices_heads_pairs_offsets_and_wholes_are_those_of_inspect(generator, tmp_path, rule):
    shapes = {"a": (20, 3), "b": (2, 8), "gain": (8,), "kernel": (4, 2, 3)}
    parameters = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    rows = [{name: generator.normal(size=shape) for name, shape in shapes.items()} for _ in range(4)]
    (tmp_path / "laws.toml").write_text(BLOCKS)
    second = {name: generator.random(shape) for name, shape in shapes.items()} if rule == "adamw" else None
    optimizer = (Sgd if rule == "sgd" else AdamW)(learning_rate=0.1, weight_decay=0.5)
    for laws in (BLOCKS, tmp_path / "laws.toml"):
        monitor = Monitor(laws, optimizer=optimizer)
        for row in rows:
            monitor.update(parameters, row, second_moments=second)
        inspection = equipartition.inspect(parameters, laws=tmp_path / "laws.toml", gradients=stacked(rows), optimizer=second, rule=rule,
                                           learning_rate=0.1, weight_decay=0.5, members=True)
        compare(monitor.report(members=True), inspection)
        # Random numbers are no gradients of anything with these symmetries.
        assert monitor.report().symmetries["not_a_symmetry"] == 3


def test_laws_found_from_one_step_are_confirmed_by_the_next(generator):
    parameters = perceptron(generator, widths=(6, 40, 30, 3))
    monitor = Monitor("auto")
    for row in batches(generator, parameters, 3, size=32):
        monitor.update(parameters, row)
    report = monitor.report()
    assert report.symmetries == {"confirmed": 2, "not_a_symmetry": 0, "unchecked": 0}, str(report)
    assert {law["spread"]["count"] for law in report.laws} == {40, 30}


def test_biases_that_begin_at_zero_are_waited_for(generator):
    """At zero a bias has no overlap with its gradient: without it the law would be found at the first step, and be false at the second."""
    parameters = perceptron(generator, widths=(6, 40, 3))
    parameters["0.bias"] = numpy.zeros(40)
    monitor = Monitor("auto")
    for _ in range(3):
        (row,) = batches(generator, parameters, 1, size=32)
        monitor.update(parameters, row)
        parameters = {name: value - 0.1 * row[name] for name, value in parameters.items()}
    assert (monitor.report().measured, monitor.steps) == (2, 3)
    (law,) = monitor.report().laws
    assert law["status"] == "confirmed" and "0.bias" in law["law"]


def test_laws_as_dictionaries_and_a_false_one(generator):
    parameters = perceptron(generator)
    laws = [{"name": "neurons", "in": ["0.weight", "0.bias"], "out": "1.weight"},
            {"name": "without the bias", "in": "0.weight", "out": "1.weight"}]
    monitor = Monitor(laws)
    for row in batches(generator, parameters, 3):
        monitor.update(parameters, row)
    status = {law["law"]: law["status"] for law in monitor.report().laws}
    assert status == {"neurons": "confirmed", "without the bias": "not a symmetry of this network"}
    assert "NOT ONE" in str(monitor.report()) and "says nothing" in str(monitor.report())


def train(monitor, generator, steps, decay=0.02, eta=0.05):
    """A linear product with noise in its labels, on which descent with decay comes to rest in some thousand steps."""
    theta = {"0.weight": generator.normal(size=(2, 1)), "0.bias": numpy.zeros(2), "1.weight": 3.0 * generator.normal(size=(1, 2)),
             "1.bias": numpy.zeros(1)}
    for _ in range(steps):
        x = generator.normal(size=(4, 1))
        y = x + generator.normal(size=(4, 1))
        g = gradients(theta, x, y)
        monitor.update(theta, g)
        theta = {name: value - eta * (g[name] + 2.0 * decay * value) for name, value in theta.items()}
    return theta


def test_descent_comes_to_balance_and_the_monitor_sees_it(generator):
    """The imbalance at rest is 0 within its error: `E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2)`, up to eta gamma."""
    monitor = Monitor("mlp", optimizer=Sgd(learning_rate=0.05, weight_decay=0.02))
    train(monitor, generator, 1500)
    (early,) = [law["series"]["imbalance"][0] for law in monitor.report().laws]
    (law,) = monitor.report().laws
    assert law["correlated_error"] > law["standard_error"], "successive steps are not independent"
    assert abs(early) > 0.3
    late = Monitor("mlp", optimizer=Sgd(learning_rate=0.05, weight_decay=0.02))
    theta = train(late, numpy.random.default_rng(1), 1000)
    late.reset()
    assert late.report().laws == [] and late.steps == 1000
    for _ in range(4000):
        x = generator.normal(size=(4, 1))
        g = gradients(theta, x, x + generator.normal(size=(4, 1)))
        late.update(theta, g)
        theta = {name: value - 0.05 * (g[name] + 0.04 * value) for name, value in theta.items()}
    (law,) = late.report().laws
    assert law["status"] == "confirmed"
    assert abs(law["z"]) < 4.0 and abs(law["imbalance"]) < 0.1, str(late.report())
    (relaxation,) = late.report().relaxations
    assert relaxation["time"] == pytest.approx(1 / (4 * 0.05 * 0.02))
    assert relaxation["seen"] == pytest.approx(5000 / relaxation["time"]) and relaxation["left"] == 0.0


def test_a_rate_that_changes_is_heeded(generator):
    parameters = perceptron(generator)
    rows = batches(generator, parameters, 2)
    optimizer = Sgd(weight_decay=0.1)
    monitor = Monitor("mlp", optimizer=optimizer)
    monitor.update(parameters, rows[0], learning_rate=0.1)
    monitor.update(parameters, rows[1], learning_rate={name: 0.2 for name in parameters})
    c = 0.5 * (4 * 0.1 / 0.1 + 4 * 0.1 / 0.2)
    squares = sum(numpy.sum(parameters[name] ** 2) for name in ("0.weight", "0.bias"))
    (law,) = [law for law in monitor.report().laws if law["layer"] == 0]
    assert law["decay_a"] == pytest.approx(c * squares)
    (relaxation,) = monitor.report().relaxations
    assert relaxation["seen"] == pytest.approx(4 * 0.1 * (0.1 + 0.2))
    with pytest.raises(equipartition.UsageError, match="one for all of its tensors"):
        monitor.update(parameters, rows[0], learning_rate={name: 0.1 + 0.1 * (name == "1.weight") for name in parameters})
    with pytest.raises(equipartition.UsageError, match="learning rate"):
        Monitor("mlp", optimizer=optimizer).update(parameters, rows[0])


def test_tensors_at_different_rates_have_relaxation_times_of_their_own(generator):
    """`1 / (4 eta gamma)` for each rate; what one sees the other does not add to."""
    parameters = perceptron(generator)
    (row,) = batches(generator, parameters, 1)
    laws = [{"name": "first", "in": ["0.weight", "0.bias"], "out": "1.weight"}, {"name": "outputs", "blocks": [{"tensor": "2.bias", "axis": "all", "sign": 1}]}]
    monitor = Monitor(laws[:1], optimizer=Sgd(weight_decay=0.1))
    rates = {name: 0.2 for name in parameters}
    monitor.update(parameters, row, learning_rate=rates)
    (both,) = monitor.report().relaxations
    apart = Monitor(laws, optimizer=Sgd(weight_decay=0.1))
    apart.update(parameters, row, learning_rate=rates | {"2.bias": 0.1})
    slow, fast = sorted(apart.report().relaxations, key=lambda of: of["learning_rate"])
    assert both["seen"] == fast["seen"] == pytest.approx(4 * 0.2 * 0.1) and slow["seen"] == pytest.approx(4 * 0.1 * 0.1)
    assert (slow["time"], fast["time"]) == (pytest.approx(25), pytest.approx(12.5))


def test_a_rule_of_each_tensor_is_that_of_its_law(generator):
    """Of two laws each has the momentum and the decay that its own tensors have; a tensor without momentum needs no buffer."""
    parameters = perceptron(generator)
    rows, momenta = batches(generator, parameters, 3), batches(generator, parameters, 3)
    laws = [{"name": "first", "in": ["0.weight", "0.bias"], "out": "1.weight"}, {"name": "outputs", "blocks": [{"tensor": "2.weight", "axis": "all", "sign": 1}]}]
    with_momentum, plain = Sgd(learning_rate=0.1, weight_decay=0.2, momentum=0.9), Sgd(learning_rate=0.1, weight_decay=0.05)
    mixed = Monitor(laws, optimizer=plain)
    alone = [Monitor(laws[:1], optimizer=with_momentum), Monitor(laws[1:], optimizer=plain)]
    for row, buffers in zip(rows, momenta):
        own = {name: value for name, value in buffers.items() if name != "2.weight"}
        mixed.update(parameters, row, momenta=own, rules={name: with_momentum for name in own})
        alone[0].update(parameters, row, momenta=buffers)
        alone[1].update(parameters, row)
    expected = sorted((law for monitor in alone for law in monitor.report(members=True).laws), key=lambda law: law["law"])
    assert sorted(mixed.report(members=True).laws, key=lambda law: law["law"]) == expected
    report = mixed.report()
    assert report.momentum is None and alone[0].report().momentum == 0.9
    assert report.relaxations == [of for monitor in alone for of in monitor.report().relaxations]


def test_rules_that_change_are_heeded(generator):
    """The right side is the mean of those of the steps, as for rates."""
    parameters = perceptron(generator)
    rows = batches(generator, parameters, 2)
    monitor = Monitor("mlp", optimizer=Sgd(learning_rate=0.1))
    for row, gamma in zip(rows, (0.1, 0.3)):
        monitor.update(parameters, row, rules={name: Sgd(learning_rate=0.1, weight_decay=gamma) for name in parameters})
    squares = sum(numpy.sum(parameters[name] ** 2) for name in ("0.weight", "0.bias"))
    (law,) = [law for law in monitor.report().laws if law["layer"] == 0]
    assert law["decay_a"] == pytest.approx(4 * 0.2 / 0.1 * squares)
    (relaxation,) = monitor.report().relaxations
    assert relaxation["gamma"] == 0.3 and relaxation["seen"] == pytest.approx(4 * 0.1 * (0.1 + 0.3))


def test_nothing_moves_at_a_rate_of_zero(generator):
    """With such rates schedules begin: the law divides by them, and nothing is measured."""
    parameters = perceptron(generator)
    rows = batches(generator, parameters, 3)
    optimizer = Sgd(weight_decay=0.1)
    monitor, without = Monitor("mlp", optimizer=optimizer), Monitor("mlp", optimizer=optimizer)
    assert [monitor.update(parameters, row, learning_rate=rate) for row, rate in zip(rows, (0.0, 0.1, 0.2))] == [False, True, True]
    for row, rate in zip(rows[1:], (0.1, 0.2)):
        without.update(parameters, row, learning_rate=rate)
    strip = lambda report: [{name: value for name, value in law.items() if name != "series"} for law in report.laws]
    assert strip(monitor.report()) == strip(without.report()) and monitor.report().relaxations == without.report().relaxations
    assert (monitor.report().steps, monitor.report().measured) == (3, 2)
    # Only where nothing moves.
    frozen = {name: 0.0 if name.startswith("2") else 0.1 for name in parameters}
    partly = Monitor([{"name": "first", "in": ["0.weight", "0.bias"], "out": "1.weight"},
                      {"name": "outputs", "blocks": [{"tensor": "2.weight", "axis": "all", "sign": 1}]}], optimizer=optimizer)
    assert partly.update(parameters, rows[0], learning_rate=frozen)
    assert [law["law"] for law in partly.report().laws] == ["first"]


def test_one_of_every_k_steps(generator):
    parameters = perceptron(generator)
    rows = batches(generator, parameters, 7)
    sparse, dense = Monitor("mlp", every=3), Monitor("mlp")
    assert [sparse.update(parameters, row) for row in rows] == [True, False, False, True, False, False, True]
    for row in rows[::3]:
        dense.update(parameters, row)
    assert (sparse.report().steps, sparse.report().measured) == (7, 3)
    first, second = sparse.report().laws, dense.report().laws
    assert [law["imbalance"] for law in first] == [law["imbalance"] for law in second]


def test_memory_is_of_the_size_of_the_laws(generator):
    """A hundred steps of a network of a million parameters leave kilobytes, and take a buffer of less than a copy."""
    parameters = {"0.weight": generator.normal(size=(1000, 500)), "1.weight": generator.normal(size=(500, 1000))}
    g = {name: generator.normal(size=value.shape) for name, value in parameters.items()}
    monitor = Monitor("mlp")
    monitor.update(parameters, g)
    tracemalloc.start()
    for _ in range(100):
        monitor.update(parameters, g)
    left, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 100_000 and most < 2_000_000, (left, most)


def test_the_report_is_a_table_json_and_a_picture(generator, tmp_path):
    parameters = perceptron(generator)
    laws = [{"name": "<neurons> & \x1b[31m", "in": ["0.weight", "0.bias"], "out": "1.weight"}]
    monitor = Monitor(laws, optimizer=Sgd(learning_rate=0.1, pytorch_weight_decay=0.02))
    for row in batches(generator, parameters, 300):
        monitor.update(parameters, row)
    report = monitor.report()
    assert "\x1b" not in str(report) and "relaxation times" in str(report)
    assert json.loads(report.to_json()) == report.document
    tree = xml.fromstring(report.to_svg())
    line = tree.find("{http://www.w3.org/2000/svg}polyline")
    assert line is not None and 64 <= len(line.attrib["points"].split()) <= 128
    assert "<neurons>" not in report._repr_html_()
    for name in ("r.svg", "r.json", "r.txt"):
        report.save(tmp_path / name)
    assert (tmp_path / "r.svg").read_text().startswith("<svg") and json.loads((tmp_path / "r.json").read_text())
    # Of no steps there is a report, too.
    empty = Monitor("mlp").report()
    assert empty.laws == [] and str(empty) and xml.fromstring(empty.to_svg()) is not None


def bad(change):
    """Parameters and gradients, one of which is changed."""
    generator = numpy.random.default_rng(3)
    parameters = perceptron(generator)
    g = batches(generator, parameters, 1)[0]
    change(parameters, g)
    return parameters, g


def put(place, value):
    def change(parameters, g):
        g["1.weight"] = g["1.weight"].copy()
        g["1.weight"][place] = value
    return change


@pytest.mark.parametrize(("change", "kind", "found"), [
    (lambda p, g: g.update({"0.weight": g["0.weight"].T}), equipartition.ShapeError, "`0.weight`: expected the shape [5, 3], found [3, 5]"),
    (lambda p, g: g.pop("0.bias"), equipartition.NamesError, "1 missing: 0.bias"),
    (lambda p, g: g.update(strange=g["0.bias"]), equipartition.NamesError, "1 without a parameter: strange"),
    (put((1, 2), numpy.nan), equipartition.NotFinite, "gradients `1.weight`: element [1, 2] is nan"),
    (put((0, 0), numpy.inf), equipartition.NotFinite, "element [0, 0] is inf"),
    (put((0, 0), 1e200), equipartition.NotFinite, "leave the range of f64"),
    (lambda p, g: g.update({"0.bias": g["0.bias"].astype(complex)}), equipartition.ElementError, "complex128"),
    (lambda p, g: p.update({"0.bias": numpy.ones(5, dtype=int)}), equipartition.ElementError, "int64"),
    (lambda p, g: g.update({"0.bias": None}), equipartition.ElementError, "object"),
    (lambda p, g: g.clear(), equipartition.NamesError, "at least one array"),
    (lambda p, g: p.update({"other": numpy.ones(2)}) or g.update({"other": numpy.ones(2)}), equipartition.LawsError, "other"),
])
def test_what_a_first_step_may_not_be(change, kind, found):
    monitor = Monitor("mlp")
    with pytest.raises(kind) as refused:
        monitor.update(*bad(change))
    assert found in str(refused.value) and isinstance(refused.value, equipartition.Error)
    takes_the_next(monitor, 1)


def takes_the_next(monitor, steps):
    """Nothing of a step that was refused is kept: the next one stands alone, or beside those before."""
    monitor.update(*bad(lambda p, g: None))
    alone = Monitor("mlp")
    for _ in range(steps):
        alone.update(*bad(lambda p, g: None))
    assert monitor.report().document == alone.report().document


@pytest.mark.parametrize(("change", "kind", "found"), [
    (lambda p, g: g.update({"0.weight": g["0.weight"].T}), equipartition.ShapeError, "`0.weight`: expected the shape [5, 3], found [3, 5]"),
    (lambda p, g: g.pop("0.bias"), equipartition.NamesError, "expected `0.bias`, which a law is about, found none"),
    (put((1, 2), numpy.nan), equipartition.NotFinite, "gradients `1.weight`: element [1, 2] is nan"),
    (lambda p, g: p["2.weight"].__setitem__((0, 1), -numpy.inf), equipartition.NotFinite, "parameters `2.weight`: element [0, 1] is -inf"),
    (lambda p, g: g.update({"0.bias": g["0.bias"].astype(complex)}), equipartition.ElementError, "complex128"),
])
def test_what_a_later_step_may_not_be(change, kind, found):
    monitor = Monitor("mlp")
    monitor.update(*bad(lambda p, g: None))
    with pytest.raises(kind) as refused:
        monitor.update(*bad(change))
    assert found in str(refused.value)
    takes_the_next(monitor, 2)


@pytest.mark.parametrize(("make", "kind", "found"), [
    (lambda: Monitor(every=0), equipartition.UsageError, "every"),
    (lambda: Monitor(optimizer="sgd"), equipartition.UsageError, "adapters"),
    (lambda: Sgd(momentum=1.0), equipartition.UsageError, "momentum"),
    (lambda: Sgd(learning_rate=-1.0), equipartition.UsageError, "positive"),
    (lambda: Sgd(weight_decay=0.1, pytorch_weight_decay=0.2), equipartition.UsageError, "one of them"),
    (lambda: AdamW(epsilon=-1.0), equipartition.UsageError, "epsilon"),
    (lambda: Monitor("mlp", activation="tanh").update(*bad(lambda p, g: None)), equipartition.UsageError, "relu"),
    (lambda: Monitor("mlp", activation=numpy.ones(2)).update(*bad(lambda p, g: None)), equipartition.UsageError, "relu"),
    (lambda: Monitor("no-such.toml").update(*bad(lambda p, g: None)), equipartition.MissingInput, "no such file"),
    (lambda: Monitor("[[law]]\nname = 1").update(*bad(lambda p, g: None)), equipartition.LawsError, "laws"),
    (lambda: Monitor(3).update(*bad(lambda p, g: None)), equipartition.UsageError, "found int"),
    (lambda: Monitor("decoder").update(*bad(lambda p, g: None)), equipartition.LawsError, ""),
    (lambda: Monitor("mlp", optimizer=Adam()).update(*bad(lambda p, g: None)), equipartition.UsageError, "second_moments"),
    (lambda: Monitor("mlp").update([1], [2]), equipartition.UsageError, "dictionary"),
    (lambda: Monitor("mlp", optimizer=Adam()).update(*bad(lambda p, g: None), second_moments=[1]), equipartition.UsageError, "second_moments: expected a dictionary"),
    (lambda: Monitor("mlp").update(*bad(lambda p, g: None), learning_rate="0.1"), equipartition.UsageError, "expected a positive number, found '0.1'"),
    (lambda: Monitor("mlp").update(*bad(lambda p, g: None), learning_rate=1j), equipartition.UsageError, "found 1j"),
    (lambda: Monitor("mlp").update(*bad(lambda p, g: None), learning_rate=-0.1), equipartition.UsageError, "expected a positive number, found -0.1"),
    (lambda: Monitor("mlp").update(*bad(lambda p, g: None), rules=[Sgd()]), equipartition.UsageError, "rules: expected a dictionary"),
    (lambda: Monitor("mlp").update(*bad(lambda p, g: None), rules={"0.weight": Adam()}), equipartition.UsageError, "expected Sgd as the monitor's optimizer, found Adam"),
    (lambda: Monitor("mlp").update(*bad(lambda p, g: None), rules={"0.weight": Sgd(momentum=0.5)}), equipartition.UsageError,
     "`0.weight` has the momentum 0.5, `0.bias` has 0.0: a law needs one for all of its tensors"),
    (lambda: Monitor("mlp").skip(steps=-1), equipartition.UsageError, "steps"),
    (lambda: Monitor("mlp").skip(steps="1"), equipartition.UsageError, "steps"),
    (lambda: Sgd(learning_rate="0.1"), equipartition.UsageError, "found '0.1'"),
    (lambda: Sgd(momentum="0.9"), equipartition.UsageError, "found '0.9'"),
    (lambda: Sgd(learning_rate=10 ** 400), equipartition.UsageError, "learning_rate: expected a positive number"),
    (lambda: Sgd(weight_decay=None), equipartition.UsageError, "found None"),
    (lambda: Sgd(weight_decay=numpy.ones(2), pytorch_weight_decay=0.1), equipartition.UsageError, "weight_decay: expected a number"),
    (lambda: Sgd(decays={"*": None}), equipartition.UsageError, "decays['*']: expected a number"),
    (lambda: Sgd(decays=["*"]), equipartition.UsageError, "found list"),
    (lambda: Sgd(decays={"*": "a"}), equipartition.UsageError, "decays['*']"),
    (lambda: Sgd(no_decay=3), equipartition.UsageError, "patterns"),
    (lambda: Monitor("decoder", config=[1]).update(*bad(lambda p, g: None)), equipartition.UsageError, "found list"),
    (lambda: Monitor("decoder", config={"a": object()}).update(*bad(lambda p, g: None)), equipartition.UsageError, "JSON"),
    (lambda: Monitor("a\0b").update(*bad(lambda p, g: None)), equipartition.LawsError, "null byte"),
    (lambda: Monitor("mlp").report().save("/no/such/folder/report.svg"), equipartition.InputOutputError, "cannot write"),
    (lambda: Monitor("mlp").update(*bad(lambda p, g: None), momenta={}), equipartition.UsageError, "momenta"),
])
def test_settings_that_make_no_sense(make, kind, found):
    with pytest.raises(kind) as refused:
        make()
    assert found in str(refused.value)


def test_steps_that_are_refused_are_not_counted():
    monitor = Monitor("mlp")
    monitor.update(*bad(lambda p, g: None))
    with pytest.raises(equipartition.UsageError):
        monitor.skip(learning_rate=-1.0)
    assert monitor.steps == 1


def test_a_law_that_does_not_fit_names_the_tensor():
    with pytest.raises(equipartition.LawsError, match="0.weight"):
        Monitor([{"name": "n", "in": "0.weight", "out": "0.weight"}]).update(*bad(lambda p, g: None))
    with pytest.raises(equipartition.LawsError, match="did you mean"):
        Monitor([{"name": "n", "in": "0.wieght", "out": "1.weight"}]).update(*bad(lambda p, g: None))


def test_a_closed_monitor_reports_and_takes_nothing():
    with Monitor("mlp") as monitor:
        monitor.update(*bad(lambda p, g: None))
    for call in (lambda: monitor.update(*bad(lambda p, g: None)), monitor.skip, monitor.reset):
        with pytest.raises(equipartition.ClosedMonitor, match="closed after 1 step"):
            call()
    assert monitor.report().measured == 1
    monitor.close()


def test_gradients_that_vanish_leave_the_law_unchecked():
    parameters, g = bad(lambda p, g: None)
    monitor = Monitor("mlp")
    monitor.update(parameters, {name: numpy.zeros_like(value) for name, value in g.items()})
    assert {law["status"] for law in monitor.report().laws} == {"unchecked"}
    assert {law["imbalance"] for law in monitor.report().laws} == {None}


def test_laws_that_one_step_cannot_show_are_an_error_in_the_end():
    generator = numpy.random.default_rng(4)
    parameters = perceptron(generator, widths=(2, 2, 1))
    monitor = Monitor("auto")
    rows = batches(generator, parameters, 8)
    for row in rows[:7]:
        monitor.update(parameters, row)
    with pytest.raises(equipartition.LawsError, match="name the laws"):
        monitor.update(parameters, rows[7])
