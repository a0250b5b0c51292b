"""Workflows: kept as they were sent, but for what the real server does to them."""

import pytest

STEP = {
    "action": "email_attendee",
    "stepNumber": 1,
    "recipient": "attendee",
    "template": "custom",
    "sender": "Cal",
    "includeCalendarEvent": True,
    "message": {"subject": "S", "html": "<p>x</p>"},
}


def workflow(**changes):
    return {
        "name": "WF",
        "activation": {"isActiveOnAllEventTypes": False, "activeOnEventTypeIds": [20001]},
        "trigger": {"type": "beforeEvent", "offset": {"value": 2, "unit": "day"}},
        "steps": [STEP],
        **changes,
    }


async def test_a_workflow_of_a_user(talk):
    made = await talk("POST", "workflows", workflow())
    assert (made.status, made.data["type"], made.data["trigger"]) == (201, "event-type", workflow()["trigger"])
    assert made.data["activation"]["activeOnEventTypeIds"] == [20001]
    step = made.data["steps"][0]
    assert (step["template"], step["email"], step["phone"]) == ("reminder", "", "")
    path = f"workflows/{made.data['id']}"
    assert (await talk("GET", path)).data == made.data
    assert (await talk("GET", "workflows")).data == [made.data]
    assert (await talk("GET", path, user="member")).status == 404
    renamed = await talk("PATCH", path, {"name": "Other"})
    assert renamed.data["name"] == "Other"
    assert renamed.data["trigger"]["offset"] == {"value": 1, "unit": "hour"}  # a change without a trigger resets it
    assert (await talk("DELETE", path)).body == {"status": "success"}
    assert (await talk("GET", path)).status == 404


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"type": "beforeEvent"}, {"type": "beforeEvent", "offset": {"value": 24, "unit": "hour"}}),
        ({"type": "newEvent"}, {"type": "newEvent"}),
        ({"type": "bookingRequested"}, {"type": "beforeEvent", "offset": {"value": 1, "unit": "hour"}}),
        (
            {"type": "afterHostsCalVideoNoShow", "offset": {"value": 30, "unit": "minute"}},
            {"type": "afterHostsCalVideoNoShow", "offset": {"value": 1, "unit": "hour"}},
        ),
    ],
)
async def test_triggers_as_they_are_kept(talk, sent, kept):
    assert (await talk("POST", "workflows", workflow(trigger=sent))).data["trigger"] == kept


async def test_changed_steps_replace_the_old_ones_by_id(talk):
    made = (await talk("POST", "workflows", workflow())).data
    path, first = f"workflows/{made['id']}", made["steps"][0]["id"]
    sms = {"action": "sms_attendee", "stepNumber": 2, "sender": "Cal", "message": {"subject": "s", "text": "hi"}}
    steps = (await talk("PATCH", path, {"steps": [{**STEP, "id": first}, {**sms, "id": -1}]})).data["steps"]
    assert [(each["id"], each["action"]) for each in steps] == [(first, "email_attendee"), (first + 1, "sms_attendee")]
    assert steps[1]["message"] == {"subject": "s", "text": ""}  # the text of a short message is lost
    assert (await talk("PATCH", path, {"steps": [{**STEP, "id": 99_999}]})).data["steps"] == []
    assert (await talk("PATCH", path, {"steps": [STEP]})).status == 400


async def test_what_a_workflow_needs(talk):
    empty = await talk("POST", "workflows", {})
    assert {each["property"] for each in empty.body["error"]["details"]["errors"]} == {"name", "steps"}
    bad = workflow(trigger={"type": "beforeEvent", "offset": {"value": "x", "unit": "year"}})
    error = (await talk("POST", "workflows", bad)).body["error"]["details"]["errors"][0]
    assert (error["property"], error["children"][0]["property"]) == ("trigger", "offset")
    unknown = workflow(steps=[{**STEP, "action": "fax"}])
    assert (await talk("POST", "workflows", unknown)).status == 400


async def test_a_self_hosted_server_has_none_of_users(self_hosted):
    assert (await self_hosted("GET", "workflows")).message == "Cannot GET /v2/workflows"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("sender", 7), ("stepNumber", "1"), ("phoneRequired", "yes"), ("includeCalendarEvent", {}), ("recipient", "me")],
)
async def test_a_step_is_told_what_is_wrong_with_it(talk, name, wrong):
    refused = await talk("POST", "workflows", workflow(steps=[STEP, {**STEP, name: wrong}]))
    assert refused.status == 400
    [error] = refused.body["error"]["details"]["errors"]
    [row] = error["children"]
    assert (error["property"], row["property"]) == ("steps", "1")
    assert [each["property"] for each in row["children"]] == [name]
