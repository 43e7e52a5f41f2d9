"""Headings, paragraphs and chart titles on the seven companies: earnings, multiples, share.

Every sentence holds for any sign, size or missing value; nothing is measured here.
"""

from __future__ import annotations

import pandas as pd

from ... import words
from ...findings import Finding
from .terms import Findings, get, grown, held, number, settled, share_of, why_not

#: Names as readers know them.
COMPANIES = {
    "AAPL": "Apple",
    "AMZN": "Amazon",
    "GOOGL": "Alphabet",
    "META": "Meta",
    "MSFT": "Microsoft",
    "NVDA": "Nvidia",
    "TSLA": "Tesla",
}


def earnings_section(findings: Findings) -> str:
    """Heading and paragraph on what the price growth is made of, from two base years."""
    pairs = {
        year: (
            get(findings, f"eps_change_since_{year}"),
            get(findings, f"multiple_change_since_{year}"),
        )
        for year in (2019, 2022)
    }
    if not held(*pairs[2019]):
        missing = next(f for f in pairs[2019] if not held(f))
        return (
            "## Earnings and multiples cannot be told apart here\n\n"
            f"Not measured from fiscal 2019 on: {why_not(missing)}."
        )
    text = f"## {_earnings_heading(number(pairs[2019][0]), number(pairs[2019][1]))}\n\n"
    text += _change(*pairs[2019], "fiscal 2019")
    if held(*pairs[2022]):
        later = number(pairs[2022][1])
        text += " " + _change(*pairs[2022], "fiscal 2022")
        if later > 0 >= number(pairs[2019][1]):
            text += " The answer thus depends on the start: multiples were low at the end of 2022."
    income = get(findings, "net_income_growth")
    if held(income):
        span = f"{income.facts['first_year']} to {income.facts['last_year']}"
        verb = "grew" if number(income) >= 0 else "shrank"
        text += (
            f" Their combined net income {verb} by {words.pct(abs(number(income)))} a year, {span}."
        )
    return text


def _earnings_heading(eps: float, multiple: float) -> str:
    if eps <= 0 and multiple <= 0:
        return "Since 2019 neither earnings nor multiples of the seven have grown"
    if eps <= multiple:
        return "Since 2019 the seven grew more by their multiples than by their earnings"
    if multiple <= 0.05:
        return "Since 2019 earnings, not multiples, carried the seven"
    return "Since 2019 the seven grew by earnings first, and by multiples too"


def _change(eps: Finding, multiple: Finding, start: str) -> str:
    n = multiple.n or 0
    return (
        f"From {start}, over the {words.spelled(n)} companies with earnings above zero at both ends, "
        f"earnings per share became {grown(eps)} as large on geometric average, and the multiple "
        f"{grown(multiple)}; for the multiple {settled(multiple, one=True)}."
    )


def decomposition_title(frame: pd.DataFrame, first: int, last: int) -> str:
    """For how many of the companies earnings explain more than the multiple does.

    Args:
        frame: columns ``eps`` and ``multiple``, log points, NaN where there is no multiple.
        first, last: fiscal years.
    """
    whole = frame.dropna(subset=["eps", "multiple"])
    ahead = int((whole["eps"] > whole["multiple"]).sum())
    return (
        f"Fiscal {first} to {last}: earnings added more than the multiple for "
        f"{words.spelled(ahead)} of {words.spelled(len(whole))} companies"
    )


def income_title(totals: pd.Series) -> str:
    """Combined net income at both ends.

    Args:
        totals: billions of dollars by fiscal year.
    """
    first, last = totals.index[0], totals.index[-1]
    verb = words.direction(totals.iloc[-1] - totals.iloc[0], "rose", "fell", "stayed", 0.5)
    return (
        f"The seven's combined net income {verb} from {words.number(totals.iloc[0], 0)} to "
        f"{words.number(totals.iloc[-1], 0)} billion dollars, fiscal {first} to {last}"
    )


def share_section(findings: Findings) -> str:
    """Heading and paragraph on the seven's part in the technology fund's gain."""
    share, weight = get(findings, "seven_share_of_gain"), get(findings, "seven_weight")
    profits = get(findings, "profit_share")
    if not held(share):
        text = (
            "## The seven's share of the gain cannot be given here\n\n"
            f"Not measured: {why_not(share)}."
        )
    else:
        tech = share.series[0]
        part = number(share)
        size = "most" if part > 0.5 else "less than half"
        text = (
            f"## By a proxy, the seven made {size} of {tech}'s gain\n\n"
            f"The equal-weight proxy puts their share at {share_of(share)}."
        )
        if held(weight):
            text += f" The weight inferred from returns averages {words.pct(weight.value, 0)}."
    if held(profits):
        year = profits.facts["year"]
        text += (
            f" Beside that stand their profits: in {year} the seven's net income was "
            f"{words.pct(profits.value, 0)} the size of all US corporate profits after tax."
        )
    return text


def contribution_title(frame: pd.DataFrame, tech: str) -> str:
    """In how many years the seven contributed more than all others.

    Args:
        frame: sums by year, columns ``seven``, ``others``, ``unexplained``.
    """
    ahead = int((frame["seven"] > frame["others"]).sum())
    return (
        f"The seven contributed more to {tech} than all others in {ahead} of "
        f"{words.plural(len(frame), 'year')}, by a proxy"
    )
