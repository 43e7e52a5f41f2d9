"""What the reshoring chapter measures: spending, jobs, output and orders, funds since the cut, taxes.

Pure functions of a market; no chart, no file, no clock. Findings come in the order in which the
modules declare them.
"""

from __future__ import annotations

from ....findings import Finding
from ....market import Market
from ....studies.declared import measured
from ....studies.lacking import with_lacking_named
from . import leads, pairs, resampled, sectors, specs, spending, tax, terms, turns
from .specs import specifications

MEASURED = (spending, turns, sectors, pairs, leads, tax)


def findings(market: Market) -> list[Finding]:
    """Every finding of the chapter, the fixed one first."""
    return with_lacking_named(market, measured(market, MEASURED), [frozenset(terms.FUNDS)])


__all__ = [
    "findings", "leads", "pairs", "resampled", "sectors", "specifications", "specs", "spending",
    "tax", "terms", "turns",
]  # fmt: skip
