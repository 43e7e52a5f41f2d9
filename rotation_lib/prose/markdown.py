"""Text that a chapter computes, handed to Jupyter as Markdown.

It must never hold a number that was not computed, nor the traces of a missing one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from textwrap import dedent

from ..errors import RotationError

_LEAK = re.compile(r"(?<![\w.])[-−+]?(?:nan|NaN|NaT|inf|n/a%)(?![\w])")


class ProseError(RotationError):
    """A text that is empty or shows a missing number as if it were one."""


@dataclass(frozen=True)
class Prose:
    """Markdown made from measured values.

    The publisher turns the output into a Markdown cell, so that a line such as
    ``## Small caps fell`` becomes a section of the page.

    Raises:
        ProseError: when the text is empty, or contains ``nan``, ``NaT`` or ``inf``.
    """

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not self.text.strip():
            raise ProseError("a Prose is empty; give it at least one sentence.")
        leak = _LEAK.search(self.text)
        if leak:
            around = self.text[max(0, leak.start() - 30) : leak.end() + 10]
            raise ProseError(
                f"a Prose shows {leak.group(0)!r} (… {around} …); say that the value is not "
                "available and why, for instance with words.described()."
            )
        object.__setattr__(self, "text", dedent(self.text).strip())

    @classmethod
    def of(cls, *paragraphs: str | Prose | None) -> Prose:
        """Paragraphs joined by blank lines; ``None`` and empty strings are left out."""
        return cls(
            "\n\n".join(str(p).strip() for p in paragraphs if p is not None and str(p).strip())
        )

    def __str__(self) -> str:
        return self.text

    def bundle(self) -> dict[str, str]:
        """What it shows, by type."""
        return {"text/markdown": self.text, "text/plain": self.text}

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self.bundle()


def fold(lead: str, body: str) -> str:
    """Markdown that a page folds under one line; it stands open where nothing folds it.

    Args:
        lead: the line, plain text.
        body: Markdown without headings.
    """
    return (
        '<details class="more" data-kind="note" open>\n'
        f"<summary><span>{escape(lead, quote=False)}</span></summary>\n\n{body.strip()}\n\n</details>"
    )
