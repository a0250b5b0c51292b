"""OAuth 2.0: consent, tokens, their scopes and their ends."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from calcom_async.sandbox import Sandbox

BACK = "https://app.example.com/callback?from=cal"
SCOPES = ("BOOKING_READ", "PROFILE_READ", "TEAM_PROFILE_READ")
VERIFIER = "a-verifier-that-is-long-enough-for-the-purpose-of-it"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture
def app(sandbox):
    return sandbox.oauth_client(redirect_uris=[BACK], scopes=SCOPES)


@pytest.fixture
def public(sandbox):
    return sandbox.oauth_client(redirect_uris=[BACK], scopes=SCOPES, public=True)


def address(sandbox, client, **changes):
    query = {
        "client_id": client.client_id,
        "redirect_uri": BACK,
        "state": "st",
        "scope": "BOOKING_READ PROFILE_READ",
        **changes,
    }
    if client.client_secret is None:
        query = {"code_challenge": CHALLENGE, "code_challenge_method": "S256", **query}
    return f"{sandbox.authorize_url}?{urlencode({name: text for name, text in query.items() if text is not None})}"


def told(location):
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def code_of(sandbox, client, **changes):
    return told(sandbox.consent(address(sandbox, client), **changes))["code"]


def as_token(token):
    return {"Authorization": f"Bearer {token}"}


def exchange(client, given, **changes):
    body = {"client_id": client.client_id, "grant_type": "authorization_code", "code": given, "redirect_uri": BACK}
    body |= {"code_verifier": VERIFIER} if client.client_secret is None else {"client_secret": client.client_secret}
    return {name: text for name, text in (body | changes).items() if text is not None}


def renewal(client, token, **changes):
    body = {"client_id": client.client_id, "grant_type": "refresh_token", "refresh_token": token}
    body |= {} if client.client_secret is None else {"client_secret": client.client_secret}
    return {name: text for name, text in (body | changes).items() if text is not None}


async def test_a_consent_in_the_browser(sandbox, talk, app):
    async with talk.session.get(address(sandbox, app)) as page:
        assert (page.status, page.content_type) == (200, "text/html")
        text = await page.text()
    assert "<option>owner</option>" in text
    assert "<li>BOOKING_READ</li>" in text
    form = {"user": "member", "decision": "allow"}
    async with talk.session.post(address(sandbox, app), data=form, allow_redirects=False) as sent:
        assert sent.status == 303
        location = sent.headers["Location"]
    assert location.startswith("https://app.example.com/callback?from=cal&code=")
    assert told(location)["state"] == "st"
    tokens = (await talk("POST", "auth/oauth2/token", exchange(app, told(location)["code"]), user=None)).body
    assert (await talk("GET", "me", headers=as_token(tokens["access_token"]))).data["username"] == "member"


async def test_a_consent_by_a_program_and_the_answer_of_the_token_endpoint(sandbox, talk, app):
    reply = await talk("POST", "auth/oauth2/token", exchange(app, code_of(sandbox, app)), user=None)
    assert reply.status == 200
    assert list(reply.body) == ["access_token", "token_type", "refresh_token", "expires_in", "scope"]
    assert (reply.body["token_type"], reply.body["expires_in"]) == ("bearer", 1800)
    assert reply.body["scope"] == "BOOKING_READ PROFILE_READ"
    assert (reply.headers["Cache-Control"], reply.headers["Pragma"]) == ("no-store", "no-cache")
    assert reply.body["access_token"].count(".") == 2


async def test_a_form_is_as_good_as_json(sandbox, talk, app):
    form = exchange(app, code_of(sandbox, app))
    async with talk.session.post(f"{sandbox.url}/auth/oauth2/token", data=form) as answer:
        assert (answer.status, (await answer.json())["token_type"]) == (200, "bearer")


async def test_secrets_are_not_kept_with_the_requests(sandbox, talk, app):
    await talk("POST", "auth/oauth2/token", exchange(app, code_of(sandbox, app)), user=None)
    assert set(sandbox.requests[-1].body) == {"client_id", "grant_type", "redirect_uri"}


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        ({"scope": "BOOKING_REED"}, "invalid_scope", "Requested scope is not a recognized scope"),
        ({"scope": "WEBHOOK_READ"}, "invalid_request", "Requested scope exceeds the client's registered scopes"),
        ({"code_challenge": "x"}, "invalid_request", "code_challenge_method must be S256"),
    ],
)
def test_errors_that_the_client_is_told(sandbox, app, changes, error, description):
    back = told(sandbox.consent(address(sandbox, app, **changes)))
    assert back == {"from": "cal", "error": error, "error_description": description, "state": "st"}


def test_a_refused_consent(sandbox, app):
    assert told(sandbox.consent(address(sandbox, app), allow=False))["error"] == "access_denied"


def test_a_public_client_must_send_a_challenge(sandbox, public):
    plain = told(sandbox.consent(address(sandbox, public, code_challenge=None)))
    assert (plain["error"], plain["error_description"]) == (
        "invalid_request",
        "code_challenge required for public clients",
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"client_id": "nope"}, "OAuth client with ID not found"),
        ({"redirect_uri": BACK + "/"}, "redirect_uri does not match OAuth client's redirect URI"),
        ({"scope": None}, "scope parameter is required for this OAuth client"),
    ],
)
async def test_errors_that_the_user_is_shown(sandbox, talk, app, changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        sandbox.consent(address(sandbox, app, **changes))
    async with talk.session.get(address(sandbox, app, **changes)) as page:
        assert page.status == 400


def test_a_client_that_is_not_approved_is_for_its_owner(sandbox):
    pending = sandbox.oauth_client(redirect_uris=[BACK], scopes=SCOPES, approved=False, owner="member")
    with pytest.raises(ValueError, match="not approved"):
        sandbox.consent(address(sandbox, pending))
    assert code_of(sandbox, pending, user="member")


async def test_a_public_client_proves_itself_by_its_verifier(sandbox, talk, public):
    reply = await talk("POST", "auth/oauth2/token", exchange(public, code_of(sandbox, public)), user=None)
    assert reply.status == 200
    wrong = exchange(public, code_of(sandbox, public), code_verifier="another")
    refused = await talk("POST", "auth/oauth2/token", wrong, user=None)
    assert (refused.status, refused.body) == (
        400,
        {"error": "invalid_grant", "error_description": "pkce_verification_failed"},
    )


@pytest.mark.parametrize(
    ("changes", "status", "error", "description"),
    [
        ({"client_id": None}, 400, "invalid_request", "client_id is required"),
        (
            {"grant_type": "password"},
            400,
            "invalid_request",
            "grant_type must be 'authorization_code' or 'refresh_token'",
        ),
        ({"code": None}, 400, "invalid_request", "code property is wrong,code must be a string "),
        (
            {"client_secret": None},
            400,
            "invalid_request",
            "code_verifier property is wrong,code_verifier must be a string ",
        ),
        ({"client_id": "nope"}, 401, "invalid_client", "client_not_found"),
        ({"client_secret": "wrong"}, 401, "invalid_client", "invalid_client_credentials"),
        ({"redirect_uri": "https://example.com"}, 400, "invalid_grant", "redirect_uri_mismatch"),
        ({"code": "nope"}, 400, "invalid_grant", "code_invalid_or_expired"),
    ],
)
async def test_errors_of_the_token_endpoint_are_bare(sandbox, talk, app, changes, status, error, description):
    code = code_of(sandbox, app)
    reply = await talk("POST", "auth/oauth2/token", exchange(app, code, **changes), user=None)
    assert (reply.status, reply.body) == (status, {"error": error, "error_description": description})


async def test_a_code_is_good_once_and_for_ten_minutes(sandbox, talk, app):
    code = code_of(sandbox, app)
    assert (await talk("POST", "auth/oauth2/token", exchange(app, code), user=None)).status == 200
    again = await talk("POST", "auth/oauth2/token", exchange(app, code), user=None)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    late = code_of(sandbox, app)
    sandbox.clock.advance(minutes=11)
    assert (await talk("POST", "auth/oauth2/token", exchange(app, late), user=None)).status == 400


async def test_refresh_tokens_rotate(sandbox, talk, app):
    first = sandbox.oauth_tokens(app, scopes=["PROFILE_READ"])
    second = (await talk("POST", "auth/oauth2/token", renewal(app, first.refresh_token), user=None)).body
    assert second["scope"] == "PROFILE_READ"
    assert second["refresh_token"] != first.refresh_token
    used = await talk("POST", "auth/oauth2/token", renewal(app, first.refresh_token), user=None)
    assert (used.status, used.body) == (
        400,
        {"error": "invalid_grant", "error_description": "refresh_token_revoked"},
    )
    for token in (first.access_token, second["access_token"]):  # what was given out lives to its end
        assert (await talk("GET", "me", headers=as_token(token))).status == 200
    third = await talk("POST", "auth/oauth2/token", renewal(app, second["refresh_token"]), user=None)
    assert third.status == 200


async def test_refresh_tokens_of_other_clients_and_old_ones(sandbox, talk, app, public):
    tokens = sandbox.oauth_tokens(app)
    other = await talk("POST", "auth/oauth2/token", renewal(public, tokens.refresh_token), user=None)
    assert other.body["error_description"] == "client_id_mismatch"
    wrong = await talk("POST", "auth/oauth2/token", renewal(app, tokens.access_token), user=None)
    assert wrong.body["error_description"] == "invalid_refresh_token"
    sandbox.clock.advance(days=31)
    late = await talk("POST", "auth/oauth2/token", renewal(app, tokens.refresh_token), user=None)
    assert (late.status, late.body["error_description"]) == (400, "invalid_refresh_token")


async def test_an_access_token_ends_after_half_an_hour(sandbox, talk, app):
    tokens = sandbox.oauth_tokens(app)
    sandbox.clock.advance(minutes=29)
    assert (await talk("GET", "me", headers=as_token(tokens.access_token))).status == 200
    sandbox.clock.advance(minutes=2)
    over = await talk("GET", "me", headers=as_token(tokens.access_token))
    assert (over.status, over.message) == (401, "Invalid Access Token.")
    refresh = await talk("GET", "me", headers=as_token(tokens.refresh_token))
    assert refresh.status == 401


@pytest.mark.parametrize(
    ("scopes", "method", "path", "refused"),
    [
        (["PROFILE_READ"], "GET", "me", None),
        (["BOOKING_READ"], "GET", "bookings", None),
        (["TEAM_PROFILE_READ"], "GET", "teams/501", None),
        (["ORG_PROFILE_READ"], "GET", "teams/501", None),
        (["BOOKING_READ"], "GET", "me", "Required: PROFILE_READ. Token has: BOOKING_READ"),
        (["BOOKING_READ", "PROFILE_READ"], "GET", "teams", "Required: TEAM_PROFILE_READ. Token has: BOOKING_READ, P"),
        (["BOOKING_READ"], "POST", "bookings/x/confirm", "Required: BOOKING_WRITE"),
        (["BOOKING_READ"], "POST", "api-keys/refresh", "this endpoint is not available for third-party OAuth tokens"),
    ],
)
async def test_scopes(sandbox, talk, app, scopes, method, path, refused):
    tokens = sandbox.oauth_tokens(app, scopes=scopes)
    reply = await talk(method, path, headers=as_token(tokens.access_token))
    assert reply.status == (403 if refused else 200)
    if refused:
        assert reply.message.startswith("insufficient_scope: ")
        assert refused in reply.message
        assert reply.body["error"]["code"] == "ForbiddenException"


async def test_what_is_public_needs_no_scope(sandbox, talk, app):
    tokens = sandbox.oauth_tokens(app, scopes=["BOOKING_READ"])
    path = "slots?eventTypeId=20001&start=2026-04-07&end=2026-04-08"
    assert (await talk("GET", path, headers=as_token(tokens.access_token))).status == 200


async def test_tokens_of_a_client_of_the_old_kind_may_do_everything(sandbox, talk):
    old = sandbox.oauth_client(redirect_uris=[BACK])
    tokens = sandbox.oauth_tokens(old)
    assert (await talk("GET", "teams", headers=as_token(tokens.access_token))).status == 200


async def test_what_a_client_is(talk, app, public):
    shown = await talk("GET", f"auth/oauth2/clients/{app.client_id}")
    assert shown.data == {
        "client_id": app.client_id,
        "redirect_uris": [BACK],
        "name": "Example app",
        "logo": None,
        "is_trusted": False,
        "client_type": "CONFIDENTIAL",
    }
    assert (await talk("GET", f"auth/oauth2/clients/{public.client_id}")).data["client_type"] == "PUBLIC"
    unknown = await talk("GET", "auth/oauth2/clients/nope")
    assert (unknown.status, unknown.message) == (404, "unauthorized_client")
    assert (await talk("GET", f"auth/oauth2/clients/{app.client_id}", user=None)).status == 401


async def test_tokens_have_a_limit_of_their_own(session, talk_to):
    async with Sandbox() as opened:
        talk = talk_to(opened, session)
        client = opened.oauth_client(redirect_uris=[BACK], scopes=SCOPES)
        reply = await talk("GET", "me", headers=as_token(opened.oauth_tokens(client).access_token))
        assert reply.headers["X-RateLimit-Limit-Default"] == "500"
        assert (await talk("GET", "me")).headers["X-RateLimit-Limit-Default"] == "120"


async def test_a_self_hosted_server_has_none_of_it(self_hosted):
    for method, path in (("GET", "auth/oauth2/clients/x"), ("POST", "auth/oauth2/token")):
        reply = await self_hosted(method, path)
        assert (reply.status, reply.message) == (404, f"Cannot {method} /v2/{path}")
    async with self_hosted.session.get(self_hosted.sandbox.authorize_url) as page:
        assert page.status == 404


def test_unknown_scopes_clients_and_users(sandbox, app):
    with pytest.raises(ValueError, match="no such scope: BOOKING_REED"):
        sandbox.oauth_client(redirect_uris=[BACK], scopes=["BOOKING_REED"])
    with pytest.raises(ValueError, match="no such user: 'nobody'"):
        sandbox.oauth_tokens(app, user="nobody")
    assert app.client_secret not in repr(app)
    assert "ey" not in repr(sandbox.oauth_tokens(app))
