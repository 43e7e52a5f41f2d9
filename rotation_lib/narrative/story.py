"""Words around the summary's one chart: ground lost and won back, and the Fed's latest cycle.

Said from frames handed in, for any window and any sign; it must never measure anything.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .. import words
from .summary import EVEN


def heading(wealth: pd.DataFrame) -> str:
    """Heading of the story: how much of the ground lost to technology has been won back.

    As a share of the way in logarithms, as the chart draws it: twice and half are as far apart.
    """
    column = wealth["against technology"]
    low_day = column.idxmin()
    high = float(column.loc[:low_day].max())
    low, last = float(column.min()), float(column.iloc[-1])
    if high - low <= EVEN:
        return "Small caps have lost no ground to technology in this window"
    if low_day == column.index[-1]:
        return "Small caps are losing ground to technology to this day"
    share = min(float(np.log(last / low) / np.log(high / low)), 1.0)
    lost_since = column.loc[:low_day].idxmax()
    return (
        f"Small caps have won back {words.pct(share, 0)} of the ground "
        f"they lost to technology after {words.month(lost_since)}"
    )


def chart_title(wealth: pd.DataFrame) -> str:
    """Title of the story's chart: where relative wealth stands and how far it came back."""
    column = wealth["against technology"]
    low_day = column.idxmin()
    rise = float(column.iloc[-1] / column.min() - 1)
    state = float(column.iloc[-1]) - 1
    side = "below" if state < 0 else "above"
    standing = f"{words.pct(abs(state))} {side} where it stood on {words.date(wealth.index[0])}"
    if low_day == wealth.index[-1]:
        return f"Small caps against technology are at their low: {standing}"
    return (
        f"Small caps have gained {words.pct(rise)} on technology since {words.month(low_day)}; "
        f"their relative wealth is {standing}"
    )


def paragraph(wealth: pd.DataFrame, cycles: pd.DataFrame) -> str:
    """What the lines are, how far they fell and rose, and the latest policy cycle."""
    text = (
        "A line is money in small caps over money in the other fund, one at the start: where it ends "
        f"below one, small caps lost ground over the whole window.{_ground(wealth)}"
    )
    if cycles.empty:
        return text + " The Fed did not move its target range in this window."
    last = cycles.iloc[-1]
    change = words.bp(abs(float(last["change_bp"])))
    verb = "cut" if last["label"] == "Cuts" else "raised"
    return text + (
        f" In the latest policy cycle the Fed {verb} its target by {change}, in "
        f"{words.plural(int(last['moves']), 'move', spell=True)} from {words.month(last['start'])} to "
        f"{words.month(last['end'])}."
    )


def _ground(wealth: pd.DataFrame) -> str:
    """The values behind :func:`heading`; empty where nothing was won back."""
    column = wealth["against technology"]
    low_day = column.idxmin()
    before = column.loc[:low_day]
    if float(before.max() - column.min()) <= EVEN or low_day == column.index[-1]:
        return ""
    return (
        f" Against technology it fell from {words.ratio(before.max())} in "
        f"{words.month(before.idxmax())} to {words.ratio(column.min())} in {words.month(low_day)}, "
        f"and stands at {words.ratio(column.iloc[-1])}."
    )
