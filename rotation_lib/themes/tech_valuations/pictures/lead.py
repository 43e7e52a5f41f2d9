"""Growth, every definition and every start of the lead, and when it shrank.

A frame without rows becomes a sentence; nothing here measures.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import intervals, lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, nothing, origin
from ....charts.table import Table
from ....prose.markdown import Prose
from ..measures.lead import NEAR, STATED


def growth(wealth: pd.DataFrame, f: Findings) -> Figure:
    """Growth of 1 in the three funds and the equal-weighted market; ``wealth`` as ``lead.growth``."""
    tech, small = f["tech_valuations.gap_total_return"].series
    _, large = f["tech_valuations.small_vs_large"].series
    names = [str(c) for c in wealth.columns]
    roles = {tech: "tech", small: "small", large: "large"}
    colours = {k: v for k, v in roles.items() if k in names}
    return lines.growth(wealth, colours=colours, rebase=True, shows="Growth of 1").figure(
        "tech_valuations.growth",
        title=growth_title(wealth, tech, small),
        subtitle="Growth of 1 at the base close, total return, log scale",
        unit="multiple of the money invested",
        **origin(f, "tech_valuations.gap_total_return", also=names, drawn=wealth),
        note="RSP holds the companies of the S&P 500 in equal weights.",
    )


def growth_title(wealth: pd.DataFrame, tech: str, small: str) -> str:
    """What 1 invested became in the best and in the small-cap fund."""
    last = wealth.iloc[-1]
    if tech not in last.index or small not in last.index:
        return f"Growth of 1: the highest end is {last.idxmax()} at {words.times(last.max())}"
    return (
        f"One invested in {tech} became {words.number(last[tech], 1)}, in {small} "
        f"{words.number(last[small], 1)}"
    )


def definitions(table: pd.DataFrame, f: Findings) -> Figure | Prose:
    """All definitions of the lead, sorted; ``table`` as ``lead.definitions``."""
    if table.empty:
        return nothing("The curve of definitions", f["tech_valuations.definitions_tried"])
    frame = table.assign(low=float("nan"), high=float("nan")).rename(
        columns={"measure": "reading", "since": "from"}
    )
    frame["until"] = frame["until"].replace({"the report's end": "report's end"})
    frame["from"] = frame["from"].replace({"the report's start": "report's start"})
    drawing = intervals.specification_curve(
        frame,
        unit="fraction",
        reference=STATED,
        factors=["reading", "from", "instrument"],
        signed=False,
    )
    return drawing.figure(
        "tech_valuations.definitions",
        title=specification_title(table),
        subtitle="Each dot is one definition of the lead; dashed: the stated 332%",
        unit="per cent or percentage points, by definition",
        **origin(f, "tech_valuations.definitions_tried"),
        alt=_all_definitions(table),
        note="Realised figures without sampling error. The same returns feed all of them, so the "
        "dots are not independent. Fund prices without dividends end on 1 May 2026.",
    )


def _all_definitions(table: pd.DataFrame) -> str:
    """What the curve shows: range, how many lie below, near and above the stated figure."""
    low, high = table.iloc[0], table.iloc[-1]
    below = int((table["value"] < STATED).sum())
    return (
        f"Dots in rising order. Lead of technology over small caps under {len(table)} definitions, "
        f"from {words.pct(low['value'], 0)} ({low['label']}) to {words.pct(high['value'], 0)} "
        f"({high['label']}). {below} lie below the stated 332%, {len(table) - below} at or above it; "
        f"{int(table['near'].sum())} come within 5% of it."
    )


def specification_title(definitions: pd.DataFrame) -> str:
    """Range of all definitions and how many are near the stated figure."""
    low, high, near = (
        definitions["value"].min(),
        definitions["value"].max(),
        definitions["near"].sum(),
    )
    count = "none" if near == 0 else words.spelled(int(near))
    return (
        f"{len(definitions)} definitions of the lead run from {words.pct(low, 0)} to "
        f"{words.pct(high, 0)}; {count} {'lie' if near > 1 else 'lies'} near 332%"
    )


def definition_table(table: pd.DataFrame, f: Findings) -> Table | Prose:
    """Range and hits by reading."""
    if table.empty:
        return nothing("The table of definitions", f["tech_valuations.definitions_tried"])
    decade = table["near"] & (table["since"] == "ten years")
    grouped = table.assign(decade=decade).groupby("measure")
    frame = grouped["value"].agg(["size", "min", "max"]).join(grouped[["near", "decade"]].sum())
    frame = frame.reset_index()
    frame.columns = [
        "Reading",
        "Tried",
        "Lowest",
        "Highest",
        "Within 5%",
        "Of these over ten years",
    ]
    return Table(
        "tech_valuations.definition_table",
        "Lead of technology over small caps by reading of the words",
        frame,
        {
            "Tried": "count",
            "Lowest": "pct0",
            "Highest": "pct0",
            "Within 5%": "count",
            "Of these over ten years": "count",
        },
        note="Starts: end of 2009, end of 2010, ten years before. Ends: March, May and June 2024. "
        "The report's own window is tried too.",
        **origin(f, "tech_valuations.definitions_tried"),
    )


def starts(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Gap by start; ``frame`` as ``lead.june_gap_by_start``."""
    if len(frame) < 2:
        return nothing(
            "The gap by start", "too few months lie before June 2024 or the window's end"
        )
    tech, small = f["tech_valuations.gap_total_return"].series
    name = f"{tech} − {small}"
    shown = frame.rename(columns={"gap": name})
    drawing = lines.lines(
        shown, unit="percentage points", reference=STATED, colours={name: "tech"}, signed=True,
        shows="Gap in total return by start",
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.starts",
        title=starts_title(frame, tech, small),
        subtitle="Gap in cumulative total return by month of the start; grey line: 332 points",
        unit="percentage points",
        series=(tech, small),
        as_of=frame.attrs["last"],
        note="Every point is one realised span; neighbouring spans overlap almost wholly.",
    )


def starts_title(frame: pd.DataFrame, tech: str, small: str) -> str:
    """From which starts the gap is near the stated figure."""
    last = words.month(frame.attrs["last"])
    hits = frame.index[(frame["gap"] / STATED - 1).abs() <= NEAR]
    if len(hits) == 0:
        return f"No start gives a gap of about 332 percentage points by {last}"
    if len(hits) == 1:
        return f"A gap of about 332 percentage points by {last} needs a start in {words.month(hits[0])}"
    between = (
        f"{words.month(hits[0])} or {words.month(hits[-1])}"
        if len(hits) == 2
        else f"the {len(hits)} months from {words.month(hits[0])} to {words.month(hits[-1])}"
    )
    return f"A gap of about 332 percentage points by {last} needs a start in {between}"


def relative(frame: pd.DataFrame, f: Findings) -> Figure:
    """Relative wealth of technology; ``frame`` as ``lead.relative_wealth``."""
    first, second = (str(c) for c in frame.columns[:2])
    drawing = lines.lines(
        frame, unit="ratio", log=True, reference=1.0, label_values=True, rebase=True,
        colours={first: "tech", second: "large"}, shows="Relative wealth",
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.relative",
        title=relative_title(frame),
        subtitle="Wealth in technology over wealth in the other fund, total return, log scale",
        unit="ratio, 1 at the base close",
        **origin(
            f, "tech_valuations.below_peak_small", "tech_valuations.below_peak_large", drawn=frame
        ),
        note="A falling line means technology lags.",
    )


def relative_title(frame: pd.DataFrame) -> str:
    """Where the first relative wealth peaked and where it ends."""
    name = str(frame.columns[0])
    line = frame[name]
    peak = line.idxmax()
    below = line.iloc[-1] / line.max() - 1
    if below >= -1e-9:
        return f"{name} ends the window at its peak"
    return f"{name} peaked on {words.date(peak)} and ends {words.pct(-below)} lower"
