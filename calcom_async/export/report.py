"""What an export tells: its progress while it runs, and a report at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import attrs

from calcom_async.core.telemetry import Event, LimiterWaited, RequestSent, ResponseReceived, RetryScheduled
from calcom_async.export.answer import Rows

__all__ = [
    "EMPTY_DIGEST",
    "ExportProgress",
    "ExportReport",
    "ProgressCallback",
    "Tally",
    "add_to_digest",
    "join_digests",
]


@attrs.frozen(kw_only=True)
class ExportProgress:
    """Where a running export stands.

    Attributes:
        bookings: Written so far.
        share: How much of the range of creation times is done, 0 to 1; a rough measure, since bookings are not spread
            evenly.
        rate: Bookings a second since the start.
        requests: Requests sent so far.
        seconds: Since the start.
        waiting: Seconds until the rate limit lets the next request through; 0 when it does not hold back.
    """

    bookings: int
    share: float
    rate: float
    requests: int
    seconds: float
    waiting: float


ProgressCallback: TypeAlias = Callable[[ExportProgress], None]


@attrs.frozen(kw_only=True)
class ExportReport:
    """What an export did.

    Attributes:
        path: Where the file is; None for standard output.
        bookings: Written.
        complete: Whether it is proven that nothing is missing; otherwise `doubts` says why.
        doubts: What could not be proven complete.
        frozen_at: Bookings created up to this instant (the server's clock when the export began) were taken.
        since: From when on changes were asked for, where a file was brought up to date; None where all was exported.
        by_status: Bookings by their status.
        windows: Windows of creation time that were walked.
        requests: Requests sent, tries again included.
        retries: Tries again.
        refused: Answers with status 429.
        waited: Seconds that calls waited for the rate limit, added up.
        duplicates: Rows that came twice and were written once.
        malformed: Rows without a uid or a creation time; written as they came.
        longest_tie: The most bookings that share one creation time, where that was more than a page; else 0.
        resumed: How often the export was interrupted and gone on with; the other figures cover all its runs.
        digest: One number for the set of uids, whatever their order; equal digests mean the same bookings.
        seconds: How long it took.
    """

    path: str | None
    bookings: int
    complete: bool
    doubts: tuple[str, ...]
    frozen_at: datetime
    by_status: dict[str, int]
    windows: int
    requests: int
    retries: int
    refused: int
    waited: float
    duplicates: int
    malformed: int
    longest_tie: int
    resumed: int
    digest: str
    seconds: float
    since: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return attrs.asdict(self) | {
            "frozen_at": self.frozen_at.isoformat(),
            "since": None if self.since is None else self.since.isoformat(),
            "doubts": list(self.doubts),
        }


EMPTY_DIGEST = 1
"""The digest of no uids."""
_PRIME = 2**127 - 1
_OFFSET = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Digits of the golden ratio: any number without a relation to uids will do."""


def add_to_digest(digest: int, uids: Iterable[str]) -> int:
    """Add uids to a digest of a set, in any order.

    It is the product of all of them as numbers, each with an offset, modulo a prime: the value of a polynomial whose
    roots are the set, which two sets of n uids share for fewer than n of 2^127 offsets.
    """
    return join_digests(digest, *map(_OFFSET.__add__, map(int.from_bytes, map(str.encode, uids))))


def join_digests(*digests: int) -> int:
    """The digest of all of several sets that have nothing in common."""
    whole = EMPTY_DIGEST
    for each in digests:
        whole = whole * each % _PRIME
    return whole


@attrs.define(kw_only=True)
class Tally:
    """Counts what happens while an export runs; `hear` is a hook of the client."""

    bookings: int = 0
    windows: int = 0
    requests: int = 0
    retries: int = 0
    refused: int = 0
    waited: float = 0.0
    duplicates: int = 0
    malformed: int = 0
    longest_tie: int = 0
    resumed: int = 0
    digest: int = EMPTY_DIGEST
    seconds: float = 0.0
    doubts: list[str] = attrs.field(factory=list)
    by_status: Counter[str] = attrs.field(factory=Counter)

    def add(self, rows: Rows) -> None:
        """Count rows that are written."""
        self.bookings += len(rows)
        self.by_status.update(rows.statuses())
        self.digest = add_to_digest(self.digest, rows.uids())

    def to_counts(self) -> dict[str, Any]:
        """JSON values, for the journal."""
        return attrs.asdict(self) | {"digest": f"{self.digest:032x}", "by_status": dict(self.by_status)}

    @classmethod
    def from_counts(cls, counts: Mapping[str, Any]) -> Tally:
        """The tally that `to_counts` wrote."""
        values: dict[str, Any] = {
            **counts,
            "digest": int(counts["digest"], 16),
            "by_status": Counter(counts["by_status"]),
        }
        values["doubts"] = list(counts["doubts"])
        return cls(**values)

    def to_report(self, *, path: str | None, frozen: int, since: int | None = None) -> ExportReport:
        """The report of what was counted.

        Args:
            path: Where the file is.
            frozen: The moment that froze the set, in milliseconds.
            since: From when on changes were asked for, in milliseconds; None where everything was.
        """
        return ExportReport(
            path=path,
            bookings=self.bookings,
            complete=not self.doubts,
            doubts=tuple(self.doubts),
            frozen_at=datetime.fromtimestamp(frozen / 1000, UTC),
            by_status=dict(sorted(self.by_status.items())),
            windows=self.windows,
            requests=self.requests,
            retries=self.retries,
            refused=self.refused,
            waited=round(self.waited, 3),
            duplicates=self.duplicates,
            malformed=self.malformed,
            longest_tie=self.longest_tie,
            resumed=self.resumed,
            digest=f"{self.digest:032x}",
            seconds=round(self.seconds, 3),
            since=None if since is None else datetime.fromtimestamp(since / 1000, UTC),
        )

    def go_on_from(self, before: Tally) -> None:
        """Begin with what an interrupted run had counted."""
        for name in ("requests", "retries", "refused", "waited"):
            setattr(self, name, getattr(before, name) + getattr(self, name))
        for name in ("bookings", "windows", "duplicates", "malformed", "longest_tie", "digest", "seconds"):
            setattr(self, name, getattr(before, name))
        self.doubts, self.by_status, self.resumed = before.doubts, before.by_status, before.resumed + 1

    def hear(self, event: Event) -> None:
        """Count an event of the transport."""
        match event:
            case RequestSent():
                self.requests += 1
            case RetryScheduled():
                self.retries += 1
            case LimiterWaited():
                self.waited += event.seconds
            case ResponseReceived() if event.status == 429:
                self.refused += 1
            case _:
                pass
