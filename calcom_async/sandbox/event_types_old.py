"""The event type endpoints of 2024-04-15: other names for nearly everything.

This is what a client gets that forgets the version header, so it is here to be stumbled over, in a minimal form.
"""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import event_type_wire, instants, validation
from calcom_async.sandbox.answers import Answer, success
from calcom_async.sandbox.event_types import not_found
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes(family="event types")

_OLD: Final = ("old",)
_CREATE: Final = (
    Field("length", (validation.at_least("length", 1), validation.number("length"))),
    Field("title", (validation.string("title"),)),
    Field("slug", (validation.string("slug"),)),
)

_NULL: Final = (
    "interfaceLanguage profileId eventName parentId bookingFields timeZone periodStartDate periodEndDate "
    "periodDays periodCountCalendarDays lockedTimeZone recurringEvent minimumRescheduleNotice metadata "
    "successRedirectUrl bookingLimits durationLimits instantMeetingScheduleId rrSegmentQueryValue "
    "maxLeadThreshold maxActiveBookingsPerBooker customReplyToEmail eventTypeColor secondaryEmailId "
    "restrictionScheduleId calVideoSettings"
)
_FALSE: Final = (
    "useEventLevelSelectedCalendars lockTimeZoneToggleOnBookingPage requiresConfirmationWillBlockSlot "
    "requiresConfirmationForFreeEmail requiresBookerEmailVerification autoTranslateDescriptionEnabled "
    "hideCalendarNotes hideCalendarEventDetails onlyShowFirstAvailableSlot showOptimizedSlots disableCancelling "
    "disableRescheduling seatsShowAttendees allowReschedulingCancelledBookings isInstantEvent "
    "assignAllTeamMembers assignRRMembersUsingSegment useEventTypeDestinationCalendarEmail isRRWeightsEnabled "
    "includeNoShowInRRCalculation allowReschedulingPastBookings hideOrganizerEmail "
    "maxActiveBookingPerBookerOfferReschedule rescheduleWithSameRoundRobinHost useBookerTimezone "
    "bookingRequiresAuthentication rrHostSubsetEnabled"
)
_TRUE: Final = (
    "canSendCalVideoTranscriptionEmails autoTranslateInstantMeetingTitleEnabled seatsShowAvailabilityCount "
    "forwardParamsSuccessRedirect"
)
_ROW: Final[dict[str, Any]] = {
    **dict.fromkeys(_NULL.split()),
    **dict.fromkeys(_FALSE.split(), False),
    **dict.fromkeys(_TRUE.split(), True),
    "position": 0,
    "offsetStart": 0,
    "price": 0,
    "locations": [],
    "instantMeetingParameters": [],
    "periodType": "UNLIMITED",
    "currency": "usd",
    "instantMeetingExpiryTimeOffsetInSeconds": 90,
}
"""The columns of a new event type that nobody sets: the real server shows its whole row."""


def _shown(record: Record) -> dict[str, Any]:
    return {
        "id": record["id"],
        "teamId": None,
        "userId": record.get("ownerId"),
        "title": record["title"],
        "slug": record["slug"],
        "length": record["lengthInMinutes"],
        "hidden": record["hidden"],
        "description": record["description"] or None,
        "schedulingType": None,
        "minimumBookingNotice": record["minimumBookingNotice"],
        "scheduleId": record["scheduleId"],
        "requiresConfirmation": "type" in record["confirmationPolicy"],
        "seatsPerTimeSlot": record["seats"].get("seatsPerTimeSlot"),
    }


@routes.add("GET", "/event-types", controllers=_OLD)
def list_all(call: Call) -> Answer:
    """`GET /v2/event-types` as it was: groups."""
    user = call.caller
    types = [_shown(each) for each in call.backend.store.event_types.of(f"user {user['id']}")]
    profile = {"slug": user["username"], "name": user["name"], "image": None}
    group = {"teamId": None, "bookerUrl": call.backend.web_url, "membershipRole": None, "profile": profile}
    return success({"eventTypeGroups": [{**group, "eventTypes": types}], "profiles": [profile]})


@routes.add("GET", "/event-types/{id}", controllers=_OLD)
def get(call: Call) -> Answer:
    """`GET /v2/event-types/{eventTypeId}` as it was: one level deeper."""
    event_type_id = call.number("id")
    record = call.backend.store.event_types.get(event_type_id)
    if record is None or record.get("ownerId") != call.caller["id"]:
        raise not_found(event_type_id)
    return success({"eventType": _shown(record)})


@routes.add("POST", "/event-types", controllers=_OLD)
def create(call: Call) -> Answer:
    """`POST /v2/event-types` as it was wants `length`; the body of today is refused."""
    body = validation.check(call.body, _CREATE)
    backend, user = call.backend, call.caller
    record = event_type_wire.new(
        backend.store.event_types.next_id(20_100),
        user,
        title=body["title"],
        slug=body["slug"],
        lengthInMinutes=body["length"],
    )
    backend.store.event_types.put(record, parent=f"user {user['id']}")
    made = instants.to_wire(backend.clock.milliseconds())
    known = {
        "beforeEventBuffer": record["beforeEventBuffer"], "afterEventBuffer": record["afterEventBuffer"],
        "slotInterval": None, "disableGuests": record["disableGuests"], "createdAt": made, "updatedAt": made,
    }  # fmt: skip
    return success({**_ROW, **_shown(record), **known}, status=201)
