"""Charts and tables of sectors since the cut, size-neutral pairs, and leads.

They draw the study's frames; nothing is measured here, and what is shown in part says so.
"""

from __future__ import annotations

import pandas as pd

from ... import words
from ...prose.markdown import Prose
from ...studies.reshoring_sectors.terms import DEFLATOR, FUNDS, ORDERS, PAIRS, SPENDING
from .. import alttext, intervals, lines
from ..figure import Figure
from ..table import Table
from .common import law_events, none

PAIR_FUNDS = tuple(fund for pair in PAIRS.values() for fund in pair)
_COLOURS = {"Industrials": "small", "Home builders": "tech", "Banks": "fifth"}
_PAIR_COLOURS = {"PSCI − IJR": "small", "AIRR − XLI": "accent"}


def groups(paths: pd.DataFrame, *, title: str, large: str) -> Figure | Prose:
    """Wealth in each group over wealth in the benchmark since the cut.

    Args:
        paths: dates × groups, 1 at the base close.
        title: the finding.
        large: the benchmark.
    """
    if len(paths) < 2:
        return none("chart since the first cut")
    events = pd.DataFrame({"date": [pd.Timestamp("2025-04-03")], "label": ["Tariffs"]})
    return lines.lines(
        paths,
        unit="ratio",
        reference=1.0,
        label_values=True,
        colours=_COLOURS,
        events=events,
        rebase=True,
    ).figure(
        "reshoring_sectors.groups",
        title=title,
        subtitle=f"Wealth in each group over wealth in {large}, total return, 17 September 2024 = 1",
        unit="ratio",
        series=(*FUNDS, large),
        as_of=paths.index[-1],
        alt=alttext.lines(paths, "ratio", what=f"Wealth relative to {large} since the first cut"),
        note="Funds of a group are weighted equally every day: XLI, PAVE, AIRR and PSCI; ITB and XHB; "
        "KRE and KBE.",
    )


def fund_table(frame: pd.DataFrame, *, large: str, as_of: pd.Timestamp) -> Table | Prose:
    """Each fund since the cut: lead, rank, yearly mean with interval, drawdown, p-values."""
    if frame.empty:
        return none("table since the first cut")
    names = {
        "fund": "Fund",
        "relative": f"Against {large}",
        "percentile": "Rank",
        "yearly": "Per year",
        "low": "Low",
        "high": "High",
        "drawdown": "Deepest fall",
        "p": "p",
        "p_family": "p, family",
    }
    points = [names["relative"], "Per year", "Low", "High"]
    shown = frame[list(names)].rename(columns=names)
    shown[points] *= 100
    return Table(
        id="reshoring_sectors.funds",
        title=f"{words.spelled(len(frame)).capitalize()} funds against {large} since the close of "
        "17 September 2024, percentage points",
        frame=shown,
        formats={
            "Rank": "rank",
            **dict.fromkeys(points, "signed_number"),
            "Deepest fall": "pct",
            "p": "p_value",
            "p, family": "p_value",
        },
        signed=(names["relative"], "Per year"),
        note=f"{_members(frame)}. Rank among all windows of that length since 2010. Low "
        "and High: 95% block-bootstrap interval of the yearly mean. Deepest fall: of wealth "
        "relative to the benchmark. Family: Romano–Wolf over the funds shown.",
        series=(*frame["fund"], large),
        as_of=as_of.date().isoformat(),
    )


def specifications(
    curve: pd.DataFrame, *, title: str, large: str, as_of: pd.Timestamp
) -> Figure | Prose:
    """Every fund, benchmark and window, sorted by size.

    Args:
        curve: as :func:`rotation_lib.studies.reshoring_sectors.specs.sector_curve`.
    """
    if curve.empty:
        return none("specification curve")
    benchmarks = tuple(dict.fromkeys(curve["Benchmark"]))
    return intervals.specification_curve(
        curve, unit="percentage points", factors=["Fund", "Benchmark", "Window"]
    ).figure(
        "reshoring_sectors.specifications",
        title=title,
        subtitle="Mean lead over the benchmark, percentage points a year, with 95% interval; below, "
        "what each dot chose",
        unit="percentage points a year",
        series=tuple(dict.fromkeys((*curve["Fund"], *benchmarks))),
        as_of=as_of,
        alt=alttext.intervals(
            curve,
            "percentage points",
            what=f"Yearly lead of eight funds over {' or '.join(benchmarks)}",
        ),
        note=f"Against {large}, which the largest companies dominate, and against RSP, which weighs "
        "its members equally.",
    )


def pairs(paths: pd.DataFrame, *, title: str) -> Figure | Prose:
    """Relative wealth of the size-neutral pairs.

    Args:
        paths: dates × pairs.
        title: the finding.
    """
    if len(paths) < 2 or not len(paths.columns):
        return none("chart of the pairs")
    return lines.lines(
        paths,
        unit="ratio",
        log=True,
        reference=1.0,
        events=law_events(),
        label_values=True,
        colours=_PAIR_COLOURS,
        rebase=True,
    ).figure(
        "reshoring_sectors.pairs",
        title=title,
        subtitle="Wealth in the first fund over wealth in the second, total return, start = 1, log scale",
        unit="ratio",
        series=PAIR_FUNDS,
        as_of=paths.index[-1],
        alt=alttext.lines(
            paths, "ratio", what="Relative wealth of small industrials, size taken out"
        ),
        note="PSCI holds small industrials, IJR small companies; AIRR small and middle-sized American "
        "industrials and banks, XLI large industrials. PSCI from 2012, AIRR from its listing in 2014.",
    )


def lead_profile(profile: pd.DataFrame, *, title: str, as_of: pd.Timestamp) -> Figure | Prose:
    """Correlation of PSCI − IJR with growth published so many months before or after.

    Args:
        profile: index ``lead``; columns by predictor and ``limit``.
    """
    if profile.empty:
        return none("profile of correlations")
    shown = profile.drop(columns="limit").assign(
        **{"Limit of chance": profile["limit"], "Lower limit": -profile["limit"]}
    )
    return lines.lines(
        shown,
        unit="correlation",
        reference=0.0,
        signed=True,
        x_title="Months from publication to return",
        colours={
            "Spending": "small",
            "Core orders": "accent",
            "Limit of chance": "neutral",
            "Lower limit": "muted",
        },
    ).figure(
        "reshoring_sectors.lead_profile",
        title=title,
        subtitle="Correlation of the monthly return of PSCI − IJR with 12-month growth, by months "
        "since that was public",
        unit="correlation",
        series=("PSCI", "IJR", SPENDING, DEFLATOR, ORDERS),
        as_of=as_of,
        alt=alttext.lines(shown, "correlation", what="Correlation by lead in months", signed=True),
        note="Right of zero: growth was public before the month of the return. Left of zero: returns "
        "came first. The limits hold the largest of all these correlations in 95 of 100 histories "
        "without a link. Latest vintages.",
    )


def _members(frame: pd.DataFrame) -> str:
    """Each group with its funds: "Industrials: XLI, PAVE; banks: KRE, KBE"."""
    groups = frame.groupby("group", sort=False)["fund"]
    told = "; ".join(f"{str(name).lower()}: {', '.join(funds)}" for name, funds in groups)
    return told[:1].upper() + told[1:]


def lead_table(tried: pd.DataFrame, *, as_of: pd.Timestamp) -> Table | Prose:
    """The strongest three leads of each outcome out of sample.

    Args:
        tried: as :func:`rotation_lib.studies.reshoring_sectors.leads.table`.
    """
    if tried.empty:
        return none("forecast out of sample")
    best = tried.sort_values("clark_west", ascending=False).groupby("outcome", sort=False).head(3)
    names = {
        "outcome": "Return of",
        "predictor": "Growth of",
        "horizon": "Months",
        "oos_r2": "R²",
        "p": "p",
        "p_family": "p, all tries",
        "n": "Forecasts",
    }
    return Table(
        id="reshoring_sectors.leads",
        title=f"The strongest leads among {len(tried)} tried",
        frame=best[list(names)].rename(columns=names),
        formats={
            "Months": "count",
            "R²": "signed_pct",
            "p": "p_value",
            "p, all tries": "p_value",
            "Forecasts": "count",
        },
        signed=("R²",),
        note="Months: how far ahead. R²: out of sample, against the historical mean; below zero, the "
        "forecast was worse than that. Last p: Romano–Wolf over every try.",
        series=("PSCI", "IJR", "SPY", "AIRR", "XLI", SPENDING, ORDERS, DEFLATOR),
        as_of=as_of.date().isoformat(),
    )
