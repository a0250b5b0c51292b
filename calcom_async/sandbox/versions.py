"""`cal-api-version`: which controller a family answers with, for the hosted service and for a self-hosted server.

The header picks a controller per family. Missing and unknown values (quoted ones too) mean 2024-04-15. A value that is
known but not served by the family has no route: 404 `Cannot GET /v2/…`.
"""

from __future__ import annotations

from typing import Final, Literal

Profile = Literal["hosted", "self-hosted"]
Controller = Literal["current", "old", "newest", "cursor"]
Family = Literal[
    "bookings list", "bookings", "booking parts", "guests", "event types", "booking fields", "schedules", "slots",
    "old slots", "private links", "verified resources", "team event types", "any",
]  # fmt: skip

OLDEST: Final = "2024-04-15"
_SELF_HOSTED: Final = (OLDEST, "2024-06-11", "2024-06-14", "2024-08-13", "2024-09-04")
_HOSTED: Final = (*_SELF_HOSTED, "2026-02-25", "2026-05-01", "2026-06-12")

_BOOKINGS: Final[dict[str, Controller]] = {
    OLDEST: "old",
    "2024-06-11": "old",
    "2024-06-14": "old",
    "2024-08-13": "current",
    "2026-02-25": "current",
}
_EVENT_TYPES: Final[dict[str, Controller]] = {
    OLDEST: "old",
    "2024-06-11": "old",
    "2024-06-14": "current",
    "2026-06-12": "newest",
}
_CURRENT_ANYWAY: Final[dict[str, Controller]] = dict.fromkeys(_HOSTED, "current")
_WITH_NEWEST: Final[dict[str, Controller]] = {**_CURRENT_ANYWAY, "2026-06-12": "newest"}
_ALL_OLD: Final[dict[str, Controller]] = dict.fromkeys((OLDEST, "2024-06-11", "2024-06-14", "2024-08-13"), "current")
_TABLE: Final[dict[str, dict[str, Controller]]] = {
    "bookings list": {**_BOOKINGS, "2026-05-01": "cursor"},
    "bookings": _BOOKINGS,
    "booking parts": {"2024-08-13": "current"},
    "guests": {"2024-08-13": "current"},
    "event types": _EVENT_TYPES,
    # Team event types never looked at the header before 2026-06-12.
    "team event types": _WITH_NEWEST,
    "booking fields": {"2026-06-12": "newest"},
    "schedules": {OLDEST: "old", "2024-06-11": "current", "2024-06-14": "current"},
    "slots": {"2024-09-04": "current"},
    "old slots": _ALL_OLD,
}
_PRIVATE_LINKS: Final[dict[Profile, dict[str, Controller]]] = {
    "hosted": {"2024-09-04": "current"},
    "self-hosted": {OLDEST: "current"},
}


def effective(header: str | None, profile: Profile) -> str:
    """The version a header means on this server."""
    known = _HOSTED if profile == "hosted" else _SELF_HOSTED
    return header if header is not None and header in known else OLDEST


def controller(family: Family, header: str | None, profile: Profile) -> Controller | None:
    """The controller a family answers with, or None where it has no route under this version."""
    if family == "any":
        return "current"
    if family == "booking parts" and profile == "self-hosted":
        return None
    if family == "verified resources":
        return "current" if profile == "hosted" or effective(header, profile) == OLDEST else None
    table = _PRIVATE_LINKS[profile] if family == "private links" else _TABLE[family]
    return table.get(effective(header, profile))
