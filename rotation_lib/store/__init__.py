"""What live sources fetched, kept on this computer, and the way in to every source.

``open_source`` is the only door: nothing above this layer imports a source class.
"""

from __future__ import annotations

from ..errors import ParameterError
from ..sources.base import Source

__all__ = ["open_source", "source_state"]


def open_source(name: str) -> Source:
    """The source called ``name``: ``"snapshot"`` or ``"live"``.

    Raises:
        ParameterError: if there is no such source.
    """
    if name == "snapshot":
        from ..sources.snapshot import SnapshotSource

        return SnapshotSource()
    if name == "live":
        from .live import LiveSource
        from .one_state import of_report

        return LiveSource(of_report())
    raise ParameterError(
        "source", name, "it is 'snapshot' (embedded) or 'live'", "use source = 'snapshot'"
    )


def source_state(name: str) -> str:
    """What changes when the source's data may have changed; empty for embedded data."""
    if name != "live":
        return ""
    from .one_state import of_report

    store = of_report()
    return f"{store.folder} {store.state()} {store.log_state()}"
