"""Other reasonable ways to measure each claim, chosen before looking at their results.

Every specification is reported, whatever it says.
"""

from __future__ import annotations

import pandas as pd

from ....findings import FindingSet, Specification
from ....market import Market
from ....stats.bootstrap import block_length
from ....studies.declared import found_by, measured
from . import leads, pairs, spending, tax
from .resampled import drawn
from .sectors import since
from .terms import (
    CUT_BASE,
    EPISODE_NAMES,
    EXPECTED_BASE,
    FUNDS,
    GROUPS,
    HORIZONS,
    PAIRS,
)

EQUAL_WEIGHT = "RSP"
WINDOWS = {
    "since the cut": (CUT_BASE, None),
    "first year": (CUT_BASE, 252),
    "since July 2024": (EXPECTED_BASE, None),
}
_GROUP_OF = {fund: group for group, funds in GROUPS.items() for fund in funds}


def sector_curve(market: Market) -> pd.DataFrame:
    """Every fund against two benchmarks over three windows.

    Columns: ``label``, ``value``, ``low``, ``high`` (mean daily difference × 252, fractions, with its
    95 % block-bootstrap interval), ``Group``, ``Fund``, ``Benchmark``, ``Window``. Empty where the
    report's window does not reach the cut.
    """
    rows = []
    for window, (base, sessions) in WINDOWS.items():
        for benchmark in dict.fromkeys((market.large, EQUAL_WEIGHT)):
            held = since(market, base, benchmark, sessions)
            if held is None:
                continue
            sample = drawn(held.relative(), block_length(held.returns))
            for fund in held.funds:
                low, high = sample.interval(fund)
                value = float(sample.estimate[sample.names.index(fund)])
                rows.append(
                    (
                        f"{fund} − {benchmark}, {window}",
                        value,
                        low,
                        high,
                        _GROUP_OF[fund],
                        fund,
                        benchmark,
                        window,
                    )
                )
    names = ["label", "value", "low", "high", "Group", "Fund", "Benchmark", "Window"]
    return pd.DataFrame(rows, columns=names)


#: Group of funds → part of the claim.
_PART = {"Industrials": "industrials", "Home builders": "construction", "Banks": "banks"}


def _sectors(market: Market) -> list[Specification]:
    curve = sector_curve(market)
    if curve.empty:
        return [
            Specification(
                label=f"{f} − {market.large}, since the cut",
                value=None,
                unit="percentage points a year",
            )
            for f in FUNDS
        ]
    return [
        Specification(
            label=str(r.label),
            value=r.value,
            low=r.low,
            high=r.high,
            unit="percentage points a year",
            part=_PART[str(r.Group)],
        )
        for r in curve.itertuples()
    ]


def _reshoring(market: Market) -> list[Specification]:
    made = []
    for name, base in pairs.windows().items():
        drawn_since = pairs.sample_since(market, base)
        for key in PAIRS:
            label = f"{pairs.title(key)}, {name}"
            if drawn_since is None or key not in drawn_since[0].names:
                made.append(Specification(label=label, value=None, unit="percentage points a year"))
                continue
            sample = drawn_since[0]
            low, high = sample.interval(key)
            value = float(sample.estimate[sample.names.index(key)])
            made.append(
                Specification(
                    label=label,
                    value=value,
                    low=low,
                    high=high,
                    p=float(sample.family(sample.names)["p_adjusted"][key]),
                    unit="percentage points a year",
                    part="shares",
                )
            )
    held = FindingSet(measured(market, [spending]))
    made += [
        Specification(label=held[i].label, value=held[i].value, unit="fraction")
        for i in (
            "reshoring_sectors.construction_from_peak",
            "reshoring_sectors.construction_from_peak_real",
            "reshoring_sectors.construction_12m_real",
            "reshoring_sectors.construction_since_iija",
            "reshoring_sectors.construction_since_iija_real",
        )
    ]
    tried = leads.table(market)
    for outcome in leads.OUTCOMES:
        part = tried[tried["outcome"] == outcome]
        best = None if part.empty else leads.strongest(part)
        label = f"{outcome}: R² out of sample of its strongest lead"
        if best is not None:
            label += f" ({best['predictor']}, {best['horizon']} ahead)"
        made.append(
            Specification(
                label=label, value=None if best is None else best["oos_r2"], unit="fraction"
            )
        )
    return made


def _tax(market: Market) -> list[Specification]:
    joint = tax.joint_table(market)
    made = []
    for episode, name in EPISODE_NAMES.items():
        for h in HORIZONS:
            row = joint[(joint["episode"] == episode) & (joint["horizon"] == h)]
            label = f"{name}, mean of {h}-session reactions"
            part = "2025" if episode == "2025" else ""
            if row.empty:
                made.append(
                    Specification(label=label, value=None, unit="percentage points", part=part)
                )
                continue
            hit = row.iloc[0]
            made.append(
                Specification(
                    label=label,
                    value=hit["value"],
                    low=hit["low"],
                    high=hit["high"],
                    p=hit["p"],
                    unit="percentage points",
                    part=part,
                )
            )
    for episode, name in EPISODE_NAMES.items():
        left = tax.each_left_out(market, episode)
        made += [
            Specification(
                label=f"{name}, mean of 5-session reactions without: {r.left_out}",
                value=r.value,
                unit="percentage points",
            )
            for r in left.itertuples()
        ]
    for year in found_by(market, tax.year_after):
        made.append(Specification(label=year.label, value=year.value, unit=year.unit))
    return made


def specifications(market: Market) -> dict[str, list[Specification]]:
    """Specifications by claim."""
    return {
        "rate-cut-sectors": _sectors(market),
        "reshoring-tailwind": _reshoring(market),
        "tax-cut-tailwind": _tax(market),
    }
