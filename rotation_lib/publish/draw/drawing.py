"""Charts compiled by the build itself while chapters run in processes of their own.

Loading the converter takes longer than compiling a chapter's charts, so it is loaded once. This
module only fills the folder of compiled charts; a fault in a chart is told when its page is made.
"""

from __future__ import annotations

import shutil
from collections import deque
from contextlib import suppress
from pathlib import Path

from ...errors import BuildError


class Drawing:
    """Payloads that wait to be compiled.

    Args:
        cache: folder that keeps what is drawn once per content; ``None`` to draw nothing.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._payloads: deque[Path] = deque()

    @property
    def waiting(self) -> bool:
        """Whether a payload waits."""
        return bool(self._payloads)

    def forget(self) -> None:
        """Draw everything again."""
        if self._cache is not None:
            shutil.rmtree(self._cache / "charts", ignore_errors=True)

    def prepare(self) -> None:
        """Load the converter; called while nothing else can be done."""
        if self._cache is not None:
            from ...charts.clock import converter

            converter()

    def add(self, figures: Path) -> None:
        """Let the figures of a chapter wait.

        Args:
            figures: folder of their payloads.
        """
        if self._cache is not None:
            self._payloads += (
                path
                for path in sorted(figures.glob("*.json"))
                if not path.name.endswith(".table.json")
            )

    def step(self) -> None:
        """Compile the chart that has waited longest."""
        from .figures import compiled, read_payload

        path = self._payloads.popleft()
        assert self._cache is not None
        with suppress(BuildError):
            compiled(read_payload(path.parent, path.stem), self._cache / "charts")

    def finish(self) -> None:
        """Compile all that wait."""
        while self.waiting:
            self.step()
