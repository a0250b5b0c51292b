"""The pytest plugin: a local Cal.com for each test that asks for one, and clients of it.

Nothing is imported before a test asks, and no plugin for coroutines is needed: the sandbox runs in a thread, so that
blocking code, pytest-asyncio and anyio's own plugin are all served alike.

`@pytest.mark.calcom(...)` on a test, class or module (`pytestmark`) says what it should be like; where several do, the
closest one counts. It takes every argument of `Sandbox` (`bookings=`, `faults=`, `profile=`, `world=`, `now=`,
`rate_limit=` …), and:

- `scope="session"`: one sandbox for all tests that ask for the same one;
- `client={…}`: arguments for the clients, such as `max_retries`;
- `cassette=True` or a name: recorded answers in place of the sandbox; `match=`, as in `Cassette`.
"""

from __future__ import annotations

import functools
import gc
import inspect
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from calcom_async import AsyncCalCom, CalCom
    from calcom_async.testing.cassette import Cassette
    from calcom_async.testing.local import LocalCalCom
    from calcom_async.testing.request_log import RequestLog

Open: TypeAlias = "Callable[[Mapping[str, Any]], LocalCalCom]"
_OF_THE_PLUGIN = ("scope", "client", "cassette", "match")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--calcom-record`."""
    parser.getgroup("calcom", "Cal.com").addoption(
        "--calcom-record",
        action="store_true",
        default=False,
        help="record cassettes anew from the account of CALCOM_API_KEY (and CALCOM_BASE_URL), redacted",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "calcom(**options): what the local Cal.com of a test is like; see calcom_async.testing.plugin"
    )


# --- servers ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def calcom_options() -> Mapping[str, Any]:
    """Options for every test, below those of its markers. Override it in `conftest.py`."""
    return {}


@pytest.fixture(scope="session")
def calcom_redact() -> tuple[str, ...]:
    """Texts to take out of recordings, besides what is always taken out. Override it in `conftest.py`."""
    return ()


@pytest.fixture(scope="session")
def _calcom_shared() -> Iterator[Open]:
    """Opens the sandboxes that live as long as the session, each kind once."""
    from calcom_async.testing.local import LocalCalCom

    opened: dict[str, LocalCalCom] = {}
    with ExitStack() as stack:

        def get(options: Mapping[str, Any]) -> LocalCalCom:
            key = repr(sorted(options.items()))
            if key not in opened:
                opened[key] = stack.enter_context(LocalCalCom(**options))
            return opened[key]

        yield get


@pytest.fixture(scope="session")
def calcom_sandbox_session(_calcom_shared: Open, calcom_options: Mapping[str, Any]) -> LocalCalCom:
    """One local Cal.com for the whole session, as `calcom_options` has it. What tests write stays."""
    return _calcom_shared(_for_sandbox(calcom_options))


@pytest.fixture
def calcom_sandbox(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, calcom_options: Mapping[str, Any]
) -> Iterator[LocalCalCom]:
    """A local Cal.com: fresh for this test, or with `scope="session"` the one that others with the same options use.

    `CALCOM_BASE_URL` and `CALCOM_API_KEY` point to it, so that clients which the code under test makes use it, too.
    """
    from calcom_async.testing.local import LocalCalCom

    options = _options(request, calcom_options)
    if options.get("cassette"):
        pytest.fail("this test plays a cassette; calcom_sandbox can't be had beside it", pytrace=False)
    of_sandbox = _for_sandbox(options)
    with ExitStack() as stack:
        if options.get("scope", "function") == "session":
            faults = of_sandbox.pop("faults", ())
            sandbox: LocalCalCom = request.getfixturevalue("_calcom_shared")(of_sandbox)
            sandbox.faults.clear()
            sandbox.requests.clear()
            for each in faults:
                sandbox.faults.add(each)
            stack.callback(sandbox.faults.clear)
        else:
            sandbox = stack.enter_context(LocalCalCom(**of_sandbox))
        _point_to(monkeypatch, sandbox)
        yield sandbox


@pytest.fixture
def calcom_cassette(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    calcom_options: Mapping[str, Any],
    calcom_redact: tuple[str, ...],
) -> Iterator[Cassette]:
    """Recorded answers, from `cassettes/` beside the test's file; `--calcom-record` records them anew.

    A request that was not recorded is answered with an error, and fails the test at its end.
    """
    from calcom_async.settings import api_key_from_environment, base_url_from_environment
    from calcom_async.testing.cassette import Cassette

    options = _options(request, calcom_options)
    path = _cassette_path(request, options.get("cassette", True))
    record = bool(request.config.getoption("--calcom-record"))
    key = api_key_from_environment()
    if record and key is None:
        pytest.fail("--calcom-record needs the key of an account in CALCOM_API_KEY", pytrace=False)
    if not record and not path.exists():
        pytest.fail(f"there is no {path}: run pytest --calcom-record once, with CALCOM_API_KEY set", pytrace=False)
    given = {"match": options["match"]} if "match" in options else {}
    if record and key is not None:
        given |= {"record": True, "base_url": base_url_from_environment(), "api_key": key}
    with Cassette(path, redact=calcom_redact, **given) as cassette:
        _point_to(monkeypatch, cassette)
        yield cassette
    if cassette.unknown:
        pytest.fail("\n".join(cassette.unknown) + "\nrun pytest --calcom-record to record anew", pytrace=False)


@pytest.fixture
def _calcom_server(request: pytest.FixtureRequest, calcom_options: Mapping[str, Any]) -> LocalCalCom | Cassette:
    """What the clients talk to."""
    cassette = _options(request, calcom_options).get("cassette") or "calcom_cassette" in request.fixturenames
    server: LocalCalCom | Cassette = request.getfixturevalue("calcom_cassette" if cassette else "calcom_sandbox")
    return server


@pytest.fixture
def calcom_requests(_calcom_server: LocalCalCom | Cassette) -> RequestLog:
    """What was asked so far, with `assert_one`, `assert_none` and `assert_count`."""
    return _calcom_server.requests


# --- clients ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def calcom(
    request: pytest.FixtureRequest, _calcom_server: LocalCalCom | Cassette, calcom_options: Mapping[str, Any]
) -> Iterator[CalCom]:
    """A blocking client of the test's Cal.com, with its owner's key."""
    with _calcom_server.blocking_client(**_options(request, calcom_options).get("client", {})) as client:
        yield client


@pytest.fixture
def calcom_async_client(
    request: pytest.FixtureRequest, _calcom_server: LocalCalCom | Cassette, calcom_options: Mapping[str, Any]
) -> Iterator[AsyncCalCom]:
    """An async client of the test's Cal.com, with its owner's key. Nobody has to close it."""
    client = _calcom_server.client(**_options(request, calcom_options).get("client", {}))
    node = request.node
    if isinstance(node, pytest.Function) and inspect.iscoroutinefunction(node.obj):
        node.obj = _closing(node.obj, client)
    yield client
    _close_left(client)


@pytest.fixture
def async_calcom(calcom_async_client: AsyncCalCom) -> AsyncCalCom:
    """`calcom_async_client`, by a shorter name."""
    return calcom_async_client


def _closing(test: Any, client: AsyncCalCom) -> Any:
    """The test, which closes the client's connections at its end: there its event loop runs, whoever made it."""

    @functools.wraps(test)
    async def closing(*arguments: Any, **named: Any) -> Any:
        try:
            return await test(*arguments, **named)
        finally:
            await client.close()
            client._channel.transport._closed = False  # fixtures that end later may still call

    return closing


def _close_left(client: AsyncCalCom) -> None:
    """Close a client that a blocking test used in a loop of its own, which may be gone, and used no `async with`."""
    transport = client._channel.transport
    loop = transport._loop
    if loop is None or loop.is_running():
        return
    if not loop.is_closed():
        loop.run_until_complete(client.close())
    elif transport._abandon is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # of asyncio, for sockets that nobody can close in order
            transport._abandon()
            transport._session = None
            gc.collect()


# --- options ---------------------------------------------------------------------------------------------------------


def _options(request: pytest.FixtureRequest, standard: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for, the closest marker first."""
    options = dict(standard)
    for marker in reversed(list(request.node.iter_markers("calcom"))):
        if marker.args:
            pytest.fail("pytest.mark.calcom takes named options only", pytrace=False)
        options.update(marker.kwargs)
    _for_sandbox(options)
    return options


def _for_sandbox(options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `Sandbox` among the options; a slip of the pen fails the test."""
    from calcom_async.sandbox import Sandbox

    known = list(inspect.signature(Sandbox).parameters)
    unknown = [name for name in options if name not in known and name not in _OF_THE_PLUGIN]
    if unknown:
        every = ", ".join([*known, *_OF_THE_PLUGIN])
        pytest.fail(f"pytest.mark.calcom has no option {unknown[0]!r}; it has {every}", pytrace=False)
    if options.get("scope", "function") not in ("function", "session"):
        pytest.fail(f"scope= is 'function' or 'session', not {options['scope']!r}", pytrace=False)
    return {name: value for name, value in options.items() if name in known}


def _cassette_path(request: pytest.FixtureRequest, named: Any) -> Path:
    """`cassettes/<name>.json` beside the test's file; by default, the name is that of the module and the test."""
    name = named if isinstance(named, str) else f"{request.path.stem}.{request.node.name}"
    return request.path.parent / "cassettes" / (re.sub(r"[^\w.-]+", "-", name) + ".json")


def _point_to(monkeypatch: pytest.MonkeyPatch, server: LocalCalCom | Cassette) -> None:
    monkeypatch.setenv("CALCOM_BASE_URL", server.url)
    monkeypatch.setenv("CALCOM_API_KEY", server.api_key)
