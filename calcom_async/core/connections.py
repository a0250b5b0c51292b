"""Connections that nobody closes: those of a parent process after a fork, and those of a client that was forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import aiohttp

__all__ = ["abandon", "let_be"]

_INHERITED: list[Any] = []
"""Connectors of a parent process, kept so that they are never finalised."""


def let_be(session: aiohttp.ClientSession) -> None:
    """Take connections out of use without closing them: that would say good-bye on sockets the parent still uses."""
    connector = session.connector
    session.detach()
    if connector is not None:
        connector._closed = True  # it must look closed to its finaliser, and stay alive
        _INHERITED.append(connector)


def abandon(session: aiohttp.ClientSession, loop: asyncio.AbstractEventLoop, process: int) -> None:
    """Close what a client that was never closed leaves behind, without a warning."""
    if os.getpid() != process:
        let_be(session)  # the child of a fork has no business with them
        return
    connector = session.connector
    if connector is None:
        return
    with contextlib.suppress(Exception):
        session.detach()
        if loop.is_running():
            loop.call_soon_threadsafe(connector._close)
        else:
            connector._close()
