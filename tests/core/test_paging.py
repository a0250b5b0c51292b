"""Lists: which page comes next, and walks over every kind of server."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async import CalComError, DecodeError, InvalidRequestError, PaginationError
from calcom_async.core.paging import Listing, Pager, Pagination, Position, Style, next_position
from calcom_async.core.records import Record, record
from calcom_async.core.request import Request, Response


@record
class Thing(Record):
    id: int
    name: str | None = None


Answer = Callable[[dict[str, str]], Any]


class Server:
    """Answers requests for pages from a function of the query, and counts."""

    def __init__(self, answer: Answer, *, delay: Callable[[dict[str, str]], float] | None = None) -> None:
        self._answer = answer
        self._delay = delay
        self.asked: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0

    async def fetch(self, request: Request) -> Response:
        query = dict(request.query)
        self.asked.append(query)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0 if self._delay is None else self._delay(query))
            envelope = self._answer(query)
        finally:
            self.at_once -= 1
        return Response(status=200, headers={}, body=json.dumps(envelope).encode())

    def pager(self, *, page_size: int = 3, style: Style = "offset", into: Any = Thing, **options: Any) -> Pager[Any]:
        request = Request.make("GET", "/things", query={"status": "past"})
        return Pager(Listing(request=request, into=into, fetch=self.fetch, page_size=page_size, style=style, **options))

    @property
    def skips(self) -> list[int]:
        return [int(query.get("skip", 0)) for query in self.asked]


def things(count: int) -> list[dict[str, Any]]:
    return [{"id": number} for number in range(count)]


def offset(count: int, *, most: int = 250) -> Answer:
    """Pages like bookings: take/skip, with a total."""

    def answer(query: dict[str, str]) -> Any:
        skip, take = int(query.get("skip", 0)), min(most, int(query["take"]))
        block = {"totalItems": count, "hasNextPage": skip + take < count, "currentPage": skip // take}
        return {"status": "success", "data": things(count)[skip : skip + take], "pagination": block}

    return answer


def blind(count: int) -> Answer:
    """Pages like webhooks: take/skip, without a total."""

    def answer(query: dict[str, str]) -> Any:
        skip, take = int(query.get("skip", 0)), int(query["take"])
        return {"status": "success", "data": things(count)[skip : skip + take]}

    return answer


def cursor(count: int) -> Answer:
    def answer(query: dict[str, str]) -> Any:
        first, limit = int(query.get("cursor", 0)), int(query["limit"])
        more = first + limit < count
        block = {"nextCursor": str(first + limit) if more else None, "hasMore": more}
        return {"status": "success", "data": things(count)[first : first + limit], "pagination": block}

    return answer


def limit_offset(count: int) -> Answer:
    def answer(query: dict[str, str]) -> Any:
        first, limit = int(query.get("offset", 0)), int(query["limit"])
        return {"status": "success", "data": things(count)[first : first + limit]}

    return answer


def everything(count: int) -> Answer:
    return lambda query: {"status": "success", "data": things(count)}


STYLES: list[tuple[Style, Callable[[int], Answer]]] = [
    ("offset", offset),
    ("offset", blind),
    ("cursor", cursor),
    ("limit-offset", limit_offset),
    ("none", everything),
    ("offset", lambda count: lambda query: cursor(count)({"limit": query.get("take", "3"), **query})),
    ("cursor", lambda count: lambda query: offset(count)({"take": query.get("limit", "3"), **query})),
]


async def ids(pager: AsyncIterator[Thing] | Pager[Thing]) -> list[int]:
    return [thing.id async for thing in pager]


async def walk_into(found: list[int], pager: Pager[Thing]) -> None:
    async for thing in pager:
        found.append(thing.id)


# --- one step --------------------------------------------------------------------------------------------------------

BLOCK = {"totalItems": 9, "hasNextPage": True}
LAST = {"totalItems": 9, "hasNextPage": False}


@pytest.mark.parametrize(
    ("here", "got", "asked", "block", "style", "following"),
    [
        (Position(), 3, 3, BLOCK, "offset", Position(3)),
        (Position(6), 3, 3, LAST, "offset", None),
        (Position(3), 2, 3, BLOCK, "offset", Position(5)),
        (Position(3), 0, 3, BLOCK, "offset", None),
        (Position(), 3, 3, {"totalItems": 3}, "offset", Position(3)),
        (Position(), 3, 3, None, "offset", Position(3)),
        (Position(3), 2, 3, None, "offset", None),
        (Position(3), 0, 3, None, "offset", None),
        (Position(), 7, 3, None, "offset", None),
        (Position(), 3, 3, None, "limit-offset", Position(3)),
        (Position(), 3, 3, None, "none", None),
        (Position(), 3, 3, None, "cursor", None),
        (Position(), 3, 3, {"nextCursor": "c", "hasMore": True}, "cursor", Position(3, "c")),
        (Position(), 3, 3, {"nextCursor": 7, "hasMore": True}, "cursor", Position(3, "7")),
        (Position(3, "c"), 0, 3, {"nextCursor": "d", "hasMore": True}, "cursor", Position(3, "d")),
        (Position(3, "c"), 3, 3, {"nextCursor": "d", "hasMore": False}, "cursor", None),
        (Position(3, "c"), 3, 3, {"nextCursor": "d"}, "cursor", Position(6, "d")),
        (Position(3, "c"), 3, 3, {"nextCursor": None, "hasMore": False}, "cursor", None),
        (Position(3, "c"), 3, 3, {"nextCursor": None, "hasMore": True}, "cursor", None),
        (Position(), 3, 3, {"nextCursor": None}, "offset", None),
        (Position(), 3, 3, {"nextCursor": ""}, "offset", None),
        (Position(), 3, 3, BLOCK, "cursor", Position(3)),
        (Position(), 3, 3, {"nextCursor": "c", "hasMore": True}, "offset", Position(3, "c")),
        (Position(), 3, 3, {"hasNextPage": "yes"}, "offset", Position(3)),
        (Position(), 3, 3, "odd", "offset", Position(3)),
    ],
)
def test_which_page_comes_next(
    here: Position, got: int, asked: int, block: Any, style: Style, following: Position | None
) -> None:
    pagination = Pagination.read({} if block is None else {"pagination": block})
    assert next_position(here, got, asked, pagination, style) == following


@pytest.mark.parametrize(
    "envelope",
    [
        {"data": [], "pagination": {"nextCursor": "c", "hasMore": True}},
        {"data": [], "meta": {"nextCursor": "c", "hasMore": True}},
        {"data": {"entries": [], "pagination": {"nextCursor": "c", "hasMore": True}}},
        {"data": {"entries": [], "nextCursor": "c", "hasMore": True}},
    ],
)
def test_where_an_answer_says_its_place(envelope: Any) -> None:
    pagination = Pagination.read(envelope)
    assert (pagination.next_cursor, pagination.has_next) == ("c", True)


def test_data_that_says_nothing_of_its_place() -> None:
    assert Pagination.read({"data": {"entries": []}}) == Pagination()


@pytest.mark.parametrize(
    ("style", "position", "query"),
    [
        ("offset", Position(), {"take": "3"}),
        ("offset", Position(6), {"take": "3", "skip": "6"}),
        ("offset", Position(3, "c"), {"limit": "3", "cursor": "c"}),
        ("cursor", Position(), {"limit": "3"}),
        ("cursor", Position(3, "c"), {"limit": "3", "cursor": "c"}),
        ("cursor", Position(3), {"take": "3", "skip": "3"}),
        ("limit-offset", Position(3), {"limit": "3", "offset": "3"}),
        ("none", Position(), {}),
    ],
)
def test_how_a_page_is_asked_for(style: Style, position: Position, query: dict[str, str]) -> None:
    request = Server(offset(0)).pager(style=style)._listing.request_at(position)
    assert dict(request.query) == {"status": "past"} | query


# --- walks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("style", "answer"), STYLES)
@pytest.mark.parametrize("ahead", [1, 4])
@given(count=st.integers(0, 40), page_size=st.integers(1, 15))
def test_a_walk_over_any_split_gives_the_list(
    style: Style, answer: Callable[[int], Answer], ahead: int, count: int, page_size: int
) -> None:
    async def walk() -> list[list[int]]:
        pager = Server(answer(count)).pager(page_size=page_size, style=style).prefetch(ahead)
        return [
            await ids(pager),
            [thing.id async for page in pager.pages() for thing in page.items],
            [thing.id for thing in await pager.collect()],
        ]

    assert asyncio.run(walk()) == [list(range(count))] * 3


@given(count=st.integers(0, 40), page_size=st.integers(1, 15), limit=st.integers(0, 50), ahead=st.integers(1, 5))
def test_collect_takes_so_many_and_reads_no_page_more_than_needed(
    count: int, page_size: int, limit: int, ahead: int
) -> None:
    server = Server(offset(count))
    items = asyncio.run(server.pager(page_size=page_size).prefetch(ahead).collect(limit))
    assert [thing.id for thing in items] == list(range(min(count, limit)))
    wanted = min(count, limit)
    size = min(page_size, limit) if limit else page_size
    assert len(server.asked) == (0 if limit == 0 else max(1, -(-wanted // size)))


@given(count=st.integers(1, 40), page_size=st.integers(1, 10), ahead=st.integers(1, 5), data=st.data())
def test_a_walk_that_breaks_goes_on_where_it_stood(count: int, page_size: int, ahead: int, data: st.DataObject) -> None:
    broken = data.draw(st.integers(0, (count - 1) // page_size))
    whole = offset(count)
    failing = True

    def answer(query: dict[str, str]) -> Any:
        if failing and int(query.get("skip", 0)) == broken * page_size:
            raise CalComError("lost")
        return whole(query)

    async def walk() -> list[int]:
        nonlocal failing
        found: list[int] = []
        pager = Server(answer).pager(page_size=page_size).prefetch(ahead)
        with pytest.raises(CalComError) as caught:
            await walk_into(found, pager)
        failing = False
        assert caught.value.__context__ is None
        position = pickle.loads(pickle.dumps(caught.value)).position
        return found + await ids(pager.resume(position))

    assert asyncio.run(walk()) == list(range(count))


async def test_nothing_is_asked_for_before_it_is_needed() -> None:
    server = Server(offset(10))
    pager = server.pager()
    assert server.asked == []
    async for thing in pager:
        if thing.id == 4:
            break
    assert server.skips == [0, 3]


async def test_await_gives_the_first_page_and_next_the_others() -> None:
    server = Server(offset(7))
    page = await server.pager()
    assert ([thing.id for thing in page.items], page.pagination.total, page.has_next) == ([0, 1, 2], 7, True)
    second = await page.next()
    assert second is not None
    assert (len(second), second.position) == (3, Position(3))
    third = await second.next()
    assert third is not None
    assert third.items == [Thing(id=6)]
    assert await third.next() is None
    assert server.skips == [0, 3, 6]


async def test_each_walk_starts_anew() -> None:
    server = Server(offset(4))
    pager = server.pager()
    assert await ids(pager) == await ids(pager) == [0, 1, 2, 3]


async def test_the_total_once_a_page_was_read() -> None:
    pager = Server(offset(7)).pager()
    assert pager.total is None
    await pager
    assert pager.total == 7
    collected = Server(offset(7)).pager()
    await collected.collect(2)
    assert collected.total == 7
    without = Server(blind(7)).pager()
    await without.collect()
    assert without.total is None


async def test_a_plain_for_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="async for"):
        for _ in Server(offset(1)).pager():
            pass


async def test_a_page_is_not_taken_for_the_list() -> None:
    page: Any = await Server(offset(7)).pager()
    with pytest.raises(TypeError, match=r"one page: take its \.items, or walk the list itself"):
        list(page)
    with pytest.raises(TypeError, match=r"one page: take its \.items\[…\]"):
        page[0]


async def test_a_list_is_not_taken_for_what_is_on_it() -> None:
    pager: Any = Server(offset(7)).pager()
    with pytest.raises(TypeError, match=r"nothing of this list was read yet: `await` its `\.collect\(\)`"):
        pager[0]


@pytest.mark.parametrize("call", [lambda pager: pager.prefetch(0), lambda pager: pager.prefetch(-1)])
def test_prefetch_of_nothing_is_refused(call: Callable[[Pager[Any]], Any]) -> None:
    with pytest.raises(InvalidRequestError, match="prefetch: at least 1"):
        call(Server(offset(1)).pager())


async def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="limit: can't be negative"):
        await Server(offset(1)).pager().collect(-1)


# --- prefetch --------------------------------------------------------------------------------------------------------


async def test_prefetch_reads_pages_at_once_in_order_and_never_beyond_the_total() -> None:
    server = Server(offset(20), delay=lambda query: 0.02 - int(query.get("skip", 0)) / 1000)
    assert await ids(server.pager().prefetch(4)) == list(range(20))
    assert server.most_at_once == 4
    assert sorted(server.skips) == [0, 3, 6, 9, 12, 15, 18]


async def test_a_plain_break_leaves_no_task_behind() -> None:
    server = Server(offset(100), delay=lambda _: 0.001)
    before = asyncio.all_tasks()
    async for thing in server.pager().prefetch(5):
        if thing.id == 10:
            break
    assert asyncio.all_tasks() == before
    assert server.at_once == 0


async def test_between_two_pages_nothing_is_under_way() -> None:
    server = Server(offset(40), delay=lambda query: int(query.get("skip", 0)) % 4 / 1000)
    async for page in server.pager().prefetch(4).pages():
        assert server.at_once == 0, page.position
    assert server.most_at_once == 4


async def test_collect_asks_for_the_next_page_as_soon_as_one_has_come() -> None:
    """A window that waited for its slowest page, which here waits for a page beyond it, would never end."""
    asked_beyond = asyncio.Event()

    class Slow(Server):
        async def fetch(self, request: Request) -> Response:
            skip = int(dict(request.query).get("skip", 0))
            if skip == 15:
                asked_beyond.set()
            if skip == 6:
                async with asyncio.timeout(5):
                    await asked_beyond.wait()
            return await super().fetch(request)

    server = Slow(offset(60), delay=lambda _: 0.001)
    items = await server.pager().prefetch(4).collect()
    assert [thing.id for thing in items] == list(range(60))
    assert server.most_at_once == 4
    assert sorted(server.skips) == list(range(0, 60, 3)), "each once, none beyond the total"


async def test_a_page_that_fails_ends_what_else_was_under_way_and_says_where() -> None:
    def answer(query: dict[str, str]) -> Any:
        if query.get("skip") == "9":
            raise CalComError("no")
        return offset(60)(query)

    for take in (lambda pager: pager.collect(), ids):
        server = Server(answer, delay=lambda query: 10 if int(query.get("skip", 0)) > 9 else 0)
        with pytest.raises(CalComError, match="no") as caught:
            await take(server.pager().prefetch(4))
        assert caught.value.position is not None
        assert caught.value.position.skip <= 9
        assert server.at_once == 0
        assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("take", [ids, lambda pager: pager.collect()], ids=["walk", "collect"])
async def test_cancelling_ends_its_requests(take: Callable[[Pager[Any]], Any]) -> None:
    server = Server(offset(100), delay=lambda query: 10 if int(query.get("skip", 0)) else 0)
    task = asyncio.create_task(take(server.pager().prefetch(5)))
    await asyncio.sleep(0.02)
    assert server.at_once == 5
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert server.at_once == 0
    assert len(asyncio.all_tasks()) == 1


async def test_a_cursor_is_not_prefetched() -> None:
    server = Server(cursor(10), delay=lambda _: 0.001)
    assert await ids(server.pager(style="cursor").prefetch(4)) == list(range(10))
    assert server.most_at_once == 1


async def test_a_page_that_is_shorter_than_asked_for_puts_the_window_back_in_step() -> None:
    server = Server(offset(23, most=2))
    assert await ids(server.pager(page_size=5).prefetch(3)) == list(range(23))


# --- lists that would never end, and other oddities -----------------------------------------------------------------


@pytest.mark.parametrize("ahead", [1, 3])
async def test_the_same_page_twice_is_an_error_with_its_position(ahead: int) -> None:
    def answer(query: dict[str, str]) -> Any:
        return {"data": things(3), "pagination": {"hasNextPage": True}}

    found: list[int] = []
    with pytest.raises(PaginationError, match=r"GET /things: the server gave the same page twice") as caught:
        await walk_into(found, Server(answer).pager().prefetch(ahead))
    assert found == [0, 1, 2]
    assert caught.value.position == Position(3)


async def test_the_same_page_in_another_order_is_the_same_page() -> None:
    turns = iter([things(3), things(3)[::-1]])
    with pytest.raises(PaginationError, match="same page twice"):
        await Server(lambda _: {"data": next(turns), "pagination": {"hasNextPage": True}}).pager().collect()


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "a"]])
async def test_the_same_cursor_twice_is_an_error(cursors: list[str]) -> None:
    left = iter(enumerate(cursors))

    def answer(query: dict[str, str]) -> Any:
        number, following = next(left)
        return {"data": [{"id": number}], "pagination": {"nextCursor": following, "hasMore": True}}

    with pytest.raises(PaginationError, match="same cursor twice"):
        await Server(answer).pager(style="cursor").collect()


async def test_skipping_past_the_end_may_give_the_last_page_again() -> None:
    def answer(query: dict[str, str]) -> Any:
        skip = int(query.get("skip", 0))
        clamped = min(skip, 3)
        return {"data": things(6)[clamped : clamped + 3], "pagination": {"totalItems": 9, "hasNextPage": skip < 6}}

    assert await ids(Server(answer).pager()) == list(range(6))


async def test_an_empty_page_is_the_end_whatever_it_claims() -> None:
    def answer(query: dict[str, str]) -> Any:
        return {"data": [], "pagination": {"totalItems": 100, "returnedItems": 3, "hasNextPage": True}}

    server = Server(answer)
    assert await server.pager().collect() == []
    assert len(server.asked) == 1


async def test_a_server_that_ignores_paging_is_read_once() -> None:
    server = Server(everything(10))
    assert await ids(server.pager(page_size=3)) == list(range(10))
    assert len(server.asked) == 1


async def test_a_cursor_list_answered_with_offset_metadata_goes_on_by_offset() -> None:
    server = Server(lambda query: offset(8)({"take": "3", **query}))
    assert await ids(server.pager(style="cursor")) == list(range(8))
    assert server.asked == [
        {"status": "past", "limit": "3"},
        {"status": "past", "take": "3", "skip": "3"},
        {"status": "past", "take": "3", "skip": "6"},
    ]


@pytest.mark.parametrize("body", [{"data": None}, {}, {"status": "success"}])
async def test_no_data_is_an_empty_list(body: Any) -> None:
    assert await Server(lambda _: body).pager().collect() == []


@pytest.mark.parametrize("data", [{"id": 1}, "text", 7])
async def test_data_that_is_no_list_is_named(data: Any) -> None:
    with pytest.raises(DecodeError, match="data: expected a list") as caught:
        await Server(lambda _: {"data": data}).pager().collect()
    assert caught.value.position == Position()


async def test_a_list_further_down_is_found() -> None:
    pager = Server(lambda _: {"data": {"users": things(2)}}).pager(find=lambda data: data["users"])
    assert await ids(pager) == [0, 1]


async def test_a_malformed_record_is_set_aside_and_the_walk_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    def answer(query: dict[str, str]) -> Any:
        page = blind(5)(query)
        for thing in page["data"]:
            if thing["id"] == 1:
                thing["id"] = "ada@example.com"
        return page

    malformed = []
    found = []
    with caplog.at_level(logging.WARNING, "calcom_async"):
        async for page in Server(answer).pager().pages():
            found += [thing.id for thing in page.items]
            malformed += page.malformed
    assert found == [0, 2, 3, 4]
    (bad,) = malformed
    assert (bad.raw, str(bad.error)) == (
        {"id": "ada@example.com"}, "data[1].id: expected a whole number, got text",
    )  # fmt: skip
    (logged,) = caplog.records
    assert logged.getMessage() == (
        "GET /things: a malformed record was set aside: data[1].id: expected a whole number, got text"
    )
    assert "ada@example.com" not in caplog.text + repr(bad)


async def test_a_strict_walk_stops_at_it_with_path_and_position() -> None:
    def answer(query: dict[str, str]) -> Any:
        page = blind(9)(query)
        page["data"][0] = {"id": None} if query.get("skip") == "3" else page["data"][0]
        return page

    found: list[int] = []
    with pytest.raises(DecodeError) as caught:
        await walk_into(found, Server(answer).pager(strict=True))
    assert found == [0, 1, 2]
    assert (caught.value.path, caught.value.position) == ("data[0].id", Position(3))


async def test_wire_json_can_be_had_as_it_came() -> None:
    assert await Server(blind(2)).pager(into=dict).collect() == things(2)


def test_a_position_is_plain_data() -> None:
    assert pickle.loads(pickle.dumps(Position(3, "c"))) == Position(3, "c")
    assert repr(Position(3)) == "Position(skip=3, cursor=None)"
