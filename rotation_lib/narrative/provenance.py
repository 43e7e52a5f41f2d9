"""Words about where numbers come from: publishers, licences, dates, what is missing.

It reads the catalog and the dataset's provenance; it must never name a source
that they do not name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .. import words
from ..prose.markdown import fold
from ..studies.holdings import basis_of

if TYPE_CHECKING:
    from ..market import Market


def source_list(market: Market, used: Iterable[str], licences: str = "methods.ipynb") -> str:
    """A "Sources" section: window and data, and, folded, the series by publisher.

    Args:
        market: whose catalog and dates are told.
        used: catalog ids of the chapter's series.
        licences: the page that tells the licences; empty on that page itself.
    """
    used = tuple(used)
    by_publisher: dict[str, list[str]] = defaultdict(list)
    for series_id in used:
        entry = market.catalog[series_id]
        named = entry.short if entry.short == series_id else f"{entry.short} ({series_id})"
        by_publisher[entry.publisher].append(named)
    lines = [
        f"- **{publisher}:** {words.join(sorted(names))}."
        for publisher, names in sorted(by_publisher.items())
    ]
    return "\n".join(
        [
            "## Sources",
            "",
            _basis(market),
            *_live(market, used),
            "",
            fold(f"{words.plural(len(used), 'series', 'series')} by publisher", "\n".join(lines)),
            *(["", f"See [Methods]({licences}) for licences."] if licences else []),
        ]
    )


def _basis(market: Market) -> str:
    held = market.dataset.provenance
    window = f"{words.date(market.start)} to {words.date(market.end)}"
    text = (
        f"Window: {window}. Data: {held['source']}, prices through {words.date(held['data_through'])}, "
        f"checksum `{held['data_sha256'][:12]}`."
    )
    if market.params.as_of is None:
        return text + " Macro series are the latest vintages, shown by the period observed."
    if not market.dataset.vintages.empty:
        return text + f" Seen as of {words.date(market.params.as_of)}."
    return (
        text + f" Seen as of {words.date(market.params.as_of)}: macro series only as far as their "
        "publication lag allows, at the values of the latest vintage, so later revisions show."
    )


def _live(market: Market, used: Sequence[str]) -> list[str]:
    """Paragraphs that only live data need: age, what is stale or absent, kinds of vintage."""
    held = market.dataset.provenance
    if held["source"] != "live":
        return []
    age = (
        f"The publishers' services last answered on {words.date(held['taken_on'])}. Events, decisions "
        "and company facts come with the report and are known through "
        f"{words.date(held['tables_through'])}."
    )
    paragraphs = [
        age,
        *_stale(held["stale"], used),
        *_absent(held["absent"], used),
        *_vintages(market, used),
    ]
    return [line for paragraph in paragraphs for line in ("", paragraph)]


def _stale(stale: Mapping[str, Mapping[str, str]], used: Sequence[str]) -> list[str]:
    by_state: dict[tuple[str, str], list[str]] = defaultdict(list)
    for series_id in used:
        if series_id in stale:
            entry = stale[series_id]
            by_state[entry["since"], entry["why"]].append(series_id)
    parts = [
        f"{words.join(sorted(names))} since {words.date(since)}" + (f" ({why})" if why else "")
        for (since, why), names in sorted(by_state.items())
    ]
    return [f"**Stale:** {'; '.join(parts)}."] if parts else []


def _absent(absent: Mapping[str, str], used: Sequence[str]) -> list[str]:
    names = [f"{series_id} ({absent[series_id]})" for series_id in used if series_id in absent]
    return [f"**Not available:** {words.join(names)}; figures leave it out."] if names else []


def _vintages(market: Market, used: Sequence[str]) -> list[str]:
    if market.params.as_of is None:
        return []
    said = {
        "vintage by FRED": "As known on that day, from FRED’s true vintages: {}.",
        "vintage by ALFRED": "As known on that day, from the CSV of FRED’s archive (ALFRED): {}.",
        "lag": "Latest values, cut off by their publication lag: {}; later revisions show in these.",
        "refused": "Left out, because no lag tells what was known: {}.",
    }
    groups: dict[str, list[str]] = {basis: [] for basis in said}
    for series_id in used:
        if market.catalog[series_id].kind == "macro":
            groups[basis_of(market, series_id)].append(series_id)
    parts = [said[basis].format(words.join(names)) for basis, names in groups.items() if names]
    return [" ".join(parts)] if parts else []
