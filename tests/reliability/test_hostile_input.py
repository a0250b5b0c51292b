"""Whatever is given for an id, of any method: refused before anything is sent, or one segment of one path, no more."""

from __future__ import annotations

import inspect
import os
import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from calcom_async import InvalidRequestError
from calcom_async.contract.discovery import Method, client_on, discover, parameter_hints
from calcom_async.contract.recording import Recorder, Sent
from calcom_async.contract.samples import samples
from calcom_async.core.request import Request, path_segment
from calcom_async.sandbox import Sandbox

FULL = os.environ.get("CALCOM_CHAOS") == "full"
RECORDER = Recorder()
METHODS = [method for method in discover(client_on(RECORDER)) if "(" not in method.path.rpartition(".")[0]]
SCOPED = [method for method in discover(client_on(RECORDER)) if "(" in method.path.rpartition(".")[0]]
NASTY = [
    "../me", "..", ".", "...", "a/b", "a\\b", "", " ", "\t", "%2e", "%2e%2e", "%2E%2e%2fme", "..%2fme", "%00", "\0", "a\0b",
    "\x1b[2J", "\r\nX-Evil: 1", "\n", "\x7f", "\x85", "\u2028", "\ud800", "a\udfffb", "?take=1", "#top", "a?b#c", "a;b", "a:b", "//evil.example.com",
    "http://evil.example.com/", "@evil.example.com", "a@b", "&", "=", "+", "~", "*", "{uid}", "${7*7}", "'; DROP TABLE bookings; --",
    "=1+1", "@SUM(A1)", "-2+3", "<script>alert(1)</script>", "\u202etxt.exe", "ａ．．／", "．．", "‥", "é", "e\u0301", "😀", "x" * 512,
    "x" * 513, "x" * 10_000_000, "/" * 1000, "os.execute('id')", "]]..[[", "null", "undefined", "NaN", "me", "true", "-1", "1e9", "0x10",
    True, False, None, 1.5, -1, 0, 10**30, b"uid", [], {}, object(), ("a",),
]  # fmt: skip


def path_parameters(method: Method) -> list[str]:
    """The arguments that become segments of the path: found by giving each a text that is found there again."""
    found = []
    for name in arguments_of(method):
        mark: Any = "zzmarkzz"
        for value in (mark, 987_654_321):
            request = sent(method, {**arguments_of(method), name: value})
            if isinstance(request, Request) and str(value) in request.path:
                found.append(name)
                break
    return found


def arguments_of(method: Method) -> dict[str, Any]:
    """The least that the method takes."""
    hints = parameter_hints(method.function)
    parameters = list(inspect.signature(method.function).parameters.values())[1:]
    return {
        each.name: samples(hints[each.name], each.name).minimal
        for each in parameters
        if each.default is each.empty and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    }


def sent(method: Method, arguments: dict[str, Any]) -> Request | Exception:
    """The one request that it sends, or the error before anything is sent."""
    RECORDER.requests.clear()
    RECORDER.answer = None
    try:
        call = method(**arguments)
        if method.kind == "list":
            call = call.first()
        call.send(None)
    except Sent:
        assert len(RECORDER.requests) == 1
        return RECORDER.requests[0]
    except Exception as error:
        assert RECORDER.requests == []
        return error
    raise AssertionError("neither sent nor refused")


CASES = [(method, name) for method in METHODS + SCOPED for name in path_parameters(method)]
CONTROL = re.compile(r"[\x00-\x20\x7f-\uffff\\?#]")


def check(method: Method, name: str, value: Any) -> None:
    """Refused by us, or in its place and nowhere else."""
    request = sent(method, {**arguments_of(method), name: value})
    if isinstance(request, Exception):
        assert isinstance(request, InvalidRequestError), f"{method.path}({name}={value!r:.60}): {request!r:.200}"
        assert len(str(request)) < 1000
        return
    assert request.path.count("/") == request.template.count("/"), request.path[:200]
    assert not CONTROL.search(request.path)
    assert len(request.path) < 10_000
    segments = request.path.split("/")[1:]
    assert all(unquote(each) not in {"", ".", ".."} for each in segments)
    assert str(value) in map(unquote, segments)


@pytest.mark.parametrize(("method", "name"), CASES, ids=[f"{method.path}-{name}" for method, name in CASES])
def test_no_id_leaves_its_place(method: Method, name: str) -> None:
    # By default every third value, another third for each parameter.
    start, step = (0, 1) if FULL else (CASES.index((method, name)) % 3, 3)
    for value in NASTY[start::step]:
        check(method, name, value)


@given(
    value=st.text() | st.integers() | st.characters(categories=["Cc", "Cs", "Cf", "Zs"]), case=st.sampled_from(CASES)
)
@example(value="%2e%2e", case=CASES[0])
@settings(max_examples=600 if FULL else 100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_leaves_its_place(value: str | int, case: tuple[Method, str]) -> None:
    check(*case, value)


def test_every_operation_with_an_id_is_among_them() -> None:
    assert len(CASES) > 150, len(CASES)


@given(st.text())
def test_a_segment_comes_back_as_it_was(text: str) -> None:
    try:
        quoted = path_segment(text)
    except InvalidRequestError:
        return
    assert unquote(quoted) == text
    assert re.fullmatch(r"[A-Za-z0-9._~%-]+", quoted)


# --- over the wire ----------------------------------------------------------------------------------------------------

TEXTS = [each for each in NASTY if isinstance(each, str) and 0 < len(each) < 1000]


async def test_what_is_sent_is_what_arrives(sandbox: Sandbox) -> None:
    """No middle man takes `%2e%2e` for a step up: the server sees the id, or nothing at all."""
    async with sandbox.client(max_retries=0) as cal:
        for text in TEXTS:
            before = len(sandbox.requests)
            with pytest.raises(Exception) as caught:
                await cal.bookings.get(text)
            seen = sandbox.requests[before:]
            if isinstance(caught.value, InvalidRequestError):
                assert seen == []
                continue
            assert type(caught.value).__module__.startswith("calcom_async"), repr(caught.value)
            assert len(seen) == 1
            assert seen[0].path.startswith("/v2/bookings/")


@pytest.mark.parametrize("text", ["a\ud800b", "\udfff"])
async def test_half_a_character_in_a_body_is_refused(sandbox: Sandbox, text: str) -> None:
    async with sandbox.client(max_retries=0) as cal:
        for call in (
            lambda: cal.me.update(bio=text),
            lambda: cal.schedules.create(name=text, time_zone="UTC"),
            lambda: cal.request("POST", "schedules", json={"name": text}),
            lambda: cal.request("GET", "bookings", params={"attendeeName": text}),
            lambda: cal.bookings.list(attendee_name=text).collect(),
        ):
            with pytest.raises(InvalidRequestError):
                await call()
    assert sandbox.requests == []


async def test_long_and_odd_text_in_a_body_comes_back_as_it_was(sandbox: Sandbox) -> None:
    async with sandbox.client() as cal:
        for text in ("<script>", "=1+1", "\u202e", "a\0b", "x" * 100_000, "😀" * 1000, '"}],"', "\\ud800"):
            assert (await cal.me.update(bio=text)).bio == text
