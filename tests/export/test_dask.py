"""The export on a cluster: several processes, one budget, every booking exactly once."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async import AsyncCalCom, ConfigurationError, ExportError, InvalidRequestError, Limiter, MissingExtraError
from calcom_async.export.plan import Window, cut
from calcom_async.export.report import EMPTY_DIGEST, add_to_digest
from calcom_async.sandbox import RateLimit, Sandbox
from tests.redis_server import RedisServer

distributed = pytest.importorskip("distributed")
pytest.importorskip("limits")
pytest.importorskip("redis")
pyarrow = pytest.importorskip("pyarrow")
import fsspec  # noqa: E402 - after the extras were found
from pyarrow import dataset, parquet  # noqa: E402

from calcom_async.export import dask as on_cluster  # noqa: E402
from calcom_async.export.dask import bookings_dataframe, export_dataset  # noqa: E402

KEY = "cal_live_of_the_cluster"
LIMIT = RateLimit(limit=40, window=1.0, block=5.0)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    """A Cal.com with a limit, in the environment of this process and the workers."""
    with (
        Sandbox(bookings=6000, seed=3, rate_limit=LIMIT, api_key=KEY) as sandbox,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("CALCOM_API_KEY", KEY)
        patch.setenv("CALCOM_BASE_URL", sandbox.url)
        yield sandbox


@pytest.fixture(scope="module")
def cluster(world: Sandbox, server: RedisServer) -> Iterator[Any]:
    """A Dask cluster of three processes."""
    with (
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=2, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert len(set(client.run(os.getpid).values()) - {os.getpid()}) == 3
        yield client


@pytest.fixture
def own() -> Iterator[Sandbox]:
    """A Cal.com without a limit, for this machine's threads."""
    with Sandbox(bookings=3000, seed=8, rate_limit=None, api_key=KEY) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CALCOM_API_KEY", KEY)
        patch.setenv("CALCOM_BASE_URL", sandbox.url)
        yield sandbox


def table(url: str) -> Any:
    fs, root = fsspec.core.url_to_fs(url)
    return dataset.dataset(root, filesystem=fs, format="parquet").to_table()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens in another thread."""
    last = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < last
        time.sleep(0.01)


def refusals(sandbox: Sandbox) -> int:
    return sum(1 for request in sandbox.requests if request.status == 429)


# --- on several processes --------------------------------------------------------------------------------------------


def test_a_dataset_holds_every_booking_once_and_no_process_is_refused(
    cluster: Any, world: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    report = export_dataset(f"file://{tmp_path}/bookings", limiter=server.url, rows_per_file=600)
    rows = table(f"file://{tmp_path}/bookings")
    expected = sorted(world.booking_uids())
    assert sorted(rows["uid"].to_pylist()) == expected
    assert (report.bookings, report.complete, report.refused, refusals(world)) == (6000, True, 0, 0)
    assert report.digest == f"{add_to_digest(EMPTY_DIGEST, expected):032x}"
    assert sum(report.by_status.values()) == 6000
    assert report.windows == len(list((tmp_path / "bookings").glob("part-*.parquet"))) >= 8
    assert report.requests <= 6000 / 250 * 1.6 + 2 * report.windows + 4
    assert report.waited > 0
    assert rows.schema.field("start").type == pyarrow.timestamp("ms", tz="UTC")
    assert report.frozen_at.timestamp() * 1000 >= max(
        moment.timestamp() * 1000 for moment in rows["created_at"].to_pylist()
    )


def test_a_dataframe_is_read_by_the_workers(cluster: Any, world: Sandbox, server: RedisServer) -> None:
    everything = bookings_dataframe(limiter=server.url, rows_per_partition=1000)[["uid", "status"]].compute()
    assert sorted(everything["uid"]) == sorted(world.booking_uids())
    cancelled = bookings_dataframe(limiter=server.url, rows_per_partition=200, status="cancelled")
    assert cancelled.npartitions > 1
    assert sorted(cancelled["uid"].compute()) == sorted(
        everything["uid"][everything["status"].isin(["cancelled", "rejected"])]
    )
    assert str(cancelled.dtypes["start"]) == "timestamp[ms, tz=UTC][pyarrow]"
    assert refusals(world) == 0


def test_a_killed_worker_costs_no_booking(cluster: Any, world: Sandbox, server: RedisServer, tmp_path: Path) -> None:
    victim = next(iter(cluster.run(os.getpid).values()))
    before = len(world.requests)

    def kill() -> None:
        while len(world.requests) < before + 30:
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    export_dataset(f"file://{tmp_path}/bookings", limiter=server.url, rows_per_file=1000)
    killer.join()
    assert sorted(table(f"file://{tmp_path}/bookings")["uid"].to_pylist()) == sorted(world.booking_uids())
    assert refusals(world) == 0


def test_processes_without_a_shared_budget_are_refused(cluster: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"limiter: .*redis://host:6379/0"):
        export_dataset(f"file://{tmp_path}/bookings")
    with pytest.raises(ConfigurationError, match="through Redis"):
        bookings_dataframe()


def test_no_key_goes_into_the_graph(cluster: Any, server: RedisServer) -> None:
    frame = bookings_dataframe(limiter=server.url, status="unconfirmed")
    graph = b"".join(pickle.dumps(value) for value in dict(frame.optimize().dask).values())
    assert b"calcom_async" in graph
    assert KEY.encode() not in graph


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc to look processes up in")
def test_no_key_on_a_command_line_of_the_cluster(cluster: Any) -> None:
    ours = [
        folder for folder in Path("/proc").iterdir() if folder.name.isdigit() and f"{os.getpid()}" in ancestors(folder)
    ]
    lines = {folder.name: (folder / "cmdline").read_bytes() for folder in ours}
    assert {str(pid) for pid in cluster.run(os.getpid).values()} <= lines.keys()
    for line in lines.values():
        assert KEY.encode() not in line


def ancestors(process: Path) -> list[str]:
    """The processes that started it, from the nearest on."""
    found: list[str] = []
    with suppress(OSError):
        while (parent := (process / "stat").read_text().rpartition(")")[2].split()[1]) != "0":
            found.append(parent)
            process = process.parent / parent
    return found


# --- on this machine's threads ---------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def threads_unless_asked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that don't ask for the cluster use threads, even while it stands."""
    if "cluster" in request.fixturenames:
        yield
        return
    import dask

    with pytest.MonkeyPatch.context() as patch, dask.config.set(scheduler="threads", num_workers=4):
        patch.setattr(on_cluster, "_has_cluster", lambda: False)
        yield


def test_any_url_of_fsspec(own: Sandbox) -> None:
    report = export_dataset("memory://here/bookings", rows_per_file=500)
    assert sorted(table("memory://here/bookings")["uid"].to_pylist()) == sorted(own.booking_uids())
    fs = fsspec.filesystem("memory")
    assert fs.exists("/here/bookings/_calcom/report.json")
    assert report.path == "memory://here/bookings"
    fs.rm("/here", recursive=True)


async def test_from_a_thread_where_a_loop_runs(own: Sandbox, tmp_path: Path) -> None:
    assert export_dataset(f"file://{tmp_path}/bookings").bookings == 3000


def test_a_function_that_makes_the_client(own: Sandbox, tmp_path: Path) -> None:
    url = own.url

    def make() -> AsyncCalCom:
        return AsyncCalCom(os.environ["CALCOM_API_KEY"], base_url=url, limiter=Limiter(None))

    assert export_dataset(f"file://{tmp_path}/bookings", make, rows_per_file=800).bookings == 3000
    assert len(bookings_dataframe(make, rows_per_partition=800)) == 3000


def test_an_interrupted_one_goes_on_and_keeps_what_is_written(
    own: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"file://{tmp_path}/bookings"
    write, failing = on_cluster._write, {2}
    folder = tmp_path / "bookings"

    def breaking(file: Any, part: Any, *rest: Any) -> None:
        write(file, part, *rest)
        if part.number in failing:
            until(lambda: list(folder.glob("_calcom/part-*.json")) != [])
            raise OSError("the disk is full")

    monkeypatch.setattr(on_cluster, "_write", breaking)
    with pytest.raises(ExportError, match=r"the disk is full\. To go on, run the same command again"):
        export_dataset(url, rows_per_file=500)
    # Threads that are in the middle of a part finish it.
    until(lambda: {p.stem for p in folder.glob("part-*")} == {p.stem for p in folder.glob("_calcom/part-*")})
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*")}
    assert kept
    assert "part-00002.parquet" not in kept
    with pytest.raises(ExportError, match="differs in its filters stands there"):
        export_dataset(url, status="past")
    failing.clear()
    with own.blocking_client() as cal:  # what comes later is not in the frozen set
        before = set(own.booking_uids())
        assert cal.me.get()
    report = export_dataset(url, rows_per_file=500)
    assert (report.bookings, report.resumed, report.complete) == (3000, 1, True)
    assert set(table(url)["uid"].to_pylist()) == before
    now = {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*")}
    assert {name: now[name] for name in kept} == kept


def test_a_finished_one_is_only_replaced_on_request(own: Sandbox, tmp_path: Path) -> None:
    url = f"file://{tmp_path}/bookings"
    export_dataset(url, rows_per_file=300)
    with pytest.raises(InvalidRequestError, match="restart=True"):
        export_dataset(url)
    report = export_dataset(url, restart=True, status="past", rows_per_file=3000)
    assert table(url).num_rows == report.bookings < 3000
    assert sum(path.suffix == ".parquet" for path in (tmp_path / "bookings").iterdir()) == report.windows == 1
    assert (tmp_path / "bookings").stat().st_mode & 0o777 == 0o700


def test_a_place_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("x")
    for target in (tmp_path, tmp_path / "thesis.txt"):
        with pytest.raises(InvalidRequestError, match="of the dataset"):
            export_dataset(f"file://{target}", restart=True, base_url="http://127.0.0.1:1/v2")
    with pytest.raises(InvalidRequestError, match="can't be used"):
        export_dataset("nonsense://x/y", base_url="http://127.0.0.1:1/v2")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_account_without_bookings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(rate_limit=None, api_key=KEY) as sandbox:
        monkeypatch.setenv("CALCOM_API_KEY", KEY)
        report = export_dataset(f"file://{tmp_path}/bookings", base_url=sandbox.url)
        frame = bookings_dataframe(base_url=sandbox.url)
        assert (report.bookings, report.complete, len(frame)) == (0, True, 0)
        assert "attendees" in frame.columns
    assert table(f"file://{tmp_path}/bookings").schema.equals(on_cluster.schema())


def test_a_window_of_any_size_is_written_in_row_groups(
    own: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_cluster, "ROWS_PER_GROUP", 700)
    export_dataset(f"file://{tmp_path}/bookings", rows_per_file=100_000)
    (file,) = (tmp_path / "bookings").glob("part-*.parquet")
    groups = parquet.ParquetFile(file).metadata
    assert groups.num_row_groups >= 3
    assert max(groups.row_group(n).num_rows for n in range(groups.num_row_groups)) < 700 + 250


def test_a_worker_with_another_account_is_found_out(own: Sandbox, tmp_path: Path) -> None:
    keys = iter([own.keys["owner"], *[own.keys["member"]] * 50])
    url = own.url
    on_cluster._checked.clear()
    with pytest.raises(ExportError, match="another account"):
        export_dataset(f"file://{tmp_path}/b", lambda: AsyncCalCom(next(keys), base_url=url))


def test_what_can_not_be_sent_is_refused(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/b"
    with pytest.raises(InvalidRequestError, match="a function that makes one"):
        export_dataset(url, AsyncCalCom("cal_x"))  # type: ignore[arg-type] # the mistake
    with pytest.raises(InvalidRequestError, match="as well"):
        export_dataset(url, AsyncCalCom, limiter="redis://127.0.0.1:1/0")
    with pytest.raises(ConfigurationError, match="AsyncCalCom"):
        export_dataset(url, lambda: 1)  # type: ignore[arg-type,return-value] # the mistake
    with pytest.raises(InvalidRequestError, match="one booking"):
        bookings_dataframe(lambda: AsyncCalCom("cal_x"), rows_per_partition=0)


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "dask", None)
    with pytest.raises(MissingExtraError, match=r"calcom-async\[dask\]"):
        export_dataset("memory://x")


# --- the plan --------------------------------------------------------------------------------------------------------


@given(st.integers(0, 50), st.integers(1, 50), st.lists(st.integers(-10, 120), max_size=20))
def test_cutting_leaves_no_gap_and_no_overlap(start: int, width: int, edges: list[int]) -> None:
    parts = cut(Window(start, start + width), edges)
    assert [moment for part in parts for moment in range(part.start, part.end)] == list(range(start, start + width))
    assert {part.start for part in parts} - {start} == {edge for edge in edges if start < edge < start + width}
