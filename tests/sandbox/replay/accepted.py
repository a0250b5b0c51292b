"""Differences that are none of the sandbox's: each with its reason. An entry that is not needed any more fails."""

from __future__ import annotations

from typing import Final

ACCEPTED: Final[dict[str, str]] = {}
