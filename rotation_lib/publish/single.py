"""One chapter for the analyst: its executed notebook and its findings, no site.

It must never touch the site that lies in the build folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..market import Market
from ..params import ReportParams
from ..project import THEMES
from ..results import all_results, kept_in, theme_results
from .build import chosen_chapters, split_extras, write_json
from .draw.figures import compiled, read_payload
from .draw.still import illustrated
from .execute.outcome import ChapterFailure, ChapterRun
from .execute.run import run_chapters
from .execute.warm import Nursery
from .owned import mark, refuse_foreign
from .source.notebooks import read_notebook, write_notebook


@dataclass(frozen=True)
class SingleResult:
    """Where one chapter's results lie."""

    notebook: Path
    findings: Path
    failure: ChapterFailure | None
    notes: tuple[str, ...]


def run_single(
    chapter: str,
    params: ReportParams,
    extras: Mapping[str, object],
    out: Path,
    *,
    fresh: bool = False,
    started: Callable[[Sequence[str]], None] = lambda names: None,
    progress: Callable[[ChapterRun], None] = lambda run: None,
) -> SingleResult:
    """Run one chapter through papermill and write its findings beside the notebook.

    Raises:
        ParameterError: before a kernel starts, for anything that cannot be used.
    """
    names = chosen_chapters([chapter])
    own = split_extras(extras, names)
    refuse_foreign(out)
    market = Market.load(params)
    mark(out)
    started(names)
    kept = out / "runs"
    with Nursery() as nursery:
        (run,) = run_chapters(
            names, market, own, kept, jobs=1, fresh=fresh, nursery=nursery, progress=progress
        )
    target = run.folder.with_name(f"{run.folder.name}-findings.json")
    if run.failure:
        return SingleResult(run.notebook, target, run.failure, market.notes)
    with kept_in(kept / "findings"):
        write_json(_record(names[0], market), target)
    return SingleResult(_illustrated(run, out), target, None, market.notes)


def _illustrated(run: ChapterRun, out: Path) -> Path:
    """The run's notebook with its charts, beside the run, which stays as it was sealed."""

    def chart(name: str) -> tuple[dict[str, Any], str]:
        payload = read_payload(run.figures, name)
        return payload, compiled(payload, out / ".runtime" / "charts").svg

    target = run.folder.with_name(f"{run.folder.name}.ipynb")
    write_notebook(illustrated(read_notebook(run.notebook), chart), target)
    return target


def _record(chapter: str, market: Market) -> dict[str, object]:
    findings, judged = theme_results(chapter, market) if chapter in THEMES else all_results(market)
    return {
        "params": market.params.as_strings(),
        "findings": [f.model_dump(mode="json") for f in findings.values()],
        "claims": [{"id": j.claim.id, "verdict": j.verdict.value} for j in judged],
    }
