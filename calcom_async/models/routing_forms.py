"""Routing forms: what they ask, what was answered, and where an answer leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from calcom_async.core.inputs import Instant
from calcom_async.core.records import Record, record
from calcom_async.models.slots import Slot

__all__ = [
    "OrganizationRoutingFormFilters",
    "ResponseRouting",
    "RoutedResponse",
    "RoutedSlots",
    "RoutingForm",
    "RoutingFormFilters",
    "RoutingFormResponse",
    "RoutingSlotOptions",
]


@record
class RoutingForm(Record):
    """A form whose answers decide which event type, page or message follows."""

    id: str
    """The form's id."""
    name: str | None = None
    """Its name."""
    description: str | None = None
    """What it is for."""
    position: int | None = None
    """Its place in the list."""
    routes: tuple[Any, ...] | None = None
    """The rules, in order: `action` (`type`, `value`, `eventTypeId`), `queryValue`, `isFallback`."""
    fields: tuple[Any, ...] | None = None
    """The questions: `id`, `identifier`, `type`, `label`, `required`, `options` (`id`, `label`)."""
    settings: Mapping[str, Any] | None = None
    """Who is told of answers, and more."""
    user_id: int | None = None
    """Who made it."""
    team_id: int | None = None
    """The team it belongs to."""
    disabled: bool | None = None
    """Whether it is switched off."""
    created_at: datetime | None = None
    """When it was made."""
    updated_at: datetime | None = None
    """When it was changed last."""
    updated_by_id: int | None = None
    """Who changed it last (undocumented)."""


@record
class RoutingFormResponse(Record):
    """What somebody answered."""

    id: int
    """The response's id."""
    form_id: str | None = None
    """The form."""
    form_filler_id: str | None = None
    """Who answered, as far as Cal.com can tell."""
    routed_to_booking_uid: str | None = None
    """The booking that came of it."""
    response: Mapping[str, Any] | None = None
    """By the id of the question: `label`, `value`."""
    created_at: datetime | None = None
    """When."""


@record
class ResponseRouting(Record):
    """How a response was routed: pass it to `cal.bookings.create(routing=…)`."""

    team_member_ids: tuple[int, ...] = ()
    """The team members the booking may go to."""
    response_id: int | None = None
    """The response."""
    queued_response_id: str | None = None
    """The queued response, where it was queued."""
    team_member_email: str | None = None
    """The team member it goes to."""
    skip_contact_owner: bool | None = None
    """Whether the owner of the contact in the CRM is passed over."""
    crm_app_slug: str | None = None
    """The CRM."""
    crm_owner_record_type: str | None = None
    """The kind of record that has the owner."""
    crm_record_owner_fallback_team_member_ids: tuple[int, ...] | None = None
    """Who may take it where the owner can't."""
    crm_record_owner_fallback_mode: str | None = None
    """How they were found: `relationship` or `attributeRules`."""


@record
class RoutedSlots(Record):
    """The event type that answers lead to, and when it can be booked."""

    event_type_id: int | None = None
    """The event type."""
    slots: Mapping[date, tuple[Slot, ...]] | None = None
    """Free slots by day."""


@record
class RoutedResponse(RoutedSlots):
    """Where a response leads: to an event type with its slots, to another address, or to a message."""

    routing: ResponseRouting | None = None
    """What the booking needs to know of it."""
    routing_external_redirect_url: str | None = None
    """The address to go to."""
    routing_custom_message: str | None = None
    """The message to show."""


class RoutingSlotOptions(TypedDict, total=False):
    """How free slots are to be given."""

    time_zone: str
    """The time zone of the slots; UTC by default."""
    duration: int | timedelta
    """The length in minutes, where the event type has several."""
    format: str
    """`range` gives each slot its end as well."""
    booking_uid_to_reschedule: str
    """A booking that is to be moved: its own time counts as free."""
    reschedule_with_same_host: bool
    """Round robin with a choice of host: whether only slots of the booking's host are given."""


class RoutingFormFilters(TypedDict, total=False):
    """Which forms or responses, and their order."""

    sort_created_at: str
    """Order by creation: `asc` or `desc`."""
    sort_updated_at: str
    """Order by the last change."""
    after_created_at: Instant
    """Made then or later."""
    before_created_at: Instant
    """Made then or earlier."""
    after_updated_at: Instant
    """Changed then or later."""
    before_updated_at: Instant
    """Changed then or earlier."""
    routed_to_booking_uid: str
    """Led to this booking."""


class OrganizationRoutingFormFilters(RoutingFormFilters, total=False):
    """Which forms of an organization."""

    team_ids: int | Sequence[int]
    """Of these teams."""
