"""What a source hands out, and the protocol every source follows.

Only modules of this folder may touch files of data or the network. A Dataset is
whole history, unwindowed: cutting to a date range is the Market's task.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd


@dataclass(frozen=True)
class Dataset:
    """All data of one source, before any window is applied.

    Attributes:
        total_returns: sessions × symbols, simple daily total returns; NaN outside a listing.
        price_returns: sessions × symbols, simple daily price returns; NaN outside coverage.
        observations: long frame ``series_id, date, value``; ``date`` starts the period observed.
        events: ``date, reaction_session, category, label, evidence, note`` and checks.
        decisions: Federal Reserve decisions with target range and change in basis points.
        cpi_releases: ``release_date, reference_month, reaction_session``.
        fundamentals: SEC facts as filed: ``ticker, period, item, end, value, derived``.
        splits: ``ticker, date, ratio``.
        provenance: source, ``data_sha256``, ``data_through``, ``taken_on`` and one block a series.
        vintages: macro values as known on a day: ``series_id, date, value, as_of``; empty where
            the source has none.
    """

    total_returns: pd.DataFrame
    price_returns: pd.DataFrame
    observations: pd.DataFrame
    events: pd.DataFrame
    decisions: pd.DataFrame
    cpi_releases: pd.DataFrame
    fundamentals: pd.DataFrame
    splits: pd.DataFrame
    provenance: dict[str, Any] = field(default_factory=dict)
    vintages: pd.DataFrame = field(default_factory=lambda: no_vintages())


def no_vintages() -> pd.DataFrame:
    """An empty frame of vintages."""
    day = pd.Series(dtype="datetime64[us]")
    return pd.DataFrame(
        {
            "series_id": pd.Series(dtype="str"),
            "date": day,
            "value": pd.Series(dtype="float64"),
            "as_of": day,
        }
    )


class Source(Protocol):
    """Anything that can hand out a :class:`Dataset`."""

    name: str

    def load(self) -> Dataset:
        """Read everything; raise :class:`rotation_lib.errors.DataError` if it cannot be trusted."""
        ...
