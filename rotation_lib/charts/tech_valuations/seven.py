"""Figures on the seven: what their prices grew by, their income, their part in the fund.

They draw the study's frames; a year without earnings stays empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from ...findings import Finding
from ...prose.markdown import Prose
from .. import alttext, bars
from ..figure import Figure
from ..table import Table
from . import titles
from .parts import nothing

Findings = Mapping[str, Finding]
#: Names as readers know them.
COMPANIES = {
    "AAPL": "Apple",
    "AMZN": "Amazon",
    "GOOGL": "Alphabet",
    "META": "Meta",
    "MSFT": "Microsoft",
    "NVDA": "Nvidia",
    "TSLA": "Tesla",
}
_SHOWN_YEARS = 12
_FILED = "US Securities and Exchange Commission (XBRL company facts, as filed)"
_PRICES = ("AAPL", "AMZN", "GOOG", "META", "MSFT", "NVDA", "TSLA")


def _named(frame: pd.DataFrame) -> pd.Series:
    star = frame["one_off"].ne("").map({True: " *", False: ""})
    return frame["ticker"].map(COMPANIES) + star


def decomposition(frame: pd.DataFrame, first: int, last: int | None) -> Figure | Prose:
    """Log price growth by company, split; ``frame`` as ``earnings.decomposition``."""
    whole = frame.dropna(subset=["eps", "multiple"]) if len(frame) else frame
    what = f"The split of price growth from fiscal {first} on"
    if last is None or len(whole) < 2:
        return nothing(what, "prices and earnings above zero at both ends are not held")
    shown = pd.DataFrame(
        {"label": _named(whole), "Earnings per share": whole["eps"], "Multiple": whole["multiple"]}
    )
    left = [COMPANIES[t] for t in frame["ticker"] if t not in set(whole["ticker"])]
    gone = (
        f" Left out, since earnings were not above zero at both ends: {', '.join(left)}."
        if left
        else ""
    )
    star = " * A year with a large one-off item." if (whole["one_off"] != "").any() else ""
    drawing = bars.decomposition(
        shown, parts_of=["Earnings per share", "Multiple"], unit="log change", total="Price",
        colours={"Earnings per share": "small", "Multiple": "tech"},
    )  # fmt: skip
    totals = pd.DataFrame({"label": shown["label"], "value": whole["price"]})
    return drawing.figure(
        f"tech_valuations.decomposition_{first}",
        title=titles.decomposition_title(whole, first, last),
        subtitle=f"Log change from fiscal {first} to fiscal {last}; bars: earnings per share and multiple, "
        "mark and number: price, their sum",
        unit="log points (0.69 is a doubling)",
        series=_PRICES,
        also=_FILED,
        as_of=whole["last"].max(),
        alt=alttext.bars(totals, "log change", what="Log price change by company")
        + " "
        + alttext.bars(
            pd.DataFrame({"label": shown["label"], "value": whole["multiple"]}), "log change",
            what="Part of the multiple",
        ),
        note="Fiscal years end in different months. Alphabet's class C price stands in for class A."
        f"{gone}{star}",
    )  # fmt: skip


def _one_offs(frames: Iterable[pd.DataFrame]) -> str:
    """What the stars mark, each company once: " * Large one-off items at an end: …"."""
    told = {
        f"{COMPANIES[r.ticker]}, {r.one_off}": None
        for frame in frames
        for r in frame.itertuples()
        if r.one_off
    }
    return f" * A large one-off item at an end: {'; '.join(told)}." if told else ""


def decomposition_table(frames: Mapping[int, pd.DataFrame], last: int | None) -> Table | Prose:
    """Both base years side by side, missing parts shown as missing."""
    parts = [
        pd.DataFrame(
            {
                "Company": _named(frame),
                "From": f"FY{first}",
                "Price": frame["price"],
                "Earnings": frame["eps"],
                "Multiple": frame["multiple"],
            }
        )
        for first, frame in frames.items()
        if len(frame)
    ]
    if not parts or last is None:
        return nothing("The table of the split", "no fiscal years of the seven are held")
    ends = max(frame["last"].max() for frame in frames.values() if len(frame))
    return Table(
        "tech_valuations.decomposition_table",
        f"Log change to fiscal {last}: price, earnings per share and multiple",
        pd.concat(parts, ignore_index=True),
        dict.fromkeys(("Price", "Earnings", "Multiple"), "signed_ratio"),
        note="Not available: earnings per share were zero or negative at one end."
        + _one_offs(frames.values()),
        series=_PRICES,
        as_of=ends,
        signed=("Multiple",),
        also=_FILED,
    )


def net_income(table: pd.DataFrame) -> Figure | Prose:
    """Combined net income by fiscal year; ``table`` as ``earnings.net_income``."""
    if len(table) < 2:
        return nothing("The seven's net income", "two fiscal years of all seven are not held")
    totals = table.sum(axis=1)
    shown = pd.DataFrame({"label": [str(y) for y in totals.index], "value": totals.to_numpy()})
    return bars.columns(
        shown, unit="billion dollars", signed=False, colours=dict.fromkeys(shown["label"], "small")
    ).figure(
        "tech_valuations.net_income",
        title=titles.income_title(totals),
        subtitle="Net income of the seven as filed, by fiscal year, billions of US dollars",
        unit="billions of US dollars",
        series=("AAPL", "AMZN", "GOOGL", "META", "MSFT", "NVDA", "TSLA"),
        as_of=f"{totals.index[-1]}-12-31",
        alt=alttext.bars(
            shown, "billion dollars", what="Net income of the seven by year", signed=False
        ),
        note="Only years that all seven have reported.",
        source=_FILED,
    )


def contributions(table: pd.DataFrame, tech: str, last: pd.Timestamp) -> Figure | Prose:
    """Contributions by year up to ``last``; ``table`` as ``seven.by_year``."""
    if table.empty:
        return nothing("The contributions by year", "too few sessions to infer a weight")
    table = table.tail(_SHOWN_YEARS)
    shown = pd.DataFrame(
        {
            "label": [str(y) for y in table.index],
            "The seven": table["seven"].to_numpy(),
            "Others": table["others"].to_numpy(),
            "Unexplained": table["unexplained"].to_numpy(),
        }
    )
    drawing = bars.decomposition(
        shown, parts_of=["The seven", "Others", "Unexplained"],
        unit="percentage points", total=tech, sort="given",
        colours={"The seven": "tech", "Others": "small", "Unexplained": "neutral"},
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.contributions",
        title=titles.contribution_title(table),
        subtitle=f"Sum of daily contributions to {tech}'s return by calendar year, a proxy; mark and "
        f"number: {tech}",
        unit="percentage points",
        series=(tech, "RSP", "AAPL", "AMZN", "GOOGL", "META", "MSFT", "NVDA", "TSLA"),
        as_of=last,
        alt=alttext.bars(
            shown.rename(columns={"The seven": "value"}),
            "percentage points",
            what="Contribution of the seven by year",
        ),
        note="Equal-weighted basket with a weight inferred from returns; others: the equal-weighted "
        "S&P 500. What the two leave is unexplained. Cut years count as far as they go.",
    )
