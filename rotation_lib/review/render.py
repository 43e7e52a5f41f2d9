"""A review in the form that was asked for.

It chooses between the renderers and adds nothing.
"""

from __future__ import annotations

import json

from .markdown import markdown
from .model import Review
from .page import page
from .sides import Side


def rendered(form: str, review: Review, base: Side, head: Side) -> str:
    """A review as text that ends in one new line.

    Args:
        form: ``"markdown"``, ``"html"`` or ``"json"``.
        review: what differs.
        base: the side before, for its pictures.
        head: the side after.
    """
    if form == "json":
        text = json.dumps(review.record(), indent=1, ensure_ascii=False, allow_nan=False)
    elif form == "html":
        text = page(review, base, head)
    else:
        text = markdown(review)
    return text.rstrip("\n") + "\n"
