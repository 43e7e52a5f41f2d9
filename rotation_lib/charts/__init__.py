"""Charts and tables: tidy frames in, accessible figures out, on one theme.

Nothing here computes a result, reads a file or knows the data behind a frame. Builders
(``lines``, ``bars``, ``intervals``, ``distributions``) return a Drawing; its ``figure()``
adds the title, unit, series, date and alt text without which nothing is shown.
"""

from .. import schemas as _schemas  # noqa: F401  first: altair takes the jsonschema it finds
from .figure import Drawing, Figure
from .table import Table

__all__ = ["Drawing", "Figure", "Table"]
