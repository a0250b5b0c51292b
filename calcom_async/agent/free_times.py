"""The tool that finds times when several people are free.

Cal.com answers free slots of one event type at a time. So each person, and each event type, is asked for theirs; slots
that touch make free spans; and what all spans have in common is free for all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from calcom_async.agent.answers import array_of, object_of
from calcom_async.agent.call import Call
from calcom_async.agent.event_types import find_event_type
from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.slots import TIME_ZONE, range_parameters
from calcom_async.agent.teams import members_of
from calcom_async.agent.tool import Example, Parameter, Tool
from calcom_async.models.event_types import EventType

__all__ = ["FREE_TIME_TOOLS", "Span", "common", "joined_spans", "times_in"]

Span: TypeAlias = tuple[datetime, datetime]
"""From when until when."""


# --- decisions -------------------------------------------------------------------------------------------------------


def joined_spans(slots: Iterable[Span]) -> list[Span]:
    """Spans that cover the slots: those that touch or overlap are one."""
    spans: list[Span] = []
    for start, end in sorted(slots):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def common(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """What two lists of spans, each in order and without overlap, have in common."""
    found: list[Span] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            found.append((start, end))
        if first[i][1] <= second[j][1]:
            i += 1
        else:
            j += 1
    return found


def times_in(spans: Iterable[Span], starts: Iterable[datetime], length: timedelta) -> list[Span]:
    """The times of a length that begin at one of the starts and lie in one of the spans, in order."""
    candidates = sorted(set(starts))
    return [(at, at + length) for first, last in spans for at in candidates if first <= at and at + length <= last]


def _finest(event_types: Iterable[EventType]) -> tuple[EventType, int | None] | None:
    """The event type that shows best when a person is free, the shortest, and the length to ask for if it has several.

    Slots of an hour would not show that half of one is free.
    """
    lengths = [
        (length, each.id, each)
        for each in event_types
        for length in (*each.length_in_minutes_options, each.length_in_minutes)
        if length and each.id
    ]
    if not lengths:
        return None
    shortest, _, event_type = min(lengths, key=lambda known: known[:2])
    return event_type, _duration(event_type, shortest)


# --- asking ----------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Source:
    """Whose slots are asked for, and of which event type."""

    who: str
    event_type: EventType
    duration: int | None = None


async def _find_free_times(call: Call) -> dict[str, Any]:
    minutes = call["duration"]
    zone = _zone(call.get("timeZone", "UTC"))
    sources = await _sources(call, minutes)
    slots = await _all_slots(call, sources)
    spans = joined_spans(slots[0])
    for each in slots[1:]:
        spans = common(spans, joined_spans(each))
    starts = {start for each in slots for start, _ in each}
    times = times_in(spans, starts, timedelta(minutes=minutes))
    limit = call["limit"]
    if len(times) > limit:
        call.warnings.append(f"{len(times) - limit} more times are free; raise limit, or narrow start and end")
    return {
        "times": [
            {"start": _told(start, zone), "end": _told(end, zone)} for start, end in times[:limit]
        ],
        "count": len(times),
        "considered": [
            {"who": source.who, "eventTypeId": source.event_type.id, "freeSlots": len(each)}
            for source, each in zip(sources, slots, strict=True)
        ],
    }  # fmt: skip


async def _sources(call: Call, minutes: int) -> list[_Source]:
    """Everybody and everything that has to be free, each once."""
    usernames = dict.fromkeys(str(name) for name in call.get("usernames", ()))
    for team_id in call.get("teamIds", ()):
        usernames |= dict.fromkeys(await _usernames(call, int(team_id)))
    found = []
    for username in usernames:
        listed = await call.client.event_types.list(username=username).collect()
        finest = _finest(listed)
        if finest is None:
            raise ToolFailure(
                "wrong_parameter", f"find_free_times: {username!r} has no public event type, so nobody can say when "
                "they are free", "check the username, or give one of their event types in eventTypeIds",
                parameter="usernames",
            )  # fmt: skip
        found.append(_Source(who=username, event_type=finest[0], duration=finest[1]))
    for event_type_id in dict.fromkeys(call.get("eventTypeIds", ())):
        event_type = await find_event_type(call, int(event_type_id))
        who = f"event type {event_type.id}"
        found.append(_Source(who=who, event_type=event_type, duration=_duration(event_type, minutes)))
    if not found:
        raise ToolFailure(
            "missing_parameter", "find_free_times: say who: usernames, teamIds or eventTypeIds",
            'such as {"usernames": ["ada", "grace"], "start": "2026-04-13", "end": "2026-04-17"}',
            parameter="usernames",
        )  # fmt: skip
    return found


async def _usernames(call: Call, team_id: int) -> list[str]:
    """The members of a team; where they may not be listed, the hosts of its event types."""
    members = await members_of(call, team_id)
    if members is not None:
        names = [member["username"] for member in members if member.get("accepted") is not False]
    else:
        call.warnings.append(
            f"the members of team {team_id} are not known: the hosts of its event types stand for them"
        )
        event_types = await call.client.team(team_id).event_types.list().collect()
        names = [host.username for each in event_types for host in each.hosts]
    return [name for name in names if name]


def _duration(event_type: EventType, minutes: int) -> int | None:
    """The length to ask for; None where the event type has but one."""
    return minutes if minutes in event_type.length_in_minutes_options else None


async def _all_slots(call: Call, sources: Sequence[_Source]) -> list[list[Span]]:
    places = asyncio.Semaphore(5)  # a burst of requests gets an account locked
    done = 0

    async def slots(source: _Source) -> list[Span]:
        nonlocal done
        more: dict[str, Any] = {} if source.duration is None else {"duration": source.duration}
        async with places:
            by_day = await call.client.slots.list(
                start=call["start"], end=call["end"], event_type_id=source.event_type.id, format="range", **more
            )
        done += 1
        if call.on_progress is not None:
            await call.on_progress(done, len(sources), f"asked {done} of {len(sources)}")
        length = timedelta(minutes=source.duration or source.event_type.length_in_minutes or 0)
        return [(slot.start, slot.end or slot.start + length) for each in by_day.values() for slot in each]

    return list(await asyncio.gather(*(slots(source) for source in sources)))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ToolFailure(
            "wrong_parameter", f"find_free_times: timeZone: {name[:60]!r} is no IANA name", "such as Europe/London",
            parameter="timeZone",
        ) from None  # fmt: skip


def _told(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat().replace("+00:00", "Z")


_TIME = {
    "type": "object",
    "properties": {
        "start": {"type": "string", "format": "date-time"},
        "end": {"type": "string", "format": "date-time"},
    },
    "required": ["start", "end"],
}
_CONSIDERED = {
    "type": "object",
    "properties": {
        "who": {"type": "string"},
        "eventTypeId": {"type": "integer"},
        "freeSlots": {"type": "integer"},
    },
    "required": ["who", "eventTypeId", "freeSlots"],
}
_IDS = {"type": "integer", "minimum": 1}

FREE_TIME_TOOLS = (
    Tool(
        name="find_free_times",
        title="Find times when all are free",
        description="Find times when several people are free: people by username, whole teams, event types, or all of "
        "them together. A person is as free as the shortest of their public event types says. Whether a certain "
        "event type can be booked at such a time, list_slots tells.",
        kind="read",
        namespace="slots",
        operation="GET /v2/slots",
        parameters=(
            *range_parameters(),
            Parameter(
                name="usernames", type="array", items={"type": "string"}, example=["ada", "grace"],
                description="People by their name in booking links",
            ),
            Parameter(
                name="eventTypeIds", type="array", items=_IDS, example=[42, 202],
                description="Event types whose hosts have to be free",
            ),
            Parameter(
                name="teamIds", type="array", items=_IDS, example=[5], description="Teams: every member of them"
            ),
            Parameter(
                name="duration", type="integer", minimum=5, maximum=1440, default=30, example=45,
                description="How long they have to be free, in minutes",
            ),
            TIME_ZONE,
            Parameter(
                name="limit", type="integer", minimum=1, maximum=500, default=50, example=5,
                description="Maximum number of times",
            ),
        ),
        answer=object_of(
            {"times": array_of(_TIME), "count": {"type": "integer"}, "considered": array_of(_CONSIDERED)}
        ),
        examples=(
            Example(
                title="Two people, 45 minutes",
                arguments={
                    "usernames": ["ada", "grace"], "duration": 45, "start": "2026-04-13", "end": "2026-04-14",
                },
            ),
            Example(
                title="Two event types",
                arguments={"eventTypeIds": [42, 43], "start": "2026-04-13", "end": "2026-04-13", "limit": 5},
            ),
        ),
        handler=_find_free_times,
    ),
)  # fmt: skip
