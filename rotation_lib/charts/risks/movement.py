"""Figures on how much small caps move: drawdowns, tails, beta, regimes.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...prose.markdown import Prose
from .. import alttext, intervals, lines
from ..figure import Figure
from ..table import Table
from . import titles
from .shared import Findings, funds, nothing


def drawdowns(frame: pd.DataFrame, findings: Findings) -> Figure:
    """Drawdowns of both funds; ``frame`` as ``tails.drawdown_frame``."""
    small, large = funds(findings)
    return lines.drawdown(frame, colours={small: "small", large: "large"}).figure(
        "risks.drawdowns",
        title=titles.title_drawdowns(findings),
        subtitle="Loss since the last highest close, total return",
        unit="per cent of the peak",
        series=(small, large),
        as_of=frame.index[-1],
        alt=alttext.lines(frame, "fraction", what="Drawdown"),
        note="The base close counts as a first peak.",
    )


def tails(frame: pd.DataFrame, findings: Findings) -> Figure:
    """VaR and CVaR with intervals; ``frame`` as ``tails.tail_frame``."""
    shown = frame.assign(label=frame["measure"] + ", " + frame["fund"])
    shown = shown[["label", "value", "low", "high"]]
    return intervals.forest(shown, unit="fraction", reference=None, signed=True).figure(
        "risks.tails",
        title=titles.title_tail_chart(findings),
        subtitle="One-day historical value at risk and shortfall, with 95% intervals",
        unit="per cent a day",
        series=funds(findings),
        as_of=str(findings["risks.cvar_99_small"].end),
        alt=alttext.intervals(shown, "fraction", what="One-day tail losses", signed=True),
        note="Intervals come from simulated histories and are wide because few days are that bad.",
    )


def backtest(frame: pd.DataFrame, findings: Findings) -> Table | Prose:
    """Tests of the value-at-risk rules; ``frame`` as ``backtest.backtest_table``."""
    if frame.empty:
        return nothing("The test of value at risk", findings["risks.var_breaches_historical"])
    shown = pd.DataFrame(
        {
            "Fund": frame["fund"],
            "Rule": frame["method"],
            "Level": frame["level"],
            "Days": frame["n"],
            "Breaches expected": frame["expected"],
            "Breaches": frame["breaches"],
            "Number p": frame["kupiec_p"],
            "Independence p": frame["independence_p"],
            "Joint p": frame["joint_p"],
        }
    )
    return Table(
        "risks.backtest",
        "Would the value-at-risk rule have kept its promise?",
        shown,
        formats={
            "Level": "pct0", "Days": "count", "Breaches expected": "count", "Breaches": "count",
            "Number p": "p_value", "Independence p": "p_value", "Joint p": "p_value",
        },
        note="Number: Kupiec. Independence and joint: Christoffersen. Small p-values mean that the "
        "rule failed.",
        series=funds(findings),
        as_of=str(findings["risks.cvar_99_small"].end),
    )  # fmt: skip


def rolling_beta(frame: pd.DataFrame, findings: Findings) -> Figure | Prose:
    """Beta over rolling years; ``frame`` as ``tails.rolling_beta``."""
    small, large = funds(findings)
    if frame.empty:
        return nothing("The rolling beta", findings["risks.beta_latest"])
    return lines.band_line(frame, unit="ratio", reference=1.0, signed=False, label="Beta").figure(
        "risks.rolling_beta",
        title=titles.title_beta(findings),
        subtitle=f"Slope of daily {small} on {large} over the last 252 sessions, with a 95% band",
        unit="ratio",
        series=(small, large),
        as_of=frame["date"].iloc[-1],
        alt=alttext.band(frame, "ratio", what=f"Beta of {small} to {large}", reference=1.0),
        note="Windows overlap: neighbouring points share most of their days.",
    )


def regimes(
    states: pd.DataFrame | None, spells: pd.DataFrame | None, findings: Findings
) -> Figure | Prose:
    """Relative wealth with stormy weeks shaded; frames as ``regimes.weekly_states`` and ``spells``."""
    small, large = funds(findings)
    if states is None or spells is None:
        return nothing("The chart of regimes", findings["risks.storm_share"])
    wealth = np.exp(states["relative"].cumsum()).rename(f"{small} over {large}")
    drawing = lines.lines(
        wealth, unit="ratio", log=True, reference=1.0, spans=spells, label_values=True,
        colours={str(wealth.name): "small"},
    )  # fmt: skip
    return drawing.figure(
        "risks.regimes",
        title=titles.title_regime_chart(findings, float(wealth.iloc[-1])),
        subtitle=f"Wealth in {small} over wealth in {large}, log scale; shaded: stormy weeks of {large}",
        unit="ratio, first week = 1",
        series=(small, large),
        as_of=wealth.index[-1],
        alt=alttext.lines(wealth, "ratio", what="Relative wealth")
        + f" {len(spells)} stormy spells are shaded.",
        note="Stormy: filtered probability above one half. Parameters come from the whole window.",
    )


def states(frame: pd.DataFrame, findings: Findings) -> Table | Prose:
    """Calm against stormy weeks; ``frame`` as ``regimes.state_table``."""
    small, large = funds(findings)
    if frame.empty:
        return nothing("The table of regimes", findings["risks.storm_share"])
    shown = frame.set_axis(
        [
            "Regime the week before", "Weeks", f"Volatility {small}", f"Volatility {large}", "Beta",
            "Relative a year",
        ],
        axis=1,
    )  # fmt: skip
    return Table(
        "risks.states",
        "Calm and stormy weeks",
        shown,
        formats={
            "Weeks": "count", f"Volatility {small}": "pct", f"Volatility {large}": "pct",
            "Beta": "ratio", "Relative a year": "signed_pp",
        },
        note="Weekly log returns; a year is 52 weeks.",
        series=(small, large),
        as_of=str(findings["risks.storm_share"].end),
        signed=("Relative a year",),
    )  # fmt: skip
