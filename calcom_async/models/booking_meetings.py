"""What belongs to the meeting of a booking: calendar links, references, recordings, sessions."""

from __future__ import annotations

from enum import StrEnum

from calcom_async.core.records import Record, record, secret

__all__ = [
    "BookingReference",
    "BookingReferenceType",
    "CalendarLink",
    "ConferencingParticipant",
    "ConferencingSession",
    "Recording",
]


@record
class CalendarLink(Record):
    """A link that adds a booking to someone's calendar."""

    label: str | None = None
    """What to write on the button, such as `Google Calendar`."""
    id: str | None = None
    """`googleCalendar`, `microsoftOffice`, `microsoftOutlook` or `ics`; not documented."""
    link: str | None = None
    """Where the button leads; for `ics` the calendar file itself, as a `data:` URI."""


class BookingReferenceType(StrEnum):
    """The apps that references can be narrowed to."""

    GOOGLE_CALENDAR = "google_calendar"
    OFFICE365_CALENDAR = "office365_calendar"
    DAILY_VIDEO = "daily_video"
    GOOGLE_VIDEO = "google_video"
    OFFICE365_VIDEO = "office365_video"
    ZOOM_VIDEO = "zoom_video"


@record
class BookingReference(Record):
    """What an app made for a booking: an event in a calendar, a video meeting."""

    id: int | str | None = None
    """The reference's id."""
    type: BookingReferenceType | str | None = None
    """The app; `daily_video` is Cal Video."""
    event_uid: str | None = None
    """The id of the event in that app; may be empty."""
    destination_calendar_id: str | None = None
    """The calendar it is in; null for video meetings."""


@record
class Recording(Record):
    """A recording of a Cal Video meeting."""

    id: str | None = None
    """The recording's id."""
    room_name: str | None = None
    """The room of the meeting."""
    start_ts: int | None = None
    """When it starts, in seconds since 1970."""
    status: str | None = None
    """Such as `finished`."""
    max_participants: int | None = None
    """How many people were there at most."""
    duration: int | None = None
    """How long it is, in seconds."""
    share_token: str | None = secret()
    """Lets its bearer watch the recording; it stays out of the repr."""
    download_link: str | None = None
    """Where to download it for one hour; list the recordings again for a fresh one. Null while there is none."""
    error: str | None = None
    """Why there is no download link."""


@record
class ConferencingParticipant(Record):
    """Someone in a session."""

    user_id: str | None = None
    """Their id in the video app; null for guests."""
    user_name: str | None = None
    """The name they gave."""
    join_time: int | None = None
    """When they came, in seconds since 1970."""
    duration: int | None = None
    """How long they stayed, in seconds."""


@record
class ConferencingSession(Record):
    """A Cal Video meeting that took place, or is taking place."""

    id: str | None = None
    """The session's id."""
    room: str | None = None
    """The room."""
    start_time: int | None = None
    """When it began, in seconds since 1970."""
    duration: int | None = None
    """How long it is, in seconds."""
    ongoing: bool | None = None
    """Whether it is still going on."""
    max_participants: int | None = None
    """How many people were there at most."""
    participants: tuple[ConferencingParticipant, ...] = ()
    """Who was there."""
