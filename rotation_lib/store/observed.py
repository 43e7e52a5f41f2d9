"""What the observations of a macro series must be before they may be stored.

Shapes are checked by pandera, days by the series' rhythm, sizes by its own history. It must
never change a value.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..catalog import Series
from ..sources.outcome import malformed
from ..sources.quality import QualityRules
from .judged import RECORD
from .vintages import LATER

#: Share of stored observations that a pull may lack inside its own span.
MOST_WITHDRAWN = 0.02
#: Days between two observations, by frequency; over how many it is asked, and from how many on.
SPACING = {"daily": (1, 4), "weekly": (6, 8), "monthly": (28, 31), "quarterly": (89, 93)}
RHYTHM, SHORTEST_RHYTHM = 60, 6
#: Observations from which on a history says what a usual step is; and the least such step,
#: as a share of the usual value, so that a rate that stood still for years may move.
LONG, LEAST_STEP = 12, 0.05
#: A history was rescaled as a whole if this share of it changed by one factor, this exactly.
RESCALED_SHARE, RESCALED_ALIKE = 0.9, 0.02
#: Without any history: how often the usual value an observation may be.
ALONE = 50.0


def check_observations(
    pulled: pd.Series,
    stored: pd.Series | None,
    item: Series,
    today: pd.Timestamp,
    rules: QualityRules,
    history: pd.Series | None = None,
) -> tuple[pd.Series, tuple[str, ...]]:
    """Examine the observations of one macro series.

    Args:
        pulled: values by day, ascending; NaN where the publisher has none.
        stored: the latest values stored, or ``None``.
        item: its catalog entry.
        today: no observation may lie after it.
        rules: limits and known faults.
        history: what the values should resemble, where nothing is stored.

    Returns:
        The values to keep, without NaN or later days, and notes.

    Raises:
        FetchError: ``malformed``, for what may not be stored.
    """
    values = pulled.dropna()
    late = values.index > today
    notes = (f"{late.sum()} observation(s) {LATER}",) if any(late) else ()
    values = values[~late]
    if values.empty:
        raise malformed(f"{item.id}: no observation has a value")
    _shape(values, item)
    _spacing(values, item)
    _not_fewer(values, stored, item.id)
    return values, (*notes, *_sizes(values, history if stored is None else stored, item, rules))


def _shape(values: pd.Series, item: Series) -> None:
    import pandera.pandas as pa
    from pandera.errors import SchemaError

    aligned = pa.Check(lambda days: days.dt.day == 1, error="a period that starts on its day 1")
    monthly = item.frequency in ("monthly", "quarterly")
    schema = pa.DataFrameSchema(
        {
            "date": pa.Column("datetime64[us]", aligned if monthly else None, unique=True),
            "value": pa.Column(float, pa.Check.in_range(-1e12, 1e12)),
        }
    )
    try:
        schema.validate(pd.DataFrame({"date": values.index, "value": values.to_numpy()}))
    except SchemaError as error:
        failure = malformed(f"{item.id}: observations break the rule {error.check}")
    else:
        return
    raise failure


def _spacing(values: pd.Series, item: Series) -> None:
    """Refuse observations of another frequency, by the usual distance between their days."""
    days = pd.Series(values.index[-RHYTHM:]).diff().dt.days.dropna()
    if len(days) < SHORTEST_RHYTHM:
        return
    low, high = SPACING[item.frequency]
    if not low <= days.median() <= high:
        raise malformed(
            f"{item.id}: observations {days.median():g} days apart, and it is {item.frequency}"
        )


def _not_fewer(values: pd.Series, stored: pd.Series | None, series_id: str) -> None:
    if stored is None or stored.empty:
        return
    if values.index[-1] < stored.index[-1]:
        raise malformed(
            f"{series_id}: ends {values.index[-1]:%Y-%m-%d}, before what is stored "
            f"({stored.index[-1]:%Y-%m-%d})"
        )
    inside = stored.index[stored.index >= values.index[0]]
    lost = inside.difference(values.index)
    if len(lost) > max(1, MOST_WITHDRAWN * len(inside)):
        raise malformed(f"{series_id}: {len(lost)} observations that are stored are gone")


# -- sizes ----------------------------------------------------------------------------------


def _sizes(
    values: pd.Series, known: pd.Series | None, item: Series, rules: QualityRules
) -> tuple[str, ...]:
    """Compare values with what is known of the series: its unit, its steps."""
    if known is None or known.empty:
        _alone(values, item, rules)
        return ()
    factor = _factor(values, known)
    if not 1 / rules.limits.factor_refused < factor < rules.limits.factor_refused:
        raise malformed(
            f"{item.id}: its values are {factor:,.4g} times what they were: another unit, or "
            "another series"
        )
    if len(known) < LONG:
        return ()
    rescaled = _is_rescaled(values, known, factor)
    known = known * factor if rescaled else known
    usual = max(float(known.diff().abs().max()), LEAST_STEP * float(known.abs().median()))
    before = known.reindex(values.index).fillna(values.shift()).fillna(known.iloc[0])
    steps = (
        (values - before).abs() / usual if usual else (values - before).abs() * np.inf
    ).dropna()
    far = steps[steps > rules.limits.step_noted]
    odd = far.drop([day for day in far.index if _judged(item, day, values[day], rules)])
    refused = odd[odd > rules.limits.step_refused]
    if len(refused):
        day = refused.index[0]
        raise malformed(
            f"{item.id}: {values[day]:,.6g} for {day:%Y-%m-%d}, where {before[day]:,.6g} stood or "
            f"came before: {refused.iloc[0]:,.0f} times the largest step in its history ({RECORD})"
        )
    told = (f"The publisher rescaled its history by {factor:.4g}.",) if rescaled else ()
    if not len(odd):
        return told
    days = ", ".join(f"{values[day]:,.6g} for {day:%Y-%m-%d}" for day in odd.index[-3:])
    more = f" and {len(odd) - 3} before" if len(odd) > 3 else ""
    return (*told, f"Unusually large steps, against its own history: {days}{more}.")


def _factor(values: pd.Series, known: pd.Series) -> float:
    """The usual ratio of what is told now to what was known; 1 where nothing can be compared."""
    common = values.index.intersection(known.index)
    old = known[common]
    ratios = (values[common] / old)[old != 0]
    return float(ratios.abs().median()) if len(ratios) > 1 else 1.0


def _is_rescaled(values: pd.Series, known: pd.Series, factor: float) -> bool:
    """Whether a new base year, or the like, changed nearly every value by one factor."""
    common = values.index.intersection(known.index)
    old, new = known[common], values[common]
    changed = ((new - old).abs() > 1e-9 * old.abs())[old != 0]
    if len(changed) < LONG or changed.mean() < RESCALED_SHARE:
        return False
    alike = (new / (old * factor) - 1)[old != 0].abs() <= RESCALED_ALIKE
    return bool(alike.mean() >= RESCALED_SHARE)


def _alone(values: pd.Series, item: Series, rules: QualityRules) -> None:
    """Of a series of which nothing is known: no value may dwarf all others."""
    usual = float(values.abs().median())
    far = values[values.abs() > ALONE * usual] if usual else values.iloc[:0]
    odd = [day for day in far.index if not _judged(item, day, far[day], rules)]
    if odd:
        raise malformed(
            f"{item.id}: {far[odd[0]]:,.6g} for {odd[0]:%Y-%m-%d}, over {ALONE:.0f} times its usual "
            f"value ({RECORD})"
        )


def _judged(item: Series, day: pd.Timestamp, value: float, rules: QualityRules) -> bool:
    return any(
        known.symbol == item.id
        and known.check == "size"
        and known.when == f"{day:%Y-%m-%d}"
        and abs(known.value - value) <= 1e-6 * abs(value)
        for known in rules.known
    )
