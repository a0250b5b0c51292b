"""The back end of a booking page: the free times of a day, and booking one of them."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import date, datetime

from aiohttp import web
from aiohttp.typedefs import Handler

from calcom_async import AsyncCalCom
from calcom_async.errors import (
    AmbiguousWriteError,
    APIConnectionError,
    BadRequestError,
    ConflictError,
    RateLimitError,
    ServerError,
)

CAL = web.AppKey("CAL", AsyncCalCom)
EVENT_TYPE = web.AppKey("EVENT_TYPE", int)
FIELDS = ("start", "name", "email", "time_zone")


def make_app(event_type_id: int, cal: AsyncCalCom | None = None) -> web.Application:
    """The application for one event type. Without a client it makes its own, with the key of CALCOM_API_KEY."""
    app = web.Application(middlewares=[say_when_cal_com_is_away])
    app[EVENT_TYPE] = event_type_id
    app.add_routes([web.get("/times", times), web.post("/book", book)])

    async def connected(app: web.Application) -> AsyncIterator[None]:
        if cal is not None:
            app[CAL] = cal
            yield
        else:
            async with AsyncCalCom() as own:
                app[CAL] = own
                yield

    app.cleanup_ctx.append(connected)
    return app


@web.middleware
async def say_when_cal_com_is_away(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever keeps us from Cal.com, the page can say something better than "Internal Server Error"."""
    try:
        return await handler(request)
    except (APIConnectionError, ServerError, RateLimitError):
        return web.json_response({"problem": "away"}, status=503, headers={"Retry-After": "30"})


async def times(request: web.Request) -> web.Response:
    """`GET /times?day=2026-12-01`: the free times of a day."""
    try:
        day = date.fromisoformat(request.query.get("day", ""))
    except ValueError:
        return web.json_response({"problem": "day"}, status=400)
    zone = request.query.get("time_zone", "UTC")
    slots = await request.app[CAL].slots.list(event_type_id=request.app[EVENT_TYPE], start=day, end=day, time_zone=zone)
    return web.json_response({"times": [slot.start.isoformat() for slot in slots.get(day, ())]})


async def book(request: web.Request) -> web.Response:
    """`POST /book` with `start`, `name`, `email` and `time_zone`: book a time.

    `ensure_once` marks the booking, so that an answer that got lost makes us neither book twice nor tell the visitor of
    a failure that was none.
    """
    form = await request.json()
    missing = [name for name in FIELDS if not form.get(name)]
    if missing:
        return web.json_response({"problem": "missing", "fields": missing}, status=400)
    try:
        booking = await request.app[CAL].bookings.create(
            event_type_id=request.app[EVENT_TYPE],
            start=datetime.fromisoformat(form["start"]),
            attendee={"name": form["name"], "email": form["email"], "time_zone": form["time_zone"]},
            ensure_once=True,
        )
    except (BadRequestError, ConflictError):
        return web.json_response({"problem": "taken"}, status=409)
    except AmbiguousWriteError:
        return web.json_response({"problem": "unsure", "advice": "look into your mailbox"}, status=502)
    return web.json_response({"uid": booking.uid, "start": booking.start.isoformat()}, status=201)


if __name__ == "__main__":
    web.run_app(make_app(int(sys.argv[1])), host="127.0.0.1", port=8080)
