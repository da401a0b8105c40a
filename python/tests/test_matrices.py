"""The monitor's matrix laws, of all pairs of members, are those of `inspect`."""

from __future__ import annotations

import tracemalloc

import equipartition
import numpy
import pytest
from comparison import compare, stacked
from equipartition import AdamW, Monitor, Sgd
from networks import batches, perceptron


def linear(generator, parameters, count, size=4):
    """Gradients of a deep linear network without biases, of so many random batches."""
    names = list(parameters)
    rows = []
    for _ in range(count):
        x, y = generator.normal(size=(size, 3)), generator.normal(size=(size, 2))
        inputs, h = [], x
        for name in names:
            inputs.append(h)
            h = h @ parameters[name].T
        back, row = 2.0 * (h - y) / size, {}
        for name, before in zip(reversed(names), reversed(inputs)):
            row[name] = (back.T @ before).astype(parameters[name].dtype)
            back = back @ parameters[name]
        rows.append(row)
    return rows


def deep_linear(generator, widths=(3, 5, 4, 2), dtype=numpy.float64):
    return {f"{layer}.weight": generator.normal(size=(outputs, inputs)).astype(dtype)
            for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:]))}


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_matrix_laws_are_those_of_inspect(generator, dtype, momentum):
    parameters = deep_linear(generator, dtype=dtype)
    rows, momenta = linear(generator, parameters, 7), linear(generator, parameters, 7)
    monitor = Monitor("mlp", activation="identity", optimizer=Sgd(learning_rate=0.02, weight_decay=0.003, momentum=momentum))
    for row, buffers in zip(rows, momenta):
        monitor.update(parameters, row, momenta=buffers if momentum else None)
    buffers = {f"{name}.momentum_buffer": value for name, value in stacked(momenta).items()} if momentum else None
    inspection = equipartition.inspect(parameters, laws="mlp", activation="identity", gradients=stacked(rows), optimizer=buffers,
                                       learning_rate=0.02, weight_decay=0.003, momentum=momentum or None, members=True)
    report = monitor.report(members=True)
    assert sorted(law["form"] for law in report.laws) == 2 * ["matrix"] + 2 * ["rescaling"] and not report.skipped
    compare(report, inspection)
    assert {law["status"] for law in report.laws} == {"confirmed"}


HEADS = """
[[law]]
name = "values"
matrix = true
groups = 2
blocks = [
  { tensor = "v", axis = "rows", sign = 1, heads = 4, slice = [0, 12] },
  { tensor = "o", axis = "columns", sign = -1, heads = 2 },
]
"""


def test_matrix_laws_of_heads_and_slices_are_those_of_inspect(generator, tmp_path):
    """Two groups, two heads of 3 rows for each of 3 columns; further dimensions of a tensor are columns, too."""
    shapes = {"v": (14, 5, 2), "o": (300, 6)}
    parameters = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    rows = [{name: generator.normal(size=shape) for name, shape in shapes.items()} for _ in range(3)]
    (tmp_path / "laws.toml").write_text(HEADS)
    monitor = Monitor(HEADS, optimizer=Sgd(learning_rate=0.1, weight_decay=0.5))
    strange = Monitor(HEADS, optimizer=Sgd(learning_rate=0.1, weight_decay=0.5))
    for row in rows:
        monitor.update(parameters, row)
        strange.update({name: numpy.asfortranarray(value) for name, value in parameters.items()}, row)
    inspection = equipartition.inspect(parameters, laws=tmp_path / "laws.toml", gradients=stacked(rows), learning_rate=0.1, weight_decay=0.5,
                                       members=True)
    for report in (monitor.report(members=True), strange.report(members=True)):
        compare(report, inspection)
        # Random numbers are no gradients of anything with these symmetries.
        assert report.symmetries["not_a_symmetry"] == 2
    (matrix,) = [law for law in monitor.report(members=True).laws if law["form"] == "matrix"]
    assert len(matrix["members"]) == 2


@pytest.mark.parametrize("rotated", [None, 0.0, 0.5])
def test_the_laws_of_a_decoder_are_those_of_inspect(generator, rotated):
    """Four heads of queries in two groups; where nothing is rotated any invertible matrix may stand between queries and keys."""
    shapes = {"model.embed_tokens.weight": (11, 8), "model.norm.weight": (8,), "lm_head.weight": (11, 8)}
    of_layer = {"input_layernorm": (8,), "post_attention_layernorm": (8,), "self_attn.q_proj": (16, 8), "self_attn.k_proj": (8, 8), "self_attn.v_proj": (8, 8),
                "self_attn.o_proj": (8, 16), "mlp.gate_proj": (6, 8), "mlp.up_proj": (6, 8), "mlp.down_proj": (8, 6)}
    shapes |= {f"model.layers.0.{name}.weight": shape for name, shape in of_layer.items()}
    parameters = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    rows = [{name: generator.normal(size=shape) for name, shape in shapes.items()} for _ in range(3)]
    config = {"model_type": "llama", "hidden_size": 8, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 4, "rms_norm_eps": 1e-6}
    if rotated is not None:
        config["partial_rotary_factor"] = rotated
    monitor = Monitor("decoder", config=config, optimizer=Sgd(learning_rate=0.1, weight_decay=0.5))
    for row in rows:
        monitor.update(parameters, row)
    inspection = equipartition.inspect(parameters, laws="decoder", gradients=stacked(rows), learning_rate=0.1, weight_decay=0.5, heads=4, kv_heads=2,
                                       head_dim=4, norm_epsilon=1e-6, rotated=rotated, members=True)
    compare(monitor.report(members=True), inspection)
    assert {law["form"] for law in monitor.report().laws} == {"matrix", "rescaling"}


def test_a_matrix_law_is_about_every_pair_of_neurons(generator):
    """Where each neuron is in balance with itself the matrices need not be: of `W1 = 1`, `W2 = R` a rotation, `W1 W1^T - W2^T W2 = 0` again."""
    turn, shear = numpy.array([[0.6, -0.8], [0.8, 0.6]]), numpy.array([[1.0, 1.0], [0.0, 1.0]])
    decay = Sgd(learning_rate=0.1, weight_decay=0.5)
    for second, balanced in ((turn, True), (shear / numpy.sqrt([1.0, 2.0]), False)):
        monitor = Monitor("mlp", activation="identity", optimizer=decay)
        # Without noise all that is left is the decay's side.
        monitor.update({"0.weight": numpy.eye(2), "1.weight": second}, {"0.weight": numpy.zeros((2, 2)), "1.weight": numpy.zeros((2, 2))})
        imbalance = {law["form"]: law["imbalance"] for law in monitor.report().laws}
        assert imbalance["rescaling"] == pytest.approx(0.0, abs=1e-15)
        assert (imbalance["matrix"] < 1e-15) == balanced
        if not balanced:
            # |1 - W2^T W2| / (|1| + |W2^T W2|)
            gram = second.T @ second
            norm = numpy.linalg.norm
            assert imbalance["matrix"] == pytest.approx(norm(numpy.eye(2) - gram) / (norm(numpy.eye(2)) + norm(gram)))


def test_matrix_laws_that_are_not_measured_are_said_to_be(generator):
    wide = {"0.weight": generator.normal(size=(1025, 2)), "1.weight": generator.normal(size=(2, 1025))}
    monitor = Monitor("mlp", activation="identity")
    monitor.update(wide, wide)
    assert [law["form"] for law in monitor.report().laws] == ["rescaling"]
    (skipped,) = monitor.report().skipped
    assert "1025 rows" in skipped["reason"] and "its diagonal is reported" in skipped["reason"]
    parameters = deep_linear(generator)
    adaptive = Monitor("mlp", activation="identity", optimizer=AdamW(learning_rate=0.1))
    adaptive.update(parameters, parameters, second_moments={name: value ** 2 for name, value in parameters.items()})
    assert {law["form"] for law in adaptive.report().laws} == {"rescaling"}
    assert all("of Adam is not elementwise" in law["reason"] for law in adaptive.report().skipped)
    # A false law, here because of what is between the layers, is found out as such.
    false = Monitor("mlp", activation="identity")
    with_relu = perceptron(generator)
    for row in batches(generator, with_relu, 3):
        false.update(with_relu, row)
    status = {law["form"]: law["status"] for law in false.report().laws}
    assert status == {"matrix": "not a symmetry of this network", "rescaling": "confirmed"}


def test_products_that_leave_the_range_are_refused(generator):
    """Every square is finite, and the product of two of them is not."""
    parameters = {"0.weight": numpy.array([[1e150], [0.0]]), "1.weight": numpy.ones((1, 2))}
    g = {"0.weight": numpy.array([[0.0], [1e150]]), "1.weight": numpy.ones((1, 2))}
    monitor = Monitor("mlp", activation="identity")
    with pytest.raises(equipartition.NotFinite, match="leave the range"):
        monitor.update(parameters, g)
    assert monitor.report().measured == 0


def test_a_matrix_law_keeps_eight_matrices(generator):
    width = 128
    matrix = 8 * width * width
    parameters = {"0.weight": generator.normal(size=(width, 4 * width)), "1.weight": generator.normal(size=(3 * width, width))}
    Monitor("mlp", activation="identity").update(parameters, parameters)
    tracemalloc.start()
    monitor = Monitor("mlp", activation="identity")
    for _ in range(20):
        monitor.update(parameters, parameters)
    left, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 9 * matrix and most < 32 * matrix, (left / matrix, most / matrix)
