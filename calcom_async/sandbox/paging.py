"""`take` and `skip` of the lists that tell no total."""

from __future__ import annotations

from typing import Final

from multidict import MultiMapping

from calcom_async.sandbox import validation
from calcom_async.sandbox.answers import invalid
from calcom_async.sandbox.validation import Field

MOST: Final = 250


def _fields(most: int) -> tuple[Field, ...]:
    return (
        Field("take", (validation.at_most("take", most), validation.at_least("take", 1), validation.number("take"))),
        Field("skip", (validation.at_least("skip", 0), validation.number("skip"))),
    )


def whole(text: str) -> int | None:
    """A whole number, or None for any other text."""
    text = text.strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() else None


def take_and_skip(query: MultiMapping[str], *, most: int = MOST) -> tuple[int, int]:
    """How many and from where, checked; as many as may be taken from the beginning by default."""
    sent = {name: whole(query[name]) for name in ("take", "skip") if name in query}
    target = {"take": most, "skip": 0, **sent}
    errors = validation.problems(target, _fields(most))
    if errors:
        raise invalid(errors)
    return target["take"] or most, target["skip"] or 0
