"""The panel: one row a finding, part or claim of one edition, as Parquet with a documented schema.

Its bytes depend on the rows alone, never on the order in which editions were finished. It
computes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 2
#: Column → (Arrow type, whether it may be null, meaning).
COLUMNS: dict[str, tuple[str, bool, str]] = {
    "as_of": ("date32", False, "day of the edition: its last session and its day of knowledge"),
    "kind": ("string", False, "finding, part or claim"),
    "id": ("string", False, "id of the finding or claim; claim/part of a part"),
    "value": ("float64", True, "the estimate; null with a reason, and for claims"),
    "low": ("float64", True, "lower end of the 95 % interval; null where the method has none"),
    "high": ("float64", True, "upper end of the interval"),
    "percentile": ("float64", True, "rank of a realised fact among windows of its length"),
    "unit": ("string", True, "unit of value, low and high"),
    "n": ("int64", True, "observations used"),
    "start": ("string", True, "first return date used, ISO"),
    "end": ("string", True, "last date used, ISO"),
    "method": ("string", True, "how value and interval were computed"),
    "draws": ("int64", True, "resamples behind value or interval, 0 for a formula"),
    "verdict": ("string", True, "of a claim; of a part its strength"),
    "ways": ("int64", True, "other ways in which a part was measured"),
    "same": ("int64", True, "of them, those that say the same of the part"),
    "fragile": ("bool", True, "of a claim: whether other ways or month ends say otherwise"),
    "reason": ("string", True, "why a value is missing; of a claim its sentence"),
    "key": ("string", False, "content key of the edition: data visible, code, settings, draws"),
}
Row = dict[str, Any]


def schema(metadata: Mapping[str, Any] | None = None) -> pa.Schema:
    """The Arrow schema; every field carries its meaning.

    Args:
        metadata: put under the key ``sweep`` as JSON.
    """
    import pyarrow as pa

    types = {
        "date32": pa.date32(),
        "string": pa.string(),
        "float64": pa.float64(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
    }
    fields = [
        pa.field(name, types[kind], nullable=nullable, metadata={"description": meaning})
        for name, (kind, nullable, meaning) in COLUMNS.items()
    ]
    held = {"version": VERSION, **(metadata or {})}
    return pa.schema(fields, metadata={"sweep": json.dumps(held, sort_keys=True, indent=None)})


def table(rows: Iterable[Row], metadata: Mapping[str, Any] | None = None) -> pa.Table:
    """Rows as an Arrow table, in the order given.

    Args:
        rows: with exactly the columns of :data:`COLUMNS`.
        metadata: see :func:`schema`.
    """
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=schema(metadata))


def write_panel(path: Path, rows: Iterable[Row], metadata: Mapping[str, Any]) -> None:
    """Write the panel; a reader never sees half of it.

    Args:
        path: the Parquet file.
        rows: all rows in their final order.
        metadata: what the rows rest on.
    """
    import pyarrow.parquet as pq

    made = table(rows, metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed. Values are doubles: split into byte streams they pack better.
    doubles = [name for name, (kind, _, _) in COLUMNS.items() if kind == "float64"]
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        pq.write_table(
            made,
            file,
            compression="zstd",
            compression_level=9,
            use_dictionary=[name for name in COLUMNS if name not in doubles],
            column_encoding=dict.fromkeys(doubles, "BYTE_STREAM_SPLIT"),
            row_group_size=1 << 20,
        )
    part = Path(file.name)
    part.chmod(0o644)  # a temporary file is its maker's alone
    part.replace(path)


def read_panel(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A panel and what it rests on.

    Args:
        path: a file that :func:`write_panel` wrote.

    Returns:
        Rows with ``as_of`` as timestamps, and the metadata.

    Raises:
        DataError: if the file is missing, damaged, or not a panel of this version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    again = "write it again with 'rotation sweep'"
    try:
        held = pq.read_table(path)
        metadata = json.loads((held.schema.metadata or {})[b"sweep"])
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        why = " ".join(str(error).split())[:120]
        raise DataError(f"{path.name} is not a readable panel ({why}); {again}.") from None
    if metadata.get("version") != VERSION or not held.schema.equals(schema()):
        raise DataError(f"{path.name} has not the columns of a panel; {again}.")
    frame = held.to_pandas()
    frame["as_of"] = pd.to_datetime(frame["as_of"]).astype("datetime64[us]")
    return frame, metadata
