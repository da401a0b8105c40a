"""Measures the program and its peers in turn, prints the table, and writes benches/RESULTS.md: `make bench-peers`.

Processor time on one core, the least of the rounds; a spread is how much slower the slowest round was than the fastest. A peer whose answer is not
the program's is an error, not a row.
"""

import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import subprocess
import sys
import time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
import peers  # noqa: E402  (the flags are read when JAX starts)
import plot  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROUND_SECONDS = 0.2

# What is computed, the row's name on the program's side, the peers, and the ratio to the best of them that is aimed at.
COMPUTED = [
    ("E\\|g\\|^2, ReLU 64-64-64-10, batch 256, f64", "square", {"JAX, norm trick": peers.jax_square}, 1.5),
    ("grad F, the same", "gradient", {"JAX, norm trick": peers.jax_gradient}, 1.5),
    ("grad F, 4-8-4, batch 16, f64, a model of 1,000", "gradient-of-a-thousand", {"JAX vmap": peers.jax_gradient_of_a_thousand}, 0.5),
    ("SGD step on the batch, 4-8-4, a model of 1,000", "step-of-a-thousand", {"JAX vmap and scan": peers.jax_step_of_a_thousand}, 0.5),
    ("Hessian of F, 4-8-4, batch 16, f64", "hessian", {"JAX": peers.jax_hessian}, 0.5),
    ("grad F, 4-8-4, batch 16, 256 bits, ReLU", "gradient-256-relu",
     {"MPFR in place": "rug-relu", "FLINT arb lists": lambda: peers.gradient_by_lists("arb", False), "mpmath": lambda: peers.gradient_by_lists("mpmath", False)}, 1),
    ("grad F, 4-8-4, batch 16, 256 bits, tanh", "gradient-256-tanh",
     {"MPFR in place": "rug-tanh", "FLINT arb lists": lambda: peers.gradient_by_lists("arb", True), "mpmath": lambda: peers.gradient_by_lists("mpmath", True)}, 1),
]
MODELS = {"gradient-of-a-thousand": peers.MODELS, "step-of-a-thousand": peers.MODELS * peers.STEPS}

# Two decades of each size, by the names of the program's side.
GROWING = [
    ("parameters", "f64", [f"parameters-f64-{n}" for n in (40, 144, 544, 2112, 4704)]),
    ("parameters", "256 bits", [f"parameters-256-{n}" for n in (40, 144, 544, 2112, 4704)]),
    ("samples", "f64", [f"samples-f64-{n}" for n in (16, 50, 160, 500, 1600)]),
    ("samples", "256 bits", [f"samples-256-{n}" for n in (16, 50, 160, 500, 1600)]),
    ("bits", "MPFR", [f"bits-{n}" for n in (64, 128, 256, 512, 1024, 2048, 4096)]),
]
INSTANCES = (4, 13, 40, 130, 400)
FIRST_THEORY = "neural-thermodynamics"
GROWING_CLAIMS = ["balance/neuron", "balance/matrix", "balance/layer"]

# Why a goal is missed, by the row's name on the program's side; shown where it is.
REASONS = json.loads((HERE / "reasons.json").read_text())


def cost(function):
    """The least processor time of a call in a round, in microseconds."""
    end, least = time.process_time() + ROUND_SECONDS, math.inf
    while True:
        before = time.process_time_ns()
        function()
        after = time.process_time_ns()
        least = min(least, (after - before) / 1e3)
        if time.process_time() > end:
            return least


class Program:
    """The program's side, which stays loaded as the peers do."""

    def __init__(self, path):
        self.process = subprocess.Popen([path, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, name):
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        cost, value = self.process.stdout.readline().split()
        return float(cost), float(value)


def process_cost(command, repeats=1):
    """Processor and elapsed time of a whole process, in microseconds, the least of the repeats; and what it wrote."""
    least = (math.inf, math.inf)
    for _ in range(repeats):
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        elapsed = (time.perf_counter() - start) * 1e6
        if child.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))} failed with {child.returncode}")
        least = min(least, ((usage.ru_utime + usage.ru_stime) * 1e6, elapsed))
    return least, output


class Row:
    def __init__(self, work, name, goal):
        self.work, self.name, self.goal, self.costs = work, name, goal, {}

    def add(self, who, microseconds):
        self.costs.setdefault(who, []).append(microseconds)

    def least(self, who):
        return min(self.costs[who])

    def spread(self, who):
        return max(self.costs[who]) / self.least(who) - 1

    def best_peer(self):
        others = [who for who in self.costs if who != "us"]
        return min(others, key=self.least) if others else None

    def ratio(self):
        return self.least("us") / self.least(self.best_peer())

    def line(self):
        best = self.best_peer()
        if best is None:
            return f"| {self.work} | - | {shown(self.least('us'))} | - | {self.goal} | {self.spread('us'):.0%} |"
        rest = "; ".join(f"{who} {shown(self.least(who))}" for who in self.costs if who not in ("us", best))
        peer = f"{best} {shown(self.least(best))}" + (f" ({rest})" if rest else "")
        return (f"| {self.work} | {peer} | {shown(self.least('us'))} | {self.ratio():.2f} | {self.goal:g} | "
                f"{self.spread('us'):.0%}, {self.spread(best):.0%} |")

    def missed(self):
        return isinstance(self.goal, (int, float)) and self.ratio() > self.goal


def shown(microseconds):
    for unit, size in [("s", 1e6), ("ms", 1e3)]:
        if microseconds >= size:
            return f"{microseconds / size:.3g} {unit}"
    return f"{microseconds:.3g} us"


def agree(name, ours, theirs):
    if not math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12):
        sys.exit(f"{name}: the program computed {ours!r}, its peer {theirs!r}")


def computed_rows(program, rounds):
    for work, name, others, goal in COMPUTED:
        row, models = Row(work, name, goal), MODELS.get(name, 1)
        value = program.ask(name)[1]
        ready = {who: make if isinstance(make, str) else make() for who, make in others.items()}
        for who, peer in ready.items():
            agree(f"{name}, {who}", value, program.ask(peer)[1] if isinstance(peer, str) else peer())
        for _ in range(rounds):
            row.add("us", program.ask(name)[0])
            for who, peer in ready.items():
                row.add(who, program.ask(peer)[0] if isinstance(peer, str) else cost(peer) / models)
        yield row


def eval_rows(binary, folder, rounds):
    """Whole process against whole process; of the peers' processes, starting Python, importing and compiling is left out."""
    kinds = [
        ("f64", "f64", 0.1, {"JAX": lambda path: peers.answer_by_jax(path)}),
        ("rational", "rational", 0.7, {"fmpq lists": lambda path: lambda: peers.answer_by_lists("fmpq", path)}),
        ("256 bits", {"mpfr": 256}, 0.5, {"arb lists": lambda path: lambda: peers.answer_by_lists("arb", path)}),
    ]
    for title, scalar, goal, others in kinds:
        row = Row(f"eval, 16-32-8, batch 32, whole process, {title}", f"eval-{title}", goal)
        path = folder / "request.json"
        path.write_text(json.dumps(peers.request(scalar)))
        ready = {who: make(path) for who, make in others.items()}
        (_, written) = process_cost([binary, "eval", path])
        for who, peer in ready.items():
            for ours, theirs in zip(json.loads(written)["entropic_gradient"], json.loads(peer())["entropic_gradient"], strict=True):
                if title == "rational" and ours != theirs:
                    sys.exit(f"eval: the program answers {ours}, its peer {theirs}")
                agree(f"eval, {who}", float(peers.Fraction(ours)), float(peers.Fraction(theirs)))
        for _ in range(rounds):
            row.add("us", process_cost([binary, "eval", path], 20)[0][0])
            for who, peer in ready.items():
                row.add(who, cost(peer))
        yield row


def inspect_row(binary, folder, rounds, width):
    size = 16 * width * width / 2**30
    row = Row(f"inspect, {size:.2g} GiB, diagonal laws", "inspect", 0.5)
    peers.write_checkpoint(folder, width)
    command = [binary, "inspect", folder / "parameters.safetensors", "--laws", "mlp", "--optimizer", folder / "optimizer.safetensors",
               "--rule", "sgd", "--learning-rate", "0.01", "--weight-decay", "0.001", "--format", "json", "--members"]
    process_cost(command)
    for _ in range(rounds):
        row.add("us", process_cost(command)[0][0])
        before = time.process_time()
        peers.inspect_by_numpy(folder, width)
        row.add("NumPy", (time.process_time() - before) * 1e6)
    for name in ("parameters", "optimizer"):
        (folder / f"{name}.safetensors").unlink()
    return row


def verify_rows(binary, cores, rounds):
    first = Row("verify, the first theory's claims, one core, processor time", "verify-first", "15 s")
    one = Row("default verify, one core, processor time", "verify", "-")
    two = Row("default verify, two cores, elapsed; goal: 1.8 times as fast as one", "verify-two", "1.8")
    listed = json.loads(process_cost([binary, "list", "--format", "json"])[1])
    families = sorted({claim["id"].split("/")[0] + "/" for claim in listed if claim["theory"] == FIRST_THEORY})
    for _ in range(rounds):
        os.sched_setaffinity(0, {min(cores)})
        first.add("us", process_cost([binary, "verify", *families, "--format", "json"])[0][0])
        (busy, elapsed), _ = process_cost([binary, "verify", "--format", "json"])
        one.add("us", busy)
        if len(cores) > 1:
            os.sched_setaffinity(0, set(sorted(cores)[:2]))
            (_, shared), _ = process_cost([binary, "verify", "--format", "json"])
            two.add("us", shared)
            two.goal = f"1.8; is {elapsed / shared:.2f}"
    os.sched_setaffinity(0, {min(cores)})
    return [first, one, two] if len(cores) > 1 else [first, one]


def exponent(points):
    """The slope of log cost over log size, by least squares; and over the last decade."""
    def slope(points):
        x, y = [math.log(size) for size, _ in points], [math.log(cost) for _, cost in points]
        mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
        return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / sum((a - mean_x) ** 2 for a in x)
    largest = points[-1][0]
    return slope(points), slope([point for point in points if point[0] * 11 >= largest])


def growing_lines(program, binary, rounds):
    for along, scalar, names in GROWING:
        points = []
        for name in names:
            points.append((int(name.rsplit("-", 1)[1]), min(program.ask(name)[0] for _ in range(max(1, rounds // 2)))))
        yield growing_line(f"grad F, {scalar}", along, points)
    points = []
    for instances in INSTANCES:
        command = [binary, "verify", *GROWING_CLAIMS, "--instances", str(instances), "--format", "json"]
        points.append((instances, process_cost(command, 2)[0][0]))
    yield growing_line("verify " + " ".join(GROWING_CLAIMS), "instances", points)


def growing_line(work, along, points):
    whole, last = exponent(points)
    costs = ", ".join(f"{size}: {shown(cost)}" for size, cost in points)
    return f"| {work} | {along} | {costs} | {whole:.2f} | {last:.2f} |"


def processor():
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="for requests and the checkpoint")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--width", type=int, default=8192, help="of the checkpoint's matrices: 8192 makes a GiB")
    parser.add_argument("--skip-verify", action="store_true", help="leave out the rows that take minutes")
    parser.add_argument("--output", type=pathlib.Path, default=HERE.parent / "RESULTS.md")
    arguments = parser.parse_args()
    # What the program would refuse later is refused now.
    for claim in GROWING_CLAIMS:
        process_cost([arguments.binary, "explain", claim])
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    program, rows = Program(arguments.bench), []
    for row in computed_rows(program, arguments.rounds):
        print(row.line(), flush=True)
        rows.append(row)
    for row in eval_rows(arguments.binary, arguments.folder, arguments.rounds):
        print(row.line(), flush=True)
        rows.append(row)
    rows.append(inspect_row(arguments.binary, arguments.folder, min(3, arguments.rounds), arguments.width))
    print(rows[-1].line(), flush=True)
    growing = []
    for line in growing_lines(program, arguments.binary, arguments.rounds):
        print(line, flush=True)
        growing.append(line)
    for row in [] if arguments.skip_verify else verify_rows(arguments.binary, cores, min(2, arguments.rounds)):
        print(row.line(), flush=True)
        rows.append(row)
    missed = [f"- {row.work}: {REASONS.get(row.name, 'not looked into.')}" for row in rows if row.best_peer() and row.missed()]
    missed += [f"- {row.work}: {REASONS[row.name]}" for row in rows if not row.best_peer() and row.name in REASONS]
    versions = ", ".join(f"{name} {__import__(name).__version__}" for name in ("jax", "numpy", "mpmath", "flint"))
    text = f"""# The program beside its peers

`make bench-peers` writes this file. Measured on {datetime.date.today()}, on {processor()} ({platform.system()}, {platform.machine()}, {len(cores)} cores), with
{versions.replace("flint", "python-flint")}.

Processor time on one core, the program and its peers in turn, the least of {arguments.rounds} rounds (whole processes of seconds: fewer); *spread*: how much slower the
slowest round was than the fastest, the program's and the best peer's. A row is shown only if the peers' answers are the program's. Ratio: the program over the best
peer. *MPFR in place* is `benches/peers/hand.rs`, the row's formula written out on MPFR's numbers without any generality. Of `eval` the program's whole process is counted,
of its peers reading the request, computing and writing the answer, but neither starting Python nor importing nor compiling.

| work | best peer (others) | this program | ratio | goal | spread |
|---|---|---|---|---|---|
""" + "\n".join(row.line() for row in rows) + """

## How cost grows

Exponents of the cost, by least squares on logarithms: over all sizes, and over the last decade. Networks are ReLU perceptrons under squared error with 16 samples, n-n-n along
parameters and 4-8-4 otherwise.

![Cost against size](costs.svg)

| work | along | cost | exponent | of the last decade |
|---|---|---|---|---|
""" + "\n".join(growing) + """

## Goals missed

""" + ("\n".join(missed) or "None.") + "\n"
    arguments.output.write_text(text)
    plot.main(arguments.output)
    print("\n" + text)


if __name__ == "__main__":
    main()
