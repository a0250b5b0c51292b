"""What every handler works on: the database, the clock, the settings of this sandbox, and a source of new names."""

from __future__ import annotations

import hashlib
import random
import uuid
from typing import Final

from attrs import Factory, define

from calcom_async.sandbox.bookings_store import Bookings
from calcom_async.sandbox.clock import Clock
from calcom_async.sandbox.deliveries import Deliverer
from calcom_async.sandbox.list_memory import ListMemory
from calcom_async.sandbox.people import People
from calcom_async.sandbox.store import Store
from calcom_async.sandbox.versions import Profile

_SHORT: Final = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


@define
class Names:
    """New uids. Reproducible: the same seed and the same calls give the same names."""

    _random: random.Random

    def short(self) -> str:
        """A booking uid: 22 characters, none of them easily mistaken."""
        return "".join(self._random.choices(_SHORT, k=22))

    def uuid(self) -> str:
        """A random uuid (seats, webhooks, recurring series)."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def sortable(self, milliseconds: int) -> str:
        """A uuid that sorts by an instant (version 7), as the cursor list orders by."""
        tail = self._random.getrandbits(74)
        number = (milliseconds << 80) | (7 << 76) | ((tail >> 62) << 64) | (2 << 62) | (tail & ((1 << 62) - 1))
        return str(uuid.UUID(int=number))

    def digits(self, count: int) -> str:
        """A code of digits (e-mail verification)."""
        return "".join(self._random.choices("0123456789", k=count))


@define(kw_only=True)
class Backend:
    """One Cal.com server's worth of state."""

    store: Store
    people: People
    bookings: Bookings
    clock: Clock
    profile: Profile
    names: Names
    ties: random.Random
    deliverer: Deliverer
    list_memory: ListMemory = Factory(ListMemory)
    web_url: str = "https://app.cal.com"

    @property
    def hosted(self) -> bool:
        """Whether this sandbox behaves like the hosted service rather than a self-hosted server."""
        return self.profile == "hosted"


def api_key(name: str, seed: int) -> str:
    """The key of a user of the default world: stable for a seed, and plainly not a real one."""
    return f"cal_sandbox_{name}_{hashlib.sha256(f'{seed}/{name}'.encode()).hexdigest()[:16]}"


def key_digest(key: str) -> str:
    """What the database keeps of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
