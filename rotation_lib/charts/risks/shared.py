"""What figures of the risk chapter share.

It must never draw anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...findings import Finding
from ...prose.markdown import Prose

Findings = Mapping[str, Finding]


def funds(findings: Findings) -> tuple[str, str]:
    """Symbols of the small and the large fund."""
    small, large = findings["risks.beta"].series
    return small, large


def nothing(what: str, finding: Finding) -> Prose:
    """The sentence in place of a figure."""
    return Prose(f"*{what} is not shown: {(finding.reason or 'no data').rstrip('.')}.*")
