"""Why a booking came to its host: the routing trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calcom_async.core.records import Record, record

__all__ = [
    "RoutingTrace",
    "RoutingTraceForm",
    "RoutingTraceFormResponse",
    "RoutingTraceFormSubmission",
    "RoutingTraceGroup",
    "RoutingTraceStep",
]


@record
class RoutingTraceStep(Record):
    """One step of the routing, in words."""

    message: str | None = None
    """What happened, for people."""
    round: str | None = None
    """The round it belongs to, such as `Exact Match`."""
    domain: str | None = None
    """Who decided, such as `salesforce`."""
    step: str | None = None
    """The kind of step, for programs, such as `account_found_by_website`."""
    timestamp: int | None = None
    """When, in milliseconds since 1970."""
    data: Mapping[str, Any] | None = None
    """What else the step knows."""


@record
class RoutingTraceGroup(Record):
    """The steps of one round."""

    round: str | None = None
    """The round."""
    domain: str | None = None
    """Who decided."""
    steps: tuple[RoutingTraceStep, ...] = ()
    """The steps, in order."""


@record
class RoutingTraceForm(Record):
    """The routing form that was filled in."""

    name: str | None = None
    """Its name."""
    description: str | None = None
    """What it is for; may be null."""


@record
class RoutingTraceFormResponse(Record):
    """One answer to the routing form."""

    field_id: str | None = None
    """The field's id."""
    label: str | None = None
    """The field's label."""
    display_value: str | None = None
    """The answer, as people read it."""


@record
class RoutingTraceFormSubmission(Record):
    """A routing form and the answers to it."""

    form: RoutingTraceForm | None = None
    """The form."""
    responses: tuple[RoutingTraceFormResponse, ...] = ()
    """The answers."""


@record
class RoutingTrace(Record):
    """How a booking was routed; empty where no routing took place."""

    steps: tuple[RoutingTraceStep, ...] = ()
    """All steps, in order."""
    groups: tuple[RoutingTraceGroup, ...] = ()
    """The same steps by round."""
    form_submission: RoutingTraceFormSubmission | None = None
    """The routing form that led here, if there was one."""
