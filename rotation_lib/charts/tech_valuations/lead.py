"""Figures on the lead: growth, every definition, every start, the rally, dominance, the discount.

They draw the study's frames; no start or definition is picked here.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ... import words
from ...findings import Finding
from ...prose.markdown import Prose
from ...studies.tech_valuations.lead import STATED
from .. import alttext, bars, intervals, lines
from ..figure import Figure
from ..table import Table
from . import titles
from .parts import nothing, trio

Findings = Mapping[str, Finding]
_SHOWN_QUARTERS = 24


def growth(wealth: pd.DataFrame, tech: str, small: str, large: str) -> Figure:
    """Growth of 1 in the three funds and the equal-weighted market; ``wealth`` as ``lead.growth``."""
    names = [str(c) for c in wealth.columns]
    colours = {k: v for k, v in trio(tech, small, large).items() if k in names}
    return lines.growth(wealth, colours=colours, rebase=True).figure(
        "tech_valuations.growth",
        title=titles.growth_title(wealth, tech, small),
        subtitle="Growth of 1 at the base close, total return, log scale",
        unit="multiple of the money invested",
        series=names,
        as_of=wealth.index[-1],
        alt=alttext.lines(wealth, "times", what="Growth of 1"),
        note="RSP holds the companies of the S&P 500 in equal weights.",
    )


def definitions(table: pd.DataFrame, findings: Findings) -> Figure | Prose:
    """All definitions of the lead, sorted; ``table`` as ``lead.definitions``."""
    if table.empty:
        why = findings["tech_valuations.definitions_tried"].reason or "none fits the window"
        return nothing("The curve of definitions", why)
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
        title=titles.specification_title(table),
        subtitle="Each dot is one definition of the lead; dashed: the stated 332%",
        unit="per cent or percentage points, by definition",
        series=("QQQ", "IWM", "^NDX", "^RUT"),
        as_of=table["last"].max(),
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


def definition_table(table: pd.DataFrame, findings: Findings) -> Table | Prose:
    """Range and hits by reading."""
    if table.empty:
        why = findings["tech_valuations.definitions_tried"].reason or "none fits the window"
        return nothing("The table of definitions", why)
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
        series=("QQQ", "IWM", "^NDX", "^RUT"),
        as_of=table["last"].max(),
    )


def starts(frame: pd.DataFrame, tech: str, small: str) -> Figure | Prose:
    """Gap by start; ``frame`` as ``lead.june_gap_by_start``."""
    if len(frame) < 2:
        return nothing(
            "The gap by start", "too few months lie before June 2024 or the window's end"
        )
    name = f"{tech} − {small}"
    shown = frame.rename(columns={"gap": name})
    drawing = lines.lines(
        shown, unit="percentage points", reference=STATED, colours={name: "tech"}, signed=True
    )
    return drawing.figure(
        "tech_valuations.starts",
        title=titles.starts_title(frame, tech, small),
        subtitle="Gap in cumulative total return by month of the start; grey line: 332 points",
        unit="percentage points",
        series=(tech, small),
        as_of=frame.attrs["last"],
        alt=alttext.lines(
            shown, "percentage points", what="Gap in total return by start", signed=True
        ),
        note="Every point is one realised span; neighbouring spans overlap almost wholly.",
    )


def rally(path: pd.DataFrame, findings: Findings, large: str, tech: str) -> Figure | Prose:
    """The three funds from January to July 2024; ``path`` as ``rally.path``."""
    july = findings["tech_valuations.rally_july_2024"]
    if path.empty:
        return nothing("The path through early 2024", july.reason or "not measured")
    spans = pd.DataFrame(
        {
            "start": [pd.Timestamp("2024-07-09")],
            "end": [pd.Timestamp("2024-07-16")],
            "label": [""],
        }
    )
    small = july.series[0]
    drawing = lines.lines(
        path, unit="fraction", reference=0.0, spans=spans, signed=True, label_values=True,
        colours=trio(tech, small, large),
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.rally",
        title=titles.rally_title(findings),
        subtitle="Total return since the close of 29 December 2023; shaded: 9 to 16 July 2024",
        unit="per cent",
        series=[str(c) for c in path.columns],
        as_of=path.index[-1],
        alt=alttext.lines(path, "fraction", what="Return since the end of 2023", signed=True),
    )


def rally_table(findings: Findings) -> Table | Prose:
    """The two windows and their leads, with ranks."""
    rows = []
    for name, span in (
        ("first_quarter_2024", "First quarter"),
        ("rally_july_2024", "9 to 16 July"),
    ):
        for suffix in ("", "_vs_large", "_vs_tech"):
            found = findings[f"tech_valuations.{name}{suffix}"]
            if found.value is None:
                return nothing("The table of the rally", found.reason or "not measured")
            what = " − ".join(found.series) if suffix else found.series[0]
            rows.append((f"{span}: {what}", found.value, found.percentile, found.n))
    frame = pd.DataFrame(rows, columns=["Span of 2024", "Return", "Rank", "Sessions"])
    return Table(
        "tech_valuations.rally_table",
        "Small caps in the first quarter of 2024 and in the week of the rally",
        frame,
        {"Return": "signed_pct", "Rank": "rank", "Sessions": "count"},
        note="Differences are in percentage points. Rank: share of all windows of that many sessions since "
        "2010 that were lower.",
        series=tuple(
            dict.fromkeys(
                symbol
                for suffix in ("", "_vs_large", "_vs_tech")
                for symbol in findings[f"tech_valuations.rally_july_2024{suffix}"].series
            )
        ),
        as_of="2024-07-16",
        signed=("Return",),
    )


def relative(frame: pd.DataFrame, findings: Findings) -> Figure:
    """Relative wealth of technology; ``frame`` as ``lead.relative_wealth``."""
    first, second = (str(c) for c in frame.columns[:2])
    drawing = lines.lines(
        frame, unit="ratio", log=True, reference=1.0, label_values=True, rebase=True,
        colours={first: "tech", second: "large"},
    )  # fmt: skip
    peaks = [findings[f"tech_valuations.below_peak_{n}"] for n in ("small", "large")]
    return drawing.figure(
        "tech_valuations.relative",
        title=titles.relative_title(frame),
        subtitle="Wealth in technology over wealth in the other fund, total return, log scale",
        unit="ratio, 1 at the base close",
        series=tuple(dict.fromkeys(s for f in peaks for s in f.series)),
        as_of=frame.index[-1],
        alt=alttext.lines(frame, "ratio", what="Relative wealth"),
        note="A falling line means technology lags.",
    )


def quarters(table: pd.DataFrame, tech: str, small: str) -> Figure | Prose:
    """Lead by quarter; ``table`` as ``dominance.quarters``."""
    if table.empty:
        return nothing("The lead by quarter", "the window holds no whole quarter")
    last = table.tail(_SHOWN_QUARTERS)
    stamps = pd.DatetimeIndex(last.index)
    labels = [f"{d.year} Q{d.quarter}" for d in stamps]
    shown = pd.DataFrame({"label": labels, "value": last["small"].to_numpy()})
    return bars.columns(shown, unit="percentage points").figure(
        "tech_valuations.quarters",
        title=titles.quarters_title(shown),
        subtitle=f"{tech} minus {small}, total return by quarter, the last {len(shown)} whole quarters",
        unit="percentage points",
        series=(tech, small),
        as_of=stamps[-1],
        alt=alttext.bars(shown, "percentage points", what=f"{tech} minus {small} by quarter"),
    )


def discount(yields: pd.DataFrame, findings: Findings) -> Figure | Prose:
    """Dividend yields of both funds; ``yields`` as ``discount.yields``."""
    found = findings["tech_valuations.dividend_yield_ratio"]
    if yields.empty:
        return nothing("The dividend yields", found.reason or "no price returns")
    names = [str(c) for c in yields.columns]
    quoted = 100 * yields
    drawing = lines.lines(
        quoted, unit="percent", include=(0.0,), label_values=True,
        colours={names[0]: "small", names[1]: "large"},
    )  # fmt: skip
    return drawing.figure(
        "tech_valuations.discount",
        title=titles.discount_title(yields),
        subtitle="Proxy, not a price-earnings ratio: dividends of the last twelve months over price",
        unit="per cent a year",
        series=names,
        as_of=yields.index[-1],
        alt=alttext.lines(quoted, "percent", what="Trailing dividend yield"),
        note="Inferred from total minus price returns. It ends where price returns end.",
    )
