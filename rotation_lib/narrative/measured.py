"""Words on what simulation measured: coverage of the intervals, false alarms of the event tests.

Everything said is read from frames handed in. It must never excuse what misses.
"""

from __future__ import annotations

import pandas as pd

from .. import words

#: An interval is called too short when its coverage lies clearly below this.
TOLERATED = 0.90
#: A test is said to cry wolf when its false alarms clearly exceed this.
TOLERATED_ALARMS = 0.07


def coverage_title(coverage: pd.DataFrame) -> str:
    """Whether the intervals keep what they promise, with moderate and with heavy tails."""
    moderate, heavy = (coverage[coverage["design"] == d] for d in ("moderate", "heavy"))
    promise = words.pct(float(moderate["target"].iloc[0]), 0)
    short = moderate[moderate["high"] < TOLERATED]
    if len(short):
        names = words.join(_lower(label) for label in short["label"])
        return f"The {promise} intervals of {names} hold the truth too rarely, even in calm worlds"
    worst = heavy.loc[heavy["value"].idxmin()]
    if worst["high"] >= TOLERATED:
        return f"The {promise} intervals come close to their promise, in wild worlds too"
    return (
        f"The {promise} intervals come close to their promise unless tails are extreme; then that of "
        f"the {_lower(worst['label'])} holds the truth in only {words.pct(worst['value'], 0)} of cases"
    )


def coverage_sentence(coverage: pd.DataFrame) -> str:
    """Range of the measured coverage, with moderate and with heavy tails."""
    moderate, heavy = (coverage[coverage["design"] == d] for d in ("moderate", "heavy"))
    low = moderate.loc[moderate["value"].idxmin()]
    high, worst = moderate.loc[moderate["value"].idxmax()], heavy.loc[heavy["value"].idxmin()]
    return (
        f"In {words.count(low['reps'])} simulated histories with moderate tails, intervals that "
        f"promise {words.pct(low['target'], 0)} held the truth in {words.pct(low['value'], 0)} "
        f"({_lower(low['label'])}) to {words.pct(high['value'], 0)} ({_lower(high['label'])}) of "
        f"cases. Where tails are so heavy that kurtosis is infinite, the worst falls to "
        f"{words.pct(worst['value'], 0)} ({_lower(worst['label'])})."
    )


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]


def size_title(size: pd.DataFrame) -> str:
    """Whether event tests keep to their rate of false alarms."""
    level = words.pct(float(size["target"].iloc[0]), 0)
    loud = size[size["low"] > TOLERATED_ALARMS]
    if len(loud):
        names = words.join(list(dict.fromkeys(_lower(label) for label in loud["label"])))
        return f"Event tests promise {level} of false alarms; these raise more: {names}"
    return f"Event tests raise about the {level} of false alarms that they promise"


def size_sentence(size: pd.DataFrame) -> str:
    """Range of the measured false alarms and where they are most."""
    low, high = size.loc[size["value"].idxmin()], size.loc[size["value"].idxmax()]
    return (
        f"Events were tested too: {words.spelled(int(high['events']))} dates without any meaning, in "
        f"each of {words.count(high['reps'])} simulated histories. At a level of "
        f"{words.pct(high['target'], 0)}, the tests called them an effect in {words.pct(low['value'])} to "
        f"{words.pct(high['value'])} of histories; most often with {_lower(high['label'])}, "
        f"{high['pattern']}, and {high['tails']} tails."
    )


def power_sentence(power: pd.DataFrame) -> str:
    """How large a lead on each date must be before the tests find it; ``power`` has its shares."""
    moderate = power[power["design"] == "moderate"]
    told = []
    for effect, part in moderate.groupby("effect"):
        shares = [words.pct(float(v), 0) for v in (part["value"].min(), part["value"].max())]
        told.append(f"{words.pp(float(effect), 2)} in {' to '.join(dict.fromkeys(shares))}")
    dates = words.spelled(int(power["events"].iloc[0]))
    return (
        f"What would they find? With {dates} dates and moderate tails, the one-day tests saw a true "
        f"lead of {words.join(told)} of histories: no effect found does not mean that there is none."
    )


def size_range(size: pd.DataFrame) -> str:
    """Lowest and highest share of a part of the simulation."""
    low, high = float(size["value"].min()), float(size["value"].max())
    tails = str(size["tails"].iloc[0])
    return f"with {tails} tails the shares lie between {words.pct(low)} and {words.pct(high)}."
