"""Checks that every statistic runs on its inputs before it calculates.

They refuse rather than repair: nothing here fills, drops or reorders a value.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from rotation_lib.errors import DataError

Values: TypeAlias = "pd.Series | pd.DataFrame | npt.NDArray[np.float64]"


def floats(values: Values) -> npt.NDArray[np.float64]:
    """The values as an array; on a frame `np.asarray` takes twenty times as long."""
    return np.asarray(values if isinstance(values, np.ndarray) else values.to_numpy(), dtype=float)


def complete(values: Values, minimum: int, what: str) -> None:
    """Raise `DataError` unless `values` has `minimum` rows, none missing or infinite."""
    if len(values) < minimum:
        raise DataError(
            f"only {len(values)} observations are held, and at least {minimum} are needed."
        )
    array = floats(values)
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise DataError(
            f"{what} got {bad} missing or infinite values; align the series with "
            "rotation_lib.stats.returns.align first."
        )


def varying(values: Values, what: str) -> None:
    """Raise `DataError` when a column is constant, so that it cannot carry a spread or slope."""
    columns = np.ascontiguousarray(floats(values).reshape(len(values), -1).T)  # rows reduce fast
    low, high = columns.min(axis=1), columns.max(axis=1)
    scale = np.maximum(np.maximum(np.abs(low), np.abs(high)), np.finfo(float).tiny)
    flat = high - low <= 1e-14 * scale
    if flat.any():
        frame = pd.DataFrame(values)
        names = ", ".join(str(c) for c, f in zip(frame.columns, flat, strict=True) if f)
        raise DataError(f"{what} needs values that vary, but {names} is constant; drop it.")


def increasing(index: pd.Index[Any], what: str) -> None:
    """Raise `DataError` when an index is not strictly increasing."""
    if not (index.is_monotonic_increasing and index.is_unique):
        raise DataError(f"{what} needs dates in strictly increasing order; sort and deduplicate.")


def fraction(value: float, name: str) -> None:
    """Raise `DataError` unless `value` lies strictly between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise DataError(f"{name} = {value!r} cannot be used: it must lie between 0 and 1.")
