"""Findings that no build has left behind: today's code with other dates, parameters or data.

Needed to tell causes apart when several changed at once. It goes through the studies, without
notebooks, and says ``None`` where a combination cannot be had. It must never guess.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from ..errors import RotationError
from ..market import Market
from ..params import report_params
from ..project import PROJECT_ROOT
from ..publish.provenance import code_sha256, environment
from ..results import kept_in, report_record
from ..sources import Dataset
from .rows import Rows, row_digests

_SNAPSHOT = "data/snapshot"
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
Record = dict[str, Any]


class Lab:
    """Measures for one later edition, whose code, packages and data must be those of today.

    Args:
        head: ``build.json`` of the later edition.
        results: folder that keeps findings by content key.
    """

    def __init__(self, head: Mapping[str, Any], results: Path) -> None:
        self._head = head
        self._results = results

    def rows(self, params: Mapping[str, str]) -> Rows | None:
        """What the later edition's data show through other parameters."""
        market = self._market(params)
        return None if market is None else row_digests(market)

    def record(self, params: Mapping[str, str]) -> Record | None:
        """Findings and claims of the later edition's code and data with other parameters."""
        return self._measured(lambda: self._market(params)) if self._same_code() else None

    def former(self, params: Mapping[str, str], base: Mapping[str, Any]) -> Record | None:
        """Findings of the later edition's code on the data of an earlier one.

        Args:
            params: the report's parameters.
            base: ``build.json`` of the earlier edition.
        """
        if not self._same_code():
            return None

        def market() -> Market | None:
            data = former_data(str(base.get("revision")), str(base.get("data_sha256")))
            return None if data is None else Market.from_dataset(data, report_params(**params))

        return self._measured(market)

    def _measured(self, market: Callable[[], Market | None]) -> Record | None:
        """Plain data as ``findings.json`` holds them."""
        try:
            opened = market()
            if opened is None:
                return None
            with kept_in(self._results):
                record = report_record(opened, "")
        except RotationError:
            return None
        return dict(json.loads(json.dumps(record)))

    def _market(self, params: Mapping[str, str]) -> Market | None:
        """Today's data through parameters, if they are the data of the later edition."""
        try:
            market = Market.load(report_params(**params))
        except RotationError:
            return None
        held = market.dataset.provenance["data_sha256"]
        return market if held == self._head.get("data_sha256") else None

    def _same_code(self) -> bool:
        today = {"code_sha256": code_sha256(), **environment()}
        return all(self._head.get(name) == value for name, value in today.items())


def former_data(revision: str, data_sha256: str, project: Path = PROJECT_ROOT) -> Dataset | None:
    """The embedded data of an earlier revision, if git still has them.

    Args:
        revision: commit that an earlier build recorded.
        data_sha256: what its data must hash to.
        project: the repository.
    """
    from ..sources.snapshot import SnapshotSource

    if not _COMMIT.fullmatch(revision):
        return None
    # To the byte as committed, whatever git would do to the ends of lines here.
    command = ["git", "-C", str(project), "-c", "core.autocrlf=false", "archive", "--format=zip"]
    try:
        done = subprocess.run(
            [*command, revision, _SNAPSHOT], capture_output=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    with TemporaryDirectory(prefix="rotation-former-") as folder:
        with ZipFile(io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder)
        try:
            data = SnapshotSource(Path(folder) / _SNAPSHOT).load()
        except RotationError:
            return None
    return data if data.provenance["data_sha256"] == data_sha256 else None
