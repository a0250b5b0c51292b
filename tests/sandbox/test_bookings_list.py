"""The list: pagination block, filters, order, ties and the cursor."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from calcom_async.sandbox import Sandbox, seed

NOW = datetime(2026, 4, 6, 8, tzinfo=UTC)


def instant(text):
    return datetime.fromisoformat(text)


async def walk(talk, query="", take=250):
    rows, skip = [], 0
    while True:
        page = await talk("GET", f"bookings?take={take}&skip={skip}&{query}")
        rows += page.data
        if len(page.data) < take:
            return rows
        skip += take


async def everything(talk, query=""):
    """Every booking of a query, complete: the keyset walk over createdAt with doubles removed."""
    found, after = {}, "2000-01-01T00:00:00Z"
    while True:
        page = await talk("GET", f"bookings?take=250&sortCreated=asc&afterCreatedAt={after}&{query}")
        new = [row for row in page.data if row["uid"] not in found]
        found.update({row["uid"]: row for row in new})
        if len(page.data) < 250:
            return list(found.values())
        assert new, "a tie longer than a page"
        after = page.data[-1]["createdAt"]


@pytest.fixture(scope="module")
def known():
    return []


@pytest.fixture
async def rows(seeded, known):
    """Every booking, complete, asked for once."""
    known[:] = known or await everything(seeded)
    return list(known)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (100, 3000, 100, 2900, 1, 30, True, False)),
        ("take=250", (250, 3000, 250, 2750, 1, 12, True, False)),
        ("take=7&skip=14", (7, 3000, 7, 2979, 3, 429, True, True)),
        ("take=250&skip=2900", (100, 3000, 250, 0, 12, 12, False, True)),
        ("take=3&skip=99999", (0, 3000, 3, 0, 1000, 1000, False, True)),
        ("attendeeEmail=nobody@example.com", (0, 0, 100, 0, 0, 0, False, False)),
    ],
)
async def test_pagination_block(seeded, query, expected):
    block = (await seeded("GET", f"bookings?{query}")).body["pagination"]
    names = "returnedItems totalItems itemsPerPage remainingItems currentPage totalPages hasNextPage hasPreviousPage"
    assert tuple(block[name] for name in names.split()) == expected


@pytest.mark.parametrize(
    ("query", "property_", "constraint"),
    [
        ("take=251", "take", {"max": "take must not be greater than 250"}),
        ("take=0", "take", {"min": "take must not be less than 1"}),
        (
            "skip=abc",
            "skip",
            {
                "min": "skip must not be less than 0",
                "isNumber": "skip must be a number conforming to the specified constraints",
            },
        ),
        (
            "status=accepted",
            "status",
            {"isEnum": "Invalid status. Allowed are upcoming, recurring, past, cancelled, unconfirmed"},
        ),
        (
            "status=",
            "status",
            {"isEnum": "Invalid status. Allowed are upcoming, recurring, past, cancelled, unconfirmed"},
        ),
        ("sortStart=foo", "sortStart", {"isEnum": 'SortStart must be either "asc" or "desc".'}),
        ("afterStart=foo", "afterStart", {"isIso8601": "fromDate must be a valid ISO 8601 date."}),
        ("eventTypeId=abc", "eventTypeId", {"isInt": "eventTypeId must be an integer number"}),
    ],
)
async def test_refused_queries(seeded, query, property_, constraint):
    reply = await seeded("GET", f"bookings?{query}")
    assert reply.status == 400
    (error,) = reply.body["error"]["details"]["errors"]
    assert (error["property"], error["constraints"]) == (property_, constraint)
    assert error["target"] == {property_: error["value"]}


async def test_unknown_event_type_is_refused_tersely(seeded):
    reply = await seeded("GET", "bookings?eventTypeIds=20001,999999")
    assert reply.status == 400
    assert reply.body["error"] == {
        "code": "TRPCError",
        "message": "Bad request: Please check your request data and try again",
    }


async def test_the_keyset_walk_finds_everything_and_plain_paging_does_not(seeded, rows):
    expected = set(seeded.sandbox.booking_uids())
    assert len(expected) == 3000
    naive = [row["uid"] for row in await walk(seeded, "sortCreated=asc", take=50)]
    assert len(naive) == 3000
    assert 2000 < len(set(naive)) < 2990, "ties must repeat some rows and lose others"
    assert {row["uid"] for row in rows} == expected


async def test_seeded_ties_and_oddities(seeded, rows):
    ties = [count for count in Counter(row["createdAt"] for row in rows).values() if count > 1]
    assert 0.35 < sum(ties) / len(rows) < 0.45
    assert max(ties) >= 180
    assert {row["status"] for row in rows} == {"accepted", "pending", "cancelled", "rejected"}
    assert any(row["description"] is None for row in rows)
    assert any(row["updatedAt"] is None for row in rows)
    assert any(row["eventType"] is None and row["eventTypeId"] is None for row in rows)
    assert any("seatUid" in row["attendees"][0] and "bookingFieldsResponses" not in row for row in rows)
    assert any("recurringBookingUid" in row for row in rows)
    assert any(row["hosts"][0]["id"] == "unknown" for row in rows)
    names = {type(row["bookingFieldsResponses"]["name"]) for row in rows if "bookingFieldsResponses" in row}
    assert names == {str, dict}
    assert all(row["rating"] is None for row in rows)
    moved = {row["uid"]: row["rescheduledToUid"] for row in rows if "rescheduledToUid" in row}
    assert moved
    assert {to: uid for uid, to in moved.items()} == {
        row["uid"]: row["rescheduledFromUid"] for row in rows if "rescheduledFromUid" in row
    }


async def test_order(seeded):
    for query, key, descending in (
        ("", "start", False),
        ("sortStart=desc", "start", True),
        ("sortEnd=asc", "end", False),
        ("sortCreated=desc", "createdAt", True),
        ("status=past", "start", True),
        ("status=cancelled", "start", True),
        ("status=past&sortStart=asc", "start", False),
        ("sortCreated=desc&sortStart=asc", "start", False),
        ("sortUpdated=desc", "start", False),
    ):
        rows = [row[key] for row in await walk(seeded, query)]
        assert rows == sorted(rows, reverse=descending), query
    for direction in ("asc", "desc"):
        rows = [row["updatedAt"] for row in await walk(seeded, f"sortUpdatedAt={direction}")]
        known = [row for row in rows if row is not None]
        nulls = [None] * (len(rows) - len(known))
        assert nulls
        # PostgreSQL: nulls last ascending, first descending
        assert rows == (sorted(known) + nulls if direction == "asc" else nulls + sorted(known, reverse=True))


async def test_statuses_overlap(seeded, rows):
    rows = {row["uid"]: row for row in rows}
    for status, belongs in {
        "cancelled": lambda row: row["status"] in ("cancelled", "rejected"),
        "past": lambda row: instant(row["end"]) <= NOW and row["status"] in ("accepted", "pending"),
        "unconfirmed": lambda row: instant(row["end"]) >= NOW and row["status"] == "pending",
        "recurring": lambda row: (
            instant(row["end"]) >= NOW and "recurringBookingUid" in row and row["status"] in ("accepted", "pending")
        ),
        "upcoming": lambda row: (
            instant(row["end"]) >= NOW
            and row["status"] in (("accepted",) if "recurringBookingUid" in row else ("accepted", "pending"))
        ),
    }.items():
        expected = {uid for uid, row in rows.items() if belongs(row)}
        found = await everything(seeded, f"status={status}")
        assert expected, status
        assert {row["uid"] for row in found} == expected, status
        total = (await seeded("GET", f"bookings?status={status}")).body["pagination"]["totalItems"]
        assert total == len(expected)
    both = await seeded("GET", "bookings?status=upcoming,past&take=1")
    repeated = await seeded("GET", "bookings?status[]=upcoming&status[]=past&take=1")
    assert both.body["pagination"] == repeated.body["pagination"]


async def test_filters(seeded, rows):
    rows = {row["uid"]: row for row in rows}
    sample = next(row for row in rows.values() if row["eventTypeId"] == 20002)
    email, name = sample["attendees"][0]["email"], sample["attendees"][0]["name"]
    start, end = sample["start"], sample["end"]
    for query, belongs in {
        f"attendeeEmail={email}": lambda row: email in [each["email"] for each in row["attendees"]],
        f"attendeeName={name}": lambda row: name in [each["name"] for each in row["attendees"]],
        f"bookingUid={sample['uid']}": lambda row: row["uid"] == sample["uid"],
        "eventTypeId=20002": lambda row: row["eventTypeId"] == 20002,
        "eventTypeIds=20002,20003": lambda row: row["eventTypeId"] in (20002, 20003),
        "eventTypeIds=20002&eventTypeIds=20003": lambda row: row["eventTypeId"] in (20002, 20003),
        "teamId=501": lambda row: row["eventTypeId"] in (20008, 20009),
        "teamsIds=501": lambda row: row["eventTypeId"] in (20008, 20009),
        f"afterStart={start}": lambda row: row["start"] >= start,
        f"beforeEnd={end}": lambda row: row["end"] <= end,
        f"afterStart={start[:10]}": lambda row: row["start"] >= start[:10],
    }.items():
        expected = {uid for uid, row in rows.items() if belongs(row)}
        assert 0 < len(expected) < len(rows), query
        assert {row["uid"] for row in await everything(seeded, query)} == expected, query
    for ignored in ("teamIds=501", "teamId=99999", "sortUpdated=desc", "page=2", "cursor=abc"):
        assert (await seeded("GET", f"bookings?{ignored}")).body["pagination"]["totalItems"] == 3000
    assert (await seeded("GET", f"bookings?attendeeEmail={email.upper()}")).data == []


async def test_created_and_updated_filters_are_inclusive_and_not_counted(seeded, rows):
    for key, name in (("createdAt", "Created"), ("updatedAt", "Updated")):
        values = sorted(row[key] for row in rows if row[key] is not None)
        low, high = values[100], values[220]
        reply = await seeded("GET", f"bookings?take=250&after{name}At={low}&before{name}At={high}")
        expected = {row["uid"] for row in rows if row[key] is not None and low <= row[key] <= high}
        assert {row["uid"] for row in reply.data} == expected
        assert reply.body["pagination"]["totalItems"] == 3000
        assert reply.body["pagination"]["returnedItems"] == 250
        nothing = await seeded("GET", f"bookings?after{name}At=2031-01-01")
        assert nothing.data == []
        assert nothing.body["pagination"]["returnedItems"] == 100
        assert nothing.body["pagination"]["hasNextPage"] is True


async def test_who_sees_what(seeded, rows):
    owner = set(seeded.sandbox.booking_uids("owner"))
    member = set(seeded.sandbox.booking_uids("member"))
    assert owner == set(seeded.sandbox.booking_uids())
    assert 0 < len(member) < len(owner)
    assert (await seeded("GET", "bookings", user="member")).body["pagination"]["totalItems"] == len(member)
    rows = {row["uid"]: row for row in rows}
    attended = {uid for uid, row in rows.items() if row["hosts"][0]["id"] == 1003}
    assert attended == set(seeded.sandbox.booking_uids("outsider"))
    assert {rows[uid]["attendees"][0]["email"] for uid in attended} == {"owner@example.com"}
    async with Sandbox() as empty:
        talk = type(seeded)(empty, seeded.session)
        assert (await talk("GET", "bookings")).body["pagination"]["currentPage"] == 0


async def test_cursor_list(seeded):
    async def by_cursor(query=""):
        rows, cursor = [], ""
        while cursor is not None:
            page = await seeded(
                "GET", f"bookings?limit=100{query}{cursor and '&cursor=' + cursor}", version="2026-05-01"
            )
            rows += page.data
            following = page.body["pagination"]["nextCursor"]
            assert page.body["pagination"] == {"nextCursor": following, "hasMore": following is not None}
            cursor = following
        return rows

    rows = await by_cursor()
    assert len(rows) == 3000
    assert {row["uid"] for row in rows} == set(seeded.sandbox.booking_uids())
    starts = [row["start"] for row in await by_cursor("&status=upcoming")]
    assert starts == sorted(starts)
    assert instant(starts[0]) >= NOW - timedelta(hours=2)
    first = await seeded("GET", "bookings", version="2026-05-01")
    assert len(first.data) == 50
    for bad in ("limit=101", "limit=0", "status=upcoming,past", "cursor=nonsense"):
        assert (await seeded("GET", f"bookings?{bad}", version="2026-05-01")).status == 400


async def test_single_bookings_and_series(seeded, rows):
    sample = rows[17]
    assert (await seeded("GET", f"bookings/{sample['uid']}")).data == sample
    assert (await seeded("GET", f"bookings/{sample['uid']}", user=None)).status == 200
    missing = await seeded("GET", f"bookings/{sample['id']}")
    assert (missing.status, missing.message) == (404, f"Booking with uid={sample['id']} was not found in the database")
    series = next(row["recurringBookingUid"] for row in rows if "recurringBookingUid" in row)
    listed = await seeded("GET", f"bookings/{series}")
    assert {row["recurringBookingUid"] for row in listed.data} == {series}
    assert [row["start"] for row in listed.data] == sorted(row["start"] for row in listed.data)
    seat = next(row["attendees"][0]["seatUid"] for row in rows if "seatUid" in row["attendees"][0])
    by_seat = await seeded("GET", f"bookings/by-seat/{seat}")
    assert seat in [each.get("seatUid") for each in by_seat.data["attendees"]]
    assert (await seeded("GET", f"bookings/{seat}")).status == 404


async def test_more_than_a_batch_can_be_filled():
    async with Sandbox(bookings=5_100) as sandbox:  # they are written by five thousand
        assert len(sandbox.booking_uids()) == 5_100


async def test_any_page_can_be_asked_for_first(seeded, rows):
    """Whichever rows of a tie a page shows, their values are those of its place in the order."""
    for key, sort in (("createdAt", "sortCreated=asc"), ("createdAt", "sortCreated=desc"), ("start", "sortStart=asc")):
        values = sorted((row[key] for row in rows), reverse=sort.endswith("desc"))
        for skip in (2_990, 1_500, 40, 2_222, 700, 0, 1_111, 1_116):
            for take in (5, 60):
                page = await seeded(
                    "GET", f"bookings?take={take}&skip={skip}&{sort}&afterCreatedAt=2001-01-0{take % 7 + 1}"
                )
                assert [row[key] for row in page.data] == values[skip : skip + take], (sort, skip, take)


@pytest.mark.parametrize(("count", "longest"), [(0, 0), (1, 1), (10, 4), (450, 180), (5_000, 180)])
def test_ties_of_any_number_of_bookings(count, longest):
    made = seed.created_instants(count, 1_775_000_000_000, random.Random(1))
    assert made == sorted(made)
    assert len(made) == count
    sizes = Counter(made).values()
    assert max(sizes, default=0) >= longest
    assert sum(size for size in sizes if size > 1) == pytest.approx(0.4 * count, abs=2)
