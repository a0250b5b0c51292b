"""The garbage collector is paused for a page, and for nothing else."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from calcom_async.core.collector import collector_paused
from calcom_async.core.paging import Listing, Pager
from calcom_async.core.records import Record, record
from calcom_async.core.request import Request, Response


@record
class Leaf(Record):
    id: int


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def test_it_is_on_again_afterwards_also_after_an_error() -> None:
    gc.enable()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), collector_paused():
        1 / 0  # noqa: B018 - raises
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    with collector_paused():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_it_is_left_alone_where_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_PAUSE_GC", "0")
    gc.enable()
    with collector_paused():
        assert gc.isenabled()


async def test_it_is_paused_while_a_page_is_decoded_and_no_page_is_kept_then() -> None:
    on_at_decoding: list[bool] = []
    on_between: list[bool] = []
    earlier: list[weakref.ref[Any]] = []

    def find(data: Any) -> Any:
        on_at_decoding.append(gc.isenabled())
        assert all(page() is None for page in earlier)
        return data

    async def fetch(request: Request) -> Response:
        skip = dict(request.query).get("skip", "0")
        body = f'{{"data":[{{"id":{skip}}}],"pagination":{{"hasNextPage":{str(int(skip) < 3).lower()}}}}}'
        return Response(status=200, headers={}, body=body.encode())

    class Watched(Listing[Any]):
        def page(self, *arguments: Any) -> Any:
            page = super().page(*arguments)
            earlier.append(weakref.ref(page))
            return page

    gc.enable()
    listing = Watched(request=Request.make("GET", "/leaves"), into=Leaf, fetch=fetch, page_size=1, find=find)
    async for _ in Pager(listing):
        on_between.append(gc.isenabled())
    assert on_at_decoding == [False] * 4
    assert on_between == [True] * 4
