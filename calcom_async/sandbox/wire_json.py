"""Reading and writing JSON text: bytes out, plain dictionaries and lists in."""

from __future__ import annotations

from typing import Any, Final

import msgspec

NotJson: Final = msgspec.DecodeError
"""Raised by `loads` for what is not JSON."""


def dumps(value: Any) -> bytes:
    """Compact JSON."""
    return msgspec.json.encode(value)


def loads(text: bytes | str) -> Any:
    """Dictionaries, lists and scalars."""
    return msgspec.json.decode(text)
