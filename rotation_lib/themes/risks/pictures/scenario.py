"""What-ifs, the moves behind them, and past episodes replayed.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import intervals
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose


def scenarios(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """What-ifs with prediction intervals; ``frame`` as ``scenario.scenario_table``."""
    small, large = f["risks.beta"].series
    if frame.empty:
        return nothing("The chart of what-ifs", f["risks.what_if_yield"])
    shown = frame.assign(
        label=[
            s if n == "Whole window" else f"{s}, recent"
            for s, n in zip(frame["scenario"], frame["sample"], strict=True)
        ]
    )
    recent = str(frame["sample"].iloc[-1])
    order = {name: i for i, name in enumerate(dict.fromkeys(frame["scenario"]))}
    shown = shown.sort_values("scenario", key=lambda s: s.map(order), kind="stable")
    shown = shown[["label", "value", "low", "high"]].reset_index(drop=True)
    return intervals.forest(
        shown, unit="fraction", shows="Relative return over a quarter by what-if"
    ).figure(
        "risks.scenarios",
        title=scenarios_title(list(zip(shown["low"], shown["high"], strict=True))),
        subtitle=f"Return of {small} over {large} in a quarter, with 95% prediction intervals",
        unit="per cent in 13 weeks",
        **origin(f, "risks.what_if_yield"),
        note=f"Recent: a model of the {recent.lower()}. The moves of each what-if stand in the table below; "
        "they are spread over thirteen weeks.",
    )


def scenarios_title(rows: list[tuple[float, float]]) -> str:
    """Title of the scenario chart from the intervals it shows."""
    clear = sum(low > 0 or high < 0 for low, high in rows)
    head = "None" if clear == 0 else str(clear)
    verb = "has" if clear < 2 else "have"
    return f"{head} of {len(rows)} what-ifs {verb} a prediction interval clear of zero"


def scenario_moves(frame: pd.DataFrame, f: Findings) -> Table | Prose:
    """The moves behind each what-if; ``frame`` as ``scenario.scenario_table``."""
    if frame.empty:
        return nothing("The table of what-ifs", f["risks.what_if_yield"])
    whole = frame[frame["sample"] == "Whole window"]
    shown = pd.DataFrame(
        {
            "What if": whole["scenario"],
            "2-year (bp)": whole["two_year"] * 100,
            "Curve (bp)": whole["curve"] * 100,
            "Breakeven (bp)": whole["breakeven"] * 100,
            "Credit": whole["credit"],
            "Large caps": whole["market"],
            "Effect of the moves": whole["effect"],
            "With drift": whole["value"],
            "Low": whole["low"],
            "High": whole["high"],
        }
    )
    basis = dict.fromkeys(("2-year (bp)", "Curve (bp)", "Breakeven (bp)"), "signed_bp")
    rest = ("Credit", "Large caps", "Effect of the moves", "With drift", "Low", "High")
    return Table(
        "risks.scenario_moves",
        "What moves, and what the model of the whole window makes of it",
        shown,
        formats={**basis, **dict.fromkeys(rest, "signed_pct")},
        note="Credit: HYG less 0.4 IEF less 0.6 SHY. In company: with the average moves that came with "
        "such a move of the 2-year yield.",
        **origin(f, "risks.what_if_yield"),
        signed=("Effect of the moves", "With drift"),
    )


def replays(frame: pd.DataFrame, f: Findings) -> Table | Prose:
    """Episodes predicted without their weeks; ``frame`` as ``scenario.replays``."""
    if frame.empty:
        return nothing("The replay of past episodes", f["risks.replays_inside"])
    shown = pd.DataFrame(
        {
            "Episode": frame["episode"],
            "Weeks": frame["weeks"],
            "2-year (bp)": frame["two_year"] * 100,
            "Large caps": frame["market"],
            "What happened": frame["actual"],
            "Model": frame["value"],
            "Low": frame["low"],
            "High": frame["high"],
            "Inside": ["yes" if i else "no" for i in frame["inside"]],
        }
    )
    returns = ("Large caps", "What happened", "Model", "Low", "High")
    return Table(
        "risks.replays",
        "Past episodes, predicted by a model that has not seen them",
        shown,
        formats={
            "Weeks": "count",
            "2-year (bp)": "signed_bp",
            **dict.fromkeys(returns, "signed_pct"),
        },
        note="Return of small over large caps. The model is told how yields, credit and the market "
        "moved, never the outcome.",
        **origin(f, "risks.what_if_yield"),
        signed=("What happened", "Model"),
    )


def text_replays(frame: pd.DataFrame) -> Prose:
    """Which episodes the model missed; ``frame`` as ``scenario.replays``."""
    if frame.empty:
        return Prose("No past episode can be replayed here.")
    missed = frame[~frame["inside"].astype(bool)]
    if missed.empty:
        return Prose("All replayed episodes ended inside the model's interval.")
    told = [
        f"{r.episode} ({words.pct(r.actual, signed=True)}, model {words.pct(r.value, signed=True)})"
        for r in missed.itertuples()
    ]
    return Prose(
        f"Outside the interval: {words.join(told)}. What moved small caps then was not in yields, "
        "credit or the market, so no scenario built on these would have foreseen it."
    )
