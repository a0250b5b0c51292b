"""The records that others would read bookings into: one schema as msgspec Structs, pydantic models and attrs classes.

Types are the document's: what it does not call nullable can't be null. Field names are the wire's and a status is plain
text, so that none of them has to rename or to look up; unknown fields are dropped. That is less than ours do.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any

Maker = Callable[[str, dict[str, Any], dict[str, Any]], Any]
"""Makes a class of a name, its required fields, and those that may be missing."""


def page_class(make: Maker) -> Any:
    """The class of a page of bookings, with those of what is in it."""
    of_host = dict.fromkeys(("name", "email", "displayEmail", "username", "timeZone"), str)
    host = make("Host", {"id": int, **of_host}, {})
    of_attendee = dict.fromkeys(("language", "phoneNumber", "seatUid"), str)
    attendee = make(
        "Attendee",
        dict.fromkeys(("name", "email", "displayEmail", "timeZone"), str) | {"absent": bool},
        of_attendee | {"bookingFieldsResponses": dict[str, Any], "metadata": dict[str, Any]},
    )
    event_type = make("EventType", {"id": int, "slug": str}, {})
    texts = (
        "meetingUrl", "cancellationReason", "cancelledByEmail", "icsUid", "reschedulingReason", "rescheduledByEmail",
        "rescheduledFromUid", "rescheduledToUid", "recurringBookingUid",
    )  # fmt: skip
    booking = make(
        "Booking",
        dict.fromkeys(("uid", "status", "title", "description", "location"), str)
        | dict.fromkeys(("start", "end", "createdAt", "updatedAt"), datetime)
        | dict.fromkeys(("id", "duration", "eventTypeId"), int)
        | {"hosts": list[host], "attendees": list[attendee], "eventType": event_type, "absentHost": bool},
        dict.fromkeys(texts, str)
        | {"guests": list[str], "rating": float, "bookingFieldsResponses": dict[str, Any], "metadata": dict[str, Any]},
    )
    return make("Page", {"data": list[booking]}, {})


def me_class(make: Maker) -> Any:
    """The class of the answer to `/v2/me`."""
    fields = dict.fromkeys(("username", "email", "weekStart", "timeZone"), str)
    fields |= dict.fromkeys(("name", "avatarUrl", "bio", "locale"), str | None)
    fields |= {"id": int, "timeFormat": int} | dict.fromkeys(("defaultScheduleId", "organizationId"), int | None)
    return make("Me", {"data": make("Profile", fields, {})}, {})


def struct(name: str, required: dict[str, Any], optional: dict[str, Any]) -> Any:
    """A msgspec Struct."""
    import msgspec

    return msgspec.defstruct(name, [*required.items(), *((field, of, None) for field, of in optional.items())])


def model(name: str, required: dict[str, Any], optional: dict[str, Any]) -> Any:
    """A pydantic model."""
    import pydantic

    fields: dict[str, Any] = {field: (of, ...) for field, of in required.items()}
    return pydantic.create_model(name, **fields, **{field: (of, None) for field, of in optional.items()})


def attrs_class(name: str, required: dict[str, Any], optional: dict[str, Any]) -> Any:
    """An immutable attrs class."""
    import attrs

    fields = {field: attrs.field(type=of) for field, of in required.items()}
    return attrs.make_class(
        name, fields | {field: attrs.field(type=of, default=None) for field, of in optional.items()},
        frozen=True, slots=True,
    )  # fmt: skip


@functools.cache
def decoder(into: Callable[[Maker], Any], kind: str) -> Callable[[bytes], Any]:
    """What reads the bytes of an answer into records, and gives what its `data` is.

    Args:
        into: `page_class` or `me_class`.
        kind: `dicts`, `msgspec`, `pydantic`, `cattrs` as it comes, or `cattrs fast` without its detailed validation.
    """
    import orjson

    if kind == "dicts":
        return lambda body: orjson.loads(body)["data"]
    if kind == "msgspec":
        import msgspec

        decode = msgspec.json.Decoder(into(struct)).decode
        return lambda body: decode(body).data
    if kind == "pydantic":
        validate = into(model).model_validate_json
        return lambda body: validate(body).data
    import cattrs

    converter = cattrs.Converter(detailed_validation=kind == "cattrs")
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    cls = into(attrs_class)
    return lambda body: converter.structure(orjson.loads(body), cls).data
