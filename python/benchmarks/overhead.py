"""What a monitor costs: ten million parameters, batches of 256, on the cores of this machine.

``python benchmarks/overhead.py`` measures a step of a perceptron in NumPy (or, with ``--torch``, in PyTorch), in single precision, and one measurement of the
monitor, and says which ``every=k`` makes the latter at most 2 % of the former.

What is measured is the processor time of one thread, the least of several, so that other programs do not matter. A step is supposed to be spread over all cores without
loss, a measurement not at all: what is told is the most that the monitor can cost.
"""

from __future__ import annotations

import argparse
import math
import os
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy  # noqa: E402
from equipartition import Monitor, Sgd  # noqa: E402

WIDTHS = (784, 2560, 2560, 500, 10)
BATCH = 256


def step_of_numpy(theta, x, y, eta):
    """Forward, backward and the step itself."""
    layers, inputs, h = len(theta), [], x
    for layer in range(layers):
        inputs.append(h)
        h = h @ theta[f"{layer}.weight"].T
        if layer < layers - 1:
            numpy.maximum(h, 0.0, out=h)
    back, gradients = (h - y) * numpy.float32(2.0 / len(x)), {}
    for layer in reversed(range(layers)):
        gradients[f"{layer}.weight"] = back.T @ inputs[layer]
        if layer:
            back = (back @ theta[f"{layer}.weight"]) * (inputs[layer] > 0.0)
    for name, gradient in gradients.items():
        theta[name] -= eta * gradient
    return gradients


def of_numpy(generator):
    theta = {f"{layer}.weight": (generator.normal(size=(rows, columns)) / math.sqrt(columns)).astype(numpy.float32)
             for layer, (columns, rows) in enumerate(zip(WIDTHS, WIDTHS[1:]))}
    x = generator.normal(size=(BATCH, WIDTHS[0])).astype(numpy.float32)
    y = generator.normal(size=(BATCH, WIDTHS[-1])).astype(numpy.float32)
    return theta, lambda: step_of_numpy(theta, x, y, numpy.float32(1e-4))


def of_torch(generator):
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers = [torch.nn.Linear(columns, rows, bias=False) for columns, rows in zip(WIDTHS, WIDTHS[1:])]
    module = torch.nn.Sequential(*[part for layer in layers for part in (layer, torch.nn.ReLU())][:-1])
    optimizer = torch.optim.SGD(module.parameters(), lr=1e-4, weight_decay=1e-3)
    x, y = torch.randn(BATCH, WIDTHS[0]), torch.randn(BATCH, WIDTHS[-1])
    theta = {f"{number}.weight": layer.weight for number, layer in enumerate(layers)}

    def step():
        optimizer.zero_grad()
        ((module(x) - y) ** 2).sum(dim=1).mean().backward()
        optimizer.step()
        return {f"{number}.weight": layer.weight.grad for number, layer in enumerate(layers)}

    return theta, step


def seconds(call, times):
    """Processor time, the least of some calls."""
    call()
    taken = []
    for _ in range(times):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", action="store_true", help="a step of PyTorch instead of NumPy's")
    parser.add_argument("--times", type=int, default=9)
    options = parser.parse_args()
    cores = os.cpu_count() or 1
    theta, step = (of_torch if options.torch else of_numpy)(numpy.random.default_rng(0))
    gradients = step()
    monitor = Monitor("mlp", optimizer=Sgd(learning_rate=1e-4, pytorch_weight_decay=1e-3))
    count = sum(math.prod(value.shape) for value in theta.values())
    of_step = seconds(step, options.times) / cores
    of_measurement = seconds(lambda: monitor.update(theta, gradients), options.times)
    skipping = Monitor("mlp", every=1 << 60)
    skipping.update(theta, gradients)
    of_skip = seconds(lambda: [skipping.update(theta, gradients) for _ in range(1000)], options.times) / 1000
    share = of_measurement / of_step
    every = max(1, math.ceil(share / (0.02 - of_skip / of_step)))
    print(f"{count} parameters, batch {BATCH}, {cores} cores: a step takes {1e3 * of_step:.0f} ms, a measurement {1e3 * of_measurement:.0f} ms "
          f"({100 * share:.0f} % of a step), a step that is not measured {1e6 * of_skip:.0f} us")
    print(f"at most 2 % of a step with every={every}: {100 * (share / every + of_skip / of_step):.2f} %")


if __name__ == "__main__":
    main()
