"""What an export tells: its progress while it runs, and a report at the end."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import attrs

from calcom_async.core.telemetry import Event, LimiterWaited, RequestSent, ResponseReceived, RetryScheduled

__all__ = ["ExportProgress", "ExportReport", "ProgressCallback", "Tally", "add_to_digest"]


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

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return attrs.asdict(self) | {"frozen_at": self.frozen_at.isoformat(), "doubts": list(self.doubts)}


def add_to_digest(digest: int, uid: str) -> int:
    """Add a uid to a digest of a set: a sum of hashes, so the order does not matter."""
    return (digest + int.from_bytes(hashlib.blake2b(uid.encode(), digest_size=16).digest())) % 2**128


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
    digest: int = 0
    seconds: float = 0.0
    doubts: list[str] = attrs.field(factory=list)
    by_status: Counter[str] = attrs.field(factory=Counter)

    def add(self, uid: str | None, status: str) -> None:
        """Count a booking that is written."""
        self.bookings += 1
        self.by_status[status] += 1
        if uid is not None:
            self.digest = add_to_digest(self.digest, uid)

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
