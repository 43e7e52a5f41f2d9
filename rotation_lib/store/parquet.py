"""Frames as bytes of Parquet, the same for the same frame, and back.

It must never touch a file.
"""

from __future__ import annotations

import io

import pandas as pd


def bytes_of(frame: pd.DataFrame) -> bytes:
    """The file of a frame, without its index."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, sink, compression="zstd", store_schema=False)
    return bytes(sink.getvalue())


def frame_of(content: bytes) -> pd.DataFrame:
    """The frame of a file's bytes."""
    import pyarrow.parquet as pq

    frame = pq.read_table(io.BytesIO(content), use_threads=False).to_pandas()
    days = [name for name, dtype in frame.dtypes.items() if dtype.kind == "M"]
    return frame.astype(dict.fromkeys(days, "datetime64[us]"))
