"""What the seven grew by: earnings and multiple, in charts and in a table.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from .... import words
from ....charts import alttext, bars
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose

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
FILED = "US Securities and Exchange Commission (XBRL company facts, as filed)"
_PRICES = ("AAPL", "AMZN", "GOOG", "META", "MSFT", "NVDA", "TSLA")
#: What was split from each base year.
_CHANGES = {
    2019: "tech_valuations.eps_change_since_2019",
    2022: "tech_valuations.eps_change_since_2022",
}


def _named(frame: pd.DataFrame) -> pd.Series:
    star = frame["one_off"].ne("").map({True: " *", False: ""})
    return frame["ticker"].map(COMPANIES) + star


def decomposition(frame: pd.DataFrame, f: Findings, first: int, last: int | None) -> Figure | Prose:
    """Log price growth by company, split; ``frame`` as ``earnings.decomposition``."""
    whole = frame.dropna(subset=["eps", "multiple"]) if len(frame) else frame
    if last is None or len(whole) < 2:
        return nothing(f"The chart of price growth from fiscal {first} on", f[_CHANGES[first]])
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
        title=decomposition_title(whole, first, last),
        subtitle=f"Log change from fiscal {first} to fiscal {last}; bars: earnings per share and multiple, "
        "mark and number: price, their sum",
        unit="log points (0.69 is a doubling)",
        also=FILED,
        **origin(f, _CHANGES[first], also=_PRICES),
        alt=alttext.bars(totals, "log change", what="Log price change by company")
        + " "
        + alttext.bars(
            pd.DataFrame({"label": shown["label"], "value": whole["multiple"]}), "log change",
            what="Part of the multiple",
        ),
        note="Fiscal years end in different months. Alphabet's class C price stands in for class A."
        f"{gone}{star}",
    )  # fmt: skip


def decomposition_title(frame: pd.DataFrame, first: int, last: int) -> str:
    """For how many of the companies earnings explain more than the multiple does.

    Args:
        frame: columns ``eps`` and ``multiple``, log points, NaN where there is no multiple.
        first, last: fiscal years.
    """
    whole = frame.dropna(subset=["eps", "multiple"])
    ahead = int((whole["eps"] > whole["multiple"]).sum())
    return (
        f"Fiscal {first} to {last}: earnings added more than the multiple for "
        f"{words.spelled(ahead)} of {words.spelled(len(whole))} companies"
    )


def _one_offs(frames: Iterable[pd.DataFrame]) -> str:
    """What the stars mark, each company once: " * Large one-off items at an end: …"."""
    told = {
        f"{COMPANIES[r.ticker]}, {r.one_off}": None
        for frame in frames
        for r in frame.itertuples()
        if r.one_off
    }
    return f" * A large one-off item at an end: {'; '.join(told)}." if told else ""


def decomposition_table(
    frames: Mapping[int, pd.DataFrame], f: Findings, last: int | None
) -> Table | Prose:
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
    return Table(
        "tech_valuations.decomposition_table",
        f"Log change to fiscal {last}: price, earnings per share and multiple",
        pd.concat(parts, ignore_index=True),
        dict.fromkeys(("Price", "Earnings", "Multiple"), "signed_ratio"),
        note="Not available: earnings per share were zero or negative at one end."
        + _one_offs(frames.values()),
        signed=("Multiple",),
        also=FILED,
        **origin(f, *(_CHANGES[y] for y in frames if len(frames[y])), also=_PRICES),
    )
