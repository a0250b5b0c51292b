"""Keeping an export up to date: only what was created or changed since the last run is asked for.

A watermark beside the file says up to when it is complete, by the server's clock. The next run walks by the time of
change, and by the time of creation for bookings that never changed, from a little before the watermark on, and puts
what it finds into the file by uid. What no such walk can see: deleted bookings, and changes that leave `updatedAt`
alone (marking somebody absent, by all appearances). A full run (`full=True`) now and then brings those.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from calcom_async.errors import CalComError, ExportError, InvalidRequestError
from calcom_async.export.bookings import account_of, list_source, run_export
from calcom_async.export.encoders import JsonLinesEncoder
from calcom_async.export.engine import Source
from calcom_async.export.filters import BookingFilters
from calcom_async.export.journal import sync_folder, watermark_path
from calcom_async.export.opening import frozen_now
from calcom_async.export.plan import Window, milliseconds
from calcom_async.export.report import ExportReport, ProgressCallback, Tally
from calcom_async.export.sinks import check_destination, format_of, lock
from calcom_async.export.walk import CREATED, UPDATED, Walk

if TYPE_CHECKING:
    from calcom_async.client import AsyncCalCom

__all__ = ["OVERLAP_SECONDS", "update_export"]

OVERLAP_SECONDS = 300
"""How far a run looks back before the watermark: clocks differ, and a change may become visible late."""
_FORMATS = ("jsonl", "sqlite", "parquet")


async def update_export(
    cal: AsyncCalCom,
    destination: str | os.PathLike[str],
    filters: BookingFilters | None = None,
    *,
    full: bool = False,
    concurrency: int = 8,
    progress: ProgressCallback | None = None,
) -> ExportReport:
    """Bring an export up to date; the first time, and with `full`, export everything.

    In `.sqlite` and `.parquet` a booking that has changed takes the place of what was there; `.jsonl` (`.gz` as well)
    gets a further line for it, so that the last line of a uid is its present state. The file is replaced as a whole:
    a run that fails leaves it as it was.

    Args:
        cal: The client; its key decides whose bookings these are.
        destination: A file name ending in `.jsonl`, `.jsonl.gz`, `.sqlite` or `.parquet`.
        filters: Which bookings; the same ones each time, and none by time of change or creation.
        full: Export everything anew, which drops what was deleted.
        concurrency: Windows walked side by side in a full export.
        progress: Called with an `ExportProgress` in a full export.

    Returns:
        A report; `bookings` counts what was new or changed after `since`, which is None where everything was exported.
        Where it is not `complete`, the next run looks back as far as this one did; an export of everything has to be
        made again with `full`.

    Raises:
        InvalidRequestError: another format, or a filter by creation or change.
        ExportError: it could not be finished; the file is as it was.
    """
    filters = filters or BookingFilters()
    path = Path(destination)
    base, compressed = format_of(path)
    if base not in _FORMATS:
        raise InvalidRequestError("only .jsonl, .jsonl.gz, .sqlite and .parquet can be kept up to date")
    if filters.created_range() != (None, None) or filters.after_updated_at or filters.before_updated_at:
        raise InvalidRequestError("filters by creation or change and keeping up to date exclude each other")
    check_destination(path)
    try:
        purpose = {"account": await account_of(cal), "filters": filters.to_dict(), "format": [base, compressed]}
        watermark = None if full else _read_watermark(path, purpose)
        if watermark is None:
            report = await run_export(cal, path, filters, concurrency=concurrency, progress=progress, restart=full)
            if report.complete:
                _write_watermark(path, purpose, milliseconds(report.frozen_at))
            else:  # an update would never look back at what is missing
                watermark_path(path).unlink(missing_ok=True)
            return report
        return await _update(cal, path, filters=filters, purpose=purpose, watermark=watermark)
    except (OSError, sqlite3.Error, CalComError) as error:
        if isinstance(error, ExportError | InvalidRequestError):
            raise
        raise ExportError(
            f"{path} could not be brought up to date: {error}. To go on, run it again: the file is as it was"
        ) from error


async def _update(
    cal: AsyncCalCom, path: Path, *, filters: BookingFilters, purpose: dict[str, Any], watermark: int
) -> ExportReport:
    tally, started = Tally(), time.monotonic()
    list_path = filters.path() or "bookings"
    source = list_source(cal, path=list_path, filters=filters, tally=tally)
    low = watermark - (OVERLAP_SECONDS + 1) * 1000
    frozen = frozen_now((await source.fetch({"take": 1})).headers)
    spool = path.with_name(f".{path.name}.changes")
    with os.fdopen(os.open(spool, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        lock(file, path)
        try:
            file.truncate()
            await _collect(Window(low, frozen + 1), source, tally, file)
            file.seek(0)
            _APPLY[format_of(path)[0]](path, file)
            if not tally.doubts:
                _write_watermark(path, purpose, frozen)
        finally:
            spool.unlink(missing_ok=True)
    tally.seconds = time.monotonic() - started
    return tally.to_report(path=str(path), frozen=frozen, since=low)


async def _collect(window: Window, source: Source, tally: Tally, file: BinaryIO) -> None:
    """Write what was created or changed in a window of time as JSON lines, each booking once."""
    known: set[str] = set()
    encoder = JsonLinesEncoder()
    # By creation first: a booking that is created and changed meanwhile is found by its change as well.
    for axis in (CREATED, UPDATED):
        walk = Walk(window, source.fetch, tally, axis=axis)
        async for step in walk.steps():
            fresh = step.rows.pick(
                [
                    n
                    for n, glance in enumerate(step.rows.glances)
                    if glance.uid.__class__ is not str or glance.uid not in known
                ]
            )
            known.update(fresh.uids())
            tally.add(fresh)
            file.write(encoder.encode(fresh.raws))
        tally.windows += 1


# --- putting changes into a file -------------------------------------------------------------------------------------


def _append_lines(path: Path, changes: Iterator[bytes]) -> None:
    fresh = _fresh_copy(path)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(fresh.open("ab"))
        packed = stack.enter_context(gzip.GzipFile(fileobj=file, mode="ab")) if path.name.endswith(".gz") else file
        packed.writelines(changes)
    _replace(fresh, path)


def _upsert_sqlite(path: Path, changes: Iterator[bytes]) -> None:
    from calcom_async.export.sqlite import upsert

    fresh = _fresh_copy(path)
    upsert(fresh, changes)
    _replace(fresh, path)


def _upsert_parquet(path: Path, changes: Iterator[bytes]) -> None:
    from calcom_async.export.parquet import upsert

    fresh = path.with_name(f".{path.name}.fresh")
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    upsert(path, changes, fresh)
    _replace(fresh, path)


_APPLY: dict[str, Any] = {"jsonl": _append_lines, "sqlite": _upsert_sqlite, "parquet": _upsert_parquet}


def _fresh_copy(path: Path) -> Path:
    fresh = path.with_name(f".{path.name}.fresh")
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    shutil.copyfile(path, fresh)
    return fresh


def _replace(fresh: Path, path: Path) -> None:
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


# --- the watermark ---------------------------------------------------------------------------------------------------


def _read_watermark(path: Path, purpose: dict[str, Any]) -> int | None:
    """Up to when a file is complete; None where it has to be exported first."""
    if not path.exists():
        return None
    try:
        state = msgspec.json.decode(watermark_path(path).read_bytes())
        watermark, of = int(state["watermark"]), state["purpose"]
    except FileNotFoundError:
        raise ExportError(
            f"{path} is there, but was not kept up to date so far; give another name, or full=True (--full) to "
            "replace it"
        ) from None
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        raise ExportError(f"{watermark_path(path)} is damaged; full=True (--full) exports anew") from error
    if of != purpose:
        differing = sorted(k for k in purpose if of.get(k) != purpose[k])
        raise ExportError(
            f"{path} is an export that differs in its {' and '.join(differing)}; give another name, or full=True "
            "(--full)"
        )
    return watermark


def _write_watermark(path: Path, purpose: dict[str, Any], watermark: int) -> None:
    fresh = path.with_name(f".{path.name}.watermark.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode({"purpose": purpose, "watermark": watermark}))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(watermark_path(path))
    sync_folder(path.parent)
