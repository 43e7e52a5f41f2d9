"""Charts and tables of the methods chapter: coverage, lags, faults, measured intervals.

Frames come from ``studies.holdings`` and ``studies.records``, words from ``narrative.methods``. It must never
compute a share or a date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from .. import words
from ..narrative import appendix, ledger
from ..narrative import methods as text
from ..prose.markdown import Prose
from . import alttext, bars, intervals
from .figure import Figure
from .table import Table

if TYPE_CHECKING:
    from ..findings import Finding
    from ..judging import Judged
    from ..market import Market

#: Gaps drawn; the table below the chart holds all of them.
LARGEST = 10
#: Names written out in one row of the lag chart.
_NAMED = 3
#: Letters of a row's name that a phone has room for.
_LETTERS = 44
_PERIOD_COLOURS = {"daily": "small", "weekly": "accent", "monthly": "large", "quarterly": "tech"}
_Spans: TypeAlias = tuple[tuple[pd.Timestamp, pd.Timestamp], ...]
_RETURN_COLOURS = {"total return": "small", "price return": "tech"}


# -- coverage of the data -----------------------------------------------------------------


def funds(stretches: pd.DataFrame, market: Market) -> Figure:
    """From when to when returns reach, alike symbols on one row."""
    drawing = bars.coverage(stretches[["label", "start", "end", "kind"]], colours=_RETURN_COLOURS)
    return drawing.figure(
        "methods.funds",
        title=text.funds_title(stretches, market),
        subtitle="Sessions with a daily return inside the window; symbols with the same dates share a row",
        unit="dates",
        series=_split(stretches["symbols"]),
        as_of=market.end,
        alt=_coverage_alt(stretches, "daily returns"),
        note="A late start is a later listing. Nothing is filled in before it.",
    )


def macro(stretches: pd.DataFrame, title: str, market: Market) -> Figure:
    """From when to when macro series reach, with their holes."""
    drawing = bars.coverage(_grouped(stretches), colours=_PERIOD_COLOURS)
    return drawing.figure(
        "methods.macro",
        title=title,
        subtitle="Periods observed inside the window; series with the same dates share a row",
        unit="dates",
        series=tuple(dict.fromkeys(stretches["series_id"])),
        as_of=stretches["end"].max(),
        alt=_coverage_alt(stretches, "macro observations"),
    )


def _grouped(stretches: pd.DataFrame) -> pd.DataFrame:
    """Series with the same frequency and the same stretches as one row, named or counted."""
    groups: dict[tuple[str, _Spans], list[str]] = {}
    for label, part in stretches.groupby("label", sort=False):
        spans = tuple(zip(part["start"], part["end"], strict=True))
        groups.setdefault((part["kind"].iloc[0], spans), []).append(str(label))
    rows = []
    for (kind, spans), labels in groups.items():
        name = words.join(labels)
        if len(labels) > 2 or len(name) > _LETTERS:
            name = _counted(len(labels), kind, spans)
        rows += [{"label": name, "start": s, "end": e, "kind": kind} for s, e in spans]
    return pd.DataFrame(rows)


def _counted(n: int, kind: str, spans: _Spans) -> str:
    dates = f"{words.month(spans[0][0])} to {words.month(spans[-1][1])}"
    return f"{n} {kind} series, {dates}{', with a hole' if len(spans) > 1 else ''}"


def _coverage_alt(stretches: pd.DataFrame, what: str) -> str:
    first, last = stretches["start"].min(), stretches["end"].max()
    latest = stretches.loc[stretches["start"].idxmax()]
    soonest = stretches.loc[stretches["end"].idxmin()]
    return (
        f"Chart of bars over time: {what}, {words.plural(len(stretches), 'stretch', 'stretches')} "
        f"between {words.date(first)} and {words.date(last)}. Latest start: {latest['label']}, "
        f"{words.date(latest['start'])}. Earliest end: {soonest['label']}, {words.date(soonest['end'])}."
    )


def common_sample(sample: pd.DataFrame, used: Sequence[str], market: Market) -> Figure:
    """What each symbol costs if all must have data."""
    drawing = bars.waterfall(sample[["label", "value", "kind"]], unit="count", signed=False)
    dearest = sample.iloc[1:-1]
    worst = (
        "No symbol costs a session."
        if dearest.empty
        else f"The dearest is {dearest.loc[dearest['value'].idxmin(), 'label']}, "
        f"{words.plural(-int(dearest['value'].min()), 'session')}."
    )
    return drawing.figure(
        "methods.common_sample",
        title=text.common_title(sample),
        subtitle="Sessions lost to each symbol beyond those before it, in order of first return",
        unit="sessions",
        series=[s for s in used if s in market.total_returns],
        as_of=market.end,
        alt=(
            f"Waterfall chart from {words.count(sample['value'].iloc[0])} sessions of the window to "
            f"{words.count(sample['value'].iloc[-1])} common to all symbols. {worst}"
        ),
        note="The report aligns the series of each finding alone, so that a short one shortens no other.",
    )


# -- publication --------------------------------------------------------------------------


def lags(frame: pd.DataFrame, market: Market) -> Figure:
    """Days from the end of a period to its publication, alike series on one row."""
    known = frame.dropna(subset=["value"])
    shown = pd.DataFrame(
        [
            {
                "label": _some(part["label"]),
                "value": value,
                "low": low,
                "high": high,
                "note": words.join(part["label"]),
            }
            for (value, low, high), part in known.groupby(["value", "low", "high"], sort=True)
        ]
    )
    drawing = intervals.forest(shown, unit="count", reference=0, signed=False)
    return drawing.figure(
        "methods.lags",
        title=text.lags_title(frame),
        subtitle="Days from the last day of the period to publication: usual, with shortest to longest",
        unit="days",
        series=tuple(known["series_id"]),
        as_of=market.end,
        alt=(
            f"Chart of {words.plural(len(shown), 'row')} of publication lags. Shortest usual lag: "
            f"{shown['label'].iloc[0]}, {words.number(shown['value'].iloc[0], 0)} days; longest: "
            f"{shown['label'].iloc[-1]}, {words.number(shown['value'].iloc[-1], 0)} days."
        ),
        note="Left of zero: published before the period ends.",
    )


def _some(labels: pd.Series) -> str:
    names = list(labels)
    if len(names) <= _NAMED + 1:
        return words.join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def basis_table(frame: pd.DataFrame, market: Market) -> Table:
    """What ``as_of`` can promise, series by series."""
    return Table(
        "methods.basis",
        f"Publication and revision of {words.plural(len(frame), 'macro series', 'macro series')}",
        text.basis_rows(frame),
        formats={"Usual lag, days": "count", "Longest": "count"},
        note="By lag alone, approximate means: the date of publication is right, the value is that of "
        "a later revision.",
        series=tuple(frame["series_id"]),
        as_of=str(market.end.date()),
    )


# -- faults and events --------------------------------------------------------------------


def gaps(frame: pd.DataFrame, market: Market) -> Figure | Prose:
    """The largest distances between a close and its witness; a sentence where there is none."""
    if frame.empty:
        return Prose(
            "*No chart here: no close of this window is known to differ from its witness.*"
        )
    top = frame.head(LARGEST)
    shown = pd.DataFrame(
        {
            "label": [
                f"{r.symbol} against {r.witness}, {words.date(r.when, short=True)}"
                for r in top.itertuples()
            ],
            "value": top["value"],
            "note": [
                f"{words.pct(r.own, signed=True)} against {words.pct(r.other, signed=True)}"
                for r in top.itertuples()
            ],
        }
    )
    drawing = bars.bars(shown, unit="percentage points", sort="given")
    return drawing.figure(
        "methods.gaps",
        title=text.faults_title(frame),
        subtitle="Return of one day minus that of a fund or index that should move alike, percentage points",
        unit="percentage points",
        series=tuple(dict.fromkeys([*top["symbol"], *top["witness"]])),
        as_of=str(top["when"].max()),
        alt=alttext.bars(shown, "percentage points", what="Return of a day minus its witness's"),
        note=f"The {LARGEST} largest of {len(frame)} known gaps." if len(frame) > LARGEST else "",
    )


def faults_table(groups: pd.DataFrame, market: Market) -> Table | Prose:
    """All known faults and their treatment; a sentence where there is none."""
    if groups.empty:
        return Prose("*No table here: there is nothing to list for this window.*")
    shown = groups.rename(
        columns={"symbols": "Symbols", "when": "When", "what": "What", "treatment": "Treatment"}
    )
    return Table(
        "methods.faults",
        f"What is known and what is done about it: {words.plural(len(groups), 'cause')}",
        shown[["Symbols", "When", "What", "Treatment"]],
        series=_split(groups["symbols"]),
        as_of=str(market.end.date()),
    )


def notes_table(notes: pd.DataFrame, market: Market) -> Table:
    """Limits of single series, as the catalog tells them."""
    shown = notes.rename(columns={"series_id": "Series", "title": "Name", "notes": "What to know"})
    return Table(
        "methods.series_notes",
        f"What to know of {words.plural(len(notes), 'single series', 'single series')}",
        shown,
        series=tuple(notes["series_id"]),
        as_of=str(market.end.date()),
    )


def events_table(events: pd.DataFrame) -> Table | Prose:
    """Every dated event with its evidence; a sentence where there is none."""
    if events.empty:
        return Prose("*No table here: no dated event falls into this window.*")
    return Table(
        "methods.events",
        f"{words.plural(len(events), 'dated event')}: evidence, and what calendar and market say",
        text.event_rows(events),
        formats={
            "Date": "date",
            "SPY that session": "signed_pct2",
            "IWM that session": "signed_pct2",
        },
        note="A move of the market makes a date plausible. It does not prove it.",
        series=("SPY", "IWM"),
        as_of=str(events["reaction_session"].max().date()),
    )


# -- tables of the report -----------------------------------------------------------------


def verdicts_table(ledger: Sequence[Judged], market: Market) -> Table:
    """How many claims and parts each verdict rests on."""
    return Table(
        "methods.verdicts",
        "Verdicts and the parts behind them",
        text.verdict_rows(ledger),
        formats=dict.fromkeys(["Claims", "Parts", "Tested", "Fragile"], "count"),
        note="Fragile: other ways to measure a part, or other month ends, give another answer.",
        series=(market.small, market.large, market.tech),
        as_of=str(market.end.date()),
    )


def findings_table(findings: Mapping[str, Finding], chapter: str, market: Market) -> Table:
    """Every finding of one chapter."""
    own = [f for f in findings.values() if f.chapter == chapter]
    name = ledger.chapter_title(chapter)
    return Table(
        f"methods.findings_{chapter}",
        f"{name}: {words.plural(len(own), 'finding')}",
        appendix.finding_rows(findings, chapter),
        note=f"In findings.json each id begins with “{chapter}.”.",
        series=tuple(dict.fromkeys(s for f in own for s in f.series)),
        as_of=str(market.end.date()),
    )


def not_embedded_table(frame: pd.DataFrame, market: Market) -> Table:
    """Series that the project may not hold."""
    shown = frame.rename(
        columns={"title": "Series", "series_id": "Id", "publisher": "Publisher", "why": "Why"}
    )
    return Table(
        "methods.not_embedded",
        "Series the report does without, because their terms forbid embedding them",
        shown,
        series=tuple(frame["series_id"]),
        as_of=str(market.end.date()),
    )


def publishers_table(frame: pd.DataFrame, market: Market) -> Table:
    """Publishers of the series used, and their terms."""
    shown = frame.rename(
        columns={
            "publisher": "Publisher",
            "count": "Series",
            "licence": "Licence",
            "terms": "Terms",
            "series": "Ids",
        }
    )
    return Table(
        "methods.publishers",
        "Who publishes the series used, and on which terms",
        shown[["Publisher", "Series", "Licence", "Terms", "Ids"]],
        formats={"Series": "count"},
        series=_split(frame["series"]),
        as_of=str(market.end.date()),
    )


def _split(lists: pd.Series) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text_ in lists for name in text_.split(", ")))
