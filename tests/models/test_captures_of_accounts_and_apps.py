"""Every recorded answer about calendars, apps, insights, OAuth and the small families, read and written back unchanged."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from calcom_async.core.codec import decode
from calcom_async.core.records import Record
from calcom_async.models.api_keys import RefreshedApiKey
from calcom_async.models.booking_fields import BookingFields
from calcom_async.models.booking_limits import BookingLimits, TeamBookingLimits
from calcom_async.models.calendars import (
    CalendarAuthorization,
    CalendarCredential,
    ConnectedCalendars,
    SelectedCalendar,
)
from calcom_async.models.conferencing import ConferencingApp, ConferencingAuthorization
from calcom_async.models.credits import Credits
from calcom_async.models.event_type_records import EventTypeChange
from calcom_async.models.insights import BookingStatistics, BookingTrend
from calcom_async.models.notifications import AppPushSubscription, ChatLinkIntent
from calcom_async.models.oauth_clients import (
    CreatedManagedUser,
    CreatedOAuthClient,
    ManagedUser,
    ManagedUserTokens,
    OAuthClient,
    OAuthTokens,
)
from calcom_async.models.private_links import DeletedPrivateLink, PrivateLink
from calcom_async.models.stripe import StripeAuthorization
from calcom_async.models.verified_resources import VerifiedEmail
from calcom_async.models.webhooks import Webhook
from tests.models.recorded_answers import records, unexpected

ANY, ONE = r".*", r"(/[^/]+)?"
CLIENT = r"/oauth-clients/[^/]+"
ANSWERS: list[tuple[str, str, type[Record]]] = [
    ("GET", r"/calendars", ConnectedCalendars),
    ("GET", r"/calendars/[^/]+/connect", CalendarAuthorization),
    ("POST", r"/calendars/(ics-feed/save|[^/]+/disconnect)", CalendarCredential),
    ("POST|DELETE", r"/selected-calendars", SelectedCalendar),
    ("GET|POST", rf"{ANY}/conferencing(/[^/]+/connect)?", ConferencingApp),
    ("GET", rf"{ANY}/conferencing/[^/]+/oauth/auth-url", ConferencingAuthorization),
    ("GET", rf"{ANY}/stripe/connect", StripeAuthorization),
    ("GET", rf"{ANY}/verified-resources/emails{ONE}", VerifiedEmail),
    ("POST", rf"{ANY}/verified-resources/emails/verification-code/verify", VerifiedEmail),
    ("GET|POST|PATCH", rf"{ANY}/private-links{ONE}", PrivateLink),
    ("DELETE", rf"{ANY}/private-links/[^/]+", DeletedPrivateLink),
    ("GET|PATCH", r"/me/booking-limits", BookingLimits),
    ("POST", rf"{ANY}/booking-fields", BookingFields),
    ("GET", r"/credits/available", Credits),
    ("POST", r"/insights/bookings/kpi-stats", BookingStatistics),
    ("POST", r"/insights/bookings/event-trends", BookingTrend),
    ("POST", r"/api-keys/refresh", RefreshedApiKey),
    ("POST", r"/oauth-clients", CreatedOAuthClient),
    ("GET|PATCH|DELETE", rf"/oauth-clients|{CLIENT}", OAuthClient),
    ("POST", rf"{CLIENT}/users", CreatedManagedUser),
    ("GET|PATCH|DELETE", rf"{CLIENT}/users{ONE}", ManagedUser),
    ("POST", rf"({CLIENT}/users/[^/]+/force-refresh|/oauth/[^/]+/refresh)", ManagedUserTokens),
    ("GET|POST|PATCH", rf"{CLIENT}/webhooks{ONE}", Webhook),
]
LEAST = {
    "BookingFields": 1,
    "BookingLimits": 1,
    "BookingStatistics": 1,
    "BookingTrend": 8,
    "CalendarAuthorization": 4,
    "CalendarCredential": 1,
    "ConferencingApp": 3,
    "ConferencingAuthorization": 4,
    "ConnectedCalendars": 3,
    "CreatedManagedUser": 3,
    "CreatedOAuthClient": 1,
    "Credits": 1,
    "DeletedPrivateLink": 2,
    "ManagedUser": 8,
    "ManagedUserTokens": 3,
    "OAuthClient": 5,
    "PrivateLink": 14,
    "RefreshedApiKey": 3,
    "SelectedCalendar": 3,
    "StripeAuthorization": 2,
    "VerifiedEmail": 9,
    "Webhook": 6,
}


@pytest.mark.contract
def test_every_answer_is_read_and_written_back_unchanged(reference: Path) -> None:
    seen: Counter[str] = Counter()
    for name, record, wire in records(reference, ANSWERS):
        seen[type(record).__name__] += 1
        assert record.to_dict() == wire, name
        assert list(record.to_dict()) == list(wire), name
        assert list(unexpected(record)) == [], name
    assert {name: seen[name] for name, count in LEAST.items() if seen[name] < count} == {}


@pytest.mark.contract
def test_the_history_of_an_event_type(reference: Path) -> None:
    wire = json.loads((reference / "captures" / "GET_v2-event-types-eventTypeId-history_200.json").read_text())
    for entry in wire["body"]["data"]["auditLogs"]:
        change = decode(json.loads(json.dumps(entry)), EventTypeChange)
        assert change.to_dict() == entry
        assert list(unexpected(change)) == []


HIDDEN: list[tuple[type[Record], dict[str, Any]]] = [
    (RefreshedApiKey, {"apiKey": "S3CRET"}),
    (CalendarAuthorization, {"authUrl": "https://example.com/?state=S3CRET"}),
    (ConferencingAuthorization, {"url": "https://example.com/?state=S3CRET"}),
    (StripeAuthorization, {"authUrl": "https://example.com/?state=S3CRET"}),
    (ConferencingApp, {"id": 1, "key": {"access_token": "S3CRET"}}),
    (OAuthClient, {"id": "c", "secret": "S3CRET"}),
    (CreatedOAuthClient, {"clientId": "c", "clientSecret": "S3CRET"}),
    (ManagedUserTokens, {"accessToken": "S3CRET", "refreshToken": "S3CRET"}),
    (CreatedManagedUser, {"accessToken": "S3CRET", "refreshToken": "S3CRET", "user": {"id": 1}}),
    (OAuthTokens, {"access_token": "S3CRET", "refresh_token": "S3CRET"}),
    (AppPushSubscription, {"id": 1, "identifier": "S3CRET"}),
    (ChatLinkIntent, {"token": "S3CRET"}),
]


@pytest.mark.parametrize(("cls", "wire"), HIDDEN, ids=[cls.__name__ for cls, _ in HIDDEN])
def test_secrets_do_not_show_but_are_there(cls: type[Record], wire: dict[str, Any]) -> None:
    record = decode(dict(wire), cls)
    assert "S3CRET" not in repr(record)
    assert "***" in repr(record)
    assert "S3CRET" not in str(record)
    assert record.to_dict() == wire


def test_trends_have_words_for_keys() -> None:
    wire = {"Month": "Sep 1", "isToday": False, "No-Show (Host)": 2, "formattedDateFull": "Sep 1 (Tue)"}
    trend = decode(dict(wire), BookingTrend)
    assert trend.to_dict() == wire
    assert (trend.no_show_host, trend.is_today) == (2, False)


def test_where_no_calendar_was_chosen_there_is_none() -> None:
    wire: dict[str, Any] = {"connectedCalendars": [], "destinationCalendar": {}}
    calendars = decode(dict(wire), ConnectedCalendars)
    assert (calendars.connected_calendars, calendars.destination_calendar) == ((), None)
    assert calendars.to_dict() == wire


def test_a_link_ends_by_time_or_by_use() -> None:
    by_time = decode({"linkId": "l", "expiresAt": "2027-06-01T00:00:00.000Z"}, PrivateLink)
    by_use = decode({"linkId": "l", "maxUsageCount": 3, "usageCount": 1}, PrivateLink)
    assert (by_time.expires_at, by_time.max_usage_count) == (datetime(2027, 6, 1, tzinfo=UTC), None)
    assert (by_use.expires_at, by_use.max_usage_count, by_use.usage_count) == (None, 3, 1)


def test_limits_of_teams() -> None:
    limits = {"perDay": 2, "perWeek": None, "perMonth": None, "perYear": None}
    wire = {
        "teams": [{"teamId": 7, "teamName": "T", "teamLimit": limits, "memberLimit": None, "effectiveLimit": limits}],
        "globalLimit": None, "isOvercommitted": False,
    }  # fmt: skip
    (team,) = decode(json.loads(json.dumps(wire)), TeamBookingLimits).teams
    assert team.effective_limit is not None
    assert (team.team_id, team.member_limit, team.effective_limit.per_day) == (7, None, 2)
