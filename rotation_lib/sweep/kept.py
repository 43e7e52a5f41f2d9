"""Finished editions on disk, one file each, named by content key.

A file is complete or absent, and carries a checksum: a damaged one is as good as none. Nothing is
ever changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from ..fingerprint import digest
from .panel import Row, table


@dataclass(frozen=True)
class Kept:
    """The folder of finished editions; ``None`` keeps nothing.

    Attributes:
        folder: where files lie.
        fresh: ignore what is there, and write anew.
    """

    folder: Path | None
    fresh: bool = False

    def read(self, key: str) -> tuple[Row, ...] | None:
        """Rows of an edition, or ``None`` if it was not finished or its file is damaged.

        Args:
            key: of :func:`rotation_lib.sweep.edition.edition_key`.
        """
        if self.folder is None or self.fresh:
            return None
        import pyarrow as pa

        try:
            checksum, _, body = self._path(key).read_bytes().partition(b"\n")
            if checksum != digest(key, body).encode():
                return None
            with pa.ipc.open_file(pa.BufferReader(body)) as reader:
                return tuple(reader.read_all().to_pylist())
        except (OSError, pa.ArrowException):
            return None

    def write(self, key: str, rows: tuple[Row, ...]) -> None:
        """Keep an edition.

        Args:
            key: as in :meth:`read`.
            rows: of the edition.
        """
        if self.folder is None:
            return
        import pyarrow as pa

        held = table(rows)
        sink = pa.BufferOutputStream()
        packed = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_file(sink, held.schema, options=packed) as writer:
            writer.write_table(held)
        body = sink.getvalue().to_pybytes()
        self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, suffix=".new", delete=False) as file:
            file.write(digest(key, body).encode() + b"\n" + body)
        Path(file.name).replace(self._path(key))

    def _path(self, key: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{key[:32]}.edition"
