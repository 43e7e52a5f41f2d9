"""Words of the methods chapter: what was done, from which data, and how far it can be trusted.

Everything said is read from frames, findings and judged claims handed in. It must never
state a date, count or share that was not computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from .. import words
from .appendix import finding_kind
from .ledger import tally, tally_sentence
from .measured import coverage_sentence

if TYPE_CHECKING:
    from ..findings import Finding
    from ..judging import Judged
    from ..market import Market


# -- the top of the page ------------------------------------------------------------------


def takeaways(
    market: Market,
    findings: Mapping[str, Finding],
    ledger: Sequence[Judged],
    publishers: pd.DataFrame,
    faults: pd.DataFrame,
    coverage: pd.DataFrame,
    lags: pd.DataFrame,
) -> list[str]:
    """What a reader should know of the making of the report, one sentence or two each."""
    parts = sum(len(j.claim.tested) for j in ledger)
    rules = f"They rest on {words.plural(parts, 'part')}, each with its test, a size and a reason."
    return [
        f"**Verdicts follow from written rules.** {tally_sentence(ledger)} {rules}",
        f"**Numbers come with their uncertainty.** {kinds_sentence(findings)}",
        f"**The data are part of the report.** {_holdings_sentence(market, publishers)}",
        f"**Nothing is filled in and nothing is repaired silently.** {_faults_sentence(faults)}",
        f"**The intervals were tested.** {coverage_sentence(coverage)}",
        f"**What was known when.** {basis_summary(market, lags)}",
    ]


def kinds_sentence(findings: Mapping[str, Finding]) -> str:
    """How many findings there are and what comes with them."""
    kinds = [finding_kind(f) for f in findings.values()]
    said = [
        (kinds.count("interval"), "carries an interval", "carry an interval"),
        (
            kinds.count("rank"),
            "is a realised return with its rank",
            "are realised returns with their rank",
        ),
        (kinds.count("p-value"), "is a p-value", "are p-values"),
        (kinds.count("plain"), "is a plain count or date", "are plain counts, levels or dates"),
        (kinds.count("missing"), "could not be had", "could not be had"),
    ]
    parts = [f"{words.count(n)} {one if n == 1 else many}" for n, one, many in said if n]
    return f"Of {words.plural(len(kinds), 'finding')}, {words.join(parts)}."


def _holdings_sentence(market: Market, publishers: pd.DataFrame) -> str:
    held = market.dataset.provenance
    return (
        f"The findings use {words.plural(int(publishers['count'].sum()), 'series', 'series')} from "
        f"{words.plural(len(publishers), 'publisher')}. The prices reach "
        f"{words.date(held['data_through'])}; each file is compared with its checksum before use."
    )


def _faults_sentence(faults: pd.DataFrame) -> str:
    if faults.empty:
        return "No fault of daily prices is on record for this window."
    if len(faults) == 1:
        return "One oddity of daily prices is known inside the window; it is listed below."
    return (
        f"{words.count(len(faults))} oddities of daily prices are known inside the window; each is "
        "listed below with its witness and how it is treated."
    )


def basis_sentence(market: Market, lags: pd.DataFrame) -> str:
    """Whether macro series are shown as they are now or as they were known on a day, and how.

    Args:
        market: data and window.
        lags: as :func:`rotation_lib.studies.holdings.publication_lags`.
    """
    if market.params.as_of is None:
        return (
            "Macro series are shown as last revised. With `as_of` set, the report keeps only what "
            "had been published by that day."
        )
    said = [
        f"{phrase}: {words.join(ids)}"
        for basis, phrase in _BASIS_PHRASES.items()
        if (ids := list(lags.loc[lags["basis"] == basis, "series_id"]))
    ]
    return (
        f"This report shows only what had been published by {words.date(market.params.as_of)}. "
        f"{'. '.join(part[0].upper() + part[1:] for part in said)}."
    )


def basis_summary(market: Market, lags: pd.DataFrame) -> str:
    """As :func:`basis_sentence`, with counts in place of names.

    Args:
        market: data and window.
        lags: as :func:`rotation_lib.studies.holdings.publication_lags`.
    """
    if market.params.as_of is None:
        return basis_sentence(market, lags)
    counts = lags["basis"].value_counts()
    said = [f"{counts[b]} {p}" for b, p in _BASIS_PHRASES.items() if b in counts]
    return (
        f"This report shows only what had been published by {words.date(market.params.as_of)}. "
        f"Of {words.plural(len(lags), 'macro series', 'macro series')}, {words.join(said)}."
    )


_BASIS_PHRASES = {
    "vintage by FRED": "as they stood that day, by FRED’s own vintages",
    "vintage by ALFRED": "as they stood that day, by the CSV of FRED’s archive (ALFRED)",
    "lag": "by publication lag, with the values of the latest revision",
    "refused": "left out, because no lag tells what was known",
}
_BASIS_CELLS = {
    "latest": "as last revised",
    "vintage by FRED": "true vintage (FRED)",
    "vintage by ALFRED": "true vintage (ALFRED CSV)",
    "lag": "publication lag",
    "refused": "left out",
}


# -- verdicts -----------------------------------------------------------------------------


def verdict_rows(ledger: Sequence[Judged]) -> pd.DataFrame:
    """One row a verdict: ``Verdict``, ``Claims``, ``Parts``, ``Tested``, ``Fragile``."""
    rows = []
    for verdict, claims in tally(ledger).items():
        judged = [j for j in ledger if j.verdict.value == verdict]
        rows.append(
            {
                "Verdict": verdict,
                "Claims": claims,
                "Parts": sum(len(j.claim.part) for j in judged),
                "Tested": sum(len(j.claim.tested) for j in judged),
                "Fragile": sum(j.fragile for j in judged),
            }
        )
    return pd.DataFrame(rows)


# -- coverage of the data -----------------------------------------------------------------


def funds_title(stretches: pd.DataFrame, market: Market) -> str:
    """How many symbols have total returns for the whole window."""
    total = stretches[stretches["kind"] == "total return"]
    whole = total[(total["start"] == market.start) & (total["end"] == market.end)]
    n, of = int(whole["count"].sum()), int(total["count"].sum())
    if n == of:
        return f"All {of} symbols have a total return on every session of the window"
    return f"{n} of {of} symbols have a total return on every session of the window"


def funds_paragraph(price_ends: pd.DataFrame, market: Market) -> str | None:
    """Where price returns end, if before the window does."""
    early = price_ends[price_ends["end"] < market.end]
    if early.empty:
        return None
    first = early.iloc[0]
    return (
        f"Price returns of {words.plural(int(first['funds']), 'fund')} end on "
        f"{words.date(first['end'])}, before the window does: figures on price returns end there too."
    )


def common_title(sample: pd.DataFrame) -> str:
    """What it would cost to ask for all symbols at once."""
    sessions, kept = int(sample["value"].iloc[0]), int(sample["value"].iloc[-1])
    symbols = int(sample["symbols"].iloc[-1])
    if kept == sessions:
        return f"All {symbols} symbols share all {words.count(sessions)} sessions"
    return (
        f"Asking for all {symbols} symbols at once would leave {words.count(kept)} of "
        f"{words.count(sessions)} sessions"
    )


def macro_title(early: pd.DataFrame, holes: pd.DataFrame, count: int) -> str:
    """How many macro series stop early or have a hole."""
    parts = []
    if len(early):
        parts.append(f"{words.spelled(len(early))} {'stops' if len(early) == 1 else 'stop'} early")
    torn = holes["series_id"].nunique()
    if torn:
        parts.append(f"{words.spelled(torn)} {'has' if torn == 1 else 'have'} a hole")
    if not parts:
        return f"All {count} macro series run through the window without a hole"
    return f"Of {count} macro series, {words.join(parts)}"


def macro_paragraph(early: pd.DataFrame, holes: pd.DataFrame) -> str:
    """Names of the series that stop early, and of the holes."""
    text = "A bar shows the periods observed, not when they became known."
    if len(early):
        named = [f"{row.label} in {words.month(row.end)}" for row in early.itertuples()]
        text += f" Early ends: {words.join(named)}."
    if len(holes):
        by_span = holes.groupby(["start", "end"], sort=True)["label"].agg(list)
        named = [f"{words.join(labels)} ({_months(*span)})" for span, labels in by_span.items()]
        text += (
            f" Holes: {words.join(named)}. A hole is left empty: no change is computed across it."
        )
    return text


def _months(start: pd.Timestamp, end: pd.Timestamp) -> str:
    first, last = words.month(start), words.month(end)
    return first if first == last else f"{first} to {last}"


# -- publication --------------------------------------------------------------------------


def lags_title(lags: pd.DataFrame) -> str:
    """When half of the series, and when the slowest, are known."""
    known = lags.dropna(subset=["value"])
    slow = known.loc[known["value"].idxmax()]
    half = known["value"].median()
    when = "at once" if half <= 0 else f"within {words.plural(round(half), 'day')}"
    return (
        f"Half of the macro series are known {when} of the period’s end, the slowest "
        f"({_lower_word(slow['label'])}) after {words.plural(round(slow['value']), 'day')}"
    )


def _lower_word(label: str) -> str:
    """Lower case unless the label is an abbreviation or holds one."""
    first = label.split()[0]
    return label if first.isupper() else label[0].lower() + label[1:]


def lags_paragraph(lags: pd.DataFrame) -> str:
    """Surveys known early, the longest delay, and series that no lag can place."""
    known = lags.dropna(subset=["value"])
    text = "The report counts from the last day of the observed period to the day of publication."
    early = known[known["value"] < 0]
    if len(early):
        text += f" Known before their period ends: {words.join(early['label'])}."
    late = known.loc[known["high"].idxmax()]
    if late["high"] - late["value"] > 20:
        text += (
            f" The longest delay was that of {_lower_word(late['label'])} for "
            f"{words.month(late['longest'])}: {words.plural(int(late['high']), 'day')}."
        )
    return text


_REVISIONS = {
    "none": "not revised",
    "some": "recent values revised",
    "history": "whole history revised",
}


def basis_rows(lags: pd.DataFrame) -> pd.DataFrame:
    """What a lag can and cannot promise, and what this report rests on, series by series."""
    usable = ["yes" if ok else "refused" for ok in lags["point_in_time"]]
    promise = [
        "approximate" if ok == "yes" and revised == "history" else ok
        for ok, revised in zip(usable, lags["revisions"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Series": lags["label"] + " (" + lags["series_id"] + ")",
            "Frequency": lags["frequency"],
            "Usual lag, days": lags["value"],
            "Longest": lags["high"],
            "Revisions": lags["revisions"].map(_REVISIONS),
            "By lag alone": promise,
            "In this report": lags["basis"].map(_BASIS_CELLS),
        }
    )


# -- faults and events --------------------------------------------------------------------


def faults_title(gaps: pd.DataFrame) -> str:
    """The largest distance between a close and its witness."""
    worst = gaps.iloc[0]
    return (
        f"A single close can be off: {worst['symbol']} stood {words.pp(abs(worst['value']))} from "
        f"{worst['witness']} on {words.date(worst['when'])}"
    )


def faults_heading(faults: pd.DataFrame) -> str:
    """Section title on data faults."""
    if faults.empty:
        return "No fault of daily prices is on record for this window"
    if len(faults) == 1:
        return "One known oddity of daily prices, not smoothed away"
    return f"{words.count(len(faults))} known oddities of daily prices, none of them smoothed away"


def events_title(events: pd.DataFrame) -> str:
    """How many dates rest on a page that was read."""
    if events.empty:
        return "No dated event falls into this window"
    memory = int(events["evidence"].str.startswith("date from general knowledge").sum())
    read = len(events) - memory
    share = words.count(read) if read else "none"
    return f"{words.plural(len(events), 'dated event')}, {share} of them with a page as evidence"


def event_rows(events: pd.DataFrame) -> pd.DataFrame:
    """Events as a reader's table."""
    return pd.DataFrame(
        {
            "Event": events["label"].str.replace(r"^[a-z]", lambda a: a[0].upper(), regex=True),
            "Date": events["date"],
            "Evidence": events["evidence"].str.replace(" - verify", "", regex=False),
            "Calendar": events["calendar_check"],
            "SPY that session": events["spy_return"],
            "IWM that session": events["iwm_return"],
        }
    )


# -- the checked cell ---------------------------------------------------------------------


def headline(
    market: Market, findings: Mapping[str, Finding], ledger: Sequence[Judged], series: int
) -> str:
    """A small fixed-width table of counts, for people and for diffs."""
    kinds = [finding_kind(f) for f in findings.values()]
    rows = {
        "sessions": len(market.sessions),
        "series used": series,
        "findings": len(kinds),
        **{f"findings, {kind}": kinds.count(kind) for kind in ("interval", "rank", "missing")},
        "claims": len(ledger),
        **{f"claims, {verdict}": n for verdict, n in tally(ledger).items()},
    }
    width = max(len(name) for name in rows)
    return "\n".join(f"{name:<{width}}  {n:>6,}" for name, n in rows.items())
