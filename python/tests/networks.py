"""A perceptron with a squared error in NumPy, and its gradients, by hand."""

from __future__ import annotations

import numpy


def perceptron(generator, widths=(3, 5, 4, 2), dtype=numpy.float64):
    """Parameters with PyTorch's names: matrices of outputs x inputs, and biases."""
    return {name: value for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:]))
            for name, value in ((f"{layer}.weight", generator.normal(size=(outputs, inputs)).astype(dtype)),
                                (f"{layer}.bias", generator.normal(size=outputs).astype(dtype)))}


def gradients(parameters, x, y):
    """Of the mean of ``|f(x) - y|^2`` over a batch, with ReLU between the layers."""
    layers = len(parameters) // 2
    inputs, h = [], x
    for layer in range(layers):
        inputs.append(h)
        h = h @ parameters[f"{layer}.weight"].T + parameters[f"{layer}.bias"]
        if layer < layers - 1:
            h = numpy.maximum(h, 0.0)
    back, found = 2.0 * (h - y) / len(x), {}
    for layer in reversed(range(layers)):
        found[f"{layer}.weight"], found[f"{layer}.bias"] = back.T @ inputs[layer], back.sum(axis=0)
        back = (back @ parameters[f"{layer}.weight"]) * (inputs[layer] > 0.0)
    return {name: found[name].astype(parameters[name].dtype) for name in parameters}


def batches(generator, parameters, count, size=4):
    """Gradients of so many random batches at one point."""
    inputs, outputs = parameters["0.weight"].shape[1], list(parameters.values())[-1].shape[0]
    return [gradients(parameters, generator.normal(size=(size, inputs)), generator.normal(size=(size, outputs)))
            for _ in range(count)]
