"""Charts of decision days, the September 2024 cut, Jackson Hole and easing cycles.

They draw the study's frames; which days count is never decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ... import words
from ...prose.markdown import Prose
from ...stats.eventstudy import ESTIMATION
from .. import alttext, bars, distributions, intervals, lines
from ..figure import Figure
from ..table import Table
from . import titles
from .kit import THEME, or_sentence, table_of

if TYPE_CHECKING:
    from ...findings import Finding

Findings = Mapping[str, "Finding"]
PLURAL = {"cut": "Cuts", "hold": "Holds", "hike": "Hikes"}


@or_sentence("decision days")
def decisions(
    summary: pd.DataFrame, findings: Findings, pair: tuple[str, str], as_of: pd.Timestamp
) -> Figure:
    """Mean relative return on cuts, holds and hikes.

    Args:
        summary: ``kind, value, low, high, decisions, ahead, p``.
        pair: the two funds. as_of: end of the window.
    """
    frame = summary.assign(
        label=[
            f"{PLURAL[k]} ({n})" for k, n in zip(summary["kind"], summary["decisions"], strict=True)
        ],
        note=[
            f"ahead on {words.pct(a, 0)} of days, placebo {words.p_value(p)}"
            for a, p in zip(summary["ahead"], summary["p"], strict=True)
        ],
    )
    return intervals.forest(frame, unit="percentage points, finely").figure(
        f"{THEME}.decisions",
        title=titles.cuts_title(findings),
        subtitle=f"Mean of {pair[0]} minus {pair[1]} on scheduled decision days, percentage points, "
        "95% interval",
        unit="percentage points",
        series=pair,
        as_of=as_of,
        alt=alttext.intervals(
            frame, "percentage points, finely", what="Relative return on decision days"
        ),
        note="The two emergency cuts of March 2020 are left out: their days show the crisis.",
    )


@or_sentence("a table of cuts")
def cuts(days: pd.DataFrame, pair: tuple[str, str], as_of: pd.Timestamp) -> Table:
    """Every scheduled cut with its day.

    Args:
        days: ``date, change_bp, small, relative, surprise`` of cuts.
    """
    lead = f"{pair[0]} − {pair[1]}"
    return table_of(
        "cut_days",
        "Every scheduled cut of the window, and its day",
        {
            "Decision": (days["date"], "date"),
            "Change": (days["change_bp"], "signed_bp"),
            "2-year yield": (100 * days["surprise"], "signed_bp"),
            pair[0]: (days["small"], "signed_pct2"),
            lead: (days["relative"], "signed_pp2"),
        },
        series=(*pair, "DGS2", "DFEDTARU"),
        as_of=as_of,
        signed=(lead,),
    )


@or_sentence("abnormal returns from decision days on")
def abnormal(table: pd.DataFrame, pair: tuple[str, str], as_of: pd.Timestamp) -> Table:
    """Mean abnormal returns by kind of decision, model and horizon.

    Args:
        table: as ``studies.rate_sensitivity.abnormal.table`` makes it.
    """
    first, last = ESTIMATION
    kinds = [f"{PLURAL[k]} ({n})" for k, n in zip(table["kind"], table["n"], strict=True)]
    return table_of(
        "abnormal_returns",
        f"Abnormal return of {pair[0]} from scheduled decisions on, percentage points",
        {
            "Decisions": (kinds, "text"),
            "Model": (table["model"], "text"),
            "Sessions": (table["sessions"], "count"),
            "Mean": (100 * table["value"], "signed_ratio"),
            "Low": (100 * table["low"], "signed_ratio"),
            "High": (100 * table["high"], "signed_ratio"),
            "p, t": (table["p"], "p_value"),
            "Above 0": (table["ahead"], "pct0"),
            "p, sign": (table["sign_p"], "p_value"),
        },
        series=pair,
        as_of=as_of,
        signed=("Mean",),
        note="Low and high: 95% t interval; p-values of a t test and a sign test. Model of the return "
        f"expected: market, {pair[0]} on {pair[1]}; mean, its own mean; each over "
        f"{last - first + 1} sessions that end {-last} sessions before the decision. Decisions without "
        "them, or without all sessions after, are left out.",
    )


@or_sentence("surprises on decision days")
def surprises(days: pd.DataFrame, findings: Findings, pair: tuple[str, str]) -> Figure | Prose:
    """Relative return against the move of the 2-year yield on decision days.

    Args:
        days: ``date, surprise, relative``.
    """
    table = days.dropna(subset=["surprise", "relative"])
    if len(table) < 3:
        return Prose("*No chart here: fewer than three decisions have a quoted surprise.*")
    table = table.assign(surprise_bp=100 * table["surprise"])
    axes = ("2-year yield on the day", f"{pair[0]} minus {pair[1]}")
    drawing = distributions.scatter(
        table,
        x="surprise_bp",
        y="relative",
        unit_x="basis points",
        unit_y="percentage points",
        title_x=axes[0],
        title_y=axes[1],
    )
    return drawing.figure(
        f"{THEME}.surprises",
        title=titles.surprise_title(findings),
        subtitle="One dot a scheduled decision; the line is least squares over all of them",
        unit="percentage points against basis points",
        series=(*pair, "DGS2"),
        as_of=days["date"].iloc[-1],
        alt=alttext.scatter(
            table,
            x="surprise_bp",
            y="relative",
            unit_x="basis points",
            unit_y="percentage points",
            title_x=axes[0],
            title_y=axes[1],
        ),
        note="The 2-year yield of a decision day is quoted after the announcement, and moves for other "
        "reasons too.",
    )


@or_sentence("the path after the September 2024 cut")
def september(
    path: pd.DataFrame, findings: Findings, pair: tuple[str, str], as_of: pd.Timestamp
) -> Figure:
    """Relative return since the close before the cut, in the band of random dates.

    Args:
        path: ``session, value, low, middle, high``.
    """
    frame = path.rename(columns={"session": "x"})[["x", "value", "low", "high"]]
    drawing = lines.band_line(
        frame,
        unit="percentage points",
        reference=0.0,
        label="After the cut",
        x_title="Sessions since the close before the cut",
    )
    line = path.set_index("session")["value"].rename("After the cut")
    inside = float(((path["value"] >= path["low"]) & (path["value"] <= path["high"])).mean())
    return drawing.figure(
        f"{THEME}.september_path",
        title=titles.september_title(findings),
        subtitle=f"{pair[0]} minus {pair[1]}, percentage points; band: nine in ten of all dates since 2010",
        unit="percentage points",
        series=pair,
        as_of=as_of,
        alt=alttext.lines(
            line, "percentage points", what="Relative return after the cut", signed=True
        )
        + f" The line stays inside the band of random dates for {words.pct(inside, 0)} of sessions.",
        note="The band holds single dates, one length at a time: inside it lies what any date may bring.",
    )


@or_sentence("the September 2024 cut")
def september_table(table: pd.DataFrame, small: str, as_of: pd.Timestamp) -> Table:
    """Horizons by yardstick.

    Args:
        table: ``horizon, benchmark, value, low, high, percentile``.
    """
    windows = [
        f"{words.plural(h, 'session')} over {b}"
        for h, b in zip(table["horizon"], table["benchmark"], strict=True)
    ]
    return table_of(
        "september_horizons",
        "After the half-point cut of September 2024, from the close before it",
        {
            "Window": (windows, "text"),
            "Lead": (table["value"], "signed_pp"),
            "Random dates, low": (table["low"], "signed_pp"),
            "Random dates, high": (table["high"], "signed_pp"),
            "Rank": (table["percentile"], "rank"),
        },
        note="Random dates: the range of 95% of all windows of that length since 2010. Rank: share of "
        "them that were lower.",
        series=(small, *dict.fromkeys(table["benchmark"])),
        as_of=as_of,
        signed=("Lead",),
    )


@or_sentence("a specification curve of the September 2024 cut")
def september_ranks(table: pd.DataFrame, as_of: pd.Timestamp) -> Figure:
    """Ranks of all windows after the cut.

    Args:
        table: ``label, horizon, benchmark, small, base, percentile``.
    """
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
        f"{THEME}.september_specifications",
        title=titles.ranks_title(table),
        subtitle=f"Rank among all windows of the same length since 2010, {len(table)} specifications",
        unit="share of windows that were lower",
        series=tuple(dict.fromkeys([*table["small"], *table["benchmark"]])),
        as_of=as_of,
        alt=f"Dots in order. Ranks of {len(table)} windows after the cut, from "
        f"{words.standing(worst['percentile'])} ({worst['label']}) to {words.standing(best['percentile'])} "
        f"({best['label']}); half of all dates rank above 50%.",
        note="A tailwind would put most dots near the top. The windows overlap, so they do not count as "
        "separate evidence.",
    )


def jackson_2025(findings: Findings, small: str) -> Figure | Prose:
    """Three readings of the month of Jackson Hole 2025."""
    named = {
        "day": "The day itself",
        "21d": "21 sessions that begin with it",
        "after21": "21 sessions after it",
    }
    rows = {w: findings[f"{THEME}.jackson_hole_2025_{n}"] for n, w in named.items()}
    shown = {w: f for w, f in rows.items() if f.value is not None}
    if not shown:
        return Prose("*No chart here: the data held do not cover Jackson Hole 2025.*")
    frame = pd.DataFrame(
        {
            "label": list(shown),
            "value": [f.value for f in shown.values()],
            "note": [words.percentile(f.percentile) for f in shown.values()],
        }
    )
    return bars.bars(frame, unit="fraction", sort="given").figure(
        f"{THEME}.jackson_hole_2025",
        title=titles.jackson_title(findings),
        subtitle=f"Total return of {small}",
        unit="total return",
        series=(small,),
        as_of=max(str(f.end) for f in shown.values()),
        alt=alttext.bars(
            frame, "fraction", what=f"Total return of {small} around Jackson Hole 2025"
        ),
        note="Close of 21 August to 22 August; close of 21 August to 22 September; close of 22 August to "
        "23 September.",
    )


@or_sentence("Jackson Hole by year")
def jackson_years(
    table: pd.DataFrame, findings: Findings, pair: tuple[str, str], as_of: pd.Timestamp
) -> Figure:
    """Lead on the day and in the month after, year by year.

    Args:
        table: ``year, day_relative, after_relative, clean``.
    """
    usual = {f"{r.year}": "small" for r in table.itertuples() if r.clean}
    frame = pd.DataFrame({"label": table["year"].astype(str), "value": table["day_relative"]})
    drawing = bars.columns(frame, unit="percentage points", colours=usual)
    return drawing.figure(
        f"{THEME}.jackson_hole_days",
        title=titles.jackson_years_title(findings),
        subtitle=f"{pair[0]} minus {pair[1]} on the day, percentage points",
        unit="percentage points",
        series=pair,
        as_of=as_of,
        alt=alttext.bars(
            frame, "percentage points", what="Lead on the day of Jackson Hole by year"
        ),
        note="Grey: no chair speech (2013, 2015), or a tariff escalation on the same day (2019).",
    )


@or_sentence("a table of Jackson Hole")
def jackson_table(table: pd.DataFrame, pair: tuple[str, str], as_of: pd.Timestamp) -> Table:
    """Every symposium with its three windows."""
    small, large = pair
    lead, month = f"Day, less {large}", f"21 after, less {large}"
    return table_of(
        "jackson_hole",
        f"Every Jackson Hole of the window: {small} on the day, over 21 sessions with it and after it",
        {
            "Date": (table["date"], "date"),
            "Day": (table["day"], "signed_pct"),
            "21 with it": (table["including"], "signed_pct"),
            "21 after": (table["after"], "signed_pct"),
            lead: (table["day_relative"], "signed_pp"),
            month: (table["after_relative"], "signed_pp"),
        },
        note="2013 and 2015 had no speech by the chair; 2019 fell on a day of tariff escalation.",
        series=pair,
        as_of=as_of,
        signed=(lead, month),
    )


@or_sentence("easing cycles")
def easing(
    paths: pd.DataFrame, findings: Findings, pair: tuple[str, str], as_of: pd.Timestamp
) -> Figure:
    """Relative return after the first cut of each leg.

    Args:
        paths: sessions × legs, at most the latest six are drawn.
    """
    shown = paths[list(paths.columns)[-6:]].dropna(how="all")
    drawing = lines.lines(
        shown,
        unit="percentage points",
        reference=0.0,
        signed=True,
        x_title="Sessions since the close before the first cut",
    )
    return drawing.figure(
        f"{THEME}.easing_legs",
        title=titles.easing_title(findings),
        subtitle=f"{pair[0]} minus {pair[1]}, percentage points, from the close before the leg's first cut",
        unit="percentage points",
        series=pair,
        as_of=as_of,
        alt=alttext.lines(
            shown, "percentage points", what="Lead of small caps after cutting began", signed=True
        ),
        note="A leg opens with a cut after more than 100 days without one; emergency cuts count.",
    )
