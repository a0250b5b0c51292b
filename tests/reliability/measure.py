"""What is open and what is held: connections, permits, tasks, descriptors, memory."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from calcom_async.core.limiter import Limiter

PEAK = "peak"


@attrs.frozen
class Held:
    """What a client holds; nothing, between calls."""

    connections: int
    places: int
    in_flight: int
    pending: int
    tasks: int


def held(client: Any) -> Held:
    """Counted in the client's loop, the asking task left out."""
    transport = client._channel.transport
    connector = transport._session.connector if transport._session is not None else None
    places = transport._places.taken if transport._places is not None else 0
    return Held(
        connections=len(connector._acquired) if connector is not None else 0,
        places=places,
        in_flight=in_flight(transport.limiter),
        pending=transport.limiter.waiting(),
        tasks=sum(_is_of_a_client(task) for task in asyncio.all_tasks()) - 1,
    )


def _is_of_a_client(task: asyncio.Task[Any]) -> bool:
    """Not one with which a sandbox in the same loop serves a connection."""
    return not getattr(task.get_coro(), "__qualname__", "").startswith("RequestHandler.")


NOTHING = Held(connections=0, places=0, in_flight=0, pending=0, tasks=0)


def in_flight(limiter: Limiter) -> int:
    """Requests that the limiter still counts as under way."""
    return sum(window.in_flight for window in limiter._windows.values())


def descriptors() -> int:
    """Open files and sockets of this process."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


@contextmanager
def peak_memory() -> Iterator[dict[str, int]]:
    """The most bytes that Python held at once inside, beyond what it held before; told under `PEAK` at the end."""
    told: dict[str, int] = {}
    gc.collect()
    tracemalloc.start()
    try:
        yield told
        told[PEAK] = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
