"""The families that an organization and its teams have on paths of their own, and what only organizations are told."""

import pytest


@pytest.fixture
def organization(sandbox):
    return sandbox.organization(members=["member"])


@pytest.fixture
async def team(talk, organization):
    """The path of a team of the organization."""
    made = await talk("POST", f"organizations/{organization}/teams", {"name": "Sales"})
    return f"organizations/{organization}/teams/{made.data['id']}"


async def test_verified_resources(talk, sandbox, team):
    path = f"{team}/verified-resources/emails"
    await talk("POST", f"{path}/verification-code/request", {"email": "sales@example.com"})
    body = {"email": "sales@example.com", "code": sandbox.verification_code("sales@example.com")}
    made = (await talk("POST", f"{path}/verification-code/verify", body)).data
    assert (made["teamId"], made["userId"]) == (int(team.rpartition("/")[2]), 1001)
    assert (await talk("GET", path)).data == [made]
    refused = await talk("GET", path, user="member")
    assert refused.status == 403


async def test_workflows_for_forms_and_event_types_are_apart(talk, sandbox, team):
    form = sandbox.routing_form(name="F", fields=[], routes=[], team_id=int(team.rpartition("/")[2]))
    step = {"action": "email_attendee", "stepNumber": 1, "sender": "Cal", "message": {"subject": "S", "html": "x"}}
    body = {"name": "Forms", "steps": [step], "activation": {"activeOnRoutingFormIds": [form]}}
    made = (await talk("POST", f"{team}/workflows/routing-form", body)).data
    assert made["type"] == "routing-form"
    assert made["activation"] == {"isActiveOnAllRoutingForms": False, "activeOnRoutingFormIds": [form]}
    assert (await talk("GET", f"{team}/workflows")).data == []
    wrong = await talk("GET", f"{team}/workflows/{made['id']}")
    assert (wrong.status, "event-type workflow" in wrong.message) == (404, True)
    assert (await talk("GET", f"{team}/workflows/{made['id']}/routing-form")).data == made
    foreign = await talk(
        "POST", f"{team}/workflows", {"name": "x", "steps": [step], "activation": {"activeOnEventTypeIds": [20001]}}
    )
    assert (foreign.status, foreign.message) == (401, "You are not authorized to access this resource")


async def test_routing_forms(talk, sandbox, organization, team):
    fields = [{"id": "f", "type": "text", "label": "Name", "required": True, "identifier": "name"}]
    fallback = [{"id": "r", "action": {"type": "customPageMessage", "value": "Thanks!"}, "isFallback": True}]
    form = sandbox.routing_form(name="F", fields=fields, routes=fallback, team_id=int(team.rpartition("/")[2]))
    for path in (f"organizations/{organization}", team):
        forms = (await talk("GET", f"{path}/routing-forms")).data
        assert [each["id"] for each in forms] == [form]
        responses = f"{path}/routing-forms/{form}/responses"
        sent = await talk("POST", f"{responses}?start=2026-04-07&end=2026-04-07", {"name": "Zed"})
        assert (sent.status, sent.data) == (201, {"routingCustomMessage": "Thanks!"})
    kept = (await talk("GET", f"{responses}?sortCreatedAt=asc")).data
    assert [each["response"] for each in kept] == [{"f": {"label": "Name", "value": "Zed"}}] * 2
    changed = await talk("PATCH", f"{responses}/{kept[0]['id']}", {"response": {"f": {"value": "Zoe"}}})
    assert changed.data["response"] == {"f": {"value": "Zoe"}}
    assert (await talk("GET", f"organizations/{organization}/routing-forms?take=0")).data == []
    assert (await talk("GET", f"organizations/{organization}/routing-forms?sortCreatedAt=up")).status == 400
    assert (await talk("GET", f"organizations/{organization}/routing-forms/nope/responses")).status == 404
    assert (await talk("GET", f"{team}/routing-forms/nope/responses")).status == 403


async def test_conferencing_apps(talk, team, organization):
    assert (await talk("POST", f"{team}/conferencing/daily-video/default")).status == 200
    assert (await talk("GET", f"{team}/conferencing/default")).data == {"appSlug": "daily-video"}
    assert (await talk("GET", f"{team}/conferencing/zoom/oauth/callback", user=None)).status == 401
    assert (await talk("GET", f"{team}/stripe/check", user="member")).status == 403
    of_member = f"organizations/{organization}/users/1002/conferencing"
    assert (await talk("GET", of_member)).data == []
    assert (await talk("POST", f"{of_member}/default", {"appSlug": "daily-video"})).status == 200
    assert (await talk("GET", "conferencing/default", user="member")).data == {"appSlug": "daily-video"}


async def test_booking_fields(talk, team):
    body = {"title": "T", "slug": "t", "lengthInMinutes": 30, "schedulingType": "collective", "hosts": []}
    made = (await talk("POST", f"{team}/event-types", body)).data
    fields = await talk("GET", f"{team}/event-types/{made['id']}/booking-fields", version="2026-06-12")
    assert [each["slug"] for each in fields.data["bookingFields"]][:2] == ["name", "email"]


async def test_the_history_of_a_persons_attributes(talk, organization):
    path = f"organizations/{organization}/attributes"
    options = [{"value": "A", "slug": "a"}, {"value": "B", "slug": "b"}]
    body = {"name": "Team", "slug": "team", "type": "MULTI_SELECT", "options": options}
    attribute = (await talk("POST", path, body)).data
    chosen = (await talk("GET", f"{path}/{attribute['id']}/options")).data
    for each in chosen:
        sent = {"attributeId": attribute["id"], "attributeOptionId": each["id"]}
        assert (await talk("POST", f"{path}/options/1002", sent)).status == 201
    weighed = await talk("PATCH", f"{path}/options/1002/{chosen[0]['id']}", {"weight": 7})
    assert (weighed.status, weighed.data["weight"]) == (200, 7)
    history = f"{path}/assignments/1002/history"
    first = (await talk("GET", f"{history}?limit=1")).data
    assert (len(first["auditLogs"]), first["hasMore"]) == (1, True)
    rest = (await talk("GET", f"{history}?limit=1&cursor={first['nextCursor']}")).data
    assert (len(rest["auditLogs"]), rest["hasMore"], "nextCursor" in rest) == (1, False, False)
    assert first["auditLogs"][0]["changes"][0]["attribute"]["slug"] == "team"
    for tail in ("", "/user/1002"):
        synchronized = await talk("GET", f"{path}/sync-history{tail}")
        assert synchronized.body["meta"] == {"hasMore": False}
    assert (await talk("GET", history, user="member")).status == 403


async def test_resetting_a_rotation(talk, organization):
    path = f"organizations/{organization}/delegation-credentials"
    key = {"client_email": "a@example.com", "private_key": "k", "client_id": "c"}
    body = {"workspacePlatformSlug": "google", "domain": "example.com", "serviceAccountKey": key}
    made = (await talk("POST", path, body)).data
    assert (await talk("POST", f"{path}/{made['id']}/reset-rotation")).data["id"] == made["id"]
    assert (await talk("POST", f"{path}/nope/reset-rotation")).status == 404


async def test_unwanted_bookers(talk, organization):
    async def book(event_type, hour, email):
        attendee = {"name": "Zed", "email": email, "timeZone": "UTC"}
        body = {"eventTypeId": event_type, "start": f"2026-04-07T{hour}:00:00Z", "attendee": attendee}
        return (await talk("POST", "bookings", body)).data["uid"]

    first = await book(20001, "09", "spam@example.net")
    second = await book(20002, "10", "more@example.net")
    kept = await book(20003, "11", "grace@example.com")
    body = {"bookingUid": first, "reason": "SPAM", "reportType": "EMAIL"}
    reported = await talk("POST", f"organizations/{organization}/bookings/report", body)
    assert (reported.status, reported.data["cancelledCount"]) == (200, 1)
    body = {"bookingUid": first, "blockType": "DOMAIN"}
    blocked = await talk("POST", f"organizations/{organization}/bookings/block", body)
    assert (blocked.data["cancelledCount"], blocked.data["blockedValue"]) == (1, "example.net")
    states = [(await talk("GET", f"bookings/{uid}")).data["status"] for uid in (first, second, kept)]
    assert states == ["cancelled", "cancelled", "accepted"]
