"""Where the document describes a form wrongly: what servers answer and take, put in its place before comparing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import attrs

__all__ = ["CORRECTIONS", "Correction", "correct"]

Schema = Mapping[str, Any]


@attrs.frozen(eq=False)
class Correction:
    """A schema, as it is.

    Attributes:
        schemas: Names of the schemas it is in; `*` stands for anything.
        property: The property that is wrong.
        documented: What the document says, or the telling part of it; once it says something else, this is over.
        live: What it is, or how it is made of what is documented.
        reason: How that is known.
    """

    schemas: str
    property: str
    documented: Schema
    live: Schema | Callable[[Schema], Schema]
    reason: str


def correct(document: Mapping[str, Any], corrections: Sequence[Correction] | None = None) -> set[Correction]:
    """Correct the schemas of a parsed document in place, and say which corrections found their place."""
    used: set[Correction] = set()
    schemas = document.get("components", {}).get("schemas", {})
    for correction in CORRECTIONS if corrections is None else corrections:
        for name, schema in schemas.items():
            properties = schema.get("properties", {})
            said = properties.get(correction.property)
            if said is None or not fnmatchcase(name, correction.schemas):
                continue
            if any(said.get(key) != value for key, value in correction.documented.items()):
                continue
            live = correction.live(said) if callable(correction.live) else correction.live
            if live != said:
                properties[correction.property] = live
                used.add(correction)
    return used


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


_TEXT: Schema = {"type": "string"}
_HOST: Schema = {"id": {"type": "number"}, "name": _TEXT, "email": _TEXT}
_SLOT: Schema = {
    "type": "object",
    "properties": {"start": {"type": "string", "format": "date-time"}},
    "required": ["start"],
}

CORRECTIONS: tuple[Correction, ...] = (
    Correction(
        "EventTypeOutput_2024_06_14",
        "users",
        {"type": "array", "items": {"type": "string"}},
        _list_of(_ref("User_2024_06_14")),
        "users are objects; the newer version's document says so as well",
    ),
    Correction(
        "TeamEventTypeOutput_2024_06_14",
        "hosts",
        {"type": "array", "items": {"type": "string"}},
        _list_of(_ref("TeamEventTypeResponseHost")),
        "hosts are objects; the newer version's document says so as well",
    ),
    Correction(
        "*EventTypeOutput_*",
        "bookingWindow",
        {"type": "array"},
        {"oneOf": [_ref(f"{kind}_2024_06_14") for kind in ("BusinessDaysWindow", "CalendarDaysWindow", "RangeWindow")]},
        "a booking window is one object, not a list",
    ),
    Correction(
        "RangeWindow_2024_06_14",
        "type",
        {"enum": ["businessDays", "calendarDays", "range"]},
        {"type": "string", "enum": ["range"]},
        "only windows called `range` hold two dates",
    ),
    Correction("GetTeamMembershipsOutput", "data", {}, _list_of, "a list of memberships is a list"),
    Correction("GetAllOrgMemberships", "data", {}, _list_of, "a list of memberships is a list"),
    Correction(
        "Get*WorkflowOutput",
        "data",
        {"type": "array"},
        lambda said: said["items"],
        "one workflow is an object, not a list",
    ),
    Correction(
        "RoutingFormOutput",
        "routes",
        {"type": "object"},
        _list_of({"type": "object"}),
        "routes of a form are a list",
    ),
    Correction(
        "RoutingFormOutput",
        "fields",
        {"type": "object"},
        _list_of({"type": "object"}),
        "fields of a form are a list",
    ),
    Correction(
        "ReassignBookingOutput_2024_08_13",
        "data",
        {"oneOf": [_ref("ReassignBookingOutput_2024_08_13")]},
        {
            "type": "object",
            "properties": {"bookingUid": _TEXT, "reassignedTo": {"type": "object", "properties": _HOST}},
            "required": ["bookingUid", "reassignedTo"],
        },
        "the document makes it a part of itself; it is the booking's uid and who has it now",
    ),
    Correction(
        "GetReservedSlotOutput_2024_09_04",
        "data",
        {"allOf": [_ref("GetReservedSlotOutput_2024_09_04")]},
        {"nullable": True, "allOf": [_ref("ReserveSlotOutput_2024_09_04")]},
        "the document makes it a part of itself; it is a reservation, as when it was made",
    ),
    Correction(
        "*DelegationCredentialInput",
        "serviceAccountKey",
        {"type": "array"},
        lambda said: said["items"],
        "the key of a service account is one object",
    ),
    Correction(
        "*",
        "activeOnRoutingFormIds",
        {"items": {"type": "number"}},
        _list_of(_TEXT),
        "ids of routing forms are text",
    ),
    Correction(
        "*OutputData",
        "slots",
        {},
        {"type": "object", "additionalProperties": _list_of(_SLOT)},
        "slots of a routed person come by day, as everywhere",
    ),
)
"""Every correction; one that finds nothing to correct any more is an error of the table."""
