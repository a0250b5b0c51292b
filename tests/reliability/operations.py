"""One operation of every kind, on a sandbox: how it is called, and what the database shows of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import attrs

from calcom_async import AsyncCalCom
from calcom_async.sandbox import Sandbox
from calcom_async.sandbox.calendars import DESTINATIONS

SLOT = {"event_type_id": 20002, "start": "2027-03-02T10:00:00Z"}
ADA = {"name": "Ada", "email": "ada@example.com", "time_zone": "Europe/London"}
OLD_SCHEDULE = 3001
SPARE_SCHEDULE = 4001


@attrs.frozen(kw_only=True)
class Operation:
    """One call.

    Attributes:
        path: the path that faults are to strike.
        method: its method.
        call: makes it, and gives what it answered, as a value.
        done: how many times the database shows that it was done; None for a read.
        right: what the answer of a read is.
        prepare: what has to be there before.
        bookings: how many there are before.
    """

    path: str
    method: str
    call: Callable[[AsyncCalCom], Awaitable[Any]]
    done: Callable[[Sandbox], int] | None = None
    right: Callable[[Sandbox], Any] | None = None
    prepare: Callable[[Sandbox], Any] = lambda _: None
    bookings: int = 0

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self.done is None


async def _get(cal: AsyncCalCom) -> Any:
    return (await cal.me.get()).username


async def _by_offset(cal: AsyncCalCom) -> Any:
    return sorted(each.uid for each in await cal.bookings.list(page_size=25, sort_start="asc").collect())


async def _by_cursor(cal: AsyncCalCom) -> Any:
    return sorted(each.uid for each in await cal.bookings.list(page_size=25, api_version="2026-05-01").collect())


async def _statistics(cal: AsyncCalCom) -> Any:
    body = {"scope": "user", "timeZone": "UTC", "columnFilters": COLUMN}
    return (await cal.request("POST", "insights/bookings/kpi-stats", json=body, safe=True) or {}).get("status")


_PERIOD = {"startDate": "2026-04-06", "endDate": "2026-04-10", "preset": "custom"}
COLUMN = [{"id": "startTime", "value": {"type": "dr", "data": _PERIOD}}]


async def _create(cal: AsyncCalCom) -> Any:
    return (await cal.schedules.create(name="Chaos", time_zone="Europe/London")).name


async def _book(cal: AsyncCalCom) -> Any:
    return (await cal.bookings.create(**SLOT, attendee=ADA, ensure_once=True)).status


async def _change(cal: AsyncCalCom) -> Any:
    return (await cal.me.update(bio="chaos")).bio


async def _put(cal: AsyncCalCom) -> Any:
    chosen = await cal.calendars.set_destination(integration="google_calendar", external_id="owner@example.com")
    return chosen.external_id


async def _delete(cal: AsyncCalCom) -> Any:
    return await cal.schedules.delete(SPARE_SCHEDULE)


def _spare_schedule(sandbox: Sandbox) -> None:
    shelf = sandbox.backend.store.schedules
    old = shelf.get(OLD_SCHEDULE)
    assert old is not None
    shelf.put({**old, "id": SPARE_SCHEDULE, "name": "Spare"}, parent=old["ownerId"])


def _schedules(sandbox: Sandbox, name: str) -> int:
    return sum(each["name"] == name for each in sandbox.backend.store.schedules.all())


def _bio(sandbox: Sandbox) -> int:
    owner = sandbox.backend.people.by_username("owner")
    return int(owner is not None and owner["bio"] == "chaos")


def _destination(sandbox: Sandbox) -> int:
    chosen = sandbox.backend.store.shelf(DESTINATIONS).all()
    return sum(each["externalId"] == "owner@example.com" for each in chosen)


OPERATIONS = {
    "GET one": Operation(path="me", method="GET", call=_get, right=lambda _: "owner"),
    "list by offset": Operation(
        path="bookings", method="GET", call=_by_offset, right=lambda sandbox: sorted(sandbox.booking_uids("owner")),
        bookings=60,
    ),
    "list by cursor": Operation(
        path="bookings", method="GET", call=_by_cursor, right=lambda sandbox: sorted(sandbox.booking_uids("owner")),
        bookings=60,
    ),
    "POST, a read": Operation(
        path="insights/**", method="POST", call=_statistics, right=lambda _: "success"
    ),
    "POST": Operation(
        path="schedules", method="POST", call=_create, done=lambda sandbox: _schedules(sandbox, "Chaos")
    ),
    "POST, once": Operation(
        path="bookings", method="POST", call=_book, done=lambda sandbox: len(sandbox.booking_uids())
    ),
    "PATCH": Operation(
        path="me", method="PATCH", call=_change,
        done=_bio,
    ),
    "PUT": Operation(
        path="destination-calendars", method="PUT", call=_put, done=_destination,
        prepare=lambda sandbox: sandbox.connect_google_calendar("owner@example.com"),
    ),
    "DELETE": Operation(
        path="schedules/*", method="DELETE", call=_delete,
        done=lambda sandbox: 1 - _schedules(sandbox, "Spare"), prepare=_spare_schedule,
    ),
}  # fmt: skip
