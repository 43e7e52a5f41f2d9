"""What the chapter's figures share: the sentence in place of an empty figure, colours of pairs.

It must never measure anything, nor know which figure asks.
"""

from __future__ import annotations

from ...prose.markdown import Prose


def nothing(what: str, why: str) -> Prose:
    """The sentence in place of a figure or table."""
    return Prose(f"*Not shown: {what[0].lower()}{what[1:]}. The reason: {why.rstrip('.')}.*")


def trio(tech: str, small: str, large: str) -> dict[str, str]:
    """Colours of the three funds by role, whatever their symbols."""
    return {tech: "tech", small: "small", large: "large"}
