"""What each operation of organizations, their teams and users sends, and of the families they share with others."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from calcom_async.core.unset import UNSET
from calcom_async.errors import InvalidRequestError
from calcom_async.models.workflows import NewEmailMessage, NewEmailStep, WorkflowTemplate
from calcom_async.resources.organization import Organization
from calcom_async.resources.out_of_office import OutOfOffice
from calcom_async.resources.resource import Scope
from calcom_async.resources.routing_forms import RoutingForms
from calcom_async.resources.scopes import Team
from calcom_async.resources.workflows import Workflows

Case = tuple[Callable[[Any], Any], str, str, dict[str, str], Any]
O, T, U = "/organizations/3", "/organizations/3/teams/7", "/organizations/3/users/4"  # noqa: E741 - as in org
DAYS = {"start": "2026-12-07", "end": "2026-12-08"}
KEY = {"private_key": "k", "client_id": "c"}
OPTION = {"value": "Sales", "slug": "sales"}
SCHEDULES = ("2024-06-11",)
STEP = {
    "action": "email_host", "stepNumber": 1, "recipient": "const", "template": "reminder", "sender": "Cal",
    "message": {"subject": "S", "html": "<p>H</p>"}, "includeCalendarEvent": False,
}  # fmt: skip
EMAIL_STEP = NewEmailStep(
    action="email_host", step_number=1, recipient="const", template=WorkflowTemplate.REMINDER, sender="Cal",
    message=NewEmailMessage(subject="S", html="<p>H</p>"),
)  # fmt: skip
SMS = {
    "action": "sms_number", "step_number": 2, "recipient": "phone_number", "template": "custom", "sender": "Cal",
    "message": {"subject": "S", "text": "T"}, "verified_phone_id": 8,
}  # fmt: skip
WIRE_SMS = {
    "action": "sms_number", "stepNumber": 2, "recipient": "phone_number", "template": "custom", "sender": "Cal",
    "message": {"subject": "S", "text": "T"}, "verifiedPhoneId": 8,
}  # fmt: skip
ALL_TYPES = {"is_active_on_all_event_types": True}
FORM = {"is_active_on_all_routing_forms": False, "active_on_routing_form_ids": ["f"]}


def org(wire: Any) -> Organization[Any]:
    return Organization(wire, 3)


def team(wire: Any) -> Any:
    return org(wire).team(7)


def user(wire: Any) -> Any:
    return org(wire).user(4)


WIRE_FORM = {"isActiveOnAllRoutingForms": False, "activeOnRoutingFormIds": ["f"]}
AWAY = {"start": datetime(2026, 12, 20, tzinfo=UTC), "end": "2026-12-22T23:59:59.999Z"}
WIRE_AWAY = {"start": "2026-12-20T00:00:00.000Z", "end": "2026-12-22T23:59:59.999Z"}
CASES: list[Case] = [
    # teams
    (lambda w: org(w).teams.get(7), "GET", T, {}, None),
    (
        lambda w: org(w).teams.create(name="N", slug="n", add_creator_as_owner=False, time_format=24),
        "POST", f"{O}/teams", {}, {"name": "N", "slug": "n", "timeFormat": 24, "addCreatorAsOwner": False},
    ),
    (lambda w: org(w).teams.update(7, name="N", booking_limits="{}"), "PATCH", T, {}, {"name": "N", "bookingLimits": "{}"}),
    (lambda w: org(w).teams.delete(7), "DELETE", T, {}, None),
    (lambda w: team(w).invites.create(), "POST", f"{T}/invite", {}, None),
    # users
    (
        lambda w: org(w).users.create(email="ada@example.com", organization_role="ADMIN", auto_accept=True, theme=None, metadata={"a_b": 1}),
        "POST", f"{O}/users", {},
        {"email": "ada@example.com", "organizationRole": "ADMIN", "autoAccept": True, "theme": None, "metadata": {"a_b": 1}},
    ),
    (lambda w: org(w).users.update(4, email="ada@example.com", hide_branding=True), "PATCH", U, {}, {"email": "ada@example.com", "hideBranding": True}),
    (lambda w: org(w).users.delete(4), "DELETE", U, {}, None),
    # memberships
    (lambda w: org(w).memberships.get(5), "GET", f"{O}/memberships/5", {}, None),
    (lambda w: org(w).memberships.create(user_id=4), "POST", f"{O}/memberships", {}, {"userId": 4, "role": "MEMBER"}),
    (lambda w: org(w).memberships.invite("ada@example.com", role="ADMIN"), "POST", f"{O}/memberships", {}, {"email": "ada@example.com", "role": "ADMIN"}),
    (lambda w: org(w).memberships.update(5, accepted=True), "PATCH", f"{O}/memberships/5", {}, {"accepted": True}),
    (lambda w: org(w).memberships.delete(5), "DELETE", f"{O}/memberships/5", {}, None),
    (lambda w: team(w).memberships.get(5), "GET", f"{T}/memberships/5", {}, None),
    (lambda w: team(w).memberships.create(user_id=4, role="OWNER"), "POST", f"{T}/memberships", {}, {"userId": 4, "role": "OWNER"}),
    (lambda w: team(w).memberships.update(5, role="OWNER"), "PATCH", f"{T}/memberships/5", {}, {"role": "OWNER"}),
    (lambda w: team(w).memberships.delete(5), "DELETE", f"{T}/memberships/5", {}, None),
    # roles
    *(
        case
        for scope, path in ((org, O), (team, T))
        for case in (
            (lambda w, s=scope: s(w).roles.get("r"), "GET", f"{path}/roles/r", {}, None),
            (
                lambda w, s=scope: s(w).roles.create(name="N", permissions=["booking.read"], color="#112233"),
                "POST", f"{path}/roles", {}, {"name": "N", "permissions": ["booking.read"], "color": "#112233"},
            ),
            (lambda w, s=scope: s(w).roles.update("r", permissions=[]), "PATCH", f"{path}/roles/r", {}, {"permissions": []}),
            (lambda w, s=scope: s(w).roles.delete("r"), "DELETE", f"{path}/roles/r", {}, None),
            (lambda w, s=scope: s(w).roles.permissions.remove("r", "booking.read"), "DELETE", f"{path}/roles/r/permissions/booking.read", {}, None),
            (lambda w, s=scope: s(w).roles.permissions.remove_several("r", ["a.b"]), "DELETE", f"{path}/roles/r/permissions", {"permissions": "a.b"}, None),
        )
    ),
    # attributes
    (lambda w: org(w).attributes.get("a"), "GET", f"{O}/attributes/a", {}, None),
    (
        lambda w: org(w).attributes.create(name="N", slug="n", type="SINGLE_SELECT", options=[OPTION]),
        "POST", f"{O}/attributes", {}, {"name": "N", "slug": "n", "type": "SINGLE_SELECT", "options": [OPTION]},
    ),
    (lambda w: org(w).attributes.create(name="N", slug="n", type="TEXT"), "POST", f"{O}/attributes", {}, {"name": "N", "slug": "n", "type": "TEXT", "options": []}),
    (lambda w: org(w).attributes.update("a", enabled=False), "PATCH", f"{O}/attributes/a", {}, {"enabled": False}),
    (lambda w: org(w).attributes.delete("a"), "DELETE", f"{O}/attributes/a", {}, None),
    (lambda w: org(w).attributes.options.create("a", **OPTION), "POST", f"{O}/attributes/a/options", {}, OPTION),
    (lambda w: org(w).attributes.options.update("a", "o", value="V"), "PATCH", f"{O}/attributes/a/options/o", {}, {"value": "V"}),
    (lambda w: org(w).attributes.options.delete("a", "o"), "DELETE", f"{O}/attributes/a/options/o", {}, None),
    (
        lambda w: org(w).attributes.assignments.create(4, attribute_id="a", attribute_option_id="o", weight=0.5),
        "POST", f"{O}/attributes/options/4", {}, {"attributeId": "a", "attributeOptionId": "o", "weight": 0.5},
    ),
    (lambda w: org(w).attributes.assignments.update(4, "o", weight=2), "PATCH", f"{O}/attributes/options/4/o", {}, {"weight": 2}),
    (lambda w: org(w).attributes.assignments.delete(4, "o"), "DELETE", f"{O}/attributes/options/4/o", {}, None),
    # bookings
    (
        lambda w: org(w).bookings.report("b", reason="SPAM", report_type="DOMAIN"),
        "POST", f"{O}/bookings/report", {}, {"bookingUid": "b", "reason": "SPAM", "reportType": "DOMAIN"},
    ),
    (lambda w: org(w).bookings.block("b", block_type="EMAIL"), "POST", f"{O}/bookings/block", {}, {"bookingUid": "b", "blockType": "EMAIL"}),
    # delegation credentials
    (lambda w: org(w).delegation_credentials.get("d"), "GET", f"{O}/delegation-credentials/d", {}, None),
    (
        lambda w: org(w).delegation_credentials.create(domain="example.com", workspace_platform_slug="google", service_account_key=KEY | {"client_email": "a@example.com"}),
        "POST", f"{O}/delegation-credentials", {},
        {"domain": "example.com", "workspacePlatformSlug": "google", "serviceAccountKey": KEY | {"client_email": "a@example.com"}},
    ),
    (
        lambda w: org(w).delegation_credentials.update("d", enabled=True, service_account_key=KEY | {"tenant_id": "t"}),
        "PATCH", f"{O}/delegation-credentials/d", {}, {"enabled": True, "serviceAccountKey": KEY | {"tenant_id": "t"}},
    ),
    (lambda w: org(w).delegation_credentials.delete("d"), "DELETE", f"{O}/delegation-credentials/d", {}, None),
    (lambda w: org(w).delegation_credentials.reset_rotation("d"), "POST", f"{O}/delegation-credentials/d/reset-rotation", {}, None),
    # managed organizations
    (lambda w: org(w).managed_organizations.get(5), "GET", f"{O}/organizations/5", {}, None),
    (
        lambda w: org(w).managed_organizations.create(name="N", metadata={"a_b": 1}, api_key_days_valid=60),
        "POST", f"{O}/organizations", {}, {"name": "N", "metadata": {"a_b": 1}, "apiKeyDaysValid": 60},
    ),
    (lambda w: org(w).managed_organizations.update(5, name="N"), "PATCH", f"{O}/organizations/5", {}, {"name": "N"}),
    (lambda w: org(w).managed_organizations.delete(5), "DELETE", f"{O}/organizations/5", {}, None),
    # out of office
    *(
        case
        for make, path in (
            (lambda w: OutOfOffice(w, Scope("/me")), "/me/ooo"),
            (lambda w: user(w).ooo, f"{U}/ooo"),
            (lambda w: Team(w, 7).user(4).ooo, "/teams/7/users/4/ooo"),
        )
        for case in (
            (lambda w, m=make: m(w).create(**AWAY, to_user_id=5, reason="sick"), "POST", path, {}, WIRE_AWAY | {"toUserId": 5, "reason": "sick"}),
            (lambda w, m=make: m(w).update(9, notes="N"), "PATCH", f"{path}/9", {}, {"notes": "N"}),
            (lambda w, m=make: m(w).delete(9), "DELETE", f"{path}/9", {}, None),
        )
    ),
    # routing forms
    (
        lambda w: RoutingForms(w).calculate_slots("f", {"a_b": "X"}, start=date(2026, 12, 7), end="2026-12-08", duration=30, reschedule_with_same_host=True),
        "POST", "/routing-forms/f/calculate-slots", DAYS | {"duration": "30", "rescheduleWithSameHost": "true"}, {"a_b": "X"},
    ),
    *(
        case
        for make, path in ((lambda w: org(w).routing_forms, O), (lambda w: team(w).routing_forms, T))
        for case in (
            (
                lambda w, m=make: m(w).responses.create("f", {"size": "Big"}, **DAYS, queue_response=True, time_zone="Europe/Rome"),
                "POST", f"{path}/routing-forms/f/responses", DAYS | {"timeZone": "Europe/Rome", "queueResponse": "true"}, {"size": "Big"},
            ),
            (lambda w, m=make: m(w).responses.update("f", 1, response={"a_b": 1}), "PATCH", f"{path}/routing-forms/f/responses/1", {}, {"response": {"a_b": 1}}),
        )
    ),
    (lambda w: Team(w, 7).routing_forms.responses.create("f", {"size": "Big"}, **DAYS), "POST", "/teams/7/routing-forms/f/responses", DAYS, {"size": "Big"}),
    # workflows
    *(
        case
        for make, path in ((Workflows, "/workflows"), (lambda w: team(w).workflows, f"{T}/workflows"))
        for case in (
            (lambda w, m=make: m(w).get(5), "GET", f"{path}/5", {}, None),
            (
                lambda w, m=make: m(w).create(name="N", activation=ALL_TYPES, trigger={"type": "newEvent"}, steps=[EMAIL_STEP, SMS]),
                "POST", path, {},
                {"name": "N", "activation": {"isActiveOnAllEventTypes": True}, "trigger": {"type": "newEvent"}, "steps": [STEP, WIRE_SMS]},
            ),
            (
                lambda w, m=make: m(w).update(5, trigger={"type": "afterEvent", "offset": {"value": 1, "unit": "day"}}, steps=[{"action": "paths", "id": 6}]),
                "PATCH", f"{path}/5", {},
                {"trigger": {"type": "afterEvent", "offset": {"value": 1, "unit": "day"}}, "steps": [{"id": 6, "action": "paths"}]},
            ),
            (lambda w, m=make: m(w).delete(5), "DELETE", f"{path}/5", {}, None),
        )
    ),
    (lambda w: team(w).routing_form_workflows.get(5), "GET", f"{T}/workflows/5/routing-form", {}, None),
    (
        lambda w: team(w).routing_form_workflows.create(name="N", activation=FORM, trigger={"type": "formSubmitted"}, steps=[]),
        "POST", f"{T}/workflows/routing-form", {}, {"name": "N", "activation": WIRE_FORM, "trigger": {"type": "formSubmitted"}, "steps": []},
    ),
    (lambda w: team(w).routing_form_workflows.update(5, name="N"), "PATCH", f"{T}/workflows/5/routing-form", {}, {"name": "N"}),
    (lambda w: team(w).routing_form_workflows.delete(5), "DELETE", f"{T}/workflows/5/routing-form", {}, None),
    # what others have as well
    (lambda w: org(w).webhooks.get("h"), "GET", f"{O}/webhooks/h", {}, None),
    (lambda w: team(w).conferencing.set_default("zoom"), "POST", f"{T}/conferencing/zoom/default", {}, None),
    (lambda w: user(w).conferencing.set_default("zoom"), "POST", f"{U}/conferencing/default", {}, {"appSlug": "zoom"}),
    (lambda w: team(w).stripe.check(), "GET", f"{T}/stripe/check", {}, None),
    (lambda w: team(w).event_types.get(5), "GET", f"{T}/event-types/5", {}, None),
    (lambda w: team(w).verified_resources.get_email(5), "GET", f"{T}/verified-resources/emails/5", {}, None),
    (lambda w: user(w).schedules.get(5), "GET", f"{U}/schedules/5", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "method", "path", "query", "body"), CASES, ids=[f"{c[1]} {c[2]} {i}" for i, c in enumerate(CASES)]
)
async def test_one_operation(
    wire: Any, call: Callable[[Any], Any], method: str, path: str, query: dict[str, str], body: Any
) -> None:
    texts = any(family in path for family in ("/roles", "/attributes", "/delegation-credentials"))
    wire.answer({"id": "r" if texts else 1, "bookingUid": "b"})
    await call(wire)
    assert (wire.sent.method, wire.sent.path, wire.query, wire.sent.body) == (method, path, query, body)
    if "schedules" not in path and "event-types" not in path:
        assert wire.sent.versions == ()
    assert wire.sent.repeatable is (method != "POST" or path.endswith("calculate-slots"))


LISTS: list[tuple[Callable[[Any], Any], str, dict[str, str]]] = [
    (lambda w: org(w).teams.list(), f"{O}/teams", {"take": "250"}),
    (lambda w: org(w).teams.mine(), f"{O}/teams/me", {"take": "250"}),
    (
        lambda w: org(w).users.list(emails=["ada@example.com"], assigned_option_ids=["a", "b"], attribute_query_operator="OR", team_ids=7, page_size=1000),
        f"{O}/users",
        {"emails": "ada@example.com", "assignedOptionIds": "a,b", "attributeQueryOperator": "OR", "teamIds": "7", "take": "1000"},
    ),
    (lambda w: org(w).memberships.list(), f"{O}/memberships", {"take": "250"}),
    (lambda w: team(w).memberships.list(page_size=2), f"{T}/memberships", {"take": "2"}),
    (lambda w: org(w).roles.list(), f"{O}/roles", {"take": "250"}),
    (lambda w: team(w).roles.list(), f"{T}/roles", {"take": "250"}),
    (lambda w: org(w).attributes.list(), f"{O}/attributes", {"take": "250"}),
    (lambda w: org(w).attributes.options.list("a"), f"{O}/attributes/a/options", {}),
    (lambda w: org(w).attributes.options.list_assigned("a", team_ids=[7, 8]), f"{O}/attributes/a/options/assigned", {"teamIds": "7,8", "take": "250"}),
    (
        lambda w: org(w).attributes.options.list_assigned_by_slug("dept", assigned_option_ids="o"),
        f"{O}/attributes/slugs/dept/options/assigned", {"assignedOptionIds": "o", "take": "250"},
    ),
    (lambda w: org(w).attributes.assignments.list(4), f"{O}/attributes/options/4", {}),
    (lambda w: org(w).attributes.sync_history.list(), f"{O}/attributes/sync-history", {"limit": "100"}),
    (lambda w: org(w).attributes.sync_history.list_for_user(4), f"{O}/attributes/sync-history/user/4", {"limit": "100"}),
    (lambda w: org(w).event_types.list(sort_created_at="asc"), f"{O}/teams/event-types", {"sortCreatedAt": "asc", "take": "250"}),
    (lambda w: org(w).schedules.list(), f"{O}/schedules", {"take": "250"}),
    (lambda w: team(w).schedules.list(event_type_id=5), f"{T}/schedules", {"eventTypeId": "5", "take": "250"}),
    (lambda w: team(w).user(4).schedules.list(event_type_id=5), f"{T}/users/4/schedules", {"eventTypeId": "5"}),
    (lambda w: user(w).schedules.list(), f"{U}/schedules", {}),
    (lambda w: org(w).webhooks.list(), f"{O}/webhooks", {"take": "250"}),
    (lambda w: OutOfOffice(w, Scope("/me")).list(sort_start="asc"), "/me/ooo", {"sortStart": "asc", "take": "250"}),
    (lambda w: user(w).ooo.list(), f"{U}/ooo", {"take": "250"}),
    (lambda w: org(w).ooo.list(email="ada@example.com", sort_end="desc"), f"{O}/ooo", {"email": "ada@example.com", "sortEnd": "desc", "take": "250"}),
    (lambda w: org(w).delegation_credentials.list(domain="example.com"), f"{O}/delegation-credentials", {"domain": "example.com", "take": "250"}),
    (
        lambda w: org(w).managed_organizations.list(slug="s", metadata_key="k", metadata_value="v"),
        f"{O}/organizations", {"slug": "s", "metadataKey": "k", "metadataValue": "v", "take": "250"},
    ),
    (
        lambda w: org(w).routing_forms.list(team_ids=[7], after_created_at=datetime(2026, 12, 1, tzinfo=UTC)),
        f"{O}/routing-forms", {"teamIds": "7", "afterCreatedAt": "2026-12-01T00:00:00.000Z", "take": "250"},
    ),
    (lambda w: team(w).routing_forms.list(sort_created_at="desc"), f"{T}/routing-forms", {"sortCreatedAt": "desc", "take": "250"}),
    (
        lambda w: org(w).routing_forms.responses.list("f", routed_to_booking_uid="b", page_size=2),
        f"{O}/routing-forms/f/responses", {"routedToBookingUid": "b", "take": "2"},
    ),
    (lambda w: team(w).routing_forms.responses.list("f"), f"{T}/routing-forms/f/responses", {"take": "250"}),
    (lambda w: Workflows(w).list(), "/workflows", {"take": "250"}),
    (lambda w: team(w).workflows.list(), f"{T}/workflows", {"take": "250"}),
    (lambda w: team(w).routing_form_workflows.list(), f"{T}/workflows/routing-form", {"take": "250"}),
    (lambda w: team(w).bookings.references("b", type="zoom_video"), f"{T}/bookings/b/references", {"type": "zoom_video"}),
    (lambda w: team(w).conferencing.list(), f"{T}/conferencing", {}),
]  # fmt: skip


@pytest.mark.parametrize(("listing", "path", "query"), LISTS, ids=[f"{one[1]} {i}" for i, one in enumerate(LISTS)])
async def test_one_list(wire: Any, listing: Callable[[Any], Any], path: str, query: dict[str, str]) -> None:
    wire.answer([])
    assert (await listing(wire)).items == []
    assert (wire.sent.method, wire.sent.path, wire.query) == ("GET", path, query)


class TestBookings:
    async def test_of_an_organization_by_numbers_and_by_cursor(self, wire: Any) -> None:
        wire.answer([])
        await org(wire).bookings.list(user_ids=[4, 5], status="past", skip=10)
        assert wire.query == {"status": "past", "userIds": "4,5", "take": "250", "skip": "10"}
        assert wire.sent.versions == ("2024-08-13", "2026-02-25")
        await org(wire).bookings.list(api_version="2026-05-01")
        assert (wire.query, wire.sent.versions[0]) == ({"limit": "100"}, "2026-05-01")
        await org(wire).bookings.list(cursor="c", page_size=7)
        assert wire.query == {"limit": "7", "cursor": "c"}
        assert wire.sent.path == f"{O}/bookings"

    async def test_of_a_member_and_of_a_team(self, wire: Any) -> None:
        wire.answer([])
        await user(wire).bookings.list(team_id=7, after_start=datetime(2026, 12, 1, tzinfo=UTC), skip=1)
        assert wire.sent.path == f"{U}/bookings"
        assert wire.query == {"teamId": "7", "afterStart": "2026-12-01T00:00:00.000Z", "take": "250", "skip": "1"}
        await team(wire).bookings.list()
        assert (wire.sent.path, wire.query) == (f"{T}/bookings", {"sortCreated": "asc", "take": "250"})

    async def test_a_filter_that_is_not_theirs(self, wire: Any) -> None:
        with pytest.raises(InvalidRequestError, match="user_id: there is no such argument; did you mean user_ids"):
            await org(wire).bookings.list(user_id=4)
        with pytest.raises(InvalidRequestError, match="user_ids: there is no such argument"):
            await user(wire).bookings.list(user_ids=4)


class TestPermissions:
    @pytest.mark.parametrize(("call", "method"), [("add", "POST"), ("replace", "PUT")])
    async def test_add_and_replace(self, wire: Any, call: str, method: str) -> None:
        wire.answer(["booking.read", "booking.update"])
        permissions = org(wire).roles.permissions
        assert await getattr(permissions, call)("r", ["booking.update"]) == ("booking.read", "booking.update")
        assert (wire.sent.method, wire.sent.path) == (method, f"{O}/roles/r/permissions")
        assert wire.sent.body == {"permissions": ["booking.update"]}
        assert (await permissions.list("r")).items == ["booking.read", "booking.update"]

    async def test_several_are_repeated_and_none_is_refused(self, wire: Any) -> None:
        wire.answer(wire.response(None, 204))
        await team(wire).roles.permissions.remove_several("r", ["a.b", "c.d"])
        assert wire.sent.query == (("permissions", "a.b"), ("permissions", "c.d"))
        await team(wire).roles.permissions.remove_several("r", "a.b")
        assert wire.sent.query == (("permissions", "a.b"),)
        sent = len(wire.requests)
        with pytest.raises(InvalidRequestError, match="permissions: an empty list"):
            await team(wire).roles.permissions.remove_several("r", [])
        assert len(wire.requests) == sent


class TestHistories:
    async def test_the_pages_of_a_history_are_found_where_cal_com_puts_them(self, wire: Any) -> None:
        first = {"userId": 4, "auditLogs": [{"id": "a"}], "nextCursor": "c", "hasMore": True}
        wire.answer(first, {"userId": 4, "auditLogs": [{"id": "b"}], "hasMore": False})
        entries = await org(wire).attributes.assignments.history(4).collect()
        assert [entry.id for entry in entries] == ["a", "b"]
        assert [dict(r.query) for r in wire.requests] == [{"limit": "50"}, {"limit": "50", "cursor": "c"}]
        assert wire.sent.path == f"{O}/attributes/assignments/4/history"

    async def test_synchronisations_say_it_in_meta(self, wire: Any) -> None:
        first = {"status": "success", "data": [{"id": "a"}], "meta": {"hasMore": True, "nextCursor": "a"}}
        last = {"status": "success", "data": [{"id": "b"}], "meta": {"hasMore": False, "nextCursor": None}}
        wire.answer(wire.response(first), wire.response(last))
        runs = await org(wire).attributes.sync_history.list().collect()
        assert [run.id for run in runs] == ["a", "b"]
        assert wire.query == {"limit": "100", "cursor": "a"}


class TestStrictness:
    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda w: org(w).teams.create(name="N", colour="x"), "colour: there is no such argument"),
            (lambda w: org(w).users.update(4, timezone="UTC"), "timezone: .* did you mean time_zone"),
            (
                lambda w: RoutingForms(w).calculate_slots("f", {}, start="2026-12-07", end="2026-13-07"),
                "end: not a day",
            ),
            (lambda w: OutOfOffice(w, Scope("/me")).create(start="2026-12-07", end="2026-12-08"), "start: has no UTC"),
            (
                lambda w: org(w).delegation_credentials.create(
                    domain="d", workspace_platform_slug="google", service_account_key=KEY
                ),
                "service_account_key: client_email is missing",
            ),
            (
                lambda w: Workflows(w).create(name="N", activation=FORM, trigger={"type": "newEvent"}, steps=[]),
                "activation: unknown key 'is_active_on_all_routing_forms'",
            ),
            (
                lambda w: Workflows(w).create(
                    name="N", activation=ALL_TYPES, trigger={"type": "beforeEvent"}, steps=[]
                ),
                "trigger: offset is missing",
            ),
            (
                lambda w: Workflows(w).update(5, steps=[{**SMS, "message": {"subject": "S", "html": "H"}}]),
                r"steps\[0\].message: unknown key 'html'",
            ),
            (lambda w: org(w).attributes.create(name="N", slug="n", type="TEXT", options=[{"value": "V"}]), "slug is"),
        ],
    )
    async def test_what_can_not_be_meant_is_not_sent(self, wire: Any, call: Callable[[Any], Any], message: str) -> None:
        with pytest.raises(InvalidRequestError, match=message):
            await call(wire)
        assert wire.requests == []

    @pytest.mark.parametrize("empty", ["", " ", ".."])
    def test_an_empty_id_never_leaves(self, wire: Any, empty: Any) -> None:
        for make in (
            lambda: Organization(wire, empty), lambda: org(wire).team(empty), lambda: org(wire).user(empty),
            lambda: team(wire).user(empty), lambda: team(wire).event_type(empty), lambda: Team(wire, 7).user(empty),
        ):  # fmt: skip
            with pytest.raises(InvalidRequestError):
                make()

    def test_a_scope_has_what_it_has_and_no_more(self, wire: Any) -> None:
        for scope, names in (
            (Team(wire, 7), {"roles", "workflows", "conferencing", "stripe"}),
            (team(wire), {"webhooks"}),
            (team(wire).event_type(5), {"webhooks"}),
            (team(wire).user(4), {"ooo", "bookings"}),
            (Team(wire, 7).user(4), {"schedules"}),
            (Team(wire, 7).routing_forms, {"list"}),
            (Team(wire, 7).routing_forms.responses, {"list", "update"}),
            (user(wire).schedules, {"get_default"}),
        ):
            assert {name for name in names if hasattr(scope, name)} == set()


async def test_steps_of_an_answer_can_be_sent_back(wire: Any) -> None:
    wire.answer(
        {
            "id": 5,
            "steps": [
                {**STEP, "id": 1, "email": "", "phone": "", "sourceLocale": None, "autoTranslateEnabled": False},
                {"id": 2, "stepNumber": 2, "action": "paths", "paths": [{"id": "p", "name": "P"}]},
            ],
        }
    )
    workflow = await Workflows(wire).get(5)
    await Workflows(wire).update(5, steps=[*workflow.steps, SMS], trigger=UNSET)
    assert wire.sent.body == {
        "steps": [{**STEP, "id": 1, "autoTranslateEnabled": False}, {"id": 2, "action": "paths"}, WIRE_SMS]
    }


async def test_a_workflow_in_a_list_of_one_as_the_document_says(wire: Any) -> None:
    wire.answer([{"id": 5, "name": "N"}])
    assert (await Workflows(wire).get(5)).name == "N"


async def test_the_routing_of_a_response_goes_into_a_booking(wire: Any) -> None:
    from calcom_async.resources.booking_requests import new_booking

    routing = {"teamMemberIds": [4], "responseId": 1, "skipContactOwner": False}
    wire.answer(
        {"routing": routing, "eventTypeId": 5, "slots": {"2026-12-07": [{"start": "2026-12-07T08:00:00.000Z"}]}}
    )
    routed = await org(wire).routing_forms.responses.create("f", {"size": "Big"}, **DAYS)
    assert routed.slots is not None
    (slot,) = routed.slots[date(2026, 12, 7)]
    attendee = {"name": "Ada", "time_zone": "Europe/London"}
    body = new_booking(start=slot.start, attendee=attendee, routing=routed.routing, location=UNSET, metadata=UNSET)
    assert body["routing"] == routing
