"""Every property that the document names is a field of the record or an argument, in both versions of event types."""

import inspect
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from calcom_async import models
from calcom_async.core.codec import _wire_names
from calcom_async.models import booking_field_inputs as bfi
from calcom_async.models import booking_fields as bf
from calcom_async.models import event_type_inputs as eti
from calcom_async.models import event_type_locations as etl
from calcom_async.models import event_type_settings as ets
from calcom_async.models import event_types as et
from calcom_async.models import schedules, teams, webhooks
from calcom_async.models.memberships import Membership, MembershipRole, MembershipUser
from calcom_async.resources.event_types import EventTypes, TeamEventTypes
from calcom_async.resources.memberships import Memberships
from calcom_async.resources.schedules import Schedules
from calcom_async.resources.teams import Teams
from calcom_async.resources.webhooks import Webhooks

pytestmark = pytest.mark.contract
OLD, NEW = "_2024_06_14", "_2026_06_12"
HOURS = "_2024_06_11"
FIELDS_OUT = {
    bf.NameField: [f"SystemFullNameFieldOutput{NEW}", f"NameDefaultFieldOutput{OLD}"],
    bf.SplitNameField: [f"SystemSplitNameFieldOutput{NEW}"],
    bf.EmailField: [f"SystemEmailFieldOutput{NEW}", f"EmailDefaultFieldOutput{OLD}"],
    bf.LocationField: [f"SystemLocationFieldOutput{NEW}", f"LocationDefaultFieldOutput{OLD}"],
    bf.DefaultField: [
        *(f"System{n}FieldOutput{NEW}" for n in ("Title", "Notes", "Guests", "RescheduleReason", "AttendeePhone", "SmsReminder", "AiAgentPhone")),
        *(f"{n}DefaultFieldOutput{OLD}" for n in ("Title", "Notes", "Guests", "RescheduleReason")),
    ],
    bf.CustomField: [
        *(
            f"Custom{n}FieldOutput{NEW}"
            for n in (
                "Email", "Phone", "Address", "ShortText", "Number", "LongText", "Select", "MultiSelect", "MultiEmail",
                "CheckboxGroup", "RadioGroup", "Checkbox", "Url",
            )
        ),
        *(
            f"{n}FieldOutput{OLD}"
            for n in (
                "Phone", "Address", "Text", "Number", "TextArea", "Select", "MultiSelect", "MultiEmail",
                "CheckboxGroup", "RadioGroup", "Boolean", "Url",
            )
        ),
    ],
}  # fmt: skip
RECORDS: list[tuple[type[Any], list[str]]] = [
    (et.EventType, [f"EventTypeOutput{OLD}", f"EventTypeOutput{NEW}"]),
    (et.TeamEventType, [f"TeamEventTypeOutput{OLD}", f"TeamEventTypeOutput{NEW}"]),
    (et.EventTypeUser, ["User_2024_06_14"]),
    (et.EventTypeHost, ["TeamEventTypeResponseHost"]),
    (et.EventTypeTeam, ["EventTypeTeam"]),
    (et.DeletedEventType, [f"DeleteData{OLD}", "DeletedTeamEventTypeData"]),
    (et.PhoneCall, ["Data"]),
    *FIELDS_OUT.items(),
    (etl.EventTypeAddressLocation, [f"OutputAddressLocation{OLD}"]),
    (etl.EventTypeLinkLocation, [f"OutputLinkLocation{OLD}"]),
    (etl.EventTypeIntegrationLocation, [f"OutputIntegrationLocation{OLD}"]),
    (etl.EventTypePhoneLocation, [f"OutputPhoneLocation{OLD}"]),
    (etl.EventTypeOrganizersDefaultAppLocation, [f"OutputOrganizersDefaultAppLocation{OLD}"]),
    (etl.EventTypeUnknownLocation, [f"OutputUnknownLocation{OLD}"]),
    (ets.BookerActiveBookingsLimit, [f"BookerActiveBookingsLimitOutput{OLD}"]),
    (ets.CalVideoSettings, ["CalVideoSettings"]),
    (ets.DisableCancelling, [f"DisableCancellingOutput{OLD}"]),
    (ets.DisableRescheduling, [f"DisableReschedulingOutput{OLD}"]),
    (schedules.Schedule, [f"ScheduleOutput{HOURS}"]),
    (schedules.ScheduleAvailability, [f"ScheduleAvailabilityInput{HOURS}"]),
    (schedules.ScheduleOverride, [f"ScheduleOverrideInput{HOURS}"]),
    (teams.Team, ["TeamOutputDto", "OrgTeamOutputDto"]),
    (teams.PendingTeam, ["CreateTeamOutputData"]),
    (teams.TeamInvite, ["InviteDataDto"]),
    (Membership, ["TeamMembershipOutput"]),
    (MembershipUser, ["MembershipUserOutputDto"]),
    (webhooks.Webhook, [f"{n}WebhookOutputDto" for n in ("User", "EventType", "Team", "OAuthClient")]),
]
PARTS: list[tuple[type[Any], type[Any] | None, str]] = [
    (eti.NewSeats, ets.Seats, f"Seats{OLD}"),
    (eti.NewRecurrence, ets.Recurrence, f"Recurrence{OLD}"),
    (eti.NewConfirmationPolicy, ets.ConfirmationPolicy, f"BaseConfirmationPolicy{OLD}"),
    (eti.NewNoticeThreshold, ets.NoticeThreshold, f"NoticeThreshold{OLD}"),
    (eti.NewBookingLimitsCount, ets.BookingLimitsCount, f"BaseBookingLimitsCount{OLD}"),
    (eti.NewBookingLimitsDuration, ets.BookingLimitsDuration, f"BaseBookingLimitsDuration{OLD}"),
    (eti.NewBookerActiveBookingsLimit, ets.BookerActiveBookingsLimit, f"BookerActiveBookingsLimit{OLD}"),
    (eti.NewBusinessDaysWindow, ets.BusinessDaysWindow, f"BusinessDaysWindow{OLD}"),
    (eti.NewCalendarDaysWindow, ets.CalendarDaysWindow, f"CalendarDaysWindow{OLD}"),
    (eti.NewRangeWindow, ets.RangeWindow, f"RangeWindow{OLD}"),
    (eti.NewBookerLayouts, ets.BookerLayouts, f"BookerLayouts{OLD}"),
    (eti.NewEventTypeColor, ets.EventTypeColor, f"EventTypeColor{OLD}"),
    (eti.NewEventTypeDestinationCalendar, ets.EventTypeDestinationCalendar, f"DestinationCalendar{OLD}"),
    (eti.NewEventTypeEmailSettings, ets.EventTypeEmailSettings, f"EmailSettings{OLD}"),
    (eti.NewCalVideoSettings, None, "CalVideoSettings"),
    (eti.NewDisableCancelling, None, f"DisableCancelling{OLD}"),
    (eti.NewDisableRescheduling, None, f"DisableRescheduling{OLD}"),
    (eti.NewHost, None, "Host"),
    (etl.NewEventTypeAddressLocation, None, f"InputAddressLocation{OLD}"),
    (etl.NewEventTypeLinkLocation, None, f"InputLinkLocation{OLD}"),
    (etl.NewEventTypeIntegrationLocation, None, f"InputIntegrationLocation{OLD}"),
    (etl.NewEventTypePhoneLocation, None, f"InputPhoneLocation{OLD}"),
    (etl.NewEventTypeAttendeeAddressLocation, None, f"InputAttendeeAddressLocation{OLD}"),
    (etl.NewEventTypeAttendeePhoneLocation, None, f"InputAttendeePhoneLocation{OLD}"),
    (etl.NewEventTypeAttendeeDefinedLocation, None, f"InputAttendeeDefinedLocation{OLD}"),
    (etl.NewEventTypeOrganizersDefaultAppLocation, None, f"InputOrganizersDefaultApp{OLD}"),
    (bfi.NewNameField, None, f"SystemFullNameFieldInput{NEW}"),
    (bfi.NewSplitNameField, None, f"SystemSplitNameFieldInput{NEW}"),
    (bfi.NewEmailField, None, f"SystemEmailFieldInput{NEW}"),
    (bfi.NewLocationField, None, f"SystemLocationFieldInput{NEW}"),
    (schedules.NewScheduleAvailability, None, f"ScheduleAvailabilityInput{HOURS}"),
    (schedules.NewScheduleOverride, None, f"ScheduleOverrideInput{HOURS}"),
]
ARGUMENTS: list[tuple[Any, list[str]]] = [
    (EventTypes.create, [f"CreateEventTypeInput{OLD}", f"CreateEventTypeInput{NEW}"]),
    (EventTypes.update, [f"UpdateEventTypeInput{OLD}", f"UpdateEventTypeInput{NEW}"]),
    (TeamEventTypes.create, [f"CreateTeamEventTypeInput{OLD}", f"CreateTeamEventTypeInput{NEW}"]),
    (TeamEventTypes.update, [f"UpdateTeamEventTypeInput{OLD}", f"UpdateTeamEventTypeInput{NEW}"]),
    (TeamEventTypes.create_phone_call, ["CreatePhoneCallInput"]),
    (Schedules.create, [f"CreateScheduleInput{HOURS}"]),
    (Schedules.update, [f"UpdateScheduleInput{HOURS}"]),
    (Teams.create, ["CreateTeamInput"]),
    (Teams.update, ["UpdateOrgTeamDto"]),
    (Memberships.create, ["CreateTeamMembershipInput"]),
    (Memberships.update, ["UpdateTeamMembershipInput"]),
    (Webhooks.create, ["CreateWebhookInputDto"]),
    (Webhooks.update, ["UpdateWebhookInputDto"]),
]


@pytest.fixture(scope="module")
def document(reference: Path) -> Any:
    return json.loads((reference / "openapi.json").read_text())


@pytest.fixture(scope="module")
def schemas(document: Any) -> Any:
    return document["components"]["schemas"]


def wire_names(cls: type[Any]) -> set[str]:
    return {wire for _, wire in _wire_names(cls)}


@pytest.mark.parametrize(("cls", "names"), RECORDS, ids=[cls.__name__ for cls, _ in RECORDS])
def test_answers(schemas: Any, cls: type[Any], names: list[str]) -> None:
    documented = set().union(*(schemas[name]["properties"] for name in names))
    assert documented - wire_names(cls) == set()


@pytest.mark.parametrize(("part", "answer", "name"), PARTS, ids=[part.__name__ for part, _, _ in PARTS])
def test_parts_of_requests(schemas: Any, part: type[Any], answer: type[Any] | None, name: str) -> None:
    documented = set(schemas[name]["properties"])
    assert wire_names(part) == documented
    required = {wire for a, wire in _wire_names(part) if attrs.fields_dict(part)[a].default is attrs.NOTHING}
    fixed = {wire for a, wire in _wire_names(part) if isinstance(attrs.fields_dict(part)[a].default, str)}
    assert required == set(schemas[name].get("required", ())) - fixed
    if answer is not None:
        assert wire_names(answer) == documented


def test_questions_that_share_a_record(schemas: Any) -> None:
    """Every question of the document is one of the records, and a record knows no more than its questions do."""
    defaults = [s for n, s in schemas.items() if n.startswith("System") and n.endswith(f"FieldInput{NEW}")]
    custom = [s for n, s in schemas.items() if n.startswith("Custom") and n.endswith(f"FieldInput{NEW}")]
    classic = [s for n, s in schemas.items() if n.endswith(f"FieldInput{OLD}")]
    assert (len(defaults), len(custom), len(classic)) == (11, 13, 19)
    assert wire_names(bfi.NewCustomField) == set().union(*(s["properties"] for s in custom))
    split_name = {"firstNameLabel", "firstNamePlaceholder", "lastNameLabel", "lastNamePlaceholder", "lastNameRequired"}
    assert wire_names(bfi.NewClassicField) == set().union(*(s["properties"] for s in classic)) | split_name
    words = {s["properties"]["field"]["example"] for s in defaults}
    literal = str(attrs.fields_dict(bfi.NewDefaultField)["field"].type)
    assert {word for word in words if word in literal} == words - {"name", "email", "location"}
    one_of_them = next(s for s in defaults if s["properties"]["field"]["example"] == "notes")
    assert wire_names(bfi.NewDefaultField) == set(one_of_them["properties"])
    types = {s["properties"]["type"]["example"] for s in (*custom, *classic) if "type" in s["properties"]}
    assert types <= {kind.value for kind in bf.BookingFieldType}


def accepted(method: Any) -> set[str]:
    """The arguments of an operation that go into its body, by wire name."""
    names = {name for name in inspect.signature(method).parameters if name not in {"self", "settings", "changes"}}
    for name, hint in inspect.get_annotations(method).items():
        if name in {"settings", "changes"}:
            names |= set(getattr(models, hint.partition("[")[2].rstrip("]")).__annotations__)
    names -= {"event_type_id", "schedule_id", "team_id", "membership_id", "webhook_id"} & set(
        list(inspect.signature(method).parameters)[:2]
    )
    odd = {"allow_rr_host_choice_on_reschedule": "allowRRHostChoiceOnReschedule"}
    return {odd.get(name) or camel(name) for name in names}


def camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


@pytest.mark.parametrize(("method", "names"), ARGUMENTS, ids=[method.__qualname__ for method, _ in ARGUMENTS])
def test_arguments(schemas: Any, method: Any, names: list[str]) -> None:
    assert accepted(method) == set().union(*(schemas[name]["properties"] for name in names))


def test_what_only_the_newer_version_knows(schemas: Any) -> None:
    from calcom_async.resources.event_type_arguments import ARGUMENTS as OWN
    from calcom_async.resources.event_type_arguments import TEAM_ARGUMENTS as TEAM

    for known, kind in ((OWN, "EventType"), (TEAM, "TeamEventType")):
        old = set(schemas[f"Update{kind}Input{OLD}"]["properties"])
        new = set(schemas[f"Update{kind}Input{NEW}"]["properties"])
        assert {"allowRRHostChoiceOnReschedule" if "_rr_" in name else camel(name) for name in known.newer} == new - old
        assert old - new == {"disableGuests"}


def test_open_sets_hold_every_documented_word(document: Any, schemas: Any) -> None:
    hook = schemas["CreateWebhookInputDto"]["properties"]
    assert set(hook["triggers"]["items"]["enum"]) == set(webhooks.WebhookTrigger)
    assert set(hook["version"]["enum"]) == set(webhooks.WebhookVersion)
    assert set(hook["timeUnit"]["enum"]) == set(webhooks.WebhookTimeUnit)
    assert set(schemas["CreateTeamMembershipInput"]["properties"]["role"]["enum"]) == set(MembershipRole)
    team = schemas[f"CreateTeamEventTypeInput{NEW}"]["properties"]
    assert set(team["schedulingType"]["enum"]) == set(et.SchedulingType)
    assert set(schemas["Host"]["properties"]["priority"]["enum"]) == set(et.HostPriority)
    assert set(schemas["PrivateNoteMode"]["enum"]) == set(ets.PrivateNoteMode)
    assert set(schemas[f"Recurrence{OLD}"]["properties"]["frequency"]["enum"]) == set(ets.Frequency)
    assert set(schemas[f"BaseConfirmationPolicy{OLD}"]["properties"]["type"]["enum"]) == set(ets.ConfirmationPolicyType)
    days = schemas[f"ScheduleAvailabilityInput{HOURS}"]["properties"]["days"]["items"]["enum"]
    assert set(days) == set(schedules.Weekday)
    for path, names in (
        ("/v2/event-types", {"username", "eventSlug", "usernames", "orgSlug", "orgId", "sortCreatedAt"}),
        ("/v2/teams/{teamId}/event-types", {"eventSlug", "hostsLimit", "sortCreatedAt"}),
        ("/v2/teams/{teamId}/memberships", {"take", "skip", "emails"}),
        ("/v2/teams/{teamId}/schedules", {"take", "skip"}),
        ("/v2/webhooks", {"take", "skip"}),
    ):
        assert {p["name"] for p in document["paths"][path]["get"]["parameters"] if p["in"] == "query"} == names
