"""The factor model as a reader sets it: all that a chart needs to recompute any scenario.

One tidy frame of coefficients, their covariance and how far each factor went. It must never fit a
model of its own.
"""

from __future__ import annotations

import pandas as pd

from ....market import Market
from .scenario import MINIMUM, QUARTER, TERMS, FactorModel, factor_frame, fit, told


def slider_frame(model: FactorModel) -> pd.DataFrame:
    """The model as one tidy frame, enough to recompute any scenario and its interval.

    Columns term, label, unit, coefficient, low, high, cov_<term> for every term, and, the same in
    every row, residual (sd of a week), quantile (Student-t), weeks (fitted).
    """
    rows = []
    for term in model.coefficients.index:
        label, unit = TERMS.get(str(term), ("Drift a week", "fraction"))
        ends = model.interval_of(str(term))
        rows.append(
            {
                "term": term, "label": label, "unit": unit,
                "coefficient": float(model.coefficients[term]), "low": ends.low, "high": ends.high,
                **{f"cov_{t}": float(model.covariance.loc[term, t]) for t in model.covariance},
                "residual": model.residual, "quantile": model.quantile, "weeks": model.n,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def slider_model(market: Market) -> pd.DataFrame:
    """:func:`slider_frame` of the whole window, with how far each factor went in a quarter.

    Adds ``lowest`` and ``highest``: the extreme moves over 13 weeks (overlapping; yields in pp,
    prices as simple returns; nought for the drift). Empty when the model cannot be fitted.
    """
    frame = factor_frame(market)
    if len(frame) < MINIMUM:
        return pd.DataFrame()
    moved = frame[list(TERMS)].rolling(QUARTER).sum().dropna()
    table = slider_frame(fit(frame))
    for name, ends in (("lowest", moved.min()), ("highest", moved.max())):
        table[name] = table["term"].map(told(ends.to_dict())).fillna(0.0)
    return table
