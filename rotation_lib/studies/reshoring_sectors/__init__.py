"""Reshoring and sectors: spending, jobs, output and orders, funds since the cut, tax steps.

Pure functions of a market; no chart, no file, no clock.
"""

from __future__ import annotations

from ...findings import Finding
from ...market import Market
from ..lacking import with_lacking_named
from . import leads, pairs, sectors, spending, tax, turns
from .specs import specifications
from .terms import FUNDS

__all__ = ["findings", "specifications"]


def findings(market: Market) -> list[Finding]:
    """Every finding of the chapter, the fixed one first."""
    made = [
        *spending.findings(market),
        *turns.findings(market),
        *sectors.findings(market),
        *pairs.findings(market),
        *leads.findings(market),
        *tax.findings(market),
    ]
    return with_lacking_named(market, made, [frozenset(FUNDS)])
