"""What Cal.com keeps about an event type: its history, how its hosts are chosen, where a CRM failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calcom_async.core.records import Record, field, record
from calcom_async.models.event_types import HostPriority, SchedulingType

__all__ = [
    "CrmSyncError",
    "EventTypeActor",
    "EventTypeChange",
    "EventTypeChangedField",
    "SchedulingConfig",
    "SchedulingHost",
    "SchedulingHostGroup",
]


@record
class EventTypeActor(Record):
    """Who made a change."""

    type: str | None = None
    """`USER`, or what else acts."""
    display_name: str | None = None
    """Their name."""
    display_email: str | None = None
    """Their address."""
    display_avatar: str | None = None
    """Their picture."""


@record
class EventTypeChangedField(Record):
    """One field that was changed."""

    label: str | None = None
    """Its name for people."""
    field_value: Mapping[str, Any] | None = None
    """Such as `{"type": "diff", "previous": …, "next": …}`; the two are JSON text."""


@record
class EventTypeChange(Record):
    """One entry of an event type's history."""

    id: str
    """Its id."""
    action: str | None = None
    """`EVENT_TYPE_CREATED`, `EVENT_TYPE_MODIFIED` or `EVENT_TYPE_DELETED`."""
    type: str | None = None
    """The kind of entry, such as `RECORD_MODIFIED`."""
    timestamp: datetime | None = None
    """When."""
    source: str | None = None
    """From where, such as `WEBAPP`."""
    actor: EventTypeActor | None = None
    """Who."""
    impersonated_by: EventTypeActor | None = None
    """Who acted in their name."""
    action_display_title: str | None = None
    """The entry in a sentence."""
    display_fields: tuple[EventTypeChangedField, ...] = ()
    """What was changed, for people."""
    display_json: Mapping[str, Any] | None = None
    """What was changed, for programs."""
    has_error: bool | None = None
    """Whether Cal.com could not read its own entry."""


@record
class SchedulingHost(Record):
    """A host, as hosts are chosen."""

    user_id: int | None = None
    """Who."""
    name: str | None = None
    """Their name."""
    username: str | None = None
    """Their slug in booking links."""
    mandatory: bool | None = None
    """Whether they always attend."""
    priority: HostPriority | str | None = None
    """How soon it is their turn; round robin only."""
    weight: float | None = None
    """How often it is their turn; round robin only."""
    avatar_url: str | None = None
    """Their picture."""
    group_id: str | None = None
    """Their group; round robin only."""


@record
class SchedulingHostGroup(Record):
    """A group of hosts, each of which sends one."""

    id: str
    """Its id."""
    name: str | None = None
    """Its name."""


@record
class SchedulingConfig(Record):
    """How a team event type chooses its hosts; most fields are of round robin only."""

    event_type_id: int | None = None
    """The event type."""
    scheduling_type: SchedulingType | str | None = None
    """How hosts are chosen."""
    hosts: tuple[SchedulingHost, ...] = ()
    """Who may be chosen."""
    assign_all_team_members: bool | None = None
    """Whether that is everybody in the team."""
    host_groups: tuple[SchedulingHostGroup, ...] | None = None
    """Groups, each of which sends one host."""
    reschedule_with_same_round_robin_host: bool | None = None
    """Whether a booking that is moved keeps its host."""
    allow_rr_host_choice_on_reschedule: bool | None = field("allowRRHostChoiceOnReschedule")
    """Whether who moves it may choose."""
    is_rr_weights_enabled: bool | None = field("isRRWeightsEnabled")
    """Whether weights count."""
    max_lead_threshold: float | None = None
    """How far a host may be ahead of the others; None: whoever is free first."""
    include_no_show_in_rr_calculation: bool | None = field("includeNoShowInRRCalculation")
    """Whether bookings nobody came to count."""
    crm_record_owner_fallback_window_hours: float | None = None
    """Hours that a lead waits for its owner in the CRM."""
    crm_record_owner_fallback_window_skip_weekends: bool | None = None
    """Whether weekends are left out of them."""


@record
class CrmSyncError(Record):
    """A booking that a CRM did not take."""

    id: str
    """Its id."""
    credential_id: int | None = None
    """The connection to the CRM."""
    event_type_id: int | None = None
    """The event type."""
    app_slug: str | None = None
    """The CRM."""
    timestamp: datetime | None = None
    """When."""
    error_code: str | None = None
    """The CRM's code."""
    error_message: str | None = None
    """What went wrong."""
    raw_message: str | None = None
    """What the CRM said."""
    dropped_fields: tuple[str, ...] = ()
    """Fields that were left out."""
    event_created: bool | None = None
    """Whether an event was made all the same."""
    booking_uid: str | None = None
    """The booking."""
    dismissed_at: datetime | None = None
    """When somebody put it aside."""
