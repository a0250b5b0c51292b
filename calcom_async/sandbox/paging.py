"""`take` and `skip` of the lists that tell no total."""

from __future__ import annotations

from typing import Final

from multidict import MultiMapping

from calcom_async.sandbox import validation
from calcom_async.sandbox.answers import invalid
from calcom_async.sandbox.validation import Field

_MOST: Final = 250
_FIELDS: Final = (
    Field("take", (validation.at_most("take", _MOST), validation.at_least("take", 1), validation.number("take"))),
    Field("skip", (validation.at_least("skip", 0), validation.number("skip"))),
)


def whole(text: str) -> int | None:
    """A whole number, or None for any other text."""
    text = text.strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() else None


def take_and_skip(query: MultiMapping[str]) -> tuple[int, int]:
    """How many and from where, checked; 250 from the beginning by default."""
    sent = {name: whole(query[name]) for name in ("take", "skip") if name in query}
    target = {"take": _MOST, "skip": 0, **sent}
    errors = validation.problems(target, _FIELDS)
    if errors:
        raise invalid(errors)
    return target["take"] or _MOST, target["skip"] or 0
