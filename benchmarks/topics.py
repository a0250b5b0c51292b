"""What is measured, topic by topic: which lanes a round has, and which rows of the table they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import attrs

from benchmarks import lanes_of_export
from benchmarks.figures import Round, Row, Spread, ratios, spreads, values
from benchmarks.payload import BOOKINGS, PAGE
from benchmarks.processes import serving

MEBIBYTE = 2**20
Lane = tuple[str, str, dict[str, Any]]
"""Module, function and arguments of a measurement."""


@attrs.frozen(kw_only=True)
class Setting:
    """How a run is done.

    Attributes:
        generated: The folder of the generated client, or None.
        quick: Whether it only has to work.
    """

    generated: str | None
    quick: bool = False

    def bookings(self, full: int = BOOKINGS) -> int:
        """How many a lane reads."""
        return min(full, 4 * PAGE) if self.quick else full

    def calls(self, full: int) -> int:
        """How many calls a lane makes."""
        return min(full, 20) if self.quick else full


@attrs.frozen(kw_only=True)
class Topic:
    """Some rows that are measured together.

    Attributes:
        name: Its name on the command line.
        lanes: What a round measures, by name, given the setting, the server and which round it is.
        rows: What the rounds make.
        server: The server that the lanes ask.
        anchors: Lanes that others are divided by: measured at both ends of a turn, and averaged.
        times: How often its lanes run in a round: more often those that take little and vary a lot.
    """

    name: str
    lanes: Callable[[Setting, str, int], dict[str, Lane]]
    rows: Callable[[Setting, Sequence[Round]], list[Row]]
    server: Callable[[Setting], AbstractContextManager[str]]
    anchors: tuple[str, ...] = ()
    times: int = 1


@contextmanager
def page_server(_: Setting) -> Iterator[str]:
    """The one of `server.py`."""
    with serving("-m", "benchmarks.server") as url:
        yield url


@contextmanager
def no_server(_: Setting) -> Iterator[str]:
    """Nothing is asked."""
    yield ""


def _with_generated(setting: Setting, lanes: dict[str, Lane], **of_it: Lane) -> dict[str, Lane]:
    """The lanes, and where there is a generated client also its own."""
    if setting.generated is None:
        return lanes
    folder = {"folder": setting.generated}
    return lanes | {name: (module, of, given | folder) for name, (module, of, given) in of_it.items()}


GENERATED = "openapi-python-client"

# --- decoding --------------------------------------------------------------------------------------------------------

RECORDS = {
    "msgspec": "msgspec Struct", "pydantic": "pydantic", "cattrs": "stock cattrs",
    "cattrs fast": "cattrs without detailed validation",
}  # fmt: skip
"""What others read a page into, and how the table calls it."""


def decode_lanes(setting: Setting, _: str, __: int) -> dict[str, Lane]:
    repeat = 5 if setting.quick else 30
    lanes = {kind: ("lanes_of_lists", "decode", {"kind": kind, "repeat": repeat}) for kind in ("ours", *RECORDS)}
    return _with_generated(
        setting, lanes, generated=("lanes_of_lists", "decode", {"kind": "generated", "repeat": repeat})
    )


def decode_rows(_: Setting, rounds: Sequence[Round]) -> list[Row]:
    def of(lane: str) -> list[float]:
        return [each[lane]["cpu"] / each[lane]["anchor"] for each in rounds if lane in each]

    return [
        Row(
            topic="decode", what=f"a page of {PAGE} bookings from bytes to records", unit="× orjson.loads",
            ours=Spread.of(of("ours")), goal=2.2, stretch=1.8,
            anchors=spreads({name: of(kind) for kind, name in RECORDS.items()} | {GENERATED: of("generated")}),
        )
    ]  # fmt: skip


# --- whole lists -----------------------------------------------------------------------------------------------------

WALKS = {
    "aiohttp + msgspec": "aiohttp + msgspec Struct", "aiohttp + pydantic": "aiohttp + pydantic",
    "aiohttp + cattrs fast": "aiohttp + cattrs", "httpx + pydantic": "httpx + pydantic", "generated": GENERATED,
}  # fmt: skip
A = "aiohttp + dicts"


def stream_lanes(setting: Setting, server: str, _: int) -> dict[str, Lane]:
    given = {"server": server, "bookings": setting.bookings()}
    walks = {
        kind: ("lanes_of_lists", "stream", given | {"kind": kind})
        for kind in ("ours", A, *WALKS)
        if kind != "generated"
    }
    lanes = walks | {"blocking": ("lanes_of_lists", "blocking_stream", given)}
    return _with_generated(setting, lanes, generated=("lanes_of_lists", "stream", given | {"kind": "generated"}))


def stream_rows(setting: Setting, rounds: Sequence[Round]) -> list[Row]:
    return [
        Row(
            topic="stream", what=f"typed stream of {setting.bookings():,} at 0 ms, 8 in flight", unit="× A",
            ours=Spread.of(ratios(rounds, "ours", A)), goal=1.3, stretch=1.0,
            anchors=spreads({name: ratios(rounds, kind, A) for kind, name in WALKS.items()}),
        ),
        Row(
            topic="stream", what="the same, blocking", unit="× async",
            ours=Spread.of(ratios(rounds, "blocking", "ours")), goal=1.25, stretch=1.1, anchors={},
        ),
    ]  # fmt: skip


# --- export ----------------------------------------------------------------------------------------------------------


def export_server(setting: Setting) -> AbstractContextManager[str]:
    return lanes_of_export.servers(setting.bookings())


def export_lanes(setting: Setting, server: str, _: int) -> dict[str, Lane]:
    given = {"server": server, "bookings": setting.bookings()}
    return {name: ("lanes_of_export", "lane", given | {"name": name}) for name in lanes_of_export.LANES}


def export_rows(setting: Setting, rounds: Sequence[Round]) -> list[Row]:
    def parses(lane: str) -> list[float]:
        """By what A takes, both without receiving the bytes."""
        cpu = [{name: measured["cpu"] for name, measured in each.items()} for each in rounds]
        return [(each[lane] - each["bytes"]) / (each["A"] - each["bytes"]) for each in cpu]

    rows = [
        Row(
            topic="export", what=f"export of {setting.bookings():,} to .jsonl", unit="× A",
            ours=Spread.of(ratios(rounds, "export to .jsonl", "A")), goal=0.35, stretch=0.28,
            anchors=spreads(
                {
                    "loads + dumps": ratios(rounds, "loads + dumps to .jsonl", "A"),
                    "raw slices": ratios(rounds, "raw slices to .jsonl", "A"),
                }
            ),
        )
    ]  # fmt: skip
    goals = {"csv": 2.0, "sqlite": 1.7, "parquet": 1.5}
    return rows + [
        Row(
            topic="export", what=f"export to .{kind}, once the bytes are there", unit="× parse", goal=goal,
            ours=Spread.of(parses(f"export to .{kind}")), anchors=spreads({"by hand": parses(f"{kind} by hand")}),
        )
        for kind, goal in goals.items()
    ]  # fmt: skip


# --- at a distance ---------------------------------------------------------------------------------------------------

LATENCIES = (20, 100)


def wall_lanes(setting: Setting, server: str, number: int) -> dict[str, Lane]:
    lanes: dict[str, Lane] = {}
    for latency in LATENCIES:
        if latency == 100 and number >= 2:
            continue  # eight seconds of waiting and more: it varies little
        given = {"server": server, "bookings": setting.bookings(), "latency": latency}
        lanes[f"ours {latency}"] = ("lanes_of_lists", "stream", given | {"kind": "ours"})
        alone = given | {"kind": "requests"}
        lanes[f"requests {latency}"] = ("lanes_of_lists", "one_by_one", alone | {"take": PAGE})
        if latency == 100 and number >= 1:
            continue  # twenty seconds of waiting: once
        lanes[f"default {latency}"] = ("lanes_of_lists", "one_by_one", alone)
        own = {f"generated {latency}": ("lanes_of_lists", "one_by_one", given | {"kind": "generated", "take": PAGE})}
        lanes = _with_generated(setting, lanes, **own)
    return lanes


def wall_rows(setting: Setting, rounds: Sequence[Round]) -> list[Row]:
    def faster(latency: int, than: str) -> Spread:
        return Spread.of(ratios(rounds, f"{than} {latency}", f"ours {latency}", "wall"))

    def others(latency: int, than: str) -> dict[str, list[float]]:
        """How much faster they are than that."""
        return {GENERATED: ratios(rounds, f"{than} {latency}", f"generated {latency}", "wall")}

    return [
        Row(
            topic="wall", what=f"{setting.bookings():,} bookings at {latency} ms, 8 in flight", more=True,
            unit=f"× as fast as sequential requests of {'250' if than == 'requests' else 'the default size'}",
            ours=faster(latency, than), goal=6.0 if than == "requests" else 15.0,
            stretch=7.0 if than == "requests" else None,
            anchors=spreads(others(latency, than)),
        )
        for than in ("requests", "default")
        for latency in LATENCIES
    ]  # fmt: skip


def far_server(setting: Setting) -> AbstractContextManager[str]:
    return lanes_of_export.far_servers(setting.bookings(), LATENCIES)


def far_lanes(setting: Setting, server: str, number: int) -> dict[str, Lane]:
    lanes: dict[str, Lane] = {}
    for latency, url in zip(LATENCIES, server.split(), strict=True):
        if latency == 100 and number >= 2:
            continue
        for name in ("export", "requests"):
            given = {"url": url, "name": name, "bookings": setting.bookings()}
            lanes[f"{name} {latency}"] = ("lanes_of_export", "far", given)
    return lanes


def far_rows(setting: Setting, rounds: Sequence[Round]) -> list[Row]:
    return [
        Row(
            topic="far", what=f"export of {setting.bookings():,} to .jsonl at {latency} ms, 8 in flight", more=True,
            unit="× as fast as sequential requests of 250", anchors={},
            ours=Spread.of(ratios(rounds, f"requests {latency}", f"export {latency}", "wall")),
        )
        for latency in LATENCIES
    ]  # fmt: skip


# --- single calls ----------------------------------------------------------------------------------------------------

CALLS = {"aiohttp + msgspec": "aiohttp + msgspec Struct", "httpx + pydantic": "httpx + pydantic"}


def call_lanes(setting: Setting, server: str, _: int) -> dict[str, Lane]:
    lanes: dict[str, Lane] = {}
    own: dict[str, Lane] = {}
    for at_once in (1, 50):
        given = {"server": server, "at_once": at_once}
        for kind in ("ours", A, *CALLS, "generated"):
            slow = kind in {"httpx + pydantic", "generated"}
            count = setting.calls(300 if slow else 1000)
            of = own if kind == "generated" else lanes
            of[f"{kind} {at_once}"] = ("lanes_of_calls", "calls", given | {"kind": kind, "count": count})
    for kind in ("ours", "requests", "httpx", "asyncio.run", "run_coroutine_threadsafe", "generated"):
        of = own if kind == "generated" else lanes
        count = setting.calls(1000 if kind == "ours" else 400)
        of[f"blocking {kind}"] = ("lanes_of_calls", "blocking_calls", {"server": server, "kind": kind, "count": count})
    return _with_generated(setting, lanes, **own)


def call_rows(setting: Setting, rounds: Sequence[Round]) -> list[Row]:
    counts = {name: given["count"] for name, (_, _, given) in call_lanes(setting, "", 0).items()}
    each = [
        {name: {"cpu": measured["cpu"] / counts[name]} for name, measured in one.items()} for one in rounds
    ]  # of a single call
    blocking = {
        "httpx": "blocking httpx", "asyncio.run a call": "blocking asyncio.run",
        "run_coroutine_threadsafe": "blocking run_coroutine_threadsafe", GENERATED: "blocking generated",
    }  # fmt: skip

    def asynchronous(at_once: int) -> Row:
        where = "one at a time" if at_once == 1 else f"{at_once} in flight"
        others = {name: ratios(each, f"{kind} {at_once}", f"{A} {at_once}") for kind, name in CALLS.items()}
        others[GENERATED] = ratios(each, f"generated {at_once}", f"{A} {at_once}")
        if at_once == 1:
            others["requests"] = ratios(each, "blocking requests", f"{A} 1")
        return Row(
            topic="calls", what=f"`/v2/me`, typed, {where}", unit="× aiohttp",
            ours=Spread.of(ratios(each, f"ours {at_once}", f"{A} {at_once}")), goal=1.15, stretch=1.06,
            anchors=spreads(others),
        )  # fmt: skip

    def blockingly(against: str, unit: str, goal: float, stretch: float) -> Row:
        return Row(
            topic="calls", what="a blocking call", unit=unit, goal=goal, stretch=stretch,
            ours=Spread.of(ratios(each, "blocking ours", against)),
            anchors=spreads({name: ratios(each, lane, against) for name, lane in blocking.items()}),
        )  # fmt: skip

    return [
        asynchronous(1),
        asynchronous(50),
        blockingly("ours 1", "× our async", 1.9, 1.4),
        blockingly("blocking requests", "× requests.Session", 0.5, 0.35),
    ]


# --- starting --------------------------------------------------------------------------------------------------------


def start_lanes(setting: Setting, _: str, __: int) -> dict[str, Lane]:
    names = ("aiohttp", "ours", "first booking", "httpx + pydantic", "httpx + pydantic, first booking", "requests")
    lanes = {name: ("lanes_of_starting", "program", {"name": name}) for name in names}
    generated = ("generated", "generated, first booking")
    own = {name: ("lanes_of_starting", "program", {"name": name}) for name in generated}
    return _with_generated(setting, lanes, **own)


def start_rows(_: Setting, rounds: Sequence[Round]) -> list[Row]:
    def of(**lanes: str) -> dict[str, Spread]:
        return spreads({name: ratios(rounds, lane, "aiohttp") for name, lane in lanes.items()})

    return [
        Row(
            topic="start", what="`import calcom_async`", unit="× import aiohttp", goal=0.15, stretch=0.06,
            ours=Spread.of(ratios(rounds, "ours", "aiohttp")),
            anchors=of(**{"httpx + pydantic": "httpx + pydantic", "requests": "requests", GENERATED: "generated"}),
        ),
        Row(
            topic="start", what="import, client and the first booking", unit="× import aiohttp", goal=1.35,
            stretch=1.15, ours=Spread.of(ratios(rounds, "first booking", "aiohttp")),
            anchors=of(
                **{"httpx + pydantic": "httpx + pydantic, first booking", GENERATED: "generated, first booking"}
            ),
        ),
    ]  # fmt: skip


HOOKS = {"cattrs": "stock cattrs", "cattrs fast": "cattrs without detailed validation"}


def hook_lanes(_: Setting, __: str, ___: int) -> dict[str, Lane]:
    return {kind: ("lanes_of_starting", "hooks", {"kind": kind}) for kind in ("ours", *HOOKS)}


def hook_rows(_: Setting, rounds: Sequence[Round]) -> list[Row]:
    def of(kind: str) -> list[float]:
        return values(rounds, kind, "cpu", 1e-3)

    return [
        Row(
            topic="hooks", what="hooks for 100 nested classes", unit="ms", ours=Spread.of(of("ours")), goal=40,
            stretch=15, anchors=spreads({name: of(kind) for kind, name in HOOKS.items()}),
        )
    ]  # fmt: skip


# --- loop and memory -------------------------------------------------------------------------------------------------

STALLS = {A: "A", "aiohttp + pydantic": "aiohttp + pydantic", "generated": GENERATED}


def stall_lanes(setting: Setting, server: str, _: int) -> dict[str, Lane]:
    given = {"server": server, "bookings": setting.bookings(), "latency": 20}
    lanes = {kind: ("lanes_of_lists", "stalls", given | {"kind": kind}) for kind in ("ours", A, "aiohttp + pydantic")}
    return _with_generated(setting, lanes, generated=("lanes_of_lists", "stalls", given | {"kind": "generated"}))


def stall_rows(_: Setting, rounds: Sequence[Round]) -> list[Row]:
    def of(kind: str) -> list[float]:
        return values(rounds, kind, "stall", 1e-3)

    return [
        Row(
            topic="stall", what="longest stall of the loop, 20 ms, 8 in flight", unit="ms", ours=Spread.of(of("ours")),
            goal=10, stretch=5, anchors=spreads({name: of(kind) for kind, name in STALLS.items()}),
        )
    ]  # fmt: skip


SIZES = (1000, 10_000, 100_000, 200_000, 1_000_000)
LONG = 200_000


def growth_sizes(setting: Setting) -> tuple[int, ...]:
    return (PAGE, 2 * PAGE, 3 * PAGE) if setting.quick else SIZES


def growth_lanes(setting: Setting, server: str, number: int) -> dict[str, Lane]:
    lanes: dict[str, Lane] = {}
    if number >= 3:
        return lanes  # these vary little, and take long
    for size in growth_sizes(setting):
        if size > LONG and number >= 1:
            continue  # half a minute each: once
        for kind in ("ours", A):
            given = {"server": server, "bookings": size, "kind": kind}
            lanes[f"{kind} {size}"] = ("lanes_of_lists", "stream", given)
    return lanes


def growth_rows(setting: Setting, rounds: Sequence[Round]) -> list[Row]:
    sizes = growth_sizes(setting)
    long = LONG if LONG in sizes else sizes[1]

    def memory(kind: str, size: int) -> list[float]:
        return values(rounds, f"{kind} {size}", "memory", MEBIBYTE)

    rows = [
        Row(
            topic="growth", what=f"memory over start, streaming {long:,} typed", unit="MiB", goal=15, stretch=10,
            ours=Spread.of(memory("ours", long)), anchors=spreads({"A": memory(A, long)}),
        )
    ]  # fmt: skip
    for size in sizes:
        if size == long:
            continue
        rows += [
            Row(
                topic="growth", what=f"CPU a booking of {size:,}", unit="µs",
                ours=Spread.of(values(rounds, f"ours {size}", "cpu", size / 1e6)),
                anchors=spreads({"A": values(rounds, f"{A} {size}", "cpu", size / 1e6)}),
            ),
            Row(
                topic="growth", what=f"memory over start, streaming {size:,}", unit="MiB",
                ours=Spread.of(memory("ours", size)), anchors=spreads({"A": memory(A, size)}),
            ),
        ]  # fmt: skip
    return rows


TOPICS = [
    Topic(name="decode", lanes=decode_lanes, rows=decode_rows, server=no_server, times=2),
    Topic(name="stream", lanes=stream_lanes, rows=stream_rows, server=page_server, anchors=(A, "ours")),
    Topic(name="export", lanes=export_lanes, rows=export_rows, server=export_server, anchors=("A", "bytes")),
    Topic(name="wall", lanes=wall_lanes, rows=wall_rows, server=page_server),
    Topic(name="far", lanes=far_lanes, rows=far_rows, server=far_server),
    Topic(name="calls", lanes=call_lanes, rows=call_rows, server=page_server, anchors=(f"{A} 1", f"{A} 50")),
    Topic(name="start", lanes=start_lanes, rows=start_rows, server=no_server, anchors=("aiohttp",), times=2),
    Topic(name="hooks", lanes=hook_lanes, rows=hook_rows, server=no_server),
    Topic(name="stall", lanes=stall_lanes, rows=stall_rows, server=page_server),
    Topic(name="growth", lanes=growth_lanes, rows=growth_rows, server=page_server),
]
