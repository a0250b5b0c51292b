from typing import Any

import pytest

from calcom_async import AsyncCalCom, CalCom
from calcom_async.errors import InvalidRequestError
from calcom_async.models.me import Profile
from calcom_async.resources.me import Me

ANSWER = {"id": 1, "username": "ada", "email": "ada@example.com", "name": "Ada", "timeZone": "Europe/London"}


async def test_get(wire: Any) -> None:
    wire.answer(ANSWER)
    me = await Me(wire).get()
    assert me == Profile.from_dict(ANSWER)
    assert (wire.sent.method, wire.sent.path, wire.sent.versions) == ("GET", "/me", ())


async def test_update_sends_what_is_given_and_nothing_else(wire: Any) -> None:
    wire.answer(ANSWER)
    await Me(wire).update(time_format=24, week_start="Monday")
    assert (wire.sent.method, wire.sent.path) == ("PATCH", "/me")
    assert wire.sent.body == {"timeFormat": 24, "weekStart": "Monday"}


async def test_update_with_everything(wire: Any) -> None:
    wire.answer(ANSWER)
    await Me(wire).update(
        email="ada@example.com",
        name="Ada",
        time_format=12,
        default_schedule_id=3,
        week_start="Sunday",
        time_zone="Europe/London",
        locale="en",
        avatar_url="https://example.com/ada.png",
        bio="",
        metadata={"some_key": 1},
    )
    assert wire.sent.body == {
        "email": "ada@example.com",
        "name": "Ada",
        "timeFormat": 12,
        "defaultScheduleId": 3,
        "weekStart": "Sunday",
        "timeZone": "Europe/London",
        "locale": "en",
        "avatarUrl": "https://example.com/ada.png",
        "bio": "",
        "metadata": {"some_key": 1},
    }


async def test_metadata_that_is_too_much_is_refused_before_anything_is_sent(wire: Any) -> None:
    with pytest.raises(InvalidRequestError, match="51 keys"):
        await Me(wire).update(metadata={str(n): n for n in range(51)})
    assert wire.requests == []


async def test_on_the_sandbox(acal: AsyncCalCom) -> None:
    before = await acal.me.get()
    after = await acal.me.update(bio="Writes programs.", time_format=24)
    assert (after.bio, after.time_format) == ("Writes programs.", 24)
    assert (await acal.me.get()).bio == "Writes programs."
    assert after.id == before.id
    assert after.email == before.email


def test_blocking(cal: CalCom) -> None:
    assert cal.me.get().id == cal.me.update(name="Ada L.").id
    assert cal.me.get().name == "Ada L."
