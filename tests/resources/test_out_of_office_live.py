"""Being out of office on a local Cal.com, on both faces."""

from datetime import UTC, datetime

import pytest

from calcom_async import AsyncCalCom, CalCom
from calcom_async.errors import BadRequestError, ConflictError, PermissionDeniedError
from calcom_async.models.out_of_office import OutOfOfficeReason

AWAY = {"start": "2030-12-20T00:00:00Z", "end": "2030-12-22T23:59:59.999Z"}


async def test_the_life_of_an_entry(acal: AsyncCalCom) -> None:
    made = await acal.ooo.create(start=datetime(2030, 12, 20, tzinfo=UTC), end=AWAY["end"], reason="vacation")
    assert (made.reason, made.to_user_id) == (OutOfOfficeReason.VACATION, None)
    assert (made.start, made.end) == (
        datetime(2030, 12, 20, tzinfo=UTC),
        datetime(2030, 12, 22, 23, 59, 59, 999000, tzinfo=UTC),
    )
    with pytest.raises(ConflictError):
        await acal.ooo.create(start=AWAY["start"], end=AWAY["end"])
    changed = await acal.ooo.update(made.id, notes="Back soon", reason="travel")
    assert (changed.id, changed.notes, changed.reason) == (made.id, "Back soon", OutOfOfficeReason.TRAVEL)
    assert changed.start == made.start
    with pytest.raises(BadRequestError, match="both"):
        await acal.ooo.update(made.id, start="2030-12-21T00:00:00Z")
    other = await acal.ooo.create(start="2030-01-01T00:00:00Z", end="2030-01-02T23:59:59Z")
    assert [entry.id async for entry in acal.ooo.list(sort_start="asc", page_size=1)] == [other.id, made.id]
    assert await acal.ooo.delete(made.id) == changed
    with pytest.raises(PermissionDeniedError):
        await acal.ooo.delete(made.id)


def test_the_same_blocking(cal: CalCom) -> None:
    made = cal.ooo.create(**AWAY)
    assert made.reason is OutOfOfficeReason.UNSPECIFIED
    assert [entry.uuid for entry in cal.ooo.list()] == [made.uuid]
