"""Organizations: who may do what, their teams and people, and what they keep about them."""

from __future__ import annotations

import pytest


@pytest.fixture
def organization(sandbox):
    """The owner's, with the member in it; the outsider stays outside."""
    return sandbox.organization(members=["member"])


async def test_access_is_refused_in_the_words_of_the_real_server(talk, organization):
    at = f"organizations/{organization}"
    unknown = await talk("GET", "organizations/999/teams")
    assert (unknown.status, unknown.message) == (
        403,
        "IsOrgGuard - provided organization id=999 does not represent any existing organization.",
    )
    outside = await talk("GET", f"{at}/teams", user="outsider")
    assert outside.message == f"RolesGuard - User is not a member of the organization with id={organization}."
    below = await talk("GET", f"{at}/teams", user="member")
    assert (below.status, below.message) == (
        403,
        (
            f"RolesGuard - user with id=1002 does not have the minimum required role=ORG_ADMIN within organization with"
            f" id={organization}."
        ),
    )
    assert (await talk("GET", f"{at}/teams", user=None)).status == 401
    crashed = await talk("GET", "organizations/abc/teams")
    assert (crashed.status, crashed.body["error"]["code"]) == (500, "INTERNAL_SERVER_ERROR")
    stranger = await talk("GET", f"{at}/teams/501")
    assert (stranger.status, stranger.message) == (404, "IsTeamInOrg - Team (501) not found.")
    beside = await talk("GET", f"{at}/users/1003/schedules")
    assert beside.message == f"IsUserInOrg - user with id=1003 is not part of the organization with id={organization}."


async def test_teams_and_their_members(talk, organization):
    at = f"organizations/{organization}/teams"
    team = (await talk("POST", at, {"name": "Night Shift"})).data
    assert (team["slug"], team["parentId"]) == ("night-shift", organization)
    assert [each["id"] for each in (await talk("GET", at)).data] == [team["id"]]
    assert (await talk("POST", at, {"name": "Night Shift"})).status == 409
    joined = await talk("POST", f"{at}/{team['id']}/memberships", {"userId": 1002, "role": "ADMIN"})
    assert (joined.status, joined.data["role"], joined.data["accepted"]) == (201, "ADMIN", True)
    assert (await talk("POST", f"{at}/{team['id']}/memberships", {"userId": 1002})).status == 409
    refused = await talk("POST", f"{at}/{team['id']}/memberships", {"userId": 1003})
    assert (refused.status, refused.message) == (422, "User is not part of the Organization")
    assert [each["role"] for each in (await talk("GET", f"{at}/me", user="member")).data] == ["ADMIN"]
    assert (await talk("PATCH", f"{at}/{team['id']}", {"name": "Days"}, user="member")).status == 403
    assert (await talk("PATCH", f"{at}/{team['id']}", {"name": "Days"})).data["name"] == "Days"
    assert (await talk("DELETE", f"{at}/{team['id']}")).data["name"] == "Days"
    assert (await talk("GET", at)).data == []
    assert [each["id"] for each in (await talk("GET", "teams")).data] == [501]  # an organization is not listed


async def test_a_membership_is_changed_by_making_it_again(talk, organization):
    at = f"organizations/{organization}/memberships"
    made = await talk("POST", at, {"userId": 1003, "role": "MEMBER"})
    assert (made.status, made.data["accepted"], made.data["customRoleId"]) == (201, False, "member_role")
    again = await talk("POST", at, {"userId": 1003, "role": "ADMIN", "accepted": True})
    assert (again.data["id"], again.data["role"]) == (made.data["id"], "ADMIN")
    assert (await talk("GET", f"organizations/{organization}/teams", user="outsider")).status == 200
    assert (await talk("DELETE", f"{at}/{made.data['id']}")).data["id"] == made.data["id"]
    assert (await talk("GET", f"{at}/{made.data['id']}")).status == 404
    assert len((await talk("GET", at)).data) == 2


async def test_removing_a_user_removes_the_account(talk, organization, sandbox):
    at = f"organizations/{organization}/users"
    made = await talk("POST", at, {"email": "grace@example.com", "timeZone": "Europe/Rome"})
    assert (made.status, made.data["username"], made.data["invitedTo"]) == (201, "grace-example", organization)
    assert (await talk("POST", at, {"email": "grace@example.com"})).status == 409
    found = await talk("GET", f"{at}?emails=grace@example.com")
    assert [each["id"] for each in found.data] == [made.data["id"]]
    assert (await talk("GET", f"{at}?emails=grace@example.com,ada@example.com")).status == 400
    changed = await talk("PATCH", f"{at}/{made.data['id']}", {"bio": "Night owl"})
    assert changed.data["bio"] == "Night owl"
    assert (await talk("DELETE", f"{at}/1002")).data["email"] == "member@example.com"
    assert (await talk("GET", "me", user="member")).status == 401
    assert (await talk("DELETE", f"{at}/1002")).status == 403


async def test_attributes_options_and_who_has_them(talk, organization):
    at = f"organizations/{organization}/attributes"
    options = [{"value": "Sales", "slug": "sales"}, {"value": "Ops", "slug": "ops"}]
    made = await talk("POST", at, {"name": "Dept", "slug": "dept", "type": "SINGLE_SELECT", "options": options})
    attribute = made.data["id"]
    assert "options" not in made.data
    assert (await talk("GET", f"{at}/nope")).body == {"status": "success", "data": None}
    assert (await talk("PATCH", f"{at}/nope", {"name": "x"})).status == 404
    by_slug = {each["slug"]: each for each in (await talk("GET", f"{at}/{attribute}/options")).data}
    sent = {"attributeId": attribute, "attributeOptionId": by_slug["sales"]["id"]}
    assert (await talk("POST", f"{at}/options/1002", {**sent, "value": "x"})).status == 400
    assert (await talk("POST", f"{at}/options/1002", sent)).status == 201
    assert (await talk("POST", f"{at}/options/1002", sent)).status == 409
    (assigned,) = (await talk("GET", f"{at}/slugs/dept/options/assigned")).data
    assert (assigned["slug"], assigned["assignedUserIds"]) == ("sales", [1002])
    of_member = next(
        each for each in (await talk("GET", f"organizations/{organization}/memberships")).data if each["userId"] == 1002
    )
    assert of_member["attributes"][0] | {"id": 0, "optionId": 0} == {
        "id": 0,
        "name": "Dept",
        "type": "singleSelect",
        "option": "Sales",
        "optionId": 0,
    }
    assert (await talk("DELETE", f"{at}/{attribute}")).status == 200
    assert (await talk("GET", f"{at}/options/1002")).data == []


async def test_roles_and_what_they_permit(talk, organization, sandbox):
    at = f"organizations/{organization}/roles"
    system = (await talk("GET", at)).data
    assert [each["id"] for each in system] == ["owner_role", "admin_role", "member_role"]
    assert (await talk("GET", f"{at}/owner_role")).status == 404
    role = (await talk("POST", at, {"name": "Clerk", "permissions": ["role.create"]})).data
    assert (await talk("POST", at, {"name": "Clerk"})).status == 400
    assert (await talk("POST", f"{at}/{role['id']}/permissions", {"permissions": ["booking.read"]})).data == [
        "role.create",
        "booking.read",
    ]
    assert (await talk("PUT", f"{at}/{role['id']}/permissions", {"permissions": ["role.create"]})).data == [
        "role.create"
    ]
    assert (await talk("POST", at, {"name": "By a member"}, user="member")).status == 403
    store = sandbox.backend.store
    own = next(each for each in store.memberships.of(organization) if each["userId"] == 1002)
    store.memberships.put(own | {"customRoleId": role["id"]}, parent=organization)
    assert (await talk("POST", at, {"name": "By a member"}, user="member")).status == 201
    gone = await talk("DELETE", f"{at}/{role['id']}/permissions/role.create")
    assert (gone.status, gone.body) == (204, None)
    assert (await talk("DELETE", f"{at}/{role['id']}")).data["permissions"] == []


async def test_absences_and_schedules_of_its_people(talk, organization):
    at = f"organizations/{organization}/users/1002"
    away = await talk("POST", f"{at}/ooo", {"start": "2026-05-01T00:00:00Z", "end": "2026-05-02T00:00:00Z"})
    assert (away.status, away.data["userId"], away.data["reason"]) == (201, 1002, "unspecified")
    listed = await talk("GET", f"organizations/{organization}/ooo?email=member@example.com")
    assert [each["id"] for each in listed.data] == [away.data["id"]]
    assert (await talk("DELETE", f"organizations/{organization}/users/1001/ooo/{away.data['id']}")).status == 403
    made = await talk(
        "POST",
        f"{at}/schedules",
        {"name": "Late", "timeZone": "UTC", "isDefault": False},
        version="2024-06-11",
    )
    assert made.data["ownerId"] == 1002
    assert {each["ownerId"] for each in (await talk("GET", f"organizations/{organization}/schedules")).data} == {
        1001,
        1002,
    }


async def test_bookings_of_its_people_alone(talk, organization):
    for event_type, start in ((20010, "2026-04-07T15:00:00Z"), (20011, "2026-04-07T23:00:00Z")):
        person = {"name": "Ada", "email": "ada@example.com", "timeZone": "UTC"}
        sent = {"eventTypeId": event_type, "start": start, "attendee": person}
        assert (await talk("POST", "bookings", sent)).status == 201
    listed = await talk("GET", f"organizations/{organization}/bookings", version="2024-08-13")
    assert [each["hosts"][0]["id"] for each in listed.data] == [1002]
    assert listed.body["pagination"]["totalItems"] == 1
    none = await talk("GET", f"organizations/{organization}/bookings?userIds=1001", version="2024-08-13")
    assert none.data == []


async def test_webhooks_of_an_organization(talk, organization):
    at = f"organizations/{organization}/webhooks"
    sent = {"active": True, "subscriberUrl": "https://example.com/hook", "triggers": ["BOOKING_CREATED"]}
    made = await talk("POST", at, sent)
    assert made.data["teamId"] == organization
    assert (await talk("GET", f"{at}/nope")).status == 403
    assert (await talk("DELETE", f"{at}/{made.data['id']}")).status == 200
    again = await talk("DELETE", f"{at}/{made.data['id']}")
    assert (again.status, again.message) == (404, "Invalid Query: The requested record was not found.")


async def test_only_a_platform_manages_organizations(talk, organization, sandbox):
    refused = await talk("POST", f"organizations/{organization}/organizations", {"name": "Child"})
    assert (refused.status, refused.message.partition(".")[0]) == (
        403,
        "Manager organization must be a platform organization",
    )
    platform = sandbox.platform_client().organization_id
    at = f"organizations/{platform}/organizations"
    made = await talk("POST", at, {"name": "Child", "metadata": {"k": "v"}}, user="platform")
    key = made.data.pop("apiKey")
    listed = await talk("GET", f"{at}?metadataKey=k&metadataValue=v", user="platform")
    assert listed.data == [made.data]
    headers = {"Authorization": f"Bearer {key}"}
    assert (await talk("GET", f"organizations/{made.data['id']}/teams", headers=headers)).data == []
    assert (await talk("DELETE", f"{at}/{made.data['id']}", user="platform")).status == 200
    dead = await talk("GET", "me", headers=headers)
    assert (dead.status, dead.message) == (401, "ApiAuthStrategy - api key - Your api key is not valid")


async def test_keys_of_delegation_credentials_are_never_answered(talk, organization):
    at = f"organizations/{organization}/delegation-credentials"
    key = {"private_key": "not-a-key", "client_email": "a@example.com", "client_id": "1"}
    sent = {"workspacePlatformSlug": "google", "domain": "example.com", "serviceAccountKey": key}
    made = await talk("POST", at, sent)
    assert (made.status, made.data["enabled"], made.data["workspacePlatform"]["slug"]) == (201, False, "google")
    assert "not-a-key" not in str(made.body)
    assert (await talk("POST", at, sent)).status == 400
    assert (await talk("PATCH", f"{at}/{made.data['id']}", {"enabled": True})).data["enabled"] is True
    assert [each["id"] for each in (await talk("GET", at)).data] == [made.data["id"]]
    assert (await talk("PATCH", f"{at}/nope", {"enabled": True})).status == 404
