"""`/v2/organizations/{orgId}/bookings/report` and `…/block` (hosted): unwanted bookers, whose bookings go silently."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import organization_access, validation
from calcom_async.sandbox.answers import Answer, no_route, refusal, success
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.validation import Field

routes = Routes()

_BY: Final = ("EMAIL", "DOMAIN")
_UID: Final = Field("bookingUid", (validation.string("bookingUid"),))
_REASONS: Final = ("SPAM", "UNWANTED", "DONT_KNOW_PERSON", "OTHER")


def _check(call: Call, *fields: Field) -> tuple[dict[str, Any], Booking, list[int]]:
    """What was sent, the booking it names, and the people of the organization."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    organization = organization_access.require(call, "ORG_ADMIN")
    body = validation.check(call.body, (_UID, *fields))
    people = [user["id"] for user in organization_access.members(call, organization)]
    booking = call.backend.bookings.by_uid(body["bookingUid"])
    if booking is None or booking.organizer not in people:
        raise refusal(404, f"Booking with uid={body['bookingUid']} was not found in the database")
    return body, booking, people


def _cancel(call: Call, booking: Booking, people: list[int], by: str) -> int:
    """Cancel what is to come of this booker, or of everybody with an address of that domain; how many there were."""
    booker = str(booking.wire["attendees"][0]["email"])
    domain = booker.rpartition("@")[2]
    marks = ", ".join("?" * len(people))
    now = call.backend.clock.milliseconds()
    count = 0
    for each in call.backend.bookings.where(f"organizer IN ({marks}) AND start > ?", *people, now):
        addresses = [str(person["email"]) for person in each.wire["attendees"]]
        unwanted = booker in addresses if by == "EMAIL" else any(mail.endswith(f"@{domain}") for mail in addresses)
        if each.alive and unwanted:
            each.status, each.updated = "cancelled", now
            each.sync()
            call.backend.bookings.save(each)
            count += 1
    return count


@routes.add("POST", "/organizations/{org}/bookings/report")
def report(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/bookings/report`."""
    kind = Field("reportType", (validation.one_of("reportType", _BY),))
    reason = Field("reason", (validation.one_of("reason", _REASONS),))
    body, booking, people = _check(call, reason, kind)
    count = _cancel(call, booking, people, body["reportType"])
    told = {"success": True, "message": "Booking reported and cancelled successfully", "bookingUid": booking.uid}
    return success({**told, "reportedCount": max(count, 1), "cancelledCount": count})


@routes.add("POST", "/organizations/{org}/bookings/block")
def block(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/bookings/block`."""
    body, booking, people = _check(call, Field("blockType", (validation.one_of("blockType", _BY),)))
    count = _cancel(call, booking, people, body["blockType"])
    booker = str(booking.wire["attendees"][0]["email"])
    value = booker if body["blockType"] == "EMAIL" else booker.rpartition("@")[2]
    told = {"success": True, "message": f"Added to blocklist and {count} bookings cancelled"}
    return success({**told, "bookingUid": booking.uid, "cancelledCount": count, "blockedValue": value})
