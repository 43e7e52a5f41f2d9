"""``rotation data``: fetch and look after live data, verify and renew the embedded snapshot.

It validates, calls one function and prints. No work is done here.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .errors import ParameterError, StoreError
from .project import SNAPSHOT, need_checkout

if TYPE_CHECKING:
    from .params import ReportParams
    from .store.fetch import Pull
    from .store.files import Attempt

data_app = typer.Typer(no_args_is_help=True, help="The data behind the report.")
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


@data_app.command("fetch")
def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these series; all of them by default.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Also the vintages known on this day.")
    ] = None,
    debug: Debug = False,
) -> None:
    """Ask Yahoo and FRED for what is new, and store what passes the quality gates."""
    from .catalog import load_catalog
    from .store.files import Store
    from .store.status import required_failures, status_rows, tally, vintage_lines
    from .terminal import store_view

    attempts = _pull(tuple(names or ()), _day(as_of))
    asked = {attempt.series_id for attempt in attempts}
    store_view(status_rows(Store(), load_catalog(), dt.datetime.now(dt.UTC), only=asked))
    for line in (*vintage_lines(attempts), tally(attempts)):
        typer.echo(line)
    if required_failures(attempts):
        typer.echo("series that the report needs could not be refreshed", err=True)
        raise typer.Exit(1)


@data_app.command("status")
def status(
    every: Annotated[bool, typer.Option("--all", help="One line for each series.")] = False,
    debug: Debug = False,
) -> None:
    """Show how old the live data are, how the last fetch ended, and what to do next."""
    from .catalog import load_catalog
    from .sources.quality import load_quality
    from .store.files import Store
    from .store.one_state import one_state
    from .store.status import aside_lines, change_lines, closure_lines, status_rows
    from .terminal import store_view

    typer.echo(f"live data in {Store().folder}")
    with one_state(Store()) as store:
        rows = status_rows(store, load_catalog(), dt.datetime.now(dt.UTC), grouped=not every)
        lines = change_lines(store, load_quality().limits.reconciled_days)
        lines += [*closure_lines(store), *aside_lines(store)]
    store_view(rows)
    for line in lines:
        typer.echo(line)


@data_app.command("verify")
def verify(debug: Debug = False) -> None:
    """Check every file of the embedded snapshot, and of the store, against its manifest."""
    from .catalog import load_catalog
    from .sources.verify import verify_snapshot
    from .store import open_source
    from .store.files import Store
    from .store.one_state import one_state
    from .store.status import verify_store
    from .terminal import verify_view

    held = open_source("snapshot").load().provenance["series"]
    with one_state(Store()) as store:
        stored = store.manifest()
        complaints = {"snapshot": verify_snapshot(load_catalog()), "store": verify_store(store)}
    newest = {
        "snapshot": max(block["last"] for block in held.values()),
        "store": max((entry.last for entry in stored.values()), default=""),
    }
    counts = {"snapshot": len(held), "store": len(stored)}
    verify_view([(n, counts[n], newest[n], len(complaints[n])) for n in counts if counts[n]])
    for complaint in (*complaints["snapshot"], *complaints["store"]):
        typer.echo(complaint, err=True)
    if any(complaints.values()):
        raise typer.Exit(1)


@data_app.command("snapshot")
def snapshot(
    source_dir: Annotated[
        Path | None,
        typer.Option("--from", help="Folder with raw data; the live store by default."),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Where the snapshot goes.", show_default="data/snapshot")
    ] = SNAPSHOT,
    debug: Debug = False,
) -> None:
    """Make the embedded snapshot: only what may be redistributed, with a manifest."""
    from .catalog import load_catalog
    from .sources.snapshot_diff import compare_snapshots, load_or_nothing
    from .sources.snapshot_writer import write_snapshot
    from .store.renew import write_from_store

    if out == SNAPSHOT:
        need_checkout("'rotation data snapshot' without --out")
    before = load_or_nothing(out)
    if source_dir is None:
        report = write_from_store(out, load_catalog())
    else:
        report = write_snapshot(source_dir, out, load_catalog())
    for line in report.lines():
        typer.echo(line)
    for line in compare_snapshots(before, load_or_nothing(out)):
        typer.echo(line)


def refresh(params: ReportParams) -> None:
    """Bring the store up to date before a live report, as far as the network allows.

    A fetch that fails is told and does no harm: the report then rests on what is stored.
    Whatever the source, the key of FRED is then taken out of the environment: no chapter needs it.

    Raises:
        StoreError: nothing is stored and nothing could be fetched.
    """
    from .sources.secret import KEY_VARIABLE

    try:
        if params.source == "live":
            _bring_up_to_date(params.as_of)
    finally:
        os.environ.pop(KEY_VARIABLE, None)


def _bring_up_to_date(as_of: dt.date | None) -> None:
    from .store.files import Store
    from .store.one_state import keep_for_report
    from .store.status import tally, vintage_lines

    try:
        attempts = _pull((), as_of)
    except StoreError as error:
        if not Store().state():
            raise
        typer.echo(f"note: {error}")
    else:
        for line in (*vintage_lines(attempts), tally(attempts)):
            typer.echo(line)
    # Chapters read the store one after the other: all find it as it is now.
    keep_for_report(Store())


def _pull(names: Sequence[str], as_of: dt.date | None) -> list[Attempt]:
    from .catalog import load_catalog
    from .sources.exchange import closure_note
    from .store.fetch import Clients, Pull
    from .store.files import Store

    store = Store()
    pull = Pull(store, load_catalog(), Clients.real(store))
    with _progress(pull, names):
        attempts = pull.run(names, as_of)
    for sentence in (*pull.mended, *map(closure_note, pull.closures.days)):
        typer.echo(f"note: {sentence}")
    for note in pull.clients.clock.notes():
        typer.echo(f"note: {note}")
    return attempts


@contextmanager
def _progress(pull: Pull, names: Sequence[str]) -> Iterator[None]:
    """A bar on a terminal; nothing where nobody watches."""
    total = len(pull.wanted(names))
    if not sys.stderr.isatty():
        yield
        return
    from .terminal import progress_bar

    with progress_bar() as bar:
        task = bar.add_task("fetching", total=total)

        def tell(attempt: Attempt) -> None:
            bar.update(task, description=f"{attempt.series_id} {attempt.outcome}")
            bar.advance(task)

        pull.progress = tell
        yield


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise ParameterError(
            "as_of", text, "dates are written YYYY-MM-DD and must exist", "for example 2024-09-18"
        ) from None
    today = dt.datetime.now(dt.UTC).date()
    if day > today:
        raise ParameterError("as_of", text, f"today is {today}", "choose a day that is over")
    return day
