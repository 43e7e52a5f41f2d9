"""The pictures of the summary: tiles with a trend, the story in one chart, and who leads now.

They repeat what the theme chapters found; no number may first appear here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from .. import words
from ..narrative.ledger import Markup
from ..narrative.summary import Tile, trend_words
from . import alttext, bars, lines, spark
from .figure import Figure

#: Events a reader needs to place the story; the rest stay in their chapters.
_EVENTS = {
    "2016-11-09": "2016 election",
    "2020-03-23": "Fed backs credit",
    "2022-08-09": "CHIPS Act",
    "2024-09-18": "Half-point cut",
    "2025-04-02": "Tariffs",
}


def relative_wealth(
    wealth: pd.DataFrame, cycles: pd.DataFrame, *, title: str, small: str, series: tuple[str, ...]
) -> Figure:
    """Wealth in small caps over wealth in the two others, with policy cycles and events.

    Args:
        wealth: dates × two ratios, 1 at the base close.
        cycles: ``start``, ``end``, ``label`` of runs of rate moves.
        title: the finding.
        small: symbol of the small-cap fund.
        series: catalog ids behind it.
    """
    events = pd.DataFrame({"date": pd.to_datetime(list(_EVENTS)), "label": list(_EVENTS.values())})
    drawing = lines.lines(
        wealth,
        unit="ratio",
        log=True,
        reference=1.0,
        colours={"against large caps": "large", "against technology": "tech"},
        events=events[events["date"].between(wealth.index[0], wealth.index[-1])],
        spans=cycles[["start", "end", "label"]],
        label_values=True,
        rebase=True,
        height=360,
    )
    return drawing.figure(
        "summary.relative_wealth",
        title=title,
        subtitle=f"Wealth in {small} over wealth in the other fund, total return, start = 1, log scale",
        unit="ratio",
        series=series,
        as_of=wealth.index[-1],
        alt=alttext.lines(wealth, "ratio", what="Relative wealth of small caps"),
        note="A line that rises means small caps lead. Shaded: runs of rate hikes and of rate cuts.",
    )


def leadership(frame: pd.DataFrame, *, title: str, series: tuple[str, ...]) -> Figure:
    """Small caps' lead over trailing horizons, one bar a horizon and opponent.

    Args:
        frame: as :func:`rotation_lib.studies.overview.leadership`.
        title: the finding.
        series: catalog ids behind it.
    """
    shown = pd.DataFrame(
        {
            "label": [
                f"{h}, {a} (rank {words.standing(p)})"
                for h, a, p in zip(
                    frame["horizon"], frame["against"], frame["percentile"], strict=True
                )
            ],
            "value": frame["value"],
        }
    )
    colours = {
        label: "large" if against == "large caps" else "tech"
        for label, against in zip(shown["label"], frame["against"], strict=True)
    }
    drawing = bars.bars(shown, unit="percentage points", sort="given", colours=colours)
    return drawing.figure(
        "summary.leadership",
        title=title,
        subtitle="Total return of small caps minus the other, percentage points, horizons to the end date; "
        "rank: share of stretches as long since 2010 that were lower",
        unit="percentage points",
        series=series,
        as_of=frame["last_close"].max(),
        alt=alttext.bars(shown, "percentage points", what="Lead of small caps by horizon"),
        note="Long horizons compound: read the sign and the rank rather than the size.",
    )


def tiles(
    shown: Sequence[Tile], trends: Mapping[str, pd.Series], verdicts: Mapping[str, int]
) -> Markup:
    """Headline tiles, each with a small line of how its number came about.

    Args:
        shown: what they say.
        trends: finding id → series.
        verdicts: how many claims have each verdict, for the first tile.
    """
    cards = "".join(_tile(tile, _picture(tile, trends, verdicts)) for tile in shown)
    plain = "\n".join(f"{tile.label}: {tile.value} ({tile.note})" for tile in shown)
    return Markup(f'<div class="tiles">{cards}</div>', plain)


def _picture(
    tile: Tile, trends: Mapping[str, pd.Series], verdicts: Mapping[str, int]
) -> tuple[str, str]:
    """The small picture and the line under it."""
    if not tile.finding:
        said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
        return spark.shares(verdicts, f"{tile.trend}: {said}."), ""
    values = trends.get(tile.finding, pd.Series(dtype=float)).dropna()
    if len(values) < 2 or not tile.trend:
        return "", ""
    ratio = tile.finding == "risks.volatility_ratio"
    picture = spark.line(values, trend_words(tile, values), reference=1.0 if ratio else 0.0)
    return picture, f"{tile.trend}, {values.index[0].year} to {values.index[-1].year}"


def _tile(tile: Tile, picture: tuple[str, str]) -> str:
    label = escape(tile.label)
    if tile.chapter:
        label = f'<a href="{tile.chapter}.html">{label}</a>'
    drawn, said = picture
    under = f'<p class="tile-trend" aria-hidden="true">{escape(said)}</p>' if said else ""
    return (
        f'<div class="tile"><p class="tile-label">{label}</p>'
        f'<p class="tile-value">{escape(tile.value)}</p><p class="tile-note">{escape(tile.note)}</p>'
        f"{drawn}{under}</div>"
    )
