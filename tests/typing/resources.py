"""The resources and scopes that come with the package, on both clients; judged by `mypy --strict` and `pyright`."""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from calcom_async import AsyncCalCom, CalCom
from calcom_async.core.operation import Async, Blocking, BlockingPager
from calcom_async.core.paging import Page, Pager
from calcom_async.models import (
    Allowlists,
    AttributeHistoryEntry,
    Booking,
    BookingFields,
    BookingLimits,
    BookingReference,
    BookingStatistics,
    BookingTrend,
    BusyTime,
    CalendarEvent,
    ConferencingApp,
    ConnectedCalendars,
    CreatedManagedUser,
    CreatedOAuthClient,
    Credits,
    Event,
    EventTypeChange,
    ManagedOrganization,
    ManagedUser,
    ManagedUserTokens,
    Membership,
    OAuthTokens,
    OrganizationMembership,
    OrganizationUser,
    OutOfOfficeEntry,
    OwnTeam,
    PrivateLink,
    Profile,
    RefreshedApiKey,
    RemovedSubscription,
    Role,
    RoutedResponse,
    RoutedSlots,
    Schedule,
    SchedulingConfig,
    StripeAuthorization,
    Team,
    UserConferencingApp,
    VerifiedEmail,
    Webhook,
    Workflow,
)
from calcom_async.resources.bookings import Bookings
from calcom_async.resources.calendar_events import ConnectionCalendar, ProviderCalendar
from calcom_async.resources.event_type_records import EventTypeRecords
from calcom_async.resources.memberships import Memberships, OrganizationMemberships
from calcom_async.resources.oauth_clients import OAuthClientScope, OAuthClientWebhooks
from calcom_async.resources.organization import Organization, OrganizationTeam
from calcom_async.resources.out_of_office import OutOfOffice
from calcom_async.resources.private_links import PrivateLinks
from calcom_async.resources.scopes import EventType, OrganizationTeamEventType, TeamEventType, TeamUser
from calcom_async.resources.webhooks import ClearableWebhooks, Webhooks


async def asynchronous(cal: AsyncCalCom) -> None:
    assert_type(cal.bookings, Bookings[Async])
    assert_type(cal.webhooks, Webhooks[Async])
    assert_type(await cal.me.get(), Profile)
    assert_type(await cal.bookings.get("uid"), Booking)
    assert_type(cal.bookings.list(status="upcoming"), Pager[Booking])
    assert_type(await cal.bookings.list(page_size=10), Page[Booking])
    async for booking in cal.bookings.list():
        assert_type(booking, Booking)
        assert_type(booking.start, datetime)
    assert_type(await cal.teams.get(7), Team)
    assert_type(cal.team(7).memberships, Memberships[Async])
    async for membership in cal.team(7).memberships.list():
        assert_type(membership, Membership)
    assert_type(cal.event_type(3).webhooks, ClearableWebhooks[Async])
    assert_type(await cal.event_type(3).webhooks.delete_all(), int)


def blocking(cal: CalCom) -> None:
    assert_type(cal.bookings, Bookings[Blocking])
    assert_type(cal.me.get(), Profile)
    assert_type(cal.bookings.get("uid"), Booking)
    assert_type(cal.bookings.list(status="upcoming"), BlockingPager[Booking])
    for booking in cal.bookings.list():
        assert_type(booking, Booking)
    assert_type(cal.team(7).memberships, Memberships[Blocking])
    for membership in cal.team(7).memberships.list():
        assert_type(membership, Membership)
    assert_type(cal.event_type(3).webhooks.list(), BlockingPager[Webhook])
    assert_type(cal.with_options(timeout=1).webhooks.get("id"), Webhook)


async def organizations(cal: AsyncCalCom) -> None:
    org = cal.organization(1)
    assert_type(org, Organization[Async])
    assert_type(org.memberships, OrganizationMemberships[Async])
    assert_type(await org.memberships.get(5), OrganizationMembership)
    assert_type(org.memberships.list(), Pager[OrganizationMembership])
    assert_type(await org.teams.create(name="N", slug="n"), Team)
    assert_type(org.teams.mine(), Pager[OwnTeam])
    assert_type(await org.users.update(4, name="Ada"), OrganizationUser)
    assert_type(await org.roles.get("r"), Role)
    assert_type(await org.roles.permissions.add("r", ["a.b"]), tuple[str, ...])
    assert_type(org.attributes.assignments.history(4), Pager[AttributeHistoryEntry])
    assert_type(org.bookings.list(user_ids=4, status="past"), Pager[Booking])
    assert_type(await org.managed_organizations.get(5), ManagedOrganization)
    routed = await org.routing_forms.responses.create("f", {"size": "Big"}, start="2026-12-07", end="2026-12-08")
    assert_type(routed, RoutedResponse)
    assert_type(org.team(7), OrganizationTeam[Async])
    assert_type(await org.team(7).memberships.delete(5), Membership)
    assert_type(org.team(7).bookings.references("uid"), Pager[BookingReference])
    assert_type(await org.team(7).routing_form_workflows.get(5), Workflow)
    assert_type(org.team(7).event_type(3).private_links, PrivateLinks[Async])
    assert_type(org.team(7).user(4).schedules.list(), Pager[Schedule])
    assert_type(org.user(4).ooo, OutOfOffice[Async])


def organizations_blocking(cal: CalCom) -> None:
    org = cal.organization(1)
    assert_type(org.memberships.list(), BlockingPager[OrganizationMembership])
    assert_type(org.memberships.invite("ada@example.com"), OrganizationMembership)
    assert_type(org.team(7).workflows.list(), BlockingPager[Workflow])
    assert_type(org.user(4).bookings.list(team_id=7), BlockingPager[Booking])
    assert_type(cal.team(7).user(4).ooo.list(), BlockingPager[OutOfOfficeEntry])
    assert_type(cal.ooo.delete(5), OutOfOfficeEntry)
    assert_type(cal.workflows.get(5), Workflow)
    assert_type(cal.routing_forms.calculate_slots("f", {}, start="2026-12-07", end="2026-12-08"), RoutedSlots)


async def families(cal: AsyncCalCom) -> None:
    assert_type(await cal.calendars.get_connected(), ConnectedCalendars)
    assert_type(cal.calendars.list_busy_times([{"credential_id": 1, "external_id": "a"}]), Pager[BusyTime])
    assert_type(cal.calendar("google"), ProviderCalendar[Async])
    assert_type(await cal.calendar("google").get_meeting("e"), CalendarEvent)
    assert_type(cal.calendar_connection("c"), ConnectionCalendar[Async])
    assert_type(cal.calendar_connection("c").list_events(from_="2026-12-01", to="2026-12-02"), Pager[CalendarEvent])
    assert_type(cal.conferencing.list(), Pager[ConferencingApp])
    assert_type(await cal.stripe.connect(), StripeAuthorization)
    assert_type(cal.verified_resources.list_emails(), Pager[VerifiedEmail])
    assert_type(await cal.insights.get_booking_statistics(scope="user", time_zone="UTC"), BookingStatistics)
    assert_type(
        await cal.insights.get_booking_trends(scope="team", time_zone="UTC", selected_team_id=7),
        tuple[BookingTrend, ...],
    )
    assert_type(await cal.booking_limits.update(per_day=4, per_week=None), BookingLimits)
    assert_type(await cal.credits.get_available(), Credits)
    assert_type(cal.events.list(), Pager[Event])
    assert_type(await cal.notifications.unlink_telegram(identifier="i"), RemovedSubscription)
    assert_type(await cal.allowlists.get_all(), Allowlists)
    assert_type(await cal.api_keys.refresh(), RefreshedApiKey)
    assert_type(await cal.oauth.refresh(client_id="c", refresh_token="r"), OAuthTokens)
    assert_type(await cal.oauth_clients.create(name="N", redirect_uris=[], permissions=[]), CreatedOAuthClient)
    assert_type(cal.oauth_client("c"), OAuthClientScope[Async])
    assert_type(cal.oauth_client("c").webhooks, OAuthClientWebhooks[Async])
    assert_type(await cal.oauth_client("c").users.create(email="a", name="A", time_format=24), CreatedManagedUser)
    assert_type(cal.event_type(5), EventType[Async])
    assert_type(cal.event_type(5).records, EventTypeRecords[Async])
    assert_type(cal.event_type(5).records.list_history(), Pager[EventTypeChange])
    assert_type(await cal.event_type(5).booking_fields.get(), BookingFields)
    assert_type(cal.team(7).event_type(5), TeamEventType[Async])
    assert_type(cal.team(7).user(4), TeamUser[Async])
    assert_type(cal.organization(1).team(7).event_type(5), OrganizationTeamEventType[Async])
    assert_type(cal.organization(1).user(4).conferencing.list(), Pager[UserConferencingApp])


def families_blocking(cal: CalCom) -> None:
    assert_type(cal.calendars.get_connected(), ConnectedCalendars)
    assert_type(cal.calendar("google"), ProviderCalendar[Blocking])
    assert_type(cal.calendar_connection("c").get_event("e"), CalendarEvent)
    assert_type(cal.conferencing.list(), BlockingPager[ConferencingApp])
    assert_type(cal.organization(1).team(7).stripe.connect(return_to="/"), StripeAuthorization)
    assert_type(cal.team(7).verified_resources.get_email(5), VerifiedEmail)
    assert_type(cal.insights.get_booking_trends(scope="user", time_zone="UTC"), tuple[BookingTrend, ...])
    assert_type(cal.booking_limits.clear(), None)
    assert_type(cal.events.get("u"), Event)
    assert_type(cal.oauth_client("c").users.list(), BlockingPager[ManagedUser])
    assert_type(cal.oauth_client("c").refresh_tokens(refresh_token="r"), ManagedUserTokens)
    assert_type(cal.event_type(5).private_links.create(max_usage_count=3), PrivateLink)
    assert_type(cal.event_type(5).records.get_scheduling_config(), SchedulingConfig)
