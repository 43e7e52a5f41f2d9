"""The report's own history: the verdict of each claim, and one headline, as of each month.

Frames come from a stored panel; nothing here judges or measures.
"""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from .. import words
from ..narrative import history as text
from . import alttext, lines, parts, rows, theme
from .figure import Figure
from .layout import text_width
from .table import Table

#: Verdict → colour, colour of the sign on it, sign. Signs, so that nothing rests on colour.
VERDICTS = {
    "holds": ("positive", "paper", "✓"),
    "holds in part": ("part", "ink", "~"),
    "not shown": ("open", "paper", "–"),
    "does not hold": ("negative", "paper", "✕"),
    "cannot be tested": ("span", "event", "?"),
}
STRIP = 13


def claims_over_time(
    runs: pd.DataFrame, titles: dict[str, str], since: pd.DataFrame
) -> Figure | None:
    """One strip a claim, coloured by its verdict as of each edition; nothing without editions.

    Args:
        runs: ``id, verdict, first, last, editions``.
        titles: claim id → what a reader sees.
        since: as the table of :func:`since_when` holds it.
    """
    if runs.empty:
        return None
    ends = runs["last"].max()
    shown = _strips(runs, titles, ends)
    layout = rows.rows(shown["label"].drop_duplicates(), step=38, letters=48)
    names = list(VERDICTS)
    colour = alt.Color(
        "verdict:N",
        scale=alt.Scale(domain=names, range=[theme.hex_of(VERDICTS[n][0]) for n in names]),
        legend=alt.Legend(labelExpr=_legend(), columns=2),
    )
    x = alt.X(
        "from:T",
        axis=parts.date_axis(shown["from"].min(), ends),
        scale=alt.Scale(nice=False),
    )
    base = parts.named("main")
    strip = base.mark_bar(
        height=STRIP, yOffset=layout.offset, stroke=theme.hex_of("axis"), strokeWidth=0.5
    )
    drawn = strip.encode(
        x=x,
        x2="until:T",
        y=layout.y,
        color=colour,
        tooltip=[
            alt.Tooltip("label:N", title="Claim"),
            alt.Tooltip("verdict:N", title="Verdict"),
            alt.Tooltip("from:T", title="From the edition of", format="%-d %B %Y"),
            alt.Tooltip("editions:Q", title="Editions"),
        ],
    )
    signs = [
        base.transform_filter(f"datum.verdict == '{name}' && datum.wide == 'yes'")
        .mark_text(
            align="left",
            dx=3,
            yOffset=layout.offset,
            fontSize=11,
            fontWeight=600,
            color=theme.hex_of(ink),
        )
        .encode(x="from:T", y=layout.y, text="sign:N")
        for name, (_, ink, _) in VERDICTS.items()
        if (shown["verdict"] == name).any()
    ]
    # A claim's name once, not once a strip: drawn over itself it would look bold.
    names_once = layout.names.transform_filter("datum.named == 'yes'")
    chart = alt.layer(names_once, drawn, *signs)
    return Figure(
        id="summary.claims_over_time",
        title=text.claims_title(since),
        subtitle="Verdict of each claim as of the last session of each month, knowing only what was "
        "published by then; the sign names the verdict where there is room",
        chart=chart,
        data={"main": shown},
        series=("IWM", "SPY", "QQQ"),
        alt=text.claims_alt(since, ends),
        as_of=ends.date().isoformat(),
        unit="verdict",
        note="Many claims speak of one dated event: before it they could not be tested. Neighbouring "
        "months share almost all of their data.",
        height=layout.height,
    )


def _strips(runs: pd.DataFrame, titles: dict[str, str], ends: pd.Timestamp) -> pd.DataFrame:
    """Runs as strips without gaps; each ends where the next begins."""
    follows = runs.groupby("id", sort=False)["first"].shift(-1)
    until = follows.fillna(ends + pd.Timedelta(days=30))
    begun = runs["first"].min()
    share = (until - runs["first"]) / (ends - begun + pd.Timedelta(days=30))
    room = text_width("✓") + 5
    return pd.DataFrame(
        {
            "label": [titles[i] for i in runs["id"]],
            "named": ["no" if again else "yes" for again in runs["id"].duplicated()],
            "verdict": runs["verdict"],
            "from": runs["first"],
            "until": until,
            "editions": runs["editions"],
            "sign": [VERDICTS[v][2] for v in runs["verdict"]],
            "wide": ["yes" if s * theme.NARROW_PLOT >= room else "no" for s in share],
        }
    ).reset_index(drop=True)


def _legend() -> str:
    signs = {name: sign for name, (_, _, sign) in VERDICTS.items()}
    return "({" + ", ".join(f"'{n}': '{s} {n}'" for n, s in signs.items()) + "})[datum.label]"


def headline_over_time(frame: pd.DataFrame, unit: str, what: str) -> Figure | None:
    """One finding with its interval as each edition measured it; nothing for fewer than two.

    Args:
        frame: ``date, value, low, high``.
        unit: a unit of charts.
        what: the finding in words, for the alt text.
    """
    known = frame.dropna()
    if len(known) < 2:
        return None
    drawing = lines.band_line(known, unit=unit, reference=0.0, thin=False)
    return drawing.figure(
        "summary.headline_over_time",
        title=text.headline_title(known),
        subtitle="Small minus large caps, percentage points per percentage point of the 2-year yield, "
        "all weeks from 2010 to each month, 95% interval",
        unit="percentage points per percentage point",
        series=("IWM", "SPY", "DGS2"),
        as_of=known["date"].iloc[-1],
        alt=alttext.band(known, unit, what=what),
        note="Each month adds about four weeks to those before: the line moves slowly, and one point is "
        "no independent test of the next.",
    )


def since_when(
    since: pd.DataFrame,
    titles: dict[str, str],
    as_of: pd.Timestamp,
    ledger: Mapping[str, str] | None = None,
) -> Table | None:
    """The present verdict of each claim, since when, how steady it was; nothing without editions.

    Args:
        since: ``id, verdict, since, tested, flips, held``.
        titles: claim id → what a reader sees.
        as_of: last edition.
        ledger: claim id → verdict of the report itself; one that differs is marked.
    """
    if since.empty:
        return None
    ledger = ledger or {}
    unlike = [ledger.get(i, v) != v for i, v in zip(since["id"], since["verdict"], strict=True)]
    never = since["tested"].isna()
    frame = pd.DataFrame(
        {
            "Claim": [titles[i] for i in since["id"]],
            "Verdict": [
                f"{v} *" if u else v for v, u in zip(since["verdict"], unlike, strict=True)
            ],
            "Since": [words.month(d, short=True) for d in since["since"]],
            "First tested": [
                "never" if n else words.month(d, short=True)
                for d, n in zip(since["tested"], never, strict=True)
            ],
            "Changes": since["flips"],
            "Held": [
                "–" if n else words.pct(h, 0) for h, n in zip(since["held"], never, strict=True)
            ],
        }
    )
    return Table(
        "summary.since_when",
        "Each claim’s verdict, since when, and how often it changed",
        frame,
        formats={"Changes": "count"},
        note="Changes: between editions that could test the claim. Held: share of those editions in "
        "which it held in full."
        + (
            " * Near its threshold: the ledger, with more resamples, differs."
            if any(unlike)
            else ""
        ),
        series=("IWM", "SPY", "QQQ"),
        as_of=str(as_of.date()),
    )
