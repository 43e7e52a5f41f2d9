"""Where the site will lie on the web, if that is known.

Only addresses that must be absolute use it; links between pages never do.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import ParameterError
from ..project import PROJECT_ROOT

VARIABLE = "ROTATION_SITE_URL"


def site_address(project: Path = PROJECT_ROOT) -> str:
    """Address of the top folder with a final slash; empty if none is configured.

    ``ROTATION_SITE_URL`` comes before ``html: baseurl`` in ``_config.yml``.

    Raises:
        ParameterError: for something that is no web address.
    """
    import yaml  # type: ignore[import-untyped]

    name, text = VARIABLE, os.environ.get(VARIABLE, "")
    if not text:
        held = yaml.safe_load((project / "_config.yml").read_text(encoding="utf-8")) or {}
        name, text = "baseurl", str((held.get("html") or {}).get("baseurl") or "")
    parts = urlsplit(text)
    known = parts.scheme in ("http", "https") and parts.netloc
    if text and (not known or parts.query or parts.fragment):
        raise ParameterError(
            name,
            text,
            "it is the web address of the site's top folder",
            "for example https://example.org/report/",
        )
    return text.rstrip("/") + "/" if text else ""
