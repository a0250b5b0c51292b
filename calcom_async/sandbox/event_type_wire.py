"""How event types look on the wire, and what one is made of before anything was set.

A record on the shelf is the JSON of version 2024-06-14 plus a key `_` with what only the server knows (team, hosts).
Version 2026-06-12 shows the booking fields as a union told apart by `field` and `type`.
"""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox.store import Record

OLD_KINDS: Final = {
    "shortText": "text",
    "longText": "textarea",
    "multiSelect": "multiselect",
    "multiEmail": "multiemail",
    "checkboxGroup": "checkbox",
    "radioGroup": "radio",
    "checkbox": "boolean",
}
"""What version 2026-06-12 calls the kinds of booking fields, and what they were called before."""

DISABLED: Final[dict[str, Any]] = {"disabled": True}
HOSTED_ONLY: Final[dict[str, Any]] = {
    "disableCancelling": {"disabled": False},
    "disableRescheduling": {"disabled": False},
    "interfaceLanguage": None,
    "allowReschedulingPastBookings": False,
    "allowReschedulingCancelledBookings": False,
    "showOptimizedSlots": False,
}
"""Settings that version 2024-06-14 shows once they are set, and their defaults."""
NEWEST_ONLY: Final[dict[str, Any]] = {
    "bookingProposalCount": None,
    "skipAttendeeEmailDeliverabilityCheck": False,
    "privateNoteEnabled": False,
    "privateNoteMode": None,
    "privateNoteTemplate": None,
}
"""Settings that no version before 2026-06-12 shows, and their defaults."""


def _plain_field(kind: str, slug: str, *, required: bool, hidden: bool = False) -> dict[str, Any]:
    return {
        "isDefault": True,
        "type": kind,
        "slug": slug,
        "required": required,
        "disableOnPrefill": False,
        "hidden": hidden,
    }


def default_fields() -> list[dict[str, Any]]:
    """The booking fields every event type has."""
    return [
        {
            "isDefault": True,
            "type": "name",
            "slug": "name",
            "required": True,
            "label": "your_name",
            "disableOnPrefill": False,
        },
        _plain_field("email", "email", required=True),
        {"isDefault": True, "type": "radioInput", "slug": "location", "required": False, "hidden": False},
        _plain_field("text", "title", required=True, hidden=True),
        _plain_field("textarea", "notes", required=False),
        _plain_field("multiemail", "guests", required=False),
        _plain_field("textarea", "rescheduleReason", required=False),
    ]


def new(event_type_id: int, owner: Record | None, **settings: Any) -> Record:
    """An event type with everything at its default except `settings` (wire names)."""
    length = settings.pop("lengthInMinutes")
    options = settings.pop("lengthInMinutesOptions", None)
    return {
        "id": event_type_id,
        **({"ownerId": owner["id"]} if owner is not None else {}),
        "lengthInMinutes": length,
        **({"lengthInMinutesOptions": options} if options else {}),
        "title": settings.pop("title"),
        "slug": settings.pop("slug"),
        "description": "",
        "locations": [],
        "bookingFields": default_fields(),
        "recurrence": None,
        "disableGuests": False,
        "slotInterval": None,
        "minimumBookingNotice": 120,
        "beforeEventBuffer": 0,
        "afterEventBuffer": 0,
        "metadata": {"multipleDuration": options} if options else {},
        "price": 0,
        "currency": "usd",
        "lockTimeZoneToggleOnBookingPage": False,
        "forwardParamsSuccessRedirect": True,
        "successRedirectUrl": None,
        "isInstantEvent": False,
        **({"users": []} if owner is not None else {}),
        "scheduleId": None,
        "onlyShowFirstAvailableSlot": False,
        "offsetStart": 0,
        "bookingWindow": DISABLED,
        "confirmationPolicy": DISABLED,
        "requiresBookerEmailVerification": False,
        "hideCalendarNotes": False,
        "seats": DISABLED,
        "useDestinationCalendarEmail": False,
        "hideCalendarEventDetails": False,
        "hideOrganizerEmail": False,
        "calVideoSettings": None,
        "hidden": False,
        "bookingRequiresAuthentication": False,
        "bookerActiveBookingsLimit": DISABLED,
        "_": {"teamId": None, "schedulingType": None, "hosts": []},
        **settings,
    }


def video_settings(event_type_id: int, sent: dict[str, Any], now: str) -> dict[str, Any]:
    """The Cal Video settings of an event type as a self-hosted server shows them where some were sent."""
    return {
        "eventTypeId": event_type_id,
        "disableRecordingForOrganizer": False,
        "disableRecordingForGuests": False,
        "enableAutomaticTranscription": False,
        "enableAutomaticRecordingForOrganizer": False,
        "redirectUrlOnExit": None,
        "disableTranscriptionForGuests": False,
        "disableTranscriptionForOrganizer": False,
        "requireEmailForGuests": False,
        **sent,
        "createdAt": now,
        "updatedAt": now,
    }


def owner_summary(user: Record, *, hosted: bool) -> dict[str, Any]:
    """A user as an event type lists its users."""
    metadata = {"stripeCustomerId": "cus_XXXXXXXXXXXXXX"} if hosted else {}
    return {
        "id": user["id"],
        "name": user["name"],
        "username": user["username"],
        "avatarUrl": None,
        "brandColor": None,
        "darkBrandColor": None,
        "weekStart": user["weekStart"],
        "metadata": metadata,
    }


def newest_fields(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The booking fields as version 2026-06-12 shows them."""
    shown = []
    for each in fields:
        if not each.get("isDefault"):
            shown.append(_newest_custom(each))
        elif each["slug"] == "name":
            shown.append({"field": "name", "slug": "name", "variant": "fullName", "disableOnPrefill": False})
        elif each["slug"] == "location":
            shown.append({"field": "location", "slug": "location"})
        else:
            shown.append(
                {
                    "field": each["slug"],
                    "slug": each["slug"],
                    "required": each["required"],
                    "hidden": each["hidden"],
                    "disableOnPrefill": False,
                }
            )
        if each["slug"] == "email" and each.get("isDefault"):
            shown.append(
                {
                    "field": "attendeePhoneNumber",
                    "slug": "attendeePhoneNumber",
                    "required": False,
                    "hidden": True,
                    "disableOnPrefill": False,
                }
            )
    return shown


def _newest_custom(field: dict[str, Any]) -> dict[str, Any]:
    extra = {name: field[name] for name in ("placeholder", "options") if field.get(name)}
    kind = next((new for new, old in OLD_KINDS.items() if old == field["type"]), field["type"])
    common = {name: field[name] for name in ("slug", "label", "required", "hidden", "disableOnPrefill")}
    return {"field": "custom", **common, **extra, "type": kind}


def show(record: Record, owner: Record | None, *, hosted: bool, newest: bool, web_url: str) -> dict[str, Any]:
    """An event type of a user as answered."""
    shown = {name: value for name, value in record.items() if name != "_"}
    if owner is not None:
        shown["users"] = [owner_summary(owner, hosted=hosted)]
    if hosted:
        shown["calVideoSettings"] = shown["calVideoSettings"] or {"sendTranscriptionEmails": True}
        shown["bookingUrl"] = f"{web_url}/{owner['username'] if owner else 'team'}/{record['slug']}"
    if not (hosted and newest):
        shown = {name: value for name, value in shown.items() if name not in NEWEST_ONLY}
    else:
        shown = {**NEWEST_ONLY, **HOSTED_ONLY, **shown}
    if newest:
        shown["bookingFields"] = newest_fields(record["bookingFields"])
    return shown
