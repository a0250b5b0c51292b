"""What `auth=` takes, what it excludes, and what sends which headers."""

from __future__ import annotations

import asyncio
import functools
import pickle
import threading
from typing import Any

import pytest
from aiohttp import web
from loopback import Loopback, answer, error

from calcom_async import (
    AsyncCalCom,
    AuthenticationError,
    CalCom,
    ConfigurationError,
    KeySource,
    Lease,
    Limiter,
    ManagedUser,
    OAuth2,
    PlatformClient,
)
from calcom_async.accounts import Account
from calcom_async.core.auth import ApiKey, Auth, NoAuth, Renewable, Renewing
from calcom_async.core.auth_given import credential
from calcom_async.settings import Hidden

BASE = "http://127.0.0.1:1/v2"


class Own:
    """A credential of somebody else's making."""

    identity = "mine"

    async def headers(self) -> dict[str, str]:
        return {"Authorization": "Own 1"}


class Asker:
    """A plain function, to look at, that gives a coroutine."""

    def __init__(self, ask: Any) -> None:
        self.ask = ask

    def __call__(self) -> Any:
        return self.ask()


async def echo(request: web.BaseRequest) -> web.StreamResponse:
    return answer({name.lower(): value for name, value in request.headers.items()})


async def sent_by(auth: Any) -> dict[str, str]:
    async with Loopback(echo) as server, AsyncCalCom(auth=auth, base_url=server.url, limiter=Limiter(None)) as cal:
        return (await cal.request("GET", "x"))["data"]


@pytest.mark.parametrize(
    "auth", ["cal_given", ApiKey("cal_given"), lambda: "cal_given", KeySource(lambda: Lease("cal_given", 60))]
)
async def test_keys_and_what_gives_them(auth: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_environment")
    assert (await sent_by(auth))["authorization"] == "Bearer cal_given"


async def test_a_coroutine_function_and_one_that_gives_a_coroutine() -> None:
    async def ask() -> str:
        return "cal_given"

    assert (await sent_by(ask))["authorization"] == "Bearer cal_given"
    assert (await sent_by(functools.partial(ask)))["authorization"] == "Bearer cal_given"
    assert (await sent_by(Asker(ask)))["authorization"] == "Bearer cal_given"


async def test_a_platform_client_proves_itself_by_two_headers() -> None:
    headers = await sent_by(PlatformClient("client-1", "s3cret"))
    assert (headers["x-cal-client-id"], headers["x-cal-secret-key"]) == ("client-1", "s3cret")
    assert "authorization" not in headers


async def test_a_credential_of_somebody_elses_making() -> None:
    assert (await sent_by(Own()))["authorization"] == "Own 1"


async def test_no_credential() -> None:
    assert "authorization" not in await sent_by(NoAuth())


@pytest.mark.parametrize("kind", [AsyncCalCom, CalCom])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"auth": "cal_a", "api_key": "cal_b"}, "auth= and api_key= exclude each other"),
        ({"auth": "cal_a", "account": "work"}, "account= and auth= exclude each other"),
        ({"auth": "cal_a", "anonymous": True}, "auth= and anonymous=True exclude each other"),
        ({"auth": 7}, "auth= is int; pass an API key, OAuth2"),
        ({"auth": OAuth2}, "auth= is the class OAuth2; pass one of it"),
        ({"auth": ""}, "the API key is empty"),
    ],
)
def test_what_can_not_be(kind: Any, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        kind(base_url=BASE, **arguments) if "account" not in arguments else kind(**arguments)
    assert "cal_" not in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: OAuth2(" "),
        lambda: OAuth2("a", "b c"),
        lambda: PlatformClient("a\n", "é"),
        lambda: PlatformClient("", "b"),
        lambda: ManagedUser("7", PlatformClient("a", "b")),
    ],
)  # type: ignore[arg-type] # a caller without a type checker
def test_what_can_not_be_in_a_header(make: Any) -> None:
    with pytest.raises(ConfigurationError):
        make()


def test_which_protocols_they_keep() -> None:
    platform = PlatformClient("a", "b")
    assert all(isinstance(one, Auth) for one in (ApiKey("cal_x"), NoAuth(), platform, KeySource(lambda: ""), Own()))
    assert all(isinstance(one, Renewable) for one in (OAuth2("a"), ManagedUser(7, platform)))
    assert isinstance(KeySource(lambda: ""), Renewing)
    assert not isinstance(ApiKey("cal_x"), Renewing)


def test_an_account_as_a_value() -> None:
    given = Account(name="work", api_key=Hidden("cal_work"), base_url=BASE)
    client = AsyncCalCom(account=given)
    assert (client.base_url, client._channel.transport.auth.identity) == (BASE, "cal_work")


def test_identities_stay_when_secrets_change() -> None:
    assert PlatformClient("a", "one").identity == PlatformClient("a", "two").identity == "platform client a"
    assert ManagedUser(7, PlatformClient("a", "b")).identity == "managed user 7 of a"
    assert KeySource(lambda: "x", identity="vault").identity == KeySource(lambda: "y", identity="vault").identity
    assert KeySource(lambda: "x").identity != KeySource(lambda: "x").identity


@pytest.mark.parametrize(
    "auth", [PlatformClient("a", "s3cret"), KeySource(lambda: "s3cret"), ManagedUser(7, PlatformClient("a", "s3cret"))]
)
def test_nothing_is_pickled_or_shown(auth: Any) -> None:
    assert "s3cret" not in repr(auth)
    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps(auth)
    assert "s3cret" not in repr(AsyncCalCom(auth=auth, base_url=BASE))


# --- functions that give keys ----------------------------------------------------------------------------------------


async def test_a_text_holds_for_one_call_and_a_lease_for_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("calcom_async.core.auth_source.time.monotonic", lambda: now)
    asked: list[str] = []

    def give(kind: Any) -> Any:
        def ask() -> Any:
            asked.append("x")
            return kind

        return KeySource(ask)

    each, leased = give("cal_a"), give(Lease("cal_b", 60))
    for _ in range(3):
        await each.headers()
    assert len(asked) == 3
    for at in (0, 59.9, 60, 61):
        now = at
        await leased.headers()
    assert len(asked) == 5


async def test_calls_at_the_same_time_share_one_question_in_a_thread_of_its_own() -> None:
    threads: list[int] = []
    let_go = threading.Event()

    def ask() -> str:
        threads.append(threading.get_ident())
        let_go.wait(10)
        return "cal_a"

    source = KeySource(ask)
    calls = [asyncio.create_task(source.headers()) for _ in range(5)]
    while not threads:
        await asyncio.sleep(0.001)
    let_go.set()
    assert {(await call)["Authorization"] for call in calls} == {"Bearer cal_a"}
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_a_refused_key_is_asked_for_once_more() -> None:
    keys = iter(["cal_old", "cal_new", "cal_none"])
    source = KeySource(lambda: Lease(next(keys), 3600))

    async def only_new(request: web.BaseRequest) -> web.StreamResponse:
        return answer(1) if request.headers["Authorization"] == "Bearer cal_new" else error(401, "Invalid API Key")

    async with (
        Loopback(only_new) as server,
        AsyncCalCom(auth=source, base_url=server.url, limiter=Limiter(None)) as cal,
    ):
        assert (await cal.request("POST", "x"))["data"] == 1
        assert [one.headers["authorization"] for one in server.seen] == ["Bearer cal_old", "Bearer cal_new"]


async def test_a_key_that_stays_refused_is_not_sent_again() -> None:
    async def never(_: web.BaseRequest) -> web.StreamResponse:
        return error(401, "Invalid API Key")

    source = KeySource(lambda: Lease("cal_same", 3600))
    async with Loopback(never) as server, AsyncCalCom(auth=source, base_url=server.url, limiter=Limiter(None)) as cal:
        with pytest.raises(AuthenticationError, match="the function that gives the keys gives none"):
            await cal.request("GET", "x")
        assert len(server.seen) == 1


@pytest.mark.parametrize("given", [None, b"cal_x", "", "cal_a b"])
async def test_a_function_that_gives_no_key(given: Any) -> None:
    with pytest.raises(ConfigurationError):
        await sent_by(lambda: given)


async def test_what_a_function_raises_comes_through() -> None:
    class VaultIsSealed(Exception):
        pass

    def ask() -> str:
        raise VaultIsSealed

    with pytest.raises(VaultIsSealed):
        await sent_by(ask)


def test_credential_keeps_what_is_one() -> None:
    own = Own()
    assert credential(own) is own
