"""Where a booking takes place: the words of v1 and of people, as v2 wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["place"]

_KINDS = {
    "inPerson": "address",
    "attendeeInPerson": "attendeeAddress",
    "somewhereElse": "attendeeDefined",
    "phone": "attendeePhone",
    "userPhone": "phone",
    "link": "link",
    "conferencing": "organizersDefaultApp",
}
"""v1's word for each kind of v2."""
_SAID_BY_ATTENDEE = {"attendeePhone": "phone", "attendeeAddress": "address", "attendeeDefined": "location"}
"""The kinds whose place the attendee says, and the key for it."""
_APPS = {"integrations:daily": "cal-video", "integrations:google:meet": "google-meet"}


def place(given: Any, offered: Iterable[Mapping[str, Any]] | None) -> dict[str, Any] | None:
    """The wire form of a location; None where the event type has none for it.

    Args:
        given: A location of v2 (`{"type": …}`), one of v1 (`{"value": …, "optionValue": …}`), or text: a kind, an app,
            or the place itself.
        offered: The locations of the event type; None where they are not known.
    """
    if isinstance(given, Mapping):
        if "type" in given:
            return dict(given)
        return _of_v1(str(given.get("value", "")), str(given.get("optionValue") or ""))
    text = str(given).strip()
    kinds = [str(each.get("type")) for each in offered or ()]
    apps = [str(each.get("integration")) for each in offered or () if each.get("type") == "integration"]
    kind = _KINDS.get(text, text)
    if kind in kinds and kind not in _SAID_BY_ATTENDEE:
        return {"type": kind}
    if text.startswith("integrations:") or text in apps:
        return {"type": "integration", "integration": _app(text)}
    for kind, key in _SAID_BY_ATTENDEE.items():
        if kind in kinds and (kind != "attendeePhone" or text.startswith("+")):
            return {"type": kind, key: text}
    return None


def _of_v1(value: str, option: str) -> dict[str, Any] | None:
    if value.startswith("integrations:"):
        return {"type": "integration", "integration": _app(value)}
    kind = _KINDS.get(value)
    if kind is None:
        return None
    key = _SAID_BY_ATTENDEE.get(kind)
    return {"type": kind} if key is None else {"type": kind, key: option}


def _app(text: str) -> str:
    return _APPS.get(text, text.removeprefix("integrations:").replace("_", "-").replace(":", "-"))
