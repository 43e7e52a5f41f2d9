"""What the charts of the reshoring chapter share: the laws as events, a sentence for no chart.

It must never measure anything, nor know which chart asks.
"""

from __future__ import annotations

import pandas as pd

from ...prose.markdown import Prose
from ...studies.reshoring_sectors.terms import LAWS


def none(what: str) -> Prose:
    """The sentence that stands in place of a figure or table without rows."""
    return Prose(f"*No {what} here: the data held do not reach what it would show.*")


def law_events() -> pd.DataFrame:
    """The laws as events of a chart: ``date``, ``label``."""
    return pd.DataFrame(
        {"date": [law.month for law in LAWS], "label": ["IIJA", "CHIPS, IRA", "Tariffs"]}
    )
