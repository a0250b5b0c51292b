"""Which credentials are taken, where none are, and what they are counted as."""

import pytest

from calcom_async.sandbox import RateLimit, Sandbox


@pytest.mark.parametrize(
    ("path", "status"), [("me", 401), ("bookings", 403), ("teams", 401), ("event-types/20001", 401)]
)
async def test_a_key_in_the_address_is_none(talk, sandbox, path, status):
    reply = await talk("GET", f"{path}?apiKey={sandbox.api_key}", user=None)
    assert reply.status == status


@pytest.mark.parametrize(
    "path", ["slots?eventTypeId=20001&start=2026-04-07&end=2026-04-07", "event-types?username=owner"]
)
@pytest.mark.parametrize("key", ["cal_unknown", "eyJhbGciOiJIUzI1NiJ9.e30.x"])
async def test_an_unknown_key_is_refused_where_none_is_needed(talk, path, key):
    assert (await talk("GET", path, user=None)).status == 200
    assert (await talk("GET", path, headers={"Authorization": f"Bearer {key}"})).status == 401


async def test_a_client_s_id_and_secret_outrank_a_key(talk, sandbox):
    client = sandbox.platform_client()
    headers = {
        "x-cal-client-id": client.client_id,
        "x-cal-secret-key": client.client_secret,
        "Authorization": f"Bearer {sandbox.api_key}",
    }
    assert (await talk("GET", "me", headers=headers)).data["username"] == "platform"


async def test_a_sandbox_with_a_limit_of_its_own_keeps_tokens_to_it(session, talk_to):
    async with Sandbox(rate_limit=RateLimit(limit=2)) as opened:
        talk = talk_to(opened, session)
        app = opened.oauth_client(redirect_uris=["https://app.example.com"], scopes=["PROFILE_READ"])
        for user in ("owner", "member"):  # each token is counted by itself
            headers = {"Authorization": f"Bearer {opened.oauth_tokens(app, user=user).access_token}"}
            assert [(await talk("GET", "me", headers=headers)).status for _ in range(3)] == [200, 200, 429]
