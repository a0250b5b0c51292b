"""The parts of requests about bookings: whom to invite, how the booking was routed, who did not come."""

from __future__ import annotations

from calcom_async.core.records import Input, record
from calcom_async.core.unset import UNSET, Unset

__all__ = ["AttendeeAbsence", "BookingRouting", "NewAttendee", "NewGuest"]


@record
class NewAttendee(Input):
    """The person a booking is made for. An e-mail address or a phone number is needed."""

    name: str
    """Full name."""
    time_zone: str
    """IANA name, such as `Europe/London`."""
    email: str | Unset = UNSET
    """Where the confirmation goes."""
    phone_number: str | Unset = UNSET
    """In international format, such as `+37120000000`; needed where the event type sends SMS."""
    language: str | Unset = UNSET
    """The language of messages to them, such as `it`; `en` if left out."""


@record
class NewGuest(Input):
    """Someone who is invited to a booking that exists."""

    email: str
    """E-mail address."""
    name: str | Unset = UNSET
    """Full name."""
    time_zone: str | Unset = UNSET
    """IANA name."""
    phone_number: str | Unset = UNSET
    """In international format; they get an SMS as well."""
    language: str | Unset = UNSET
    """The language of messages to them; `en` if left out."""


@record
class AttendeeAbsence(Input):
    """Whether one attendee of a booking was absent."""

    email: str
    """The attendee's e-mail address."""
    absent: bool = True
    """False takes the mark back."""


@record
class BookingRouting(Input):
    """What a routing form decided; `cal...routing_forms` answers it with the slots."""

    team_member_ids: tuple[int, ...]
    """The team members the booking may go to."""
    response_id: int | Unset | None = UNSET
    """The response to the routing form."""
    queued_response_id: str | Unset | None = UNSET
    """The queued response, where it was queued."""
    team_member_email: str | Unset = UNSET
    """The team member it goes to."""
    skip_contact_owner: bool | Unset = UNSET
    """Whether the owner of the contact in the CRM is passed over."""
    crm_app_slug: str | Unset = UNSET
    """The CRM, such as `salesforce`."""
    crm_owner_record_type: str | Unset = UNSET
    """The kind of record that has the owner, such as `Account`."""
    crm_record_owner_fallback_team_member_ids: tuple[int, ...] | Unset = UNSET
    """Who may take it where the owner can't."""
    crm_record_owner_fallback_mode: str | Unset = UNSET
    """How they were found: `relationship` or `attributeRules`."""
