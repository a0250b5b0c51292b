"""What each operation of calendars, apps, insights, OAuth and the small families sends."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from calcom_async.core.unset import UNSET
from calcom_async.errors import InvalidRequestError, NotFoundError
from calcom_async.models.calendar_events import NewCalendarEventTime
from calcom_async.models.calendars import CalendarToLoad
from calcom_async.resources.allowlists import ServiceAllowlists
from calcom_async.resources.api_keys import ApiKeys
from calcom_async.resources.booking_limits import OwnBookingLimits
from calcom_async.resources.calendar_events import ConnectionCalendar, ProviderCalendar
from calcom_async.resources.calendars import Calendars
from calcom_async.resources.conferencing import Conferencing
from calcom_async.resources.credits import CreditAccount
from calcom_async.resources.events import Events
from calcom_async.resources.insights import Insights
from calcom_async.resources.notifications import Notifications
from calcom_async.resources.oauth import OAuth
from calcom_async.resources.oauth_clients import OAuthClients, OAuthClientScope
from calcom_async.resources.organization import Organization
from calcom_async.resources.scopes import EventType, Team
from calcom_async.resources.stripe import Stripe
from calcom_async.resources.verified_resources import VerifiedResources

Case = tuple[Callable[[Any], Any], str, str, dict[str, str], Any]
E, ME, C, N, V = "/event-types/5", "/me", "/calendars", "/notifications/subscriptions", "/verified-resources"
CODE = "verification-code"
AUTHORIZED = {"state": "s", "code": "c"}
CALENDAR = {"integration": "google_calendar", "external_id": "ada@example.com", "credential_id": 3}
WIRE_CALENDAR = {"integration": "google_calendar", "externalId": "ada@example.com", "credentialId": 3}
SPAN = {"start_date": "2026-09-01", "end_date": "2026-09-30"}
WIRE_SPAN = {"startDate": "2026-09-01", "endDate": "2026-09-30"}
RANGE = {"id": "createdAt", "value": {"type": "dr", "data": {"startDate": "2026-09-01", "endDate": "2026-09-30"}}}
TEAM = {"scope": "team", "selected_team_id": 7, "column_filters": [RANGE]}
WIRE_TEAM = {"scope": "team", "selectedTeamId": 7, "columnFilters": [RANGE]}
START = {"time": "2026-12-01T09:00:00Z", "time_zone": "Europe/London"}
WIRE_START = {"time": "2026-12-01T09:00:00Z", "timeZone": "Europe/London"}
QUESTION = {"field": "custom", "type": "shortText", "slug": "why", "label": "Why?"}
OWN = {"name": "N", "redirectUris": ["https://example.com"], "permissions": ["*"]}
GOOGLE, LINKED, CLIENT = f"{C}/google", f"{C}/connections/k", "/oauth-clients/c"


def google(wire: Any) -> ProviderCalendar[Any]:
    return ProviderCalendar(wire, "google")


def linked(wire: Any) -> ConnectionCalendar[Any]:
    return ConnectionCalendar(wire, "k")


def platform(wire: Any) -> OAuthClientScope[Any]:
    return OAuthClientScope(wire, "c")


CASES: list[Case] = [
    # calendars
    (lambda w: Calendars(w).get_connected(), "GET", C, {}, None),
    (lambda w: Calendars(w).auth_url("google"), "GET", f"{C}/google/connect", {"isDryRun": "false"}, None),
    (lambda w: Calendars(w).auth_url("office365", is_dry_run=True, redir="/x"), "GET", f"{C}/office365/connect", {"isDryRun": "true", "redir": "/x"}, None),
    (lambda w: Calendars(w).finish_authorization("google", **AUTHORIZED), "GET", f"{C}/google/save", AUTHORIZED, None),
    (
        lambda w: Calendars(w).save_credentials("apple", username="ada@example.com", password="p"),
        "POST", f"{C}/apple/credentials", {}, {"username": "ada@example.com", "password": "p"},
    ),
    (lambda w: Calendars(w).save_ics_feed(["https://example.com/f.ics"], read_only=False), "POST", f"{C}/ics-feed/save", {}, {"urls": ["https://example.com/f.ics"], "readOnly": False}),
    (lambda w: Calendars(w).check("google"), "GET", f"{C}/google/check", {}, None),
    (lambda w: Calendars(w).check_ics_feed(), "GET", f"{C}/ics-feed/check", {}, None),
    (lambda w: Calendars(w).disconnect("google", credential_id=3), "POST", f"{C}/google/disconnect", {}, {"id": 3}),
    (lambda w: Calendars(w).select(**CALENDAR), "POST", "/selected-calendars", {}, WIRE_CALENDAR),
    (
        lambda w: Calendars(w).unselect(**CALENDAR, delegation_credential_id="d"),
        "DELETE", "/selected-calendars", {**WIRE_CALENDAR, "credentialId": "3", "delegationCredentialId": "d"}, None,
    ),
    (
        lambda w: Calendars(w).set_destination(integration="google_calendar", external_id="ada@example.com"),
        "PUT", "/destination-calendars", {}, {"integration": "google_calendar", "externalId": "ada@example.com"},
    ),
    # events in calendars
    (lambda w: google(w).get_meeting("e"), "GET", f"{GOOGLE}/event/e", {}, None),
    (lambda w: google(w).get_event("e"), "GET", f"{GOOGLE}/events/e", {}, None),
    (lambda w: google(w).update_event("e", title="T", description=None), "PATCH", f"{GOOGLE}/events/e", {}, {"title": "T", "description": None}),
    (lambda w: google(w).update_meeting("e", start={"time": "2026-12-01T09:00:00Z"}), "PATCH", f"{GOOGLE}/event/e", {}, {"start": {"time": "2026-12-01T09:00:00Z"}}),
    (
        lambda w: google(w).create_event(title="T", start=START, end=NewCalendarEventTime(**START), attendees=[{"email": "ada@example.com"}]),
        "POST", f"{GOOGLE}/events", {}, {"title": "T", "start": WIRE_START, "end": WIRE_START, "attendees": [{"email": "ada@example.com"}]},
    ),
    (lambda w: google(w).delete_event("e"), "DELETE", f"{GOOGLE}/events/e", {}, None),
    (lambda w: linked(w).get_event("e", calendar_id="x"), "GET", f"{LINKED}/events/e", {"calendarId": "x"}, None),
    (
        lambda w: linked(w).create_event(title="T", start=START, end=START, calendar_id="x"),
        "POST", f"{LINKED}/events", {"calendarId": "x"}, {"title": "T", "start": WIRE_START, "end": WIRE_START},
    ),
    (lambda w: linked(w).update_event("e", status="cancelled", attendees=[]), "PATCH", f"{LINKED}/events/e", {}, {"status": "cancelled", "attendees": []}),
    (lambda w: linked(w).delete_event("e"), "DELETE", f"{LINKED}/events/e", {}, None),
    # conferencing and Stripe
    (lambda w: Conferencing(w).connect("google-meet"), "POST", "/conferencing/google-meet/connect", {}, None),
    (
        lambda w: Conferencing(w).auth_url("zoom", return_to="/ok", on_error_return_to="/no"),
        "GET", "/conferencing/zoom/oauth/auth-url", {"returnTo": "/ok", "onErrorReturnTo": "/no"}, None,
    ),
    (lambda w: Conferencing(w).finish_authorization("zoom", **AUTHORIZED), "GET", "/conferencing/zoom/oauth/callback", AUTHORIZED, None),
    (lambda w: Conferencing(w).get_default(), "GET", "/conferencing/default", {}, None),
    (lambda w: Conferencing(w).set_default("zoom"), "POST", "/conferencing/zoom/default", {}, None),
    (lambda w: Conferencing(w).disconnect("zoom"), "DELETE", "/conferencing/zoom/disconnect", {}, None),
    (lambda w: Stripe(w).connect(), "GET", "/stripe/connect", {}, None),
    (lambda w: Organization(w, 1).team(7).stripe.connect(return_to="/ok"), "GET", "/organizations/1/teams/7/stripe/connect", {"returnTo": "/ok"}, None),
    (lambda w: Stripe(w).check(), "GET", "/stripe/check", {}, None),
    # verified resources
    (lambda w: VerifiedResources(w).get_email(5), "GET", f"{V}/emails/5", {}, None),
    (lambda w: Team(w, 7).verified_resources.get_phone(5), "GET", f"/teams/7{V}/phones/5", {}, None),
    (lambda w: VerifiedResources(w).request_email_code("ada@example.com"), "POST", f"{V}/emails/{CODE}/request", {}, {"email": "ada@example.com"}),
    (lambda w: VerifiedResources(w).request_phone_code("+37120993151"), "POST", f"{V}/phones/{CODE}/request", {}, {"phone": "+37120993151"}),
    (lambda w: VerifiedResources(w).verify_email(email="ada@example.com", code="1"), "POST", f"{V}/emails/{CODE}/verify", {}, {"email": "ada@example.com", "code": "1"}),
    (lambda w: VerifiedResources(w).verify_phone(phone="+37120993151", code="1"), "POST", f"{V}/phones/{CODE}/verify", {}, {"phone": "+37120993151", "code": "1"}),
    # booking limits
    (lambda w: OwnBookingLimits(w).get(), "GET", f"{ME}/booking-limits", {}, None),
    (lambda w: OwnBookingLimits(w).update(per_day=4, per_year=None), "PATCH", f"{ME}/booking-limits", {}, {"perDay": 4, "perYear": None}),
    (lambda w: OwnBookingLimits(w).clear(), "DELETE", f"{ME}/booking-limits", {}, None),
    (lambda w: OwnBookingLimits(w).get_teams(), "GET", f"{ME}/team-booking-limits", {}, None),
    (lambda w: OwnBookingLimits(w).update_team(7, per_week=9), "PATCH", f"{ME}/team-booking-limits/7", {}, {"perWeek": 9}),
    (lambda w: OwnBookingLimits(w).clear_team(7), "DELETE", f"{ME}/team-booking-limits/7", {}, None),
    # event types: private links, booking fields, records
    *(
        case
        for scope, path in ((lambda w: EventType(w, 5), E), (lambda w: Organization(w, 1).team(7).event_type(5), f"/organizations/1/teams/7{E}"))
        for case in (
            (lambda w, s=scope: s(w).private_links.create(), "POST", f"{path}/private-links", {}, {}),
            (
                lambda w, s=scope: s(w).private_links.create(expires_at=datetime(2027, 1, 5, tzinfo=UTC), max_usage_count=-1),
                "POST", f"{path}/private-links", {}, {"expiresAt": "2027-01-05T00:00:00.000Z", "maxUsageCount": -1},
            ),
            (lambda w, s=scope: s(w).private_links.update("l", max_usage_count=3), "PATCH", f"{path}/private-links/l", {}, {"maxUsageCount": 3}),
            (lambda w, s=scope: s(w).private_links.delete("l"), "DELETE", f"{path}/private-links/l", {}, None),
        )
    ),
    *(
        case
        for scope, path in (
            (lambda w: EventType(w, 5), E), (lambda w: Team(w, 7).event_type(5), f"/teams/7{E}"),
            (lambda w: Organization(w, 1).team(7).event_type(5), f"/organizations/1/teams/7{E}"),
        )
        for case in (
            (lambda w, s=scope: s(w).booking_fields.get(), "GET", f"{path}/booking-fields", {}, None),
            (lambda w, s=scope: s(w).booking_fields.add([QUESTION]), "POST", f"{path}/booking-fields", {}, {"bookingFields": [QUESTION]}),
            (lambda w, s=scope: s(w).booking_fields.replace([QUESTION]), "PUT", f"{path}/booking-fields", {}, {"bookingFields": [QUESTION]}),
            (
                lambda w, s=scope: s(w).booking_fields.update([{"slug": "why", "disable_on_prefill": True}]),
                "PATCH", f"{path}/booking-fields", {}, {"bookingFields": [{"slug": "why", "disableOnPrefill": True}]},
            ),
            (lambda w, s=scope: s(w).booking_fields.delete("why"), "DELETE", f"{path}/booking-fields/why", {}, None),
        )
    ),
    (lambda w: EventType(w, 5).records.get_scheduling_config(), "GET", f"{E}/scheduling-config", {}, None),
    # insights
    (lambda w: Insights(w).get_booking_statistics(**TEAM, time_zone="UTC"), "POST", "/insights/bookings/kpi-stats", {}, {**WIRE_TEAM, "timeZone": "UTC"}),
    (lambda w: Insights(w).get_member_statistics(scope="org", time_zone="UTC"), "POST", "/insights/bookings/members", {}, {"scope": "org", "timeZone": "UTC"}),
    (lambda w: Insights(w).get_forms_by_status(**TEAM, **SPAN), "POST", "/insights/routings/forms-by-status", {}, WIRE_TEAM | WIRE_SPAN),
    (
        lambda w: Insights(w).get_form_responses(scope="user", **SPAN, offset=100, sorting=[{"id": "createdAt", "desc": True}]),
        "POST", "/insights/routings/form-responses", {},
        {"scope": "user", **WIRE_SPAN, "offset": 100, "limit": 100, "sorting": [{"id": "createdAt", "desc": True}]},
    ),
    (lambda w: Insights(w).get_failed_bookings(scope="user", **SPAN), "POST", "/insights/routings/failed-bookings-by-field", {}, {"scope": "user", **WIRE_SPAN}),
    (
        lambda w: Insights(w).get_routed_to(scope="user", **SPAN, period="perWeek", search_query="Ada"),
        "POST", "/insights/routings/routed-to-per-period", {}, {"scope": "user", **WIRE_SPAN, "period": "perWeek", "limit": 100, "searchQuery": "Ada"},
    ),
    # the account
    (lambda w: ServiceAllowlists(w).get_all(), "GET", "/allowlists", {}, None),
    (lambda w: ServiceAllowlists(w).get("web hooks"), "GET", "/allowlists/web%20hooks", {}, None),
    (lambda w: ApiKeys(w).refresh(), "POST", "/api-keys/refresh", {}, {}),
    (lambda w: ApiKeys(w).refresh(api_key_days_valid=60, api_key_never_expires=False), "POST", "/api-keys/refresh", {}, {"apiKeyDaysValid": 60, "apiKeyNeverExpires": False}),
    (lambda w: CreditAccount(w).get_available(), "GET", "/credits/available", {}, None),
    (lambda w: CreditAccount(w).charge(credits=2, credit_for="SMS"), "POST", "/credits/charge", {}, {"credits": 2, "creditFor": "SMS"}),
    (lambda w: Events(w).get("u"), "GET", "/events/u", {}, None),
    (
        lambda w: Notifications(w).subscribe_app(token="t", platform="IOS", device_id="d"),
        "POST", f"{N}/app-push", {}, {"token": "t", "platform": "IOS", "deviceId": "d"},
    ),
    (lambda w: Notifications(w).unsubscribe_app(token="t"), "DELETE", f"{N}/app-push", {}, {"token": "t"}),
    (lambda w: Notifications(w).link_slack(), "POST", f"{N}/slack/link-intents", {}, None),
    (lambda w: Notifications(w).link_telegram(), "POST", f"{N}/telegram/link-intents", {}, None),
    (lambda w: Notifications(w).unlink_slack(identifier="i", team_id="t"), "DELETE", f"{N}/slack", {}, {"identifier": "i", "teamId": "t"}),
    (lambda w: Notifications(w).unlink_telegram(identifier="i"), "DELETE", f"{N}/telegram", {}, {"identifier": "i"}),
    # OAuth
    (lambda w: OAuth(w).get_client("c"), "GET", "/auth/oauth2/clients/c", {}, None),
    (
        lambda w: OAuth(w).exchange_code(client_id="c", code="k", redirect_uri="https://example.com", client_secret="s"),
        "POST", "/auth/oauth2/token", {},
        {"client_id": "c", "grant_type": "authorization_code", "code": "k", "redirect_uri": "https://example.com", "client_secret": "s"},
    ),
    (
        lambda w: OAuth(w).refresh(client_id="c", refresh_token="r"),
        "POST", "/auth/oauth2/token", {}, {"client_id": "c", "grant_type": "refresh_token", "refresh_token": "r"},
    ),
    # platform clients
    (lambda w: OAuthClients(w).get("c"), "GET", CLIENT, {}, None),
    (
        lambda w: OAuthClients(w).create(name="N", redirect_uris=["https://example.com"], permissions=["*"], are_emails_enabled=True),
        "POST", "/oauth-clients", {}, {**OWN, "areEmailsEnabled": True},
    ),
    (lambda w: OAuthClients(w).update("c", name="M", booking_redirect_uri="https://example.com/b"), "PATCH", CLIENT, {}, {"name": "M", "bookingRedirectUri": "https://example.com/b"}),
    (lambda w: OAuthClients(w).delete("c"), "DELETE", CLIENT, {}, None),
    (lambda w: platform(w).users.get(4), "GET", f"{CLIENT}/users/4", {}, None),
    (
        lambda w: platform(w).users.create(email="ada@example.com", name="Ada", time_format=24, metadata={"a_b": 1}),
        "POST", f"{CLIENT}/users", {}, {"email": "ada@example.com", "name": "Ada", "timeFormat": 24, "metadata": {"a_b": 1}},
    ),
    (lambda w: platform(w).users.update(4, default_schedule_id=3, bio=UNSET), "PATCH", f"{CLIENT}/users/4", {}, {"defaultScheduleId": 3}),
    (lambda w: platform(w).users.delete(4), "DELETE", f"{CLIENT}/users/4", {}, None),
    (lambda w: platform(w).users.force_refresh(4), "POST", f"{CLIENT}/users/4/force-refresh", {}, None),
    (lambda w: platform(w).webhooks.get("h"), "GET", f"{CLIENT}/webhooks/h", {}, None),
    (lambda w: platform(w).refresh_tokens(refresh_token="r"), "POST", "/oauth/c/refresh", {}, {"refreshToken": "r"}),
]  # fmt: skip
SECRETS = dict.fromkeys(("apiKey", "accessToken", "refreshToken", "access_token", "refresh_token", "client_id"), "s")
TEXT_IDS = ("/calendars/google/event", "/calendars/connections", "/oauth-clients/c", "/events/u")
VERSIONS = {
    "private-links": ("2024-09-04", "2024-04-15"),
    "booking-fields": ("2026-06-12",),
    "scheduling-config": ("2026-06-12",),
}


@pytest.mark.parametrize(
    ("call", "method", "path", "query", "body"), CASES, ids=[f"{c[1]} {c[2]} {i}" for i, c in enumerate(CASES)]
)
async def test_one_operation(
    wire: Any, call: Callable[[Any], Any], method: str, path: str, query: dict[str, str], body: Any
) -> None:
    texts = any(path.startswith(prefix) for prefix in TEXT_IDS) and "/users" not in path
    wire.answer({"id": "x" if texts else 1, "uuid": "u", "linkId": "l", "clientId": "c", "teamId": 7, **SECRETS})
    await call(wire)
    assert (wire.sent.method, wire.sent.path, wire.query, wire.sent.body) == (method, path, query, body)
    assert wire.sent.versions == next((v for name, v in VERSIONS.items() if name in path), ())
    assert wire.sent.repeatable is (method != "POST" or "/insights/" in path)


LISTS: list[tuple[Callable[[Any], Any], str, dict[str, str]]] = [
    (
        lambda w: Calendars(w).list_busy_times([{"credential_id": 1, "external_id": "a"}, CalendarToLoad(credential_id=2, external_id="b")], date_from="2026-12-01", time_zone="UTC"),
        f"{C}/busy-times",
        {
            "dateFrom": "2026-12-01", "timeZone": "UTC",
            "calendarsToLoad[0][credentialId]": "1", "calendarsToLoad[0][externalId]": "a",
            "calendarsToLoad[1][credentialId]": "2", "calendarsToLoad[1][externalId]": "b",
        },
    ),
    (lambda w: Calendars(w).list_connections(), f"{C}/connections", {}),
    (lambda w: google(w).list_events(from_="2026-12-01", to="2026-12-02", calendar_id="x"), f"{GOOGLE}/events", {"from": "2026-12-01", "to": "2026-12-02", "calendarId": "x"}),
    (lambda w: linked(w).list_busy_times(from_="2026-12-01", to="2026-12-02", time_zone="UTC"), f"{LINKED}/freebusy", {"from": "2026-12-01", "to": "2026-12-02", "timeZone": "UTC"}),
    (lambda w: Conferencing(w).list(), "/conferencing", {}),
    (lambda w: Organization(w, 1).user(4).conferencing.list(), "/organizations/1/users/4/conferencing", {}),
    (lambda w: VerifiedResources(w).list_emails(), f"{V}/emails", {"take": "250"}),
    (lambda w: Team(w, 7).verified_resources.list_phones(page_size=2), f"/teams/7{V}/phones", {"take": "2"}),
    (lambda w: EventType(w, 5).private_links.list(), f"{E}/private-links", {}),
    (lambda w: EventType(w, 5).records.list_history(page_size=100), f"{E}/history", {"limit": "50"}),
    (lambda w: EventType(w, 5).records.list_crm_sync_errors(app_slug="salesforce"), f"{E}/crm-sync-errors", {"appSlug": "salesforce", "includeDismissed": "false", "limit": "100"}),
    (lambda w: Events(w).list(slug="party"), "/events", {"slug": "party"}),
    (lambda w: OAuthClients(w).list(), "/oauth-clients", {}),
    (lambda w: platform(w).users.list(emails=["ada@example.com"]), f"{CLIENT}/users", {"emails": "ada@example.com", "limit": "250"}),
    (lambda w: platform(w).webhooks.list(), f"{CLIENT}/webhooks", {"take": "250"}),
]  # fmt: skip


@pytest.mark.parametrize(("listing", "path", "query"), LISTS, ids=[f"{one[1]} {i}" for i, one in enumerate(LISTS)])
async def test_one_list(wire: Any, listing: Callable[[Any], Any], path: str, query: dict[str, str]) -> None:
    wire.answer([])
    assert (await listing(wire)).items == []
    assert (wire.sent.method, wire.sent.path, wire.query) == ("GET", path, query)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("get_booking_trends", "bookings/event-trends"),
        ("get_average_duration", "bookings/average-duration"),
        ("get_form_fields", "routings/form-field-options"),
        ("get_form_headers", "routings/form-response-headers"),
    ],
)
async def test_insights_that_are_lists(wire: Any, name: str, path: str) -> None:
    wire.answer([])
    zone = {"time_zone": "UTC"} if path.startswith("bookings") else {}
    assert await getattr(Insights(wire), name)(scope="user", **zone) == ()
    assert (wire.sent.path, wire.sent.repeatable) == (f"/insights/{path}", True)


class TestAnswersOfTheirOwn:
    async def test_a_charge_with_a_reference_may_be_sent_again(self, wire: Any) -> None:
        wire.answer({"charged": True})
        answer = await CreditAccount(wire).charge(credits=1, credit_for="AI_AGENT", external_ref="order-17")
        assert answer == {"charged": True}
        assert wire.sent.repeatable is True

    async def test_where_no_app_was_chosen_there_is_none(self, wire: Any) -> None:
        wire.answer(wire.response({"status": "success"}))
        chosen = await Conferencing(wire).get_default()
        assert (chosen.app_slug, chosen.app_link) == (None, None)

    async def test_a_calendar_that_was_selected_already_is_answered_without_data(self, wire: Any) -> None:
        wire.answer(wire.response({"status": "success"}))
        assert (await Calendars(wire).select(**CALENDAR)).integration is None

    async def test_what_is_not_yours_is_null(self, wire: Any) -> None:
        wire.answer(None)
        with pytest.raises(NotFoundError, match="there is no such record, or it is not yours"):
            await VerifiedResources(wire).get_email(5)

    async def test_stripe_says_where_the_browser_goes(self, wire: Any) -> None:
        wire.answer(wire.response({"url": "https://example.com/next"}))
        assert await Stripe(wire).finish_authorization(**AUTHORIZED) == "https://example.com/next"
        assert (wire.sent.path, wire.query) == ("/stripe/save", AUTHORIZED)

    async def test_what_is_gone_comes_with_a_sentence(self, wire: Any) -> None:
        wire.answer(wire.response({"status": "success", "message": "Removed"}))
        assert (await Notifications(wire).unlink_telegram(identifier="i")).message == "Removed"

    async def test_tokens_have_no_envelope(self, wire: Any) -> None:
        wire.answer(
            wire.response(
                {
                    "access_token": "a",
                    "refresh_token": "r",
                    "token_type": "bearer",
                    "expires_in": 1800,
                    "scope": "BOOKING_READ",
                }
            )
        )
        tokens = await OAuth(wire).refresh(client_id="c", refresh_token="old")
        assert (tokens.access_token, tokens.refresh_token, tokens.expires_in) == ("a", "r", 1800)

    async def test_the_history_of_an_event_type_is_found_where_cal_com_puts_it(self, wire: Any) -> None:
        first = {"eventTypeId": 5, "auditLogs": [{"id": "a"}], "nextCursor": "c", "hasMore": True}
        wire.answer(first, {"eventTypeId": 5, "auditLogs": [{"id": "b"}], "hasMore": False})
        changes = await EventType(wire, 5).records.list_history().collect()
        assert [change.id for change in changes] == ["a", "b"]
        assert [dict(r.query) for r in wire.requests] == [{"limit": "50"}, {"limit": "50", "cursor": "c"}]

    async def test_managed_users_are_paged_by_an_offset(self, wire: Any) -> None:
        wire.answer([{"id": 1}, {"id": 2}], [{"id": 3}])
        users = await platform(wire).users.list(page_size=2).collect()
        assert [user.id for user in users] == [1, 2, 3]
        assert wire.query == {"limit": "2", "offset": "2"}


MISTAKES: list[tuple[Callable[[Any], Any], str]] = [
    (lambda w: Calendars(w).list_busy_times([]), "calendars: name at least one"),
    (lambda w: Calendars(w).list_busy_times([{"credential_id": 1}]), r"calendars\[0\]: external_id is missing"),
    (lambda w: google(w).create_event(title="T", start={"time": "x"}, end=START), "start: time_zone is missing"),
    (lambda w: EventType(w, 5).private_links.create(expires_at=datetime(2027, 1, 5)), "expires_at: a naive datetime"),
    (lambda w: EventType(w, 5).booking_fields.add([{"field": "custom", "type": "shortText"}]), r"booking_fields\[0\]: slug is missing"),
    (lambda w: OAuth(w).exchange_code(client_id="c", code="k", redirect_uri="u"), "give client_secret .* or code_verifier"),
    (lambda w: OAuth(w).exchange_code(client_id="c", code="k", redirect_uri="u", client_secret="s", code_verifier="v"), "give client_secret"),
    (lambda w: OwnBookingLimits(w).update(per_hour=1), "per_hour: there is no such argument; did you mean per_year"),
    (lambda w: OwnBookingLimits(w).update_team(7, day=1), "day: there is no such argument"),
    (lambda w: Insights(w).get_booking_statistics(scope="team", time_zone="UTC", team_id=7), "team_id: there is no such argument; did you mean selected_team_id"),
    (lambda w: OAuthClients(w).update("c", permissions=["*"]), "permissions: there is no such argument"),
    (lambda w: platform(w).users.create(email="ada@example.com", name="Ada", default_schedule_id=3), "default_schedule_id: there is no such argument"),
    (lambda w: platform(w).users.update(4, metadata={"k" * 41: 1}), "metadata: a key of 41 characters"),
    (lambda w: Calendars(w).check(".."), "calendar"),
    (lambda w: Conferencing(w).connect(""), "app"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), MISTAKES)
async def test_what_can_not_be_meant_is_not_sent(wire: Any, call: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        await call(wire)
    assert wire.requests == []


@pytest.mark.parametrize("make", [ProviderCalendar, ConnectionCalendar, OAuthClientScope])
@pytest.mark.parametrize("empty", ["", " ", ".."])
def test_an_empty_id_never_leaves(wire: Any, make: Any, empty: str) -> None:
    with pytest.raises(InvalidRequestError):
        make(wire, empty)
