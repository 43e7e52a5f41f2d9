"""Sources of data: the only place that may touch the network or the embedded files.

A source is opened by :func:`rotation_lib.store.open_source`; nothing above imports a
source class.
"""

from __future__ import annotations

from .base import Dataset, Source

__all__ = ["Dataset", "Source"]
