"""``rotation sweep``: the report's findings and claims as of each date of a range.

It validates, calls one function and prints. No work is done here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .errors import ParameterError
from .project import BUILD, need_checkout

if TYPE_CHECKING:
    from .params import ReportParams
    from .sources import Dataset
    from .sweep.plan import Plan

FOLDER = BUILD / "sweep"


def sweep(
    first: Annotated[
        str | None,
        typer.Option("--from", help="First day of an edition (default: first with enough data)."),
    ] = None,
    last: Annotated[str, typer.Option("--to", help="Last day of an edition, or latest.")] = (
        "latest"
    ),
    every: Annotated[str, typer.Option(help="month-end, quarter or week.")] = "month-end",
    chapter: Annotated[
        list[str] | None, typer.Option("--chapter", help="Only this chapter; may be repeated.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes at once; 0 means one a core.")] = 0,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler that shall compute instead.")
    ] = None,
    draws: Annotated[
        str | None,
        typer.Option(help="Most resamples behind an interval, or full, as the report draws."),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="snapshot (default) or live.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("-p", "--param", help="start, small, large or tech, as NAME=VALUE."),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            help="The Parquet file.", show_default="sweep/panel.parquet in the build folder"
        ),
    ] = FOLDER / "panel.parquet",
    fresh: Annotated[bool, typer.Option("--fresh", help="Ignore editions kept before.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Also renew the panel that the report shows.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Evaluate every finding and claim as of each date of a range."""
    from .publish.owned import begun, refuse_file
    from .sweep.kept import Kept
    from .sweep.run import store
    from .sweep.run import sweep as run_sweep

    if write:
        need_checkout("'rotation sweep --write'")
    if out.suffix != ".parquet":
        raise ParameterError("out", out.name, "it ends in .parquet", "for example panel.parquet")
    refuse_file(out)
    params, dataset = _opened(source, param or ())
    plan = _plan(params, dataset, first, last, every, chapter or (), draws)
    if write:
        _refuse_unlike_default(plan)
    begun()
    bar = _Bar(len(plan.days))
    with bar:
        rows = run_sweep(
            plan,
            dataset,
            out,
            kept=Kept(FOLDER / "editions", fresh),
            jobs=jobs or os.cpu_count() or 1,
            scheduler=scheduler,
            progress=bar.finished,
        )
    from .terminal import sweep_view

    sweep_view(rows)
    typer.echo(f"panel: {out} ({len(plan.days)} editions, {len(rows):,} rows)")
    if write:
        typer.echo(f"stored: {store(plan, dataset, rows)}")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(sweep)


def _opened(source: str | None, pairs: list[str] | tuple[str, ...]) -> tuple[ReportParams, Dataset]:
    from .market import Market
    from .params import report_params

    given: dict[str, Any] = {} if source is None else {"source": source}
    for text in pairs:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise ParameterError(
                "-p", text, "parameters are written NAME=VALUE", "for example -p small=IJR"
            )
        given[name.strip()] = value.strip()
    params = report_params(**given)
    return params, Market.load(params).dataset


def _plan(
    params: ReportParams,
    dataset: Dataset,
    first: str | None,
    last: str,
    every: str,
    chapters: list[str] | tuple[str, ...],
    draws: str | None,
) -> Plan:
    from .publish.build import chapter_named
    from .sweep.plan import DRAWS, make_plan

    return make_plan(
        params,
        dataset.total_returns.index,
        first=first,
        last=last,
        every=every,
        chapters=[chapter_named(name) for name in chapters],
        draws=DRAWS if draws is None else _draws(draws),
    )


def _draws(text: str) -> int | None:
    if text == "full":
        return None
    try:
        return int(text)
    except ValueError:
        raise ParameterError(
            "draws", text, "it is a whole number or full", "for example --draws 200"
        ) from None


def _refuse_unlike_default(plan: Plan) -> None:
    from .params import ReportParams
    from .project import THEMES
    from .sweep.plan import DRAWS

    plain = (
        plan.params == ReportParams()
        and plan.every == "month-end"
        and plan.chapters == THEMES
        and plan.draws == DRAWS
    )
    if not plain:
        raise ParameterError(
            "write", True, "the report shows the panel of the default sweep", "drop the options"
        )


class _Bar:
    """One bar on a terminal, nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> _Bar:
        if sys.stderr.isatty():
            from .terminal import progress_bar

            self._bar = progress_bar()
            self._task = self._bar.add_task("editions", total=self._total)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def finished(self, _: object) -> None:
        if self._bar is not None:
            self._bar.advance(self._task)
