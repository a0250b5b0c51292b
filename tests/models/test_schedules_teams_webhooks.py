"""Schedules, teams, memberships and webhooks: odd shapes, open words, secrets."""

import pickle
from datetime import date, time

import pytest

from calcom_async.core.codec import decode
from calcom_async.errors import DecodeError
from calcom_async.models.memberships import Membership, MembershipRole
from calcom_async.models.schedules import Schedule, Weekday
from calcom_async.models.teams import PendingTeam, Team, TeamInvite
from calcom_async.models.webhooks import Webhook, WebhookTimeUnit, WebhookTrigger, WebhookVersion


class TestSchedule:
    def test_days_times_and_dates(self) -> None:
        wire = {
            "id": 3007,
            "name": "Full",
            "availability": [{"days": ["Monday", "Caturday"], "startTime": "18:00", "endTime": "21:30"}],
            "overrides": [{"date": "2026-12-25", "startTime": "00:00", "endTime": "00:00"}],
        }
        schedule = decode(wire, Schedule)
        assert schedule.to_dict() == wire
        assert schedule.availability[0].days == (Weekday.MONDAY, "Caturday")
        assert schedule.availability[0].end_time == time(21, 30)
        assert schedule.overrides[0].date == date(2026, 12, 25)

    def test_a_time_with_seconds_is_written_back(self) -> None:
        wire = {"id": 1, "availability": [{"days": [], "startTime": "09:00:00", "endTime": "17:00"}]}
        assert decode(wire, Schedule).to_dict() == wire

    def test_where_a_time_is_wrong(self) -> None:
        with pytest.raises(DecodeError) as failed:
            decode({"id": 1, "availability": [{"days": ["Monday"], "startTime": "nine"}]}, Schedule)
        assert failed.value.path == "availability[0].startTime"


class TestTeams:
    def test_many_nulls(self) -> None:
        wire = {
            "id": 1,
            "name": "Garage",
            **dict.fromkeys(["parentId", "slug", "bio", "metadata", "timeFormat", "theme"]),
        }
        team = decode(wire, Team)
        assert team.to_dict() == wire
        assert (team.name, team.slug, team.metadata) == ("Garage", None, None)

    def test_one_that_has_to_be_paid_for(self) -> None:
        wire = {
            "message": "Pay.",
            "paymentLink": "https://pay.example.com",
            "pendingTeam": {"id": 4, "isPrivate": True},
        }
        pending = decode(wire, PendingTeam)
        assert pending.to_dict() == wire
        assert pending.pending_team is not None
        assert pending.pending_team.is_private is True

    def test_an_invitation_is_a_secret(self) -> None:
        invite = decode({"token": "t0ken", "inviteLink": "https://example.com/signup?token=t0ken"}, TeamInvite)
        assert "t0ken" not in repr(invite)
        assert invite.token == "t0ken"


def test_a_membership() -> None:
    wire = {
        "id": 1,
        "userId": 2,
        "role": "OWNER",
        "user": {"email": "ada@example.com", "metadata": {}, "avatarUrl": None},
    }
    membership = decode(wire, Membership)
    assert membership.to_dict() == wire
    assert membership.role is MembershipRole.OWNER
    assert membership.user is not None
    assert membership.user.email == "ada@example.com"
    assert decode({"id": 1, "role": "CUSTOM"}, Membership).role == "CUSTOM"


class TestWebhook:
    def test_ids_are_numbers_or_text(self) -> None:
        assert decode({"id": 5}, Webhook).id == 5
        assert (
            decode({"id": "988a7645-2a82-4093-9723-f9a66e159bd4"}, Webhook).id == "988a7645-2a82-4093-9723-f9a66e159bd4"
        )

    def test_every_field(self) -> None:
        wire = {
            "id": "a",
            "payloadTemplate": None,
            "triggers": ["BOOKING_CREATED", "MOON_LANDED"],
            "secret": "s3cr3t",
            "time": 5,
            "timeUnit": "MINUTE",
            "version": "2026-07-27",
            "oAuthClientId": "client",
        }
        webhook = decode(wire, Webhook)
        assert webhook.to_dict() == wire
        assert dict(webhook.extra) == {}
        assert webhook.triggers == (WebhookTrigger.BOOKING_CREATED, "MOON_LANDED")
        assert isinstance(webhook.triggers[0], WebhookTrigger)
        assert webhook.time_unit is WebhookTimeUnit.MINUTE
        assert webhook.version is WebhookVersion.V2026_07_27
        assert webhook.oauth_client_id == "client"

    def test_the_secret_is_never_shown_but_kept(self) -> None:
        webhook = decode({"id": "a", "secret": "s3cr3t"}, Webhook)
        assert "s3cr3t" not in repr(webhook)
        assert pickle.loads(pickle.dumps(webhook)).secret == "s3cr3t"

    def test_triggers_may_be_missing_or_null(self) -> None:
        assert decode({"id": "a"}, Webhook).triggers == decode({"id": "a", "triggers": None}, Webhook).triggers == ()
