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
    """

    operations: str
    kind: str
    where: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether a difference is one of these."""
        return (
            self.kind == finding.kind
            and _matches(finding.operation, self.operations)
            and _matches(finding.where, self.where)
        )


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def judge(
    findings: Iterable[Finding], deviations: Sequence[Deviation] | None = None
) -> tuple[list[Finding], set[Deviation]]:
    """The differences that are not meant, and the deviations that cover the others."""
    table = DEVIATIONS if deviations is None else deviations
    open_: list[Finding] = []
    used: set[Deviation] = set()
    for finding in findings:
        covering = [deviation for deviation in table if deviation.covers(finding)]
        used.update(covering)
        if not covering:
            open_.append(finding)
    return open_, used


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
        "GET *schedules",
        "version",
        "cal-api-version",
        "schedules want 2024-06-11 everywhere: without it self-hosted servers answer the older form",
    ),
)
"""Every deviation; one that covers nothing any more is an error of the table."""
