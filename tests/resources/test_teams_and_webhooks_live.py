"""Teams, their event types and members, and webhooks of every owner, on a local Cal.com."""

import pytest

from calcom_async import AsyncCalCom, CalCom
from calcom_async.errors import ConflictError, NotFoundError, PermissionDeniedError
from calcom_async.models.event_types import SchedulingType
from calcom_async.models.memberships import MembershipRole
from calcom_async.models.teams import Team
from calcom_async.models.webhooks import WebhookTrigger
from calcom_async.resources.webhooks import ClearableWebhooks, Webhooks
from calcom_async.sandbox import Sandbox

TEAM = 501
ET = {"title": "Sales call", "slug": "sales-call", "length_in_minutes": 30}


class TestTeams:
    async def test_the_life_of_a_team(self, acal: AsyncCalCom) -> None:
        made = await acal.teams.create(name="Support EU", time_zone="Europe/Riga")
        assert isinstance(made, Team)
        assert (made.name, made.slug, made.time_zone) == ("Support EU", "support-eu", "Europe/Riga")
        assert made.id in {team.id async for team in acal.teams.list()}
        changed = await acal.teams.update(made.id, name="Support", bio="We help.")
        assert (changed.id, changed.name, changed.bio) == (made.id, "Support", "We help.")
        assert await acal.teams.get(made.id) == changed
        assert (await acal.teams.delete(made.id)).id == made.id
        with pytest.raises(PermissionDeniedError):
            await acal.teams.get(made.id)

    async def test_a_slug_is_taken_once(self, acal: AsyncCalCom) -> None:
        with pytest.raises(ConflictError):
            await acal.teams.create(name="Another", slug="example-team")


class TestMemberships:
    async def test_the_life_of_a_membership(self, acal: AsyncCalCom) -> None:
        members = acal.team(TEAM).memberships
        made = await members.create(user_id=1003, role="MEMBER", accepted=True)
        assert (made.user_id, made.team_id, made.role, made.accepted) == (1003, TEAM, MembershipRole.MEMBER, True)
        with pytest.raises(ConflictError):
            await members.create(user_id=1003)
        assert (await members.update(made.id, role=MembershipRole.ADMIN)).role is MembershipRole.ADMIN
        assert (await members.get(made.id)).role is MembershipRole.ADMIN
        assert len(await members.list(page_size=2).collect()) == 3
        assert (await members.delete(made.id)).id == made.id
        with pytest.raises(NotFoundError):
            await members.get(made.id)

    async def test_by_e_mail_address(self, acal: AsyncCalCom) -> None:
        emails = ["owner@example.com", "member@example.com"]
        found = await acal.team(TEAM).memberships.list(emails=emails).collect()
        assert sorted(member.user.email for member in found if member.user and member.user.email) == sorted(emails)
        (member,) = await acal.team(TEAM).memberships.list(emails=emails[1:]).collect()
        assert (member.user_id, member.role) == (1002, MembershipRole.MEMBER)


class TestTeamEventTypes:
    async def test_the_life_of_a_round_robin(self, acal: AsyncCalCom) -> None:
        event_types = acal.team(TEAM).event_types
        made = await event_types.create(
            **ET,
            scheduling_type="roundRobin",
            hosts=[{"user_id": 1001, "priority": "high"}, {"user_id": 1002, "mandatory": True}],
        )
        assert (made.scheduling_type, made.team_id, made.children) == (SchedulingType.ROUND_ROBIN, TEAM, ())
        assert [(host.user_id, host.priority, host.mandatory) for host in made.hosts] == [
            (1001, "high", False),
            (1002, "medium", True),
        ]
        changed = await event_types.update(made.id, title="Sales", hosts=made.hosts[:1])
        assert (changed.title, [host.user_id for host in changed.hosts]) == ("Sales", [1001])
        assert (await event_types.get(made.id)).title == "Sales"
        gone = await event_types.delete(made.id)
        assert (gone.id, gone.title, gone.slug) == (made.id, "Sales", None)

    async def test_a_managed_one_carries_its_copies(self, acal: AsyncCalCom) -> None:
        event_types = acal.team(TEAM).event_types
        made = await event_types.create(**ET, scheduling_type="managed", hosts=[{"user_id": 1002}])
        assert made.scheduling_type is SchedulingType.MANAGED
        assert [(copy.owner_id, copy.parent_event_type_id) for copy in made.children] == [(1002, made.id)]
        changed = await event_types.update(made.id, title="Managed")
        assert [copy.title for copy in changed.children] == ["Managed"]
        assert (await event_types.get(made.id)).children == ()

    async def test_the_list(self, acal: AsyncCalCom) -> None:
        event_types = await acal.team(TEAM).event_types.list(sort_created_at="asc").collect()
        assert [(e.id, e.scheduling_type, len(e.hosts)) for e in event_types] == [
            (20008, "roundRobin", 2),
            (20009, "collective", 2),
        ]
        (one,) = await acal.team(TEAM).event_types.list(event_slug="team-collective").collect()
        assert (one.id, one.team.name if one.team else None) == (20009, "Example Team")

    async def test_a_host_from_outside(self, acal: AsyncCalCom) -> None:
        with pytest.raises(NotFoundError, match="not members of team"):
            await acal.team(TEAM).event_types.create(**ET, scheduling_type="collective", hosts=[{"user_id": 1003}])


async def test_the_schedules_of_a_team(acal: AsyncCalCom) -> None:
    schedules = await acal.team(TEAM).schedules.list(page_size=1).collect()
    assert {schedule.owner_id: schedule.id for schedule in schedules} == {1001: 3001, 1002: 3002}


async def test_an_invitation(acal: AsyncCalCom) -> None:
    first, second = [await acal.team(TEAM).invites.create() for _ in range(2)]
    assert first.token
    assert first.token in (first.invite_link or "")
    assert first.token != second.token


class TestWebhooks:
    @pytest.mark.parametrize("owner", ["user", "event type", "team event type"])
    async def test_the_life_of_a_webhook(self, acal: AsyncCalCom, owner: str) -> None:
        hooks: Webhooks = {  # type: ignore[type-arg]
            "user": acal.webhooks,
            "event type": acal.event_type(20001).webhooks,
            "team event type": acal.team(TEAM).event_type(20008).webhooks,
        }[owner]
        made = await hooks.create(
            subscriber_url="https://example.com/hook",
            triggers=["BOOKING_CREATED", "BOOKING_CANCELLED"],
            secret="s3cr3t",
        )
        assert (made.subscriber_url, made.active, made.secret) == ("https://example.com/hook", True, "s3cr3t")
        assert made.triggers == (WebhookTrigger.BOOKING_CREATED, WebhookTrigger.BOOKING_CANCELLED)
        assert made.user_id == (1001 if owner == "user" else None)
        with pytest.raises(ConflictError):
            await hooks.create(subscriber_url="https://example.com/hook", triggers=["BOOKING_PAID"])
        changed = await hooks.update(made.id, active=False, triggers=["BOOKING_PAID"])
        assert (changed.active, changed.triggers, changed.secret) == (False, (WebhookTrigger.BOOKING_PAID,), "s3cr3t")
        assert await hooks.get(made.id) == changed
        assert [hook.id async for hook in hooks.list()] == [made.id]
        assert (await hooks.delete(made.id)).id == made.id
        with pytest.raises((NotFoundError, PermissionDeniedError)):
            await hooks.get(made.id)

    async def test_all_at_once(self, acal: AsyncCalCom) -> None:
        hooks: ClearableWebhooks = acal.event_type(20001).webhooks  # type: ignore[type-arg]
        for n in range(3):
            await hooks.create(subscriber_url=f"https://example.com/{n}", triggers=["BOOKING_CREATED"])
        assert [len(page.items) async for page in hooks.list(page_size=2).pages()] == [2, 1]
        assert await hooks.delete_all() == 3
        assert await hooks.delete_all() == 0
        assert await hooks.list().collect() == []

    async def test_somebody_elses_event_type(self, sandbox: Sandbox) -> None:
        async with sandbox.client(api_key=sandbox.keys["outsider"]) as cal:
            with pytest.raises(PermissionDeniedError):
                await cal.event_type(20001).webhooks.list()


def test_the_same_on_the_blocking_face(cal: CalCom) -> None:
    hook = cal.webhooks.create(subscriber_url="https://example.com/hook", triggers=[WebhookTrigger.MEETING_ENDED])
    assert cal.webhooks.get(hook.id).triggers == (WebhookTrigger.MEETING_ENDED,)
    assert [team.id for team in cal.teams.list()] == [TEAM]
    assert cal.team(TEAM).memberships.get(8001).role is MembershipRole.OWNER
