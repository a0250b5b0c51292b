"""Answers that are too long for a conversation are cut, and say how to ask for the rest.

What is left is still what the tool's output schema describes: a shorter list, shorter texts, and the field `cut`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["CUT", "LIMIT", "cut", "dumped"]

LIMIT = 50_000
"""How many characters of JSON a result may have."""
CUT = "cut"
"""The field of an answer that says what was left out of it."""
PLACE = "pagination"
"""The field of an answer that says where in the list it is."""
NOTE = 400
"""Characters to keep free for that field."""
ELLIPSIS = " … (cut)"
SHORTEST = 200
"""Texts are not cut below this many characters."""


def dumped(data: Mapping[str, Any]) -> str:
    """The JSON of an answer."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def cut(
    data: Mapping[str, Any], arguments: Mapping[str, Any], pages: bool, *, limit: int = LIMIT
) -> dict[str, Any] | None:
    """Make an answer short enough.

    Its longest list loses what comes last; if that is not enough, long texts lose their ends.

    Args:
        data: The answer.
        arguments: What it was asked with, defaults filled in: they say which page comes next.
        pages: Whether the tool takes `page` and `limit`.
        limit: How many characters of JSON are allowed.

    Returns:
        The answer, with the field `cut` where something is missing; None where it can't be made short enough.
    """
    total = len(dumped(data))
    if total <= limit:
        return dict(data)
    room = limit - NOTE
    shorter, notes = _with_fewer_items(data, arguments, pages=pages, room=room)
    size = max((len(text) for text in _texts(shorter)), default=0)
    if len(dumped(shorter)) > room:
        while len(dumped(shorter)) > room and size > SHORTEST:
            size = max(SHORTEST, size // 2)
            shorter = _shortened(shorter, size)
        notes.append(f"Texts of more than {size:,} characters end with “{ELLIPSIS.strip()}”.")
    if len(dumped(shorter)) > room:
        return None
    return shorter | {CUT: " ".join((f"The answer had {total:,} characters, more than fit in here.", *notes))}


def next_page(arguments: Mapping[str, Any], fits: int) -> tuple[int, int] | None:
    """How many items to keep, and which page comes next, so that no item is missed or told twice.

    The next page begins where this one ends, so the page size has to divide the place where this one begins.

    Args:
        arguments: `page` and `limit`, as the answer was asked for.
        fits: How many items fit, at least one.

    Returns:
        How many items to keep, which is also the next page's `limit`; and its number. None where it is not known at
        which item this page begins.
    """
    page, limit = arguments.get("page", 1), arguments.get("limit")
    if page > 1 and limit is None:
        return None
    begins = (page - 1) * (limit or 1)
    size = next(size for size in range(fits, 0, -1) if begins % size == 0)
    return size, begins // size + 2


def _with_fewer_items(
    data: Mapping[str, Any], arguments: Mapping[str, Any], *, pages: bool, room: int
) -> tuple[dict[str, Any], list[str]]:
    """The answer with as many items of its longest list as fit, at least one."""
    lists = {name: value for name, value in data.items() if isinstance(value, list)}
    name = max(lists, key=lambda name: len(dumped({name: lists[name]})), default="")
    items = lists.get(name, [])
    room -= len(dumped({**data, name: []})) if items else 0
    fits = 0
    for item in items:
        room -= len(json.dumps(item, ensure_ascii=False, separators=(",", ":"))) + 1
        if room < 0:
            break
        fits += 1
    if fits == len(items) or len(items) == 1:
        return dict(data), []
    kept = max(fits, 1)
    following = next_page(arguments, kept) if pages else None
    if following is None:
        return {**data, name: items[:kept]}, [f"Here are the first {kept} of {len(items)} {name}: ask for less."]
    kept, page = following
    shorter = {**data, name: items[:kept]}
    place = data.get(PLACE)
    if isinstance(place, Mapping) and "nextPage" in place:  # as if this much had been asked for
        shorter[PLACE] = {
            **place, "page": page - 1, "limit": kept, "returnedItems": kept, "hasNextPage": True, "nextPage": page,
        }  # fmt: skip
    rest = f"ask with page={page} and limit={kept} for the next ones."
    return shorter, [f"Here are the first {kept} of {len(items)} {name}: {rest}"]


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


def _shortened(value: Any, size: int) -> Any:
    """A JSON value whose texts have at most `size` characters."""
    if isinstance(value, str):
        return value if len(value) <= size else value[: size - len(ELLIPSIS)] + ELLIPSIS
    if isinstance(value, Mapping):
        return {key: _shortened(member, size) for key, member in value.items()}
    if isinstance(value, list):
        return [_shortened(member, size) for member in value]
    return value
