"""Release days, the slope measured in other ways, and breakevens in company.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from .... import words
from ....charts import distributions, intervals
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin, value_of
from ....charts.table import Table
from ....findings import Specification
from ....prose.markdown import Prose


def cpi_days(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Release days; ``frame`` as ``inflation.cpi_days``."""
    small, large = f["risks.beta"].series
    if len(frame) < 3:
        return nothing("The chart of release days", f["risks.cpi_slope"])
    shown = frame.reset_index().rename(columns={"session": "date"})[
        ["date", "two_year", "relative"]
    ]
    shown["two_year"] = (shown["two_year"] * 100).round(6)
    shown["name"] = [words.date(d, short=True) for d in shown["date"]]
    largest = shown.loc[shown["relative"].abs().nlargest(3).index, "name"]
    names: dict[str, Any] = {
        "x": "two_year", "y": "relative", "unit_x": "basis points", "unit_y": "percentage points",
        "title_x": "Change of the 2-year yield on the day",
        "title_y": f"{small} minus {large} on the day",
    }  # fmt: skip
    drawing = distributions.scatter(shown, **names, label="name", highlight=list(largest))
    return drawing.figure(
        "risks.cpi_days",
        title=cpi_title(f, len(shown)),
        subtitle="One point a consumer price release, with the least-squares line",
        unit="percentage points against basis points",
        **origin(f, "risks.cpi_slope", drawn=frame),
        note="The day's yield move stands for the surprise, since forecasts are not open data.",
    )


def cpi_title(f: Findings, days: int) -> str:
    """Title of the scatter of release days."""
    day = f["risks.cpi_slope"]
    if not known(day):
        return f"{words.plural(days, 'release')}: too few to tell a slope"
    return (
        f"Ten basis points more on the 2-year yield went with "
        f"{words.pp(value_of(day) / 10, 2, signed=True)}"
    )


def specifications(specs: Sequence[Specification], f: Findings) -> Figure | Prose:
    """The release-day slope measured in other ways; ``specs`` as ``inflation.specifications``."""
    small, large = f["risks.beta"].series
    shown = pd.DataFrame(
        [(s.label, s.value, s.low, s.high) for s in specs if s.value is not None],
        columns=["label", "value", "low", "high"],
    )
    if shown.empty:
        return nothing("The chart of other measurements", f["risks.cpi_slope"])
    shown[["value", "low", "high"]] *= 1000  # a fraction per pp as basis points per ten of them
    return intervals.forest(
        shown, unit="basis points", shows="Relative return per ten basis points of yield"
    ).figure(
        "risks.cpi_specifications",
        title=specifications_title(list(zip(shown["low"], shown["high"], strict=True))),
        subtitle=f"{small} minus {large} on release days per ten basis points of yield, in other ways",
        unit="basis points of return per ten basis points of yield",
        **origin(
            f,
            "risks.cpi_slope",
            "risks.beta",
            also=("DGS10", "DFII10", "^RUT", "^GSPC", "IJR", "SPY"),
        ),
        note="95% intervals; hollow dots cannot be told from zero.",
    )


def specifications_title(ends: list[tuple[float, float]]) -> str:
    """Title of the chart of other measurements, from the intervals it shows."""
    below = sum(high < 0 for _, high in ends)
    above = sum(low > 0 for low, _ in ends)
    count, what = (above, "gain") if above > below else (below, "loss")
    if count == 0:
        return f"None of {len(ends)} ways to measure it gives a clear loss or gain"
    return f"{count} of {len(ends)} ways to measure it {'gives' if count == 1 else 'give'} a clear {what}"


def breakevens(frame: pd.DataFrame, f: Findings) -> Table | Prose:
    """Slopes on breakevens; ``frame`` as ``inflation.breakeven_table``."""
    if frame.empty:
        return nothing("The table of breakevens", f["risks.breakeven_alone"])
    names = {
        "breakeven": "10-year breakeven", "real": "10-year real yield", "market": "large caps (per 1%)",
    }  # fmt: skip
    scale = frame["term"].map({"breakeven": 0.1, "real": 0.1, "market": 0.01})
    shown = pd.DataFrame(
        {
            "Regression": frame["model"].map(
                {
                    "alone": "Breakeven alone",
                    "beside real yields": "Breakeven and real yield",
                    "and the market": "Breakeven, real yield, market",
                }
            ),
            "Slope on": frame["term"].map(names),
            "Estimate": frame["value"] * scale,
            "Low": frame["low"] * scale,
            "High": frame["high"] * scale,
        }
    )
    return Table(
        "risks.breakevens",
        "Weekly relative return per ten basis points, alone and with others held fixed",
        shown,
        formats=dict.fromkeys(("Estimate", "Low", "High"), "signed_pp2"),
        note="Weekly; 95% Newey–West intervals with four lags.",
        **origin(f, "risks.breakeven_alone"),
        signed=("Estimate",),
    )
