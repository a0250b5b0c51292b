"""Comparing exports: two files, or a file and the account itself, by the uids in them."""

from __future__ import annotations

import csv
import gzip
import io
import os
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import msgspec

from calcom_async.errors import CalComError, ExportError, InvalidRequestError
from calcom_async.export.bookings import export_bookings
from calcom_async.export.report import EMPTY_DIGEST, add_to_digest
from calcom_async.export.sinks import format_of

if TYPE_CHECKING:
    from calcom_async.client import AsyncCalCom

__all__ = ["Comparison", "Contents", "compare_files", "compare_with_account", "read_contents"]

SHOWN = 20
"""Uids that a comparison names on each side."""


@attrs.frozen(kw_only=True)
class Contents:
    """What an export file holds.

    Attributes:
        rows: Bookings in it; a row that has no uid counts.
        uids: Different uids.
        repeated: Rows whose uid came before; in `.jsonl` kept up to date with `incremental` they are later states.
        digest: One number for the set of uids, as in the export's report.
    """

    rows: int
    uids: frozenset[str] = attrs.field(repr=False)
    repeated: int
    digest: str


@attrs.frozen(kw_only=True)
class Comparison:
    """What two exports have in common.

    Attributes:
        same: Whether they hold the same uids.
        left: Bookings in the first one.
        right: Bookings in the second one.
        only_left: How many uids are in the first one alone.
        only_right: How many uids are in the second one alone.
        examples_left: Some uids of those.
        examples_right: Some uids of those.
    """

    same: bool
    left: int
    right: int
    only_left: int
    only_right: int
    examples_left: tuple[str, ...]
    examples_right: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return attrs.asdict(self)


def read_contents(path: str | os.PathLike[str]) -> Contents:
    """The uids of an export file in any of its formats.

    Raises:
        InvalidRequestError: the file is not there, or no export.
    """
    rows = repeated = 0
    digest = EMPTY_DIGEST
    uids: set[str] = set()
    for uid in _uids(Path(path)):
        rows += 1
        if uid is None:
            continue
        if uid in uids:
            repeated += 1
            continue
        uids.add(uid)
        digest = add_to_digest(digest, (uid,))
    return Contents(rows=rows, uids=frozenset(uids), repeated=repeated, digest=f"{digest:032x}")


def compare_files(left: str | os.PathLike[str], right: str | os.PathLike[str]) -> Comparison:
    """Compare two export files, which may have different formats."""
    return _compare(read_contents(left), read_contents(right))


async def compare_with_account(
    path: str | os.PathLike[str], cal: AsyncCalCom, *, scratch: str | os.PathLike[str], **arguments: Any
) -> Comparison:
    """Compare an export file with what the account holds now.

    Args:
        path: The file.
        cal: The client of the account.
        scratch: A name ending in `.jsonl` for a fresh export, which is removed afterwards.
        **arguments: The filters and options that the file was exported with.

    Raises:
        InvalidRequestError: the file is not there, or no export.
        ExportError: the account could not be read, or not provably all of it: nothing can be compared with that.
    """
    left = read_contents(path)
    try:
        report = await export_bookings(cal, scratch, restart=True, **arguments)
        if not report.complete:
            raise ExportError(f"what the account holds could not be proven complete: {'; '.join(report.doubts)}")
        return _compare(left, read_contents(scratch))
    finally:
        _remove(scratch)


def _remove(path: str | os.PathLike[str]) -> None:
    Path(path).unlink(missing_ok=True)


def _compare(left: Contents, right: Contents) -> Comparison:
    only_left, only_right = left.uids - right.uids, right.uids - left.uids
    return Comparison(
        same=left.digest == right.digest and not only_left and not only_right,
        left=len(left.uids),
        right=len(right.uids),
        only_left=len(only_left),
        only_right=len(only_right),
        examples_left=tuple(sorted(only_left)[:SHOWN]),
        examples_right=tuple(sorted(only_right)[:SHOWN]),
    )


def _uids(path: Path) -> Iterator[str | None]:
    if not path.is_file():
        raise InvalidRequestError(f"{path} is not there")
    base, compressed = format_of(path)
    try:
        match base:
            case "jsonl":
                with _opened(path, compressed=compressed) as file:
                    yield from (_uid_of(line) for line in file if line.strip())
            case "csv":
                with io.TextIOWrapper(_opened(path, compressed=compressed), encoding="utf-8", newline="") as text:
                    csv.field_size_limit(2**31 - 1)
                    yield from (row["uid"] or None for row in csv.DictReader(text))
            case "sqlite":
                yield from _sqlite_uids(path)
            case "parquet":
                from calcom_async.export.parquet import load_pyarrow

                load_pyarrow()
                import pyarrow.parquet as pq

                for batch in pq.ParquetFile(path).iter_batches(columns=["uid"]):
                    yield from batch.column(0).to_pylist()
            case _:
                raise InvalidRequestError("an .ics file does not hold the uids of bookings; compare another format")
    except CalComError:
        raise
    except (KeyError, ValueError, EOFError, csv.Error, gzip.BadGzipFile, sqlite3.Error, zlib.error) as error:
        raise InvalidRequestError(f"{path} is no export of bookings, or damaged") from error


def _opened(path: Path, *, compressed: bool) -> Any:
    return gzip.open(path, "rb") if compressed else path.open("rb")


def _sqlite_uids(path: Path) -> Iterator[str | None]:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        for (uid,) in database.execute("SELECT uid FROM bookings"):
            yield None if str(uid).startswith("malformed-") else uid
    finally:
        database.close()


def _uid_of(line: bytes) -> str | None:
    row = msgspec.json.decode(line)
    uid = row.get("uid") if isinstance(row, dict) else None
    return uid if isinstance(uid, str) else None
