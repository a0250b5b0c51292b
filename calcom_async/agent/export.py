"""The tool that writes every booking into a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from calcom_async.agent.answers import object_of
from calcom_async.agent.call import Call
from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.tool import Example, Parameter, Tool
from calcom_async.core.telemetry import logger
from calcom_async.export import ExportProgress, export_bookings

__all__ = ["EXPORT_TOOLS"]

_SUFFIXES = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".parquet", ".sqlite", ".ics")
_STATUSES = ("upcoming", "recurring", "past", "cancelled", "unconfirmed")


async def _export_bookings(call: Call) -> dict[str, Any]:
    path = _checked(call["path"], overwrite=call["overwrite"])
    filters = {
        "status": call.get("status"), "event_type_ids": call.get("eventTypeId"), "team_id": call.get("teamId"),
        "after_start": call.get("afterStart"), "before_end": call.get("beforeEnd"),
    }  # fmt: skip
    if call.dry_run:
        told = {name: value for name, value in filters.items() if value is not None}
        return {"would_send": [], "would_write": str(path), "filters": told}
    report = await _watched(call, path, filters)
    return {
        "path": report.path,
        "bookings": report.bookings,
        "complete": report.complete,
        "doubts": list(report.doubts),
        "by_status": dict(report.by_status),
        "seconds": round(report.seconds, 3),
    }


def _checked(given: str, *, overwrite: bool) -> Path:
    """The path, unless the caller can't mean it: another kind of file, or the loss of one that is there.

    Raises:
        ToolFailure: one of these, or there is no such folder.
    """
    path = Path(given).expanduser()
    if not path.name.lower().endswith(_SUFFIXES):
        raise ToolFailure(
            "wrong_parameter", "export_bookings: path: the name ends in none of the formats",
            f"end it in one of {', '.join(_SUFFIXES)}", parameter="path",
        )  # fmt: skip
    if not path.parent.is_dir():
        raise ToolFailure(
            "wrong_parameter", "export_bookings: path: there is no such folder", "make it first, or name another",
            parameter="path",
        )  # fmt: skip
    if path.exists() and not overwrite:
        raise ToolFailure(
            "wrong_parameter", f"export_bookings: {path.name} exists", "name another file, or give overwrite: true",
            parameter="overwrite",
        )  # fmt: skip
    return path


async def _watched(call: Call, path: Path, filters: dict[str, Any]) -> Any:
    """Run the export, and tell how far it is meanwhile; a listener that fails does not end it."""
    if call.on_progress is None:
        return await export_bookings(call.client, path, **filters)
    listener = call.on_progress
    steps: asyncio.Queue[ExportProgress | None] = asyncio.Queue()

    async def tell() -> None:
        while (step := await steps.get()) is not None:
            try:
                await listener(round(step.share * 100, 1), 100, f"{step.bookings} bookings")
            except Exception:  # noqa: BLE001 - whatever a listener raises, it is its own business
                logger.exception("the listener to the progress of an export failed")

    telling = asyncio.create_task(tell())
    try:
        report = await export_bookings(call.client, path, progress=steps.put_nowait, **filters)
        steps.put_nowait(None)
        await telling
        return report
    finally:
        telling.cancel()


EXPORT_TOOLS = (
    Tool(
        name="export_bookings",
        title="Export bookings to a file",
        description="Write every booking into a file on this machine, each exactly once: what paging through "
        "list_bookings can't promise. An export that was interrupted goes on when it is called again.",
        kind="write",
        namespace="export",
        operation="GET /v2/bookings",
        parameters=(
            Parameter(
                name="path", type="string", required=True, example="bookings.csv",
                description=f"The file; its name ends in {', '.join(_SUFFIXES)}",
            ),
            Parameter(
                name="status", type="string", enum=_STATUSES, example="upcoming",
                description="Only these; every booking if left out",
            ),
            Parameter(name="eventTypeId", type="integer", minimum=1, example=42, description="Only this event type"),
            Parameter(name="teamId", type="integer", minimum=1, example=5, description="Only this team"),
            Parameter(
                name="afterStart", type="string", format="date-time", example="2026-04-01T00:00:00Z",
                description="Starting then or later",
            ),
            Parameter(
                name="beforeEnd", type="string", format="date-time", example="2026-05-01T00:00:00Z",
                description="Ending then or earlier",
            ),
            Parameter(
                name="overwrite", type="boolean", default=False, example=True,
                description="Whether a file of this name may be replaced",
            ),
        ),
        answer=object_of(
            {
                "path": {"type": "string"},
                "bookings": {"type": "integer"},
                "complete": {"type": "boolean"},
                "doubts": {"type": "array", "items": {"type": "string"}},
                "by_status": {"type": "object"},
                "seconds": {"type": "number"},
            }
        ),
        examples=(
            Example(title="What is to come, as a table", arguments={"path": "bookings.csv", "status": "upcoming"}),
        ),
        handler=_export_bookings,
    ),
)  # fmt: skip
