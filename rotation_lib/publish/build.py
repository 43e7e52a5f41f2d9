"""One build from parameters to site: execute, collect, assemble, swap.

The order of things is decided here and nowhere else. The last good site is
replaced only by a whole new one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..claims import Verdict
from ..errors import ParameterError, nearest
from ..market import Market
from ..params import NoExtras, ReportParams, chapter_extras, extra_names
from ..project import CHAPTER_NAMES, CHAPTERS, PROJECT_ROOT
from ..results import kept_in, report_record
from .failure import ChapterFailure
from .pdf import chromium
from .provenance import build_record, revision
from .run import ChapterRun, run_chapters


@dataclass(frozen=True)
class BuildResult:
    """What a build left behind."""

    runs: tuple[ChapterRun, ...]
    failures: tuple[ChapterFailure, ...]
    site: Path
    record: Mapping[str, Any]
    notes: tuple[str, ...]

    @property
    def verdicts(self) -> dict[str, int]:
        """How many claims have each verdict."""
        said = [claim["verdict"] for claim in self.record.get("claims", [])]
        return {verdict.value: said.count(verdict.value) for verdict in Verdict}


def chosen_chapters(names: Sequence[str]) -> tuple[str, ...]:
    """The chapters asked for, in reading order; all of them if none is named.

    Raises:
        ParameterError: for a name that is no chapter.
    """
    for name in names:
        if name not in CHAPTER_NAMES:
            raise ParameterError(
                "chapter",
                name,
                f"chapters are {', '.join(CHAPTER_NAMES)}",
                nearest(name, CHAPTER_NAMES),
            )
    return tuple(n for n in CHAPTER_NAMES if not names or n in names)


def split_extras(
    pairs: Mapping[str, object], chapters: Sequence[str]
) -> dict[str, dict[str, object]]:
    """Give every extra parameter to the chapters that have it.

    Args:
        pairs: name and value, as ``-p NAME=VALUE`` gave them.
        chapters: chapters about to run.

    Raises:
        ParameterError: for a name that none of the chapters has, or a bad value.
    """
    names = extra_names()
    known = sorted({*ReportParams.model_fields, *(n for c in chapters for n in names.get(c, ()))})
    for name, value in pairs.items():
        if name not in known:
            raise ParameterError(
                name,
                value,
                f"the parameters of {', '.join(chapters)} are {', '.join(known)}",
                nearest(name, known),
            )
    given = {c: {k: v for k, v in pairs.items() if k in names.get(c, ())} for c in chapters}
    models: dict[str, NoExtras] = {c: chapter_extras(c, own) for c, own in given.items() if own}
    return {c: model.model_dump(include=set(given[c])) for c, model in models.items()}


def build(
    params: ReportParams,
    *,
    chapters: Sequence[str] = (),
    extras: Mapping[str, object] | None = None,
    out: Path,
    jobs: int = 2,
    fresh: bool = False,
    pdf: bool = False,
    notebooks: Path = CHAPTERS,
    started: Callable[[Sequence[str]], None] = lambda names: None,
    progress: Callable[[ChapterRun], None] = lambda run: None,
) -> BuildResult:
    """Execute the chapters and publish the site.

    Args:
        params: the report's parameters.
        chapters: which chapters; empty for the whole book.
        extras: further chapter parameters by name.
        out: build folder; the site is ``out/html``.
        jobs: chapters at once.
        fresh: run everything again.
        pdf: also print the PDF edition.
        notebooks: folder of the chapters.
        started: told the chapters once everything is validated.
        progress: told every chapter that is done.

    Raises:
        ParameterError: before anything is run, for arguments that cannot be used.
        BuildError: if the site could not be assembled.
    """
    if pdf:
        chromium()  # better missed now than after all chapters have run
    names = chosen_chapters(chapters)
    by_chapter = split_extras(extras or {}, names)
    market = Market.load(params)
    out.mkdir(parents=True, exist_ok=True)
    started(names)
    runs = run_chapters(
        names,
        market,
        by_chapter,
        out / "runs",
        chapters=notebooks,
        jobs=jobs,
        fresh=fresh,
        progress=progress,
    )
    failures = tuple(r.failure for r in runs if r.failure)
    record = {} if failures else _record(market, out / "runs" / "findings")
    site = _publish(
        runs, failures, record, build_record(market, runs, by_chapter), market, out, pdf
    )
    return BuildResult(tuple(runs), failures, site, record, market.notes)


def _record(market: Market, findings: Path) -> dict[str, Any]:
    with kept_in(findings):
        return report_record(market, revision()[0])


def _publish(
    runs: Sequence[ChapterRun],
    failures: Sequence[ChapterFailure],
    record: Mapping[str, Any],
    provenance: Mapping[str, Any],
    market: Market,
    out: Path,
    pdf: bool,
) -> Path:
    from .site import build_site

    good = [r for r in runs if r.failure is None]
    with TemporaryDirectory(prefix=".figures-", dir=out) as folder:
        for run in good:
            if run.figures.is_dir():
                shutil.copytree(run.figures, folder, dirs_exist_ok=True)
        report = build_site(
            {r.name: r.notebook for r in good},
            Path(folder),
            dict(record),
            dict(provenance),
            out,
            project=PROJECT_ROOT,
            credits=credits(market),
            failures=failures,
            pdf=pdf,
        )
    return report.html


def credits(market: Market) -> dict[str, dict[str, str]]:
    """Short name, publisher, licence and checksum of every series, for source lines."""
    held = market.dataset.provenance["series"]
    return {
        entry.id: {
            "short": entry.short,
            "publisher": entry.publisher,
            "licence": entry.licence,
            **({"sha256": held[entry.id]["sha256"]} if entry.id in held else {}),
        }
        for entry in market.catalog.series.values()
    }


def write_json(record: Mapping[str, Any], path: Path) -> None:
    """Write plain data as indented JSON; NaN is refused."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
