"""Which scope an OAuth access token needs for an operation, and how one that lacks it is refused.

The same names are the permissions of a platform client, as far as platform clients have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from calcom_async.sandbox.answers import ApiError, refusal

_PARAMETER: Final = re.compile(r"\{[^}]*\}")
_OF_PLATFORM_CLIENTS: Final = ("EVENT_TYPE_", "BOOKING_", "SCHEDULE_", "APPS_", "PROFILE_")
_OPERATIONS: Final = """
APPS_READ
  GET /calendars
  GET /calendars/busy-times
  GET /calendars/ics-feed/check
  GET /calendars/{}/check
  GET /calendars/{}/event/{}
  GET /conferencing
  GET /conferencing/default
  GET /organizations/{}/users/{}/conferencing
APPS_WRITE
  POST /calendars/ics-feed/save
  GET /calendars/{}/connect
  POST /calendars/{}/credentials
  POST /calendars/{}/disconnect
  PATCH /calendars/{}/events/{}
  POST /conferencing/{}/connect
  POST /conferencing/{}/default
  DELETE /conferencing/{}/disconnect
  GET /conferencing/{}/oauth/auth-url
  PUT /destination-calendars
  POST /organizations/{}/users/{}/conferencing/default
  DELETE,POST /selected-calendars
BOOKING_READ
  GET /bookings
  GET /bookings/{}/attendees
  GET /bookings/{}/attendees/{}
  GET /bookings/{}/calendar-links
  GET /bookings/{}/conferencing-sessions
  GET /bookings/{}/recordings
  GET /bookings/{}/references
  GET /bookings/{}/routing-trace
  GET /bookings/{}/transcripts
BOOKING_WRITE
  POST /bookings/{}/attendees
  POST /bookings/{}/confirm
  POST /bookings/{}/decline
  POST /bookings/{}/guests
  PATCH /bookings/{}/location
  POST /bookings/{}/mark-absent
  POST /bookings/{}/reassign
  POST /bookings/{}/reassign/{}
  POST /bookings/{}/request-reschedule
CREDITS_READ
  GET /credits/available
CREDITS_WRITE
  POST /credits/charge
EVENT_TYPE_READ
  GET /event-types
  GET /event-types/{}
  GET /event-types/{}/booking-fields
  GET /event-types/{}/crm-sync-errors
  GET /event-types/{}/history
  GET /event-types/{}/private-links
  GET /event-types/{}/scheduling-config
  GET /event-types/{}/webhooks
  GET /event-types/{}/webhooks/{}
EVENT_TYPE_WRITE
  POST /event-types
  DELETE,PATCH /event-types/{}
  PATCH,POST,PUT /event-types/{}/booking-fields
  DELETE /event-types/{}/booking-fields/{}
  POST /event-types/{}/private-links
  DELETE,PATCH /event-types/{}/private-links/{}
  DELETE,POST /event-types/{}/webhooks
  DELETE,PATCH /event-types/{}/webhooks/{}
ORG_BOOKING_READ
  GET /organizations/{}/bookings
  GET /organizations/{}/users/{}/bookings
ORG_BOOKING_WRITE
  POST /organizations/{}/bookings/block
  POST /organizations/{}/bookings/report
ORG_EVENT_TYPE_READ
  GET /organizations/{}/teams/event-types
ORG_MEMBERSHIP_READ
  GET /organizations/{}/memberships
  GET /organizations/{}/memberships/{}
  GET /organizations/{}/users
ORG_MEMBERSHIP_WRITE
  POST /organizations/{}/memberships
  DELETE,PATCH /organizations/{}/memberships/{}
  POST /organizations/{}/users
  DELETE,PATCH /organizations/{}/users/{}
ORG_PROFILE_READ
  GET /organizations/{}/teams
ORG_PROFILE_WRITE
  POST /organizations/{}/teams
  DELETE,PATCH /organizations/{}/teams/{}
ORG_ROUTING_FORM_READ
  GET /organizations/{}/routing-forms
  GET /organizations/{}/routing-forms/{}/responses
ORG_ROUTING_FORM_WRITE
  POST /organizations/{}/routing-forms/{}/responses
  PATCH /organizations/{}/routing-forms/{}/responses/{}
ORG_SCHEDULE_READ
  GET /organizations/{}/ooo
  GET /organizations/{}/schedules
  GET /organizations/{}/users/{}/ooo
  GET /organizations/{}/users/{}/schedules
  GET /organizations/{}/users/{}/schedules/{}
ORG_SCHEDULE_WRITE
  POST /organizations/{}/users/{}/ooo
  DELETE,PATCH /organizations/{}/users/{}/ooo/{}
  POST /organizations/{}/users/{}/schedules
  DELETE,PATCH /organizations/{}/users/{}/schedules/{}
ORG_WEBHOOK_READ
  GET /organizations/{}/webhooks
  GET /organizations/{}/webhooks/{}
ORG_WEBHOOK_WRITE
  POST /organizations/{}/webhooks
  DELETE,PATCH /organizations/{}/webhooks/{}
PROFILE_READ
  GET /me
  GET /me/booking-limits
  GET /me/team-booking-limits
PROFILE_WRITE
  PATCH /me
  DELETE,PATCH /me/booking-limits
  DELETE,PATCH /me/team-booking-limits/{}
SCHEDULE_READ
  GET /me/ooo
  GET /schedules
  GET /schedules/default
  GET /schedules/{}
SCHEDULE_WRITE
  POST /me/ooo
  DELETE,PATCH /me/ooo/{}
  POST /schedules
  DELETE,PATCH /schedules/{}
TEAM_APPS_READ
  GET /organizations/{}/teams/{}/conferencing
  GET /organizations/{}/teams/{}/conferencing/default
TEAM_APPS_WRITE
  POST /organizations/{}/teams/{}/conferencing/{}/connect
  POST /organizations/{}/teams/{}/conferencing/{}/default
  DELETE /organizations/{}/teams/{}/conferencing/{}/disconnect
  GET /organizations/{}/teams/{}/conferencing/{}/oauth/auth-url
  GET /organizations/{}/teams/{}/conferencing/{}/oauth/callback
TEAM_BOOKING_READ
  GET /organizations/{}/teams/{}/bookings
  GET /organizations/{}/teams/{}/bookings/{}/references
  GET /teams/{}/bookings
TEAM_EVENT_TYPE_READ
  GET /organizations/{}/teams/{}/event-types/{}
  GET /organizations/{}/teams/{}/event-types/{}/booking-fields
  GET /organizations/{}/teams/{}/event-types/{}/private-links
  GET /teams/{}/event-types
  GET /teams/{}/event-types/{}
  GET /teams/{}/event-types/{}/booking-fields
  GET /teams/{}/event-types/{}/webhooks
  GET /teams/{}/event-types/{}/webhooks/{}
TEAM_EVENT_TYPE_WRITE
  POST /organizations/{}/teams/{}/event-types
  DELETE,PATCH /organizations/{}/teams/{}/event-types/{}
  PATCH,POST,PUT /organizations/{}/teams/{}/event-types/{}/booking-fields
  DELETE /organizations/{}/teams/{}/event-types/{}/booking-fields/{}
  POST /organizations/{}/teams/{}/event-types/{}/create-phone-call
  POST /organizations/{}/teams/{}/event-types/{}/private-links
  DELETE,PATCH /organizations/{}/teams/{}/event-types/{}/private-links/{}
  POST /teams/{}/event-types
  DELETE,PATCH /teams/{}/event-types/{}
  PATCH,POST,PUT /teams/{}/event-types/{}/booking-fields
  DELETE /teams/{}/event-types/{}/booking-fields/{}
  POST /teams/{}/event-types/{}/create-phone-call
  DELETE,POST /teams/{}/event-types/{}/webhooks
  DELETE,PATCH /teams/{}/event-types/{}/webhooks/{}
TEAM_MEMBERSHIP_READ
  GET /organizations/{}/teams/me
  GET /organizations/{}/teams/{}/memberships
  GET /organizations/{}/teams/{}/memberships/{}
  GET /teams/{}/memberships
  GET /teams/{}/memberships/{}
TEAM_MEMBERSHIP_WRITE
  POST /organizations/{}/teams/{}/invite
  POST /organizations/{}/teams/{}/memberships
  DELETE,PATCH /organizations/{}/teams/{}/memberships/{}
  POST /teams/{}/invite
  POST /teams/{}/memberships
  DELETE,PATCH /teams/{}/memberships/{}
TEAM_PROFILE_READ
  GET /organizations/{}/teams/{}
  GET /teams
  GET /teams/{}
TEAM_PROFILE_WRITE
  POST /teams
  DELETE,PATCH /teams/{}
TEAM_ROUTING_FORM_READ
  GET /organizations/{}/teams/{}/routing-forms
  GET /organizations/{}/teams/{}/routing-forms/{}/responses
TEAM_ROUTING_FORM_WRITE
  POST /organizations/{}/teams/{}/routing-forms/{}/responses
  PATCH /organizations/{}/teams/{}/routing-forms/{}/responses/{}
  POST /teams/{}/routing-forms/{}/responses
TEAM_SCHEDULE_READ
  GET /organizations/{}/teams/{}/schedules
  GET /organizations/{}/teams/{}/users/{}/schedules
  GET /teams/{}/schedules
  GET /teams/{}/users/{}/ooo
TEAM_SCHEDULE_WRITE
  POST /teams/{}/users/{}/ooo
  DELETE,PATCH /teams/{}/users/{}/ooo/{}
TEAM_VERIFIED_RESOURCES_READ
  GET /organizations/{}/teams/{}/verified-resources/emails
  GET /organizations/{}/teams/{}/verified-resources/emails/{}
  GET /organizations/{}/teams/{}/verified-resources/phones
  GET /organizations/{}/teams/{}/verified-resources/phones/{}
  GET /teams/{}/verified-resources/emails
  GET /teams/{}/verified-resources/emails/{}
  GET /teams/{}/verified-resources/phones
  GET /teams/{}/verified-resources/phones/{}
TEAM_VERIFIED_RESOURCES_WRITE
  POST /organizations/{}/teams/{}/verified-resources/emails/verification-code/request
  POST /organizations/{}/teams/{}/verified-resources/emails/verification-code/verify
  POST /organizations/{}/teams/{}/verified-resources/phones/verification-code/request
  POST /organizations/{}/teams/{}/verified-resources/phones/verification-code/verify
  POST /teams/{}/verified-resources/emails/verification-code/request
  POST /teams/{}/verified-resources/emails/verification-code/verify
  POST /teams/{}/verified-resources/phones/verification-code/request
  POST /teams/{}/verified-resources/phones/verification-code/verify
TEAM_WORKFLOW_READ
  GET /organizations/{}/teams/{}/workflows
  GET /organizations/{}/teams/{}/workflows/routing-form
  GET /organizations/{}/teams/{}/workflows/{}
  GET /organizations/{}/teams/{}/workflows/{}/routing-form
TEAM_WORKFLOW_WRITE
  POST /organizations/{}/teams/{}/workflows
  POST /organizations/{}/teams/{}/workflows/routing-form
  DELETE,PATCH /organizations/{}/teams/{}/workflows/{}
  DELETE,PATCH /organizations/{}/teams/{}/workflows/{}/routing-form
VERIFIED_RESOURCES_READ
  GET /verified-resources/emails
  GET /verified-resources/emails/{}
  GET /verified-resources/phones
  GET /verified-resources/phones/{}
VERIFIED_RESOURCES_WRITE
  POST /verified-resources/emails/verification-code/request
  POST /verified-resources/emails/verification-code/verify
  POST /verified-resources/phones/verification-code/request
  POST /verified-resources/phones/verification-code/verify
WEBHOOK_READ
  GET /webhooks
  GET /webhooks/{}
WEBHOOK_WRITE
  POST /webhooks
  DELETE,PATCH /webhooks/{}
"""


@cache
def _table() -> dict[tuple[str, str], str]:
    """The scope of each method and path; read from the text when the first token comes by."""
    table: dict[tuple[str, str], str] = {}
    scope = ""
    for line in _OPERATIONS.strip().splitlines():
        methods, _, path = line.strip().partition(" ")
        if path:
            table.update({(method, path): scope for method in methods.split(",")})
        else:
            scope = methods
    return table


@cache
def known() -> frozenset[str]:
    """Every scope there is."""
    return frozenset(_table().values())


def required(method: str, path: str) -> str | None:
    """The scope of an operation, or None where there is none."""
    return _table().get((method, _PARAMETER.sub("{}", path)))


def covers(granted: Iterable[str], scope: str) -> bool:
    """Whether a scope is among the granted ones; `ORG_…` covers the `TEAM_…` of the same name."""
    names = set(granted)
    return scope in names or (scope.startswith("TEAM_") and scope.replace("TEAM_", "ORG_", 1) in names)


def refused(granted: Sequence[str], method: str, path: str, *, public: bool) -> ApiError | None:
    """How a token with these scopes is refused for an operation; None where it may call it.

    A token without any scope is one of the old kind, and may do everything. What needs no credentials needs no scope.
    """
    if not granted:
        return None
    scope = required(method, path)
    if scope is None:
        if public:
            return None
        return refusal(403, "insufficient_scope: this endpoint is not available for third-party OAuth tokens")
    if covers(granted, scope):
        return None
    return refusal(
        403,
        f"insufficient_scope: token does not have the required scopes. Required: {scope}. Token has:"
        f" {', '.join(granted)}",
    )


def permission(method: str, path: str) -> str | None:
    """The permission that a platform client needs for an operation, or None."""
    scope = required(method, path)
    return scope if scope is not None and scope.startswith(_OF_PLATFORM_CLIENTS) else None
