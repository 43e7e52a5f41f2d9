"""Live data over a long time, and kills: what the suite asks in short, asked at length.

A year of daily fetches from a stand-in with faults, and a snapshot renewed again and again by a
command that is killed. Results go to benchmarks/RESULTS-live.md; a missed bar gives status 1.

    python benchmarks/live.py [--only soak|kills] [--seed 1] [--log FILE]
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent))

from raw_source import prices, save, write_source
from report import Bar, Part
from soak import Soak

from rotation_lib.sources.snapshot import SnapshotSource

RESULTS = Path(__file__).parent / "RESULTS-live.md"
SESSIONS, FAULTS, KILLS = 250, 500, 50


def soak(seed: int, log: Path | None) -> Part:
    """A year of sessions, one fetch a day and another after some of the kills."""
    began = time.monotonic()
    with TemporaryDirectory(prefix="rotation soak ") as folder:
        run = Soak(seed, SESSIONS, Path(folder)).run()
    minutes = (time.monotonic() - began) / 60
    for complaint in run.complaints[:20]:
        print(complaint, file=sys.stderr)
    if log is not None:
        with log.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("day", "series", "outcome", "why"), *run.held_back])
    bars = [
        Bar("sessions", run.days, SESSIONS, at_least=True),
        Bar("faults", run.faults.total(), FAULTS, at_least=True),
        Bar("days or series on which the store was not what it must be", len(run.complaints), 0),
    ]
    told = (
        f"Seed {seed}, {minutes:.0f} minutes; five prices, two statistics. After each fetch every "
        "file was whole, and no bar was stored that a rule refuses. Ten days after the last fault "
        "each series was the truth to the last bit, and what a fetch of everything at once gives; "
        "each statistic also held every value ever told, with its days.\n\n"
        f"Faults: {_counted(run.faults)}.\n\n"
        "What no rule can see was stored as the vendor told it, and mended when the vendor did; "
        f"days on which the store held it: {_counted(run.wrong)}.\n\n"
        f"A series was held back {len(run.held_back)} times, each with its reason:\n\n"
        f"{_held_back(run)}"
    )
    return Part("A year of fetches", bars, told)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count)


def _held_back(run: Soak) -> str:
    """One row a series and outcome: how often, first and last day, the commonest reason."""
    lines = [
        "| series | outcome | times | first | last | most often |",
        "| --- | --- | ---: |" + " --- |" * 3,
    ]
    rows: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for day, name, outcome, why in run.held_back:
        rows.setdefault((name, outcome), []).append((day, why))
    for (name, outcome), found in sorted(rows.items()):
        [(why, _)] = Counter(why for _, why in found).most_common(1)
        lines.append(
            f"| {name} | {outcome} | {len(found)} | {found[0][0]} | {found[-1][0]} | {why} |"
        )
    return "\n".join(lines)


def kills(seed: int) -> Part:
    """Renew a snapshot by the command, killed at random moments of its whole length."""
    draw = random.Random(seed)
    with TemporaryDirectory(prefix="rotation kills ") as text:
        folder = Path(text)
        for source, factor in (("one", 1.0), ("two", 1.001)):
            frame = prices()
            frame["^GSPC"] = 10 * frame["SPY"]  # as the rules of the project want it
            frame.loc["2010-03-01", "IWM"] *= factor
            save(write_source(folder / source), frame)
        known = {_renewed(folder, "two"), _renewed(folder, "one")}
        began = time.monotonic()
        _renewed(folder, "one")
        length = time.monotonic() - began
        killed, whole, seen = 0, 0, Counter[str]()
        while killed < KILLS:
            before = SnapshotSource(folder / "out").load().provenance["data_sha256"]
            command = _command(folder, "two" if killed % 2 else "one")
            began = time.monotonic()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            with suppress(subprocess.TimeoutExpired):
                process.wait(draw.uniform(0.0, 1.0) * length)
                length = time.monotonic() - began  # it ended before its time
            process.send_signal(signal.SIGKILL)
            after = SnapshotSource(folder / "out").load().provenance["data_sha256"]
            if process.wait() == -signal.SIGKILL:
                killed += 1
                whole += after in known
                seen["the old one" if after == before else "the new one"] += 1
        _renewed(folder, "one")
        left = sorted({path.name for path in folder.iterdir()} - {"one", "two", "out"})
        shutil.rmtree(folder / "out")
    bars = [
        Bar("kills", killed, KILLS, at_least=True),
        Bar("whole snapshots after them", whole, KILLS, at_least=True),
        Bar("things left over after the next run", len(left), 0),
    ]
    told = (
        f"Seed {seed}; `rotation data snapshot --from` takes {length:.1f} s, and was killed at a "
        f"random moment of it. Afterwards there was: {_counted(seen)}."
    )
    return Part("A snapshot renewed and killed", bars, told)


def _command(folder: Path, source: str) -> list[str]:
    given = ["--from", str(folder / source), "--out", str(folder / "out")]
    return [sys.executable, "-m", "rotation_lib", "data", "snapshot", *given]


def _renewed(folder: Path, source: str) -> str:
    subprocess.run(_command(folder, source), check=True, stdout=subprocess.DEVNULL)
    return str(SnapshotSource(folder / "out").load().provenance["data_sha256"])


def written(parts: Sequence[Part], where: str, before: str) -> str:
    """The results as a document; of parts that were not run now, as it was.

    Args:
        parts: that were run.
        where: on what machine, and when.
        before: the document until now, or nothing.
    """
    found = re.findall(r"^## (.+)\n\n((?:(?!^## ).*\n)+)", before, re.MULTILINE)
    sections = {title: text.rstrip() + "\n" for title, text in found}
    for part in parts:
        title, _, text = part.text().removeprefix("## ").partition("\n\n")
        sections[title] = f"{where}\n\n{text}\n"
    head = "# Live data, at length\n\nWritten by `benchmarks/live.py`.\n\n"
    return head + "\n".join(f"## {title}\n\n{sections[title]}" for title in sorted(sections))


def main() -> int:
    """Run what is asked for, and write the results."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--only", choices=["soak", "kills"])
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--log", type=Path, help="write what was held back, and when, as CSV")
    chosen = options.parse_args()
    where = (
        f"{date.today().isoformat()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load average {os.getloadavg()[0]:.1f} at the start."
    )
    parts = []
    if chosen.only in (None, "kills"):
        parts.append(kills(chosen.seed))
    if chosen.only in (None, "soak"):
        parts.append(soak(chosen.seed, chosen.log))
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
    RESULTS.write_text(written(parts, where, before), encoding="utf-8")
    missed = [bar.name for part in parts for bar in part.bars if not bar.kept]
    print(f"missed: {'; '.join(missed)}" if missed else "every bar is kept")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
