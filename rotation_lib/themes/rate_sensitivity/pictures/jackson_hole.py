"""Jackson Hole: the three windows of 2025, and every year's day and month.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import bars
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose
from .betas import side

#: Finding → the bar's name, and how a title speaks of that reading of "the month".
READINGS = {
    "rate_sensitivity.jackson_hole_2025_day": ("The day itself", "the day itself"),
    "rate_sensitivity.jackson_hole_2025_21d": (
        "21 sessions that begin with it", "the month that includes it",
    ),
    "rate_sensitivity.jackson_hole_2025_after21": ("21 sessions after it", "the month after it"),
}  # fmt: skip
_LED = {"above": "led", "below": "lagged", "open": "did not clearly lead"}


def of_2025(f: Findings) -> Figure | Prose:
    """Three readings of the month of Jackson Hole 2025."""
    shown = {id: f[id] for id in READINGS if known(f[id])}
    if not shown:
        return nothing("Jackson Hole 2025", f["rate_sensitivity.jackson_hole_2025_day"])
    (small,) = f["rate_sensitivity.jackson_hole_2025_day"].series
    frame = pd.DataFrame(
        {
            "label": [READINGS[id][0] for id in shown],
            "value": [one.value for one in shown.values()],
            "note": [words.percentile(one.percentile) for one in shown.values()],
        }
    )
    return bars.bars(
        frame,
        unit="fraction",
        sort="given",
        shows=f"Total return of {small} around Jackson Hole 2025",
    ).figure(
        "rate_sensitivity.jackson_hole_2025",
        title=of_2025_title(f),
        subtitle=f"Total return of {small}",
        unit="total return",
        **origin(f, *shown),
        note="Close of 21 August to 22 August; close of 21 August to 22 September; close of 22 August to "
        "23 September.",
    )


def of_2025_title(f: Findings) -> str:
    """Which reading of the month gives about 4%."""
    held = [id for id in READINGS if known(f[id])]
    if not held:
        return "Jackson Hole 2025 cannot be measured here"
    fits = [READINGS[id][1] for id in held if 0.035 <= (f[id].value or 0) < 0.045]
    if not fits:
        return "No reading of Jackson Hole 2025 gives 4%"
    return f"About 4% is true of {words.join(fits)}"


def years(table: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Lead on the day, year by year; ``table`` as ``jackson_hole.meetings``."""
    found = f["rate_sensitivity.jackson_hole_day_relative_mean"]
    if table.empty:
        return nothing("The chart of Jackson Hole by year", found)
    small, large = found.series
    usual = {f"{r.year}": "small" for r in table.itertuples() if r.clean}
    frame = pd.DataFrame({"label": table["year"].astype(str), "value": table["day_relative"]})
    drawing = bars.columns(
        frame,
        unit="percentage points",
        colours=usual,
        shows="Lead on the day of Jackson Hole by year",
    )
    return drawing.figure(
        "rate_sensitivity.jackson_hole_days",
        title=years_title(f),
        subtitle=f"{small} minus {large} on the day, percentage points",
        unit="percentage points",
        **origin(
            f,
            "rate_sensitivity.jackson_hole_day_relative_mean",
            drawn=table.set_index("date")["day_relative"],
        ),
        note="Grey: no chair speech (2013, 2015), or a tariff escalation on the same day (2019).",
    )


def years_title(f: Findings) -> str:
    """The mean of all usable years, day and month."""
    day = f["rate_sensitivity.jackson_hole_day_relative_mean"]
    after = f["rate_sensitivity.jackson_hole_after21_relative_mean"]
    if not known(day, after):
        return "Too few meetings in this window for a mean"
    first, second = _LED[side(day)], _LED[side(after)]
    if first == second:
        return f"Small caps {first} on Jackson Hole days, and likewise in the month after"
    return f"Small caps {first} on Jackson Hole days and {second} in the month after"


def meetings(table: pd.DataFrame, f: Findings) -> Table | Prose:
    """Every symposium with its three windows; ``table`` as ``jackson_hole.meetings``."""
    found = f["rate_sensitivity.jackson_hole_day_relative_mean"]
    if table.empty:
        return nothing("The table of Jackson Hole", found)
    small, large = found.series
    lead, month = f"Day, less {large}", f"21 after, less {large}"
    names = {
        "Date": "date",
        "Day": "day",
        "21 with it": "including",
        "21 after": "after",
        lead: "day_relative",
        month: "after_relative",
    }
    return Table(
        "rate_sensitivity.jackson_hole",
        f"Every Jackson Hole of the window: {small} on the day, over 21 sessions with it and after it",
        pd.DataFrame({shown: table[name] for shown, name in names.items()}),
        formats={
            "Date": "date",
            **dict.fromkeys(("Day", "21 with it", "21 after"), "signed_pct"),
            **dict.fromkeys((lead, month), "signed_pp"),
        },
        note="2013 and 2015 had no speech by the chair; 2019 fell on a day of tariff escalation.",
        **origin(
            f,
            "rate_sensitivity.jackson_hole_day_relative_mean",
            drawn=table.set_index("date")["day"],
        ),
        signed=(lead, month),
    )
