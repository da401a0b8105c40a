"""The adapter of PyTorch: what it tells the monitor is what the optimiser does."""

from __future__ import annotations

import pytest
from conftest import blocks, loudly_absent

try:
    import torch
except ImportError:
    loudly_absent("PyTorch", "apt-get install python3-torch, or pip install torch")

import equipartition
import numpy
from equipartition import Monitor, Sgd
from equipartition.adapters.torch import watch


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 12), torch.nn.ReLU(), torch.nn.Linear(12, 2))


def train(module, optimizer, steps, schedule=None):
    """Records what the monitor should have seen: parameters and gradients before each step."""
    seen = []
    generator = torch.Generator().manual_seed(1)
    for _ in range(steps):
        x, y = torch.randn(16, 3, generator=generator), torch.randn(16, 2, generator=generator)
        optimizer.zero_grad()
        ((module(x) - y) ** 2).sum(dim=1).mean().backward()
        seen.append(tuple({name: of(p).detach().numpy().copy() for name, p in module.named_parameters()}
                          for of in (lambda p: p, lambda p: p.grad)))
        optimizer.step()
        if schedule is not None:
            schedule.step()
    return seen


def test_sgd_with_a_schedule_is_seen_as_it_is():
    module = network()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    with watch(module, optimizer, "mlp") as monitor:
        seen = train(module, optimizer, 6, schedule)
    by_hand = Monitor("mlp", optimizer=Sgd(weight_decay=0.01))
    for step, (parameters, gradients) in enumerate(seen):
        by_hand.update(parameters, gradients, learning_rate=0.1 * 0.9 ** step)
    report = monitor.report()
    assert [law["status"] for law in report.laws] == ["confirmed"] and report.steps == 6
    for law, other in zip(report.laws, by_hand.report().laws):
        for name in ("gradient_a", "gradient_b", "decay_a", "decay_b", "imbalance"):
            assert law[name] == pytest.approx(other[name], rel=1e-12)
    assert report.relaxations[0]["seen"] == pytest.approx(by_hand.report().relaxations[0]["seen"])


def test_the_factor_2_of_pytorch_is_in_the_step():
    """`theta' = theta - eta (g + 2 gamma theta)` with gamma half of weight_decay: the step that PyTorch makes."""
    module = network()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, weight_decay=0.02)
    monitor = watch(module, optimizer, "mlp")
    ((parameters, gradients),) = train(module, optimizer, 1)
    (gamma,) = [of["gamma"] for of in monitor.report().relaxations]
    expected = parameters["0.weight"] - 0.1 * (gradients["0.weight"] + 2.0 * gamma * parameters["0.weight"])
    assert gamma == 0.01 and numpy.allclose(module[0].weight.detach().numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("kind", ["Adam", "AdamW"])
def test_adam_is_read_from_its_state_and_agrees_with_inspect(kind):
    module = network()
    optimizer = getattr(torch.optim, kind)(module.parameters(), lr=0.01, weight_decay=0.1, betas=(0.9, 0.99))
    train(module, optimizer, 5)
    state = {name: {key: value.clone() if torch.is_tensor(value) else value for key, value in optimizer.state[p].items()}
             for name, p in module.named_parameters()}
    with watch(module, optimizer, "mlp") as monitor:
        ((parameters, gradients),) = train(module, optimizer, 1)
    kept = {f"{name}.exp_avg_sq": of["exp_avg_sq"].numpy() for name, of in state.items()}
    kept |= {f"{name}.step": numpy.array(float(of["step"])) for name, of in state.items()}
    inspection = equipartition.inspect(parameters, laws="mlp", gradients={name: g[None] for name, g in gradients.items()}, optimizer=kept,
                                       rule=kind.lower(), learning_rate=0.01, pytorch_weight_decay=0.1, beta2=0.99)
    for law, other in zip(monitor.report().laws, inspection.laws):
        for name in ("gradient_a", "gradient_b", "decay_a", "decay_b", "imbalance"):
            assert law[name] == pytest.approx(other[name], rel=1e-6)


def test_momentum_and_groups_are_read_from_the_optimiser():
    module = network()
    weights = [p for name, p in module.named_parameters() if name.endswith("weight")]
    biases = [p for name, p in module.named_parameters() if name.endswith("bias")]
    groups = [{"params": weights, "weight_decay": 0.02}, {"params": biases, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=0.05, momentum=0.9)
    with watch(module, optimizer, "mlp") as monitor:
        train(module, optimizer, 4)
    report = monitor.report()
    assert (report.steps, report.measured, report.momentum) == (4, 3, 0.9), "there is no momentum before the first step"
    assert [of["gamma"] for of in report.relaxations] == [0.01] and report.symmetries["confirmed"] == 1


def settings_of_every_step(module, optimizer, change, steps, laws):
    """A monitor that watches, and one that is told by hand the rule that the optimiser has at each step."""
    monitor, by_hand = watch(module, optimizer, laws), Monitor(laws, optimizer=Sgd())
    for number in range(steps):
        change(number)
        groups = {id(p): group for group in optimizer.param_groups for p in group["params"]}
        rules = {name: Sgd(learning_rate=groups[id(p)]["lr"] or None, momentum=groups[id(p)]["momentum"], pytorch_weight_decay=groups[id(p)]["weight_decay"])
                 for name, p in module.named_parameters()}
        rates = {name: groups[id(p)]["lr"] for name, p in module.named_parameters()}
        momenta = {name: optimizer.state[p]["momentum_buffer"].clone() for name, p in module.named_parameters()
                   if optimizer.state.get(p, {}).get("momentum_buffer") is not None}
        ((parameters, gradients),) = train(module, optimizer, 1)
        if all(name in momenta for name, rule in rules.items() if rule.beta):
            by_hand.update(parameters, gradients, momenta=momenta or None, learning_rate=rates, rules=rules)
        else:
            by_hand.skip(learning_rate=rates, rules=rules)
    monitor.close()
    assert monitor.report().document == by_hand.report().document
    return monitor.report()


DEEP = [{"name": "first", "in": ["0.weight", "0.bias"], "out": "2.weight"}, {"name": "last", "blocks": [{"tensor": "4.weight", "axis": "all", "sign": 1}]}]


def deep():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 12), torch.nn.ReLU(), torch.nn.Linear(12, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))


def test_every_group_has_a_momentum_and_a_decay_of_its_own():
    module = deep()
    optimizer = torch.optim.SGD([{"params": module[:3].parameters(), "momentum": 0.9, "weight_decay": 0.02}, {"params": module[4].parameters()}], lr=0.05)
    report = settings_of_every_step(module, optimizer, lambda _: None, 5, DEEP)
    assert report.momentum is None and [of["gamma"] for of in report.relaxations] == [0.01] and (report.steps, report.measured) == (5, 4)


def test_momentum_and_decay_that_are_scheduled_are_those_of_each_step():
    """`OneCycleLR` moves the momentum against the rate."""
    module = deep()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=12)
    momenta = set()

    def change(number):
        if number:
            schedule.step()
        optimizer.param_groups[0]["weight_decay"] = 0.02 / (1 + number)
        momenta.add(optimizer.param_groups[0]["momentum"])

    report = settings_of_every_step(module, optimizer, change, 6, DEEP)
    assert len(momenta) > 2 and report.measured == 5


def test_a_warm_up_from_zero_is_no_error():
    module = network()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, step / 3))
    for laws in ("mlp", "auto"):
        with watch(module, optimizer, laws) as monitor:
            train(module, optimizer, 1)
            before = optimizer.param_groups[0]["lr"]
            optimizer.param_groups[0]["lr"] = 0.0
            train(module, optimizer, 2)
            optimizer.param_groups[0]["lr"] = before
            train(module, optimizer, 4, schedule)
        report = monitor.report()
        assert report.steps == 7 and report.symmetries["confirmed"] == 1, str(report)
    # The first of all rates was 0.
    assert schedule.base_lrs == [0.1]


def test_a_monitor_lets_go_when_it_is_closed():
    module = network()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.05)
    monitor = watch(module, optimizer, "auto", every=2)
    train(module, optimizer, 4)
    monitor.close()
    train(module, optimizer, 3)
    assert (monitor.report().steps, monitor.report().measured) == (4, 2)
    assert [law["status"] for law in monitor.report().laws] == ["confirmed"]


def test_what_has_other_laws_is_refused():
    module = network()
    for optimizer, found in [
        (torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9, nesterov=True), "nesterov"),
        (torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9, dampening=0.5), "dampening"),
        (torch.optim.Adam(module.parameters(), amsgrad=True), "amsgrad"),
        (torch.optim.RMSprop(module.parameters()), "RMSprop"),
        (torch.optim.SGD([{"params": module[0].parameters()}, {"params": module[2].parameters(), "nesterov": True, "momentum": 0.9}], lr=0.1), "nesterov"),
        (torch.optim.SGD(network().parameters(), lr=0.1), "none of the module's parameters"),
    ]:
        with pytest.raises(equipartition.UsageError, match=found):
            watch(module, optimizer, "mlp")


def test_half_precision_has_fewer_digits_and_is_read():
    parameters = {"0.weight": torch.randn(4, 3).half(), "1.weight": torch.randn(2, 4).half()}
    monitor = Monitor("mlp")
    monitor.update(parameters, {name: torch.randn_like(value.float()).half() for name, value in parameters.items()})
    assert monitor.report().measured == 1


class AsInPyTorch2(torch.optim.SGD):
    """The hooks that PyTorch 2 calls before a step, by its documentation and its source: with the optimiser, its arguments (the optimiser again the first of them)
    and options, which a hook may exchange."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.hooks = {}

    def register_step_pre_hook(self, hook):
        self.hooks[hook] = hook

        class Handle:
            remove = lambda _: self.hooks.pop(hook)  # noqa: E731

        return Handle()

    def step(self, *arguments, **options):
        arguments = (self, *arguments)
        for hook in list(self.hooks.values()):
            arguments, options = hook(self, arguments, options) or (arguments, options)
        return torch.optim.SGD.step(*arguments, **options)


KINDS = [torch.optim.SGD, AsInPyTorch2] if not hasattr(torch.optim.SGD, "register_step_pre_hook") else [torch.optim.SGD]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["before", "closure", "named closure"])
def test_gradients_are_those_of_the_step_also_of_a_closure(kind, how):
    module = network()
    optimizer = kind(module.parameters(), lr=0.1)
    generator = torch.Generator().manual_seed(1)
    seen = []
    monitor = watch(module, optimizer, "mlp")
    for _ in range(3):
        x, y = torch.randn(16, 3, generator=generator), torch.randn(16, 2, generator=generator)

        def closure():
            optimizer.zero_grad()
            loss = ((module(x) - y) ** 2).sum(dim=1).mean()
            loss.backward()
            seen.append(tuple({name: of(p).detach().numpy().copy() for name, p in module.named_parameters()}
                              for of in (lambda p: p, lambda p: p.grad)))
            return loss

        if how == "before":
            closure()
            optimizer.step()
        else:
            loss = optimizer.step(closure) if how == "closure" else optimizer.step(closure=closure)
            assert torch.is_tensor(loss)
    by_hand = Monitor("mlp")
    for parameters, gradients in seen:
        by_hand.update(parameters, gradients)
    assert len(seen) == 3 and monitor.report().laws == by_hand.report().laws
    monitor.close()
    closure()
    optimizer.step()
    assert monitor.report().steps == 3


def test_tensors_are_looked_at_where_they_lie():
    from equipartition._arrays import as_array

    tensor = torch.zeros(3, requires_grad=True)
    seen = as_array("w", tensor)
    with torch.no_grad():
        tensor += 1.0
    assert seen.tolist() == [1.0, 1.0, 1.0]
    sparse = torch.zeros(2, 2).to_sparse()
    for bad, found in ((torch.zeros(2, dtype=torch.complex64), "complex64"), (torch.zeros(2, dtype=torch.int32), "int32"), (sparse, "expected an array, found Tensor")):
        with pytest.raises(equipartition.ElementError, match=found):
            as_array("w", bad)


def test_inspect_takes_tensors_as_it_takes_arrays():
    module = network()
    ((parameters, gradients),) = train(module, torch.optim.SGD(module.parameters(), lr=0.0), 1)
    stacked = {name: value[None] for name, value in gradients.items()}
    of_arrays = equipartition.inspect(parameters, laws="mlp", gradients=stacked)
    of_tensors = equipartition.inspect(dict(module.named_parameters()), laws="mlp", gradients={name: torch.tensor(value) for name, value in stacked.items()})
    assert of_arrays.document == of_tensors.document


def test_what_the_page_shows_runs(capsys):
    (code,) = blocks("docs/python.md", "python,torch")
    module = network()
    exec(code, {"module": module, "optimizer": torch.optim.SGD(module.parameters(), lr=0.05), "train": lambda *given: train(*given, 150)})
    assert "150 steps, 3 measured" in capsys.readouterr().out
