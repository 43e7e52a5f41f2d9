"""Drawdowns, tails and beta of both funds.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import intervals, lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin, size_of, value_of
from ....prose.markdown import Prose


def drawdowns(frame: pd.DataFrame, f: Findings) -> Figure:
    """Drawdowns of both funds; ``frame`` as ``tails.drawdown_frame``."""
    small, large = f["risks.beta"].series
    drawing = lines.drawdown(frame, colours={small: "small", large: "large"}, shows="Drawdown")
    return drawing.figure(
        "risks.drawdowns",
        title=drawdowns_title(f),
        subtitle="Loss since the last highest close, total return",
        unit="per cent of the peak",
        **origin(f, "risks.max_drawdown_small", "risks.max_drawdown_large", drawn=frame),
        note="The base close counts as a first peak.",
    )


def drawdowns_title(f: Findings) -> str:
    """Title of the drawdown chart."""
    small, large = f["risks.beta"].series
    a, b = f["risks.max_drawdown_small"], f["risks.max_drawdown_large"]
    if not known(a, b):
        return f"The drawdowns of {small} and {large} cannot be compared here"
    return f"At worst {small} fell {words.pct(size_of(a))} from its peak, {large} {words.pct(size_of(b))}"


def tails(frame: pd.DataFrame, f: Findings) -> Figure:
    """VaR and CVaR with intervals; ``frame`` as ``tails.tail_frame``."""
    shown = frame.assign(label=frame["measure"] + ", " + frame["fund"])
    shown = shown[["label", "value", "low", "high"]]
    drawing = intervals.forest(
        shown, unit="fraction", reference=None, signed=True, shows="One-day tail losses"
    )
    return drawing.figure(
        "risks.tails",
        title=tails_title(f),
        subtitle="One-day historical value at risk and shortfall, with 95% intervals",
        unit="per cent a day",
        **origin(f, "risks.cvar_99_small", "risks.cvar_99_large"),
        note="Intervals come from simulated histories and are wide because few days are that bad.",
    )


def tails_title(f: Findings) -> str:
    """Title of the chart of tail figures."""
    small, large = f["risks.beta"].series
    a, b = f["risks.cvar_99_small"], f["risks.cvar_99_large"]
    if not known(a, b):
        return f"The tails of {small} and {large} cannot be compared here"
    return (
        f"The 99% shortfall of {small} is {words.pct(size_of(a))} a day "
        f"({words.bounds(words.size(a))}), that of {large} {words.pct(size_of(b))}"
    )


def rolling_beta(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Beta over rolling years; ``frame`` as ``tails.rolling_beta``."""
    small, large = f["risks.beta"].series
    if frame.empty:
        return nothing("The rolling beta", f["risks.beta_latest"])
    drawing = lines.band_line(
        frame,
        unit="ratio",
        reference=1.0,
        signed=False,
        label="Beta",
        shows=f"Beta of {small} to {large}",
    )
    return drawing.figure(
        "risks.rolling_beta",
        title=beta_title(f),
        subtitle=f"Slope of daily {small} on {large} over the last 252 sessions, with a 95% band",
        unit="ratio",
        **origin(f, "risks.beta_latest"),
        note="Windows overlap: neighbouring points share most of their days.",
    )


def beta_title(f: Findings) -> str:
    """Title of the rolling beta."""
    small, _ = f["risks.beta"].series
    whole, latest = f["risks.beta"], f["risks.beta_latest"]
    if not known(whole, latest):
        return f"The beta of {small} cannot be followed over time here"
    if latest.low is not None and latest.low > value_of(whole):
        place = "above its average over the window"
    elif latest.high is not None and latest.high < value_of(whole):
        place = "below its average over the window"
    else:
        place = "not far from its average over the window"
    return f"The beta of {small} drifts: {words.ratio(latest.value)} over the last year, {place}"
