"""What money costs: policy rate and yields, lenders, credit and conditions.

A frame without columns becomes a sentence; nothing is averaged or filled here.
"""

from __future__ import annotations

import pandas as pd

from .... import words
from ....charts import alttext, lines
from ....charts.figure import Figure
from ....charts.of_findings import Findings, known, nothing, origin
from ....findings import Finding
from ....prose.markdown import Prose

RATE_SERIES = {"Fed target": "DFEDTARU", "2-year": "DGS2", "10-year": "DGS10", "30-year": "DGS30"}
PANELS = {
    "Banks tightening, net share": ("percent", ("DRTSCILM",)),
    "Credit excess return": ("fraction", ("HYG", "IEF", "SHY")),
    "Conditions (NFCI)": ("index", ("NFCI",)),
}
#: What may be marked on both charts.
CUTS = {"2024-09-18": "First cut", "2025-09-17": "Cuts resume"}
#: Rank from which on a change counts as unusual.
UNUSUAL = 0.75


def _markers(index: pd.Index) -> pd.DataFrame:
    events = pd.DataFrame({"date": pd.to_datetime(list(CUTS)), "label": list(CUTS.values())})
    return events[events["date"].between(index[0], index[-1])]


def rates(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Policy rate and yields; ``frame`` as ``capital.rates``."""
    if frame.empty or not len(frame.columns):
        return nothing("The chart of rates", f["rate_sensitivity.policy_change"])
    colours = {"Fed target": "large", "2-year": "small", "10-year": "tech", "30-year": "accent"}
    drawing = lines.lines(
        frame,
        unit="percent",
        label_values=True,
        events=_markers(frame.index),
        connect=True,
        colours={c: colours[c] for c in frame.columns},
        shows="Policy rate and Treasury yields",
    )
    return drawing.figure(
        "rate_sensitivity.rates",
        title=rates_title(f, frame),
        subtitle="Upper end of the Fed's target range and Treasury yields, per cent",
        unit="per cent",
        **origin(f, also=[RATE_SERIES[c] for c in frame.columns], drawn=frame),
        note="Yields move before decisions: much of a cut is in the 2-year yield before it is made.",
    )


def rates_title(f: Findings, frame: pd.DataFrame) -> str:
    """Rates since the cut, or over what is drawn where that lies outside.

    Args:
        f: all findings of the chapter.
        frame: dates × rates in per cent.
    """
    policy, ten = f["rate_sensitivity.policy_change"], f["rate_sensitivity.yield_10y_change"]
    if known(policy, ten):
        cut = words.direction(policy.value, "rose", "fell", "did not change", 0.5)
        long = words.direction(ten.value, "rose", "fell", "hardly moved", 5)
        joint = "and" if cut == long else "but"
        return f"The policy rate {cut}, {joint} the 10-year yield {long}"
    name = "10-year" if "10-year" in frame.columns else str(frame.columns[0])
    shown = frame[name].dropna()
    verb = words.direction(
        float(shown.iloc[-1] - shown.iloc[0]), "rose", "fell", "ended as it began", 0.05
    )
    rate = name if name == "Fed target" else f"{name} yield"
    first, last = (words.percent(float(shown.iloc[i])) for i in (0, -1))
    return f"The {rate} {verb}: {first} at first, {last} at last"


def neighbours(frame: pd.DataFrame, f: Findings) -> Figure | Prose:
    """Lending standards, credit and conditions, one panel each; ``frame`` as ``capital.neighbours``."""
    if frame.empty or not len(frame.columns):
        return nothing("The chart of lenders and credit", f["rate_sensitivity.lending_standards"])
    drawing = lines.small_multiples(
        frame,
        unit={c: PANELS[c][0] for c in frame.columns},
        reference=0.0,
        events=_markers(frame.index),
        thin=False,
    )
    return drawing.figure(
        "rate_sensitivity.neighbours",
        title=neighbours_title(f),
        subtitle="Net share of banks tightening (per cent); compounded HYG − 0.4·IEF − 0.6·SHY; index",
        unit="see panels",
        **origin(f, also=[s for c in frame.columns for s in PANELS[c][1]], drawn=frame),
        alt=" ".join(
            alttext.lines(frame[c].dropna(), PANELS[c][0], what=f"Panel {c}") for c in frame.columns
        ),
        note="None of these is what a small firm pays: banks answer for large and middle-market borrowers, "
        "high-yield issuers are larger than most small caps.",
    )


def neighbours_title(f: Findings) -> str:
    """Which of three neighbours of the cost of capital eased in earnest."""
    names = {
        "rate_sensitivity.lending_standards_change": ("bank standards", -1),
        "rate_sensitivity.credit_excess_since_cut": ("credit", 1),
        "rate_sensitivity.nfci_change": ("financial conditions", -1),
    }
    shown, eased = [], []
    for id, (word, sign) in names.items():
        rank = f[id].percentile
        if known(f[id]) and rank is not None:
            shown.append(word)
            if (rank if sign > 0 else 1 - rank) >= UNUSUAL:
                eased.append(word)
    if not shown:
        return _stance_title(f["rate_sensitivity.lending_standards"])
    if not eased:
        return f"{words.join(shown).capitalize()}: no unusual easing since the first cut"
    return f"Unusual easing since the first cut: {words.join(eased)}"


def _stance_title(level: Finding) -> str:
    if not known(level):
        return "Credit and financial conditions, without the banks' survey"
    stance = words.direction(level.value, "tightening", "easing", "even", 0.05)
    return f"At the end of the window banks' standards were {stance} on balance"
