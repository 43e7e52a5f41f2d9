"""Whether the rate beta keeps its sign: rolling, and by era.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin, value_of
from ....findings import Finding
from ....prose.markdown import Prose
from .betas import PER_POINT, forest, side

ERAS = {
    "rate_sensitivity.beta_2y": "2-year, whole window",
    "rate_sensitivity.beta_2y_before_2022": "2-year, before 2022",
    "rate_sensitivity.beta_2y_2022_to_mid_2023": "2-year, 2022 to mid-2023",
    "rate_sensitivity.beta_2y_since_mid_2023": "2-year, since mid-2023",
    "rate_sensitivity.beta_2y_latest": "2-year, last 104 weeks",
    "rate_sensitivity.beta_10y": "10-year, whole window",
    "rate_sensitivity.beta_10y_before_2022": "10-year, before 2022",
    "rate_sensitivity.beta_10y_2022_to_mid_2023": "10-year, 2022 to mid-2023",
    "rate_sensitivity.beta_10y_since_mid_2023": "10-year, since mid-2023",
    "rate_sensitivity.beta_10y_latest": "10-year, last 104 weeks",
}


def rolling(
    frame: pd.DataFrame, f: Findings, rate: str, weeks: int, markers: pd.DataFrame | None = None
) -> Figure | Prose:
    """Rolling slope with its band.

    Args:
        frame: as ``stability.rolling``.
        f: all findings of the chapter.
        rate: "2-year" or "10-year".
        weeks: length of the rolling window.
        markers: ``date, label`` of what to mark.
    """
    if frame.empty:
        return nothing(
            f"The rolling {rate} beta", f"the window holds fewer than {weeks} weeks with that yield"
        )
    drawing = lines.band_line(
        frame,
        unit="percentage points",
        reference=0.0,
        events=markers,
        label=f"{rate} beta",
        shows=f"Rolling {rate} beta",
    )
    short = "2y" if rate == "2-year" else "10y"
    return drawing.figure(
        f"rate_sensitivity.rolling_{short}",
        title=rolling_title(frame, rate, weeks),
        subtitle=f"{PER_POINT}, {rate}, {weeks} weeks to each date, 95% band",
        unit="percentage points per percentage point",
        **origin(f, f"rate_sensitivity.beta_{short}", drawn=frame.set_index("date")),
        note="Neighbouring windows share almost all of their weeks: read the band, not the wiggles.",
    )


def rolling_title(frame: pd.DataFrame, rate: str, weeks: int) -> str:
    """How often a rolling beta is negative, and where it stands now."""
    last = frame.iloc[-1]
    share = float((frame["value"] < 0).mean())
    now = "not clear of zero"
    if last["high"] < 0:
        now = "clearly below zero"
    elif last["low"] > 0:
        now = "clearly above zero"
    often = {0.0: "no window", 1.0: "every window"}.get(
        share, f"{words.pct(share, 0)} of {weeks}-week windows"
    )
    return f"The {rate} beta is negative in {often}, and {now} at the end"


def eras(f: Findings) -> Figure | Prose:
    """Slopes by era for both yields."""
    return forest(
        "rate_sensitivity.eras",
        f,
        ERAS,
        title=eras_title(f),
        subtitle=PER_POINT,
        shows="Rate betas by era",
        note="The eras are those the question names; the break test looks for its own date.",
    )


def eras_title(f: Findings) -> str:
    """Whether the sign held from era to era."""
    early = f["rate_sensitivity.beta_2y_before_2022"]
    late = f["rate_sensitivity.beta_2y_since_mid_2023"]
    if not known(early, late):
        return _whole_title(f["rate_sensitivity.beta_2y"])
    before, since = ("positive" if value_of(v) > 0 else "negative" for v in (early, late))
    if before == since:
        return f"The rate beta has been {since} both before 2022 and since mid-2023"
    clear = "open" not in (side(early), side(late))
    return f"The rate beta changed its sign: {before} before 2022, {since} since mid-2023" + (
        "" if clear else ", though not both are clear of zero"
    )


def _whole_title(whole: Finding) -> str:
    if not known(whole):
        return "The window is too short to measure a rate beta"
    said = {"above": "clearly positive", "below": "clearly negative", "open": "not clear of zero"}
    return f"Over this window the 2-year rate beta is {said[side(whole)]}"
