"""The FRED key: read from the environment, checked, and kept out of every text.

It must never be printed, stored, logged or put into an error.
"""

from __future__ import annotations

import os
import re

from ..errors import DataError

KEY_VARIABLE = "FRED_API_KEY"
_FORM = re.compile(r"[a-z0-9]{32}")


class Secret:
    """A text that shows itself only to :meth:`reveal`; its repr says nothing."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"


def fred_key() -> Secret | None:
    """The key of ``FRED_API_KEY``; ``None`` where it is unset or empty.

    Raises:
        DataError: the variable holds something that no FRED key looks like; the message
            does not repeat it.
    """
    text = os.environ.get(KEY_VARIABLE, "").strip()
    if not text:
        return None
    if not _FORM.fullmatch(text):
        raise DataError(
            f"{KEY_VARIABLE} does not look like a FRED key (32 lower-case letters and digits): "
            "correct it, or unset it to use FRED without a key."
        )
    return Secret(text)
