"""Teams, memberships, and what a team can be booked for."""

import pytest


async def test_teams_from_creation_to_deletion(talk):
    made = await talk("POST", "teams", {"name": "New Team!", "bio": "hello", "foo": 1})
    assert made.status == 201
    assert (made.data["slug"], made.data["bio"], made.data["isOrganization"]) == ("new-team", "hello", False)
    assert "foo" not in made.data
    team = made.data["id"]
    assert [each["id"] for each in (await talk("GET", "teams")).data] == [501, team]
    (owner,) = (await talk("GET", f"teams/{team}/memberships")).data
    assert (owner["role"], owner["userId"], owner["accepted"]) == ("OWNER", 1001, True)
    nameless = await talk("PATCH", f"teams/{team}", {"name": ""})
    assert nameless.body["error"]["details"]["errors"][0]["constraints"] == {
        "isLength": "name must be longer than or equal to 1 characters",
    }
    assert (await talk("PATCH", f"teams/{team}", {"name": "N", "bio": "x"})).data["bio"] == "x"
    assert (await talk("PATCH", f"teams/{team}", {"bio": "y"})).data["name"] == "N"
    taken = await talk("POST", "teams", {"name": "N", "slug": "example-team"})
    assert (taken.status, taken.body["error"]["code"]) == (409, "CONFLICT")
    assert "details" not in taken.body["error"]
    assert (await talk("DELETE", f"teams/{team}")).data["id"] == team
    assert [each["id"] for each in (await talk("GET", "teams")).data] == [501]


async def test_a_self_hosted_server_wants_the_name_of_a_team_every_time(self_hosted):
    nameless = await self_hosted("PATCH", "teams/501", {"bio": "x"})
    assert nameless.body["error"]["details"]["errors"][0]["constraints"] == {
        "isLength": "name must be longer than or equal to 1 characters",
        "isString": "name must be a string",
    }


async def test_roles(talk):
    member = await talk("PATCH", "teams/501", {"name": "x"}, user="member")
    assert (member.status, member.message) == (
        403,
        "RolesGuard - user with id=1002 does not have the minimum required role=TEAM_OWNER within team with id=501.",
    )
    for team in (501, 99999):
        stranger = await talk("GET", f"teams/{team}", user="outsider")
        assert (stranger.status, stranger.message) == (
            403,
            f"RolesGuard - User is not a member of the team with id={team}.",
        )
    assert (await talk("GET", "teams/501", user="member")).data["name"] == "Example Team"
    assert (await talk("GET", "teams/501", user=None)).status == 401
    assert (await talk("GET", "teams", user="outsider")).data == []


async def test_memberships(talk):
    listed = (await talk("GET", "teams/501/memberships")).data
    assert [(each["id"], each["role"], each["user"]["username"]) for each in listed] == [
        (8001, "OWNER", "owner"),
        (8002, "MEMBER", "member"),
    ]
    assert [each["id"] for each in (await talk("GET", "teams/501/memberships?take=1&skip=1")).data] == [8002]
    assert [each["id"] for each in (await talk("GET", "teams/501/memberships?emails=member@example.com")).data] == [
        8002
    ]
    comma = await talk("GET", "teams/501/memberships?emails=member@example.com,owner@example.com")
    assert comma.status == 400
    zero = await talk("GET", "teams/501/memberships?take=0")
    assert zero.body["error"]["details"]["errors"][0]["target"] == {"take": 0, "skip": 0}

    made = await talk("POST", "teams/501/memberships", {"userId": 1003})
    assert (made.status, made.data["role"], made.data["accepted"]) == (201, "MEMBER", True)
    path = f"teams/501/memberships/{made.data['id']}"
    assert (await talk("POST", "teams/501/memberships", {"userId": 1003})).status == 409
    assert (await talk("POST", "teams/501/memberships", {})).status == 400
    assert (await talk("GET", "teams/501", user="outsider")).status == 200
    assert (await talk("GET", path)).data == made.data
    assert (await talk("PATCH", path, {"role": "X"})).status == 400
    assert (await talk("PATCH", path, {"role": "ADMIN"})).data["role"] == "ADMIN"
    assert (await talk("DELETE", path)).data["role"] == "ADMIN"
    gone = await talk("GET", path)
    assert (gone.status, gone.message) == (404, "Organization's Team membership not found")


async def test_admins_see_the_bookings_of_members(talk):
    person = {"name": "G", "email": "g@example.org", "timeZone": "UTC"}
    sent = {"eventTypeId": 20010, "start": "2026-04-07T14:00:00Z", "attendee": person}
    uid = (await talk("POST", "bookings", sent)).data["uid"]
    assert [each["uid"] for each in (await talk("GET", "bookings")).data] == [uid]
    assert (await talk("GET", "bookings", user="outsider")).data == []
    made = await talk("POST", "teams/501/memberships", {"userId": 1003, "role": "ADMIN"})
    assert [each["uid"] for each in (await talk("GET", "bookings", user="outsider")).data] == [uid]
    await talk("DELETE", f"teams/501/memberships/{made.data['id']}")
    assert (await talk("GET", "bookings", user="outsider")).data == []


async def test_team_bookings_and_schedules(talk, self_hosted):
    person = {"name": "G", "email": "g@example.org", "timeZone": "UTC"}
    for event_type, hour in ((20008, 14), (20001, 10)):
        sent = {"eventTypeId": event_type, "start": f"2026-04-07T{hour}:00:00Z", "attendee": person}
        assert (await talk("POST", "bookings", sent)).status == 201
    listed = await talk("GET", "teams/501/bookings")
    assert [each["eventTypeId"] for each in listed.data] == [20008]
    assert listed.body["pagination"]["totalItems"] == 1
    assert (await talk("GET", "teams/501/bookings", user="member")).status == 403
    assert (await self_hosted("GET", "teams/501/bookings")).message == "Cannot GET /v2/teams/501/bookings"
    schedules = (await talk("GET", "teams/501/schedules")).data
    assert [(each["ownerId"], each["isDefault"]) for each in schedules] == [(1001, True), (1002, True)]


async def test_invitations(talk, self_hosted):
    one, two = [(await talk("POST", "teams/501/invite")).data for _ in range(2)]
    assert one["token"] != two["token"]
    assert one["token"] in one["inviteLink"]
    assert (await self_hosted("POST", "teams/501/invite")).status == 404


async def test_team_event_types(talk):
    listed = (await talk("GET", "teams/501/event-types", user=None)).data
    assert [(each["id"], each["schedulingType"]) for each in listed] == [(20008, "roundRobin"), (20009, "collective")]
    assert listed[0]["team"]["slug"] == "example-team"
    assert listed[0]["hosts"][0] == {
        "userId": 1001,
        "mandatory": False,
        "priority": "medium",
        "name": "Owner Example",
        "username": "owner",
        "avatarUrl": None,
    }
    sent = {
        "title": "T",
        "slug": "t",
        "lengthInMinutes": 30,
        "schedulingType": "collective",
        "hosts": [{"userId": 1002}],
    }
    made = await talk("POST", "teams/501/event-types", sent)
    assert (made.status, made.data["schedulingType"], made.data["team"]) == (201, "collective", {"id": 501})
    assert (made.data["ownerId"], made.data["teamId"]) == (None, 501)
    path = f"teams/501/event-types/{made.data['id']}"
    assert (await talk("GET", path)).data == made.data
    changed = await talk("PATCH", path, {"title": "New", "assignAllTeamMembers": True})
    assert (changed.data["title"], [each["userId"] for each in changed.data["hosts"]]) == ("New", [1001, 1002])
    assert [each["id"] for each in (await talk("GET", "teams/501/event-types?eventSlug=t")).data] == [made.data["id"]]
    assert (await talk("DELETE", path)).data == {"id": made.data["id"], "title": "New"}
    assert (await talk("DELETE", path)).message == f"Event type with ID={made.data['id']} does not exist."
    assert (await talk("GET", path)).message == f"Event type with id {made.data['id']} not found"


async def test_managed_event_types_answer_with_their_children(talk):
    sent = {"title": "M", "slug": "m", "lengthInMinutes": 30, "schedulingType": "managed", "assignAllTeamMembers": True}
    parent, *children = (await talk("POST", "teams/501/event-types", sent)).data
    assert [each["ownerId"] for each in children] == [1001, 1002]
    assert {each["parentEventTypeId"] for each in children} == {parent["id"]}
    path = f"teams/501/event-types/{parent['id']}"
    assert (await talk("GET", path)).data["id"] == parent["id"]
    renamed = (await talk("PATCH", path, {"title": "M2"})).data
    assert [each["title"] for each in renamed] == ["M2"] * 3
    assert "m" in [each["slug"] for each in (await talk("GET", "event-types", user="member")).data]
    await talk("DELETE", path)
    assert "m" not in [each["slug"] for each in (await talk("GET", "event-types", user="member")).data]


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ({"schedulingType": "x"}, 400, "schedulingType must be one of the following values"),
        ({"hosts": [{"userId": 1003}]}, 404, "Invalid hosts: 1003 are not members of team with id 501."),
        ({"lengthInMinutes": 0}, 400, "lengthInMinutes must not be less than 1"),
        ({"slug": "team-collective"}, 400, "slug"),
    ],
)
async def test_team_event_types_refused(talk, change, status, text):
    sent = {
        "title": "T",
        "slug": "t",
        "lengthInMinutes": 30,
        "schedulingType": "collective",
        "hosts": [{"userId": 1002}],
    }
    reply = await talk("POST", "teams/501/event-types", sent | change)
    assert reply.status == status
    assert text in str(reply.body)
    assert (await talk("POST", "teams/501/event-types", sent, user="member")).status == 403


async def test_team_event_types_hardly_care_about_the_version(talk):
    for version in (None, "2024-06-14", "2024-08-13"):
        assert "type" in (await talk("GET", "teams/501/event-types", version=version)).data[0]["bookingFields"][0]
    newest = await talk("GET", "teams/501/event-types", version="2026-06-12")
    assert newest.data[0]["bookingFields"][0]["field"] == "name"
