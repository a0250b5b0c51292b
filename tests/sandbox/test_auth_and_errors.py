"""Credentials, versions and the shapes of refusals."""

import io

import pytest


async def test_me(talk, self_hosted):
    hosted = await talk("GET", "me")
    assert hosted.data["username"] == "owner"
    assert "locale" in hosted.data
    assert "locale" not in (await self_hosted("GET", "me")).data
    assert (await talk("GET", "me", user="outsider")).data["timeZone"] == "Pacific/Auckland"


async def test_patch_me_checks_and_drops_unknown_fields(talk):
    changed = await talk("PATCH", "me", {"timeZone": "Asia/Tokyo", "timeFormat": 24, "foo": 1})
    assert (changed.status, changed.data["timeZone"], changed.data["timeFormat"]) == (200, "Asia/Tokyo", 24)
    assert "foo" not in changed.data
    wrong = await talk("PATCH", "me", {"timeZone": "Mars/X"})
    assert wrong.status == 400
    error = wrong.body["error"]["details"]["errors"][0]
    assert error == {
        "target": {"timeZone": "Mars/X"},
        "value": "Mars/X",
        "property": "timeZone",
        "children": [],
        "constraints": {"isTimeZone": "timeZone must be a valid IANA time-zone"},
    }


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Bearer cal_live_unknown", "CustomThrottlerGuard - Invalid API Key"),
        ("Bearer garbage", "Invalid Access Token."),
    ],
)
async def test_unknown_keys(talk, header, message):
    for path in ("me", "bookings", "bookings/anything"):
        reply = await talk("GET", path, headers={"Authorization": header})
        assert (reply.status, reply.message) == (401, message)
        assert reply.body["error"]["details"] == {"message": message, "error": "Unauthorized", "statusCode": 401}


async def test_no_credentials(talk):
    assert (await talk("GET", "me", user=None)).status == 401
    listed = await talk("GET", "bookings", user=None)
    assert (listed.status, listed.body["error"]["code"]) == (403, "ForbiddenException")
    assert (await talk("GET", "bookings/nope", user=None)).status == 404


async def test_a_key_works_without_bearer_but_not_with_a_small_one(talk, sandbox):
    assert (await talk("GET", "me", headers={"Authorization": sandbox.api_key})).status == 200
    small = await talk("GET", "me", headers={"Authorization": f"bearer {sandbox.api_key}"})
    assert (small.status, small.message) == (401, "Invalid Access Token.")


async def test_other_methods(talk, sandbox):
    for method, status in (("HEAD", 200), ("OPTIONS", 204)):
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        async with talk.session.request(method, f"{sandbox.url}/me", headers=headers) as answer:
            assert (answer.status, await answer.read()) == (status, b"")
    assert (await talk("DELETE", "me")).message == "Cannot DELETE /v2/me"
    async with talk.session.get(sandbox.url.removesuffix("/v2") + "/health") as answer:
        assert answer.status == 200


async def test_error_envelope(talk):
    reply = await talk("GET", "nope?a=1")
    assert reply.status == 404
    assert reply.headers["X-Request-Id"]
    assert reply.body["status"] == "error"
    assert reply.body["timestamp"].startswith("2026-04-06T08:00:0")
    assert reply.body["path"] == "/v2/nope?a=1"
    assert reply.body["error"] == {
        "code": "NotFoundException",
        "message": "Cannot GET /v2/nope?a=1",
        "details": {"message": "Cannot GET /v2/nope?a=1", "error": "Not Found", "statusCode": 404},
    }


async def test_unreadable_bodies(talk, sandbox):
    headers = {"Authorization": f"Bearer {sandbox.api_key}", "Content-Type": "application/json"}
    for raw, message in (
        (b'{"bio":', "Unexpected end of JSON input"),
        (b"null", "Unexpected token 'n', \"null\" is not valid JSON"),
    ):
        async with talk.session.patch(f"{sandbox.url}/me", data=raw, headers=headers) as answer:
            assert answer.status == 400
            assert (await answer.json())["error"]["message"] == message
            assert "X-RateLimit-Limit-Default" not in answer.headers
    async with talk.session.patch(f"{sandbox.url}/me", data=io.BytesIO(b"x" * 11_000_000), headers=headers) as answer:
        assert (answer.status, await answer.json()) == (413, {"statusCode": 413, "message": "request entity too large"})


async def test_bad_percent_escape(talk, sandbox):
    from yarl import URL

    url = URL(sandbox.url + "/bookings/%E0%A4%A", encoded=True)
    async with talk.session.get(url, headers={"cal-api-version": "2024-08-13"}) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]["message"] == "Failed to decode param 'v2/bookings/%E0%A4%A'"


@pytest.mark.parametrize(
    ("version", "hosted", "local"),
    [
        (None, "old", "old"),
        ("2024-06-11", "old", "old"),
        ("2024-08-13", "current", "current"),
        ("'2024-08-13'", "old", "old"),
        ("2024-09-04", 404, 404),
        ("2026-02-25", "current", "old"),
        ("2026-05-01", "cursor", "old"),
        ("2026-06-12", 404, "old"),
    ],
)
async def test_bookings_list_versions(talk, self_hosted, version, hosted, local):
    for speak, expected in ((talk, hosted), (self_hosted, local)):
        reply = await speak("GET", "bookings", version=version)
        if expected == 404:
            assert (reply.status, reply.message) == (404, "Cannot GET /v2/bookings")
        elif expected == "old":
            assert reply.data == {"bookings": [], "recurringInfo": [], "nextCursor": None}
        else:
            assert ("nextCursor" in reply.body["pagination"]) == (expected == "cursor")


async def test_versionless_families_ignore_the_header(talk):
    for version in (None, "2024-08-13", "2024-09-04", "nonsense"):
        assert (await talk("GET", "me", version=version)).status == 200
