"""Every recorded answer about organizations and the families they share, read and written back unchanged."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from calcom_async.core.codec import decode
from calcom_async.core.records import Record
from calcom_async.models.attributes import (
    AssignedAttributeOption,
    Attribute,
    AttributeAssignment,
    AttributeHistoryEntry,
    AttributeOption,
    AttributeSyncRun,
    AttributeSyncStatus,
    AttributeType,
)
from calcom_async.models.delegation_credentials import DelegationCredential, GoogleServiceAccountKey
from calcom_async.models.managed_organizations import ManagedOrganization
from calcom_async.models.memberships import OrganizationMembership
from calcom_async.models.organization_users import OrganizationUser
from calcom_async.models.out_of_office import OutOfOfficeEntry, OutOfOfficeReason
from calcom_async.models.roles import Role, RoleType
from calcom_async.models.routing_forms import RoutedResponse, RoutedSlots, RoutingForm, RoutingFormResponse
from calcom_async.models.teams import OwnTeam
from calcom_async.models.workflows import Workflow, WorkflowTriggerType, WorkflowUnit
from tests.models.recorded_answers import records, unexpected

ORG, ONE = r"/organizations/[^/]+", r"(/[^/]+)?"
TEAM = rf"{ORG}/teams/[^/]+"
ANSWERS: list[tuple[str, str, type[Record]]] = [
    ("GET", rf"{ORG}/teams/me", OwnTeam),
    ("GET|POST|PATCH|DELETE", rf"{ORG}/users{ONE}", OrganizationUser),
    ("GET|POST|PATCH|DELETE", rf"{ORG}/memberships{ONE}", OrganizationMembership),
    ("GET|POST|PATCH|DELETE", rf"({ORG}|{TEAM})/roles{ONE}", Role),
    ("GET", rf"{ORG}/attributes/(slugs/)?[^/]+/options/assigned", AssignedAttributeOption),
    ("POST|PATCH|DELETE", rf"{ORG}/attributes/options/[^/]+{ONE}", AttributeAssignment),
    ("GET|POST|PATCH|DELETE", rf"{ORG}/attributes/([^/]+/options{ONE}|options/[^/]+)", AttributeOption),
    ("GET|POST|PATCH|DELETE", rf"{ORG}/attributes{ONE}", Attribute),
    ("GET|POST|PATCH|DELETE", rf"{ORG}/delegation-credentials{ONE}", DelegationCredential),
    ("GET|POST|PATCH|DELETE", rf"{ORG}/organizations{ONE}", ManagedOrganization),
    ("GET|POST|PATCH|DELETE", rf"(/me|{ORG}(/users/[^/]+)?|/teams/[^/]+/users/[^/]+)/ooo{ONE}", OutOfOfficeEntry),
    ("GET", rf"({ORG}|{TEAM})/routing-forms", RoutingForm),
    ("POST", r".*/routing-forms/[^/]+/responses", RoutedResponse),
    ("GET|PATCH", rf".*/routing-forms/[^/]+/responses{ONE}", RoutingFormResponse),
    ("POST", r"/routing-forms/[^/]+/calculate-slots", RoutedSlots),
    ("GET|POST|PATCH", rf"({TEAM})?/workflows{ONE}(/routing-form)?", Workflow),
]
LEAST = {
    "AssignedAttributeOption": 7, "Attribute": 10, "AttributeAssignment": 3, "AttributeOption": 11,
    "DelegationCredential": 5, "ManagedOrganization": 14, "OrganizationMembership": 12, "OrganizationUser": 22,
    "OutOfOfficeEntry": 13, "OwnTeam": 12, "Role": 37, "RoutedResponse": 7,
    "RoutedSlots": 3, "RoutingForm": 3, "RoutingFormResponse": 10, "Workflow": 25,
}  # fmt: skip


@pytest.mark.contract
def test_every_answer_is_read_and_written_back_unchanged(reference: Path) -> None:
    seen: Counter[str] = Counter()
    for name, record, wire in records(reference, ANSWERS):
        seen[type(record).__name__] += 1
        assert record.to_dict() == wire, name
        assert list(record.to_dict()) == list(wire), name
        assert list(unexpected(record)) == [], name
    assert {name: seen[name] for name, count in LEAST.items() if seen[name] < count} == {}


def test_open_words_and_instants() -> None:
    role = decode({"id": "owner_role", "type": "SYSTEM", "permissions": ["*.*", "adminDataview.read"]}, Role)
    assert (role.type, role.permissions) == (RoleType.SYSTEM, ("*.*", "adminDataview.read"))
    assert decode({"id": "r", "type": "SHARED"}, Role).type == "SHARED"
    entry = decode({"id": 1, "start": "2026-12-20T00:00:00.000Z", "reason": "jury_duty"}, OutOfOfficeEntry)
    assert (entry.start, entry.reason) == (datetime(2026, 12, 20, tzinfo=UTC), "jury_duty")
    assert decode({"id": 1, "reason": "sick"}, OutOfOfficeEntry).reason is OutOfOfficeReason.SICK
    wire = {"id": 1, "trigger": {"type": "beforeEvent", "offset": {"value": 24, "unit": "hour"}}}
    trigger = decode(wire, Workflow).trigger
    assert trigger is not None
    assert trigger.type is WorkflowTriggerType.BEFORE_EVENT
    assert trigger.offset is not None
    assert (trigger.offset.value, trigger.offset.unit) == (24, WorkflowUnit.HOUR)


def test_attributes_of_a_member() -> None:
    wire = {
        "id": 1,
        "attributes": [
            {"id": "a", "name": "Title", "type": "text", "option": "CEO", "optionId": "o"},
            {"id": "b", "name": "Level", "type": "number", "option": 5, "optionId": "p"},
            {"id": "c", "name": "Skills", "type": "multiSelect", "options": [{"optionId": "q", "option": "Go"}]},
        ],
    }
    membership = decode(wire, OrganizationMembership)
    assert membership.to_dict() == wire
    title, level, skills = membership.attributes
    assert (title.option, level.option, skills.option) == ("CEO", 5, None)
    assert [option.option for option in skills.options] == ["Go"]


def test_histories() -> None:
    value = {"optionId": "o", "optionSlug": "sales", "value": "Sales", "weight": None}
    attribute = {"id": "a", "slug": "dept", "name": "Dept", "type": "SINGLE_SELECT"}
    change = {"type": "ASSIGNED", "attribute": attribute, "previous": None, "current": value}
    wire = {"id": "e", "actor": {"type": "USER"}, "sourceContext": {"ip": None}, "changes": [change]}
    entry = decode(wire, AttributeHistoryEntry)
    assert entry.to_dict() == wire
    assert entry.changes[0].attribute is not None
    assert entry.changes[0].attribute.type is AttributeType.SINGLE_SELECT
    assert entry.changes[0].previous is None
    assert entry.changes[0].current is not None
    assert entry.changes[0].current.value == "Sales"
    run = decode(
        {
            "id": "r",
            "status": "FAILED",
            "ruleEvaluations": [{"id": "x", "runId": "r", "passed": False}],
            "appliedFieldMappings": [{"id": "y", "outcome": "CREATED"}],
            "teamMembershipChanges": [{"id": "z", "teamId": 7}],
        },
        AttributeSyncRun,
    )
    assert run.status is AttributeSyncStatus.FAILED
    assert (run.rule_evaluations[0].passed, run.applied_field_mappings[0].outcome) == (False, "CREATED")
    assert run.team_membership_changes[0].team_id == 7


def test_where_a_response_leads() -> None:
    wire = {"routing": {"teamMemberIds": []}, "eventTypeId": 5, "slots": {"2026-12-07": []}}
    routed = decode(wire, RoutedResponse)
    assert routed.to_dict() == wire
    assert (routed.event_type_id, routed.slots) == (5, {date(2026, 12, 7): ()})
    elsewhere = decode({"routingExternalRedirectUrl": "https://example.com"}, RoutedResponse)
    assert (elsewhere.routing, elsewhere.slots) == (None, None)
    assert elsewhere.routing_external_redirect_url == "https://example.com"


def test_keys_are_secrets() -> None:
    assert "cal_" not in repr(decode({"id": 5, "apiKey": "cal_x"}, ManagedOrganization))
    key = GoogleServiceAccountKey(client_email="a@example.com", client_id="c", private_key="PRIVATE")
    assert "PRIVATE" not in repr(key)
