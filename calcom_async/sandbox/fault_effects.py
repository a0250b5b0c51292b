"""What the faults of one request come to: how long it waits, which limits count, and what becomes of its answer."""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import Any, Final

from aiohttp import web
from aiohttp.web_request import BaseRequest
from attrs import define, field
from multidict import MultiDict, MultiMapping

import calcom_async.sandbox.fault_answers as answers_of_faults
from calcom_async.sandbox import fault_sending, instants, wire_json
from calcom_async.sandbox.answers import Answer, bare, worded
from calcom_async.sandbox.clock import Clock
from calcom_async.sandbox.fault_plan import Asked, FaultPlan, Strike, ends, limiter
from calcom_async.sandbox.faults import (
    Cursor,
    Jump,
    Latency,
    Limit,
    Lost,
    Malformed,
    Reset,
    Stall,
    Status,
    Truncated,
    fault,
)

HEADER: Final = "x-sandbox-fault"
"""The header with which a request brings a fault of its own along; it outranks those that are planned."""
_OFFSET_VERSION: Final = "2024-08-13"
_ANYTHING: Final = Asked(method="", path="", query={}, version=None)
_TOO_MANY: Final = "CustomThrottlerGuard - Too many requests. Please try again later."


@define
class Struck:
    """A request and what strikes it."""

    plan: FaultPlan
    clock: Clock
    asked: Asked = _ANYTHING
    strikes: list[Strike] = field(factory=list)
    done: list[str] = field(factory=list)
    """The kinds of the faults that came true, for the log of requests."""

    @property
    def _breaking(self) -> Strike | None:
        return self.strikes[-1] if self.strikes and ends(self.strikes[-1].fault) else None

    @property
    def carried_out(self) -> bool:
        """Whether the work is done."""
        strike = self._breaking
        match strike.fault.effect if strike is not None else None:
            case Reset(part="before"):
                return False
            case Status(done=False) | Stall(part="before", done=False) | Cursor(how="timeout"):
                return False
            case _:
                return True

    @property
    def by_offset(self) -> bool:
        """Whether the cursor list answers as the older one."""
        strike = self._breaking
        return strike is not None and isinstance(strike.fault.effect, Cursor) and strike.fault.effect.how == "offset"

    def version(self, header: str | None) -> str | None:
        """The version that the request is judged by."""
        return _OFFSET_VERSION if self.by_offset else header

    def query(self, sent: MultiMapping[str]) -> MultiMapping[str]:
        """The parameters that the request is judged by."""
        if not self.by_offset:
            return sent
        names = {"limit": "take"}
        return MultiDict([(names.get(name, name), text) for name, text in sent.items() if name != "cursor"])

    def begin(self) -> None:
        """What comes before anything else: jumps of the clock, and the log."""
        for strike in self.strikes:
            effect = strike.fault.effect
            if isinstance(effect, Jump):
                self.clock.advance(seconds=effect.seconds)
            if isinstance(effect, Jump | Latency):
                self._note(strike)

    def limit(self, caller: str, headers: dict[str, str]) -> bool:
        """Count the request against its own limits, and add their headers.

        Returns:
            Whether one of them stands in place of the sandbox's own limit.

        Raises:
            ApiError: over a limit.
        """
        instead = False
        for strike in self.strikes:
            effect = strike.fault.effect
            if not isinstance(effect, Limit):
                continue
            instead = instead or effect.instead
            now = self.clock.seconds()
            windows = strike.limiter or limiter(effect)
            verdict = windows.hit(caller, now)
            if verdict is None:
                continue
            headers.update(windows.headers(verdict))
            if effect.epoch:
                headers[f"X-RateLimit-Reset-{effect.name}"] = str(math.ceil(now + verdict.reset))
            if not verdict.allowed:
                self._note(strike)
                if effect.retry_after:
                    headers["Retry-After"] = str(math.ceil(verdict.reset))
                raise worded(429, _TOO_MANY, code="ThrottlerException")
        return instead

    def replaced(self, answer: Answer | None, url: str, body: Any) -> Answer:
        """The answer as it is sent, as far as it is sent.

        Args:
            answer: what came out, where the work was done.
            url: path and query of the request.
            body: its JSON.
        """
        strike = self._breaking
        if strike is not None:
            self._note(strike)
        match strike.fault.effect if strike is not None else None:
            case Status() as effect:
                return answers_of_faults.error(effect, url, instants.to_wire(self.clock.milliseconds()), body)
            case Stall(part="before") | Cursor(how="timeout"):
                return answers_of_faults.proxy_page(524)
            case Lost(status=int(status)):
                return answers_of_faults.proxy_page(status)
            case Malformed(garbage=garbage) if answer is not None:
                return answers_of_faults.malformed(answer, garbage)
            case Truncated(share=share) if answer is not None:
                return Answer(answer.status, answer.body[: int(len(answer.body) * share)], answer.headers)
            case _:
                return answer or Answer(200)

    @property
    def dropped(self) -> bool:
        """Whether the connection is reset without a word."""
        strike = self._breaking
        match strike.fault.effect if strike is not None else None:
            case Reset(part="before") | Lost(status=None):
                return True
            case _:
                return False

    async def wait(self, closing: asyncio.Event, standard: float) -> None:
        """Take the time the answer takes; at most until the sandbox closes."""
        seconds = standard
        for strike in self.strikes:
            match strike.fault.effect:
                case Latency(seconds=least, up_to=most):
                    seconds += least if most is None else least + (most - least) * strike.chance
                case Stall(part="before", seconds=silence) | Cursor(how="timeout", seconds=silence):
                    seconds += silence
                case _:
                    pass
        await pause(closing, seconds)

    async def send(self, request: BaseRequest, response: web.Response, closing: asyncio.Event) -> web.StreamResponse:
        """Send the answer, or as much of it as arrives."""
        if self.dropped:
            fault_sending.reset(request)
            return response
        strike = self._breaking
        match strike.fault.effect if strike is not None else None:
            case Reset(part="during"):
                stream = await fault_sending.begin(request, response, 0.5)
            case Reset(part="after"):
                stream = await fault_sending.begin(request, response, 1)
            case Stall(part="during", seconds=silence):
                stream = await fault_sending.begin(request, response, 0.5)
                await pause(closing, silence)
            case _:
                return response
        fault_sending.reset(request)
        return stream

    def _note(self, strike: Strike) -> None:
        self.done.append(strike.fault.kind)
        self.plan.log(strike, self.asked, self.clock.milliseconds())


def struck(request: BaseRequest, path: str, body: Any, plan: FaultPlan, clock: Clock) -> Struck:
    """A request, and the faults that strike it.

    Args:
        request: the request.
        path: its path, beginning with `/v2`.
        body: its JSON.
        plan: the faults of the sandbox.
        clock: its clock.

    Raises:
        ApiError: the request's own fault is none.
    """
    header = request.headers.get(HEADER)
    if header is None and not len(plan):
        return Struck(plan, clock)
    asked = Asked(
        method=request.method,
        path=path.removeprefix("/v2"),
        query=request.query,
        version=request.headers.get("cal-api-version"),
        body=b"" if body is None else wire_json.dumps(body),
    )
    if header is not None:
        return Struck(plan, clock, asked, [_brought(header)])
    return Struck(plan, clock, asked, plan.strikes(asked))


def _brought(text: str) -> Strike:
    try:
        return Strike(0, fault(text), 0.5)
    except ValueError as error:
        raise bare(400, f"{HEADER}: {error}") from None


async def pause(closing: asyncio.Event, seconds: float) -> None:
    """Sleep, unless and until the sandbox closes."""
    if seconds > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), seconds)
