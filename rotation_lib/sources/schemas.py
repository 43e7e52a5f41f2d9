"""Shapes that raw input must have before a snapshot is made of it (pandera).

It only checks: no value is changed, filled or dropped here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ..errors import DataError

if TYPE_CHECKING:
    import pandera.pandas as pa


def _prices() -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        columns={".*": pa.Column(float, pa.Check.gt(0), nullable=True, regex=True)},
        index=pa.Index("datetime64[us]", unique=True, name="date"),
        unique_column_names=True,
        checks=pa.Check(lambda f: f.index.is_monotonic_increasing, error="dates must ascend"),
    )


def _macro() -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            "series_id": pa.Column(str, pa.Check.str_length(min_value=1)),
            "date": pa.Column("datetime64[us]"),
            "value": pa.Column(float),
        },
        unique=["series_id", "date"],
        strict=True,
    )


def _decisions() -> pa.DataFrameSchema:
    import pandera.pandas as pa

    rate = pa.Check.in_range(0, 25)
    return pa.DataFrameSchema(
        {
            "decision_date": pa.Column("datetime64[us]", unique=True),
            "scheduled": pa.Column(bool),
            "lower_after": pa.Column(float, rate, nullable=True),
            "upper_after": pa.Column(float, rate, nullable=True),
            "upper_before": pa.Column(float, rate, nullable=True),
            "change_bp": pa.Column(float, pa.Check.in_range(-200, 200), nullable=True),
            "effective_date_fred": pa.Column("datetime64[us]", nullable=True),
        },
        strict=True,
    )


def _cpi_releases() -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            "release_date": pa.Column("datetime64[us]", unique=True),
            "reference_month": pa.Column("datetime64[us]", unique=True),
            "reaction_session": pa.Column("datetime64[us]"),
            "evidence": pa.Column(str, pa.Check.str_length(min_value=1)),
        },
        strict=True,
        checks=pa.Check(
            lambda f: f["release_date"] > f["reference_month"], error="released before its month"
        ),
    )


def _events() -> pa.DataFrameSchema:
    import pandera.pandas as pa

    text = pa.Check.str_length(min_value=1)
    return pa.DataFrameSchema(
        {
            "date": pa.Column("datetime64[us]"),
            "reaction_session": pa.Column("datetime64[us]"),
            "category": pa.Column(str, text),
            "label": pa.Column(str, text),
            "evidence": pa.Column(str, text),
            "note": pa.Column(str),
        },
        unique=["date", "label"],
        strict=True,
        checks=pa.Check(
            lambda f: f["reaction_session"] >= f["date"], error="a reaction before its event"
        ),
    )


def _fundamentals() -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            "ticker": pa.Column(str),
            "period": pa.Column(str, pa.Check.isin(["annual", "quarterly"])),
            "item": pa.Column(str, pa.Check.isin(["revenue", "netIncome", "eps", "dilutedShares"])),
            "end": pa.Column("datetime64[us]"),
            "value": pa.Column(float),
            "derived": pa.Column(bool),
        },
        unique=["ticker", "period", "item", "end"],
        strict=True,
    )


_SCHEMAS = {
    "prices": _prices,
    "macro": _macro,
    "decisions": _decisions,
    "cpi_releases": _cpi_releases,
    "events": _events,
    "fundamentals": _fundamentals,
}


def check_shape(frame: pd.DataFrame, kind: str, name: str) -> None:
    """Refuse a raw frame that does not have the shape its kind must have.

    Args:
        frame: what was read, untouched.
        kind: ``prices``, ``macro``, ``decisions``, ``cpi_releases``, ``events`` or
            ``fundamentals``.
        name: the file, for the message.

    Raises:
        DataError: the first breach, with its column and an example.
    """
    from pandera.errors import SchemaError

    try:
        _SCHEMAS[kind]().validate(frame)
    except SchemaError as error:
        raise DataError(f"{name} is not usable: {_first_line(error)}.") from None


def _first_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 240 else text[:237] + "…"
