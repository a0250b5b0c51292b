"""Faults by name: what can go wrong between you and Cal.com, for `Sandbox(faults=[…])` and `sandbox.faults.add(…)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict, Unpack

from calcom_async.sandbox.faults import (
    Cursor,
    Fault,
    Garbage,
    Jump,
    Latency,
    Limit,
    Lost,
    Malformed,
    Part,
    Reset,
    Shape,
    Stall,
    Status,
    Truncated,
    When,
)

__all__ = ["Faults", "Which"]

_WRITES = "POST,PATCH,PUT,DELETE"


class Which(TypedDict, total=False):
    """Which requests a fault strikes; all that is given has to agree. See `calcom_async.sandbox.faults.When`."""

    method: str | None
    """`POST`, or several: `POST,PATCH`."""
    path: str | None
    """The path below `/v2`: `bookings`, `bookings/*/cancel`; `*` is one segment, `**` any number of them."""
    query: Mapping[str, str]
    """Parameters and their values, as sent."""
    rate: float
    """The share of requests struck, 0 to 1, drawn from the sandbox's seed."""
    skip: int
    """So many requests are let through first."""
    first: int | None
    """Only so many requests are struck."""
    every: int
    """Only every so manieth request."""
    per: Literal["all", "request"]
    """`request` counts repetitions of one request apart from other requests."""


class Faults:
    """Makes faults. Every method takes, besides what it says, the keywords of `Which`.

    ```python
    Faults.status(503, shape="html", path="bookings", first=2)
    Faults.lost(path="bookings")          # the booking is made, but the answer never comes
    Faults.reset("during", rate=0.1)      # one answer in ten breaks off
    ```
    """

    @staticmethod
    def latency(seconds: float, up_to: float | None = None, **which: Unpack[Which]) -> Fault:
        """Answers come late: by `seconds`, or at random between `seconds` and `up_to`."""
        return Fault(Latency(seconds, up_to), When(**which))

    @staticmethod
    def rate_limit(
        limit: int,
        *,
        window: float = 60.0,
        block: float = 60.0,
        name: str = "Fault",
        instead: bool = False,
        epoch: bool = False,
        retry_after: bool = False,
        **which: Unpack[Which],
    ) -> Fault:
        """A further rate limit.

        Args:
            limit: Requests in a window; 0 refuses every one.
            window: Seconds.
            block: Seconds of refusals after going over.
            name: What its headers end in, `Default` for Cal.com's usual ones.
            instead: Whether it stands in place of the sandbox's own limit.
            epoch: Whether Reset is told in seconds since 1970 rather than from now.
            retry_after: Whether refusals carry `Retry-After`, which Cal.com's do not.
            **which: Which requests count.
        """
        return Fault(Limit(limit, window, block, name, instead, epoch, retry_after), When(**which))

    @staticmethod
    def status(
        status: int = 500,
        *,
        shape: Shape = "bare",
        message: str = "Internal server error",
        code: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        done: bool = False,
        **which: Unpack[Which],
    ) -> Fault:
        """Another answer.

        Args:
            status: 200 to 599.
            shape: What its body looks like; see `calcom_async.sandbox.faults.Shape`.
            message: The text in it.
            code: `error.code`, where the shape has one.
            body: A body of your own, in place of a shape: bytes, HTML text, or anything that becomes JSON.
            headers: Further headers.
            done: Whether the request is carried out before.
            **which: Which requests are struck.
        """
        return Fault(Status(status, shape, message, code, body, dict(headers or {}), done), When(**which))

    @staticmethod
    def flaky(status: int = 503, *, shape: Shape = "html", **which: Unpack[Which]) -> Fault:
        """Every request fails the first time, and its repetition passes."""
        return Fault(Status(status, shape), _when({"first": 1, "per": "request"}, which))

    @staticmethod
    def reset(part: Part = "before", **which: Unpack[Which]) -> Fault:
        """The connection is reset: before anything is done, during the answer, or after it."""
        return Fault(Reset(part), When(**which))

    @staticmethod
    def truncated(share: float = 0.5, **which: Unpack[Which]) -> Fault:
        """The JSON of the answer ends at this share of it."""
        return Fault(Truncated(share), When(**which))

    @staticmethod
    def malformed(garbage: Garbage = "text", **which: Unpack[Which]) -> Fault:
        """The answer is no JSON, or (`record`) its first record is none."""
        return Fault(Malformed(garbage), When(**which))

    @staticmethod
    def stall(
        seconds: float = 125.0,
        part: Literal["before", "during"] = "before",
        *,
        done: bool = True,
        **which: Unpack[Which],
    ) -> Fault:
        """Silence before the answer (a proxy's 524 then) or in the middle of it (a reset then)."""
        return Fault(Stall(seconds, part, done), When(**which))

    @staticmethod
    def lost(status: int | None = None, **which: Unpack[Which]) -> Fault:
        """It happened, but the answer was lost; of writes, unless `method` says otherwise.

        Args:
            status: What a proxy answers instead (500 to 599); None resets the connection.
            **which: Which requests are struck.
        """
        return Fault(Lost(status), _when({"method": _WRITES}, which))

    @staticmethod
    def cursor(
        how: Literal["timeout", "offset"] = "timeout", *, seconds: float = 125.0, **which: Unpack[Which]
    ) -> Fault:
        """The cursor list of bookings times out after `seconds`, or answers as the older list does."""
        return Fault(Cursor(how, seconds), When(**which))

    @staticmethod
    def clock(
        *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0, **which: Unpack[Which]
    ) -> Fault:
        """The server's clock jumps (back, if negative) when the request comes: once, unless `first` says otherwise."""
        total = seconds + 60 * minutes + 3_600 * hours + 86_400 * days
        return Fault(Jump(total), _when({"first": 1}, which))


def _when(usual: Which, which: Which) -> When:
    """What is given, and the usual where nothing is."""
    both: Which = {**usual, **which}
    return When(**both)
