"""Every check of the project, in the order in which a failure is cheapest to learn.

Each step is a command that also works by itself; the first one that fails stops the rest.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
STYLE = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["lint-imports"],
    ["rotation", "lint"],
]
TESTS = ["pytest", "-q", "-n", "2", "--dist", "worksteal"]
QUICK = [[*TESTS, "-m", "not slow"]]
NOTEBOOKS = [
    [
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "--nbval",
        "--nbval-cell-timeout=300",
        "chapters",
    ],
]
#: Measuring lines and branches takes a third longer, so not every run of the tests does.
MEASURED = [
    [*TESTS, "--cov", "--cov-report="],
    # Some of what ran were copies of the project, which are gone by now.
    ["coverage", "report", "--ignore-errors", "--skip-covered", "--sort=cover", "--fail-under=95"],
]


def run(command: list[str]) -> None:
    """Run one step with this environment's tools; stop the program if it fails."""
    started = time.perf_counter()
    print(f"check: {' '.join(command)}", flush=True)
    status = subprocess.run([str(BIN / command[0]), *command[1:]], check=False).returncode
    if status:
        print(f"check: failed: {' '.join(command)}", flush=True)
        raise SystemExit(1)
    print(f"check: {time.perf_counter() - started:.1f} s", flush=True)


def main() -> None:
    """Run the quick list, the full one, or the full one with coverage."""
    asked = sys.argv[1:]
    tests = QUICK if "--quick" in asked else MEASURED if "--coverage" in asked else [TESTS]
    for command in STYLE + tests + ([] if "--quick" in asked else NOTEBOOKS):
        run(command)


if __name__ == "__main__":
    main()
