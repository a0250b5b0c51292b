"""What Redis holds of a limiter that processes share: counts, instants and hashes; never a key, a path or an id."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Literal

import attrs
import msgspec

from calcom_async.core.limiter import Window
from calcom_async.errors import ConfigurationError

__all__ = ["KEY", "Away", "Report", "State", "decoded", "fresh_line", "hashed_operation", "line_of", "telling"]

KEY = "calcom-async:limiter:1"
"""Begins the name of every state. The number is the state's form: releases with another one share no budget."""


@attrs.define(kw_only=True)
class Away:
    """A request under way.

    Attributes:
        operation: Hash of its operation.
        sent: When it was let through, by Redis' clock.
        epochs: The windows that count it.
    """

    operation: str
    sent: float
    epochs: dict[str, int]


@attrs.define(kw_only=True)
class State:
    """What Redis holds: a limiter's state, and what a limiter of one process keeps in its objects. Redis' clock."""

    at: float = 0.0
    learned: bool = False
    paced: bool = True
    probe_sent: float | None = None
    blocked_until: float = 0.0
    common: tuple[str, ...] = ("default",)
    names: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    windows: dict[str, Window] = attrs.field(factory=dict)
    away: dict[str, Away] = attrs.field(factory=dict)
    lines: dict[str, float] = attrs.field(factory=dict)
    """Processes (their loops) that wait, each with the time until which that is believed."""
    heard: dict[str, float] = attrs.field(factory=dict)
    """When those with requests under way were last heard of."""

    def shift(self, seconds: float) -> None:
        """Move every instant: Redis' clock was set."""
        self.at += seconds
        self.blocked_until += seconds
        self.probe_sent = None if self.probe_sent is None else self.probe_sent + seconds
        for window in self.windows.values():
            window.ends = None if window.ends is None else window.ends + seconds
            window.floor += seconds
            window.floor_before += seconds
            window.blocked_until += seconds
        for away in self.away.values():
            away.sent += seconds
        self.lines = {line: until + seconds for line, until in self.lines.items()}
        self.heard = {line: moment + seconds for line, moment in self.heard.items()}


_NAME = 12
"""Characters of a line's name."""
_DECODER = msgspec.msgpack.Decoder(State)


@attrs.frozen
class Report:
    """What became of a request; `returned` when it was never sent."""

    number: str
    operation: str
    outcome: Literal["answered", "lost", "returned"]
    status: int = 0
    headers: Mapping[str, str] = attrs.field(factory=dict)


def fresh_line() -> str:
    """A name for the callers of one loop that no other process has."""
    return secrets.token_hex(_NAME // 2)


def line_of(number: str) -> str:
    """The line that a permit's number was given in."""
    return number[:_NAME]


def hashed_operation(operation: str) -> str:
    """An operation as Redis knows it: one that is not wrapped has its path for a name, which may hold ids."""
    return hashlib.blake2b(operation.encode(), digest_size=8).hexdigest()


def decoded(held: bytes, now: float) -> State:
    """The state that Redis holds, by its clock of now; a new one where it holds none."""
    if not held:
        return State(at=now)
    try:
        state = _DECODER.decode(held)
    except msgspec.DecodeError as error:
        raise ConfigurationError(
            "the state of the shared rate limit in Redis can't be read; was it written by something else? "
            f"Delete the keys {KEY}:*"
        ) from error
    if now < state.at:
        state.shift(now - state.at)
    return state


def telling(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that speak of limits, with the clock they speak by."""
    told = {name: value for name, value in headers.items() if name.startswith("x-ratelimit-") or name == "retry-after"}
    if told and "date" in headers:
        told["date"] = headers["date"]
    return told
