"""What Cal.com has deprecated says so: once, at the line that calls it, on both faces; and nothing else does."""

from __future__ import annotations

import contextlib
import inspect
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calcom_async import AsyncCalCom, CalCom
from calcom_async.contract.discovery import client_on, discover
from calcom_async.contract.document import shape_of
from calcom_async.contract.recording import Recorder, Sent
from calcom_async.contract.survey import parameters
from calcom_async.core import operation
from calcom_async.errors import APIConnectionError, InvalidRequestError
from calcom_async.resources.oauth_clients import OAuthClients

URL = "http://127.0.0.1:1/v2"  # nobody listens there
BUSY = {"credential_id": 1, "external_id": "ada@example.com"}


@pytest.fixture(autouse=True)
def nothing_said_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "_warned", set())


@pytest.fixture
def told() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield told


def here() -> int:
    """The line that asks."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def places(told: list[warnings.WarningMessage]) -> list[tuple[Any, str, int]]:
    return [(one.category, one.filename, one.lineno) for one in told]


def test_a_coroutine_warns_at_the_line_that_calls_it_before_it_is_awaited(told: list[warnings.WarningMessage]) -> None:
    cal = AsyncCalCom("cal_x", base_url=URL)
    call, line = cal.oauth_client("c").users.get(1), here()
    call.close()
    assert places(told) == [(DeprecationWarning, __file__, line)]
    assert str(told[0].message) == (
        "Cal.com has deprecated ManagedUsers.get: its platform takes no new customers since December 2025, and these "
        "operations will be removed"
    )


def test_a_blocking_call_warns_at_the_line_that_calls_it(told: list[warnings.WarningMessage]) -> None:
    with CalCom("cal_x", base_url=URL, max_retries=0) as cal:
        line = here() + 2
        with pytest.raises(APIConnectionError):
            cal.oauth_clients.get("c")
    assert places(told) == [(DeprecationWarning, __file__, line)]


@pytest.mark.parametrize("client", [AsyncCalCom, CalCom])
def test_a_list_warns_when_it_is_made(client: type[Any], told: list[warnings.WarningMessage]) -> None:
    cal = client("cal_x", base_url=URL)
    _, line = cal.oauth_client("c").webhooks.list(), here()
    assert places(told) == [(DeprecationWarning, __file__, line)]


@pytest.mark.parametrize("client", [AsyncCalCom, CalCom])
def test_an_argument_warns_where_it_is_given(client: type[Any], told: list[warnings.WarningMessage]) -> None:
    calendars = client("cal_x", base_url=URL).calendars
    calendars.list_busy_times([BUSY], time_zone="UTC")
    assert told == []
    _, line = calendars.list_busy_times([BUSY], logged_in_users_tz="UTC"), here()
    assert places(told) == [(DeprecationWarning, __file__, line)]
    assert (
        str(told[0].message) == "Cal.com has deprecated logged_in_users_tz of Calendars.list_busy_times: use time_zone"
    )


def test_each_operation_warns_once_in_a_process(told: list[warnings.WarningMessage]) -> None:
    for _ in range(2):
        cal = AsyncCalCom("cal_x", base_url=URL)
        cal.oauth_clients.list()
        cal.oauth_client("c").users.list()
        cal.oauth_client("d").users.list()
    assert [str(one.message).split(":")[0] for one in told] == [
        "Cal.com has deprecated OAuthClients.list", "Cal.com has deprecated ManagedUsers.list",
    ]  # fmt: skip


def test_where_warnings_are_errors_every_call_is_one() -> None:
    cal = AsyncCalCom("cal_x", base_url=URL)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(DeprecationWarning):
                cal.oauth_clients.list()


def test_the_function_keeps_its_name_signature_and_docstring() -> None:
    method = AsyncCalCom("cal_x", base_url=URL).oauth_clients.get
    assert method.__name__ == "get"
    assert str(inspect.signature(method)) == "(client_id: 'str') -> 'OAuthClient'"
    assert method.__doc__ == OAuthClients.get.__doc__


@pytest.mark.contract
async def test_what_the_document_calls_deprecated_warns_and_nothing_else(
    reference: Path, told: list[warnings.WarningMessage]
) -> None:
    paths = json.loads((reference / "openapi.json").read_text())["paths"]
    documented = {
        (method.upper(), shape_of(path))
        for path, item in paths.items()
        for method, one in item.items()
        if one.get("deprecated") or any(tag.startswith("Deprecated") for tag in one.get("tags", ()))
    }
    recorder, warned, silent = Recorder(), set(), set()
    for method in discover(client_on(recorder)):
        told.clear()
        required, _ = parameters(method.function)
        with contextlib.suppress(Sent, InvalidRequestError):
            await method(**{name: values.full for name, values in required.items()})
        if recorder.requests:
            (warned if told else silent).add((recorder.requests[-1].method, shape_of(recorder.requests[-1].template)))
        recorder.requests.clear()
        operation._warned.clear()
    assert warned == documented
    assert len(warned) == 18
    assert not silent & warned
    assert len(silent) > 320
