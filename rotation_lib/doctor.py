"""A look at the installation: packages, snapshot, browser, kernel.

It changes nothing and asks nothing of the network.
"""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from . import environment
from .errors import RotationError
from .project import IN_CHECKOUT, LOCKFILE, RESTORE

State = Literal["ok", "absent", "failed"]


@dataclass(frozen=True)
class Check:
    """One thing examined: its state, what was found, and what to do next."""

    what: str
    state: State
    found: str
    next: str = ""


def examine() -> list[Check]:
    """All checks, each of which answers instead of raising."""
    checks: list[Callable[[], Check]] = [
        _python,
        _packages,
        _kernel,
        _snapshot,
        _store,
        _ledger,
        _browser,
    ]
    return [check() for check in checks]


def _python() -> Check:
    found = f"{platform.python_version()} in {sys.prefix}"
    if (3, 11) <= sys.version_info < (3, 14):
        return Check("Python", "ok", found)
    return Check("Python", "failed", found, "use Python 3.11, 3.12 or 3.13")


def _packages() -> Check:
    try:
        here = environment.here()
    except RotationError as error:
        return Check("packages", "failed", str(error))
    count = len(here.packages)
    if here.missing:
        return Check("packages", "failed", f"missing: {', '.join(here.missing)}", _renew())
    if here.differences is None:
        return Check("packages", "ok", f"{count} installed; no lock to compare with")
    if not here.differences:
        return Check("packages", "ok", f"{count} as locked")
    wrong = "; ".join(f"{name} {said}" for name, said in here.differences.items())
    # Who installs the project as a package need not have what it is tested with.
    state: State = "failed" if IN_CHECKOUT else "absent"
    verb = "differs" if len(here.differences) == 1 else "differ"
    found = f"{len(here.differences)} of {count} {verb} from the lock: {wrong}"
    return Check("packages", state, found, _renew())


def _renew() -> str:
    """What gives an environment the locked packages."""
    if IN_CHECKOUT:  # its stamp counts, whatever was exchanged in it since
        return "delete .venv, then run 'make setup'"
    if LOCKFILE.is_file():
        return f"run 'pip install --require-hashes --requirement {LOCKFILE}'"
    return "install the package again, with what it needs"


def _kernel() -> Check:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Check("kernel", "failed", "no kernel called python3", _renew())
    return Check("kernel", "ok", spec.display_name)


def _snapshot() -> Check:
    from .store import open_source

    try:
        held = open_source("snapshot").load().provenance
    except RotationError as error:
        return Check("snapshot", "failed", str(error), f"run '{RESTORE}'")
    return Check("snapshot", "ok", f"prices through {held['data_through']}, {held['taken_on']}")


def _store() -> Check:
    from .store.files import Store
    from .store.one_state import one_state
    from .store.status import verify_store

    try:
        with one_state(Store()) as store:
            held, complaints = store.manifest(), verify_store(store)
    except RotationError as error:
        return Check("live data", "failed", str(error), "run 'rotation data fetch'")
    if not held:
        return Check("live data", "absent", f"none in {store.folder}", "'rotation data fetch'")
    if complaints:
        return Check("live data", "failed", complaints[0], "run 'rotation data fetch'")
    oldest = min(entry.checked_at for entry in held.values())
    found = f"{len(held)} series, the oldest asked for {oldest:%Y-%m-%d}"
    return Check("live data", "ok", found, "'rotation data status' says more")


def _ledger() -> Check:
    from .claims import load_ledger

    try:
        count = len(load_ledger())
    except RotationError as error:
        return Check("ledger", "failed", str(error), "mend data/claims.toml")
    return Check("ledger", "ok", f"{count} claims")


def _browser() -> Check:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found:
        return Check("browser", "ok", found)
    return Check(
        "browser", "absent", "needed only by the browser tests", "'make test' gets one where it can"
    )
