"""The examples that are published for Cal.com's Lua functions run as they stand, and print what they say."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from calcom_async.agent import Toolkit
from calcom_async.agent.lua import LuaResult, run_lua

REFERENCE = Path(
    os.environ.get("CALCOM_SEED_REFERENCE", Path(__file__).parents[4] / "shared" / "seed" / "cal-com-lua-reference.txt")
)
PLACEHOLDER = re.compile(r"\[email\s+protected\]")

EXAMPLES = {
    "event types": """
-- Every event type
local result = app.integrations["cal-com"].list_event_types({})

for _, et in ipairs(result.event_types or {}) do
  print(et.id .. ": " .. et.title .. " (" .. et.length .. " min)")
end

-- Those of one team
local result = app.integrations["cal-com"].list_event_types({
  teamId = 5,
  limit = 10
})
return result.event_types
""",
    "an event type": """
local et = app.integrations["cal-com"].get_event_type({ id = 42 }).event_type
print(et.title)
print("Duration: " .. et.length .. " minutes")
print("Description: " .. (et.description or "N/A"))
""",
    "a booking is made": """
local result = app.integrations["cal-com"].create_booking({
  eventTypeId = 42,
  start = "2026-04-10T09:00:00Z",
  end = "2026-04-10T09:30:00Z",
  responses = {
    name = "Grace",
    email = "grace@example.com",
    notes = "Looking forward to the call!"
  }
})

print("Booking created: " .. result.booking.id)

-- With fields of one's own
local result = app.integrations["cal-com"].create_booking({
  eventTypeId = 7,
  start = "2026-05-01T14:00:00Z",
  end = "2026-05-01T14:45:00Z",
  responses = {
    name = "Edsger",
    email = "edsger@example.com",
    phone = "+1-555-0123",
    company = "Example Ltd"
  }
})
return result.booking
""",
    "bookings": """
local result = app.integrations["cal-com"].list_bookings({
  status = "confirmed",
  limit = 10
})

for _, booking in ipairs(result.bookings or {}) do
  print(booking.id .. ": " .. booking.title .. " at " .. booking.startTime)
end

local result = app.integrations["cal-com"].list_bookings({
  eventTypeId = 42,
  page = 1
})
return result.bookings
""",
    "a booking": """
local b = app.integrations["cal-com"].get_booking({ id = 123 }).booking
print("Title: " .. b.title)
print("Start: " .. b.startTime)
print("End: " .. b.endTime)
print("Status: " .. b.status)

for _, attendee in ipairs(b.attendees or {}) do
  print("Attendee: " .. attendee.name .. " <" .. attendee.email .. ">")
end
""",
    "teams": """
local result = app.integrations["cal-com"].list_teams({})

for _, team in ipairs(result.teams or {}) do
  print(team.id .. ": " .. team.name .. " (" .. #(team.members or {}) .. " members)")
end

local result = app.integrations["cal-com"].list_teams({
  limit = 5,
  page = 2
})
return result.teams
""",
    "the user": """
local user = app.integrations["cal-com"].get_current_user({}).user
print("Name: " .. user.name)
print("Email: " .. user.email)
print("Timezone: " .. (user.timeZone or "N/A"))
print("Username: " .. (user.username or "N/A"))
""",
    "accounts": """
app.integrations["cal-com"].list_bookings({})
app.integrations["cal-com"].default.list_bookings({})
app.integrations["cal-com"].work.list_bookings({})
app.integrations["cal-com"].personal.list_bookings({})
""",
    "the long name": """
local result = app.integrations.cal_com.cal_com_list_event_types({
  limit = 1,
  page = 1,
  teamId = 1
})
print(result)
""",
}
PRINTED = {
    "event types": [
        "7: Project kick-off (45 min)", "42: Half an hour (30 min)", "43: Office hour (60 min)", "44: Demo (45 min)",
        "45: Weekly check-in (30 min)", "46: Any length (30 min)",
    ],
    "an event type": ["Half an hour", "Duration: 30 minutes", "Description: A call about anything. Bring your questions."],
    "a booking": [
        "Title: Half an hour between Ada and Guest 1", "Start: 2026-04-08T13:00:00.000Z", "End: 2026-04-08T13:30:00.000Z",
        "Status: accepted", "Attendee: Guest 1 <guest1@example.com>", "Attendee: Guest 5 <guest5@example.com>",
    ],
    "teams": [
        "1: Engineering (3 members)", "2: Design (2 members)", "3: Support (2 members)", "4: Sales (2 members)",
        "5: Customer Success (3 members)", "6: Research (0 members)", "7: Operations (0 members)",
    ],
    "the user": ["Name: Ada", "Email: ada@example.com", "Timezone: Europe/London", "Username: ada"],
    "accounts": [],
}  # fmt: skip


async def check(name: str, result: LuaResult, tools: Toolkit) -> None:
    """A script of that kind printed and did what it says."""
    assert result.error is None, name
    lines = result.output.splitlines()
    functions = [call.function for call in result.integration_calls]
    assert all(call.success for call in result.integration_calls)
    if name in PRINTED:
        assert lines == PRINTED[name]
    match name:
        case "a booking is made":
            assert functions == ["create_booking", "create_booking"]
            assert len(lines) == 1
            made = int(lines[0].removeprefix("Booking created: "))
            booking = (await tools.call("get_booking", {"id": made})).data
            assert booking is not None
            assert booking["booking"]["startTime"] == "2026-04-10T09:00:00.000Z"
            assert booking["booking"]["endTime"] == "2026-04-10T09:30:00.000Z"
        case "bookings":
            assert functions == ["list_bookings", "list_bookings"]
            assert len(lines) == 10
            assert lines[0] == "101: Half an hour between Ada and Guest 1 at 2026-03-09T10:00:00.000Z"
        case "accounts":
            assert [call.account for call in result.integration_calls] == ["default", "default", "work", "personal"]
        case "the long name":
            assert lines[0] == "{"
            assert lines[-1] == "}"
            assert "  event_types = {" in lines
            assert any(line.startswith('      title = "') for line in lines)
            assert any(line.startswith("  pagination = {") for line in lines)


@pytest.mark.parametrize("name", EXAMPLES)
async def test_an_example_runs(name: str, tools: Toolkit) -> None:
    result = await run_lua(EXAMPLES[name], tools)
    await check(name, result, tools)
    match name:
        case "event types":
            assert [one["id"] for one in result.result] == [51, 52]
        case "a booking is made":
            assert result.result["startTime"] == "2026-05-01T14:00:00.000Z"
            assert result.result["eventTypeId"] == 7
        case "bookings":
            assert result.result
            assert {one["eventTypeId"] for one in result.result} == {42}
        case "teams":
            assert [one["id"] for one in result.result] == [6, 7]


def published() -> dict[str, str]:
    """The Lua blocks of the reference, by what they do; its last example stands outside of a fence."""
    if not REFERENCE.exists():
        return {}
    text = REFERENCE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```lua\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    blocks += re.findall(
        r"^local result = app\.integrations\.cal_com\..*?^print\(result\)", text, re.DOTALL | re.MULTILINE
    )
    kinds = {
        "list_event_types({})": "event types", "get_event_type": "an event type", "create_booking": "a booking is made",
        'status = "confirmed"': "bookings", "get_booking": "a booking", "list_teams": "teams",
        "get_current_user": "the user", ".personal.": "accounts", "cal_com_list_event_types": "the long name",
    }  # fmt: skip
    return {next(kind for mark, kind in kinds.items() if mark in block): block for block in blocks}


@pytest.mark.contract
@pytest.mark.parametrize("name", EXAMPLES)
async def test_a_published_example_runs_unchanged(name: str, tools: Toolkit) -> None:
    blocks = published()
    if not blocks:
        pytest.skip("no published reference (CALCOM_SEED_REFERENCE)")
    assert blocks.keys() == EXAMPLES.keys()
    script = PLACEHOLDER.sub("grace@example.com", blocks[name])
    result = await run_lua(script, tools)
    await check(name, result, tools)
