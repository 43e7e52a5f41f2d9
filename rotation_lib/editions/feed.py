"""The Atom feed of editions (RFC 4287).

Its dates are the editions' own, never the clock's, so that equal editions give equal bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from html import escape

from .. import words
from .layout import CHANGES_PAGE, FEED, LIST_PAGE, Edition

#: Ids stay the same wherever the site lies.
_SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "small-cap-rotation")
_TITLE = "Small-Cap Rotation: editions"


def feed(editions: Sequence[Edition], address: str = "") -> str:
    """The feed as XML.

    Args:
        editions: newest first, at least one.
        address: of the site's top folder on the web, with a final slash; empty if not known, and
            links are then relative to the feed.
    """
    own = f'<link rel="self" type="application/atom+xml" href="{escape(address)}{FEED}"/>'
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{_SPACE.urn}</id>",
        f"<title>{_TITLE}</title>",
        f"<updated>{_moment(editions[0].date)}</updated>",
        "<author><name>The Small-Cap Rotation authors</name></author>",
        f'<link rel="alternate" type="text/html" href="{escape(address)}{LIST_PAGE}"/>',
        *([own] if address else []),
        *(_entry(edition, address) for edition in editions),
        "</feed>",
    ]
    return "\n".join(parts) + "\n"


def _entry(edition: Edition, address: str) -> str:
    folder = f"{escape(address)}{edition.address}"
    return "\n".join(
        (
            "<entry>",
            f"<id>{uuid.uuid5(_SPACE, edition.date).urn}</id>",
            f"<title>Edition of {words.date(edition.date)}</title>",
            f"<updated>{_moment(edition.date)}</updated>",
            f'<link rel="alternate" type="text/html" href="{folder}index.html"/>',
            f'<link rel="related" type="text/html" href="{folder}{CHANGES_PAGE}"/>',
            f"<summary>{escape(edition.summary)}</summary>",
            "</entry>",
        )
    )


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"
