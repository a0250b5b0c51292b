"""The walk finds every row exactly once against a list that behaves as Cal.com's: shuffled ties, no tie-break, blind totals."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calcom_async.core.request import Response
from calcom_async.errors import DecodeError, ExportError
from calcom_async.export.answer import PAGE_SIZE, instants_of, read_answer
from calcom_async.export.plan import Window, milliseconds, split, wire_instant
from calcom_async.export.report import Tally
from calcom_async.export.walk import Walk, ask

START = milliseconds("2026-01-01T00:00:00Z")


class ShuffledList:
    """Bookings ordered by one column; rows that tie come in another order on every request."""

    def __init__(self, created: list[int], seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.rows = [
            {
                "uid": f"u{n}",
                "createdAt": wire_instant(moment),
                "start": wire_instant(moment + n % 7),
                "status": "accepted",
            }
            for n, moment in enumerate(created)
        ]
        self.requests = 0

    async def fetch(self, query: Mapping[str, Any]) -> Response:
        self.requests += 1
        low, high = milliseconds(query["afterCreatedAt"]), milliseconds(query["beforeCreatedAt"])
        rows = [row for row in self.rows if low <= milliseconds(row["createdAt"]) <= high]
        self.random.shuffle(rows)
        column = "start" if "sortStart" in query else "createdAt"
        rows.sort(key=lambda row: row[column], reverse="desc" in query.values())
        page = rows[query.get("skip", 0) :][: query["take"]]
        body = {"status": "success", "data": page, "pagination": {"totalItems": len(self.rows), "hasNextPage": True}}
        await asyncio.sleep(0)
        return Response(status=200, headers={}, body=json.dumps(body).encode())


async def walk_all(server: ShuffledList, windows: tuple[Window, ...], tally: Tally) -> list[str]:
    found = []
    for window in windows:
        async for step in Walk(window, server.fetch, tally).steps():
            found += [row.uid for row in step.rows]
    return [uid for uid in found if uid is not None]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 90)), max_size=30), st.integers(1, 6), st.integers(0, 9))
def test_every_row_comes_exactly_once(ties: list[tuple[int, int]], parts: int, seed: int) -> None:
    created = [START + moment for moment, count in ties for _ in range(count)]
    server, tally = ShuffledList(created, seed), Tally()
    found = asyncio.run(walk_all(server, split(Window(START, START + 401), parts), tally))
    assert sorted(found) == sorted(row["uid"] for row in server.rows)
    assert tally.doubts == []


def test_ties_longer_than_a_page_are_read_until_they_are_complete() -> None:
    created = [START] * 10 + [START + 5] * 700 + [START + 6] * 251 + [START + 9] * 3
    server, tally = ShuffledList(created), Tally()
    found = asyncio.run(walk_all(server, (Window(START, START + 100),), tally))
    assert sorted(found) == sorted(row["uid"] for row in server.rows)
    assert tally.longest_tie == 700
    assert tally.doubts == []


@pytest.mark.parametrize("stop_after", range(1, 9))
def test_a_walk_goes_on_from_any_step(stop_after: int) -> None:
    created = [START + n // 40 for n in range(900)] + [START + 30] * 600 + [START + 40] * 5
    server, tally = ShuffledList(created), Tally()

    async def run() -> list[str | None]:
        window, found = Window(START, START + 100), []
        position, seen = START, frozenset[str]()
        steps = Walk(window, server.fetch, tally).steps()
        async for step in steps:
            found += [row.uid for row in step.rows]
            position, seen = step.position, step.seen
            if len(found) >= stop_after * 170:
                break
        await steps.aclose()
        async for step in Walk(window, server.fetch, tally, position=position, seen=seen).steps():
            found += [row.uid for row in step.rows]
        return found

    assert sorted(uid for uid in asyncio.run(run()) if uid) == sorted(row["uid"] for row in server.rows)


def test_a_tie_that_never_closes_is_said_to_be_doubtful() -> None:
    class Hiding(ShuffledList):
        """Counts a row that it never shows: another comes in its place."""

        async def fetch(self, query: Mapping[str, Any]) -> Response:
            response = await super().fetch(query)
            return Response(status=200, headers={}, body=response.body.replace(b'"u3"', b'"u4"'))

    server, tally = Hiding([START] * 300), Tally()
    found = asyncio.run(walk_all(server, (Window(START, START + 1),), tally))
    assert len(set(found)) == 299
    assert len(tally.doubts) == 1
    assert "300 bookings share the creation time 2026-01-01T00:00:00.000Z, and only 299" in tally.doubts[0]


def test_half_of_a_window_is_given_away_while_it_is_walked_and_nothing_is_lost() -> None:
    created = [START + n // 2 for n in range(6000)]
    server, tally = ShuffledList(created), Tally()

    async def run() -> tuple[list[str | None], int]:
        walk, found, others = Walk(Window(START, START + 4000), server.fetch, tally), [], []
        async for step in walk.steps():
            found += [row.uid for row in step.rows]
            if (half := walk.give_half(1.0)) is not None:
                others.append(half)
        for half in others:
            async for step in Walk(half, server.fetch, tally).steps():
                found += [row.uid for row in step.rows]
        return found, len(others)

    found, given_away = asyncio.run(run())
    assert given_away >= 2
    assert sorted(uid for uid in found if uid) == sorted(row["uid"] for row in server.rows)


def test_too_little_is_not_worth_sharing() -> None:
    walk = Walk(Window(START, START + 1000), ShuffledList([]).fetch, Tally())
    assert walk.give_half(PAGE_SIZE * 3 / 1000) is None
    assert walk.give_half(PAGE_SIZE * 5 / 1000) == Window(START + 500, START + 1000)


def test_rows_without_uid_or_creation_time_are_kept_as_they_came() -> None:
    rows = [{"uid": "a", "createdAt": wire_instant(START)}, {"id": 5}, "what", {"uid": "b", "createdAt": "yesterday"}]

    async def fetch(query: Mapping[str, Any]) -> Response:
        return Response(status=200, headers={}, body=json.dumps({"data": rows}).encode())

    async def run() -> list[bytes]:
        walk = Walk(Window(START, START + 10), fetch, tally)
        return [row.raw async for step in walk.steps() for row in step.rows]

    tally = Tally()
    kept = [json.loads(raw) for raw in asyncio.run(run())]
    assert sorted(kept, key=json.dumps) == sorted(rows, key=json.dumps)
    assert tally.malformed == 3


async def test_a_long_tie_with_rows_without_uid_is_complete_only_with_them() -> None:
    server, tally = ShuffledList([START] * 600), Tally()
    for row in server.rows[::100]:
        del row["uid"]
        row["title"] = row["start"] + str(id(row))
    found = [row.raw async for step in Walk(Window(START, START + 1), server.fetch, tally).steps() for row in step.rows]
    assert sorted(found) == sorted(json.dumps(row).encode() for row in server.rows)
    assert (tally.malformed, tally.doubts) == (6, [])


@pytest.mark.parametrize("count", [250, 499, 500, 750])
async def test_a_server_that_gives_the_last_page_again_beyond_the_end_is_no_endless_tie(count: int) -> None:
    class Clamping(ShuffledList):
        async def fetch(self, query: Mapping[str, Any]) -> Response:
            last = (count - 1) // query["take"] * query["take"]
            return await super().fetch({**query, "skip": min(query.get("skip", 0), last)})

    server, tally = Clamping([START] * count), Tally()
    found = await walk_all(server, (Window(START, START + 9),), tally)
    assert sorted(found) == sorted(row["uid"] for row in server.rows)
    assert (tally.doubts, tally.longest_tie) == ([], count)


@pytest.mark.parametrize("ignored", ["afterCreatedAt", "sortCreated"])
async def test_a_server_that_ignores_what_the_walk_relies_on_is_refused(ignored: str) -> None:
    class Old(ShuffledList):
        async def fetch(self, query: Mapping[str, Any]) -> Response:
            if ignored == "sortCreated":
                self.rows.reverse()
                return await super().fetch({**{k: v for k, v in query.items() if k != ignored}, "sortStart": "desc"})
            return await super().fetch({**query, ignored: wire_instant(START)})

    server = Old([START + n for n in range(1000)])
    with pytest.raises(ExportError, match=f"ignores {ignored}"):
        await walk_all(server, (Window(START, START + 1000),), Tally())


async def test_an_answer_that_breaks_off_at_a_brace_is_asked_for_again() -> None:
    class Breaking(ShuffledList):
        async def fetch(self, query: Mapping[str, Any]) -> Response:
            response = await super().fetch(query)
            return response if self.requests % 3 == 0 else Response(status=200, headers={}, body=response.body[:-42])

    server = Breaking([START + n for n in range(600)])
    found = await walk_all(server, (Window(START, START + 600),), Tally())
    assert sorted(found) == sorted(row["uid"] for row in server.rows)


async def test_what_is_no_list_at_all_is_a_decode_error() -> None:
    async def fetch(query: Mapping[str, Any]) -> Response:
        return Response(status=200, headers={}, body=b'{"data":{"bookings":[]}}')

    with pytest.raises(DecodeError, match="no list of bookings"):
        await ask(fetch, {"take": 250})


async def test_a_window_that_was_shortened_ends_with_the_page_that_reaches_beyond_it() -> None:
    server, tally = ShuffledList([START + n for n in range(2000)]), Tally()
    walk = Walk(Window(START, START + 2000), server.fetch, tally)
    found = []
    async for step in walk.steps():
        found += [row.uid for row in step.rows]
        if len(found) == 250:
            walk.window = Window(START, START + 400)
    assert found == [f"u{n}" for n in range(400)]
    assert server.requests == 2


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"createdAt": "2026-01-01T00:00:00Z"},
        {"createdAt": "2099-13-01T00:00:00.000Z"},
        {"uid": 5},
        {"createdAt": None},
        {"uid": ""},
    ],
)
def test_pages_are_taken_by_their_text_only_where_it_sorts_as_the_times_do(odd: dict[str, Any]) -> None:
    rows = [{"uid": str(n), "createdAt": wire_instant(START + n)} for n in range(3)]
    instants = instants_of(read_answer(json.dumps({"data": [*rows, {**rows[2], "uid": "last", **odd}]}).encode()).rows)
    assert instants == (None if odd else [row["createdAt"] for row in [*rows, rows[2]]])
    assert instants_of(read_answer(json.dumps({"data": rows[::-1]}).encode()).rows) is None
    assert instants_of(read_answer(json.dumps({"data": [*rows, rows[2]]}).encode()).rows) is None


def test_a_server_that_gives_fewer_than_asked_is_believed_by_its_own_page_size() -> None:
    rows = [{"uid": str(n), "createdAt": wire_instant(START)} for n in range(100)]
    capped = read_answer(json.dumps({"data": rows, "pagination": {"itemsPerPage": 100}}).encode())
    assert capped.full
    assert not read_answer(json.dumps({"data": rows, "pagination": {"itemsPerPage": 250}}).encode()).full


async def test_a_time_that_is_none_ends_no_export() -> None:
    rows = [{"uid": f"u{n}", "createdAt": wire_instant(START + n)} for n in range(3)]
    rows[2]["createdAt"] = "2099-13-01T00:00:00.000Z"

    async def fetch(query: Mapping[str, Any]) -> Response:
        return Response(status=200, headers={}, body=json.dumps({"status": "success", "data": rows}).encode())

    tally, found = Tally(), []
    async for step in Walk(Window(START, START + 10), fetch, tally).steps():
        found += [row.uid for row in step.rows]
    assert sorted(found) == ["u0", "u1", "u2"]
    assert tally.malformed == 1
