"""Mistakes that both type checkers must refuse: where one lets a mistake pass, its `ignore` is unused, and an error."""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from calcom_async import AsyncCalCom, CalCom
from calcom_async.core.operation import Blocking
from calcom_async.resources.bookings import Bookings


def arguments(cal: CalCom) -> None:
    cal.bookings.get()  # type: ignore[call-arg]
    cal.bookings.get(42)  # type: ignore[arg-type]
    cal.bookings.get("uid", 1)  # type: ignore[call-arg]
    cal.bookings.get("uid", typo=1)  # type: ignore[call-arg]
    cal.bookings.list("upcoming")  # type: ignore[call-arg]
    cal.bookings.list(page_size="all")  # type: ignore[arg-type]
    cal.bookings.list(stauts="upcoming")  # type: ignore[call-arg]
    _ = cal.webhooks.get("id").nothing  # type: ignore[attr-defined]
    _ = cal.nothing  # type: ignore[attr-defined]
    cal.with_options(timeout="long")  # type: ignore[arg-type]
    cal.with_options(limiter=None)  # type: ignore[call-arg]
    CalCom("cal_x", session=None)  # type: ignore[call-arg]
    AsyncCalCom("cal_x", "https://api.cal.com/v2")  # type: ignore[call-arg]


def the_wrong_face(cal: CalCom, acal: AsyncCalCom) -> None:
    _ = acal.bookings.get("uid").uid  # type: ignore[attr-defined]
    for _ in acal.bookings.list():  # type: ignore[attr-defined]
        pass
    bookings: Bookings[Blocking] = acal.bookings  # type: ignore[assignment]
    print(bookings)
    with acal:  # type: ignore[attr-defined]
        pass


async def the_other_wrong_face(cal: CalCom) -> None:
    await cal.bookings.get("uid")  # type: ignore[misc]
    async for _ in cal.bookings.list():  # type: ignore[attr-defined]
        pass


def records_do_not_change(cal: CalCom) -> None:
    booking = cal.bookings.get("uid")
    booking.title = "x"  # type: ignore[misc]
    booking.extra["x"] = 1  # type: ignore[index]


def what_a_scope_lacks(cal: CalCom) -> None:
    org = cal.organization(1)
    _ = cal.team(7).roles  # type: ignore[attr-defined]
    _ = org.team(7).event_type(3).webhooks  # type: ignore[attr-defined]
    _ = cal.team(7).routing_forms.list  # type: ignore[attr-defined]
    org.team(7).memberships.list(emails=["ada@example.com"])  # type: ignore[call-arg]
    org.user(4).bookings.list(user_ids=4)  # type: ignore[call-arg]
    org.teams.create(name="N", colour="x")  # type: ignore[call-arg]
    cal.booking_limits.update(per_hour=1)  # type: ignore[call-arg]
    cal.insights.get_booking_statistics(scope="all", time_zone="UTC")  # type: ignore[arg-type]
    cal.oauth_clients.update("c", permissions=["*"])  # type: ignore[call-arg]
    _ = cal.event_type(5).invites  # type: ignore[attr-defined]
