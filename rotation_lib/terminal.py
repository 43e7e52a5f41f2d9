"""Tables and bars for a terminal. It only prints what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from .doctor import Check

_STYLES = {
    "holds": "green",
    "holds in part": "cyan",
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
    """The ledger: claim, verdict, reason."""
    table = Table(title=f"Claims, data through {record['data_through']}", show_lines=True)
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict")
    table.add_column("why", ratio=1)
    for claim in record["claims"]:
        verdict = claim["verdict"]
        table.add_row(claim["id"], f"[{_STYLES[verdict]}]{verdict}[/]", claim["reason"])
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


def _console() -> Console:
    # A pipe has no width of its own: wide enough that lines do not break in the middle of a word.
    console = Console()
    return console if console.is_terminal else Console(width=160)
