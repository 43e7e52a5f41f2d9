"""Merge conflicts that nobody has resolved: the marks of git in a file, those of nbdime in a cell.

It only finds them, and never chooses between the two versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: A line of equal signs alone would be an ordinary underline of a heading; nbdime marks whole
#: cells in bold.
_MARK = re.compile(r"^(?:<span[^>]*><b>)?((?:<{7}|>{7}|\|{7})(?: [^<>\n]*|$))", re.MULTILINE)
#: Where nbdime leaves what of a cell's metadata it could not merge.
_METADATA = "nbdime-conflicts"
ADVICE = "keep one of the two versions and delete the marks"


def first_mark(text: str) -> tuple[int, str] | None:
    r"""Line of the first mark of a conflict, counted from 1, and the mark.

    Args:
        text: of a file or a cell.

    >>> first_mark("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> topic\n")
    (2, '<<<<<<< HEAD')
    >>> first_mark("A heading\n=======\n")
    """
    found = _MARK.search(text)
    return (text.count("\n", 0, found.start()) + 1, found[1].strip()) if found else None


def conflicts(notebook: Any) -> Iterator[str]:
    """Complaints about the cells of a notebook that hold both sides of a conflict.

    Args:
        notebook: as nbformat reads it.
    """
    for cell in notebook.cells:
        name = f"cell {cell.get('id', '?')!r}"
        if found := first_mark(cell.source):
            yield f"{name}, line {found[0]}: {found[1]!r} is left of a merge conflict; {ADVICE}"
        elif any(first_mark(output.get("text", "")) for output in cell.get("outputs", ())):
            yield f"{name}: its output is left of a merge conflict; run 'rotation lint --headlines'"
        if _METADATA in cell.metadata:
            yield (
                f"{name}: its metadata hold a merge conflict; choose its tags, "
                "then run 'rotation lint --fix'"
            )
