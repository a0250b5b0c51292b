"""Where the package knowingly does other than the document says, and why. Live answers outrank the document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import attrs

from calcom_async.contract.comparison import Finding

__all__ = ["DEVIATIONS", "Deviation", "judge"]


@attrs.frozen
class Deviation:
    """Differences that are meant.

    Attributes:
        operations: `GET /v2/bookings`; `*` stands for anything.
        kind: As of a `Finding`.
        where: As of a `Finding`; `*` stands for anything.
        reason: What servers do, or why one thing stands for several.
        what: As of a `Finding`; `*` stands for anything.
        elsewhere: Only other documents than the complete one need it.
    """

    operations: str
    kind: str
    where: str
    reason: str
    what: str = "*"
    elsewhere: bool = False

    def covers(self, finding: Finding) -> bool:
        """Whether a difference is one of these."""
        return (
            self.kind == finding.kind
            and self.what in ("*", finding.what)
            and _matches(finding.operation, self.operations)
            and _matches(finding.where, self.where)
        )


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def judge(
    findings: Iterable[Finding], deviations: Sequence[Deviation] | None = None
) -> tuple[list[Finding], set[Deviation]]:
    """The differences that are not meant, and of the deviations the first that covers each of the others."""
    table = DEVIATIONS if deviations is None else deviations
    open_: list[Finding] = []
    used: set[Deviation] = set()
    for finding in findings:
        covering = next((deviation for deviation in table if deviation.covers(finding)), None)
        if covering is None:
            open_.append(finding)
        else:
            used.add(covering)
    return open_, used


_IDENTITY = "without it there would be no record: an answer that lacks it is refused"

DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        "* *event-types*",
        "required",
        "body bookingFields[].*",
        "one record stands for all kinds of booking fields; what each kind needs, Cal.com says",
    ),
    Deviation(
        "* *event-types*",
        "body",
        "body bookingFields[].*Name*",
        "a name in two parts is understood by both versions; the document of the older one leaves it out",
    ),
    Deviation(
        "* *event-types*",
        "type",
        "body lengthInMinutesOptions[]",
        "servers take and answer numbers; the document says text",
    ),
    Deviation(
        "PATCH *event-types/{eventTypeId}",
        "enum",
        "body schedulingType",
        "one set of values for making and changing; Cal.com refuses to turn an event type into a managed one",
    ),
    Deviation(
        "POST /v2/bookings",
        "body",
        "body location.link",
        "one record stands for the place of a new booking and of one that moves; the link counts for the latter",
    ),
    Deviation(
        "PATCH /v2/bookings/{bookingUid}/location",
        "required",
        "body location.*",
        "one record stands for the place of a new booking, which has its address from the event type, and of a move",
    ),
    Deviation(
        "GET /v2/bookings",
        "version",
        "cal-api-version 2026-02-25",
        "servers know this version as well; the document names the one before and the one after",
    ),
    Deviation(
        "* *schedules*",
        "version",
        "cal-api-version 2024-06-11",
        "schedules want 2024-06-11 everywhere: without it self-hosted servers answer the older form",
    ),
    Deviation(
        "GET *stripe/connect",
        "query",
        "query *eturnTo",
        "where Stripe sends the browser to afterwards counts for a user as for a team; the document has it for a team",
    ),
    Deviation(
        "GET *teams/{teamId}/stripe/connect",
        "required",
        "query *eturnTo",
        "one method for a user and a team",
    ),
    Deviation(
        "PATCH *teams/{teamId}/event-types/{eventTypeId}/private-links/{linkId}",
        "body",
        "body",
        "the document leaves out the body, which is that of a user's private link",
    ),
    Deviation(
        "POST *routing-forms/{routingFormId}/responses",
        "body",
        "body",
        "the document leaves out the body: the answers, by the identifiers of the form's fields",
    ),
    Deviation(
        "DELETE *webhooks",
        "answer",
        "answer data",
        "servers answer a sentence; the number in it is given",
    ),
    Deviation(
        "GET /v2/event-types/{eventTypeId}",
        "answer",
        "answer *",
        "an event type of a team, read without its team, has its further fields in `extra`",
        what="new",
    ),
    Deviation(
        "* *teams/{teamId}/event-types*",
        "answer",
        "answer data",
        "a managed event type is answered with its copies as a list; here they are its `children`",
    ),
    Deviation(
        "* *workflows*",
        "enum",
        "body steps[].action cal_ai_phone_call",
        "the document names this action, and no step of its kind",
    ),
    Deviation("* /v2/calendars/*", "operation", "", "operations of the open fork", elsewhere=True),
    Deviation(
        "DELETE /v2/bookings/{bookingUid}/attendees/{attendeeId}",
        "operation",
        "",
        "an operation of the open fork",
        elsewhere=True,
    ),
    Deviation(
        "GET /v2/organizations/{orgId}/bookings",
        "version",
        "cal-api-version *",
        "its description names a version, which is no parameter there",
        elsewhere=True,
    ),
    Deviation(
        "GET /v2/organizations/{orgId}/bookings",
        "query",
        "query *",
        "the older version pages by `take` and `skip`",
        elsewhere=True,
    ),
)
"""Every deviation; one that covers nothing any more is an error of the table."""
