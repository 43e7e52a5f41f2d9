"""What the chapter looks at: funds, groups, pairs, laws and tax events, each named once.

Only names and dates stand here, never a measured number.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

SPENDING = "TLMFGCONS"
JOBS = "MANEMP"
OUTPUT = "IPMAN"
ORDERS = "NEWORDER"
#: No construction-cost index may be embedded; core consumer prices have no missing month.
DEFLATOR = "PCEPILFE"
#: First month of the record of spending that the fixed finding looks at.
SPENDING_FROM = pd.Timestamp("2002-01-01")
SINCE = pd.Timestamp("2010-01-01")


class Law(NamedTuple):
    """A policy step: its month, the close before it, and its short name."""

    key: str
    month: pd.Timestamp
    base_close: pd.Timestamp
    name: str


LAWS = (
    Law("iija", pd.Timestamp("2021-11-01"), pd.Timestamp("2021-11-12"), "IIJA"),
    Law("chips", pd.Timestamp("2022-08-01"), pd.Timestamp("2022-08-08"), "CHIPS and IRA"),
    Law("tariffs", pd.Timestamp("2025-04-01"), pd.Timestamp("2025-04-02"), "April 2025 tariffs"),
)
IIJA, CHIPS, TARIFFS = LAWS

#: The first cut was decided on 18 September 2024: the base is the close of the day before.
CUT_BASE = pd.Timestamp("2024-09-17")
#: The close before the June 2024 price report, from which a cut was expected.
EXPECTED_BASE = pd.Timestamp("2024-07-10")

GROUPS: dict[str, tuple[str, ...]] = {
    "Industrials": ("XLI", "PAVE", "AIRR", "PSCI"),
    "Home builders": ("ITB", "XHB"),
    "Banks": ("KRE", "KBE"),
}
FUNDS = tuple(fund for funds in GROUPS.values() for fund in funds)

#: Small industrials against small caps; US industrials of small and middle size against large ones.
PAIRS = {"psci": ("PSCI", "IJR"), "airr": ("AIRR", "XLI")}
#: PSCI did not trade every day before: its daily returns are stale.
PSCI_DAILY_FROM = pd.Timestamp("2012-01-03")


class TaxEvent(NamedTuple):
    """A step of a tax law: the session that could react, and its short name."""

    session: pd.Timestamp
    name: str


TAX_EPISODES: dict[str, tuple[TaxEvent, ...]] = {
    "2016": (
        TaxEvent(pd.Timestamp("2016-11-09"), "Election, Nov 2016"),
        TaxEvent(pd.Timestamp("2017-09-27"), "Framework, Sep 2017"),
        TaxEvent(pd.Timestamp("2017-12-20"), "Passed, 20 Dec 2017"),
        TaxEvent(pd.Timestamp("2017-12-22"), "Signed, 22 Dec 2017"),
    ),
    "2025": (
        TaxEvent(pd.Timestamp("2025-05-22"), "House, May 2025"),
        TaxEvent(pd.Timestamp("2025-07-01"), "Senate, Jul 2025"),
        TaxEvent(pd.Timestamp("2025-07-07"), "Signed, Jul 2025"),
    ),
}
EPISODE_NAMES = {"2016": "2016–17", "2025": "2025"}
HORIZONS = (1, 5, 21)
#: The close before each law could first be traded as signed.
ENACTED_BASE = {"2016": pd.Timestamp("2017-12-21"), "2025": pd.Timestamp("2025-07-03")}
YEAR = 252

DRAWS = 2000
LEAD_MONTHS = 12


def label(law: Law) -> str:
    """The law with its year and month, as an axis shows it."""
    return f"{law.name} ({law.month:%b %Y})"


def law_events() -> pd.DataFrame:
    """The laws as events of a chart: columns ``date`` and ``label``."""
    names = ["IIJA", "CHIPS, IRA", "Tariffs"]
    return pd.DataFrame({"date": [law.month for law in LAWS], "label": names})
