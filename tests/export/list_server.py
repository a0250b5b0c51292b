"""A server of its own with nothing but `GET /v2/bookings` and `/v2/me`, written apart from the sandbox, fast, and hostile.

It behaves as the real one was observed to: an order by one column without a tie-break (rows that tie come in another
order on every request), totals blind to the filters by creation and change, a `hasNextPage` that is true beside no data
at all, bookings made and changed while somebody reads. Faults on a seeded share of the answers, a rate limit in fixed
windows that blocks who goes over, and a latency can be switched on.

Run as a program, it prints its port and serves until its standard input ends: `python list_server.py '{"bookings": 5}'`.
"""

from __future__ import annotations

import asyncio
import bisect
import json
import math
import random
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any, Self

import attrs
from aiohttp import web

KEY = "cal_list_server"
SORTS = {"sortStart": "start", "sortEnd": "end", "sortCreated": "created", "sortUpdatedAt": "updated"}
STATUSES = ("accepted", "accepted", "accepted", "pending", "cancelled", "rejected")
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo", "Europe/Riga", "UTC")
TIES = (2, 2, 3, 5, 20, 100, 249, 250, 251, 500, 700)
BEGIN = 1_700_000_000_000
"""The first creation time (milliseconds since the epoch); the last is two years later."""
SPAN = 2 * 365 * 86_400_000
FAULTS = (
    "reset before", "reset in mid-body", "reset after", "500", "502", "429 with reset", "429 without", "truncated",
    "truncated at a brace", "stall",
)  # fmt: skip


def instant(moment: int) -> str:
    """The wire's text of milliseconds since the epoch."""
    return datetime.fromtimestamp(moment // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{moment % 1000:03d}Z"


def moment(text: str) -> int:
    """Milliseconds since the epoch of the wire's text."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@attrs.define(eq=False)
class Row:
    """One booking, rendered once."""

    uid: str
    created: int
    start: int
    end: int
    updated: int
    number: int
    status: str
    body: bytes = b""

    def render(self) -> None:
        """Make its JSON of about 1.3 kB: regular, seated or recurring, some with a lot in `metadata`."""
        n = self.number
        zone = ZONES[n % len(ZONES)]
        titles = (
            f"30 minutes between Owner Example and Ada {n}",
            f'Intro "{n}", between Owner Example and Ada, at a café',
        )
        fields: dict[str, Any] = {
            "id": n, "uid": self.uid, "title": titles[n % 7 == 0], "description": "",
            "hosts": [{"id": 7, "name": "Owner Example", "email": "owner@example.com", "displayEmail":
                       "owner@example.com", "username": "owner", "timeZone": zone}],
            "status": self.status, "cancellationReason": "moved" if self.status == "cancelled" else "",
            "cancelledByEmail": "", "start": instant(self.start), "end": instant(self.end), "duration": 30,
            "eventTypeId": None if n % 97 == 0 else 42,
            "eventType": None if n % 97 == 0 else {"id": 42, "slug": "intro"}, "meetingUrl": None,
            "location": "https://meet.example.com/room-for-everyone", "absentHost": False,
            "createdAt": instant(self.created), "updatedAt": instant(self.updated), "rating": None, "icsUid":
            f"{self.uid}@Cal.com", "metadata": {"source": "website", "campaign": "autumn", "note": "x" * 100},
            "attendees": [{"name": f"Ada {n}", "email": f"ada{n}@example.com", "displayEmail": f"ada{n}@example.com",
                           "timeZone": "Europe/London", "language": "en", "absent": False}],
            "guests": ["guest@example.com"], "bookingFieldsResponses": {"name": f"Ada {n}", "email":
            f"ada{n}@example.com", "notes": "please bring the figures", "guests": ["guest@example.com"],
            "location": {"value": "link", "optionValue": ""}, "rescheduleReason": "y" * 60},
        }  # fmt: skip
        if n % 11 == 0:
            fields["recurringBookingUid"] = f"series-{n // 110}"
        if n % 13 == 0:
            del fields["bookingFieldsResponses"], fields["metadata"]
            fields["attendees"][0]["seatUid"] = f"seat-{n}"
            fields["attendees"][0]["bookingFieldsResponses"] = {"name": "Ada"}
        self.body = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def creation_times(count: int, chance: random.Random) -> list[int]:
    """Ascending; 40 % of them in ties of up to 700."""
    times: list[int] = []
    tied = count * 2 // 5
    while len(times) < tied:
        size = 700 if not times else chance.choice(TIES)
        times += [BEGIN + chance.randrange(SPAN)] * min(size, tied - len(times))
    times += [BEGIN + chance.randrange(SPAN) for _ in range(count - len(times))]
    times.sort()
    return times


def make_rows(count: int, seed: int, *, ties: bool = True) -> list[Row]:
    """The bookings of a server, the same for the same seed; the members of every other tie tie in all columns."""
    chance = random.Random(f"rows/{seed}")
    rows: list[Row] = []
    before = start = -1
    times = creation_times(count, chance) if ties else [BEGIN + number * SPAN // count for number in range(count)]
    for number, created in enumerate(times):
        if created != before or created % 2:
            start = (created // 1_800_000 + chance.randrange(-500, 500)) * 1_800_000
        before = created
        status = chance.choice(STATUSES)
        updated = start if created % 2 == 0 else created + chance.randrange(10_000)
        row = Row(f"bk{seed}x{number:07d}", created, start, start + 1_800_000, updated, number, status)
        row.render()
        rows.append(row)
    return rows


def uids_of(count: int, seed: int) -> set[str]:
    """The uids of `make_rows`, without making them."""
    return {f"bk{seed}x{number:07d}" for number in range(count)}


@attrs.define(kw_only=True)
class Faults:
    """What goes wrong, on which share of the answers; `in_turn` one kind after the other, else by chance."""

    share: float = 0.1
    kinds: Sequence[str] = FAULTS
    weights: Sequence[int] | None = None
    in_turn: bool = False
    seed: int = 1
    stall: float = 30.0
    reset: float = 1.0
    """Seconds that a 429 asks to wait."""


@attrs.define(kw_only=True)
class Quota:
    """So many requests in a window that the first one opens; one more blocks the key."""

    limit: int
    window: float
    block: float | None = None
    whole_seconds: bool = False
    opened: float = -math.inf
    used: int = 0
    blocked_until: float = -math.inf
    openings: list[float] = attrs.field(factory=list)
    fills: list[int] = attrs.field(factory=list)
    """What was used of each window but the last."""
    served: int = 0
    refused: int = 0

    def hit(self, now: float) -> tuple[bool, dict[str, str]]:
        """Count a request: whether it may pass, and the headers."""
        if now >= self.blocked_until and now >= self.opened + self.window:
            if self.openings:
                self.fills.append(self.used)
            self.opened, self.used = now, 0
            self.openings.append(now)
        if now >= self.blocked_until and self.used < self.limit:
            self.used += 1
            self.served += 1
            return True, self._headers(self.opened + self.window - now)
        self.refused += 1
        if now >= self.blocked_until:
            self.blocked_until = self.opened = now + (self.window if self.block is None else self.block)
        return False, self._headers(self.blocked_until - now)

    def _headers(self, reset: float) -> dict[str, str]:
        shown = str(math.ceil(reset)) if self.whole_seconds else f"{reset:.3f}"
        values = {"Limit": str(self.limit), "Remaining": str(self.limit - self.used), "Reset": shown}
        return {f"X-RateLimit-{name}-Default": value for name, value in values.items()}

    def utilisation(self) -> float:
        """The share that was used of what the server would have allowed from the first hit to the last window's."""
        spent = self.openings[-1] - self.openings[0]
        return (len(self.openings) - 1) * self.window / spent * self.filled()

    def filled(self) -> float:
        """The share of the requests of all windows but the last that were used."""
        return sum(self.fills) / (self.limit * len(self.fills))


class ListServer:
    """The server; `async with` in this loop, `with` in a thread of its own.

    Args:
        bookings: How many there are at the beginning.
        seed: Which, and in which order they come.
        faults: What goes wrong.
        quota: The rate limit.
        latency: Seconds an answer takes at least and at most.
        churn: How often (0 to 1) a request finds that a booking was made and another one changed.
        ahead: Seconds that its clock is ahead of the true time.
        cap: Rows it gives at most, whatever is asked for.
        clamp: Whether a skip beyond the end gives the last page again, as other lists do, instead of nothing.
        rows: The bookings, where they are made already.
        ties: Whether some of them share their creation time.
    """

    def __init__(
        self,
        bookings: int = 0,
        seed: int = 1,
        *,
        faults: Faults | None = None,
        quota: Quota | None = None,
        latency: tuple[float, float] = (0.0, 0.0),
        churn: float = 0.0,
        ahead: float = 0.0,
        cap: int = 250,
        clamp: bool = False,
        rows: list[Row] | None = None,
        ties: bool = True,
    ) -> None:
        self.rows = make_rows(bookings, seed, ties=ties) if rows is None else list(rows)
        self.initial = {row.uid for row in self.rows}
        self.inserted: list[tuple[int, str]] = []
        self.faults, self.quota, self.latency = faults, quota, latency
        self._in_flight = 0
        self.in_flight: list[int] = []
        """How many requests waited at once, itself included, whenever one came; with a latency only."""
        self.churn, self.ahead, self.clamp, self.cap = churn, ahead, clamp, cap
        self.done: Counter[str] = Counter()
        self.key = KEY
        self.port = 0
        self._chance = random.Random(f"requests/{seed}/{faults.seed if faults else 0}")
        self._created = [row.created for row in self.rows]
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}/v2"

    # --- the list -----------------------------------------------------------------------------------------------------

    def now(self) -> float:
        """The time by its clock."""
        return time.time() + self.ahead

    def page(self, query: Mapping[str, str]) -> bytes:
        """The answer to a list request."""
        take, skip = min(int(query.get("take", 100)), self.cap), int(query.get("skip", 0))
        low = bisect.bisect_left(self._created, moment(query["afterCreatedAt"])) if "afterCreatedAt" in query else 0
        high = len(self.rows)
        if "beforeCreatedAt" in query:
            high = bisect.bisect_right(self._created, moment(query["beforeCreatedAt"]))
        # The service's order of precedence where several are given: start, end, created, updated.
        sort = next((name for name in SORTS if name in query), "sortStart")
        descending = query.get(sort) == "desc"
        if "afterUpdatedAt" in query or "beforeUpdatedAt" in query:
            found: Sequence[Row] = self._by_update(query)
        elif sort == "sortCreated":
            found = _Slice(self.rows, self._created, low, high, self._chance, descending=descending)
        else:
            found = self._shuffled(self.rows[low:high], SORTS[sort], descending=descending)
        if self.clamp and skip >= len(found):
            skip = max(0, (len(found) - 1) // take * take)
        chosen = found[skip : skip + take]
        total = len(self.rows)
        pages = -(-total // take)
        block = {
            "totalItems": total, "remainingItems": max(0, total - skip - take), "itemsPerPage": take,
            "returnedItems": max(0, min(take, total - skip)), "currentPage": min(skip // take + 1, pages),
            "totalPages": pages, "hasNextPage": skip + take < total, "hasPreviousPage": skip > 0,
        }  # fmt: skip
        bodies = b",".join([row.body for row in chosen])
        return b'{"status":"success","data":[' + bodies + b'],"pagination":' + json.dumps(block).encode() + b"}"

    def _by_update(self, query: Mapping[str, str]) -> Sequence[Row]:
        low = moment(query["afterUpdatedAt"]) if "afterUpdatedAt" in query else 0
        high = moment(query["beforeUpdatedAt"]) if "beforeUpdatedAt" in query else 2**60
        matching = [row for row in self.rows if low <= row.updated <= high]
        return self._shuffled(matching, "updated", descending=query.get("sortUpdatedAt") == "desc")

    def _shuffled(self, rows: list[Row], column: str, *, descending: bool) -> list[Row]:
        self._chance.shuffle(rows)
        rows.sort(key=lambda row: getattr(row, column), reverse=descending)
        return rows

    def change_something(self) -> None:
        """A booking is made, and another one cancelled, while somebody reads."""
        now = round(self.now() * 1000)
        number = len(self.rows)
        row = Row(f"late{number:07d}", max(now, self._created[-1] if self._created else 0), now, now, now, number, "")
        changed = self._chance.choice(self.rows) if self.rows else row
        changed.status, changed.updated, row.status = "cancelled", now, "accepted"
        changed.start += self._chance.randrange(-48, 48) * 1_800_000
        changed.end = changed.start + 1_800_000
        for each in (row, changed):
            each.render()
        self.rows.append(row)
        self._created.append(row.created)
        self.inserted.append((row.created, row.uid))

    def expect(self, found: Sequence[str], frozen: datetime) -> None:
        """Assert that these are the frozen set: all that was there, once, and nothing made after the set was frozen."""
        counted = Counter(found)
        assert [uid for uid, times in counted.items() if times > 1] == []
        assert sorted(self.initial - counted.keys()) == []
        allowed = {uid for created, uid in self.inserted if created <= frozen.timestamp() * 1000}
        assert sorted(counted.keys() - self.initial - allowed) == []

    # --- serving ------------------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/state":
            state = {"done": self.done, "inserted": self.inserted, "rows": len(self.rows)}
            return web.json_response(state | {"quota": attrs.asdict(self.quota) if self.quota else None})
        low, high = self.latency
        if high:
            latency = self._chance.uniform(low, high)
            self._in_flight += 1
            self.in_flight.append(self._in_flight)
            await asyncio.sleep(latency / 2)
            self._in_flight -= 1
        headers = {"Content-Type": "application/json", "Date": formatdate(self.now(), usegmt=True)}
        if self.quota is not None:
            passes, quota = self.quota.hit(time.monotonic())
            headers |= quota
            if not passes:
                return self._error(429, "CustomThrottlerGuard - Too many requests. Please try again later.", headers)
        if high:
            await asyncio.sleep(latency / 2)
        self.done["answers"] += 1
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return self._error(401, "Invalid API Key", headers)
        fault = self._fault()
        if fault == "reset before":
            return self._reset(request)
        if request.path == "/v2/me":
            body = b'{"status":"success","data":{"id":7,"username":"owner","email":"owner@example.com"}}'
        elif request.path == "/v2/bookings":
            if self.churn and self._chance.random() < self.churn:
                self.change_something()
            body = self.page(request.query)
            self.done["pages"] += 1
        else:
            return self._error(404, f"Cannot GET {request.path}", headers)
        return await self._answer(request, fault, headers, body)

    async def _answer(
        self, request: web.BaseRequest, fault: str | None, headers: dict[str, str], body: bytes
    ) -> web.StreamResponse:
        faults = self.faults or Faults()
        match fault:
            case "reset in mid-body" | "reset after":
                response = web.StreamResponse(headers={**headers, "Content-Length": str(len(body))})
                await response.prepare(request)
                await response.write(body if fault == "reset after" else body[: len(body) // 2])
                if fault == "reset after":
                    await asyncio.sleep(0.01)
                return self._reset(request)
            case "500":
                return web.Response(body=b'{"statusCode":500,"message":"Internal server error"}', status=500)
            case "502":
                return web.Response(body=b"<html><title>502 Bad gateway</title></html>", status=502)
            case "429 with reset":
                shown = {"Limit": "1000000", "Remaining": "0", "Reset": f"{faults.reset:g}"}
                named = {f"X-RateLimit-{name}-Default": value for name, value in shown.items()}
                return self._error(429, "Too many requests", headers | named)
            case "429 without":
                return self._error(429, "Too many requests", headers)
            case "truncated":
                return web.Response(body=body[: self._chance.randrange(1, len(body))], headers=headers)
            case "truncated at a brace":
                return web.Response(body=body[: body.rindex(b"}", 0, len(body) - 1) + 1], headers=headers)
            case "stall":
                await asyncio.sleep(faults.stall)
        return web.Response(body=body, headers=headers)

    def _fault(self) -> str | None:
        faults = self.faults
        if faults is None or self._chance.random() >= faults.share:
            return None
        (fault,) = self._chance.choices(faults.kinds, faults.weights)
        if faults.in_turn:
            fault = faults.kinds[sum(self.done[kind] for kind in faults.kinds) % len(faults.kinds)]
        self.done[fault] += 1
        return fault

    def _reset(self, request: web.BaseRequest) -> web.StreamResponse:
        transport = request.transport
        if transport is not None:
            connection: socket.socket = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        return web.Response()

    def _error(self, status: int, message: str, headers: dict[str, str]) -> web.Response:
        body = {"status": "error", "timestamp": "x", "path": "/v2/bookings", "error": {"message": message}}
        return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)

    async def start(self, port: int = 0) -> None:
        """Listen; `port` 0 takes a free one."""
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection; `start(port)` comes back with the same bookings."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine in the server's thread and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.run(self.start())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class _Slice(Sequence[Row]):
    """The rows of a range of creation times in their order, those that tie shuffled, made only where they are read."""

    def __init__(
        self, rows: list[Row], created: list[int], low: int, high: int, chance: random.Random, *, descending: bool
    ) -> None:
        self._rows, self._created, self._low, self._high = rows, created, low, max(low, high)
        self._chance, self._descending = chance, descending

    def __len__(self) -> int:
        return self._high - self._low

    def __getitem__(self, wanted: Any) -> Any:
        first, last, _ = wanted.indices(len(self))
        if self._descending:
            first, last = len(self) - last, len(self) - first
        first, last = self._low + first, self._low + last
        if first >= last:
            return []
        begin = bisect.bisect_left(self._created, self._created[first], self._low, self._high)
        end = bisect.bisect_right(self._created, self._created[last - 1], self._low, self._high)
        shuffled: list[Row] = []
        for tie in self._ties(begin, end):
            self._chance.shuffle(tie)
            shuffled += tie
        chosen = shuffled[first - begin : last - begin]
        return chosen[::-1] if self._descending else chosen

    def _ties(self, begin: int, end: int) -> Iterator[list[Row]]:
        while begin < end:
            after = begin + 1
            if after < end and self._created[after] == self._created[begin]:
                after = bisect.bisect_right(self._created, self._created[begin], begin, end)
            yield self._rows[begin:after]
            begin = after


async def serve(options: Mapping[str, Any]) -> None:
    """Serve until standard input ends."""
    made = dict(options)
    for name, kind in (("faults", Faults), ("quota", Quota)):
        if made.get(name) is not None:
            made[name] = kind(**made[name])
    async with ListServer(**made) as server:
        print(server.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}))
