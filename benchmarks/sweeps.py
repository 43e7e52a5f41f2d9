"""The whole history of findings and claims, timed as a user would compute it: as one command."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import builds
import pandas as pd
from report import Bar, Part

#: Processes at once: the bar is for two.
JOBS = 2
_TOLD = re.compile(r"\((\d+) editions, ([\d,]+) rows\)")


def part(work: Path) -> Part:
    """``rotation sweep`` over every month, nothing kept from before.

    Args:
        work: folder for a copy of the project and the panel.
    """
    project, panel = builds.copied_project(work / "swept"), work / "panel.parquet"
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "rotation_lib", "sweep", "--fresh", "--jobs", str(JOBS),
         "--out", str(panel)],
        cwd=project,
        env=builds.environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    # Looking takes time from what is timed: once a second is enough for memory that stays.
    with builds.Watch(process.pid, pause=1.0) as memory:
        said = process.communicate()[0]
    seconds = time.perf_counter() - began
    found = _TOLD.search(said)
    if process.returncode or found is None:
        raise SystemExit(f"the sweep failed:\n{said}")
    rows = pd.read_parquet(panel)
    drawn, ranged = rows[rows["draws"] > 0], rows[rows["low"].notna()]
    bars = [
        Bar(f"every month's findings and claims, {JOBS} processes, s", seconds, 60),
        Bar("editions in it", float(found[1]), 190, at_least=True),
    ]
    told = (
        f"{len(rows):,} rows, {len(ranged):,} with an interval; {len(drawn):,} rest on resamples, "
        f"half of them on {int(drawn['draws'].median()):,} or fewer, and each row names its own "
        f"number. Memory of all processes together: {memory.most / 1e6:,.0f} MB."
    )
    return Part("Sweep", bars, told)
