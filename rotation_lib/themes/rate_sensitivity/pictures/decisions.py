"""Decision days of the Federal Reserve: by what was decided, every cut, and by the surprise.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import distributions, intervals
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose
from .betas import side

PLURAL = {"cut": "Cuts", "hold": "Holds", "hike": "Hikes"}


def decisions(summary: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Mean relative return on cuts, holds and hikes; ``summary`` as ``decisions.summary``."""
    if summary.empty:
        return nothing("The chart of decision days", "the window holds no scheduled decision")
    small, large, *_ = f["rate_sensitivity.beta_2y"].series
    frame = summary.assign(
        label=[
            f"{PLURAL[k]} ({n})" for k, n in zip(summary["kind"], summary["decisions"], strict=True)
        ],
        note=[
            f"ahead on {words.pct(a, 0)} of days, placebo {words.p_value(p)}"
            for a, p in zip(summary["ahead"], summary["p"], strict=True)
        ],
    )
    return intervals.forest(
        frame, unit="percentage points, finely", shows="Relative return on decision days"
    ).figure(
        "rate_sensitivity.decisions",
        title=cuts_title(f),
        subtitle=f"Mean of {small} minus {large} on scheduled decision days, percentage points, "
        "95% interval",
        unit="percentage points",
        **origin(
            f,
            "rate_sensitivity.cut_day_relative",
            "rate_sensitivity.hold_day_relative",
            "rate_sensitivity.hike_day_relative",
        ),
        note="The two emergency cuts of March 2020 are left out: their days show the crisis.",
    )


def cuts_title(f: Findings) -> str:
    """Whether cut days helped."""
    cut = f["rate_sensitivity.cut_day_relative"]
    if not known(cut):
        return "The window holds no scheduled cut"
    verb = {"above": "gained on", "below": "lost to", "open": "did not clearly beat"}[side(cut)]
    days = words.plural(cut.n or 0, "scheduled cut day", spell=True)
    return f"On {days} small caps {verb} large caps"


def cuts(days: pd.DataFrame, f: Findings) -> Table | Prose:
    """Every scheduled cut with its day; ``days`` as ``decisions.decision_days``."""
    found = f["rate_sensitivity.cut_day_relative"]
    days = days[days["kind"] == "cut"]
    if days.empty:
        return nothing("The table of cuts", found)
    small, large = found.series
    lead = f"{small} − {large}"
    shown = {
        "Decision": days["date"],
        "Change": days["change_bp"],
        "2-year yield": 100 * days["surprise"],
        small: days["small"],
        lead: days["relative"],
    }
    return Table(
        "rate_sensitivity.cut_days",
        "Every scheduled cut of the window, and its day",
        pd.DataFrame(shown).reset_index(drop=True),
        formats={
            "Decision": "date",
            "Change": "signed_bp",
            "2-year yield": "signed_bp",
            small: "signed_pct2",
            lead: "signed_pp2",
        },
        **origin(f, "rate_sensitivity.cut_day_relative", also=("DGS2", "DFEDTARU")),
        signed=(lead,),
    )


def surprises(days: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Relative return against the move of the 2-year yield; ``days`` as ``decisions.decision_days``."""
    table = days.dropna(subset=["surprise", "relative"])
    if len(table) < 3:
        few = "fewer than three decisions of the window have a quoted surprise"
        return nothing("The chart of surprises", few)
    small, large, *_ = f["rate_sensitivity.surprise_beta"].series
    drawing = distributions.scatter(
        table.assign(surprise_bp=100 * table["surprise"]),
        x="surprise_bp",
        y="relative",
        unit_x="basis points",
        unit_y="percentage points",
        title_x="2-year yield on the day",
        title_y=f"{small} minus {large}",
    )
    return drawing.figure(
        "rate_sensitivity.surprises",
        title=surprise_title(f),
        subtitle="One dot a scheduled decision; the line is least squares over all of them",
        unit="percentage points against basis points",
        **origin(f, "rate_sensitivity.surprise_beta", drawn=table.set_index("date")),
        note="The 2-year yield of a decision day is quoted after the announcement, and moves for other "
        "reasons too.",
    )


def surprise_title(f: Findings) -> str:
    """The slope on the surprise."""
    whole = f["rate_sensitivity.surprise_beta"]
    late = f["rate_sensitivity.surprise_beta_since_mid_2023"]
    if not known(whole):
        return "Too few decisions to measure the answer to their surprise"
    said = {"above": "rose with", "below": "fell with", "open": "showed no clear link to"}
    text = f"Small caps' lead {said[side(whole)]} the 2-year surprise on decision days"
    if not known(late) or side(late) == side(whole):
        return text
    then = {"above": "rose with it", "below": "fell with it", "open": "showed no clear link"}
    return f"{text}; since mid-2023 it {then[side(late)]}"
