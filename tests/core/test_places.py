"""Places for calls under way: never more at once, in the order they came, and none is lost when a call is cancelled."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from calcom_async.core.places import Places


async def hold(places: Places, name: int, order: list[int], release: asyncio.Event) -> None:
    if not places.take():
        await places.wait()
    try:
        order.append(name)
        assert places.taken <= places.count
        await release.wait()
    finally:
        places.give()


async def turns() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_who_waits_is_served_in_order() -> None:
    places, order, release = Places(2), list[int](), asyncio.Event()
    tasks = [asyncio.create_task(hold(places, name, order, release)) for name in range(5)]
    await turns()
    assert order == [0, 1]
    assert places.taken == 2
    release.set()
    await asyncio.gather(*tasks)
    assert order == [0, 1, 2, 3, 4]
    assert places.taken == 0


async def test_a_newcomer_does_not_pass_those_who_wait() -> None:
    places = Places(1)
    assert places.take()
    waiting = asyncio.create_task(places.wait())
    await turns()
    places.give()
    assert not places.take(), "the place was handed over already"
    await waiting
    places.give()
    assert places.take()


async def test_who_is_cancelled_while_waiting_takes_no_place() -> None:
    places = Places(1)
    assert places.take()
    first, second = (asyncio.create_task(places.wait()) for _ in range(2))
    await turns()
    first.cancel()
    await turns()
    places.give()
    await second
    assert places.taken == 1


async def test_who_is_cancelled_in_the_moment_of_the_hand_over_passes_it_on() -> None:
    places = Places(1)
    assert places.take()
    first, second = (asyncio.create_task(places.wait()) for _ in range(2))
    await turns()
    places.give()
    first.cancel()
    await second
    assert first.cancelled()
    places.give()
    assert places.taken == 0


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 4), steps=st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["cancel", "turn"]))))
def test_whatever_is_cancelled_when_no_place_is_lost(count: int, steps: list[tuple[int, str]]) -> None:
    async def run() -> None:
        places, order, release = Places(count), list[int](), asyncio.Event()
        tasks = [asyncio.create_task(hold(places, name, order, release)) for name in range(12)]
        for which, what in steps:
            if what == "cancel":
                tasks[which].cancel()
            else:
                await asyncio.sleep(0)
        release.set()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            assert result is None or isinstance(result, asyncio.CancelledError)
        assert places.taken == 0

    asyncio.run(run())
