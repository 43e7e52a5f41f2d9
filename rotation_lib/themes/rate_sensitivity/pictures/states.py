"""The rate beta by state of the world, and the relative return by kind of curve move.

Missing states are left out, and a chart without any becomes a sentence; nothing here measures.
"""

from __future__ import annotations

from .... import words
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known
from ....findings import Finding
from ....prose.markdown import Prose
from .betas import PER_POINT, forest, side

STATES = {
    "rate_sensitivity.beta_2y_hiking": "Fed raised in the last six months",
    "rate_sensitivity.beta_2y_holding": "Fed held for six months",
    "rate_sensitivity.beta_2y_cutting": "Fed cut in the last six months",
    "rate_sensitivity.beta_2y_high_inflation": "Inflation above 3%",
    "rate_sensitivity.beta_2y_low_inflation": "Inflation 3% or less",
    "rate_sensitivity.beta_2y_stormy": "Stock market stormy",
    "rate_sensitivity.beta_2y_calm": "Stock market calm",
}
SIDES = {
    "rate_sensitivity.beta_2y_rises": "Weeks in which the yield rises",
    "rate_sensitivity.beta_2y_falls": "Weeks in which the yield falls",
}
MOVES = {
    "rate_sensitivity.mean_bull_steepening": "Bull steepening",
    "rate_sensitivity.mean_bear_steepening": "Bear steepening",
    "rate_sensitivity.mean_bull_flattening": "Bull flattening",
    "rate_sensitivity.mean_bear_flattening": "Bear flattening",
    "rate_sensitivity.mean_bull_steepening_late": "Bull steepening, since mid-2023",
    "rate_sensitivity.mean_bear_steepening_late": "Bear steepening, since mid-2023",
    "rate_sensitivity.mean_bull_flattening_late": "Bull flattening, since mid-2023",
    "rate_sensitivity.mean_bear_flattening_late": "Bear flattening, since mid-2023",
}
_LED = {"above": "led", "below": "lagged", "open": "did not clearly lead"}


def states(f: Findings) -> Figure | Prose:
    """Slopes by state of the world."""
    return forest(
        "rate_sensitivity.states",
        f,
        STATES | SIDES,
        title=states_title(f),
        subtitle=f"{PER_POINT}, 2-year",
        shows="Rate betas by state of the world",
        note="States use only what was known at the time; the market's regimes have parameters "
        "from the whole window.",
    )


def states_title(f: Findings) -> str:
    """In how many states of the world the beta has the sign of the story."""
    shown = [f[id] for id in STATES if known(f[id])]
    if not shown:
        return "No state of the world has enough weeks for a slope"
    clear = sum(side(one) == "below" for one in shown)
    number = words.spelled(clear) if clear else "none"
    noun = "state" if len(shown) == 1 else "states"
    return (
        f"In {number} of {words.spelled(len(shown))} {noun} of the world the beta is clearly below "
        "zero"
    )


def moves(f: Findings) -> Figure | Prose:
    """Mean relative return by curve move."""
    return forest(
        "rate_sensitivity.curve_moves",
        f,
        MOVES,
        title=moves_title(f),
        subtitle="Mean weekly return of small minus large, percentage points",
        shows="Relative return by curve move",
        note="Bull: yields fall. Bear: yields rise. Steepening: the 10-year gains on the 2-year.",
        unit="percentage points, finely",
    )


def moves_title(f: Findings) -> str:
    """Bull steepening, the move of a cutting cycle."""
    whole = f["rate_sensitivity.mean_bull_steepening"]
    late = f["rate_sensitivity.mean_bull_steepening_late"]
    if not known(whole):
        return "Too few weeks are known to be ones of bull steepening"
    title = f"When yields fell and the curve steepened, small caps {_clearly(whole)}"
    if side(late) != side(whole):
        return title
    return title + (", nor since mid-2023" if side(whole) == "open" else ", also since mid-2023")


def _clearly(finding: Finding) -> str:
    clear = side(finding) != "open"
    return ("clearly " if clear else "") + _LED[side(finding)]
