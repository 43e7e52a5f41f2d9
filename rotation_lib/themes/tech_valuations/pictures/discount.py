"""Dividend yields of small and large caps.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....prose.markdown import Prose


def discount(yields: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Dividend yields of both funds; ``yields`` as ``discount.yields``."""
    if yields.empty:
        return nothing("The chart of dividend yields", f["tech_valuations.dividend_yield_ratio"])
    names = [str(c) for c in yields.columns]
    quoted = 100 * yields
    drawing = lines.lines(
        quoted, unit="percent", include=(0.0,), label_values=True,
        colours={names[0]: "small", names[1]: "large"}, shows="Trailing dividend yield",
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.discount",
        title=discount_title(yields),
        subtitle="Proxy, not a price-earnings ratio: dividends of the last twelve months over price",
        unit="per cent a year",
        **origin(f, "tech_valuations.dividend_yield_ratio", drawn=yields),
        note="Inferred from total minus price returns. It ends where price returns end.",
    )


def discount_title(frame: pd.DataFrame) -> str:
    """Which yield is higher at the end."""
    a, b = (str(c) for c in frame.columns[:2])
    last = frame.iloc[-1]
    verb = words.direction(last[a] - last[b], "more than", "less than", "as much as", 0.0002)
    return f"{a} yields {verb} {b}: {words.pct(last[a], 2)} against {words.pct(last[b], 2)} in dividends"
