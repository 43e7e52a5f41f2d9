"""Every month since 2010, August 2025 among them.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import distributions
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin, value_of
from ....findings import Finding
from ....prose.markdown import Prose


def august(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Months × years; ``frame`` as ``august.heatmap``."""
    small, _ = f["risks.beta"].series
    if frame.empty:
        return nothing("The chart of months", f["risks.august_2025"])
    months = [words.month(f"2000-{m:02d}-01", short=True).split()[0] for m in range(1, 13)]
    order = {m: i for i, m in enumerate(months)}
    cells = pd.DataFrame({"row": frame["year"], "column": frame["month"], "value": frame["value"]})
    augusts = cells.loc[cells["column"] == months[7], "value"].dropna()
    first = cells["row"].iloc[0]
    # Columns are drawn in order of appearance: the first row must hold every month.
    rest = [m for m in months if m not in set(cells.loc[cells["row"] == first, "column"])]
    blanks = pd.DataFrame({"row": first, "column": rest, "value": float("nan")})
    cells = pd.concat([cells, blanks]) if rest else cells
    cells = cells.sort_values(
        ["row", "column"], key=lambda s: s.map(order) if s.name == "column" else s
    )
    return distributions.heatmap(
        cells.reset_index(drop=True),
        unit="fraction",
        row_title="Year",
        column_title="Month",
        shows=f"Monthly returns of {small}",
    ).figure(
        "risks.august",
        title=august_title(f, int((augusts > 0).sum()), len(augusts)),
        subtitle=f"Total return of {small} in each calendar month since 2010",
        unit="per cent a month",
        **origin(f, "risks.volatility_small"),
        note="Months since 2010 are shown whatever the start of the window.",
    )


def august_title(f: Findings, rose: int, years: int) -> str:
    """Title of the months: ``rose`` of the ``years`` Augusts shown were positive."""
    small, _ = f["risks.beta"].series
    rank = f["risks.august_2025_rank"]
    last = f"; 2025's was {place(rank)}" if known(rank) else ""
    return f"{small} rose in {rose} of {words.plural(years, 'August')} since 2010{last}"


def place(rank: Finding) -> str:
    """ "the best", "the 2nd best"."""
    number = int(value_of(rank))
    return "the best" if number == 1 else f"the {words.ordinal(number)} best"
