"""Speed and memory of the whole, each bar measured within one run: ``make bench``.

Builds are made in a copy of the project, under git, so that chapters can be edited; rivals
execute the very same notebooks. Results go to benchmarks/RESULTS.md; a missed bar gives status 1.

    python benchmarks/run.py [--only fresh|edits|rivals|sweep|statistics|scale] [--keep DIR]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent))

import builds
import scale
import statistic
import sweeps
from report import Bar, Part, written

RESULTS = Path(__file__).parent / "RESULTS.md"


def fresh(work: Path) -> Part:
    """From nothing to a site, and the quickest answers of the command line."""
    project = builds.copied_project(work / "project")
    first = builds.report(project, watch=True)
    again = min((builds.report(project) for _ in range(3)), key=lambda made: made.seconds)
    quick = min(builds.helped(project) for _ in range(5))
    bars = [
        Bar("nothing changed, s", again.seconds, 1.0),
        Bar("`rotation --help`, s", quick, 0.3),
        Bar("memory of a full build, MB (sum of PSS, all processes)", first.megabytes, 900),
    ]
    told = (
        f"Full fresh build: {first.seconds:.1f} s "
        f"({builds.chapters_told(first)}). Nothing changed: chapters run: "
        f"{', '.join(again.ran) or 'none'}."
    )
    return Part("Builds", bars, told)


def edits(work: Path) -> Part:
    """One chapter's prose, then its code, changed."""
    project = builds.copied_project(work / "edited")
    builds.report(project)
    before = builds.articles(project)
    builds.edit(project, "risks", "markdown")
    prose = builds.report(project)
    after = builds.articles(project)
    builds.edit(project, "risks", "code")
    code = builds.report(project)
    last = builds.articles(project)
    bars = [
        Bar("one chapter's prose changed, s", prose.seconds, 4.0),
        Bar("chapters executed for it", float(len(prose.executed)), 0),
        Bar("pages whose text it changed", float(builds.differing(before, after)), 1),
        Bar("chapters executed after one chapter's code changed", float(len(code.executed)), 1),
        Bar("pages whose text that changed", float(builds.differing(after, last)), 1),
    ]
    told = (
        f"Code changed: {code.seconds:.1f} s. Pages are compared without their foot, which tells "
        "the revision of the code."
    )
    return Part("One chapter changed", bars, told)


def rivals(work: Path) -> Part:
    """The same notebooks by the default recipes."""
    project = builds.copied_project(work / "rivals")
    mine = builds.report(project).seconds  # unwatched, as the others are
    book = builds.jupyter_book(project, work / "book", execute=True)
    mill = builds.papermill(project, work / "mill")
    bars = [
        Bar("full fresh build ÷ `jupyter-book build`, execution forced", mine / book, 0.40),
        Bar("full fresh build ÷ papermill's command line, then `jupyter-book build`",
            mine / mill, 0.45),
    ]  # fmt: skip
    told = (
        f"Ours {mine:.1f} s, jupyter-book {book:.1f} s, papermill and jupyter-book {mill:.1f} s; "
        "same notebooks, data and charts (inline Vega-Lite with its static image), nothing kept "
        "from before on any side. Our chapters hand each other their findings through a folder; "
        "the default recipes have no such place, so there each chapter computes what it needs."
    )
    return Part("Against the default recipes", bars, told)


@contextmanager
def _workplace(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with TemporaryDirectory(prefix="rotation bench ") as folder:
        yield Path(folder)


def main() -> int:
    """Measure the parts asked for; write the results if that was all of them."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parts_known = ["fresh", "edits", "rivals", "sweep", "statistics", "scale"]
    options.add_argument("--only", choices=parts_known)
    options.add_argument("--keep", type=Path, help="work here and leave everything for a look")
    chosen = options.parse_args()
    began = os.getloadavg()[0]
    parts: list[Part] = []
    with _workplace(chosen.keep) as work:
        steps: dict[str, Callable[[], Part]] = {
            "fresh": lambda: fresh(work),
            "edits": lambda: edits(work),
            "rivals": lambda: rivals(work),
            "sweep": lambda: sweeps.part(work),
            "statistics": statistic.part,
            "scale": scale.part,
        }
        for name, step in steps.items():
            if chosen.only in (None, name):
                parts.append(step())
                print(parts[-1].text(), flush=True)
    where = (
        f"{date.today().isoformat()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load average {began:.1f} at the start"
    )
    if chosen.only is None:
        RESULTS.write_text(written(parts, where), encoding="utf-8")
    return 0 if all(bar.kept for part in parts for bar in part.bars) else 1


if __name__ == "__main__":
    sys.exit(main())
