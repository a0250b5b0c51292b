"""What `auth=` takes and what `hooks.on` gives, as the type checkers see them; nothing here is run."""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from calcom_async import (
    AsyncCalCom,
    CalCom,
    FileTokens,
    KeyringTokens,
    KeySource,
    Lease,
    ManagedUser,
    MemoryTokens,
    OAuth2,
    PlatformClient,
    Tokens,
)
from calcom_async.accounts import Account
from calcom_async.webhooks import BookingEvent, Event, Hooks, MeetingEvent, NoShowEvent, OutOfOfficeEvent, parse


def plain() -> str:
    return "cal_x"


async def in_a_while() -> Lease:
    return Lease("cal_x", 300)


class Vault:
    """A credential of somebody else's making."""

    identity = "vault"

    async def headers(self) -> dict[str, str]:
        return {}


def a_number() -> int:
    return 5


class Shelf:
    """A token store of one's own lacks a method here."""

    async def load(self) -> Tokens | None:
        return None


def what_auth_takes(account: Account) -> None:
    CalCom("cal_x")
    CalCom(auth="cal_x")
    CalCom(auth=plain)
    CalCom(auth=in_a_while)
    CalCom(auth=KeySource(plain, identity="vault"))
    CalCom(auth=Vault())
    CalCom(auth=PlatformClient("id", "secret"))
    CalCom(auth=OAuth2("id", token_store=MemoryTokens()))
    CalCom(auth=OAuth2("id", "secret", token_store=FileTokens("tokens.json"), scopes=("BOOKING_READ",)))
    AsyncCalCom(auth=OAuth2("id", token_store=KeyringTokens("mine")))
    AsyncCalCom(auth=ManagedUser(7, PlatformClient("id", "secret"), token_store=MemoryTokens()))
    AsyncCalCom(account="work")
    AsyncCalCom(account=account)


def what_it_refuses() -> None:
    CalCom(auth=5)  # type: ignore[arg-type]
    CalCom(auth=a_number)  # type: ignore[arg-type]
    CalCom(auth=b"cal_x")  # type: ignore[arg-type]
    CalCom(account=5)  # type: ignore[arg-type]
    OAuth2("id", token_store=Shelf())  # type: ignore[arg-type]
    OAuth2("id", token_store="tokens.json")  # type: ignore[arg-type]
    OAuth2(token_store=MemoryTokens())  # type: ignore[call-arg]


hooks = Hooks(secret="s")


@hooks.on("BOOKING_CREATED", "BOOKING_CANCELLED")
async def booked(event: BookingEvent) -> None:
    assert_type(event.payload.start_time, datetime | None)


@hooks.on("BOOKING_NO_SHOW_UPDATED")
def absent(event: NoShowEvent) -> int:
    return len(event.payload.attendees or ())


@hooks.on_any()
async def anything(event: Event[object]) -> None: ...


@hooks.on("BOOKING_DREAMT")
async def of_tomorrow(event: Event[object]) -> None: ...


@hooks.on("BOOKING_CREATED", "MEETING_ENDED")
async def of_two_kinds(event: BookingEvent | MeetingEvent) -> None: ...


@hooks.on("OOO_CREATED")  # type: ignore[arg-type]
async def of_another_kind(event: BookingEvent) -> None: ...


@hooks.on("MEETING_ENDED")  # type: ignore[arg-type]
def nothing_to_handle() -> None: ...


async def what_comes_back(event: BookingEvent, away: OutOfOfficeEvent) -> None:
    assert_type(absent(NoShowEvent(payload=NoShowEvent.__new__(NoShowEvent).payload, trigger=None, digest="")), int)
    await booked(event)
    await booked(away)  # type: ignore[arg-type]
    assert_type((await hooks.receive(b"", {})).status, int)
    assert_type(parse(b"", {}, secret="s").created_at, datetime | None)
