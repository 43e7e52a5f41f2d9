"""What is on record about the data and the methods: faults, notes, terms, measured intervals.

Frames for the methods chapter. It must never decide what to do about a fault.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ..market import Market
from ..stats import intervals

#: Names of the simulated statistics of ``stats.coverage``, for a reader.
STATISTICS = {
    "volatility_ratio": "Volatility ratio",
    "beta": "Beta",
    "downside_beta": "Downside beta",
    "mean_relative": "Mean relative return",
    "sharpe_difference": "Sharpe difference",
    "var_99": "Value at risk, 99%",
    "cvar_99": "Mean of the worst 1%",
    "max_drawdown": "Maximum drawdown",
}
#: Names of the tests of ``stats.size``, for a reader.
EVENT_TESTS = {
    "placebo_day": "Random dates, one day",
    "placebo_month": "Random dates, 21 sessions",
    "shift_day": "Shifted calendar, one day",
    "shift_month": "Shifted calendar, 21 sessions",
    "abnormal_t": "Abnormal returns, t test",
    "abnormal_sign": "Abnormal returns, sign test",
}
#: How heavy the tails of a simulated design are, for a reader.
TAILS = {"moderate": "moderate", "heavy": "extreme"}


def faults(market: Market) -> pd.DataFrame:
    """Known faults of daily prices inside the window, one row a symbol and day (or year).

    Returns:
        ``symbol``, ``check``, ``when`` (ISO day or year), ``value``, ``witness``,
        ``witness_value``, ``what``, ``treatment``; by time. Empty where the source keeps
        no record.
    """
    columns = ["symbol", "check", "when", "value", "witness", "witness_value", "what", "treatment"]
    known = market.dataset.provenance.get("anomalies", [])
    frame = pd.DataFrame(known, columns=columns)
    low, high = str(market.start.date()), str(market.end.date())
    # A bare year ("2010") sorts before its days, so compare on the length it has.
    inside = [low[: len(w)] <= w <= high[: len(w)] for w in frame["when"]]
    return frame[np.array(inside, dtype=bool)].sort_values(
        ["when", "symbol"], kind="stable", ignore_index=True
    )


def gaps_to_witness(faults: pd.DataFrame) -> pd.DataFrame:
    """How far a close stood from its witness, largest first.

    Args:
        faults: as :func:`faults` returns them; those without a witness, where it is missing, are
            left out.

    Returns:
        ``symbol``, ``witness``, ``when``, ``value`` (return minus the witness's, fraction),
        ``own``, ``other`` (the two returns).
    """
    rows = faults[faults["check"] == "witness"]
    frame = pd.DataFrame(
        {
            "symbol": rows["symbol"],
            "witness": rows["witness"],
            "when": rows["when"],
            "value": rows["value"].astype(float) - rows["witness_value"].astype(float),
            "own": rows["value"].astype(float),
            "other": rows["witness_value"].astype(float),
        }
    )
    order = frame["value"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def fault_groups(faults: pd.DataFrame) -> pd.DataFrame:
    """Faults of one cause on one row.

    Args:
        faults: as made by :func:`faults`; only figures may be missing.

    Returns:
        ``symbols``, ``when`` (days or years, comma-separated), ``what``, ``treatment``,
        ``count``; in order of the first day.
    """
    groups = faults.groupby(["what", "treatment"], sort=False)
    rows = [
        {
            "symbols": ", ".join(dict.fromkeys(part["symbol"])),
            "when": ", ".join(dict.fromkeys(part["when"])),
            "what": what,
            "treatment": treatment,
            "count": len(part),
        }
        for (what, treatment), part in groups
    ]
    return pd.DataFrame(rows, columns=["symbols", "when", "what", "treatment", "count"])


def series_notes(market: Market, used: Iterable[str]) -> pd.DataFrame:
    """Known limits of the series used, as the catalog tells them: ``series_id``, ``title``, ``notes``."""
    entries = [market.catalog[s] for s in used]
    rows = [(e.id, e.title, e.notes) for e in entries if e.notes]
    return pd.DataFrame(rows, columns=["series_id", "title", "notes"])


def not_embedded(market: Market) -> pd.DataFrame:
    """Series the snapshot may not hold: ``title``, ``series_id``, ``publisher``, ``why``."""
    rows = [
        (e.title, e.id, e.publisher, market.catalog.licences[e.licence])
        for e in market.catalog.series.values()
        if e.embed == "no" and e.licence != "US public domain"
    ]
    return pd.DataFrame(rows, columns=["title", "series_id", "publisher", "why"])


def publishers(market: Market, used: Iterable[str]) -> pd.DataFrame:
    """Who publishes the series used, and on which terms.

    Returns:
        ``publisher``, ``licence``, ``terms``, ``series`` (ids), ``count``; most series first.
    """
    frame = pd.DataFrame(
        [(market.catalog[s].publisher, market.catalog[s].licence, s) for s in used],
        columns=["publisher", "licence", "series_id"],
    )
    rows = [
        {
            "publisher": publisher,
            "licence": licence,
            "terms": market.catalog.licences[licence],
            "series": ", ".join(part["series_id"]),
            "count": len(part),
        }
        for (publisher, licence), part in frame.groupby(["publisher", "licence"], sort=False)
    ]
    table = pd.DataFrame(rows, columns=["publisher", "licence", "terms", "series", "count"])
    return table.sort_values(["count", "publisher"], ascending=[False, True], ignore_index=True)


def interval_coverage() -> pd.DataFrame:
    """How often the report's intervals held the truth in simulated histories.

    Returns:
        ``design`` ("moderate": tails about as heavy as were seen; "heavy": infinite kurtosis),
        ``tails`` (the same for a reader), ``statistic``, ``label``, ``value`` (share of histories),
        ``low``, ``high`` (95% Wilson interval of that share), ``reps``, ``sessions``, ``target``.
    """
    record = intervals.measured_coverage()
    rows = [
        {
            "design": design,
            "tails": TAILS[design],
            "statistic": statistic,
            "label": STATISTICS.get(statistic, statistic),
            **_share(share, int(record["reps"])),
            "sessions": int(record["sessions"]),
            "target": float(record["confidence"]),
        }
        for design, shares in record["designs"].items()
        for statistic, share in shares.items()
    ]
    return pd.DataFrame(rows)


def event_test_size() -> pd.DataFrame:
    """How often the report's event tests called meaningless dates an effect, in simulated histories.

    Returns:
        ``test``, ``label``, ``design`` and ``tails`` as in :func:`interval_coverage`, ``pattern``
        ("scattered" or "bunched" dates), ``value`` (share of histories), ``low``, ``high`` (95%
        Wilson interval), ``reps``, ``events`` (dates a history), ``target`` (the level); test by
        test, in the order of ``EVENT_TESTS``.
    """
    record = intervals.measured_coverage()["size"]
    rows = [
        {
            "test": test,
            "label": label,
            "design": design,
            "tails": TAILS[design],
            "pattern": pattern,
            **_share(rates[test], int(record["reps"])),
            "events": int(record["events"]),
            "target": float(record["level"]),
        }
        for test, label in EVENT_TESTS.items()
        for design, patterns in record["designs"].items()
        for pattern, rates in patterns.items()
    ]
    return pd.DataFrame(rows)


def _share(share: float, reps: int) -> dict[str, float]:
    from scipy.stats import binomtest

    span = binomtest(round(share * reps), reps).proportion_ci(0.95, method="wilson")
    return {"value": float(share), "low": float(span.low), "high": float(span.high), "reps": reps}


def event_test_power() -> pd.DataFrame:
    """How often the report's one-day event tests found an effect that was planted.

    Returns:
        ``test``, ``label``, ``design``, ``tails``, ``effect`` (fraction added on each date), ``value``
        (share of histories), ``low``, ``high`` (95% Wilson interval), ``reps``, ``events``.
    """
    record = intervals.measured_coverage()["size"]
    rows = [
        {
            "test": test,
            "label": label,
            "design": design,
            "tails": TAILS[design],
            "effect": float(found["effect"]),
            **_share(found[test], int(record["reps"])),
            "events": int(record["events"]),
        }
        for test, label in EVENT_TESTS.items()
        for design, sizes in record["power"].items()
        for found in sizes
        if test in found
    ]
    return pd.DataFrame(rows)
