"""Requests that changed the recorded world without being recorded: file and number of the pair they came before."""

from __future__ import annotations

from typing import Any, Final

INTERLUDES: Final[dict[tuple[str, str], tuple[tuple[str, str, str, Any], ...]]] = {}
