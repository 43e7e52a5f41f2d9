"""Groups of funds against the large-cap fund since the cut, and each fund in a table.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose

_COLOURS = {"Industrials": "small", "Home builders": "tech", "Banks": "fifth"}


def groups(paths: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Wealth in each group over the benchmark's; ``paths`` as ``sectors.group_paths``."""
    if len(paths) < 2:
        return nothing("The chart since the first cut", f["reshoring_sectors.sectors_p"])
    _, large = f["reshoring_sectors.small_since_iija"].series
    events = pd.DataFrame({"date": [pd.Timestamp("2025-04-03")], "label": ["Tariffs"]})
    return lines.lines(
        paths,
        unit="ratio",
        reference=1.0,
        label_values=True,
        colours=_COLOURS,
        events=events,
        rebase=True,
        shows=f"Wealth relative to {large} since the first cut",
    ).figure(
        "reshoring_sectors.groups",
        title=groups_title(paths, large),
        subtitle=f"Wealth in each group over wealth in {large}, total return, 17 September 2024 = 1",
        unit="ratio",
        **origin(f, "reshoring_sectors.sectors_p", drawn=paths),
        note="Funds of a group are weighted equally every day: XLI, PAVE, AIRR and PSCI; ITB and XHB; "
        "KRE and KBE.",
    )


def groups_title(paths: pd.DataFrame, large: str) -> str:
    """What each group gained or lost against the benchmark."""
    if paths.empty:
        return "The groups cannot be followed since the first cut here"
    moves = (paths.iloc[-1] / paths.iloc[0] - 1).sort_values()
    told = [
        f"{name.lower()} {words.direction(v, 'gained', 'lost', 'kept level', 0.005)}"
        + (f" {words.pct(abs(v), 0)}" if abs(v) > 0.005 else "")
        for name, v in moves.items()
    ]
    return f"Against {large}, {words.join(told)}"


def fund_table(frame: pd.DataFrame, f: Findings) -> Table | Prose:
    """Each fund since the cut: lead, rank, yearly mean with interval, drawdown, p-values."""
    if frame.empty:
        return nothing("The table since the first cut", f["reshoring_sectors.sectors_p"])
    _, large = f["reshoring_sectors.small_since_iija"].series
    names = {
        "fund": "Fund",
        "relative": f"Against {large}",
        "percentile": "Rank",
        "yearly": "Per year",
        "low": "Low",
        "high": "High",
        "drawdown": "Deepest fall",
        "p": "p",
        "p_family": "p, family",
    }
    points = [names["relative"], "Per year", "Low", "High"]
    shown = frame[list(names)].rename(columns=names)
    shown[points] *= 100
    return Table(
        id="reshoring_sectors.funds",
        title=f"{words.spelled(len(frame)).capitalize()} funds against {large} since the close of "
        "17 September 2024, percentage points",
        frame=shown,
        formats={
            "Rank": "rank",
            **dict.fromkeys(points, "signed_number"),
            "Deepest fall": "pct",
            "p": "p_value",
            "p, family": "p_value",
        },
        signed=(names["relative"], "Per year"),
        note=f"{_members(frame)}. Rank among all windows of that length since 2010. Low "
        "and High: 95% block-bootstrap interval of the yearly mean. Deepest fall: of wealth "
        "relative to the benchmark. Family: Romano–Wolf over the funds shown.",
        **origin(f, "reshoring_sectors.sectors_p"),
    )


def _members(frame: pd.DataFrame) -> str:
    """Each group with its funds: "Industrials: XLI, PAVE; banks: KRE, KBE"."""
    groups = frame.groupby("group", sort=False)["fund"]
    told = "; ".join(f"{str(name).lower()}: {', '.join(funds)}" for name, funds in groups)
    return told[:1].upper() + told[1:]
