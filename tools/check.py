"""Every check of the project, in the order in which a failure is cheapest to learn.

Each step is a command that also works by itself; those of style share the processors. The first one
that fails stops the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

BIN = Path(sys.executable).parent
STYLE = [
    ["mypy"],  # the longest
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["lint-imports"],
    ["rotation", "lint"],
]
TESTS = ["pytest", "-q", "--dist", "worksteal", "--durations=10"]
#: One more than two processors: a browser and a server are often waited for.
ALL = [*TESTS, "-n", "3"]
QUICK = [*TESTS, "-n", "2", "-m", "not slow"]
NOTEBOOKS = ["pytest", "-q", "-n", "2", "--dist", "loadfile", "--nbval", "--nbval-cell-timeout=300"]
#: These rest on the findings of all other chapters, so they come last.
LAST = ("methods", "summary")
#: Measuring lines and branches takes a third longer, so not every run of the tests does.
MEASURED = [
    [*ALL, "--cov", "--cov-report="],
    # Some of what ran were copies of the project, which are gone by now.
    ["coverage", "report", "--ignore-errors", "--skip-covered", "--sort=cover", "--fail-under=95"],
]


def run(command: list[str], *, quiet: bool = False, **more: str) -> None:
    """Run one step with this environment's tools; stop the program if it fails.

    Args:
        command: the tool and its arguments.
        quiet: say what it said only once it has ended.
        more: added to its environment.
    """
    started = time.perf_counter()
    if not quiet:
        print(f"check: {' '.join(command)}", flush=True)
    # Hundreds of processes import what is compiled once, where it is kept.
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **more}
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        env=env,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
    )
    took = f"{time.perf_counter() - started:.1f} s"
    print(f"{done.stdout}check: {' '.join(command)}: {took}" if quiet else f"check: {took}")
    if done.returncode:
        print(f"check: failed: {' '.join(command)}", flush=True)
        raise SystemExit(1)


def proofs(tests: list[list[str]], folder: Path) -> None:
    """Run the tests, then every chapter again, its checked cell compared with what is stored.

    What themes measured in the tests is kept for the notebooks, by data, window and code. Charts
    are made as in a build, which draws the same ones.
    """
    first, *rest = tests
    run([*first, f"--basetemp={folder}/tests"])
    for command in rest:
        run(command)
    found = sorted(Path("chapters").glob("*.ipynb"), key=lambda p: (p.stem in LAST, p.stem))
    kept = folder / "tests" / "report build" / "runs" / "findings"
    run(
        [*NOTEBOOKS, *map(str, found)],
        ROTATION_FINDINGS=str(kept),
        ROTATION_FIGURES=str(folder / "figures"),
    )


def main() -> None:
    """Run the quick list, the full one, or the full one with coverage."""
    asked = sys.argv[1:]
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(partial(run, quiet=True), STYLE):
            pass
    if "--quick" in asked:
        run(QUICK)
        return
    # Of a run that fails, what it made is left to be looked at.
    folder = Path(mkdtemp(prefix="checks "))
    proofs(MEASURED if "--coverage" in asked else [ALL], folder)
    rmtree(folder)


if __name__ == "__main__":
    main()
