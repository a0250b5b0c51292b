"""The receiver: answered at once, handled afterwards, tried again, never lost, never too many."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from calcom_async import ConfigurationError
from calcom_async.webhooks import BookingEvent, Event, Hooks, Journal, Retry

from .samples import SECRET, delivery, envelope, numbered

AT_ONCE = Retry(attempts=3, first=0.0)


@pytest.fixture
async def hooks() -> AsyncIterator[Hooks]:
    async with Hooks(secret=SECRET, retry=AT_ONCE) as running:
        yield running


async def receive(hooks: Hooks, *numbers: int) -> list[tuple[int, str]]:
    answers = [await hooks.receive(*numbered(number)) for number in numbers]
    return [(answer.status, answer.text) for answer in answers]


async def test_an_event_goes_to_those_who_asked(hooks: Hooks) -> None:
    got: list[tuple[str, Any]] = []

    @hooks.on("BOOKING_CREATED", "BOOKING_CANCELLED")
    async def booked(event: BookingEvent) -> None:
        got.append(("async", event.trigger))

    @hooks.on("BOOKING_CREATED")
    def plain(event: BookingEvent) -> None:
        got.append(("plain", event.payload.uid))

    @hooks.on_any()
    async def every(event: Event[Any]) -> None:
        got.append(("any", event.trigger))

    hooks.on("MEETING_ENDED")(functools.partial(print))
    for trigger in ("BOOKING_CREATED", "BOOKING_CANCELLED", "OOO_CREATED"):
        assert (await hooks.receive(*delivery(envelope(trigger)))).text == "accepted"
    await hooks.idle()
    assert sorted(got) == [
        ("any", "BOOKING_CANCELLED"),
        ("any", "BOOKING_CREATED"),
        ("any", "OOO_CREATED"),
        ("async", "BOOKING_CANCELLED"),
        ("async", "BOOKING_CREATED"),
        ("plain", "bK1example"),
    ]


async def test_what_nobody_asked_for_is_answered_and_dropped(hooks: Hooks) -> None:
    hooks.on("MEETING_ENDED")(print)
    assert await receive(hooks, 1) == [(200, "nobody asked")]
    assert hooks.journal.waiting() == 0


async def test_a_payload_that_is_no_object_goes_to_those_who_take_all(hooks: Hooks) -> None:
    got: list[Event[Any]] = []
    hooks.on("BOOKING_CREATED")(got.append)
    wire = {"triggerEvent": "BOOKING_CREATED", "createdAt": "2026-04-06T08:00:00Z", "payload": None}
    assert (await hooks.receive(*delivery(wire))).text == "nobody asked"
    hooks.on_any()(got.append)
    assert (await hooks.receive(*delivery(wire))).text == "accepted"
    await hooks.idle()
    assert [event.payload for event in got] == [None]


async def test_what_is_not_signed_unreadable_or_too_long_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    got: list[Any] = []
    async with Hooks(secret=["old", "new"], max_body=2000, max_age=timedelta(minutes=5)) as hooks:
        hooks.on_any()(got.append)
        answers = [
            await hooks.receive(*delivery(b"{}", secret="wrong")),
            await hooks.receive(*delivery(b"{}", secret=None)),
            await hooks.receive(*delivery(b"{", secret="new")),
            await hooks.receive(*delivery(b" " * 2001, secret="new")),
            await hooks.receive(*delivery(envelope("OOO_CREATED"), secret="new")),
            await hooks.receive(*delivery(b'{"a":1}', secret="old")),
            await hooks.receive(*delivery(b'{"a":2}', secret="new")),
        ]
        await hooks.idle()
    assert [answer.status for answer in answers] == [401, 401, 400, 413, 401, 200, 200]
    assert sorted(event.payload["a"] for event in got) == [1, 2]
    assert "wrong" not in caplog.text


async def test_a_repeat_is_handled_once(hooks: Hooks) -> None:
    got: list[Any] = []
    hooks.on_any()(got.append)
    assert await receive(hooks, 1, 1, 2) == [(200, "accepted"), (200, "a repeat"), (200, "accepted")]
    await hooks.idle()
    assert await receive(hooks, 2) == [(200, "a repeat")]
    answers = await asyncio.gather(*(hooks.receive(*numbered(3)) for _ in range(20)))
    assert sorted(answer.text for answer in answers) == ["a repeat"] * 19 + ["accepted"]
    await hooks.idle()
    assert sorted(event.uid for event in got) == ["uid1", "uid2", "uid3"]


async def test_what_templates_deliver_twice_is_handled_twice(hooks: Hooks) -> None:
    got: list[Any] = []
    hooks.on_any()(got.append)
    for _ in range(2):
        await hooks.receive(*delivery({"content": "a booking"}))
    await hooks.idle()
    assert len(got) == 2


async def test_it_answers_before_it_handles() -> None:
    go_on = asyncio.Event()
    async with Hooks(secret=SECRET) as hooks:
        hooks.on_any()(lambda _: None)

        @hooks.on("BOOKING_CREATED")
        async def slow(_: BookingEvent) -> None:
            await go_on.wait()

        assert await receive(hooks, 1) == [(200, "accepted")]
        assert hooks.journal.waiting() == 1
        go_on.set()
        await hooks.idle()


async def test_a_full_queue_refuses_and_recovers() -> None:
    go_on = asyncio.Event()
    got: list[str | None] = []
    async with Hooks(secret=SECRET, queue_size=3, workers=1) as hooks:

        @hooks.on("BOOKING_CREATED")
        async def slow(event: BookingEvent) -> None:
            await go_on.wait()
            got.append(event.uid)

        assert [status for status, _ in await receive(hooks, 1, 2, 3, 4, 5)] == [200, 200, 200, 503, 503]
        assert (await hooks.receive(*numbered(4))).headers == {"Retry-After": "10"}
        go_on.set()
        await hooks.idle()
        assert await receive(hooks, 4) == [(200, "accepted")]
        await hooks.idle()
    assert got == ["uid1", "uid2", "uid3", "uid4"], "with one worker in the order they came"


async def test_no_more_are_handled_at_once_than_there_are_workers() -> None:
    busy = most = 0
    async with Hooks(secret=SECRET, workers=3) as hooks:

        @hooks.on("BOOKING_CREATED")
        async def slow(_: BookingEvent) -> None:
            nonlocal busy, most
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0.01)
            busy -= 1

        await receive(hooks, *range(12))
        await hooks.idle()
    assert most == 3


async def test_only_the_handler_that_failed_is_tried_again(hooks: Hooks) -> None:
    calls: list[str] = []

    @hooks.on("BOOKING_CREATED")
    async def good(_: BookingEvent) -> None:
        calls.append("good")

    @hooks.on("BOOKING_CREATED")
    async def flaky(_: BookingEvent) -> None:
        calls.append("flaky")
        if calls.count("flaky") < 3:
            raise OSError("the database is away")

    await receive(hooks, 1)
    await hooks.idle()
    assert calls == ["good", "flaky", "flaky", "flaky"]
    assert hooks.journal.kept_aside() == []


async def test_two_handlers_of_one_name_are_two(hooks: Hooks) -> None:
    calls: list[int] = []

    def make(number: int) -> Any:
        def handler(_: BookingEvent) -> None:
            calls.append(number)
            if calls.count(number) < 2:
                raise OSError

        return handler

    hooks.on("BOOKING_CREATED")(make(1))
    hooks.on("BOOKING_CREATED")(make(2))
    await receive(hooks, 1)
    await hooks.idle()
    assert calls == [1, 2, 1, 2]


async def test_what_fails_too_often_is_kept_aside(hooks: Hooks, caplog: pytest.LogCaptureFixture) -> None:
    broken = True
    got: list[str | None] = []

    @hooks.on("BOOKING_CREATED")
    async def handle(event: BookingEvent) -> None:
        got.append(event.uid)
        if broken:
            raise ValueError("grace@example.com")

    with caplog.at_level(logging.DEBUG, "calcom_async"):
        await receive(hooks, 1)
        await hooks.idle()
    assert got == ["uid1"] * 3
    assert "try 3 of 3" in caplog.text
    assert "grace@example.com" not in caplog.text, "logs are pasted"
    (kept,) = hooks.journal.kept_aside()
    assert isinstance(kept.event, BookingEvent)
    assert (kept.event.uid, kept.attempts) == ("uid1", 3)
    assert kept.error is not None
    assert kept.error.endswith("handle: ValueError: grace@example.com")
    broken = False
    assert hooks.journal.try_again(kept.id)
    await hooks.idle()
    assert got == ["uid1"] * 4
    assert hooks.journal.kept_aside() == []


@pytest.mark.parametrize(
    ("attempt", "jitter", "expected"),
    [(1, 1.0, 2.0), (1, 0.0, 1.0), (2, 1.0, 4.0), (3, 0.5, 6.0), (4, 1.0, 10.0), (99, 1.0, 10.0), (100, 0.0, None)],
)
def test_how_long_a_try_waits(attempt: int, jitter: float, expected: float | None) -> None:
    assert Retry(attempts=100, first=2.0, longest=10.0).wait(attempt, jitter) == expected


async def test_a_delivery_that_kills_the_process_does_not_do_so_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "hooks.sqlite"
    with Journal(path) as journal:
        body, headers = numbered(1)
        journal.put("k", headers.items(), body, limit=9)
        for _ in range(3):  # three processes took it and never came back
            assert journal.take("dead", 0.0)
    called: list[Any] = []
    async with Hooks(secret=SECRET, journal=path, retry=AT_ONCE) as hooks:
        hooks.on_any()(called.append)
        await hooks.idle()
        (kept,) = hooks.journal.kept_aside()
    assert called == []
    assert kept.error == "the process ended while it was handled, again and again"


async def test_what_waits_in_a_file_is_handled_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "hooks.sqlite"
    never = asyncio.Event()
    async with Hooks(secret=SECRET, journal=path, workers=2) as hooks:

        @hooks.on_any()
        async def stuck(_: Event[Any]) -> None:
            await never.wait()

        await receive(hooks, 1, 2, 3)
        await hooks.stop(grace=0.05)
        assert not hooks.running
        assert await receive(hooks, 4) == [(503, "not running")]
    got: list[str | None] = []
    async with Hooks(secret=SECRET, journal=path) as again:
        again.on_any()(lambda event: got.append(event.uid))
        await again.idle()
        assert again.journal.kept_aside() == []
    assert sorted(got, key=str) == ["uid1", "uid2", "uid3"]


async def test_a_graceful_end_lets_handlers_finish_and_empties_the_memory() -> None:
    got: list[str | None] = []
    async with Hooks(secret=SECRET, workers=1) as hooks:

        @hooks.on_any()
        async def slow(event: Event[Any]) -> None:
            await asyncio.sleep(0.01)
            got.append(event.uid)

        await receive(hooks, 1, 2, 3)
    assert got == ["uid1", "uid2", "uid3"]


async def test_what_is_lost_with_the_memory_is_told(caplog: pytest.LogCaptureFixture) -> None:
    hooks = Hooks(secret=SECRET, workers=1)
    await hooks.start()
    never = asyncio.Event()

    @hooks.on_any()
    async def stuck(_: Event[Any]) -> None:
        await never.wait()

    await receive(hooks, 1, 2)
    await hooks.stop(grace=0.02)
    assert "2 deliveries were accepted and not handled" in caplog.text


async def test_a_lease_is_kept_while_a_handler_works(tmp_path: Path) -> None:
    path = tmp_path / "hooks.sqlite"
    calls: list[str] = []
    async with Hooks(secret=SECRET, journal=path, lease=0.15) as one, Hooks(secret=SECRET, journal=path) as two:
        for name, hooks in (("one", one), ("two", two)):

            @hooks.on_any()
            async def slow(_: Event[Any], name: str = name) -> None:
                calls.append(name)
                await asyncio.sleep(0.6)

        await one.receive(*numbered(1))
        await one.idle()
    assert len(calls) == 1


class Elsewhere:
    """Another machine has some deliveries already; or its store is away."""

    def __init__(self, known: set[str], *, away: bool = False) -> None:
        self.known = known
        self.away = away

    async def first(self, key: str) -> bool:
        if self.away:
            raise ConnectionError
        return key not in self.known

    async def forget(self, key: str) -> None: ...


async def test_what_another_machine_has_is_a_repeat() -> None:
    from calcom_async.webhooks import read_event

    known = read_event(*numbered(1)).digest
    got: list[Any] = []
    async with Hooks(secret=SECRET, duplicates=Elsewhere({known})) as hooks:
        hooks.on_any()(lambda event: got.append(event.uid))
        assert await receive(hooks, 1, 2) == [(200, "a repeat"), (200, "accepted")]
        await hooks.idle()
    assert got == ["uid2"]


async def test_a_store_that_is_away_loses_nothing() -> None:
    got: list[Any] = []
    async with Hooks(secret=SECRET, duplicates=Elsewhere(set(), away=True)) as hooks:
        hooks.on_any()(lambda event: got.append(event.uid))
        assert await receive(hooks, 1) == [(200, "accepted")]
        await hooks.idle()
    assert got == ["uid1"]


async def test_a_journal_that_can_not_be_written_accepts_nothing(tmp_path: Path) -> None:
    async with Hooks(secret=SECRET, journal=tmp_path / "hooks.sqlite") as hooks:
        hooks.on_any()(print)
        hooks.journal._db.execute("PRAGMA query_only = ON")
        assert await receive(hooks, 1) == [(503, "journal")]
        hooks.journal._db.execute("PRAGMA query_only = OFF")
        assert await receive(hooks, 1) == [(200, "accepted")]


async def test_misuse() -> None:
    for secret in (None, "", []):
        with pytest.raises(ConfigurationError):
            Hooks(secret=secret)
    hooks = Hooks(secret=SECRET)
    with pytest.raises(ConfigurationError, match="on_any"):
        hooks.on()
    with pytest.raises(ConfigurationError, match="does not run"):
        _ = hooks.journal
    hooks.on_any()(print)
    assert (await hooks.receive(*numbered(1))).status == 503
    assert SECRET not in repr(hooks)
    await hooks.stop()


def test_a_name_that_is_guessed_wrong_is_told(caplog: pytest.LogCaptureFixture) -> None:
    hooks: Any = Hooks(secret="s")
    for guess in ("booking_created", "BOOKING_CREATD"):
        hooks.on(guess)
    hooks.on("BOOKING_CREATED", "AFTER_HOURS")  # what Cal.com may know tomorrow
    assert [record.getMessage() for record in caplog.records] == [
        "webhooks: this release knows no event 'booking_created'; did you mean BOOKING_CREATED?",
        "webhooks: this release knows no event 'BOOKING_CREATD'; did you mean BOOKING_CREATED?",
    ]
    with pytest.raises(ConfigurationError, match="takes the names of events"):

        @hooks.on
        async def forgot_the_name(event: BookingEvent) -> None: ...

    with pytest.raises(AttributeError, match=r"'Hooks' object has no attribute 'fastapi'; did you mean asgi\?"):
        hooks.fastapi()


class TestWhatCanNotTakeAnEvent:
    @pytest.mark.parametrize(
        ("handler", "told"),
        [
            (lambda: None, r"async def <lambda>\(event\), but too many positional arguments$"),
            (lambda one, two: None, r"async def <lambda>\(event\), but missing a required argument: 'two'$"),
            (lambda *, event: None, r"async def <lambda>\(event\), but "),
            (functools.partial(print, sep=" ", end=""), None),
            (lambda event, then=None: None, None),
            (lambda *events: None, None),
            (min, None),
            ("booked", r"^a handler is a function that takes the event, not str$"),
            (None, r"^a handler is a function that takes the event, not NoneType$"),
        ],
    )
    def test_it_is_refused_where_it_is_registered(self, handler: Any, told: str | None) -> None:
        hooks = Hooks(secret=SECRET)
        for register in (hooks.on("BOOKING_CREATED"), hooks.on_any()):
            if told is None:
                assert register(handler) is handler
            else:
                with pytest.raises(TypeError, match=told):
                    register(handler)
        assert repr(hooks) == f"Hooks({0 if told else 2} handlers)"

    def test_one_that_can_not_be_read_is_left_to_show(self) -> None:
        class Odd:
            __signature__ = "none that is known"

            def __call__(self, event: object) -> None: ...

        hooks = Hooks(secret=SECRET)
        hooks.on_any()(Odd())
        assert repr(hooks) == "Hooks(1 handlers)"

    def test_an_async_function_is_named(self) -> None:
        hooks = Hooks(secret=SECRET)
        with pytest.raises(TypeError, match=r"the event alone: async def booked\(event\), but too many"):

            @hooks.on("BOOKING_CREATED")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # as guessed
            async def booked() -> None: ...
