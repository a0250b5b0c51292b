"""What `calcom-async doctor` finds: one value for each thing it looks at."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

__all__ = ["Check", "Verdict"]

Verdict: TypeAlias = Literal["ok", "warning", "failed", "skipped"]


@attrs.frozen
class Check:
    """One thing looked at.

    Args:
        name: What was looked at.
        verdict: How it is.
        finding: What was found.
        advice: What to do, where something is to be done.
    """

    name: str
    verdict: Verdict
    finding: str
    advice: str | None = None
