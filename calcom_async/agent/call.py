"""One call of a tool, as its handler sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary

import attrs

if TYPE_CHECKING:
    from calcom_async.client import AsyncCalCom
    from calcom_async.models.bookings import Booking

__all__ = ["Call", "Memory", "OnProgress"]

OnProgress: TypeAlias = Callable[[float, float | None, str], Awaitable[None]]
"""Is told how much is done, of how much (None: not known), and in words."""


_MOST_REMEMBERED = 20_000


@attrs.define
class Memory:
    """What a toolkit remembers of one account between calls, so that it need not ask twice.

    Attributes:
        uids: The uids of bookings that were seen, by number: Cal.com takes only uids.
        made: The uids of bookings that were made, by their mark.
        time_zone: The account's own time zone, once it was asked for.
    """

    uids: dict[int, str] = attrs.field(factory=dict)
    made: dict[str, str] = attrs.field(factory=dict)
    time_zone: str | None = None
    _locks: WeakValueDictionary[str, asyncio.Lock] = attrs.field(factory=WeakValueDictionary, repr=False)

    def see(self, bookings: Sequence[Booking]) -> None:
        """Remember the uids of bookings."""
        if len(self.uids) > _MOST_REMEMBERED:
            self.uids.clear()
        self.uids |= {booking.id: booking.uid for booking in bookings if booking.id is not None}

    def lock(self, mark: str) -> asyncio.Lock:
        """One lock for each mark: two calls that mean the same booking run one after the other."""
        lock = self._locks.get(mark)
        if lock is None:
            self._locks[mark] = lock = asyncio.Lock()
        return lock


@attrs.frozen(kw_only=True)
class Call:
    """One call of a tool.

    Attributes:
        arguments: Checked, by their declared names, defaults filled in; what was not given is absent.
        client: The client of the account; in a dry run one that sends nothing that writes.
        account: The name of the account.
        memory: What is remembered of the account.
        accounts: What may be told of every account: name, base URL, permissions.
        dry_run: Whether only to say what would be sent.
        on_progress: Wants to know how far long work is.
        warnings: What the caller should know beside the answer; handlers add to it.
    """

    arguments: Mapping[str, Any]
    client: AsyncCalCom
    account: str
    memory: Memory = attrs.field(factory=Memory, repr=False)
    accounts: Sequence[Mapping[str, Any]] = ()
    dry_run: bool = False
    on_progress: OnProgress | None = None
    warnings: list[str] = attrs.field(factory=list)

    def get(self, name: str, default: Any = None) -> Any:
        """An argument, or `default` where it was not given."""
        return self.arguments.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]
