"""Managed users of a platform client on a local Cal.com: renewed, forced, and what a lost answer does to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from calcom_async import (
    AsyncCalCom,
    CalCom,
    ConfigurationError,
    FileTokens,
    Limiter,
    ManagedUser,
    MemoryTokens,
    PlatformClient,
    TokenRefreshError,
    TokenRefreshLostError,
    Tokens,
)
from calcom_async.sandbox import Sandbox

pytestmark = pytest.mark.filterwarnings("ignore:Cal.com has deprecated:DeprecationWarning")


class World:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        given = sandbox.platform_client()
        self.client = PlatformClient(given.client_id, given.client_secret)
        self.user_id = 0

    async def begin(self) -> Tokens:
        async with self.cal(self.client) as cal:
            made = await cal.oauth_client(self.client.client_id).users.create(email="ada@example.com", name="Ada")
        assert made.user is not None
        assert made.user.id is not None
        self.user_id = made.user.id
        return Tokens(access_token=made.access_token, refresh_token=made.refresh_token)

    def cal(self, auth: Any, **options: Any) -> AsyncCalCom:
        return AsyncCalCom(auth=auth, base_url=self.sandbox.url, limiter=Limiter(None), **options)

    def user(self, tokens: Tokens | None, **options: Any) -> ManagedUser:
        return ManagedUser(self.user_id, self.client, token_store=MemoryTokens(tokens), **options)

    def seen(self) -> list[tuple[str, int | None]]:
        return [(one.path.rpartition("/")[2], one.status) for one in self.sandbox.requests][1:]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with Sandbox(seed=1, rate_limit=None) as sandbox:
        yield World(sandbox)


async def test_a_user_without_tokens_gets_them_by_the_clients_secret(world: World) -> None:
    await world.begin()
    async with world.cal(world.user(None)) as cal:
        assert (await cal.me.get()).name == "Ada"
    assert world.seen() == [("force-refresh", 200), ("me", 200)]


async def test_an_expired_token_is_renewed_by_the_refresh_token(world: World) -> None:
    tokens = await world.begin()
    world.sandbox.clock.advance(hours=2)
    async with world.cal(world.user(tokens)) as cal:
        assert (await cal.me.get()).name == "Ada"
    assert world.seen() == [("me", 498), ("refresh", 200), ("me", 200)]


async def test_its_end_is_counted_by_the_servers_clock(world: World) -> None:
    await world.begin()
    world.sandbox.clock.advance(days=300)  # this machine's clock is 300 days late, or the server's early
    auth = world.user(None)
    async with world.cal(auth) as cal:
        await cal.me.get()
        await cal.me.get()
    kept = await auth.token_store.load()
    assert kept is not None
    assert kept.issued_at is not None
    assert kept.expires_at is not None
    assert 3500 < kept.expires_at - kept.issued_at <= 3601
    assert world.seen() == [("force-refresh", 200), ("me", 200), ("me", 200)]


async def test_a_refresh_token_that_was_used_is_replaced_by_force(world: World) -> None:
    tokens = await world.begin()
    async with world.cal(world.user(None)) as cal:
        await cal.me.get()  # ends the first tokens
    async with world.cal(world.user(tokens)) as cal:
        assert (await cal.me.get()).name == "Ada"
    assert world.seen()[2:] == [("me", 401), ("refresh", 400), ("force-refresh", 200), ("me", 200)]


async def test_a_lost_answer_is_made_good_by_force(world: World) -> None:
    tokens = await world.begin()
    world.sandbox.clock.advance(hours=2)
    world.sandbox.fail_next(path="/refresh", after_processing=True, drop=True)
    async with world.cal(world.user(tokens)) as cal:
        assert (await cal.me.get()).name == "Ada"
    assert world.seen() == [("me", 498), ("refresh", None), ("force-refresh", 200), ("me", 200)]


async def test_without_force_a_lost_token_is_an_error(world: World) -> None:
    tokens = await world.begin()
    world.sandbox.clock.advance(hours=2)
    world.sandbox.fail_next(path="/refresh", after_processing=True, drop=True)
    async with world.cal(world.user(tokens, force=False)) as cal:
        with pytest.raises(TokenRefreshLostError):
            await cal.me.get()
        with pytest.raises(TokenRefreshError, match="force=True"):
            await cal.me.get()
        with pytest.raises(TokenRefreshError, match="force=True"):
            await cal.me.get()
    assert [one for one in world.seen() if one[0] == "refresh"] == [("refresh", None), ("refresh", 400)]
    async with world.cal(world.user(None, force=False)) as cal:
        with pytest.raises(ConfigurationError, match="there is no refresh token for the managed user"):
            await cal.me.get()


async def test_a_user_that_is_not_the_clients(world: World) -> None:
    await world.begin()
    async with world.cal(ManagedUser(999_999, world.client)) as cal:
        with pytest.raises(TokenRefreshError, match="one of its own") as caught:
            await cal.me.get()
    assert caught.value.status_code == 404


async def test_a_wrong_secret_is_not_forced(world: World) -> None:
    tokens = await world.begin()
    world.sandbox.clock.advance(hours=2)
    wrong = ManagedUser(
        world.user_id, PlatformClient(world.client.client_id, "wrong"), token_store=MemoryTokens(tokens)
    )
    async with world.cal(wrong) as cal:
        with pytest.raises(TokenRefreshError, match="check the client's id and secret"):
            await cal.me.get()
    assert world.seen() == [("me", 498), ("refresh", 401)]


def test_the_blocking_face(tmp_path: Any) -> None:
    with Sandbox(seed=1, rate_limit=None) as sandbox:
        given = sandbox.platform_client()
        client = PlatformClient(given.client_id, given.client_secret)
        with CalCom(auth=client, base_url=sandbox.url) as platform:
            made = platform.oauth_client(given.client_id).users.create(email="ada@example.com", name="Ada")
        assert made.user is not None
        assert made.user.id is not None
        store = FileTokens(tmp_path / "ada.json")
        for _ in range(2):
            user = ManagedUser(made.user.id, client, token_store=store)
            with CalCom(auth=user, base_url=sandbox.url, limiter=Limiter(None)) as cal:
                assert cal.me.get().name == "Ada"
                sandbox.clock.advance(hours=2)
        assert [one.status for one in sandbox.requests if one.path.endswith("refresh")] == [200, 200]
