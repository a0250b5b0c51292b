"""Exports of what comes in one answer: event types, schedules, teams; by the formats of the bookings' export.

Such a list comes in one answer, so the file is complete when it stands.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
import msgspec

from calcom_async.errors import CalComError, ExportError, InvalidRequestError
from calcom_async.export.columns import snake
from calcom_async.export.encoders import safe_cell
from calcom_async.export.journal import sync_folder
from calcom_async.export.sinks import check_destination, format_of

if TYPE_CHECKING:
    from calcom_async.client import AsyncCalCom

__all__ = ["Kind", "RecordsReport", "export_records"]

Kind: TypeAlias = Literal["event-types", "schedules", "teams"]
"""What can be exported so."""
_VERSIONS: Mapping[str, str | None] = {"event-types": "2024-06-14", "schedules": "2024-06-11", "teams": None}


@attrs.frozen(kw_only=True)
class RecordsReport:
    """What such an export did.

    Attributes:
        path: Where the file is; None for standard output.
        kind: What was exported.
        records: How many.
    """

    path: str | None
    kind: str
    records: int

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return attrs.asdict(self)


async def export_records(
    cal: AsyncCalCom,
    kind: Kind,
    destination: str | os.PathLike[str],
    *,
    team_id: int | None = None,
    format: str | None = None,  # noqa: A002 - the word people look for
    raw_cells: bool = False,
) -> RecordsReport:
    """Write every event type, schedule or team into a file.

    `GET /event-types`, `/schedules` or `/teams`; with a team `GET /teams/{teamId}/event-types` or `…/schedules`.

    Args:
        cal: The client.
        kind: `event-types`, `schedules` or `teams`.
        destination: A file name ending in `.jsonl`, `.csv` (both may be followed by `.gz`), `.parquet` or `.sqlite`,
            or `-` for JSON lines on standard output.
        team_id: Those of a team.
        format: Such as `csv`; by the name's suffix by default.
        raw_cells: Leave cells of a `.csv` as they are, even those a spreadsheet would run as a formula.

    Raises:
        InvalidRequestError: an unknown kind or format, a folder that does not exist.
        ExportError: it could not be finished; nothing stands under the name, or what stood there before.
    """
    if kind not in _VERSIONS or (kind == "teams" and team_id is not None):
        raise InvalidRequestError(f"kind: one of {', '.join(_VERSIONS)}; a team has event types and schedules")
    base, compressed = format_of(destination, format)
    if base == "ics":
        raise InvalidRequestError("an .ics file holds bookings only")
    name = os.fspath(destination)
    if name != "-":
        check_destination(Path(name))
    path = kind if team_id is None else f"teams/{team_id}/{kind}"
    try:
        records = await _all(cal, path, _VERSIONS[kind])
        content = _contents(records, kind, base, raw_cells=raw_cells)
        _put(gzip.compress(content, mtime=0) if compressed else content, None if name == "-" else Path(name))
    except (OSError, CalComError, sqlite3.Error) as error:
        if isinstance(error, InvalidRequestError):
            raise
        raise ExportError(f"the export of {kind} failed: {error}. To go on, run the same command again") from error
    return RecordsReport(path=None if name == "-" else name, kind=kind, records=len(records))


async def _all(cal: AsyncCalCom, path: str, version: str | None) -> list[Any]:
    """Every record: in one answer, or page by page where a team's schedules come so."""
    paged = path.startswith("teams/") and path.endswith("/schedules")
    records: list[Any] = []
    while True:
        page = {"take": 250, "skip": len(records)} if paged else {}
        answer = await cal.request("GET", path, params=page, api_version=version)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, list):
            raise ExportError(f"the answer of {path} is no list")
        records += data
        if not paged or len(data) < 250:
            return records


def _contents(records: Sequence[Any], kind: str, base: str, *, raw_cells: bool) -> bytes:
    if base == "jsonl":
        return b"".join(msgspec.json.encode(record) + b"\n" for record in records)
    rows = [record if isinstance(record, dict) else {"malformed": record} for record in records]
    columns = list(dict.fromkeys(key for row in rows for key in row)) or ["id"]
    return _WRITERS[base](rows, columns, kind, raw_cells)


def _cell(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, dict | list) else value


def _csv(rows: Sequence[dict[str, Any]], columns: Sequence[str], kind: str, raw_cells: bool) -> bytes:  # noqa: ARG001
    def text(value: Any) -> str:
        cell = "" if value is None else str(value).lower() if isinstance(value, bool) else str(_cell(value))
        return cell if raw_cells else safe_cell(cell)

    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([text(row.get(column)) for column in columns] for row in rows)
    return file.getvalue().encode()


def _sqlite(rows: Sequence[dict[str, Any]], columns: Sequence[str], kind: str, raw_cells: bool) -> bytes:  # noqa: ARG001
    table = kind.replace("-", "_")
    names = ", ".join('"' + snake(column).replace('"', "") + '"' for column in columns)
    database = sqlite3.connect(":memory:")
    try:
        database.execute(f"CREATE TABLE {table} ({names}, wire TEXT NOT NULL)")
        marks = ", ".join("?" * (len(columns) + 1))
        database.executemany(
            f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608 - a table of ours, and marks
            [(*(_cell(row.get(c)) for c in columns), msgspec.json.encode(row).decode()) for row in rows],
        )
        database.commit()
        return database.serialize()
    finally:
        database.close()


def _parquet(rows: Sequence[dict[str, Any]], columns: Sequence[str], kind: str, raw_cells: bool) -> bytes:  # noqa: ARG001
    from calcom_async.export.parquet import load_pyarrow

    pa = load_pyarrow()
    table = pa.table({snake(column): _column(pa, [_cell(row.get(column)) for row in rows]) for column in columns})
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _column(pa: Any, values: list[Any]) -> Any:
    """Typed where all values have one type; else text."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1 and kinds != {int, float}:
        values = [None if value is None else str(value) for value in values]
    return pa.array(values)


_WRITERS: Mapping[str, Callable[[Sequence[dict[str, Any]], Sequence[str], str, bool], bytes]] = {
    "csv": _csv,
    "sqlite": _sqlite,
    "parquet": _parquet,
}


def _put(content: bytes, path: Path | None) -> None:
    if path is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    partial = path.with_name(f".{path.name}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)
