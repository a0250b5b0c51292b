"""Routing forms: where a response leads, and what is kept of it."""

import pytest

FIELDS = [
    {"id": "fld-name", "type": "text", "label": "Name", "required": True, "identifier": "name"},
    {
        "id": "fld-size",
        "type": "select",
        "label": "Size",
        "options": [{"id": "opt-small", "label": "Small"}, {"id": "opt-big", "label": "Big"}],
        "required": True,
        "identifier": "size",
    },
]
DAY = "start=2026-04-07&end=2026-04-07"


def rule(option):
    properties = {"field": "fld-size", "value": [option], "operator": "select_equals"}
    return {"type": "group", "children1": {"r": {"type": "rule", "properties": properties}}}


ROUTES = [
    {"id": "a", "action": {"type": "eventTypeRedirectUrl", "eventTypeId": 20008}, "queryValue": rule("opt-big")},
    {
        "id": "b",
        "action": {"type": "externalRedirectUrl", "value": "https://example.com/small"},
        "queryValue": rule("opt-small"),
    },
    {"id": "c", "action": {"type": "customPageMessage", "value": "Thanks!"}, "isFallback": True},
]


@pytest.fixture
def form(sandbox):
    return sandbox.routing_form(name="Contact us", fields=FIELDS, routes=ROUTES, team_id=501)


@pytest.fixture
def respond(talk, form):
    async def send(more="", **answers):
        return await talk("POST", f"teams/501/routing-forms/{form}/responses?{DAY}{more}", answers)

    return send


async def test_a_response_leads_to_slots(respond):
    for size in ("Big", "opt-big"):
        reply = await respond(name="Zed", size=size)
        assert reply.status == 201
        assert reply.data["eventTypeId"] == 20008
        assert list(reply.data["slots"]) == ["2026-04-07"]
    assert reply.data["routing"] == {"responseId": 2, "teamMemberIds": [], "skipContactOwner": False}


async def test_a_response_leads_elsewhere(respond):
    away = (await respond(name="Zed", size="Small")).data["routingExternalRedirectUrl"]
    assert away.startswith("https://example.com/small?name=Zed&size=Small&form=")
    assert (await respond(name="Zed", size="Nope")).data == {"routingCustomMessage": "Thanks!"}


async def test_the_fallback_comes_last_wherever_it_stands(talk, sandbox):
    form = sandbox.routing_form(name="F", fields=FIELDS, routes=ROUTES[::-1], team_id=501)
    path = f"teams/501/routing-forms/{form}/responses?{DAY}"
    assert "eventTypeId" in (await talk("POST", path, {"name": "Zed", "size": "Big"})).data
    assert (await talk("POST", path, {"name": "Zed", "size": "Nope"})).data == {"routingCustomMessage": "Thanks!"}
    ruled = sandbox.routing_form(name="G", fields=FIELDS, routes=ROUTES[:2], team_id=501)
    nowhere = await talk("POST", f"teams/501/routing-forms/{ruled}/responses?{DAY}", {"name": "Zed", "size": "Nope"})
    assert nowhere.status == 404


async def test_queued_responses_are_not_kept(respond, talk, form):
    queued = (await respond("&queueResponse=true&format=range&timeZone=Europe/Rome", name="Q", size="Big")).data
    assert queued["routing"]["queuedResponseId"].startswith("cm")
    first = queued["slots"]["2026-04-07"][0]
    assert first["start"].endswith("+02:00")
    assert first["end"] > first["start"]
    counts = (await talk("POST", "insights/routings/forms-by-status", figures())).data
    assert counts is None


def figures(**more):
    return {"scope": "user", "startDate": "2026-04-01", "endDate": "2026-04-30", **more}


async def test_insights_count_responses(respond, talk):
    await respond(name="Zed", size="Big")
    counts = (await talk("POST", "insights/routings/forms-by-status", figures())).data
    assert counts == {"total": 1, "totalWithoutBooking": 1, "totalWithBooking": 0}
    listed = (await talk("POST", "insights/routings/form-responses", figures(offset=0, limit=10))).data
    assert (listed["total"], listed["data"][0]["formName"]) == (1, "Contact us")
    failed = (await talk("POST", "insights/routings/failed-bookings-by-field", figures())).data
    assert failed == {"Contact us": {"Size": [{"optionId": "opt-big", "optionLabel": "Big", "count": 1}]}}
    fields = (await talk("POST", "insights/routings/form-field-options", {"scope": "user"})).data
    assert [each["label"] for each in fields] == ["Name", "Size"]
    routed = (await talk("POST", "insights/routings/routed-to-per-period", figures(period="perWeek", limit=5))).data
    assert routed == {"users": {"data": []}, "periodStats": {"data": []}}


async def test_refused_responses(respond, talk, form):
    lacking = await respond(size="Big")
    assert (lacking.status, lacking.message) == (400, "Missing required fields Name")
    assert (await respond()).message == "Missing required fields Name, Size"
    no_dates = await talk("POST", f"teams/501/routing-forms/{form}/responses", {"name": "Zed"})
    assert [each["property"] for each in no_dates.body["error"]["details"]["errors"]] == ["start", "end"]
    unknown = await talk("POST", f"teams/501/routing-forms/nope/responses?{DAY}", {})
    assert unknown.message == "IsRoutingFormInTeam - team with id=(501) does not own routing form with id=(nope)."


async def test_calculating_slots_needs_no_credentials(talk, form):
    path = f"routing-forms/{form}/calculate-slots?{DAY}"
    reply = await talk("POST", path, {"name": "Zed", "size": "Big"}, user=None)
    assert (reply.status, reply.data["eventTypeId"]) == (200, 20008)
    away = await talk("POST", path, {"name": "Zed", "size": "Small"}, user=None)
    assert (away.status, away.message) == (404, "Routed to a non cal.com event type URL.")
    assert (await talk("POST", path, {}, user=None)).status == 404
