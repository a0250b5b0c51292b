"""What operations of event types, schedules, teams and webhooks give where an answer is not simply a record."""

from typing import Any

import pytest

from calcom_async.errors import ConflictError, DecodeError, NotFoundError
from calcom_async.models.event_types import DeletedEventType, TeamEventType
from calcom_async.models.teams import PendingTeam, Team
from calcom_async.resources.event_types import EventTypes
from calcom_async.resources.schedules import Schedules
from calcom_async.resources.scopes import EventType
from calcom_async.resources.scopes import Team as TeamScope
from calcom_async.resources.teams import Teams
from calcom_async.resources.webhooks import Webhooks

ET = {"title": "T", "slug": "t", "length_in_minutes": 30}
PARENT = {"id": 20012, "schedulingType": "managed", "parentEventTypeId": None, "teamId": 503}
CHILDREN = [
    {"id": 20013, "parentEventTypeId": 20012, "ownerId": 4},
    {"id": 20014, "parentEventTypeId": 20012, "ownerId": 5},
]


class TestManagedEventTypes:
    async def test_a_new_one_carries_its_copies(self, wire: Any) -> None:
        wire.answer([PARENT, *CHILDREN])
        event_type = await TeamScope(wire, 7).event_types.create(**ET, scheduling_type="managed")
        assert (event_type.id, event_type.team_id) == (20012, 503)
        assert [(c.id, c.owner_id, c.parent_event_type_id) for c in event_type.children] == [
            (20013, 4, 20012),
            (20014, 5, 20012),
        ]
        assert event_type.to_dict() == {**PARENT, "children": CHILDREN}

    async def test_so_does_a_changed_one_in_whatever_order(self, wire: Any) -> None:
        wire.answer([CHILDREN[0], PARENT, CHILDREN[1]])
        event_type = await TeamScope(wire, 7).event_types.update(20012, title="U")
        assert event_type.id == 20012
        assert [c.id for c in event_type.children] == [20013, 20014]

    async def test_others_have_none(self, wire: Any) -> None:
        wire.answer(PARENT)
        for event_type in (
            await TeamScope(wire, 7).event_types.update(20012, title="U"),
            await TeamScope(wire, 7).event_types.get(20012),
        ):
            assert isinstance(event_type, TeamEventType)
            assert event_type.children == ()
            assert event_type.to_dict() == PARENT

    async def test_an_empty_list_is_no_event_type(self, wire: Any) -> None:
        wire.answer([])
        with pytest.raises(DecodeError, match="the server says that it was done"):
            await TeamScope(wire, 7).event_types.update(20012, title="U")


async def test_what_is_left_of_a_deleted_event_type(wire: Any) -> None:
    wire.answer({"id": 5, "lengthInMinutes": 30, "slug": "t", "title": "T"})
    assert await EventTypes(wire).delete(5) == DeletedEventType(id=5, length_in_minutes=30, slug="t", title="T")


class TestSchedules:
    async def test_deleting_answers_without_data(self, wire: Any) -> None:
        wire.answer(wire.response({"status": "success"}))
        await Schedules(wire).delete(5)
        assert wire.sent.path == "/schedules/5"

    async def test_no_default_is_an_answer_with_null(self, wire: Any) -> None:
        wire.answer(wire.response({"status": "success", "data": None}))
        with pytest.raises(NotFoundError):
            await Schedules(wire).get_default()


class TestTeams:
    async def test_a_team(self, wire: Any) -> None:
        wire.answer({"id": 7, "name": "Garage"})
        team = await Teams(wire).create(name="Garage")
        assert isinstance(team, Team)
        assert team.id == 7

    async def test_a_team_that_has_to_be_paid_for(self, wire: Any) -> None:
        wire.answer(
            {"message": "Pay.", "paymentLink": "https://pay.example.com", "pendingTeam": {"id": 8, "name": "Garage"}}
        )
        team = await Teams(wire).create(name="Garage")
        assert isinstance(team, PendingTeam)
        assert team.payment_link == "https://pay.example.com"
        assert team.pending_team == Team(id=8, name="Garage")

    async def test_a_slug_that_is_taken(self, wire: Any) -> None:
        error = {"code": "CONFLICT", "message": "Invalid Input: Trying to create a record that already exists."}
        wire.answer(wire.response({"status": "error", "error": error}, 409))
        with pytest.raises(ConflictError, match="already exists"):
            await Teams(wire).create(name="Garage")


class TestWebhooks:
    @pytest.mark.parametrize(
        ("answer", "count"), [("1 webhooks deleted", 1), ("0 webhooks deleted", 0), ("Deleted 12", 12)]
    )
    async def test_how_many_were_dropped(self, wire: Any, answer: str, count: int) -> None:
        wire.answer(answer)
        assert await EventType(wire, 5).webhooks.delete_all() == count
        assert (wire.sent.method, wire.sent.path) == ("DELETE", "/event-types/5/webhooks")

    async def test_a_malformed_one_is_set_aside(self, wire: Any) -> None:
        wire.answer([{"id": "a"}, {"subscriberUrl": "https://example.com"}, {"id": 5, "triggers": "ALL"}])
        page = await Webhooks(wire).list()
        assert [hook.id for hook in page.items] == ["a"]
        assert [bad.error.path for bad in page.malformed] == ["data[1].id", "data[2].triggers"]
