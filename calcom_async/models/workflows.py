"""Workflows: messages that follow from bookings or from answers to routing forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias, get_args

import attrs

from calcom_async.core.records import Input, Record, record, tagged_union
from calcom_async.core.unset import UNSET, Unset

__all__ = [
    "ChangedEmailStep",
    "ChangedPhoneStep",
    "KeptPathsStep",
    "NewEmailMessage",
    "NewEmailStep",
    "NewFormTimedTrigger",
    "NewFormTrigger",
    "NewPhoneStep",
    "NewRoutingFormActivation",
    "NewTextMessage",
    "NewTimedTrigger",
    "NewWorkflowActivation",
    "NewWorkflowOffset",
    "NewWorkflowTrigger",
    "RoutingFormActivationInput",
    "RoutingFormTriggerInput",
    "Workflow",
    "WorkflowAction",
    "WorkflowActivation",
    "WorkflowActivationInput",
    "WorkflowMessage",
    "WorkflowOffset",
    "WorkflowPath",
    "WorkflowRecipient",
    "WorkflowStep",
    "WorkflowStepChange",
    "WorkflowStepInput",
    "WorkflowTemplate",
    "WorkflowTrigger",
    "WorkflowTriggerInput",
    "WorkflowTriggerType",
    "WorkflowUnit",
]


class WorkflowTriggerType(StrEnum):
    """What sets a workflow off; the last two are those of routing forms."""

    BEFORE_EVENT = "beforeEvent"
    AFTER_EVENT = "afterEvent"
    NEW_EVENT = "newEvent"
    EVENT_CANCELLED = "eventCancelled"
    RESCHEDULE_EVENT = "rescheduleEvent"
    AFTER_HOSTS_CAL_VIDEO_NO_SHOW = "afterHostsCalVideoNoShow"
    AFTER_GUESTS_CAL_VIDEO_NO_SHOW = "afterGuestsCalVideoNoShow"
    BOOKING_REJECTED = "bookingRejected"
    BOOKING_REQUESTED = "bookingRequested"
    BOOKING_PAYMENT_INITIATED = "bookingPaymentInitiated"
    BOOKING_PAID = "bookingPaid"
    BOOKING_NO_SHOW_UPDATED = "bookingNoShowUpdated"
    FORM_SUBMITTED = "formSubmitted"
    FORM_SUBMITTED_NO_EVENT = "formSubmittedNoEvent"


class WorkflowAction(StrEnum):
    """What a step does."""

    EMAIL_HOST = "email_host"
    EMAIL_ATTENDEE = "email_attendee"
    EMAIL_ADDRESS = "email_address"
    SMS_ATTENDEE = "sms_attendee"
    SMS_NUMBER = "sms_number"
    WHATSAPP_ATTENDEE = "whatsapp_attendee"
    WHATSAPP_NUMBER = "whatsapp_number"
    CAL_AI_PHONE_CALL = "cal_ai_phone_call"
    PATHS = "paths"


class WorkflowRecipient(StrEnum):
    """Whom a step writes to."""

    CONST = "const"
    ATTENDEE = "attendee"
    EMAIL = "email"
    PHONE_NUMBER = "phone_number"


class WorkflowTemplate(StrEnum):
    """What a step says; `custom` for your own words."""

    REMINDER = "reminder"
    CUSTOM = "custom"
    RESCHEDULED = "rescheduled"
    COMPLETED = "completed"
    RATING = "rating"
    CANCELLED = "cancelled"


class WorkflowUnit(StrEnum):
    """A unit of time."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@record
class WorkflowOffset(Record):
    """How long before or after."""

    value: int | None = None
    """How many."""
    unit: WorkflowUnit | str | None = None
    """Of what."""


@record
class WorkflowTrigger(Record):
    """What sets a workflow off."""

    type: WorkflowTriggerType | str | None = None
    """The event."""
    offset: WorkflowOffset | None = None
    """How long before or after it; missing where there is no such thing."""


@record
class WorkflowActivation(Record):
    """What a workflow is for: event types, or routing forms."""

    is_active_on_all_event_types: bool | None = None
    """Whether for every event type."""
    active_on_event_type_ids: tuple[int, ...] = ()
    """Else for these."""
    is_active_on_all_routing_forms: bool | None = None
    """Whether for every routing form."""
    active_on_routing_form_ids: tuple[str, ...] = ()
    """Else for these."""


@record
class WorkflowMessage(Record):
    """What a step says."""

    subject: str | None = None
    """Subject, with variables such as `{EVENT_NAME}`."""
    html: str | None = None
    """Text of an e-mail, as HTML."""
    text: str | None = None
    """Text of an SMS or a WhatsApp message."""


@record
class WorkflowPath(Record):
    """A branch that steps can belong to; made in Cal.com's app only."""

    id: str
    """Its id."""
    name: str | None = None
    """Its name."""


@record
class WorkflowStep(Record):
    """One step of a workflow."""

    id: int
    """The step's id."""
    step_number: int | None = None
    """Its place, from 1 on."""
    action: WorkflowAction | str | None = None
    """What it does."""
    recipient: WorkflowRecipient | str | None = None
    """Whom it writes to."""
    template: WorkflowTemplate | str | None = None
    """What it says; servers answer `reminder` whatever was sent."""
    sender: str | None = None
    """The sender's name."""
    email: str | None = None
    """The verified address it writes to; empty where it is another action."""
    phone: str | None = None
    """The verified number it writes to; likewise."""
    phone_required: bool | None = None
    """Whether attendees have to give a phone number."""
    include_calendar_event: bool | None = None
    """Whether the e-mail has a calendar file."""
    skip_no_show_attendees: bool | None = None
    """Whether a request for a rating leaves out who did not come."""
    message: WorkflowMessage | None = None
    """What it says."""
    auto_translate_enabled: bool | None = None
    """Whether it is translated for attendees (organizations only)."""
    source_locale: str | None = None
    """The language it is written in."""
    path_id: str | None = None
    """The branch it belongs to."""
    paths: tuple[WorkflowPath, ...] = ()
    """The branches, where the action is `paths`."""


@record
class Workflow(Record):
    """Messages that follow from bookings (`event-type`) or from answers to routing forms (`routing-form`)."""

    id: int
    """The workflow's id."""
    name: str | None = None
    """Its name."""
    user_id: int | None = None
    """Whose it is, where it is no team's."""
    team_id: int | None = None
    """The team's id."""
    type: str | None = None
    """`event-type` or `routing-form`."""
    activation: WorkflowActivation | None = None
    """What it is for."""
    trigger: WorkflowTrigger | None = None
    """What sets it off."""
    steps: tuple[WorkflowStep, ...] = ()
    """What it does."""
    created_at: datetime | None = None
    """When it was made."""
    updated_at: datetime | None = None
    """When it was changed last."""


# --- what is sent ----------------------------------------------------------------------------------------------------


@record
class NewWorkflowActivation(Input):
    """What a workflow is for."""

    is_active_on_all_event_types: bool
    """Whether for every event type."""
    active_on_event_type_ids: Sequence[int] | Unset = UNSET
    """Else for these."""


@record
class NewRoutingFormActivation(Input):
    """What a workflow of routing forms is for."""

    is_active_on_all_routing_forms: bool
    """Whether for every routing form."""
    active_on_routing_form_ids: Sequence[str] | Unset = UNSET
    """Else for these."""


@record
class NewWorkflowOffset(Input):
    """How long before or after."""

    value: int
    """How many."""
    unit: WorkflowUnit | str
    """Of what."""


@record
class NewWorkflowTrigger(Input):
    """An event of a booking that sets a workflow off at once."""

    type: Literal[
        "newEvent",
        "eventCancelled",
        "rescheduleEvent",
        "bookingRejected",
        "bookingRequested",
        "bookingPaymentInitiated",
        "bookingPaid",
        "bookingNoShowUpdated",
    ]
    """The event."""


@record
class NewTimedTrigger(Input):
    """An event of a booking that sets a workflow off some time before or after."""

    type: Literal["beforeEvent", "afterEvent", "afterHostsCalVideoNoShow", "afterGuestsCalVideoNoShow"]
    """The event."""
    offset: NewWorkflowOffset
    """How long before or after it."""


@record
class NewFormTrigger(Input):
    """An answer to a routing form sets a workflow off at once."""

    type: Literal["formSubmitted"] = "formSubmitted"
    """Always `formSubmitted`."""


@record
class NewFormTimedTrigger(Input):
    """An answer to a routing form sets a workflow off some time after, if no booking came of it."""

    offset: NewWorkflowOffset
    """How long after it."""
    type: Literal["formSubmittedNoEvent"] = "formSubmittedNoEvent"
    """Always `formSubmittedNoEvent`."""


@record
class NewEmailMessage(Input):
    """What an e-mail says."""

    subject: str
    """Subject, with variables such as `{EVENT_NAME}`."""
    html: str
    """Text, as HTML, with variables."""


@record
class NewTextMessage(Input):
    """What an SMS or a WhatsApp message says."""

    subject: str
    """Subject."""
    text: str
    """Text, with variables such as `{EVENT_NAME}`."""


@record
class _NewStep(Input):
    step_number: int
    """Its place, from 1 on."""
    recipient: WorkflowRecipient | str
    """Whom it writes to: `const` (the host), `attendee`, `email`, `phone_number`."""
    template: WorkflowTemplate | str
    """What it says; `custom` for your own words."""
    sender: str
    """The sender's name."""
    auto_translate_enabled: bool | Unset = UNSET
    """Whether it is translated for attendees (organizations only)."""
    source_locale: str | Unset = UNSET
    """The language it is written in; the user's by default."""


@record
class NewEmailStep(_NewStep):
    """A step that sends an e-mail."""

    action: Literal["email_host", "email_attendee", "email_address"]
    """To whom."""
    message: NewEmailMessage
    """What it says."""
    include_calendar_event: bool = False
    """Whether it has a calendar file."""
    verified_email_id: int | Unset = UNSET
    """`email_address`: the verified address."""
    skip_no_show_attendees: bool | Unset = UNSET
    """`email_attendee`: whether a request for a rating leaves out who did not come."""


@record
class NewPhoneStep(_NewStep):
    """A step that sends an SMS or a WhatsApp message (not for routing forms)."""

    action: Literal["sms_attendee", "sms_number", "whatsapp_attendee", "whatsapp_number"]
    """To whom."""
    message: NewTextMessage
    """What it says."""
    verified_phone_id: int | Unset = UNSET
    """`…_number`: the verified number."""
    phone_required: bool | Unset = UNSET
    """`…_attendee`: whether attendees have to give a phone number."""


@record
class ChangedEmailStep(NewEmailStep):
    """A step that sends an e-mail, of a workflow that exists."""

    id: int | Unset = UNSET
    """The step to change; without it, a new one."""


@record
class ChangedPhoneStep(NewPhoneStep):
    """A step that sends an SMS or a WhatsApp message, of a workflow that exists."""

    id: int | Unset = UNSET
    """The step to change; without it, a new one."""


@record
class KeptPathsStep(Input):
    """A step of branches that is to stay; branches can be changed in Cal.com's app only."""

    id: int
    """The step."""
    action: Literal["paths"] = "paths"
    """Always `paths`."""


NewTrigger: TypeAlias = NewWorkflowTrigger | NewTimedTrigger
NewRoutingFormTrigger: TypeAlias = NewFormTrigger | NewFormTimedTrigger
NewStep: TypeAlias = NewEmailStep | NewPhoneStep
ChangedStep: TypeAlias = ChangedEmailStep | ChangedPhoneStep | KeptPathsStep


def _by_tag(union: Any, tag: str) -> None:
    """Tell the members apart by the values that their tag may have."""
    members: dict[Any, type[Any]] = {}
    for member in get_args(union):
        attrs.resolve_types(member)
        members |= dict.fromkeys(get_args(attrs.fields_dict(member)[tag].type), member)
    tagged_union(union, tag, members)


_by_tag(NewTrigger, "type")
_by_tag(NewRoutingFormTrigger, "type")
_by_tag(NewStep, "action")
_by_tag(ChangedStep, "action")

WorkflowTriggerInput: TypeAlias = NewTrigger | WorkflowTrigger | Mapping[str, Any]
"""What is accepted for a trigger: a record, one of an answer, or a mapping."""
RoutingFormTriggerInput: TypeAlias = NewRoutingFormTrigger | WorkflowTrigger | Mapping[str, Any]
"""Likewise, for workflows of routing forms."""
WorkflowActivationInput: TypeAlias = NewWorkflowActivation | WorkflowActivation | Mapping[str, Any]
"""What is accepted for an activation."""
RoutingFormActivationInput: TypeAlias = NewRoutingFormActivation | WorkflowActivation | Mapping[str, Any]
"""Likewise, for workflows of routing forms."""
WorkflowStepInput: TypeAlias = NewStep | Mapping[str, Any]
"""What is accepted for a step of a new workflow."""
WorkflowStepChange: TypeAlias = ChangedStep | WorkflowStep | Mapping[str, Any]
"""What is accepted for a step of a workflow that exists: one of an answer as well."""
