"""What is remembered about lists between two writes: their totals, and where in them ties begin.

Without it every page deep in a long list would count its way there anew.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final

from attrs import define, field

_MOST: Final = 1_000


@define
class Positions:
    """Where groups of equal values begin in one ordered list: ranks, ascending, and their values."""

    ranks: list[int] = field(factory=lambda: [0])
    values: list[Any] = field(factory=lambda: [None])

    def nearest(self, rank: int) -> tuple[int, Any]:
        """The last known beginning at or before a rank; its value is None at the very beginning."""
        place = bisect_right(self.ranks, rank) - 1
        return self.ranks[place], self.values[place]

    def remember(self, rank: int, value: Any) -> None:
        """Keep a beginning."""
        place = bisect_right(self.ranks, rank)
        if self.ranks[place - 1] != rank:
            self.ranks.insert(place, rank)
            self.values.insert(place, value)


@define
class ListMemory:
    """Totals and positions by query, good for one version of the bookings."""

    _version: int = -1
    _totals: dict[tuple[Any, ...], int] = field(factory=dict)
    _positions: dict[tuple[Any, ...], Positions] = field(factory=dict)

    def at(self, version: int) -> ListMemory:
        """This memory, emptied if anything was written since, or if it grew too large."""
        if version != self._version or len(self._positions) > _MOST:
            self._totals.clear()
            self._positions.clear()
            self._version = version
        return self

    def total(self, query: tuple[Any, ...]) -> int | None:
        """The remembered total of a query."""
        return self._totals.get(query)

    def keep_total(self, query: tuple[Any, ...], total: int) -> None:
        """Remember a total."""
        self._totals[query] = total

    def positions(self, query: tuple[Any, ...]) -> Positions:
        """The positions known in the list of a query."""
        return self._positions.setdefault(query, Positions())
