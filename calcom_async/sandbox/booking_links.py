"""What else there is to read about a booking: calendar links, references, recordings, sessions, routing."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from calcom_async.sandbox import instants
from calcom_async.sandbox.answers import Answer, refusal, success
from calcom_async.sandbox.bookings_read import find
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.routing import Call, Routes

routes = Routes(family="bookings", access="guarded")

_FUTURE_NOTICE: Final = (
    "This endpoint will require authentication in a future release. Please update your integration to include valid"
    " credentials. See https://cal.com/docs/api-reference/v2/introduction#authentication for details."
)


@routes.add("GET", "/bookings/{uid}/calendar-links")
def calendar_links(call: Call) -> Answer:
    """`GET /v2/bookings/{bookingUid}/calendar-links`: four; the one for ICS is a `data:` URI."""
    booking = find(call.backend, call.params["uid"])
    if booking.event_type is None:
        raise refusal(400, f"Booking with uid {booking.uid} has no event type")
    record = call.backend.store.event_types.get(booking.event_type) or {}
    title, text = booking.wire["title"], record.get("description", "")
    start, end = (f"{instants.to_datetime(each):%Y-%m-%dT%H:%M:%SZ}" for each in (booking.start, booking.end))
    short = (each.replace("-", "").replace(":", "") for each in (start, end))
    compose = f"calendar/0/deeplink/compose?body={text}&enddt={end}"
    return success(
        [
            {
                "label": "Google Calendar",
                "id": "googleCalendar",
                "link": "https://calendar.google.com/calendar/r/eventedit"
                f"?dates={'/'.join(short)}&text={title}&details={text}",
            },
            {
                "label": "Microsoft Office",
                "id": "microsoftOffice",
                "link": f"https://outlook.office.com/{compose}"
                f"&path=%2Fcalendar%2Faction%2Fcompose&rru=addevent&startdt={start}&subject={title}",
            },
            {
                "label": "Microsoft Outlook",
                "id": "microsoftOutlook",
                "link": f"https://outlook.live.com/{compose}"
                f"&path=%252Fcalendar%252Faction%252Fcompose&rru=addevent&startdt={start}&subject={quote(title)}",
            },
            {"label": "ICS", "id": "ics", "link": f"data:text/calendar,{quote(_ics(booking), safe='')}"},
        ]
    )


def _ics(booking: Booking) -> str:
    stamp, start = (f"{instants.to_datetime(each):%Y%m%dT%H%M%SZ}" for each in (booking.created, booking.start))
    minutes = (booking.end - booking.start) // instants.MINUTE
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{booking.uid}",
        f"SUMMARY:{booking.wire['title']}",
        f"DTSTAMP:{stamp}",
        f"DTSTART:{start}",
        f"DURATION:PT{minutes}M",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines)


@routes.add("GET", "/bookings/{uid}/references")
def references(call: Call) -> Answer:
    """`GET /v2/bookings/{bookingUid}/references`: a video reference for Cal Video bookings, else nothing."""
    booking = find(call.backend, call.params["uid"])
    found = [{"type": "daily_video", "eventUid": booking.uid, "id": booking.id, "destinationCalendarId": None}]
    wanted = call.query.get("type")
    keep = _has_video(booking) and wanted in (None, "daily_video")
    return success(found if keep else [])


@routes.add("GET", "/bookings/{uid}/recordings", access="open")
def recordings(call: Call) -> Answer:
    """`GET /v2/bookings/{bookingUid}/recordings`: none were made."""
    _require_video(call)
    return success([], message=_FUTURE_NOTICE)


@routes.add("GET", "/bookings/{uid}/transcripts", access="open")
def transcripts(call: Call) -> Answer:
    """`GET /v2/bookings/{bookingUid}/transcripts`: none were made."""
    _require_video(call)
    return success([], message=_FUTURE_NOTICE)


@routes.add("GET", "/bookings/{uid}/conferencing-sessions")
def conferencing_sessions(call: Call) -> Answer:
    """`GET /v2/bookings/{bookingUid}/conferencing-sessions`: none were held."""
    _require_video(call)
    return success([])


@routes.add("GET", "/bookings/{uid}/routing-trace", family="booking parts")
def routing_trace(call: Call) -> Answer:
    """`GET /v2/bookings/{bookingUid}/routing-trace`: for bookings from a routing form, whose steps are not kept."""
    booking = find(call.backend, call.params["uid"])
    if "routing" in booking.private:
        return success({"steps": [], "groups": [], "formSubmission": None})
    raise refusal(404, f"No routing trace found for booking with uid={booking.uid}")


def _has_video(booking: Booking) -> bool:
    place: str = booking.wire["location"]
    return place.startswith(("https://app.cal.com/video/", "integrations:daily"))


def _require_video(call: Call) -> None:
    booking = find(call.backend, call.params["uid"])
    if not _has_video(booking):
        raise refusal(404, f"No Cal Video reference found with booking uid {booking.uid}")
