"""The two clients: how they are made, copied, asked for anything, and what they refuse."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import weakref
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

import calcom_async
from calcom_async import AsyncCalCom, CalCom, ConfigurationError, InvalidRequestError, Limiter
from calcom_async.core.auth import ApiKey, NoAuth
from calcom_async.core.telemetry import CallEnded, CallStarted, Event, RequestSent, ResponseReceived

BASE = "http://127.0.0.1:9/v2"


class Echo:
    """Answers with what it was asked."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.url = ""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        self.seen.append(
            {
                "method": request.method,
                "path": request.raw_path,
                "headers": {name.lower(): value for name, value in request.headers.items()},
                "body": json.loads(body) if body else None,
            }
        )
        if request.path.endswith("/empty"):
            return web.Response(status=204)
        return web.json_response({"status": "success", "data": request.raw_path})


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    echo = Echo()
    runner = web.ServerRunner(web.Server(echo.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    echo.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v2"
    yield echo
    await runner.cleanup()


@pytest.fixture(params=[AsyncCalCom, CalCom])
def kind(request: pytest.FixtureRequest) -> type[AsyncCalCom | CalCom]:
    kind: type[AsyncCalCom | CalCom] = request.param
    return kind


# --- making one ------------------------------------------------------------------------------------------------------


def test_the_key_comes_from_the_argument_or_the_environment(
    kind: type[AsyncCalCom], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_env")
    monkeypatch.setenv("CALCOM_BASE_URL", "https://cal.example/api/v2/")

    def identity(client: AsyncCalCom) -> str:
        return str(client._channel.transport.auth.identity)

    assert identity(kind()) == "cal_env"
    assert identity(kind("cal_argument")) == "cal_argument"
    assert identity(kind(anonymous=True)) == "anonymous"
    assert kind().base_url == "https://cal.example/api/v2"
    assert kind(base_url=BASE).base_url == BASE


def test_without_a_key_it_says_what_to_do(kind: type[AsyncCalCom], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALCOM_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="CALCOM_API_KEY"):
        kind()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"api_key": ""}, "API key is empty"),
        ({"api_key": "cal_x", "anonymous": True}, "exclude each other"),
        ({"base_url": "http://10.0.0.7/v2"}, "plain http"),
        ({"base_url": "nonsense"}, "must look like"),
        ({"timeout": 0}, "timeout: must be more than 0"),
        ({"connect_timeout": -1}, "connect_timeout: must be more than 0"),
        ({"max_retries": -1}, "max_retries: can't be negative"),
        ({"retry_budget": -0.1}, "retry_budget: can't be negative"),
    ],
)
def test_what_can_not_work_is_refused(kind: type[AsyncCalCom], arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        kind(**({"api_key": "cal_x"} | arguments))


def test_a_client_shows_where_it_goes_and_no_key(kind: type[AsyncCalCom]) -> None:
    client = kind("cal_live_5ecret", base_url=BASE)
    assert repr(client).startswith(f"{kind.__name__}('{BASE}', ApiKey(*** sha256:")
    assert "5ecret" not in repr(client) + str(vars(client)) + repr(client._channel) + str(
        vars(client._channel.transport)
    )
    assert isinstance(client._channel.transport.auth, ApiKey)
    assert repr(kind(anonymous=True, base_url=BASE)) == f"{kind.__name__}('{BASE}', NoAuth())"


@pytest.mark.parametrize("save", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_client_can_not_be_copied_by_pickling(kind: type[AsyncCalCom], save: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="a client can't be pickled"):
        save(kind("cal_x", base_url=BASE))


def test_a_client_takes_no_connection_and_no_loop_before_its_first_call(kind: type[AsyncCalCom]) -> None:
    client = kind("cal_x", base_url=BASE)
    assert client._channel.transport._session is None


# --- copies ----------------------------------------------------------------------------------------------------------


def test_with_options_is_a_copy_on_the_same_pool_and_limiter(kind: type[AsyncCalCom]) -> None:
    client = kind("cal_x", base_url=BASE)
    slow = client.with_options(timeout=120, max_retries=0, strict=True, connect_timeout=3, retry_budget=7)
    assert type(slow) is kind
    assert slow._channel.transport is client._channel.transport
    assert slow._channel.runner is client._channel.runner
    assert slow.limiter is client.limiter
    options, before = slow._channel.options, client._channel.options
    assert (options.timeout, options.connect_timeout, options.strict) == (120, 3, True)
    assert (options.retry.max_retries, options.retry.budget) == (0, 7)
    assert (before.timeout, before.strict, before.retry.max_retries) == (60.0, False, 3)


def test_options_add_up(kind: type[AsyncCalCom]) -> None:
    client = kind("cal_x", base_url=BASE).with_options(timeout=5).with_options(api_version="2024-08-13")
    assert (client._channel.options.timeout, client._channel.options.api_version) == (5, "2024-08-13")
    assert client.with_options(api_version=None)._channel.options.api_version is None


def test_a_copy_keeps_its_client_alive() -> None:
    client = AsyncCalCom("cal_x", base_url=BASE)
    alive = weakref.ref(client)
    slow = client.with_options(timeout=1)
    del client
    gc.collect()
    assert alive() is not None
    assert slow.base_url == BASE


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"connect_timeout": 0}, {"max_retries": -1}, {"retry_budget": -1}])
def test_options_that_make_no_sense_are_refused(kind: type[AsyncCalCom], wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ConfigurationError, match=name):
        kind("cal_x", base_url=BASE).with_options(**wrong)


async def test_a_copy_may_have_hooks_of_its_own(echo: Echo) -> None:
    everywhere: list[Event] = []
    here: list[Event] = []
    async with AsyncCalCom("cal_x", base_url=echo.url, limiter=Limiter(None), hooks=[everywhere.append]) as cal:
        await cal.request("GET", "one")
        await cal.with_options(hooks=[here.append]).request("GET", "two")
    assert [event.path for event in everywhere] == ["/one"] * 4 + ["/two"] * 4
    started, sent, received, ended = here
    assert isinstance(started, CallStarted)
    assert isinstance(ended, CallEnded)
    assert isinstance(sent, RequestSent)
    assert isinstance(received, ResponseReceived)
    assert (sent.path, received.status, received.attempt) == ("/two", 200, 0)


# --- any operation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("me", "/v2/me"),
        ("/me/", "/v2/me"),
        ("v2/me", "/v2/me"),
        ("/v2/bookings/abc", "/v2/bookings/abc"),
        ("bookings/a b", "/v2/bookings/a%20b"),
        ("bookings/a%20b", "/v2/bookings/a%20b"),
        ("bookings/a%2Fb", "/v2/bookings/a%2Fb"),
        ("bookings/{bookingUid}", "/v2/bookings/%7BbookingUid%7D"),
        ("bookings/a%252e", "/v2/bookings/a%252e"),
        ("bookings/é", "/v2/bookings/%C3%A9"),
    ],
)
async def test_request_quotes_each_segment(echo: Echo, path: str, asked: str) -> None:
    async with AsyncCalCom("cal_x", base_url=echo.url, limiter=Limiter(None)) as cal:
        assert await cal.request("get", path) == {"status": "success", "data": asked}
    assert echo.seen[0]["method"] == "GET"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("", "is empty"),
        ("/", "is empty"),
        ("v2", "is empty"),
        ("bookings//attendees", "is empty"),
        ("bookings/%20", "is empty"),
        ("../me", "can't be part"),
        ("bookings/../me", "can't be part"),
        ("bookings/%2e%2E/me", "can't be part"),
        ("bookings/a\nb", "can't be part"),
        ("bookings/%0d%0a", "is empty"),
        ("bookings?take=1", "params="),
        ("bookings#top", "params="),
        ("https://elsewhere.example/v2/me", "below the base URL"),
    ],
)
async def test_a_path_that_leaves_its_place_is_refused_before_sending(echo: Echo, path: str, says: str) -> None:
    async with AsyncCalCom("cal_x", base_url=echo.url) as cal:
        with pytest.raises(InvalidRequestError, match=says):
            await cal.request("GET", path)
    assert echo.seen == []


async def test_params_body_and_version(echo: Echo) -> None:
    async with AsyncCalCom("cal_x", base_url=echo.url, limiter=Limiter(None)) as cal:
        params = {"take": 1, "status": ["past", "upcoming"], "to": "a,b:c d", "x": None, "ok": True}
        found = await cal.request("GET", "bookings", params=params)
        await cal.request("POST", "bookings", json={"start": None, "é": [1.5]}, api_version="2024-08-13")
        assert await cal.request("DELETE", "empty") is None
    assert found["data"] == "/v2/bookings?take=1&status=past&status=upcoming&to=a,b:c+d&ok=true"
    assert echo.seen[1]["body"] == {"start": None, "é": [1.5]}
    assert echo.seen[1]["headers"]["cal-api-version"] == "2024-08-13"


async def test_without_a_credential_no_header_goes_out(echo: Echo) -> None:
    async with AsyncCalCom(anonymous=True, base_url=echo.url, limiter=Limiter(None)) as cal:
        await cal.request("GET", "slots")
        assert isinstance(cal._channel.transport.auth, NoAuth)
    assert "authorization" not in echo.seen[0]["headers"]


async def test_request_raw_gives_the_bytes_as_they_came(echo: Echo) -> None:
    async with AsyncCalCom("cal_x", base_url=echo.url, limiter=Limiter(None)) as cal:
        response = await cal.request_raw("GET", "me")
    assert (response.status, response.body) == (200, b'{"status": "success", "data": "/v2/me"}')
    assert response.headers["content-type"] == "application/json; charset=utf-8"


def test_the_blocking_client_does_the_same(cal: CalCom) -> None:
    assert cal.request("GET", "me")["data"]["email"].endswith("@example.com")
    assert cal.request_raw("GET", "v2/me").status == 200
    with pytest.raises(InvalidRequestError, match="can't be part"):
        cal.request("GET", "../me")


# --- the public face -------------------------------------------------------------------------------------------------


def test_every_public_name_is_there() -> None:
    assert {name for name in calcom_async.__all__ if getattr(calcom_async, name) is None} == set()
    assert dir(calcom_async) == sorted(calcom_async.__all__)


def test_a_name_that_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Calcom'"):
        _ = calcom_async.Calcom  # type: ignore[attr-defined] # the point of the test


@pytest.mark.parametrize("name", ["me", "bookings", "event_types", "schedules", "slots", "teams", "webhooks"])
def test_resources_are_made_once(kind: type[AsyncCalCom], name: str) -> None:
    client = kind("cal_x", base_url=BASE)
    assert getattr(client, name) is getattr(client, name)
    assert getattr(client, name)._channel is client._channel
    assert getattr(client.with_options(timeout=1), name)._channel.options.timeout == 1


@pytest.mark.parametrize("wrong", ["", None, True, 1.5])
def test_a_scope_of_no_id_is_refused(kind: type[AsyncCalCom], wrong: Any) -> None:
    client = kind("cal_x", base_url=BASE)
    for scope in (client.team, client.event_type):
        with pytest.raises(InvalidRequestError):
            scope(wrong)


async def test_the_wrong_with_names_the_right_one() -> None:
    a_client: Any = AsyncCalCom("cal_x", base_url=BASE)
    with pytest.raises(TypeError, match="use `async with`, or the blocking client CalCom"), a_client:
        pass
    a_client = CalCom("cal_x", base_url=BASE)
    with pytest.raises(TypeError, match="use a plain `with`, or the client AsyncCalCom"):
        async with a_client:
            pass
