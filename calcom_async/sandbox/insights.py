"""`/v2/insights`: figures, counted from the bookings and the responses to routing forms that are there (hosted)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import frozen

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import Answer, no_route, refusal, success
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.routing_forms import FORMS, RESPONSES
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes()

_SCOPES: Final = ("user", "team", "org")
_SCOPE: Final = Field("scope", (validation.one_of("scope", _SCOPES),))
_TEAM: Final = Field("selectedTeamId", (validation.number("selectedTeamId"),), required=False)
_ZONE: Final = Field("timeZone", (validation.zone("timeZone"),))
_DATES: Final = tuple(Field(name, (validation.date_string(name),)) for name in ("startDate", "endDate"))
_PERIOD: Final = Field("period", (validation.one_of("period", ("perDay", "perWeek", "perMonth")),))
_COLUMNS: Final = {"startTime": "start", "createdAt": "created"}
_MEMBERS: Final = 10


@frozen
class _Row:
    """What is counted of a booking."""

    organizer: int
    status: str
    start: int
    end: int
    moment: int
    moved: bool
    host_absent: bool
    guest_absent: bool

    @property
    def minutes(self) -> int:
        return (self.end - self.start) // instants.MINUTE


@frozen(kw_only=True)
class _Range:
    """The days asked for, and by which moment of a booking."""

    column: str
    first: str
    last: str
    start: int
    end: int

    def earlier(self) -> _Range:
        """As many days, just before."""
        length = self.end - self.start
        first = instants.to_wire(self.start - length)[:10]
        return _Range(column=self.column, first=first, last=self.first, start=self.start - length, end=self.start)


def _body(call: Call, *fields: Field) -> dict[str, Any]:
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    return validation.check(call.body, (_SCOPE, _TEAM, *fields))


def _range(body: dict[str, Any]) -> _Range:
    for each in body.get("columnFilters") or ():
        data = (each.get("value") or {}).get("data") or {}
        start, end = (instants.parse(str(data.get(name, ""))) for name in ("startDate", "endDate"))
        if each.get("id") in _COLUMNS and start is not None and end is not None:
            return _Range(
                column=_COLUMNS[each["id"]],
                first=str(data["startDate"])[:10],
                last=str(data["endDate"])[:10],
                start=start,
                end=end,
            )
    raise refusal(400, "columnFilters must include a date range filter with id startTime or createdAt")


def _people(call: Call, body: dict[str, Any]) -> list[int]:
    """Whose bookings are counted."""
    store, caller = call.backend.store, call.caller
    if body["scope"] == "user":
        return [caller["id"]]
    owner = body.get("selectedTeamId") if body["scope"] == "team" else caller.get("organizationId")
    there = [each for each in store.memberships.of(owner) if each["accepted"]] if owner is not None else []
    if all(each["userId"] != caller["id"] for each in there):
        raise refusal(403, f"User does not have access to the insights of this {body['scope']}.")
    return sorted(each["userId"] for each in there)


def _rows(call: Call, body: dict[str, Any], within: _Range) -> list[_Row]:
    people = _people(call, body)
    marks = ", ".join("?" * len(people))
    found = call.backend.bookings.where(
        f"organizer IN ({marks}) AND {within.column} >= ? AND {within.column} < ?", *people, within.start, within.end
    )
    return [
        _Row(
            organizer=each.organizer,
            status=each.status,
            start=each.start,
            end=each.end,
            moment=each.start if within.column == "start" else each.created,
            moved=bool(each.wire.get("rescheduledToUid")),
            host_absent=bool(each.wire.get("absentHost")),
            guest_absent=any(person.get("absent") for person in each.wire["attendees"]),
        )
        for each in found
    ]


def _kinds(now: int) -> dict[str, Callable[[_Row], bool]]:
    return {
        "created": lambda _: True,
        "scheduled": lambda row: row.status == "accepted" and row.end > now,
        "completed": lambda row: row.status == "accepted" and row.end <= now,
        "rescheduled": lambda row: row.moved,
        "cancelled": lambda row: row.status == "cancelled" and not row.moved,
        "no_show": lambda row: row.host_absent,
        "no_show_guest": lambda row: row.guest_absent,
    }


def _change(now: int, before: int) -> float:
    """The difference in per cent."""
    return round((now - before) / before * 100, 2) if before else 0 if now == 0 else 100


@routes.add("POST", "/insights/bookings/kpi-stats")
def kpi_stats(call: Call) -> Answer:
    """`POST /v2/insights/bookings/kpi-stats`: this period, and in per cent against the one before."""
    body = _body(call, _ZONE)
    within = _range(body)
    earlier = within.earlier()
    rows, before = _rows(call, body, within), _rows(call, body, earlier)
    data: dict[str, Any] = {"empty": not rows}
    for name, test in _kinds(call.backend.clock.milliseconds()).items():
        count = sum(map(test, rows))
        data[name] = {"count": count, "deltaPrevious": _change(count, sum(map(test, before)))}
    nothing = {"count": 0, "deltaPrevious": 0}
    previous = {"startDate": earlier.first, "endDate": earlier.last}
    return success({**data, "rating": nothing, "csat": nothing, "previousRange": previous})


def _days(body: dict[str, Any], within: _Range) -> list[datetime]:
    """The days of the range in the asked time zone; the first may be the eve, because the range is UTC's."""
    zone = ZoneInfo(body["timeZone"])
    first, last = (instants.to_datetime(each).astimezone(zone) for each in (within.start, within.end))
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    days: list[datetime] = []
    while day.date() <= last.date() and len(days) < 400:
        days.append(day)
        day += timedelta(days=1)
    return days


def _labels(call: Call, days: list[datetime]) -> list[tuple[str, str, bool]]:
    today = call.backend.clock.now().astimezone(days[0].tzinfo).date() if days else None
    found = []
    for place, day in enumerate(days):
        full = f"{day:%b} {day.day}"
        found.append((f"{full} ({day:%a})", full if place == 0 or day.day == 1 else str(day.day), day.date() == today))
    return found


def _by_day(rows: Iterable[_Row], days: list[datetime]) -> list[list[_Row]]:
    sorted_rows: dict[Any, list[_Row]] = {}
    zone = days[0].tzinfo if days else None
    for row in rows:
        sorted_rows.setdefault(instants.to_datetime(row.moment).astimezone(zone).date(), []).append(row)
    return [sorted_rows.get(day.date(), []) for day in days]


@routes.add("POST", "/insights/bookings/event-trends")
def event_trends(call: Call) -> Answer:
    """`POST /v2/insights/bookings/event-trends`: day by day; some keys have blanks and brackets."""
    body = _body(call, _ZONE)
    within = _range(body)
    days, kinds = _days(body, within), _kinds(call.backend.clock.milliseconds())
    shown = []
    for label, rows in zip(_labels(call, days), _by_day(_rows(call, body, within), days), strict=True):
        shown.append(
            {
                "formattedDateFull": label[0],
                "isToday": label[2],
                "Month": label[1],
                "Created": len(rows),
                "Completed": sum(map(kinds["completed"], rows)),
                "Rescheduled": sum(map(kinds["rescheduled"], rows)),
                "Cancelled": sum(map(kinds["cancelled"], rows)),
                "No-Show (Host)": sum(map(kinds["no_show"], rows)),
                "No-Show (Guest)": sum(map(kinds["no_show_guest"], rows)),
            }
        )
    return success(shown)


@routes.add("POST", "/insights/bookings/average-duration")
def average_duration(call: Call) -> Answer:
    """`POST /v2/insights/bookings/average-duration`: day by day, in minutes."""
    body = _body(call, _ZONE)
    within = _range(body)
    days = _days(body, within)
    shown = []
    for label, rows in zip(_labels(call, days), _by_day(_rows(call, body, within), days), strict=True):
        average = round(sum(row.minutes for row in rows) / len(rows), 2) if rows else 0
        shown.append({"Date": label[1], "formattedDateFull": label[0], "isToday": label[2], "Average": average})
    return success(shown)


@routes.add("POST", "/insights/bookings/members")
def members(call: Call) -> Answer:
    """`POST /v2/insights/bookings/members`: who had most and least of everything."""
    body = _body(call, _ZONE)
    rows, kinds = _rows(call, body, _range(body)), _kinds(call.backend.clock.milliseconds())
    people = _people(call, body)

    def ranked(kind: str, *, most: bool) -> list[dict[str, Any]]:
        counts = Counter(row.organizer for row in rows if kinds[kind](row))
        order = sorted(people, key=lambda each: (-counts[each] if most else counts[each], each))
        chosen = [each for each in order if counts[each] or not most][:_MEMBERS]
        return [_ranking(call, each, counts[each]) for each in chosen]

    return success(
        {
            "mostBookings": ranked("created", most=True),
            "leastBookings": ranked("created", most=False),
            "mostCancelled": ranked("cancelled", most=True),
            "mostCompleted": ranked("completed", most=True),
            "leastCompleted": ranked("completed", most=False),
            "mostNoShow": ranked("no_show", most=True),
            "highestRatings": [],
            "lowestRatings": [],
        }
    )


def _ranking(call: Call, user_id: int, count: int) -> dict[str, Any]:
    user = call.backend.store.users.get(user_id) or {}
    return {
        "userId": user_id,
        "user": {name: user.get(name) for name in ("id", "username", "name", "email", "avatarUrl")},
        "emailMd5": hashlib.md5(str(user.get("email")).encode(), usedforsecurity=False).hexdigest(),
        "count": count,
    }


def _forms(call: Call, body: dict[str, Any]) -> list[Record]:
    everyone = _people(call, body)
    found = call.backend.store.shelf(FORMS).all()
    if body["scope"] == "team":
        return [each for each in found if each["teamId"] == body.get("selectedTeamId")]
    return [each for each in found if each["userId"] in everyone]


def _responses(call: Call, body: dict[str, Any]) -> list[tuple[Record, Record]]:
    """The responses of the period, each with its form."""
    start, end = instants.parse(body["startDate"]) or 0, (instants.parse(body["endDate"]) or 0) + instants.DAY
    return [
        (form, response)
        for form in _forms(call, body)
        for response in call.backend.store.shelf(RESPONSES).of(form["id"])
        if start <= (instants.parse(response["createdAt"]) or 0) < end
    ]


@routes.add("POST", "/insights/routings/forms-by-status")
def forms_by_status(call: Call) -> Answer:
    """`POST /v2/insights/routings/forms-by-status`: null where there are no responses."""
    found = _responses(call, _body(call, *_DATES))
    booked = sum(response["routedToBookingUid"] is not None for _, response in found)
    counts = {"total": len(found), "totalWithoutBooking": len(found) - booked, "totalWithBooking": booked}
    return success(counts if found else None)


@routes.add("POST", "/insights/routings/form-responses")
def form_responses(call: Call) -> Answer:
    """`POST /v2/insights/routings/form-responses`: by offset and limit."""
    fields = tuple(Field(name, (validation.at_least(name, 0), validation.number(name))) for name in ("offset", "limit"))
    body = _body(call, *_DATES, *fields)
    found = _responses(call, body)
    page = found[int(body["offset"]) : int(body["offset"]) + int(body["limit"])]
    return success({"total": len(found), "data": [_shown(call, form, response) for form, response in page]})


def _shown(call: Call, form: Record, response: Record) -> dict[str, Any]:
    uid = response["routedToBookingUid"]
    booking = call.backend.bookings.by_uid(uid) if uid is not None else None
    host = call.backend.store.users.get(booking.organizer) if booking is not None else None
    unknown = dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"))
    return {
        "id": response["id"],
        "uuid": None,
        "formId": form["id"],
        "formName": form["name"],
        "formTeamId": form["teamId"],
        "formUserId": form["userId"],
        "bookingUid": uid,
        "bookingId": booking.id if booking else None,
        "bookingStatus": booking.status.upper() if booking else None,
        "bookingStatusOrder": 1 if booking else None,
        "bookingCreatedAt": instants.to_wire(booking.created) if booking else None,
        "bookingUserId": host["id"] if host else None,
        "bookingUserName": host["name"] if host else None,
        "bookingUserEmail": host["email"] if host else None,
        "bookingUserAvatarUrl": host["avatarUrl"] if host else None,
        "bookingAssignmentReason": None,
        "bookingStartTime": instants.to_wire(booking.start) if booking else None,
        "bookingEndTime": instants.to_wire(booking.end) if booking else None,
        "eventTypeId": booking.event_type if booking else None,
        "eventTypeParentId": None,
        "eventTypeSchedulingType": None,
        "createdAt": response["createdAt"],
        **unknown,
        "bookingAttendees": [
            {**{name: each.get(name) for name in ("name", "timeZone", "email")}, "phoneNumber": None}
            for each in (booking.wire["attendees"] if booking else ())
        ],
        "fields": [
            {"fieldId": name, "valueString": str(each.get("value")), "valueNumber": None, "valueStringArray": None}
            for name, each in response["response"].items()
            if isinstance(each, dict)
        ],
    }


@routes.add("POST", "/insights/routings/form-field-options")
@routes.add("POST", "/insights/routings/form-response-headers")
def form_fields(call: Call) -> Answer:
    """`POST /v2/insights/routings/form-field-options` and `…/form-response-headers`: what the forms ask."""
    body = _body(call)
    wanted = body.get("routingFormId")
    found = [form for form in _forms(call, body) if wanted is None or form["id"] == wanted]
    names = ("id", "label", "type", "options")
    return success(
        [{name: field[name] for name in names if name in field} for form in found for field in form["fields"]]
    )


@routes.add("POST", "/insights/routings/failed-bookings-by-field")
def failed_bookings_by_field(call: Call) -> Answer:
    """`POST /v2/insights/routings/failed-bookings-by-field`: by form, question and option, those not booked."""
    counts: dict[str, dict[str, dict[str, Any]]] = {}
    for form, response in _responses(call, _body(call, *_DATES)):
        if response["routedToBookingUid"] is not None:
            continue
        for field in form["fields"]:
            chosen = (response["response"].get(field["id"]) or {}).get("value")
            option = next((each for each in field.get("options") or () if each["id"] == chosen), None)
            if option is not None:
                kept = counts.setdefault(form["name"], {}).setdefault(field["label"], {})
                told = {"optionId": option["id"], "optionLabel": option["label"], "count": 0}
                kept.setdefault(option["id"], told)["count"] += 1
    return success(
        {form: {label: list(options.values()) for label, options in labels.items()} for form, labels in counts.items()}
    )


@routes.add("POST", "/insights/routings/routed-to-per-period")
def routed_to_per_period(call: Call) -> Answer:
    """`POST /v2/insights/routings/routed-to-per-period`: to whom responses led that were booked."""
    body = _body(call, *_DATES, _PERIOD, Field("limit", (validation.number("limit"),)))
    totals: Counter[tuple[int, str]] = Counter()
    for _, response in _responses(call, body):
        uid = response["routedToBookingUid"]
        booking = call.backend.bookings.by_uid(uid) if uid is not None else None
        if booking is not None:
            totals[booking.organizer, _period(response["createdAt"], body["period"])] += 1
    by_user: Counter[int] = Counter()
    for (user_id, _), total in totals.items():
        by_user[user_id] += total
    users = []
    for user_id, total in by_user.most_common(int(body["limit"])):
        user = call.backend.store.users.get(user_id) or {}
        shown = {"id": user_id, **{name: user.get(name) for name in ("name", "email", "avatarUrl")}}
        users.append({**shown, "performance": "average", "totalBookings": total})
    stats = [{"userId": host, "period_start": start, "total": total} for (host, start), total in totals.items()]
    return success({"users": {"data": users}, "periodStats": {"data": stats}})


def _period(created: str, period: str) -> str:
    day = instants.to_datetime(instants.parse(created) or 0).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "perWeek":
        day -= timedelta(days=(day.weekday() + 1) % 7)
    elif period == "perMonth":
        day = day.replace(day=1)
    return instants.to_wire(instants.from_datetime(day))
