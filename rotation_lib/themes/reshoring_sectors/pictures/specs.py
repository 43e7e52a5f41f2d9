"""Every fund, benchmark and window since the cut in one curve.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from ....charts import intervals
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....prose.markdown import Prose


def specifications(curve: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Every way to measure the sectors, by size; ``curve`` as ``specs.sector_curve``."""
    if curve.empty:
        return nothing("The curve of other measurements", f["reshoring_sectors.sectors_p"])
    _, large = f["reshoring_sectors.small_since_iija"].series
    benchmarks = tuple(dict.fromkeys(curve["Benchmark"]))
    return intervals.specification_curve(
        curve,
        unit="percentage points",
        factors=["Fund", "Benchmark", "Window"],
        shows=f"Yearly lead of eight funds over {' or '.join(benchmarks)}",
    ).figure(
        "reshoring_sectors.specifications",
        title=curve_title(curve),
        subtitle="Mean lead over the benchmark, percentage points a year, with 95% interval; below, "
        "what each dot chose",
        unit="percentage points a year",
        **origin(f, "reshoring_sectors.sectors_p", also=benchmarks),
        note=f"Against {large}, which the largest companies dominate, and against RSP, which weighs "
        "its members equally.",
    )


def curve_title(curve: pd.DataFrame) -> str:
    """How many ways to measure the sectors show a lead, and how many exclude zero."""
    if curve.empty:
        return "There is nothing yet to measure in more than one way"
    lead, clear = int((curve["value"] > 0).sum()), int((curve["low"] > 0).sum())
    under = int((curve["high"] < 0).sum())
    text = f"{lead} of {len(curve)} ways to measure show a lead"
    if clear == under == 0:
        return f"{text}, and none is clear of zero"
    return f"{text}; {clear} clear of zero above, {under} below"
