from datetime import UTC, datetime
from typing import Any

import pytest

from calcom_async.core.paging import Pager, Position
from calcom_async.errors import DecodeError, InvalidRequestError, NotFoundError
from calcom_async.models.bookings import BookingFilter, BookingStatus
from calcom_async.resources.bookings import Bookings, TeamBookings
from calcom_async.resources.resource import Scope


def booking(uid: str = "aZ19", **more: Any) -> dict[str, Any]:
    return {
        "uid": uid,
        "id": 7,
        "status": "accepted",
        "start": "2026-12-01T09:00:00.000Z",
        "end": "2026-12-01T09:30:00.000Z",
        **more,
    }


SERIES = [booking("a", recurringBookingUid="r"), booking("b", recurringBookingUid="r", status="cancelled")]


# --- lists -----------------------------------------------------------------------------------------------------------


async def first(pager: Any) -> Any:
    return await pager.first()


async def test_a_list_without_anything_is_walked_by_creation(wire: Any) -> None:
    wire.answer([booking()])
    page = await Bookings(wire).list()
    assert [item.uid for item in page.items] == ["aZ19"]
    assert wire.query == {"sortCreated": "asc", "take": "250"}
    assert wire.sent.path == "/bookings"
    assert wire.sent.versions == ("2024-08-13", "2026-02-25")


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ({"attendee_email": "ada@example.com"}, {"sortCreated": "asc"}),
        ({"after_created_at": "2026-12-01T00:00:00Z"}, {"sortCreated": "asc"}),
        ({"status": "upcoming"}, {}),
        ({"after_start": "2026-12-01T00:00:00Z"}, {}),
        ({"before_end": "2026-12-01T00:00:00Z"}, {}),
        ({"sort_start": "desc"}, {"sortStart": "desc"}),
        ({"sort_end": "asc"}, {"sortEnd": "asc"}),
        ({"sort_created": "desc"}, {"sortCreated": "desc"}),
        ({"sort_updated_at": "asc"}, {"sortUpdatedAt": "asc"}),
        ({"status": "past", "sort_start": "asc", "sort_end": "asc"}, {"sortStart": "asc", "sortEnd": "asc"}),
        ({"api_version": "2026-05-01"}, {}),
    ],
)
async def test_the_order(wire: Any, asked: dict[str, Any], order: dict[str, str]) -> None:
    wire.answer([])
    await first(Bookings(wire).list(**asked))
    assert {name: value for name, value in wire.query.items() if name.startswith("sort")} == order


async def test_every_filter(wire: Any) -> None:
    wire.answer([])
    await first(
        Bookings(wire).list(
            status=[BookingFilter.UPCOMING, "past"],
            attendee_email="ada+x@example.com",
            attendee_name="Ada L",
            booking_uid="aZ19",
            event_type_ids=[1, 2],
            event_type_id=3,
            teams_ids=(4, 5),
            team_id=6,
            after_start=datetime(2026, 12, 1, tzinfo=UTC),
            before_end="2026-12-02T00:00:00+01:00",
            after_created_at="2026-12-03T00:00:00Z",
            before_created_at="2026-12-04T00:00:00Z",
            after_updated_at="2026-12-05T00:00:00Z",
            before_updated_at="2026-12-06T00:00:00Z",
            sort_updated_at="asc",
            page_size=10,
            skip=20,
        )
    )
    assert wire.query == {
        "status": "upcoming,past",
        "attendeeEmail": "ada+x@example.com",
        "attendeeName": "Ada L",
        "bookingUid": "aZ19",
        "eventTypeIds": "1,2",
        "eventTypeId": "3",
        "teamsIds": "4,5",
        "teamId": "6",
        "afterStart": "2026-12-01T00:00:00.000Z",
        "beforeEnd": "2026-12-02T00:00:00+01:00",
        "afterCreatedAt": "2026-12-03T00:00:00Z",
        "beforeCreatedAt": "2026-12-04T00:00:00Z",
        "afterUpdatedAt": "2026-12-05T00:00:00Z",
        "beforeUpdatedAt": "2026-12-06T00:00:00Z",
        "sortUpdatedAt": "asc",
        "take": "10",
        "skip": "20",
    }


async def test_by_cursor(wire: Any) -> None:
    def page(request: Any) -> Any:
        cursor = dict(request.query).get("cursor")
        following = {None: "c1", "c1": "c2", "c2": None}[cursor]
        block = {"nextCursor": following, "hasMore": following is not None}
        return wire.response({"status": "success", "data": [booking(f"after-{cursor}")], "pagination": block})

    wire.answer(page)
    pager = Bookings(wire).list(status="upcoming", api_version="2026-05-01", page_size=1)
    assert [item.uid async for item in pager] == ["after-None", "after-c1", "after-c2"]
    assert wire.query == {"status": "upcoming", "limit": "1", "cursor": "c2"}
    assert wire.sent.versions == ("2026-05-01", "2024-08-13", "2026-02-25")

    assert [item.uid async for item in Bookings(wire).list(cursor="c1")] == ["after-c1", "after-c2"]
    assert wire.query == {"limit": "100", "cursor": "c2"}


async def test_a_cursor_list_that_is_answered_with_offsets_goes_on_with_offsets(wire: Any) -> None:
    """Seen live: the cursor version answered with the other version's pagination."""

    def page(request: Any) -> Any:
        skip = int(dict(request.query).get("skip", 0))
        block = {"totalItems": 4, "returnedItems": 2, "hasNextPage": skip == 0, "hasPreviousPage": skip > 0}
        data = [booking(f"b{skip + n}") for n in range(2)]
        return wire.response({"status": "success", "data": data, "pagination": block})

    wire.answer(page)
    pager = Bookings(wire).list(api_version="2026-05-01", page_size=2)
    assert [item.uid async for item in pager] == ["b0", "b1", "b2", "b3"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"status": ["upcoming", "past"], "api_version": "2026-05-01"}, "one at a time"),
        ({"status": ["upcoming", "past"], "cursor": "c"}, "one at a time"),
        ({"skip": 5, "cursor": "c"}, "skip"),
        ({"skip": -1}, "skip"),
        ({"cursor": "c", "api_version": "2026-02-25"}, "cursor"),
        ({"status": []}, "status: an empty list"),
        ({"after_start": datetime(2026, 12, 1)}, "after_start: a naive datetime"),
        ({"before_updated_at": "2026-12-01"}, "before_updated_at"),
        ({"page_size": 0}, "page_size"),
    ],
)
def test_what_cannot_be_meant_is_refused(wire: Any, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        Bookings(wire).list(**arguments)
    assert wire.requests == []


async def test_one_status_in_a_list_is_fine_by_cursor_and_a_newer_version_falls_back(wire: Any) -> None:
    wire.answer([])
    await first(Bookings(wire).list(status=["past"], api_version="2026-05-01"))
    assert wire.query["status"] == "past"
    await first(Bookings(wire).list(api_version="2026-02-25"))
    assert wire.sent.versions == ("2026-02-25", "2024-08-13")
    assert wire.query["take"] == "250"


async def test_one_malformed_booking_does_not_lose_its_page(wire: Any) -> None:
    wire.answer([booking("a"), booking("b", start=5), booking("c")])
    page = await Bookings(wire).list()
    assert [item.uid for item in page.items] == ["a", "c"]
    assert page.malformed[0].raw["uid"] == "b"
    assert page.malformed[0].error.path == "data[1].start"


async def test_the_bookings_of_a_team(wire: Any) -> None:
    wire.answer([booking()])
    listing = TeamBookings(wire, Scope().inside("/teams/{teamId}", 7)).list(
        status="past", event_type_ids=[1, 2], sort_end="asc", skip=5, page_size=5
    )
    assert isinstance(listing, Pager)
    assert [item.uid async for item in listing] == ["aZ19"]
    assert (wire.sent.path, wire.sent.template) == ("/teams/7/bookings", "/teams/{teamId}/bookings")
    assert wire.query == {"status": "past", "eventTypeIds": "1,2", "sortEnd": "asc", "take": "5", "skip": "5"}
    assert wire.sent.versions == ()


async def test_a_list_goes_on_where_it_broke(wire: Any) -> None:
    wire.answer([booking()])
    assert [b.uid async for b in Bookings(wire).list().resume(Position(500))] == ["aZ19"]
    assert wire.query["skip"] == "500"


# --- reading ---------------------------------------------------------------------------------------------------------


async def test_get(wire: Any) -> None:
    wire.answer(booking())
    read = await Bookings(wire).get("aZ19")
    assert (read.uid, read.status) == ("aZ19", BookingStatus.ACCEPTED)
    assert read.series == (read,)
    assert (wire.sent.method, wire.sent.path, wire.sent.body) == ("GET", "/bookings/aZ19", None)
    assert wire.sent.versions == ("2024-08-13", "2026-02-25")


async def test_get_quotes_the_uid_and_refuses_an_empty_one(wire: Any) -> None:
    wire.answer(booking())
    await Bookings(wire).get("a/b?c")
    assert wire.sent.path == "/bookings/a%2Fb%3Fc"
    with pytest.raises(InvalidRequestError, match="bookingUid"):
        await Bookings(wire).get(" ")
    assert len(wire.requests) == 1


async def test_get_of_a_series_is_its_first_with_all_of_them(wire: Any) -> None:
    wire.answer(SERIES)
    read = await Bookings(wire).get("r")
    assert read.uid == "a"
    assert [b.uid for b in read.series] == ["a", "b"]
    assert [b.uid for b in await Bookings(wire).get_series("r")] == ["a", "b"]
    assert wire.sent.path == "/bookings/r"


async def test_get_series_is_always_a_tuple(wire: Any) -> None:
    wire.answer(booking())
    assert [b.uid for b in await Bookings(wire).get_series("aZ19")] == ["aZ19"]


async def test_no_booking_in_an_answer_is_an_error(wire: Any) -> None:
    wire.answer([], None, [booking(), {}])
    with pytest.raises(DecodeError, match="empty list"):
        await Bookings(wire).get("aZ19")
    with pytest.raises(NotFoundError):
        await Bookings(wire).get("aZ19")
    with pytest.raises(DecodeError, match=r"data\[1\].uid"):
        await Bookings(wire).get_series("r")


async def test_get_by_seat(wire: Any) -> None:
    wire.answer(booking())
    assert (await Bookings(wire).get_by_seat("s-1")).uid == "aZ19"
    assert wire.sent.path == "/bookings/by-seat/s-1"


# --- changing --------------------------------------------------------------------------------------------------------


async def test_reschedule(wire: Any) -> None:
    wire.answer(booking("new", rescheduledFromUid="aZ19"))
    moved = await Bookings(wire).reschedule("aZ19", start="2026-12-02T09:00:00Z", rescheduling_reason="ill")
    assert (moved.uid, moved.rescheduled_from_uid) == ("new", "aZ19")
    assert (wire.sent.method, wire.sent.path) == ("POST", "/bookings/aZ19/reschedule")
    assert wire.sent.body == {"start": "2026-12-02T09:00:00Z", "reschedulingReason": "ill"}
    assert wire.sent.versions == ("2024-08-13", "2026-02-25")
    assert wire.sent.repeatable is False


async def test_reschedule_with_everything_needs_the_newer_version(wire: Any) -> None:
    wire.answer(booking("new"))
    await Bookings(wire).reschedule(
        "aZ19",
        start=datetime(2026, 12, 2, 9, tzinfo=UTC),
        rescheduled_by="ada@example.com",
        rescheduling_reason="ill",
        seat_uid="s-1",
        email_verification_code="123456",
        reschedule_with_same_host=True,
        allow_conflicts=True,
        allow_booking_out_of_bounds=False,
        skip_booking_limits=True,
    )
    assert wire.sent.versions == ("2026-02-25",)
    assert wire.sent.body == {
        "start": "2026-12-02T09:00:00.000Z",
        "rescheduledBy": "ada@example.com",
        "reschedulingReason": "ill",
        "seatUid": "s-1",
        "emailVerificationCode": "123456",
        "rescheduleWithSameHost": True,
        "allowConflicts": True,
        "allowBookingOutOfBounds": False,
        "skipBookingLimits": True,
    }


async def test_cancel(wire: Any) -> None:
    wire.answer(booking(status="cancelled", cancellationReason="ill"))
    cancelled = await Bookings(wire).cancel("aZ19", cancellation_reason="ill", seat_uid="s-1")
    assert (cancelled.status, cancelled.cancellation_reason) == (BookingStatus.CANCELLED, "ill")
    assert wire.sent.path == "/bookings/aZ19/cancel"
    assert wire.sent.body == {"cancellationReason": "ill", "seatUid": "s-1"}


async def test_cancelling_from_an_occurrence_on_returns_that_occurrence_with_the_others_beside_it(wire: Any) -> None:
    """The answer is the whole series, and its first may be one that was left alone."""
    wire.answer(SERIES)
    cancelled = await Bookings(wire).cancel("b", cancellation_reason="ill", cancel_subsequent_bookings=True)
    assert (cancelled.uid, cancelled.status) == ("b", "cancelled")
    assert [(b.uid, b.status) for b in cancelled.series] == [("a", "accepted"), ("b", "cancelled")]
    assert wire.sent.body == {"cancellationReason": "ill", "cancelSubsequentBookings": True}


async def test_cancel_series(wire: Any) -> None:
    wire.answer(SERIES)
    assert [b.uid for b in await Bookings(wire).cancel_series("r", cancellation_reason="ill")] == ["a", "b"]
    assert (wire.sent.path, wire.sent.body) == ("/bookings/r/cancel", {"cancellationReason": "ill"})
    await Bookings(wire).cancel_series("b", cancel_subsequent_bookings=True)
    assert wire.sent.body == {"cancelSubsequentBookings": True}


async def test_confirm_and_decline(wire: Any) -> None:
    wire.answer(booking(), booking(status="rejected"))
    assert (await Bookings(wire).confirm("aZ19")).status == "accepted"
    assert (wire.sent.method, wire.sent.path, wire.sent.body) == ("POST", "/bookings/aZ19/confirm", None)
    assert (await Bookings(wire).decline("aZ19", reason="busy")).status == "rejected"
    assert (wire.sent.path, wire.sent.body) == ("/bookings/aZ19/decline", {"reason": "busy"})


async def test_mark_absent(wire: Any) -> None:
    wire.answer(booking(absentHost=True))
    marked = await Bookings(wire).mark_absent("aZ19", host=True, attendees=[{"email": "ada@example.com"}])
    assert marked.absent_host is True
    assert wire.sent.path == "/bookings/aZ19/mark-absent"
    assert wire.sent.body == {"host": True, "attendees": [{"email": "ada@example.com", "absent": True}]}


async def test_reassign(wire: Any) -> None:
    wire.answer({"bookingUid": "aZ19", "reassignedTo": {"id": 2, "name": "Grace", "email": "grace@example.com"}})
    result = await Bookings(wire).reassign("aZ19")
    assert result.booking_uid == "aZ19"
    assert (wire.sent.path, wire.sent.body) == ("/bookings/aZ19/reassign", None)
    await Bookings(wire).reassign("aZ19", 2, reason="swap")
    assert (wire.sent.path, wire.sent.body) == ("/bookings/aZ19/reassign/2", {"reason": "swap"})
    with pytest.raises(InvalidRequestError, match="only with a user_id"):
        await Bookings(wire).reassign("aZ19", reason="swap")
    assert len(wire.requests) == 2


async def test_request_reschedule_asks_for_the_newer_version_first(wire: Any) -> None:
    wire.answer(wire.response({"status": "success"}))
    await Bookings(wire).request_reschedule("aZ19", reschedule_reason="ill")
    assert (wire.sent.method, wire.sent.path) == ("POST", "/bookings/aZ19/request-reschedule")
    assert wire.sent.body == {"rescheduleReason": "ill"}
    assert wire.sent.versions == ("2026-02-25", "2024-08-13")


async def test_update_location(wire: Any) -> None:
    wire.answer(booking(location="https://example.com/room"))
    moved = await Bookings(wire).update_location("aZ19", {"type": "link", "link": "https://example.com/room"})
    assert moved.location == "https://example.com/room"
    assert (wire.sent.method, wire.sent.path) == ("PATCH", "/bookings/aZ19/location")
    assert wire.sent.body == {"location": {"type": "link", "link": "https://example.com/room"}}
    assert wire.sent.versions == ("2024-08-13",)


async def test_add_guests(wire: Any) -> None:
    wire.answer(booking(guests=["g@example.com"]))
    changed = await Bookings(wire).add_guests("aZ19", [{"email": "g@example.com", "time_zone": "Europe/Riga"}])
    assert changed.guests == ("g@example.com",)
    assert (wire.sent.method, wire.sent.path) == ("POST", "/bookings/aZ19/guests")
    assert wire.sent.body == {"guests": [{"email": "g@example.com", "timeZone": "Europe/Riga"}]}
    assert wire.sent.versions == ("2024-08-13",)
