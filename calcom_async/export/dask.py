"""The export on many machines: windows of creation time are walked by the workers of a Dask cluster; extra `dask`.

Nothing but values goes into the graph: windows, filters, and how to reach Cal.com, without a key. Each worker reads the
key in its own environment (`CALCOM_API_KEY`), or runs a function of yours that makes its client. All workers share the
key's budget through Redis.

The windows are cut where they hold about as many bookings each: the list tells by `skip` which creation time stands at
a place. That is a guess, and need be no more: whatever the windows are, together they cover the range.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

import attrs

from calcom_async.errors import (
    CalComError,
    ConfigurationError,
    ExportError,
    InvalidRequestError,
    MissingExtraError,
)
from calcom_async.export.answer import PAGE_SIZE, Rows, read_answer
from calcom_async.export.bookings import account_of, list_source
from calcom_async.export.dataset import PLAN, REPORT, Dataset, load_fsspec
from calcom_async.export.filters import BookingFilters, FilterArguments
from calcom_async.export.opening import created_bounds, open_range
from calcom_async.export.parquet import REPEATING, ROWS_PER_GROUP, RowGroups, load_pyarrow, schema, table_of
from calcom_async.export.plan import Window, cut, split
from calcom_async.export.report import ExportReport, Tally, join_digests
from calcom_async.export.walk import Fetch, Walk, ask
from calcom_async.settings import base_url_from_environment

if TYPE_CHECKING:
    import dask.dataframe
    import pandas as pd

    from calcom_async.client import AsyncCalCom

__all__ = ["bookings_dataframe", "export_dataset"]

T = TypeVar("T")
MOST_PARTS = 1000
"""So many windows at most: each costs a request to find where it begins."""
RELEASE = 2
"""The form of the plan and the records; another one is not gone on with."""
UNKNOWN_PARTS = 16
"""Windows where the server tells no total."""


@attrs.frozen(kw_only=True)
class Access:
    """How a worker reaches Cal.com; made to be pickled, so there is no key in it.

    Attributes:
        make: Makes a client, in the worker; None for one by the worker's environment.
        base_url: Where Cal.com is, without `make`.
        limiter: The Redis through which the workers share the key's budget, without `make`.
        account: Whose bookings were planned.
    """

    make: Callable[[], AsyncCalCom] | None = None
    base_url: str | None = None
    limiter: str | None = attrs.field(default=None, repr=False)
    account: str = ""

    def client(self) -> AsyncCalCom:
        """A client of its own for the caller.

        Raises:
            ConfigurationError: there is no key in the environment, or the function makes something else.
        """
        from calcom_async.client import AsyncCalCom

        if self.make is None:
            return AsyncCalCom(base_url=self.base_url, limiter=self.limiter)
        made = self.make()
        if not isinstance(made, AsyncCalCom):
            raise ConfigurationError("client: the function has to return an AsyncCalCom")
        return made


@attrs.frozen(kw_only=True)
class Part:
    """What one worker does at a time.

    Attributes:
        number: Its place.
        window: What it walks; None where there is nothing to walk.
        stray: Bookings, as wire JSON, that no walk would find since they have no creation time.
    """

    number: int
    window: Window | None = None
    stray: tuple[bytes, ...] = ()


@attrs.frozen(kw_only=True)
class _Task:
    """What all parts have in common; made to be pickled."""

    access: Access
    filters: BookingFilters
    path: str


@attrs.frozen(kw_only=True)
class _Plan:
    """The windows of an export, and the moment that freezes its set."""

    frozen: int
    parts: tuple[Part, ...]
    counts: Mapping[str, Any]


def bookings_dataframe(
    client: Callable[[], AsyncCalCom] | None = None,
    *,
    limiter: str | None = None,
    base_url: str | None = None,
    rows_per_partition: int = ROWS_PER_GROUP,
    team_id: int | None = None,
    **filters: Unpack[FilterArguments],
) -> dask.dataframe.DataFrame:
    """Every booking that exists now as a lazy Dask dataframe, a window of creation time a partition.

    The set is frozen when this is called; the bookings are read when the dataframe is computed, and again each time it
    is: `persist()` it, or write it with `export_dataset`. The columns are those of a `.parquet` export, with Arrow's
    types. `GET /bookings` (or `GET /teams/{teamId}/bookings`), OAuth scope `BOOKING_READ`.

    Args:
        client: A function that makes a client, run by each worker (and once here); by default each makes one by its
            environment variable `CALCOM_API_KEY`.
        limiter: URL of the Redis through which the workers share the key's budget, such as `redis://host:6379/0`.
        base_url: Where Cal.com is; by default as the environment says here.
        rows_per_partition: About how many bookings a partition holds; it has to fit into a worker's memory.
        team_id: Only this team.
        **filters: Which bookings; as for `export_bookings`.

    Raises:
        MissingExtraError: Dask is not installed.
        ConfigurationError: several processes without a `limiter`.
        InvalidRequestError: a filter that can't be.
    """
    dataframe = _load("dask.dataframe")
    load_pyarrow()
    task = _task(client, limiter=limiter, base_url=base_url, team_id=team_id, filters=filters)
    task, plan = _wait_for(_planned, task, rows_per_partition)
    frame: dask.dataframe.DataFrame = dataframe.from_map(
        _frame, list(plan.parts), task=task, meta=_as_pandas(schema().empty_table()), label="calcom-bookings"
    )
    return frame


def export_dataset(
    url: str,
    client: Callable[[], AsyncCalCom] | None = None,
    *,
    limiter: str | None = None,
    base_url: str | None = None,
    rows_per_file: int = ROWS_PER_GROUP,
    restart: bool = False,
    storage_options: Mapping[str, Any] | None = None,
    team_id: int | None = None,
    **filters: Unpack[FilterArguments],
) -> ExportReport:
    """Write every booking that exists now into a Parquet dataset, exactly once, by all workers of a Dask cluster.

    It runs on the current Dask client, else on this machine's threads. An export that was interrupted goes on where it
    stopped when it is called again with the same arguments: parts that are written are not written again.
    `GET /bookings` (or `GET /teams/{teamId}/bookings`), OAuth scope `BOOKING_READ`.

    Args:
        url: A folder, at any URL that fsspec knows and all workers reach, such as `s3://bucket/bookings`.
        client: A function that makes a client, run by each worker (and once here); by default each makes one by its
            environment variable `CALCOM_API_KEY`.
        limiter: URL of the Redis through which the workers share the key's budget, such as `redis://host:6379/0`.
        base_url: Where Cal.com is; by default as the environment says here.
        rows_per_file: About how many bookings a file holds; a file may hold any number, in row groups.
        restart: Begin anew, even if a dataset of ours stands there, finished or not.
        storage_options: What fsspec needs beside the URL. It is sent to the workers: leave secrets to
            their environment.
        team_id: Only this team.
        **filters: Which bookings; as for `export_bookings`.

    Returns:
        A report as that of `export_bookings`; it also stands beside the files, as `_calcom/report.json`.

    Raises:
        MissingExtraError: Dask is not installed.
        ConfigurationError: several processes without a `limiter`.
        InvalidRequestError: a filter that can't be, or a place where something else is.
        ExportError: it could not be finished. The cause is chained.
    """
    dask = _load("dask")
    load_fsspec()
    load_pyarrow()
    began = time.monotonic()
    task = _task(client, limiter=limiter, base_url=base_url, team_id=team_id, filters=filters)
    dataset = Dataset(url=url, options=storage_options or {})
    try:
        dataset.check()
        if restart:
            dataset.clear()
        task, plan, resumed = _planned_in(dataset, task, rows_per_file)
        write = dask.delayed(_write_part, pure=False, traverse=False)
        counts = dask.compute(*(write(part, task, dataset) for part in plan.parts))
        tally = _added_up([plan.counts, *counts])
        tally.resumed, tally.seconds = resumed, time.monotonic() - began
        report = tally.to_report(path=url, frozen=plan.frozen)
        dataset.keep(REPORT, report.to_dict())
    except (OSError, CalComError) as error:
        if isinstance(error, ExportError | InvalidRequestError | ConfigurationError):
            raise
        raise ExportError(
            f"the export stopped: {error}. To go on, run the same command again: parts that are written stay"
        ) from error
    return report


# --- here ------------------------------------------------------------------------------------------------------------


def _load(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtraError("an export on a cluster", "dask") from None


def _wait_for(function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
    """Run a coroutine from code that blocks, whether or not a loop runs in this thread (as in a notebook)."""
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal("asyncio") as portal:
        return portal.call(function, *arguments)


def _task(
    client: Callable[[], AsyncCalCom] | None,
    *,
    limiter: str | None,
    base_url: str | None,
    team_id: int | None,
    filters: FilterArguments,
) -> _Task:
    if client is not None:
        if not callable(client):
            raise InvalidRequestError("client: give a function that makes one; a client can't go to other machines")
        if limiter is not None or base_url is not None:
            raise InvalidRequestError("client: the function decides on limiter and base_url; don't give them as well")
        access = Access(make=client)
    else:
        if limiter is None and _has_cluster():
            raise ConfigurationError(
                "limiter: the processes of a cluster share the key's budget through Redis; pass "
                "limiter=\"redis://host:6379/0\" (extra 'redis'), or as client= a function that says how to pace"
            )
        access = Access(base_url=base_url or base_url_from_environment(), limiter=limiter)
    selected = BookingFilters(team_id=team_id, **filters)
    return _Task(access=access, filters=selected, path="bookings" if team_id is None else f"teams/{team_id}/bookings")


def _has_cluster() -> bool:
    """Whether a Dask cluster is the scheduler now."""
    import sys

    distributed = sys.modules.get("distributed")  # whoever has a cluster has loaded it
    if distributed is None:
        return False
    try:
        distributed.default_client()
    except ValueError:
        return False
    return True


async def _planned(task: _Task, rows_each: int) -> tuple[_Task, _Plan]:
    """The windows, each with about so many rows, and the task with the account they are of."""
    if rows_each < 1:
        raise InvalidRequestError("a part holds one booking at least")
    tally = Tally()
    async with task.access.client() as cal:
        account = await account_of(cal)
        fetch = list_source(cal, path=task.path, filters=task.filters, tally=tally).fetch
        opening = await open_range(fetch, task.filters)
        if opening.whole is None:
            parts: tuple[Part, ...] = (Part(number=1, stray=tuple(bytes(raw) for raw in opening.stray.raws)),)
        else:
            windows: tuple[Window, ...] = (opening.whole,)
            if opening.answer.full:
                windows = await _cut(fetch, task.filters, opening.whole, opening.answer.total, rows_each)
            parts = tuple(Part(number=number, window=window) for number, window in enumerate(windows, 1))
    plan = _Plan(frozen=opening.frozen, parts=parts, counts=tally.to_counts())
    return attrs.evolve(task, access=attrs.evolve(task.access, account=account)), plan


async def _cut(
    fetch: Fetch, filters: BookingFilters, whole: Window, total: int | None, rows_each: int
) -> tuple[Window, ...]:
    """Cut the range where the list says that a part's worth of rows has gone by."""
    if total is None:
        return split(whole, UNKNOWN_PARTS)
    count = min(max(1, -(-total // rows_each)), MOST_PARTS)

    async def at(place: int) -> int | None:
        page = await ask(fetch, {"take": 1, "skip": place, "sortCreated": "asc", **created_bounds(filters)})
        return next((row.moment for row in page.rows), None)

    edges = await asyncio.gather(*(at(total * number // count) for number in range(1, count)))
    return cut(whole, (edge for edge in edges if edge is not None))


def _planned_in(dataset: Dataset, task: _Task, rows_each: int) -> tuple[_Task, _Plan, int]:
    """The plan of an unfinished dataset, or a fresh one; and how often it was interrupted."""
    if dataset.read(REPORT) is not None:
        raise InvalidRequestError("a finished dataset stands there; give another URL, or pass restart=True")
    kept = dataset.read(PLAN)
    task, fresh = _wait_for(_planned, task, rows_each) if kept is None else (_wait_for(_named, task), None)
    purpose = {"account": task.access.account, "list": task.path, "filters": task.filters.to_dict()}
    if fresh is not None:
        dataset.make()
        dataset.keep(PLAN, {"release": RELEASE, "purpose": purpose, "resumed": 0} | _to_record(fresh))
        return task, fresh, 0
    assert kept is not None
    if kept.get("release") != RELEASE:
        raise ExportError("an unfinished dataset of another release stands there; pass restart=True to begin anew")
    if kept["purpose"] != purpose:
        differing = sorted(key for key in purpose if purpose[key] != kept["purpose"].get(key))
        raise ExportError(
            f"an unfinished dataset that differs in its {' and '.join(differing)} stands there; give the same "
            "arguments to go on with it, another URL, or restart=True to drop it"
        )
    kept["resumed"] += 1
    dataset.keep(PLAN, kept)
    return task, _from_record(kept), kept["resumed"]


async def _named(task: _Task) -> _Task:
    async with task.access.client() as cal:
        return attrs.evolve(task, access=attrs.evolve(task.access, account=await account_of(cal)))


def _to_record(plan: _Plan) -> dict[str, Any]:
    parts = [
        {
            "number": part.number,
            "window": None if part.window is None else [part.window.start, part.window.end],
            "stray": [raw.decode() for raw in part.stray],
        }
        for part in plan.parts
    ]
    return {"frozen": plan.frozen, "parts": parts, "counts": plan.counts}


def _from_record(record: Mapping[str, Any]) -> _Plan:
    parts = tuple(
        Part(
            number=part["number"],
            window=None if part["window"] is None else Window(*part["window"]),
            stray=tuple(raw.encode() for raw in part["stray"]),
        )
        for part in record["parts"]
    )
    return _Plan(frozen=record["frozen"], parts=parts, counts=record["counts"])


def _added_up(counts: Iterable[Mapping[str, Any]]) -> Tally:
    """One tally of those of all parts."""
    whole = Tally()
    for tally in map(Tally.from_counts, counts):
        for name in ("bookings", "windows", "requests", "retries", "refused", "waited", "duplicates", "malformed"):
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        whole.longest_tie = max(whole.longest_tie, tally.longest_tie)
        whole.digest = join_digests(whole.digest, tally.digest)
        whole.doubts += tally.doubts
        whole.by_status += tally.by_status
    return whole


# --- in the workers --------------------------------------------------------------------------------------------------

_checked: set[str] = set()
"""Accounts that this process was found to have the key of."""


async def _check_account(cal: AsyncCalCom, planned: str) -> None:
    """Refuse to mix accounts: the key of this machine may be another one's."""
    if planned in _checked:
        return
    if await account_of(cal) != planned:
        raise ExportError("a worker has the key of another account than the one that planned; set CALCOM_API_KEY alike")
    _checked.add(planned)


async def _walk(part: Part, task: _Task, tally: Tally, take: Callable[[Rows], None]) -> None:
    """Hand over the rows of a part, page by page."""
    if part.stray:
        rows = read_answer(b'{"data":[' + b",".join(part.stray) + b"]}", PAGE_SIZE).rows
        tally.malformed += len(rows)
        take(rows)
    if part.window is None:
        return
    async with task.access.client() as cal:
        await _check_account(cal, task.access.account)
        fetch = list_source(cal, path=task.path, filters=task.filters, tally=tally).fetch
        async for step in Walk(part.window, fetch, tally).steps():
            take(step.rows)
    tally.windows += 1


def _frame(part: Part, task: _Task) -> pd.DataFrame:
    """The bookings of a part as a dataframe."""
    tables = []
    _wait_for(_walk, part, task, tally := Tally(), lambda rows: tables.append(table_of(rows.raws)))
    if tally.doubts:
        raise ExportError(f"it can't be proven that nothing is missing: {'; '.join(tally.doubts)}")
    return _as_pandas(load_pyarrow().concat_tables([schema().empty_table(), *tables]))


def _as_pandas(table: Any) -> pd.DataFrame:
    import pandas as pd

    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _write_part(part: Part, task: _Task, dataset: Dataset) -> dict[str, Any]:
    """Write the file of a part, unless it is there; returns its counts."""
    record = f"part-{part.number:05d}.json"
    counts = dataset.read(record)
    if counts is None:
        tally = Tally()
        with dataset.writing(dataset.part_name(part.number)) as file:
            _write(file, part, task, tally)
        counts = tally.to_counts()
        dataset.keep(record, counts)
    return counts


def _write(file: Any, part: Part, task: _Task, tally: Tally) -> None:
    """Write the rows of a part as they come, a row group at a time."""
    with load_pyarrow().parquet.ParquetWriter(file, schema(), compression="zstd", use_dictionary=REPEATING) as writer:
        groups = RowGroups(writer, ROWS_PER_GROUP)

        def take(rows: Rows) -> None:
            groups.add(table_of(rows.raws))
            tally.add(rows)

        _wait_for(_walk, part, task, tally, take)
        groups.flush()
