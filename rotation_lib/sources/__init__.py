"""Sources of data: the only place that may read data files or the network.

``open_source`` is the only way in; nothing outside this folder imports a source class.
"""

from __future__ import annotations

from ..errors import ParameterError
from .base import Dataset, Source

__all__ = ["Dataset", "Source", "open_source"]


def open_source(name: str) -> Source:
    """The source called ``name``.

    Raises:
        ParameterError: if there is no such source.
    """
    if name == "snapshot":
        from .snapshot import SnapshotSource

        return SnapshotSource()
    raise ParameterError(
        "source",
        name,
        "this version of the report reads the embedded snapshot only",
        "use source = 'snapshot'",
    )
