"""Private links and refreshing a key."""


async def test_private_links(talk):
    async def links(method, path="", body=None, version="2024-09-04"):
        return await talk(method, f"event-types/20002/private-links{path}", body, version=version)

    assert (await links("GET")).data == []
    counted = await links("POST", body={"maxUsageCount": 5})
    assert counted.status == 201
    assert counted.data == {
        "linkId": counted.data["linkId"],
        "eventTypeId": 20002,
        "isExpired": False,
        "bookingUrl": counted.data["bookingUrl"],
        "maxUsageCount": 5,
        "usageCount": 0,
    }
    timed = await links("POST", body={"expiresAt": "2020-01-01T00:00:00Z"})
    assert (timed.data["isExpired"], timed.data["expiresAt"]) == (True, "2020-01-01T00:00:00.000Z")
    assert (await links("POST", body={})).status == 400
    later = await links("PATCH", f"/{timed.data['linkId']}", {"expiresAt": "2027-01-01"})
    assert later.data["isExpired"] is False
    assert (await links("PATCH", f"/{counted.data['linkId']}", {})).data == counted.data
    assert (await links("PATCH", "/nope", {"maxUsageCount": 1})).message == "Updated link not found"
    gone = await links("DELETE", f"/{counted.data['linkId']}")
    assert gone.data == {"linkId": counted.data["linkId"], "message": "Private link deleted successfully"}
    assert len((await links("GET")).data) == 1
    assert (await links("GET", version=None)).status == 404


async def test_private_links_of_a_self_hosted_server_want_no_version(self_hosted):
    for version, status in ((None, 200), ("2024-04-15", 200), ("2024-06-14", 404), ("2024-09-04", 404)):
        assert (await self_hosted("GET", "event-types/20002/private-links", version=version)).status == status


async def test_refreshing_a_key_kills_the_old_one(talk, sandbox):
    refreshed = await talk("POST", "api-keys/refresh", {"apiKeyDaysValid": 10})
    new = {"Authorization": f"Bearer {refreshed.data['apiKey']}"}
    assert (await talk("GET", "me")).status == 401
    assert (await talk("GET", "me", headers=new)).data["username"] == "owner"
    sandbox.clock.advance(days=11)
    expired = await talk("GET", "me", headers=new)
    assert (expired.status, expired.message) == (401, "ApiAuthStrategy - api key - Your api key is expired")
    bad = await talk("POST", "api-keys/refresh", {"apiKeyDaysValid": "x"}, user="member")
    assert bad.body["error"]["details"]["errors"][0]["constraints"] == {
        "min": "apiKeyDaysValid must not be less than 1",
        "isInt": "apiKeyDaysValid must be an integer number",
    }
    eternal = await talk("POST", "api-keys/refresh", {"apiKeyNeverExpires": True}, user="member")
    sandbox.clock.advance(days=5000)
    headers = {"Authorization": f"Bearer {eternal.data['apiKey']}"}
    assert (await talk("GET", "me", headers=headers)).data["username"] == "member"
