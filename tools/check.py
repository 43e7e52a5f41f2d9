"""Every check of the project, in the order in which a failure is cheapest to learn.

Each step is a command that also works by itself; the first one that fails stops the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

BIN = Path(sys.executable).parent
STYLE = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["lint-imports"],
    ["rotation", "lint"],
]
TESTS = ["pytest", "-q", "-n", "2", "--dist", "worksteal", "--durations=10"]
QUICK = [[*TESTS, "-m", "not slow"]]
NOTEBOOKS = ["pytest", "-q", "-n", "2", "--dist", "loadfile", "--nbval", "--nbval-cell-timeout=300"]
#: These rest on the findings of all other chapters, so they come last.
LAST = ("methods", "summary")
#: Measuring lines and branches takes a third longer, so not every run of the tests does.
MEASURED = [
    [*TESTS, "--cov", "--cov-report="],
    # Some of what ran were copies of the project, which are gone by now.
    ["coverage", "report", "--ignore-errors", "--skip-covered", "--sort=cover", "--fail-under=95"],
]


def run(command: list[str], **more: str) -> None:
    """Run one step with this environment's tools; stop the program if it fails.

    Args:
        command: the tool and its arguments.
        more: added to its environment.
    """
    started = time.perf_counter()
    print(f"check: {' '.join(command)}", flush=True)
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], env={**os.environ, **more}, check=False
    )
    if done.returncode:
        print(f"check: failed: {' '.join(command)}", flush=True)
        raise SystemExit(1)
    print(f"check: {time.perf_counter() - started:.1f} s", flush=True)


def notebooks() -> None:
    """Run every chapter again, and compare what its checked cell says with what is stored.

    What a theme measures in this step is kept for its length: the last chapters ask for all of it.
    Charts are made as in a build, which draws the same ones.
    """
    found = sorted(Path("chapters").glob("*.ipynb"), key=lambda p: (p.stem in LAST, p.stem))
    with TemporaryDirectory(prefix="notebooks ") as folder:
        places = {f"ROTATION_{name}": f"{folder}/{name}" for name in ("FINDINGS", "FIGURES")}
        run([*NOTEBOOKS, *map(str, found)], **places)


def main() -> None:
    """Run the quick list, the full one, or the full one with coverage."""
    asked = sys.argv[1:]
    tests = QUICK if "--quick" in asked else MEASURED if "--coverage" in asked else [TESTS]
    for command in STYLE + tests:
        run(command)
    if "--quick" not in asked:
        notebooks()


if __name__ == "__main__":
    main()
