"""What the monitor costs is measured by a program that runs, and is at most 2 % of a step where steps are left out."""

from __future__ import annotations

import re
import subprocess
import sys

from conftest import HERE


def test_a_network_of_ten_million_parameters_is_monitored_at_2_percent():
    done = subprocess.run([sys.executable, "-P", str(HERE.parent / "benchmarks" / "overhead.py"), "--times=2"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = re.search(r"(\d+) parameters, batch 256.*\n.*at most 2 % of a step with every=(\d+): ([0-9.]+) %", done.stdout)
    assert found, done.stdout
    parameters, every, share = int(found[1]), int(found[2]), float(found[3])
    # The program computes the share from what it has measured; that some k is enough is not for it to say.
    assert parameters > 9_000_000 and share <= 2.0 and every < 200, done.stdout
