"""Notebook diffs for git: nbdime, told to compare long printed tables line by line.

By itself nbdime takes printed text over a thousand characters for new as soon as one number in it
differs, and shows a headline table twice. It must never hide a change. `make hooks` sets it up.
"""

from __future__ import annotations

import os
import sys

from nbdime.diffing import notebooks
from nbdime.vcs.git import diffdriver

#: More than any headline table has.
LONGEST = 100_000


def main() -> int:
    """Run nbdime's driver with the arguments that git gives."""
    notebooks.STREAM_MAX_COMPARE_LENGTH = LONGEST
    try:
        status = diffdriver.main(["diff", *sys.argv[1:]])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough and left the pager.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return int(status or 0)


if __name__ == "__main__":
    sys.exit(main())
