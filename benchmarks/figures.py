"""What comes out of the rounds: rows of a table, as plain values."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import attrs

Round = dict[str, dict[str, float]]
"""What one round measured, by lane; a lane that can't run is not there."""


@attrs.frozen
class Spread:
    """Median and quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of one value per round; of few rounds the quartiles are close to the least and the most."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)


@attrs.frozen(kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        topic: What it belongs to: `decode`, `stream`, …
        what: What is measured.
        unit: What it is told in, such as `× A`.
        ours: Our figure.
        anchors: Those of others, by name.
        goal: What ours must reach, where one is set.
        stretch: What would be better still.
        more: Whether more is better (a speed-up), not less.
    """

    topic: str
    what: str
    unit: str
    ours: Spread
    anchors: dict[str, Spread]
    goal: float | None = None
    stretch: float | None = None
    more: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether our median reaches the goal; None where there is none."""
        if self.goal is None:
            return None
        return self.ours.median >= self.goal if self.more else self.ours.median <= self.goal

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Row:
        """And back."""
        anchors = {name: Spread(**each) for name, each in data["anchors"].items()}
        return cls(**data | {"ours": Spread(**data["ours"]), "anchors": anchors})


def ratios(rounds: Sequence[Round], lane: str, against: str, figure: str = "cpu") -> list[float]:
    """A lane as a multiple of another one, in each round that has both."""
    return [each[lane][figure] / each[against][figure] for each in rounds if lane in each and against in each]


def values(rounds: Sequence[Round], lane: str, figure: str, unit: float = 1.0) -> list[float]:
    """A lane's own figure in each round, in a unit."""
    return [each[lane][figure] / unit for each in rounds if lane in each]


def spreads(named: dict[str, list[float]]) -> dict[str, Spread]:
    """Those that were measured."""
    return {name: Spread.of(each) for name, each in named.items() if each}
