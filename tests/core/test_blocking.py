"""The blocking face: in running loops, many threads, forks, notebooks, and programs that just end."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import inspect
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback
import weakref
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import anyio
import pytest
from aiohttp import web
from loopback import ThreadedLoopback, answer, error

from calcom_async import APITimeoutError, CalCom, ConfigurationError, Limiter, PaginationError
from calcom_async.core.blocking import Runner
from calcom_async.core.operation import Blocking
from calcom_async.core.paging import Listing, Position
from calcom_async.core.records import Record, record
from calcom_async.core.telemetry import Event
from calcom_async.resources.resource import Resource, paginated

forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
HERE = str(Path(__file__).parent)
COUNT = 10


@record
class Thing(Record):
    id: int


class Things(Resource[Blocking]):
    @paginated
    def list(self, *, page_size: int = 3) -> Listing[Thing]:
        return self._list("/things", Thing, page_size=page_size)


async def serve(request: web.BaseRequest) -> web.StreamResponse:
    match request.path:
        case "/v2/slow":
            await asyncio.sleep(30)
            return answer({})
        case "/v2/things":
            skip, take = int(request.query.get("skip", 0)), int(request.query["take"])
            return answer([{"id": number} for number in range(COUNT)][skip : skip + take])
        case "/v2/broken":
            return error(500)
        case _:
            return answer({"path": request.path})


@pytest.fixture
def server() -> Iterator[ThreadedLoopback]:
    with ThreadedLoopback(serve) as server:
        yield server


@pytest.fixture
def client(server: ThreadedLoopback) -> Iterator[CalCom]:
    with CalCom("cal_test_blocking", base_url=server.url, limiter=Limiter(None)) as client:
        yield client


def test_a_call(client: CalCom) -> None:
    assert client.request("GET", "me") == {"status": "success", "data": {"path": "/v2/me"}}


def test_no_thread_before_the_first_call_and_none_after_closing(server: ThreadedLoopback) -> None:
    def threads() -> int:
        return sum(thread.name == "calcom-blocking" for thread in threading.enumerate())

    cal = CalCom("cal_test_blocking", base_url=server.url)
    assert threads() == 0
    cal.request("GET", "me")
    cal.with_options(timeout=5).request("GET", "me")
    assert threads() == 1
    cal.close()
    cal.close()
    assert threads() == 0
    with pytest.raises(ConfigurationError, match="client is closed"):
        cal.request("GET", "me")


def test_who_asks_sniffio_in_the_loop_is_told_of_asyncio(monkeypatch: pytest.MonkeyPatch, client: CalCom) -> None:
    class Sniffio(ModuleType):
        thread_local = threading.local()  # what sniffio looks at before it looks at the context, which is the caller's

    async def name() -> str:
        return str(Sniffio.thread_local.name)

    monkeypatch.setitem(sys.modules, "sniffio", Sniffio("sniffio"))
    assert client._runner.run(name) == "asyncio"
    assert not hasattr(Sniffio.thread_local, "name")


async def test_inside_a_running_loop_as_in_a_notebook(client: CalCom) -> None:
    assert client.request("GET", "me")["data"] == {"path": "/v2/me"}
    assert [thing.id for thing in Things(client._channel).list()] == list(range(COUNT))


def test_from_eight_threads_at_once(client: CalCom) -> None:
    found: dict[int, Any] = {}

    def run(number: int) -> None:
        answers = [client.request("GET", f"{number}/{turn}")["data"]["path"] for turn in range(20)]
        found[number] = answers, [thing.id for thing in Things(client._channel).list()]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {
        number: ([f"/v2/{number}/{turn}" for turn in range(20)], list(range(COUNT))) for number in range(8)
    }


def test_lists_by_item_page_and_all_at_once(client: CalCom, server: ThreadedLoopback) -> None:
    things = Things(client._channel)
    assert [thing.id for thing in things.list()] == list(range(COUNT))
    assert [[thing.id for thing in page.items] for page in things.list(page_size=4).pages()] == [
        [0, 1, 2, 3], [4, 5, 6, 7], [8, 9],
    ]  # fmt: skip
    assert [thing.id for thing in things.list().collect(limit=5)] == [0, 1, 2, 3, 4]
    assert [thing.id for thing in things.list().prefetch(3)] == list(range(COUNT))
    assert [thing.id for thing in things.list().resume(Position(8))] == [8, 9]
    page = things.list().first()
    assert (page.items, len(page), page.has_next, page.position, page.next_position) == (
        [Thing(id=0), Thing(id=1), Thing(id=2)], 3, True, Position(), Position(3),
    )  # fmt: skip
    assert (page.malformed, page.pagination.total, page.response.status) == ([], None, 200)
    following = page.next()
    assert following is not None
    assert following.items[0] == Thing(id=3)
    assert repr(things.list()) == "<BlockingPager of GET /things; iterate, or `.collect()`>"
    unread: Any = things.list()
    with pytest.raises(TypeError, match=r"nothing of this list was read yet: take its `\.collect\(\)`"):
        unread[0]


def test_breaking_out_of_a_list_closes_it_and_the_client_goes_on(client: CalCom, server: ThreadedLoopback) -> None:
    things = Things(client._channel)
    for _ in range(3):
        for thing in things.list():
            if thing.id == 4:
                break
    assert len([seen for seen in server.seen if seen.path == "/v2/things"]) == 6
    assert client.request("GET", "me")["data"] == {"path": "/v2/me"}


def test_a_list_that_is_garbage_in_the_loops_own_thread_is_closed_there(client: CalCom) -> None:
    iterator = iter(Things(client._channel).list())
    assert next(iterator) == Thing(id=0)
    kept: list[Any] = [iterator]
    del iterator

    async def drop() -> None:
        kept.clear()
        gc.collect()

    assert client._channel.runner is not None
    client._channel.runner.run(drop)
    assert client.request("GET", "me")["data"] == {"path": "/v2/me"}


def test_errors_come_through(client: CalCom) -> None:
    with pytest.raises(APITimeoutError):
        client.with_options(timeout=0.05, max_retries=0).request("GET", "slow")


def test_errors_of_a_list_keep_their_position(client: CalCom) -> None:
    class Same(Resource[Blocking]):
        @paginated
        def list(self) -> Listing[Thing]:
            return self._list("/things", Thing, page_size=3, find=lambda data: [{"id": 1}] * 3)

    with pytest.raises(PaginationError) as caught:
        list(Same(client._channel).list())
    assert caught.value.position == Position(3)


def test_a_call_from_the_clients_own_loop_is_refused(server: ThreadedLoopback) -> None:
    refused: list[BaseException] = []

    def hook(event: Event) -> None:
        for call in (lambda: client.request("GET", "other"), client.close):
            try:
                call()
            except ConfigurationError as failed:
                refused.append(failed)

    with CalCom("cal_test_blocking", base_url=server.url, hooks=[hook], limiter=Limiter(None)) as client:
        client.request("GET", "me")
    assert len(refused) == 8
    assert all("use AsyncCalCom in coroutines and hooks" in str(error) for error in refused)


def test_one_method_of_a_client_is_one_function(client: CalCom) -> None:
    assert client.request == client.request
    assert client.request.__name__ == "request"
    assert (client.request.__doc__ or "").startswith("Call any operation")
    assert list(inspect.signature(client.request).parameters)[:2] == ["method", "path"]
    assert not inspect.iscoroutinefunction(client.request)
    things = Things(client._channel)
    assert things.list == things.list
    assert (things.list.__name__, list(inspect.signature(things.list).parameters)) == ("list", ["page_size"])


PLACE = contextvars.ContextVar("PLACE", default="nowhere")


def test_hooks_see_the_context_of_the_caller(server: ThreadedLoopback) -> None:
    told: list[str] = []

    def hook(event: Event) -> None:
        told.append(PLACE.get())
        PLACE.set("the loop")

    with CalCom("cal_test_blocking", base_url=server.url, hooks=[hook], limiter=Limiter(None)) as client:
        for place in ("here", "there"):
            token = PLACE.set(place)
            client.request("GET", "me")
            assert PLACE.get() == place
            PLACE.reset(token)
    assert [place for place in told if place != "the loop"] == ["here", "there"]


# --- a call without a client -----------------------------------------------------------------------------------------


async def nothing() -> None:
    pass


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner(on_close=nothing, on_fork=lambda: None)
    yield runner
    runner.close()


class Failed(Exception):
    """What a call raises here."""


async def failing(kind: type[BaseException] = Failed) -> NoReturn:
    raise kind("on its way")


def test_an_error_names_both_ends_and_is_in_no_circle(runner: Runner) -> None:
    def fail() -> tuple[weakref.ref[Failed], list[str], BaseException | None]:
        try:
            return runner.run(failing)
        except Failed as error:
            frames = traceback.extract_tb(error.__traceback__)
            return weakref.ref(error), [frame.name for frame in frames], error.__context__

    gc.disable()
    try:
        error, names, context = fail()
        assert error() is None
    finally:
        gc.enable()
    assert (names[0], names[-1], context) == ("fail", "failing", None)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_ends_programs_is_the_callers_and_the_loop_lives(runner: Runner, kind: type[BaseException]) -> None:
    with pytest.raises(kind, match="on its way"):
        runner.run(failing, kind)
    assert runner.run(asyncio.sleep, 0, "alive") == "alive"


def test_arguments_of_any_name_come_through(runner: Runner) -> None:
    async def given(*args: Any, **kwargs: Any) -> Any:
        return args, kwargs

    assert runner.run(given, 1, self=2, function=3) == ((1,), {"self": 2, "function": 3})


def test_a_call_that_comes_while_the_loop_is_ending_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    made: list[str] = []

    async def close() -> None:
        asked.set()
        await asyncio.sleep(0.05)

    async def call() -> None:
        made.append("call")

    runner = Runner(on_close=close, on_fork=lambda: None)
    loop = runner._started()
    monkeypatch.setattr(runner, "_started", lambda: loop)  # it was so a moment ago
    closing = threading.Thread(target=runner.close)
    closing.start()
    asked.wait()
    for _ in range(2):  # in the loop's last moments, and when it has gone
        with pytest.raises(ConfigurationError, match="this client was closed in another thread"):
            runner.run(call)
        closing.join()
    assert made == []


def test_closing_at_any_moment_of_many_calls_leaves_nobody_waiting() -> None:
    for moment in range(4):
        runner = Runner(on_close=nothing, on_fork=lambda: None)
        told: list[str] = []

        def calls(runner: Runner = runner, told: list[str] = told) -> None:
            try:
                while True:
                    runner.run(asyncio.sleep, 0)
            except ConfigurationError as error:
                told.append(str(error))

        threads = [threading.Thread(target=calls) for _ in range(4)]
        for thread in threads:
            thread.start()
        runner.run(asyncio.sleep, moment * 0.003)
        runner.close()
        for thread in threads:
            thread.join(5)
        assert len(told) == 4
        assert all("client is closed" in text or "was closed in another thread" in text for text in told)


@pytest.mark.parametrize("path", ["slow", "broken"])
def test_closing_ends_the_calls_of_other_threads(server: ThreadedLoopback, path: str) -> None:
    cal = CalCom("cal_test_blocking", base_url=server.url, limiter=Limiter(None))
    cal._channel.transport._jitter = lambda: 60.0
    caught: list[BaseException] = []

    def run() -> None:
        try:
            cal.request("GET", path)
        except BaseException as failed:
            caught.append(failed)

    thread = threading.Thread(target=run)
    thread.start()
    while not server.seen:
        time.sleep(0.01)
    time.sleep(0.1)
    began = time.monotonic()
    cal.close()
    thread.join(5)
    assert time.monotonic() - began < 30
    assert [type(failed) for failed in caught] == [ConfigurationError]


# --- forks -----------------------------------------------------------------------------------------------------------


@forking
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_after_a_fork_both_go_on(server: ThreadedLoopback, client: CalCom) -> None:
    iterator = iter(Things(client._channel).list())
    assert next(iterator).id == 0
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # a child that hangs must not hang the tests
        try:
            told = [client.request("GET", "child")["data"]["path"], str([thing.id for thing in iterator])]
            fresh = [thing.id for thing in Things(client._channel).list()]
            client.close()
            os.write(writer, f"{told} {len(fresh)}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    _, status = os.waitpid(child, 0)
    told = os.read(reader, 1000).decode()
    os.close(reader)
    assert status == 0
    assert told == "['/v2/child', '[1, 2, 3, 4, 5, 6, 7, 8, 9]'] 10"
    assert client.request("GET", "parent")["data"] == {"path": "/v2/parent"}
    assert [thing.id for thing in iterator] == list(range(1, COUNT))


def run_program(program: str, *, expected: int = 0, timeout: float = 30) -> str:
    preamble = f"""
        import logging, sys, os, signal, threading, time
        logging.getLogger("asyncio").setLevel(logging.ERROR)  # a busy machine is slow, and -X dev would tell of it
        sys.path.insert(0, {HERE!r})
        import test_blocking
        from loopback import ThreadedLoopback
        from calcom_async import CalCom, Limiter

        def client(server, **options):
            return CalCom("cal_test_blocking", base_url=server.url, limiter=Limiter(None), **options)
    """
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(preamble) + textwrap.dedent(program)],
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    assert (done.stderr, done.returncode) == ("", expected)
    return done.stdout


def test_a_program_that_never_closes_ends_without_a_word() -> None:
    shown = run_program("""
        with ThreadedLoopback(test_blocking.serve) as server:
            cal = client(server)
            copy = cal.with_options(timeout=5)
            copy.request("GET", "me")
            walk = iter(test_blocking.Things(cal._channel).list())
            print(next(walk).id)
    """)
    assert shown == "0\n"


def test_a_program_ends_though_a_thread_is_in_the_middle_of_a_call() -> None:
    began = time.monotonic()
    shown = run_program("""
        import asyncio
        server = ThreadedLoopback(test_blocking.serve)
        server.__enter__()
        cal = client(server)
        def quietly():
            try:
                cal.request("GET", "slow")
            except Exception as error:
                pass
        threading.Thread(target=quietly, daemon=True).start()
        while not server.seen:
            time.sleep(0.01)
        server.__exit__()
        print("end")
    """)
    assert shown == "end\n"
    assert time.monotonic() - began < 15


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("what", ['cal.request("GET", "slow")', "list(SlowThings(cal._channel).list())"])
def test_ctrl_c_cancels_the_request_and_the_client_lives(what: str) -> None:
    shown = run_program(f"""
        from calcom_async.resources.resource import paginated, Resource

        class SlowThings(Resource):
            @paginated
            def list(self):
                return self._list("/slow", test_blocking.Thing)

        with ThreadedLoopback(test_blocking.serve) as server, client(server) as cal:
            def interrupt():
                while not server.seen:
                    time.sleep(0.01)
                time.sleep(0.1)
                os.kill(os.getpid(), signal.SIGINT)

            threading.Thread(target=interrupt).start()
            began = time.monotonic()
            try:
                {what}
            except KeyboardInterrupt:
                print("interrupted", time.monotonic() - began < 5)
            print(cal.request("GET", "me")["data"])
            session = cal._channel.transport._session
            print(len(session.connector._acquired))
    """)
    assert shown == "interrupted True\n{'path': '/v2/me'}\n0\n"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_waits_for_a_walk_that_takes_its_time_to_end() -> None:
    ended: list[str] = []

    async def walk() -> AsyncGenerator[int, None]:
        try:
            await asyncio.sleep(30)
            yield 1
        finally:
            with anyio.CancelScope(shield=True):
                await asyncio.sleep(0.2)
            ended.append("walk")

    runner = Runner(on_close=nothing, on_fork=lambda: None)
    iterator = runner.iterate(walk)
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        next(iterator)
    assert ended == ["walk"]
    runner.close()


@forking
def test_multiprocessing_by_fork() -> None:
    shown = run_program("""
        import multiprocessing, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's own warning that forks and threads do not mix

        def child(queue):
            signal.alarm(20)
            queue.put(cal.request("GET", "child")["data"]["path"])

        with ThreadedLoopback(test_blocking.serve) as server, client(server) as cal:
            cal.request("GET", "me")
            context = multiprocessing.get_context("fork")
            queue = context.SimpleQueue()
            processes = [context.Process(target=child, args=(queue,)) for _ in range(3)]
            for process in processes:
                process.start()
            print([queue.get() for _ in processes])
            for process in processes:
                process.join(10)
                print(process.exitcode)
            print(cal.request("GET", "parent")["data"]["path"])
    """)
    assert shown == "['/v2/child', '/v2/child', '/v2/child']\n0\n0\n0\n/v2/parent\n"


@forking
def test_the_child_of_a_fork_may_end_like_any_program() -> None:
    shown = run_program("""
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's own warning that forks and threads do not mix

        server = ThreadedLoopback(test_blocking.serve).__enter__()
        cal = client(server)
        walk = iter(test_blocking.Things(cal._channel).list())
        print(next(walk).id, flush=True)
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            print(cal.request("GET", "child")["data"]["path"], flush=True)
            del server
            sys.exit(7)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        print(cal.request("GET", "parent")["data"]["path"])
        server.__exit__()
    """)
    assert shown == "0\n/v2/child\n7\n/v2/parent\n"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_the_signal_module_is_left_as_it_was(client: CalCom) -> None:
    before = signal.getsignal(signal.SIGINT)
    client.request("GET", "me")
    assert signal.getsignal(signal.SIGINT) is before
