"""Tables and bars for a terminal, from what it is given.

It must never compute a figure, nor colour what is piped into a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from .project import RESTORE

if TYPE_CHECKING:
    from .doctor import Check
    from .store.status import StatusRow

_STYLES = {
    "holds": "green",
    "holds in part": "cyan",
    "not shown": "blue",
    "does not hold": "red",
    "cannot be tested": "dim",
    "ok": "green",
    "absent": "yellow",
    "failed": "red",
}


def progress_bar() -> Progress:
    """A bar on standard error that disappears when the work is done."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def ledger_view(record: Mapping[str, Any]) -> None:
    """The ledger: claim, verdict, sentence."""
    table = Table(title=f"Claims, data through {record['data_through']}", show_lines=True)
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict")
    table.add_column("what is so", ratio=1)
    for claim in record["claims"]:
        verdict = claim["verdict"]
        told = f"{verdict}, fragile" if claim["robust"] is False else verdict
        table.add_row(claim["id"], f"[{_STYLES[verdict]}]{told}[/]", claim["sentence"])
    _console().print(table)


def sweep_view(rows: Sequence[Mapping[str, Any]]) -> None:
    """Each claim of a sweep: its last verdict, since when, and how often it flipped."""
    claims: dict[str, list[tuple[Any, str]]] = {}
    for row in rows:
        if row["kind"] == "claim":
            claims.setdefault(row["id"], []).append((row["as_of"], row["verdict"]))
    table = Table()
    for name in ("claim", "verdict", "since", "flips"):
        table.add_column(name, no_wrap=True, justify="right" if name == "flips" else "left")
    for claim, held in claims.items():
        changes = [i for i in range(1, len(held)) if held[i][1] != held[i - 1][1]]
        since = held[changes[-1] if changes else 0][0]
        verdict = held[-1][1]
        table.add_row(claim, f"[{_STYLES[verdict]}]{verdict}[/]", f"{since}", f"{len(changes)}")
    _console().print(table)


def doctor_view(checks: Sequence[Check]) -> None:
    """What was examined, what was found, what to do."""
    table = Table()
    for name in ("what", "state", "found", "next"):
        table.add_column(name)
    for check in checks:
        style = _STYLES[check.state]
        table.add_row(check.what, f"[{style}]{check.state}[/]", check.found, check.next)
    _console().print(table)


def store_view(rows: Sequence[StatusRow]) -> None:
    """Series of the live store: how the last pull ended, how old they are, what to do."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("outcome", no_wrap=True)
    table.add_column("series, and what to do", ratio=1)
    table.add_column("newest", no_wrap=True)
    for name in ("age", "rows"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        style = "red" if row.required else "green" if row.good else "yellow"
        told = f"{row.series}\n[dim]{escape(row.next)}[/]" if row.next else row.series
        table.add_row(f"[{style}]{row.outcome}[/]", told, row.last, row.age, row.rows)
    _console().print(table)


def verify_view(rows: Sequence[tuple[str, int, str, int]]) -> None:
    """What was compared with its manifest: name, number of series, newest day, complaints."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("checked", "series", "newest", "outcome", "next"):
        table.add_column(name, justify="right" if name == "series" else "left", no_wrap=True)
    mend = {"snapshot": RESTORE, "store": "rotation data fetch"}
    for name, series, newest, complaints in rows:
        told = f"[red]{complaints} wrong[/]" if complaints else "[green]as recorded[/]"
        table.add_row(name, f"{series:,}", newest, told, mend[name] if complaints else "")
    _console().print(table)


def _console() -> Console:
    # A pipe has no width of its own: wide enough that lines do not break in the middle of a word.
    console = Console()
    return console if console.is_terminal else Console(width=160)
