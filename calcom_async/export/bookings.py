"""The export of bookings, as it is called."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import attrs

from calcom_async.core.inputs import Instant, check_names
from calcom_async.core.request import Response
from calcom_async.core.retry import RetryLimits
from calcom_async.core.telemetry import logger
from calcom_async.errors import CalComError, ExportError, InvalidRequestError, PermissionDeniedError
from calcom_async.export.cursor_walk import CURSOR_VERSION, CursorUnavailableError
from calcom_async.export.engine import Engine, Source
from calcom_async.export.filters import BookingFilters, ExportArguments
from calcom_async.export.report import ExportReport, ProgressCallback, Tally
from calcom_async.export.sinks import choose_sink, format_of

if TYPE_CHECKING:
    from calcom_async.client import AsyncCalCom

__all__ = ["account_of", "export_accounts", "export_bookings", "export_list", "list_source", "run_export"]

PATIENT_RETRIES = 60
PATIENT_SECONDS = 300.0
"""How often, and for how many seconds of waiting, a request of an export is tried again."""
OFFSET_VERSIONS = ("2024-08-13", "2026-02-25")
"""Versions whose list is walked by creation time; the first is known by hosted and self-hosted servers."""


async def export_bookings(
    cal: AsyncCalCom,
    destination: str | os.PathLike[str],
    *,
    status: str | Sequence[str] | None = None,
    event_type_ids: int | Sequence[int] | None = None,
    team_id: int | None = None,
    organization_id: int | None = None,
    attendee_email: str | None = None,
    attendee_name: str | None = None,
    after_start: Instant | None = None,
    before_end: Instant | None = None,
    after_created_at: Instant | None = None,
    before_created_at: Instant | None = None,
    after_updated_at: Instant | None = None,
    before_updated_at: Instant | None = None,
    format: str | None = None,  # noqa: A002 - the word people look for
    concurrency: int = 8,
    raw_cells: bool = False,
    restart: bool = False,
    api_version: str = OFFSET_VERSIONS[0],
    progress: ProgressCallback | None = None,
) -> ExportReport:
    """Write every booking that exists now into a file, exactly once.

    `GET /bookings`, OAuth scope `BOOKING_READ`; or the list of a team or an organization, `TEAM_BOOKING_READ` or
    `ORG_BOOKING_READ`.

    An export that was interrupted, even killed, goes on where it stopped when it is called again with the same
    arguments.

    Args:
        cal: The client; its key decides whose bookings these are.
        destination: A file name ending in `.jsonl`, `.csv` (both may be followed by `.gz`), `.parquet`, `.sqlite` or
            `.ics`, or `-` for JSON lines on standard output.
        status: One or several of upcoming, recurring, past, cancelled, unconfirmed; every booking by default.
        event_type_ids: Only these event types.
        team_id: Only this team.
        organization_id: The bookings of an organization, or of its team `team_id`; only for its administrators.
        attendee_email: Only with exactly this attendee.
        attendee_name: Only with exactly this attendee's name.
        after_start: Starting at this instant or later.
        before_end: Ending at this instant or earlier.
        after_created_at: Created at this instant or later.
        before_created_at: Created at this instant or earlier.
        after_updated_at: Changed at this instant or later (bookings never changed do not match).
        before_updated_at: Changed at this instant or earlier.
        format: Such as `csv`; by the name's suffix by default.
        concurrency: Windows walked side by side, 1 to 64.
        raw_cells: Leave cells of a `.csv` as they are, even those a spreadsheet would run as a formula.
        restart: Begin anew, even if an unfinished export stands beside the name.
        api_version: `2024-08-13` or `2026-02-25`; or `2026-05-01` to walk by cursor, one page after the other, which
            falls back to the walk by creation time where the server does not answer.
        progress: Called with an `ExportProgress` about ten times a second.

    Returns:
        A report; `report.complete` says whether it is proven that nothing is missing.

    Raises:
        InvalidRequestError: an unknown format, a folder that does not exist, a filter that can't be.
        ExportError: it could not be finished; nothing stands under the final name. The cause is chained.
    """
    filters = BookingFilters(
        status=status or (),
        event_type_ids=event_type_ids or (),
        team_id=team_id,
        organization_id=organization_id,
        attendee_email=attendee_email,
        attendee_name=attendee_name,
        after_start=after_start,
        before_end=before_end,
        after_created_at=after_created_at,
        before_created_at=before_created_at,
        after_updated_at=after_updated_at,
        before_updated_at=before_updated_at,
    )
    return await run_export(
        cal,
        destination,
        filters,
        format=format,
        concurrency=concurrency,
        raw_cells=raw_cells,
        restart=restart,
        api_version=api_version,
        progress=progress,
    )


async def run_export(
    cal: AsyncCalCom,
    destination: str | os.PathLike[str],
    filters: BookingFilters,
    *,
    path: str = "bookings",
    **options: Any,
) -> ExportReport:
    """`export_bookings` with its filters as one value, and any list of bookings below the base URL as its source."""
    return await _run({None: cal}, destination, filters, path=path, **options)


async def export_list(
    cal: AsyncCalCom, path: str, destination: str | os.PathLike[str], arguments: ExportArguments
) -> ExportReport:
    """`run_export` with keyword arguments as a mapping, those of the filters among them."""
    filters, options = _separated(arguments)
    return await _run({None: cal}, destination, filters, path=path, **options)


async def export_accounts(
    clients: Mapping[str, AsyncCalCom], destination: str | os.PathLike[str], **arguments: Unpack[ExportArguments]
) -> ExportReport:
    """Write the bookings of several accounts into one file, side by side, each paced by its own limit.

    Every row begins with the field `account`: the name of the account it came from. A booking that two accounts see
    is in the file once for each.

    Args:
        clients: A client by the name of its account.
        destination: As for `export_bookings`; `.ics`, which holds each booking once, takes one account.
        **arguments: Filters and options of `export_bookings`.

    Raises:
        InvalidRequestError: no account, or several for an `.ics` file; or as for `export_bookings`.
        ExportError: it could not be finished; nothing stands under the final name.
    """
    if not clients:
        raise InvalidRequestError("clients: at least one account")
    kind, _ = format_of(destination, arguments.get("format"))
    if len(clients) > 1 and kind == "ics":
        raise InvalidRequestError("an .ics file holds each booking once; give each account a file of its own")
    filters, options = _separated(arguments)
    return await _run(clients, destination, filters, **options)


def _separated(arguments: Mapping[str, Any]) -> tuple[BookingFilters, dict[str, Any]]:
    check_names(arguments, ExportArguments.__annotations__)
    names = {a.name for a in attrs.fields(BookingFilters)}
    filters = {name: value for name, value in arguments.items() if name in names}
    return BookingFilters(**filters), {name: value for name, value in arguments.items() if name not in names}


async def _run(
    clients: Mapping[str, AsyncCalCom] | Mapping[None, AsyncCalCom],
    destination: str | os.PathLike[str],
    filters: BookingFilters,
    *,
    path: str = "bookings",
    format: str | None = None,  # noqa: A002 - the word people look for
    concurrency: int = 8,
    raw_cells: bool = False,
    restart: bool = False,
    api_version: str = OFFSET_VERSIONS[0],
    progress: ProgressCallback | None = None,
) -> ExportReport:
    if not 1 <= concurrency <= 64:
        raise InvalidRequestError("concurrency: 1 to 64 windows side by side")
    if api_version not in {*OFFSET_VERSIONS, CURSOR_VERSION}:
        known = ", ".join((*OFFSET_VERSIONS, CURSOR_VERSION))
        raise InvalidRequestError(f"api_version: bookings can be exported with {known}")
    path = filters.path() or path
    by_cursor = api_version == CURSOR_VERSION
    if by_cursor and filters.team_id is not None:
        raise InvalidRequestError("api_version: a team's bookings are not listed by cursor")
    name = os.fspath(destination)

    def engine(version: str, accounts: list[str]) -> Engine:
        tally = Tally()
        return Engine(
            sink=choose_sink(destination, format, raw_cells=raw_cells),
            path=None if name == "-" else Path(name),
            filters=filters,
            sources=tuple(
                list_source(cal, account=account, path=path, filters=filters, tally=tally, version=version)
                for account, cal in clients.items()
            ),
            tally=tally,
            concurrency=concurrency,
            progress=progress,
            purpose={
                "account": accounts,
                "list": path,
                "filters": filters.to_dict(),
                "format": [*format_of(destination, format), raw_cells],
                "version": "cursor" if version == CURSOR_VERSION else "creation time",
            },
        )

    run = engine(api_version, [])
    try:
        accounts = [await account_of(cal) for cal in clients.values()]  # not patiently: the URL may be wrong
        run = engine(api_version, accounts)
        try:
            return await run.go(restart=restart)
        except CursorUnavailableError as unavailable:
            logger.warning("%s: the export goes by creation time instead", unavailable)
            run = engine(OFFSET_VERSIONS[0], accounts)
            return await run.go(restart=True)
    except (OSError, CalComError) as error:
        if isinstance(error, ExportError | InvalidRequestError):
            raise
        raise run.failed(error) from error


def list_source(
    cal: AsyncCalCom,
    *,
    path: str,
    filters: BookingFilters,
    tally: Tally,
    account: str | None = None,
    version: str = OFFSET_VERSIONS[0],
) -> Source:
    """Sends list requests with the filters in them, and counts them."""
    listened = (cal if version == CURSOR_VERSION else patient(cal)).with_options(hooks=(tally.hear,))
    fixed = filters.query()
    statuses: tuple[str | None, ...] = ()
    if version == CURSOR_VERSION:
        fixed.pop("status", None)
        statuses = tuple(filters.status) or (None,)

    async def fetch(query: Mapping[str, Any]) -> Response:
        return await listened.request_raw("GET", path, params={**fixed, **query}, api_version=version)

    return Source(fetch=fetch, delay=cal.limiter.delay, account=account, statuses=statuses)


def patient(cal: AsyncCalCom) -> AsyncCalCom:
    """The client with the patience of a long job: a network that is lost for minutes does not end it.

    One that was given retry limits of its own keeps them.
    """
    if cal._channel.options.retry != RetryLimits():
        return cal
    return cal.with_options(max_retries=PATIENT_RETRIES, retry_budget=PATIENT_SECONDS)


async def account_of(cal: AsyncCalCom) -> str:
    """Whose bookings these are: the same with another key of the same person."""
    try:
        return f"{cal.base_url}#{(await cal.request('GET', 'me'))['data']['id']}"
    except (PermissionDeniedError, KeyError, TypeError):
        return cal.base_url  # a token without the scope PROFILE_READ
