"""One build from parameters to site: execute, collect, assemble, swap.

The order of things is decided here and nowhere else. The last good site is
replaced only by a whole new one. What is needed only to make something is imported only then,
so that a build that finds nothing changed is quick.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ParameterError, nearest
from ..params import NoExtras, ReportParams, chapter_extras, extra_names
from ..project import CHAPTER_NAMES, CHAPTERS, PROJECT_ROOT
from .execute.outcome import ChapterFailure, ChapterRun
from .kept import read_object
from .owned import mark, refuse_foreign
from .pdf import chromium
from .provenance import build_record
from .swap import carried, workspace
from .unchanged import finished_before, seal_site, site_key, tell_record

if TYPE_CHECKING:
    from ..market import Market
    from .press import Press


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
        from ..strength import Verdict

        said = [claim["verdict"] for claim in self.record.get("claims", [])]
        return {verdict.value: said.count(verdict.value) for verdict in Verdict}


def chosen_chapters(names: Sequence[str]) -> tuple[str, ...]:
    """The chapters asked for, in reading order; all of them if none is named.

    Raises:
        ParameterError: for a name that is no chapter.
    """
    asked = [chapter_named(name) for name in names]
    for text, name in zip(names, asked, strict=True):
        if name not in CHAPTER_NAMES:
            raise ParameterError(
                "chapter",
                text,
                f"chapters are {', '.join(CHAPTER_NAMES)}",
                nearest(Path(name).stem, CHAPTER_NAMES),
            )
    return tuple(n for n in CHAPTER_NAMES if not asked or n in asked)


def chapter_named(text: str) -> str:
    """The chapter that ``risks``, ``risks.ipynb`` or ``chapters/risks.ipynb`` stands for.

    Another notebook of the same name is none: what it holds is not what would be run.

    Args:
        text: a name, or the path that a shell's completion gives.
    """
    if "\0" in text:
        return text  # no path has one
    path = Path(text)
    name = path.stem if path.suffix == ".ipynb" else path.name
    ours = path.resolve().with_suffix(".ipynb") == CHAPTERS / f"{name}.ipynb"
    short = path.parent.as_posix() in (".", CHAPTERS.name) and not path.is_file()
    return name if ours or short else text


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
            owner = next((c for c, own in names.items() if name in own), "")
            raise ParameterError(
                name,
                value,
                f"the parameters of {', '.join(chapters) or 'the ledger'} are {', '.join(known)}",
                f"it belongs to a chapter, try 'rotation run {owner} -p {name}={value}'"
                if owner
                else nearest(name, known),
            )
    given = {c: {k: v for k, v in pairs.items() if k in names.get(c, ())} for c in chapters}
    models: dict[str, NoExtras] = {c: chapter_extras(c, own) for c, own in given.items() if own}
    return {c: model.model_dump(include=set(given[c])) for c, model in models.items()}


def unchanged(
    params: ReportParams,
    *,
    chapters: Sequence[str] = (),
    extras: Mapping[str, object] | None = None,
    out: Path,
    pdf: bool = False,
    edition: bool = False,
    keep: int | None = None,
    notebooks: Path = CHAPTERS,
    progress: Callable[[ChapterRun], None] = lambda run: None,
) -> BuildResult | None:
    """The last build, if this one would make the same site from the same sources.

    Its site and its chapters' runs are compared with their seals, file by file, so that a
    damaged one is made again. A live report always asks its sources first. The arguments are
    those of :func:`build`.
    """
    names = chosen_chapters(chapters)
    by_chapter = split_extras(extras or {}, names)
    html = out / "html"
    if params.source == "live" or not html.is_dir():
        return None
    key = site_key(_request(params, names, by_chapter, pdf, edition, keep), notebooks)
    runs = finished_before(html, key)
    if runs is None:
        return None
    for run in runs:
        progress(run)
    record = tell_record(html, runs, key)
    notes = tuple(record.get("notes", ()))
    return BuildResult(runs, (), html, read_object(html / "findings.json"), notes)


def _request(
    params: ReportParams,
    names: Sequence[str],
    extras: Mapping[str, Any],
    pdf: bool,
    edition: bool,
    keep: int | None,
) -> dict[str, Any]:
    return {
        "params": params.as_strings(),
        "chapters": list(names),
        "extras": dict(extras),
        "pdf": pdf,
        "edition": edition,
        "keep": keep,
        "address": os.environ.get("ROTATION_SITE_URL", ""),
    }


def build(
    params: ReportParams,
    *,
    chapters: Sequence[str] = (),
    extras: Mapping[str, object] | None = None,
    out: Path,
    jobs: int = 2,
    fresh: bool = False,
    pdf: bool = False,
    edition: bool = False,
    keep: int | None = None,
    notebooks: Path = CHAPTERS,
    finish: Callable[[Path, Path], None] = carried,
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
        edition: whether ``finish`` keeps the site as an edition.
        keep: how many editions ``finish`` keeps; ``None`` for all.
        notebooks: folder of the chapters.
        finish: completes the finished site before it is put in place; see :func:`.site.build_site`.
        started: told the chapters once everything is validated.
        progress: told every chapter that is done.

    Raises:
        ParameterError: before anything is run, for arguments that cannot be used, ``out`` among
            them where it holds what no build made.
        BuildError: if the site could not be assembled.
    """
    from .draw.drawing import Drawing
    from .execute.warm import Nursery
    from .press import Press

    if pdf:
        chromium()  # better missed now than after all chapters have run
    names = chosen_chapters(chapters)
    by_chapter = split_extras(extras or {}, names)
    refuse_foreign(out)
    request = _request(params, names, by_chapter, pdf, edition, keep)
    with Press() as press:
        with Nursery() as nursery:
            if fresh or not (out / "runs").is_dir():
                nursery.start()  # something will have to run
            else:
                press.start()  # perhaps nothing has to run but the press
            from ..market import Market
            from .execute.run import run_chapters

            market = Market.load(params)
            key = site_key(request, notebooks)
            if fresh:
                shutil.rmtree(out / ".book", ignore_errors=True)
            mark(out)
            started(names)
            runs = run_chapters(
                names,
                market,
                by_chapter,
                out / "runs",
                chapters=notebooks,
                jobs=jobs,
                fresh=fresh,
                nursery=nursery,
                drawing=Drawing(out / ".runtime"),
                progress=progress,
                resting=press.start,
            )
        failures = tuple(r.failure for r in runs if r.failure)
        record = {} if failures else _record(market, out / "runs" / "findings")
        told = build_record(market, runs, by_chapter)
        whole = not failures and params.source != "live"

        def sealed(site: Path) -> None:
            # Sources that were changed meanwhile are not what this site was made of.
            if whole and key == site_key(request, notebooks):
                seal_site(site, key, runs)

        site = _publish(runs, failures, record, told, market, out, pdf, finish, sealed, press)
    return BuildResult(tuple(runs), failures, site, record, market.notes)


def _record(market: Market, findings: Path) -> dict[str, Any]:
    from ..results import kept_in, report_record
    from .provenance import revision

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
    finish: Callable[[Path, Path], None],
    after: Callable[[Path], None],
    press: Press,
) -> Path:
    from .site import build_site

    good = [r for r in runs if r.failure is None]
    with workspace(out) as folder:
        for run in good:
            if run.figures.is_dir():
                shutil.copytree(run.figures, folder, dirs_exist_ok=True)
        report = build_site(
            {r.name: r.notebook for r in good},
            folder,
            dict(record),
            dict(provenance),
            out,
            project=PROJECT_ROOT,
            credits=credits(market),
            failures=failures,
            pdf=pdf,
            finish=finish,
            after=after,
            press=press,
        )
    return report.html


def credits(market: Market) -> dict[str, dict[str, str]]:
    """Short name, publisher, licence and checksum of every series, for source lines.

    The short name says so where a live source has the series only stale, or not at all.
    """
    provenance = market.dataset.provenance
    held = provenance["series"]
    age = {s: f" (stale since {e['since']})" for s, e in provenance.get("stale", {}).items()}
    age |= dict.fromkeys(provenance.get("absent", {}), " (not available)")
    return {
        entry.id: {
            "short": f"{entry.short}{age.get(entry.id, '')}",
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
