"""The resources and scopes that come with the package, on both clients; judged by `mypy --strict` and `pyright`."""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from calcom_async import AsyncCalCom, CalCom
from calcom_async.core.operation import Async, Blocking, BlockingPager
from calcom_async.core.paging import Page, Pager
from calcom_async.models import Booking, Membership, Profile, Team, Webhook
from calcom_async.resources.bookings import Bookings
from calcom_async.resources.memberships import Memberships
from calcom_async.resources.webhooks import ClearableWebhooks, Webhooks


async def asynchronous(cal: AsyncCalCom) -> None:
    assert_type(cal.bookings, Bookings[Async])
    assert_type(cal.webhooks, Webhooks[Async])
    assert_type(await cal.me.get(), Profile)
    assert_type(await cal.bookings.get("uid"), Booking)
    assert_type(cal.bookings.list(status="upcoming"), Pager[Booking])
    assert_type(await cal.bookings.list(page_size=10), Page[Booking])
    async for booking in cal.bookings.list():
        assert_type(booking, Booking)
        assert_type(booking.start, datetime)
    assert_type(await cal.teams.get(7), Team)
    assert_type(cal.team(7).memberships, Memberships[Async])
    async for membership in cal.team(7).memberships.list():
        assert_type(membership, Membership)
    assert_type(cal.event_type(3).webhooks, ClearableWebhooks[Async])
    assert_type(await cal.event_type(3).webhooks.delete_all(), int)


def blocking(cal: CalCom) -> None:
    assert_type(cal.bookings, Bookings[Blocking])
    assert_type(cal.me.get(), Profile)
    assert_type(cal.bookings.get("uid"), Booking)
    assert_type(cal.bookings.list(status="upcoming"), BlockingPager[Booking])
    for booking in cal.bookings.list():
        assert_type(booking, Booking)
    assert_type(cal.team(7).memberships, Memberships[Blocking])
    for membership in cal.team(7).memberships.list():
        assert_type(membership, Membership)
    assert_type(cal.event_type(3).webhooks.list(), BlockingPager[Webhook])
    assert_type(cal.with_options(timeout=1).webhooks.get("id"), Webhook)
