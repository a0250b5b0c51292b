"""OAuth 2.0 on the wire of a local Cal.com: renewed in time, once, on the disk first; and what a lost answer does."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from calcom_async import (
    AmbiguousWriteError,
    APIConnectionError,
    AsyncCalCom,
    AuthenticationError,
    CalCom,
    ConfigurationError,
    FileTokens,
    Limiter,
    MemoryTokens,
    OAuth2,
    PermissionDeniedError,
    RateLimitError,
    TokenRefreshError,
    TokenRefreshLostError,
    Tokens,
)
from calcom_async.sandbox import Sandbox

TOKEN = "/v2/auth/oauth2/token"


class World:
    """A local Cal.com, a client of it, and a user who has agreed."""

    def __init__(self, sandbox: Sandbox, *, public: bool = True, scopes: tuple[str, ...] = ()) -> None:
        self.sandbox = sandbox
        self.client = sandbox.oauth_client(redirect_uris=["http://127.0.0.1:1/"], public=public, scopes=scopes)
        self.store = MemoryTokens(self.issued())

    def issued(self, **fields: Any) -> Tokens:
        given = self.sandbox.oauth_tokens(self.client)
        return Tokens(access_token=given.access_token, refresh_token=given.refresh_token, **fields)

    def auth(self, store: Any = None) -> OAuth2:
        return OAuth2(self.client.client_id, self.client.client_secret, token_store=store or self.store)

    def cal(self, auth: OAuth2 | None = None, **options: Any) -> AsyncCalCom:
        return AsyncCalCom(auth=auth or self.auth(), base_url=self.sandbox.url, limiter=Limiter(None), **options)

    @property
    def seen(self) -> list[tuple[str, str, int | None]]:
        return [(one.method, one.path, one.status) for one in self.sandbox.requests]

    @property
    def renewals(self) -> int:
        return sum(path == TOKEN for _, path, _ in self.seen)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with Sandbox(seed=1, rate_limit=None) as sandbox:
        yield World(sandbox)


# --- renewing --------------------------------------------------------------------------------------------------------


async def test_a_good_token_is_used_as_it_is(world: World) -> None:
    async with world.cal() as cal:
        assert (await cal.me.get()).name == "Owner Example"
    assert world.seen == [("GET", "/v2/me", 200)]


async def test_a_token_is_renewed_before_its_end(world: World) -> None:
    now = 1_000_000.0
    auth = world.auth(MemoryTokens(world.issued(issued_at=now, expires_at=now + 1800)))
    auth._clock = lambda: now
    async with world.cal(auth) as cal:
        now += 1739
        await cal.me.get()
        assert world.renewals == 0
        now += 1  # a minute before its end
        await cal.me.get()
        await cal.me.get()
    assert world.seen == [("GET", "/v2/me", 200), ("POST", TOKEN, 200), ("GET", "/v2/me", 200), ("GET", "/v2/me", 200)]
    kept = await auth.token_store.load()
    assert kept is not None
    assert (kept.issued_at, kept.expires_at) == (now, now + 1800)


@pytest.mark.parametrize("public", [True, False])
async def test_a_refused_token_is_renewed_and_the_call_sent_again_once(public: bool) -> None:
    async with Sandbox(seed=1, rate_limit=None) as sandbox:
        world = World(sandbox, public=public)
        before = await world.store.load()
        async with world.cal() as cal:
            sandbox.clock.advance(hours=1)
            assert (await cal.me.get()).name == "Owner Example"
        assert world.seen == [("GET", "/v2/me", 401), ("POST", TOKEN, 200), ("GET", "/v2/me", 200)]
        after = await world.store.load()
        assert before is not None
        assert after is not None
        assert after.refresh_token != before.refresh_token


async def test_a_refused_write_is_sent_again_and_done_once(world: World) -> None:
    world.sandbox.clock.advance(hours=1)
    async with world.cal() as cal:
        await cal.schedules.create(name="Nights", time_zone="Europe/London", is_default=False)
    assert [status for method, path, status in world.seen if path == "/v2/schedules"] == [401, 201]


async def test_a_token_that_is_refused_though_fresh_is_an_error_with_advice(world: World) -> None:
    refusal = {"status": "error", "error": {"code": "UnauthorizedException", "message": "Invalid Access Token."}}
    world.sandbox.fail_next(status=401, body=refusal, path="/v2/me", count=9)
    async with world.cal() as cal:
        with pytest.raises(AuthenticationError, match="withdrawn consent") as caught:
            await cal.me.get()
    assert not isinstance(caught.value, TokenRefreshError)
    assert world.seen == [("GET", "/v2/me", 401), ("POST", TOKEN, 200), ("GET", "/v2/me", 401)]


async def test_a_401_about_somebody_elses_record_renews_nothing(world: World) -> None:
    body = {
        "status": "error",
        "error": {"code": "TRPCError", "message": "You are not authorized to access this resource"},
    }
    world.sandbox.fail_next(status=401, body=body, path="/v2/me")
    async with world.cal() as cal:
        with pytest.raises(AuthenticationError):
            await cal.me.get()
    assert world.renewals == 0


async def test_an_api_key_that_is_refused_is_not_tried_again(world: World) -> None:
    async with AsyncCalCom("cal_nobody", base_url=world.sandbox.url, limiter=Limiter(None)) as cal:
        with pytest.raises(AuthenticationError, match="CALCOM_API_KEY"):
            await cal.me.get()
    assert world.seen == [("GET", "/v2/me", 401)]


async def test_a_refresh_token_alone_is_enough(world: World) -> None:
    given = world.sandbox.oauth_tokens(world.client)
    async with world.cal(world.auth(MemoryTokens(Tokens(refresh_token=given.refresh_token)))) as cal:
        await cal.me.get()
    assert world.seen == [("POST", TOKEN, 200), ("GET", "/v2/me", 200)]


def test_the_blocking_face_renews_too() -> None:
    with Sandbox(seed=1, rate_limit=None) as sandbox:
        world = World(sandbox)
        with CalCom(auth=world.auth(), base_url=sandbox.url, limiter=Limiter(None)) as cal:
            sandbox.clock.advance(hours=1)
            assert cal.me.get().name == "Owner Example"
        assert world.seen == [("GET", "/v2/me", 401), ("POST", TOKEN, 200), ("GET", "/v2/me", 200)]


# --- one at a time ---------------------------------------------------------------------------------------------------


async def test_many_calls_at_once_share_one_renewal(world: World) -> None:
    world.sandbox.clock.advance(hours=1)
    async with world.cal() as cal:
        names = {(await call).name for call in [asyncio.create_task(cal.me.get()) for _ in range(30)]}
    assert names == {"Owner Example"}
    assert world.renewals == 1


async def test_clients_that_share_an_oauth2_share_its_renewal(world: World) -> None:
    world.sandbox.clock.advance(hours=1)
    auth = world.auth()
    async with world.cal(auth) as one, world.cal(auth) as other:
        await asyncio.gather(*(cal.me.get() for cal in (one, other) * 5))
    assert world.renewals == 1


def test_blocking_clients_in_threads_share_a_renewal() -> None:
    import threading

    with Sandbox(seed=1, rate_limit=None) as sandbox:
        world = World(sandbox)
        sandbox.clock.advance(hours=1)
        auth, names = world.auth(), []
        start = threading.Barrier(6)

        def work() -> None:
            with CalCom(auth=auth, base_url=sandbox.url, limiter=Limiter(None)) as cal:
                start.wait()
                names.append(cal.me.get().name)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert names == ["Owner Example"] * 6
        assert world.renewals == 1


async def test_a_renewal_by_somebody_else_is_found_in_the_store(world: World, tmp_path: Path) -> None:
    store = FileTokens(tmp_path / "tokens.json")
    await store.save(world.issued())
    async with world.cal(world.auth(store)) as one, world.cal(world.auth(FileTokens(store.path))) as other:
        await other.me.get()
        world.sandbox.clock.advance(hours=1)
        await one.me.get()
        await other.me.get()
    assert world.renewals == 1


async def test_who_stops_waiting_does_not_break_a_renewal_off(world: World) -> None:
    world.sandbox.clock.advance(hours=1)
    before = await world.store.load()
    begun = asyncio.Event()
    async with world.cal() as cal:
        tokens: Any = cal._channel.transport.auth
        renewed = tokens._renewed

        async def watched(old: Tokens | None) -> Tokens:
            begun.set()
            return await renewed(old)

        tokens._renewed = watched
        call = asyncio.create_task(cal.me.get())
        await begun.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    after = await world.store.load()  # closing has waited for it
    assert before is not None
    assert after is not None
    assert world.renewals == 1
    assert after.refresh_token != before.refresh_token


async def test_the_limiter_stays_when_tokens_change(world: World) -> None:
    auth = OAuth2(world.client.client_id, token_store=world.store, user="ada")
    async with AsyncCalCom(auth=auth, base_url=world.sandbox.url) as cal:
        limiter = cal.limiter
        world.sandbox.clock.advance(hours=1)
        await cal.me.get()
        async with AsyncCalCom(auth=auth, base_url=world.sandbox.url) as other:
            assert other.limiter is limiter
    assert auth.identity == f"oauth client {world.client.client_id} user ada"
    assert OAuth2("c", token_store=FileTokens("/x")).identity == "oauth client c user file /x"
    assert OAuth2("c").identity != OAuth2("c").identity


# --- on the disk first -----------------------------------------------------------------------------------------------


class FullDisk(MemoryTokens):
    """A store that does not take anything for a while."""

    fails = 2

    async def save(self, tokens: Tokens | None) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError(28, "No space left on device")
        await super().save(tokens)


async def test_tokens_that_could_not_be_saved_are_not_used_and_not_lost(world: World) -> None:
    store = FullDisk(world.issued())
    world.sandbox.clock.advance(hours=1)
    async with world.cal(world.auth(store)) as cal:
        for _ in range(2):
            with pytest.raises(OSError, match="No space left"):
                await cal.me.get()
        assert world.seen == [("GET", "/v2/me", 401), ("POST", TOKEN, 200), ("GET", "/v2/me", 401)]
        await cal.me.get()  # saved now, without another renewal
    assert world.renewals == 1
    assert world.seen[-1] == ("GET", "/v2/me", 200)
    kept = await store.load()
    assert kept is not None
    assert kept.expires_at is not None


async def test_the_next_refresh_token_is_saved_before_the_access_token_is_used(world: World) -> None:
    order: list[str] = []

    class Watched(MemoryTokens):
        async def save(self, tokens: Tokens | None) -> None:
            order.append(f"saved after {len(world.seen)} requests")
            await super().save(tokens)

    store = Watched(world.issued())
    world.sandbox.clock.advance(hours=1)
    async with world.cal(world.auth(store)) as cal:
        await cal.me.get()
    assert order == ["saved after 2 requests"]
    assert len(world.seen) == 3


# --- what goes wrong -------------------------------------------------------------------------------------------------


async def test_an_answer_lost_in_mid_rotation(world: World) -> None:
    world.sandbox.clock.advance(hours=1)
    world.sandbox.fail_next(path=TOKEN, after_processing=True, drop=True)
    async with world.cal() as cal:
        with pytest.raises(TokenRefreshLostError, match="was lost; it was not repeated") as lost:
            await cal.me.get()
        assert isinstance(lost.value, AmbiguousWriteError)
        assert world.renewals == 1
        with pytest.raises(TokenRefreshError, match="an earlier renewal was lost, and the next token with it") as ended:
            await cal.me.get()
        assert (ended.value.status_code, ended.value.code, world.renewals) == (400, "invalid_grant", 2)
        for _ in range(3):
            with pytest.raises(TokenRefreshError, match="log in again"):
                await cal.me.get()
        assert world.renewals == 2  # a refresh token that was refused is not sent again
        await world.store.save(world.issued())  # somebody logs in
        await cal.me.get()


async def test_a_renewal_that_never_arrived_is_made_by_the_next_call(world: World) -> None:
    world.sandbox.clock.advance(hours=1)
    world.sandbox.fail_next(path=TOKEN, drop=True)
    async with world.cal() as cal:
        with pytest.raises(TokenRefreshLostError):
            await cal.me.get()
        assert (await cal.me.get()).name == "Owner Example"
    assert world.renewals == 2


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"status": 502, "body": "<title>Bad gateway</title>"}, r"error of the server \(HTTP 502\)"),
        ({"status": 200, "body": b"{"}, "was lost"),
        ({"status": 200, "body": {"token_type": "bearer"}}, "is none"),
        ({"status": 200, "body": {"access_token": "a\nb"}}, "is none"),
    ],
)
async def test_an_answer_that_is_none_counts_as_lost(world: World, how: dict[str, Any], says: str) -> None:
    world.sandbox.clock.advance(hours=1)
    world.sandbox.fail_next(path=TOKEN, after_processing=True, **how)
    async with world.cal() as cal:
        with pytest.raises(TokenRefreshLostError, match=says):
            await cal.me.get()
    assert world.renewals == 1


async def test_a_renewal_is_tried_again_where_it_did_not_happen(world: World) -> None:
    world.sandbox.clock.advance(hours=1)
    world.sandbox.fail_next(status=429, body={}, headers={"Retry-After": "0"}, path=TOKEN)
    async with world.cal() as cal:
        cal._channel.transport._jitter = lambda: 0.0
        await cal.me.get()
    assert [status for _, path, status in world.seen if path == TOKEN] == [429, 200]


async def test_a_server_that_is_not_there_is_no_lost_token() -> None:
    auth = OAuth2("c", token_store=MemoryTokens(Tokens(refresh_token="r")))
    cal = AsyncCalCom(auth=auth, base_url="http://127.0.0.1:1/v2", max_retries=0, limiter=Limiter(None))
    cal._channel.transport._jitter = lambda: 0.0
    async with cal:
        with pytest.raises(APIConnectionError, match="no connection") as caught:
            await cal.me.get()
    assert not caught.value.may_have_happened


async def test_a_server_that_is_too_busy_to_renew(world: World) -> None:
    world.sandbox.clock.advance(hours=1)
    world.sandbox.fail_next(status=429, body={}, headers={"Retry-After": "600"}, path=TOKEN)
    async with world.cal() as cal:
        with pytest.raises(RateLimitError):
            await cal.me.get()


async def test_a_wrong_secret_is_told_as_what_it_is() -> None:
    async with Sandbox(seed=1, rate_limit=None) as sandbox:
        world = World(sandbox, public=False)
        sandbox.clock.advance(hours=1)
        auth = OAuth2(world.client.client_id, "wrong", token_store=world.store)
        async with world.cal(auth) as cal:
            with pytest.raises(TokenRefreshError, match="check the client's id and secret") as caught:
                await cal.me.get()
        assert (caught.value.status_code, caught.value.code) == (401, "invalid_client")


async def test_who_has_not_logged_in_is_told_to(world: World) -> None:
    async with world.cal(world.auth(MemoryTokens())) as cal:
        with pytest.raises(ConfigurationError, match="nobody has logged in"):
            await cal.me.get()
    async with world.cal(world.auth(MemoryTokens(Tokens(access_token="a")))) as cal:
        with pytest.raises(ConfigurationError, match="there is no refresh token"):
            await cal.me.get()
    assert world.renewals == 0


async def test_a_missing_scope_is_named() -> None:
    async with Sandbox(seed=1, rate_limit=None) as sandbox:
        world = World(sandbox, scopes=("BOOKING_READ",))
        async with world.cal() as cal:
            await cal.bookings.list()
            with pytest.raises(
                PermissionDeniedError, match="the token lacks the scope PROFILE_READ: give it"
            ) as caught:
                await cal.me.get()
            assert caught.value.missing_scopes == ("PROFILE_READ",)
            with pytest.raises(PermissionDeniedError, match="no OAuth token may call this") as caught:
                await cal.api_keys.refresh()
            assert caught.value.missing_scopes == ()
        assert world.renewals == 0


# --- logging in and out ----------------------------------------------------------------------------------------------


async def test_a_login_is_kept_and_forgotten(world: World) -> None:
    auth = world.auth(MemoryTokens())
    asking = auth.authorization("http://127.0.0.1:1/", authorize_url=world.sandbox.authorize_url)
    code = asking.code(world.sandbox.consent(asking.url))
    async with AsyncCalCom(anonymous=True, base_url=world.sandbox.url) as nobody:
        answer = await nobody.oauth.exchange_code(
            client_id=auth.client_id, code=code, redirect_uri=asking.redirect_uri, code_verifier=asking.verifier
        )
    tokens = await auth.accept(answer)
    assert tokens.expires_at is not None
    async with world.cal(auth) as cal:
        await cal.me.get()
    await auth.forget()
    assert await auth.token_store.load() is None


def test_nothing_of_it_is_pickled_or_shown() -> None:
    auth = OAuth2(
        "client-1", "s3cret-s3cret", token_store=MemoryTokens(Tokens(access_token="t0ken", refresh_token="r3fresh"))
    )
    for thing in (auth, auth.token_store, Tokens(access_token="t0ken")):
        with pytest.raises(TypeError, match="can't be pickled"):
            pickle.dumps(thing)
        assert not {"s3cret-s3cret", "t0ken", "r3fresh"} & set(repr(thing).split("'"))
    assert repr(auth) == "OAuth2('client-1', confidential, MemoryTokens(***))"
