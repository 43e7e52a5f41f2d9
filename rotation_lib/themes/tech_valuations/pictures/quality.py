"""What leads on sharp days of small caps, and what follows them.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .... import words
from ....charts import alttext, distributions, intervals
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....prose.markdown import Prose


def quality(table: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Quality spreads on sharp days; ``table`` as ``quality.spreads``."""
    if table.empty:
        return nothing("The chart of sharp rallies", f["tech_valuations.iwm_ijr_up_days"])
    side = table["side"].map({"up": ", sharp up days", "down": ", sharp down days"})
    shown = table.assign(label=table["label"] + side)[["label", "value", "low", "high"]]
    return intervals.forest(
        shown, unit="basis points", shows="Mean quality spread on sharp days"
    ).figure(
        "tech_valuations.quality",
        title=quality_title(table),
        subtitle="Mean spread on the sharpest 5% of days of small caps relative to large caps",
        unit="basis points a day, 95% interval",
        **origin(
            f,
            "tech_valuations.iwm_ijr_up_days",
            "tech_valuations.iwc_iwm_up_days",
            "tech_valuations.iwo_iwn_up_days",
        ),
        note="IWM − IJR: no profit test less profit test. IWC − IWM: micro less small. IWO − IWN: "
        "growth less value. Proxies: short interest itself is not open data.",
    )


def quality_title(table: pd.DataFrame) -> str:
    """How many spreads lead on up days, and how many of them are mirrored on down days.

    Args:
        table: ``label, side, value, low, high`` in basis points.
    """
    up = table[table["side"] == "up"].set_index("label")
    down = table[table["side"] == "down"].set_index("label")
    lead = [name for name in up.index if up.loc[name, "low"] > 0]
    mirrored = [name for name in lead if name in down.index and down.loc[name, "high"] < 0]
    if not lead:
        return "No quality spread reliably leads on the sharpest up days"
    if len(mirrored) == len(lead):
        return (
            f"{words.join(lead)} {'leads' if len(lead) == 1 else 'lead'} on sharp up days, and "
            f"{'lags' if len(lead) == 1 else 'lag'} as clearly on sharp down days"
        )
    return f"{words.join(lead)} {'leads' if len(lead) == 1 else 'lead'} on the sharpest up days"


def after(studied: tuple[float, float, np.ndarray, int] | None, f: Findings) -> Figure | Prose:
    """What followed sharp days among what followed random days; from ``quality.reversal_or_none``."""
    found = f["tech_valuations.after_sharp_days"]
    if studied is None:
        return nothing("What followed sharp up days", found)
    observed, p, placebo, count = studied
    small, large = found.series
    drawing = distributions.distribution(
        placebo,
        observed={"After sharp days": observed},
        unit="percentage points",
        what="Sets of random days",
    )
    return drawing.figure(
        "tech_valuations.after",
        title=after_title(observed, placebo, p),
        subtitle=f"{small} minus {large} over the next 21 sessions: mean after {count} sharp up days, "
        f"and after as many random days, {len(placebo):,} times",
        unit="percentage points",
        **origin(f, "tech_valuations.after_sharp_days"),
        alt=alttext.distribution(
            placebo,
            {"The mean after sharp days": observed},
            "percentage points",
            what="Means after random days",
        ),
    )


def after_title(observed: float, placebo: np.ndarray, p: float) -> str:
    """Whether what follows sharp days differs from what follows random days."""
    low, high = np.quantile(placebo, [0.025, 0.975])
    outside = observed < low or observed > high
    return (
        f"After sharp up days the next month {'is unlike' if outside else 'looks like'} any other "
        f"({words.p_value(p)})"
    )
