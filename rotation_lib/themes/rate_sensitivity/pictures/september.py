"""The half-point cut of September 2024: its path, its horizons, and all windows by rank.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import alttext, intervals, lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose

#: By horizon, the shortest first.
LEADS = (
    "rate_sensitivity.september_2024_large_1",
    "rate_sensitivity.september_2024_large_5",
    "rate_sensitivity.september_2024_large_21",
    "rate_sensitivity.september_2024_large_63",
    "rate_sensitivity.september_2024_large_126",
    "rate_sensitivity.september_2024_large_252",
)


def path(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Relative return since the close before the cut; ``frame`` as ``september.path``."""
    found = f["rate_sensitivity.since_september_2024_cut"]
    if frame.empty:
        return nothing("The path after the September 2024 cut", found)
    small, large = found.series
    drawing = lines.band_line(
        frame.rename(columns={"session": "x"})[["x", "value", "low", "high"]],
        unit="percentage points",
        reference=0.0,
        label="After the cut",
        x_title="Sessions since the close before the cut",
    )
    line = frame.set_index("session")["value"].rename("After the cut")
    inside = float(frame["value"].between(frame["low"], frame["high"]).mean())
    told = alttext.lines(
        line, "percentage points", what="Relative return after the cut", signed=True
    )
    return drawing.figure(
        "rate_sensitivity.september_path",
        title=path_title(f),
        subtitle=f"{small} minus {large}, percentage points; band: nine in ten of all dates since 2010",
        unit="percentage points",
        **origin(f, "rate_sensitivity.since_september_2024_cut"),
        alt=f"{told} The line stays inside the band of random dates for {words.pct(inside, 0)} of "
        "sessions.",
        note="The band holds single dates, one length at a time: inside it lies what any date may bring.",
    )


def path_title(f: Findings) -> str:
    """The half-point cut at the longest horizon that is complete."""
    done = [f[id] for id in LEADS if known(f[id])]
    if not done:
        return "The September 2024 cut cannot be followed here"
    last = done[-1]
    verb = words.direction(last.value, "led", "lagged", "were level with")
    size = "" if abs(last.value or 0) <= 0.0005 else f" by {words.value_of(words.size(last))}"
    sessions = words.plural(last.n or 0, "session")
    return f"{sessions} after the half-point cut, small caps {verb} large caps{size}"


def horizons(table: pd.DataFrame, f: Findings) -> Table | Prose:
    """Horizons by yardstick; ``table`` as ``september.horizons``."""
    if table.empty:
        return nothing("The table of the September 2024 cut", f[LEADS[0]])
    shown = {
        "Window": [
            f"{words.plural(h, 'session')} over {b}"
            for h, b in zip(table["horizon"], table["benchmark"], strict=True)
        ],
        "Lead": table["value"],
        "Random dates, low": table["low"],
        "Random dates, high": table["high"],
        "Rank": table["percentile"],
    }
    leads = ("Lead", "Random dates, low", "Random dates, high")
    return Table(
        "rate_sensitivity.september_horizons",
        "After the half-point cut of September 2024, from the close before it",
        pd.DataFrame(shown).reset_index(drop=True),
        formats=dict.fromkeys(leads, "signed_pp") | {"Rank": "rank"},
        note="Random dates: the range of 95% of all windows of that length since 2010. Rank: share of "
        "them that were lower.",
        **origin(f, *LEADS, "rate_sensitivity.september_2024_tech_1"),
        signed=("Lead",),
    )


def ranks(table: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Ranks of all windows after the cut; ``table`` as ``september.grid``."""
    if table.empty:
        return nothing("The curve of windows after the September 2024 cut", f[LEADS[0]])
    frame = pd.DataFrame(
        {
            "label": table["label"],
            "value": table["percentile"],
            "low": float("nan"),
            "high": float("nan"),
            "Sessions": table["horizon"].astype(str),
            "Against": table["benchmark"],
            "Base": table["base"],
        }
    )
    drawing = intervals.specification_curve(
        frame, unit="fraction", reference=0.5, factors=["Sessions", "Against", "Base"], signed=False
    )
    best, worst = table.loc[table["percentile"].idxmax()], table.loc[table["percentile"].idxmin()]
    return drawing.figure(
        "rate_sensitivity.september_specifications",
        title=ranks_title(table),
        subtitle=f"Rank among all windows of the same length since 2010, {len(table)} specifications",
        unit="share of windows that were lower",
        **origin(f, "rate_sensitivity.september_2024_family_p"),
        alt=f"Dots in order. Ranks of {len(table)} windows after the cut, from "
        f"{words.standing(worst['percentile'])} ({worst['label']}) to {words.standing(best['percentile'])} "
        f"({best['label']}); half of all dates rank above 50%.",
        note="A tailwind would put most dots near the top. The windows overlap, so they do not count as "
        "separate evidence.",
    )


def ranks_title(table: pd.DataFrame) -> str:
    """Share of windows after the cut that beat the middle date."""
    better = int((table["percentile"] > 0.5).sum())
    top = int((table["percentile"] >= 0.95).sum())
    return (
        f"{better} of {len(table)} windows after the cut beat the median date; "
        f"{top if top else 'none'} {'are' if top > 1 else 'is'} among the best 5%"
    )
