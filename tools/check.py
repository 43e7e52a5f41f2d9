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
QUICK = [["pytest", "-q", "-n", "2", "--dist", "worksteal", "-m", "not slow"]]
FULL = [
    ["pytest", "-q", "-n", "2", "--dist", "worksteal"],
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
    """Run the quick or the full list."""
    for command in STYLE + (QUICK if "--quick" in sys.argv[1:] else FULL):
        run(command)


if __name__ == "__main__":
    main()
