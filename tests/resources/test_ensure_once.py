"""Exactly one booking, or AmbiguousWriteError: against a little Cal.com that loses answers in every way."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from calcom_async.errors import (
    AmbiguousWriteError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    BadRequestError,
    CalComError,
    ConflictError,
    DecodeError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from calcom_async.resources import ensure_once
from calcom_async.resources.bookings import Bookings
from calcom_async.resources.ensure_once import MARK, Verdict, create_once, marked, verdict

START = "2026-12-01T09:00:00Z"
ADA = {"name": "Ada", "email": "ada@example.com", "time_zone": "Europe/London"}
NOBODY_ELSE = "User either already has booking at this time or is not available"
LOST = AmbiguousWriteError("lost", method="POST", path="/bookings")


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No test waits; what would have been waited for is kept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(ensure_once.asyncio, "sleep", sleep)
    return slept


class LittleCalCom:
    """Stores bookings, lists them in pages, and may lose the answer to a creation before or after storing it."""

    def __init__(self, wire: Any, *, kind: str = "regular", page: int = 250) -> None:
        self.wire = wire
        self.kind = kind
        self.page = page
        self.stored: list[dict[str, Any]] = []
        self.before: Any = None
        """What the creation ends in without storing."""
        self.after: Any = None
        """What it ends in after storing."""
        self.lists: Any = None
        """What a list ends in."""
        self.late = 0
        """So many lists don't show the newest booking yet."""
        self.creations = 0
        wire.answer(self)

    def __call__(self, request: Any) -> Any:
        if request.method == "POST":
            return self.create(request.body)
        if request.path == "/bookings":
            return self.list(dict(request.query))
        uid = request.path.rpartition("/")[2]
        return [b for b in self.stored if uid in {b["uid"], b.get("recurringBookingUid")}]

    def create(self, body: dict[str, Any]) -> Any:
        self.creations += 1
        if self.before is not None:
            return self.before
        made = self.store(body)
        return self.after if self.after is not None else made

    def store(self, body: dict[str, Any]) -> Any:
        attendee: dict[str, Any] = {
            "name": body["attendee"]["name"],
            "email": body["attendee"].get("email", "+44@sms.example"),
        }
        wire = {
            "uid": f"b{len(self.stored)}",
            "status": "accepted",
            "start": body["start"].replace("Z", ".000Z"),
            "end": "2026-12-01T09:30:00.000Z",
            "attendees": [attendee],
        }
        if self.kind == "seated":
            attendee |= {"metadata": body["metadata"], "seatUid": f"seat{len(self.stored)}"}
        else:
            wire["metadata"] = body["metadata"]
        made = [wire]
        if self.kind == "recurring":
            made = [
                wire | {"uid": f"r{n}", "start": f"2026-12-0{n + 1}T09:00:00.000Z", "recurringBookingUid": "r"}
                for n in range(3)
            ]
        self.stored += made
        return (
            made
            if self.kind == "recurring"
            else {**wire, "seatUid": attendee["seatUid"]}
            if self.kind == "seated"
            else wire
        )

    def list(self, query: dict[str, str]) -> Any:
        if self.lists is not None:
            return self.lists
        after = datetime.fromisoformat(query["afterStart"])
        found = [b for b in self.stored if datetime.fromisoformat(b["start"]) >= after]
        if "attendeeEmail" in query:
            found = [b for b in found if any(a["email"] == query["attendeeEmail"] for a in b["attendees"])]
        if self.late:
            self.late -= 1
            found = [b for b in found if MARK not in str(b)]
        assert query["sortStart"] == "asc"
        assert "status" not in query
        found.sort(key=lambda b: b["start"])
        skip, take = int(query.get("skip", 0)), min(int(query["take"]), self.page)
        block = {"totalItems": len(found), "hasNextPage": skip + take < len(found), "hasPreviousPage": skip > 0}
        return self.wire.response({"status": "success", "data": found[skip : skip + take], "pagination": block})

    def others(self, count: int, *, start: str = "2026-12-01T09:00:00.000Z", email: str = "ada@example.com") -> None:
        """Other bookings of the same time and person."""
        for n in range(count):
            other = {
                "uid": f"o{n}",
                "status": "cancelled",
                "start": start,
                "end": start,
                "metadata": {MARK: f"of-another-{n}"},
            }
            self.stored.append(other | {"attendees": [{"email": email}]})


def status(code: int, message: str = "no") -> APIStatusError:
    kinds: dict[int, type[APIStatusError]] = {
        400: BadRequestError,
        404: NotFoundError,
        409: ConflictError,
        429: RateLimitError,
    }
    return kinds.get(code, ServerError if code >= 500 else APIStatusError)(message, status_code=code)


async def book(wire: Any, mark: bool | str = True, **changes: Any) -> Any:
    arguments: dict[str, Any] = {"event_type_id": 42, "start": START, "attendee": ADA} | changes
    return await Bookings(wire).create(**arguments, ensure_once=mark)


def count_marked(server: LittleCalCom, mark: str) -> int:
    return sum(mark in str(b) for b in server.stored)


# --- when all is well ------------------------------------------------------------------------------------------------


async def test_one_request_with_a_fresh_mark_beside_the_callers_own_metadata(wire: Any) -> None:
    server = LittleCalCom(wire)
    made = await book(wire, metadata={"order": "17"})
    assert (made.uid, len(wire.requests)) == ("b0", 1)
    sent = wire.sent.body["metadata"]
    assert sent["order"] == "17"
    assert len(sent[MARK]) == 32
    await book(wire, metadata={"order": "17"})
    assert wire.sent.body["metadata"][MARK] != sent[MARK]
    assert server.creations == 2


async def test_without_it_nothing_is_marked_and_nothing_looked_up(wire: Any) -> None:
    server = LittleCalCom(wire)
    server.after = LOST
    with pytest.raises(AmbiguousWriteError) as caught:
        await book(wire, False, metadata={"order": "17"})
    assert caught.value.mark is None
    assert (len(wire.requests), wire.sent.body["metadata"]) == (1, {"order": "17"})


# --- when the answer is lost after the booking was made --------------------------------------------------------------

AFTER: list[Any] = [
    LOST,
    APITimeoutError("slow", may_have_happened=True),
    APIConnectionError("broken", may_have_happened=True),
    status(500),
    status(502),
    status(504),
    status(524),
    status(408),
    {"uid": "b0", "status": "accepted"},  # an answer that can't be read
    {},
]


@pytest.mark.parametrize("failure", AFTER, ids=repr)
@pytest.mark.parametrize("kind", ["regular", "seated", "recurring"])
async def test_a_booking_whose_answer_is_lost_is_found_by_its_mark(wire: Any, kind: str, failure: Any) -> None:
    server = LittleCalCom(wire, kind=kind)
    server.others(3)
    server.after = failure
    made = await book(wire)
    assert server.creations == 1
    assert made.uid == ("r0" if kind == "recurring" else "b3")
    assert made.seat_uid == ("seat3" if kind == "seated" else None)
    assert [b.uid for b in made.series] == (["r0", "r1", "r2"] if kind == "recurring" else ["b3"])


async def test_a_success_without_data_is_looked_up_as_well(wire: Any) -> None:
    server = LittleCalCom(wire)
    server.after = wire.response({"status": "success"}, 201)
    assert (await book(wire)).uid == "b0"
    server.after = wire.response({"status": "success", "data": []}, 201)
    assert (await book(wire)).uid == "b1"
    assert server.creations == 2


async def test_all_occurrences_are_found(wire: Any) -> None:
    server = LittleCalCom(wire, kind="recurring")
    server.after = status(500)
    made = await Bookings(wire).create_recurring(event_type_id=42, start=START, attendee=ADA, ensure_once=True)
    assert [b.uid for b in made] == ["r0", "r1", "r2"]
    assert server.creations == 1


async def test_it_looks_again_when_the_server_is_late(wire: Any, waits: list[float]) -> None:
    server = LittleCalCom(wire)
    server.after, server.late = LOST, 2
    assert (await book(wire)).uid == "b0"
    assert waits == list(ensure_once.WAITS)


async def test_it_follows_the_pages_and_stops_after_the_start(wire: Any) -> None:
    server = LittleCalCom(wire, page=2)
    server.others(5)
    server.others(100, start="2026-12-05T09:00:00.000Z")
    server.after = LOST
    assert (await book(wire)).uid == "b105"
    assert [dict(r.query).get("skip") for r in wire.requests[1:]] == [None, "2", "4"]
    server.stored = server.stored[:-1]
    server.before = LOST
    wire.requests.clear()
    with pytest.raises(AmbiguousWriteError):
        await book(wire)
    assert len(wire.requests) == 1 + 3 * len(ensure_once.WAITS)  # three pages each time, not fifty


async def test_a_phone_number_only_is_looked_up_by_the_start(wire: Any) -> None:
    server = LittleCalCom(wire)
    server.others(2, email="someone@example.com")
    server.after = LOST
    made = await book(wire, attendee={"name": "Ada", "phone_number": "+442000000000", "time_zone": "Europe/London"})
    assert made.uid == "b2"
    assert "attendeeEmail" not in wire.query


async def test_the_last_look_goes_beyond_an_address_that_the_server_changed(wire: Any) -> None:
    server = LittleCalCom(wire)

    def create(body: dict[str, Any]) -> Any:
        server.creations += 1
        server.store(body)
        server.stored[-1]["attendees"][0]["email"] = "ada+client@example.com"
        return LOST

    server.create = create  # type: ignore[method-assign]
    assert (await book(wire)).uid == "b0"
    looked = [dict(r.query).get("attendeeEmail") for r in wire.requests if r.method == "GET"]
    assert looked == ["ada@example.com", "ada@example.com", None]


async def test_a_start_with_another_offset_is_the_same_start(wire: Any) -> None:
    server = LittleCalCom(wire)
    server.others(1)
    server.after = LOST
    assert (await book(wire, start="2026-12-01T10:00:00+01:00")).start.isoformat() == "2026-12-01T10:00:00+01:00"
    assert server.creations == 1


async def test_malformed_neighbours_do_not_hide_it(wire: Any) -> None:
    server = LittleCalCom(wire)
    odd = {"uid": None, "start": "2026-12-01T09:00:00.000Z", "attendees": [{"email": "ada@example.com", "metadata": 5}]}
    server.stored += [odd, odd | {"metadata": "x"}]
    server.after = LOST
    assert (await book(wire)).uid == "b2"


# --- when it stays open ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", AFTER[:8], ids=repr)
async def test_what_is_not_found_is_never_sent_again_and_the_error_has_the_mark(wire: Any, failure: Any) -> None:
    server = LittleCalCom(wire)
    server.others(1)
    server.before = failure
    with pytest.raises(AmbiguousWriteError) as caught:
        await book(wire)
    assert server.creations == 1
    assert caught.value.mark == wire.requests[0].body["metadata"][MARK]
    assert caught.value.__cause__ is failure
    assert caught.value.may_have_happened is True
    assert "ensure_once" in str(caught.value)


async def test_a_look_that_fails_leaves_it_open(wire: Any, waits: list[float]) -> None:
    server = LittleCalCom(wire)
    server.after, server.lists = LOST, PermissionDeniedError("no", status_code=403)
    with pytest.raises(AmbiguousWriteError):
        await book(wire)
    assert server.creations == 1
    assert len(waits) == 1  # more looks would fail as well


async def test_going_on_with_the_mark_of_the_error_makes_one_booking_in_all(wire: Any) -> None:
    server = LittleCalCom(wire)
    server.after, server.late = LOST, 3
    with pytest.raises(AmbiguousWriteError) as caught:
        await book(wire)
    assert caught.value.mark is not None
    server.after = None
    assert (await book(wire, caught.value.mark)).uid == "b0"
    assert server.creations == 1

    server.stored.clear()
    assert (await book(wire, caught.value.mark)).uid == "b0"
    assert (server.creations, count_marked(server, caught.value.mark)) == (2, 1)


# --- when it certainly was not made ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [
        APIConnectionError("refused"),
        APITimeoutError("no connection"),
        status(400, "start property is wrong"),
        status(400, NOBODY_ELSE),
        status(404),
        status(409, "no_available_users_found_error"),
        status(422),
        status(429),
    ],
    ids=repr,
)
async def test_a_refusal_is_raised_as_it_is_without_a_look(wire: Any, failure: CalComError) -> None:
    server = LittleCalCom(wire)
    server.before = failure
    with pytest.raises(type(failure)) as caught:
        await book(wire)
    assert caught.value is failure
    assert len(wire.requests) == 1


# --- a mark of the caller's own --------------------------------------------------------------------------------------


async def test_an_own_mark_is_looked_up_first_so_that_a_program_can_run_again(wire: Any) -> None:
    server = LittleCalCom(wire)
    first = await book(wire, "order-17")
    assert [r.method for r in wire.requests] == ["GET", "POST"]
    second = await book(wire, "order-17")
    assert second == first
    assert [r.method for r in wire.requests] == ["GET", "POST", "GET"]
    assert (server.creations, count_marked(server, "order-17")) == (1, 1)


async def test_an_own_mark_that_cannot_be_looked_up_sends_nothing(wire: Any) -> None:
    server = LittleCalCom(wire)
    server.lists = PermissionDeniedError("no", status_code=403)
    with pytest.raises(PermissionDeniedError):
        await book(wire, "order-17")
    assert server.creations == 0


@pytest.mark.parametrize("refusal", [status(409), status(400, NOBODY_ELSE)], ids=repr)
async def test_taken_by_an_earlier_try_of_ours_is_found(wire: Any, refusal: CalComError) -> None:
    server = LittleCalCom(wire)
    await book(wire, "order-17")
    server.before, server.late = refusal, 1  # the first look does not show it yet
    assert (await book(wire, "order-17")).uid == "b0"
    assert server.creations == 2
    assert len(server.stored) == 1


@pytest.mark.parametrize("refusal", [status(409), status(400, NOBODY_ELSE)], ids=repr)
async def test_taken_by_somebody_else_is_said_as_it_is(wire: Any, refusal: CalComError) -> None:
    server = LittleCalCom(wire)
    server.others(1)
    server.before = refusal
    with pytest.raises(type(refusal)) as caught:
        await book(wire, "order-17")
    assert caught.value is refusal


@pytest.mark.parametrize("mark", ["", "  ", "m" * 501])
async def test_a_mark_that_cannot_be_kept_is_refused(wire: Any, mark: str) -> None:
    LittleCalCom(wire)
    with pytest.raises(InvalidRequestError, match="ensure_once"):
        await book(wire, mark)
    assert wire.requests == []


async def test_there_must_be_room_for_the_mark(wire: Any) -> None:
    LittleCalCom(wire)
    with pytest.raises(InvalidRequestError, match="51 keys"):
        await book(wire, metadata={str(n): "" for n in range(50)})
    assert wire.requests == []


# --- the decisions, from values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "fresh", "tried"),
    [
        (APIConnectionError("x", may_have_happened=True), Verdict.OPEN, Verdict.OPEN),
        (APIConnectionError("x"), Verdict.NOT_MADE, Verdict.NOT_MADE),
        (LOST, Verdict.OPEN, Verdict.OPEN),
        (DecodeError("x"), Verdict.OPEN, Verdict.OPEN),
        (status(200), Verdict.OPEN, Verdict.OPEN),
        (status(408), Verdict.OPEN, Verdict.OPEN),
        (status(500), Verdict.OPEN, Verdict.OPEN),
        (status(599), Verdict.OPEN, Verdict.OPEN),
        (status(409), Verdict.NOT_MADE, Verdict.TAKEN),
        (status(400, NOBODY_ELSE), Verdict.NOT_MADE, Verdict.TAKEN),
        (status(400), Verdict.NOT_MADE, Verdict.NOT_MADE),
        (status(404), Verdict.NOT_MADE, Verdict.NOT_MADE),
        (status(429), Verdict.NOT_MADE, Verdict.NOT_MADE),
        (InvalidRequestError("x"), Verdict.NOT_MADE, Verdict.NOT_MADE),
    ],
    ids=repr,
)
def test_verdict(error: CalComError, fresh: Verdict, tried: Verdict) -> None:
    assert verdict(error, tried_before=False) is fresh
    assert verdict(error, tried_before=True) is tried


def test_marked_leaves_the_callers_body_alone() -> None:
    body = {"start": START, "metadata": {"order": "17"}}
    new, mark = marked(body, "order-17")
    assert mark == "order-17"
    assert new == {"start": START, "metadata": {"order": "17", MARK: "order-17"}}
    assert body == {"start": START, "metadata": {"order": "17"}}


async def test_what_is_no_error_of_ours_is_not_swallowed() -> None:
    looks: list[Any] = []

    async def look(*arguments: Any) -> Any:
        looks.append(arguments)
        return ()

    async def send(_: Any) -> Any:
        raise KeyboardInterrupt

    send_: Callable[[Any], Any] = send
    with pytest.raises(KeyboardInterrupt):
        await create_once({"start": START}, True, send=send_, look=look)
    assert looks == []
