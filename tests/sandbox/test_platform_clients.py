"""Clients of a platform, the users they manage, and the tokens of those."""

import pytest


@pytest.fixture
def client(sandbox):
    return sandbox.platform_client(default_event_types=True)


@pytest.fixture
def act(talk, client):
    """Calls below the client's own path, with its id and secret."""

    async def call(method, path, body=None, **changes):
        headers = {"x-cal-client-id": client.client_id, "x-cal-secret-key": client.client_secret, **changes}
        return await talk(method, f"oauth-clients/{client.client_id}{path}", body, user=None, headers=headers)

    return call


def as_token(token):
    return {"Authorization": f"Bearer {token}"}


async def made(act, email="ada@example.com", **settings):
    return (await act("POST", "/users", {"email": email, "name": "Ada", **settings})).data


async def test_clients(talk):
    talk.sandbox.platform_client()
    talk.user = "platform"
    body = {"name": "App", "redirectUris": ["https://app.example.com"], "permissions": ["BOOKING_READ"]}
    made = await talk("POST", "oauth-clients", body)
    assert (made.status, set(made.data)) == (201, {"clientId", "clientSecret"})
    path = f"oauth-clients/{made.data['clientId']}"
    shown = (await talk("GET", path)).data
    assert (shown["secret"], shown["permissions"]) == (made.data["clientSecret"], ["BOOKING_READ"])
    assert (shown["areDefaultEventTypesEnabled"], shown["areCalendarEventsEnabled"]) == (False, True)
    changed = await talk("PATCH", path, {"name": "Other", "permissions": ["*"]})
    assert (changed.data["name"], changed.data["permissions"]) == ("Other", ["BOOKING_READ"])
    assert [each["name"] for each in (await talk("GET", "oauth-clients")).data] == ["Example platform", "Other"]
    assert (await talk("DELETE", path)).data["name"] == "Other"
    gone = await talk("GET", path)
    assert (gone.status, gone.message) == (404, "OAuthClientGuard - OAuth client not found.")


async def test_what_a_client_cannot_be_made_with(talk):
    talk.sandbox.platform_client()
    wrong = await talk(
        "POST", "oauth-clients", {"name": 5, "redirectUris": "x", "permissions": ["NOPE"]}, user="platform"
    )
    assert {each["property"]: set(each["constraints"]) for each in wrong.body["error"]["details"]["errors"]} == {
        "name": {"isString"},
        "redirectUris": {"isArray"},
        "permissions": {"isEnum"},
    }


async def test_users_without_an_organization_have_no_clients(talk, client):
    listed = await talk("GET", "oauth-clients")
    assert listed.status == 403
    assert listed.message == "OrganizationRolesGuard - No organization associated with the user."
    users = await talk("GET", f"oauth-clients/{client.client_id}/users")
    assert (users.status, users.message) == (403, "OAuthClientGuard - No organization associated with the user.")


async def test_a_managed_user(talk, sandbox, client, act):
    data = await made(act, timeZone="Europe/Riga", metadata={"k": "v"})
    user = data["user"]
    assert user["email"] == f"ada+{client.client_id}@example.com"
    assert user["username"] == f"ada-{client.client_id}-example-com"
    assert (user["timeZone"], user["metadata"]) == ("Europe/Riga", {"k": "v"})
    now = sandbox.clock.milliseconds()
    assert data["accessTokenExpiresAt"] % 60_000 == 0
    assert 59 * 60_000 <= data["accessTokenExpiresAt"] - now + 60_000 <= 61 * 60_000
    assert data["refreshTokenExpiresAt"] % 86_400_000 == 0
    me = await talk("GET", "me", headers=as_token(data["accessToken"]))
    assert me.data["organization"] == {"isPlatform": True, "id": client.organization_id}
    schedules = (await talk("GET", "schedules", headers=as_token(data["accessToken"]))).data
    assert [(each["id"], each["name"]) for each in schedules] == [(user["defaultScheduleId"], "Default schedule")]
    types = (await talk("GET", "event-types", headers=as_token(data["accessToken"]))).data
    assert {each["slug"] for each in types} == {
        "thirty-minutes",
        "sixty-minutes",
        "thirty-minutes-video",
        "sixty-minutes-video",
    }


async def test_managed_users_are_listed_changed_and_removed(act, client):
    users = [(await made(act, f"{name}@example.com"))["user"] for name in ("ada", "grace")]
    assert users[0]["defaultScheduleId"] is None
    assert len((await act("GET", "/users")).data) == 2
    assert (await act("GET", "/managed-users")).data == users
    assert (await act("GET", "/users?emails=grace@example.com")).data == [users[1]]
    assert (await act("GET", "/users?limit=1&offset=1")).data == [users[1]]
    assert (await act("GET", "/users?emails=nope")).message == "Invalid email nope"
    for query in ("limit=0", "limit=251", "offset=251"):
        assert (await act("GET", f"/users?{query}")).status == 400
    path = f"/users/{users[0]['id']}"
    changed = await act("PATCH", path, {"email": "ada2@example.com", "bio": "b"})
    assert changed.data["email"] == f"ada2+{client.client_id}@example.com"
    assert (changed.data["username"].startswith("ada2-"), changed.data["bio"]) == (True, "b")
    taken = await act("PATCH", path, {"email": "grace@example.com"})
    assert (taken.status, taken.body["error"]["code"]) == (409, "CONFLICT")
    assert (await act("PATCH", path, {"timeFormat": "x"})).status == 400
    assert (await act("DELETE", path)).data == changed.data
    gone = await act("GET", path)
    assert gone.message == f"User with ID {users[0]['id']} is not part of this OAuth client."
    assert (await act("GET", "/users/1001")).status == 404


async def test_an_address_is_good_for_one_managed_user(act):
    data = await made(act)
    again = await act("POST", "/users", {"email": "ada@example.com", "name": "Ada"})
    assert (again.status, again.body["error"]["code"]) == (409, "ConflictException")
    assert again.message.endswith(f"Existing user ID={data['user']['id']}")


async def test_tokens_are_dead_after_a_refresh(talk, act, client):
    first = await made(act)
    headers = {"x-cal-secret-key": client.client_secret}

    async def refresh(token):
        path = f"oauth/{client.client_id}/refresh"
        return await talk("POST", path, {"refreshToken": token}, user=None, headers=headers)

    second = await refresh(first["refreshToken"])
    assert second.status == 200
    old = await talk("GET", "me", headers=as_token(first["accessToken"]))
    assert old.status == 401
    assert old.message == "ApiAuthStrategy - access token - OAuth client not found given the access token"
    reused = await refresh(first["refreshToken"])
    assert (reused.status, reused.message) == (400, "Invalid refresh token")
    third = await act("POST", f"/users/{first['user']['id']}/force-refresh")
    assert third.status == 200
    assert (await talk("GET", "me", headers=as_token(second.data["accessToken"]))).status == 401
    assert (await talk("GET", "me", headers=as_token(third.data["accessToken"]))).status == 200
    assert (await refresh(second.data["refreshToken"])).status == 400


async def test_an_expired_token_of_a_managed_user_is_498(talk, sandbox, act):
    data = await made(act)
    sandbox.clock.advance(minutes=61)
    over = await talk("GET", "me", headers=as_token(data["accessToken"]))
    assert over.status == 498
    assert over.body["error"] == {
        "code": "TokenExpiredException",
        "message": "ACCESS_TOKEN_IS_EXPIRED",
        "details": "ACCESS_TOKEN_IS_EXPIRED",
    }


async def test_credentials_of_clients(talk, act, client):
    wrong = await act("GET", "/users", **{"x-cal-secret-key": "wrong"})
    assert (wrong.status, wrong.message) == (401, "ApiAuthStrategy - oAuth client - Invalid client secret")
    headers = {"x-cal-secret-key": client.client_secret}
    unknown = await talk("POST", "oauth/nope/refresh", {"refreshToken": "x"}, user=None, headers=headers)
    assert unknown.message == "ApiAuthStrategy - oAuth client - Client with ID nope not found"
    half = await talk("GET", "me", user=None, headers={"x-cal-client-id": client.client_id})
    assert half.message.startswith("ApiAuthStrategy - Only 'x-cal-client-id' header provided.")
    whole = {**headers, "x-cal-client-id": client.client_id}
    assert (await talk("GET", "me", user=None, headers=whole)).data["username"] == "platform"


async def test_permissions_of_the_client_bind_its_users(talk, sandbox):
    limited = sandbox.platform_client(permissions=["PROFILE_READ"])
    headers = {"x-cal-client-id": limited.client_id, "x-cal-secret-key": limited.client_secret}
    body = {"email": "lim@example.com", "name": "Lim"}
    data = (await talk("POST", f"oauth-clients/{limited.client_id}/users", body, user=None, headers=headers)).data
    token = as_token(data["accessToken"])
    assert (await talk("GET", "me", headers=token)).status == 200
    refused = await talk("PATCH", "me", {"bio": "x"}, headers=token)
    assert refused.status == 403
    assert refused.message == (
        f"PermissionsGuard - oAuth client with id={limited.client_id} does not have the required"
        " permissions=PROFILE_WRITE. Go to platform dashboard settings and add the required permissions to the oAuth"
        " client."
    )


async def test_webhooks_of_a_client(act, client):
    body = {"active": True, "subscriberUrl": "https://example.com/hook", "triggers": ["BOOKING_CREATED"]}
    hook = await act("POST", "/webhooks", body)
    assert (hook.status, hook.data["oAuthClientId"]) == (201, client.client_id)
    assert (await act("POST", "/webhooks", body)).status == 409
    path = f"/webhooks/{hook.data['id']}"
    assert (await act("PATCH", path, {"active": False})).data["active"] is False
    assert len((await act("GET", "/webhooks")).data) == 1
    assert (await act("DELETE", "/webhooks")).data == "1 webhooks deleted"
    assert (await act("GET", path)).status == 404
