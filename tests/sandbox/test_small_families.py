"""Credits, notifications, allowlists, fixed-date events, booking limits of teams, and what is told of event types."""

from calcom_async.sandbox import team_booking_limits


async def test_credits(talk, sandbox):
    none = {"hasCredits": False, "balance": {"monthlyRemaining": 0, "additional": 0}}
    assert (await talk("GET", "credits/available")).data == none
    charge = {"credits": 3, "creditFor": "AI_AGENT", "externalRef": "a"}
    assert (await talk("POST", "credits/charge", charge)).status == 403
    sandbox.give_credits(10)
    for _ in range(2):  # the second time the reference is known
        assert (await talk("POST", "credits/charge", charge)).status == 200
    assert (await talk("GET", "credits/available")).data["balance"]["additional"] == 7
    assert (await talk("POST", "credits/charge", {"credits": 0, "creditFor": "FAX"})).status == 400


async def test_notifications(talk):
    path = "notifications/subscriptions/app-push"
    body = {"token": "ExponentPushToken[x]", "platform": "IOS", "deviceId": "d"}
    first = await talk("POST", path, body)
    assert (first.status, first.data["identifier"]) == (201, "ExponentPushToken[x]")
    assert (await talk("POST", path, body)).data["id"] == first.data["id"]
    gone = await talk("DELETE", path, {"token": "ExponentPushToken[x]"})
    assert gone.body == {"status": "success", "message": "App push subscription removed successfully"}
    assert (await talk("DELETE", path, {"token": "ExponentPushToken[x]"})).status == 404
    for chat in ("slack", "telegram"):
        intent = await talk("POST", f"notifications/subscriptions/{chat}/link-intents")
        assert (intent.status, intent.data["expiresAt"][:15]) == (201, "2026-04-06T08:1")


async def test_allowlists_are_public(talk):
    services = (await talk("GET", "allowlists", user=None)).data["services"]
    one = (await talk("GET", "allowlists/webhooks", user=None)).data["service"]
    assert one == {**services["webhooks"], "name": "webhooks"}
    assert (await talk("GET", "allowlists/nope", user=None)).status == 404


async def test_there_are_no_fixed_date_events(talk):
    assert (await talk("GET", "events")).data == []
    assert (await talk("GET", "events/x")).status == 404


async def test_booking_limits_of_teams(talk, sandbox):
    assert (await talk("GET", "me/team-booking-limits")).data["teams"] == []
    team_booking_limits.set_team_limit(sandbox.backend, 501, {"perDay": 4})
    listed = (await talk("GET", "me/team-booking-limits")).data
    assert listed["teams"][0]["effectiveLimit"]["perDay"] == 4
    changed = (await talk("PATCH", "me/team-booking-limits/501", {"perDay": 2})).data
    assert (changed["memberLimit"]["perDay"], changed["effectiveLimit"]["perDay"]) == (2, 2)
    assert (await talk("DELETE", "me/team-booking-limits/501")).status == 204
    assert (await talk("GET", "me/team-booking-limits")).data["teams"][0]["memberLimit"] is None
    assert (await talk("PATCH", "me/team-booking-limits/501", {"perDay": 2}, user="outsider")).status == 403


async def test_members_of_a_team_are_away(talk):
    path = "teams/501/users/1002/ooo"
    body = {"start": "2026-05-01T00:00:00.000Z", "end": "2026-05-02T00:00:00.000Z"}
    made = await talk("POST", path, body)
    assert (made.status, made.data["userId"]) == (201, 1002)
    assert len((await talk("GET", path)).data) == 1
    assert (await talk("PATCH", f"{path}/{made.data['id']}", {"notes": "x"})).data["notes"] == "x"
    assert (await talk("DELETE", f"{path}/{made.data['id']}")).status == 200
    assert (await talk("GET", "teams/501/users/1003/ooo")).status == 403
    assert (await talk("GET", path, user="member")).status == 403


async def test_what_is_told_of_event_types(talk):
    async def ask(path, **changes):
        return await talk("GET", f"event-types/{path}", version="2026-06-12", **changes)

    history = await ask("20001/history")
    assert [each["action"] for each in history.data["auditLogs"]] == ["EVENT_TYPE_CREATED"]
    assert history.body["pagination"] == {"nextCursor": None, "hasMore": False}
    own = await ask("20001/scheduling-config")
    assert (own.status, "is not a team event type" in own.message) == (422, True)
    team = (await ask("20008/scheduling-config")).data
    assert (team["schedulingType"], [each["userId"] for each in team["hosts"]]) == ("roundRobin", [1001, 1002])
    errors = await ask("20001/crm-sync-errors?appSlug=salesforce")
    assert (errors.data, errors.body["pagination"]["hasMore"]) == ([], False)
    assert (await ask("20001/crm-sync-errors")).status == 400
    assert (await ask("20001/history", user="outsider")).status == 404


async def test_nobody_is_called(talk):
    body = {"yourPhoneNumber": "+37120000001", "numberToCall": "+37120000002", "calApiKey": "k"}
    called = await talk("POST", "teams/501/event-types/20008/create-phone-call", body)
    assert (called.status, called.body) == (500, {"statusCode": 500, "message": "Internal server error"})
    assert (await talk("POST", "teams/501/event-types/20008/create-phone-call", {})).status == 400


async def test_a_self_hosted_server_has_none_of_these(self_hosted):
    for method, path in (
        ("GET", "credits/available"),
        ("GET", "allowlists"),
        ("GET", "events"),
        ("GET", "me/team-booking-limits"),
        ("POST", "insights/bookings/kpi-stats"),
        ("POST", "notifications/subscriptions/slack/link-intents"),
    ):
        assert (await self_hosted(method, path)).message == f"Cannot {method} /v2/{path}"
