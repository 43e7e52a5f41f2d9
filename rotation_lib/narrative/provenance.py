"""Words about where numbers come from: publishers, licences, dates, what is missing.

It reads the catalog and the dataset's provenance; it must never name a source
that they do not name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import words

if TYPE_CHECKING:
    from ..market import Market


def source_list(market: Market, used: Iterable[str]) -> str:
    """A "Sources" section: series by publisher, with the last date seen.

    Args:
        market: whose catalog and dates are told.
        used: catalog ids of the chapter's series.
    """
    by_publisher: dict[str, list[str]] = defaultdict(list)
    for series_id in used:
        entry = market.catalog[series_id]
        by_publisher[entry.publisher].append(f"{entry.short} ({series_id})")
    lines = [
        f"- **{publisher}:** {words.join(sorted(names))}."
        for publisher, names in sorted(by_publisher.items())
    ]
    return "\n".join(
        [
            "## Sources",
            "",
            _basis(market),
            "",
            *lines,
            "",
            "See [Methods](methods.ipynb) for licences.",
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
    return (
        text + f" Seen as of {words.date(market.params.as_of)}: macro series only as far as their "
        "publication lag allows, at the values of the latest vintage, so later revisions show."
    )
