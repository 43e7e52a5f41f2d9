"""What a forked child owes the process that forked it.

Nothing here may outlive its parent.
"""

from __future__ import annotations

import ctypes
import signal


def die_with_parent() -> None:
    """Let the system kill this process when the one that forked it is gone."""
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
