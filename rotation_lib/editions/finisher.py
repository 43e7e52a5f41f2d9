"""What a build calls with its finished site, and what it tells the user afterwards.

Nothing heavy is imported here, so that a build with nothing to do stays quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import ParameterError
from .address import site_address
from .outcome import Outcome


class Finisher:
    """Called by a build with its finished site; remembers what became of it.

    Args:
        results: folder that keeps findings by content key.
        edition: keep the site as an edition.
        chapters: chapters asked for, if not all.
        keep: the most editions to keep; the oldest above that are removed. ``None`` keeps all.

    Raises:
        ParameterError: for an edition of a part of the report, a limit without an edition, or a
            site address that is none.
    """

    def __init__(
        self,
        results: Path,
        *,
        edition: bool,
        chapters: Sequence[str] = (),
        keep: int | None = None,
    ) -> None:
        if edition and chapters:
            raise ParameterError(
                "chapter",
                ", ".join(chapters),
                "an edition is the whole report",
                "leave --chapter or --edition out",
            )
        if keep is not None and not edition:
            raise ParameterError(
                "keep", keep, "editions are counted when one is added", "write --edition --keep N"
            )
        self._keep = keep
        self._results = results
        self._edition = edition
        self._outcome: Outcome | None = None
        site_address()  # better refused now than after all chapters have run

    def __call__(self, site: Path, place: Path) -> None:
        """Complete the site; see :func:`.keep.finish`."""
        from .keep import finish

        self._outcome = finish(
            site, place, edition=self._edition, results=self._results, keep=self._keep
        )

    def stayed(self, site: Path) -> None:
        """Remember that a build found its edition in place.

        Args:
            site: the finished site, unchanged.
        """
        from .layout import edition_date, kept_dates, read_json

        if self._edition:
            day = edition_date(read_json(site / "findings.json"))
            self._outcome = Outcome(day, False, kept_dates(site), day, made=False)

    @property
    def told(self) -> tuple[str, ...]:
        """What a user should know, a line each."""
        outcome = self._outcome
        if outcome is None or not outcome.editions:
            return ()
        n = len(outcome.editions)
        count = f"{n} edition{'' if n == 1 else 's'}"
        if not outcome.date:
            return (f"editions: {count} carried over, none added",)
        verb = "replaced" if outcome.replaced else "kept" if outcome.made else "unchanged"
        newest = "" if outcome.shown == outcome.date else f"; {outcome.shown} stays at the top"
        told = (f"edition: as-of/{outcome.date}/ {verb}, {count} in all{newest}",)
        return (*told, f"removed: {', '.join(outcome.removed)}") if outcome.removed else told
