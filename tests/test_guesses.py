"""Names that were guessed wrong: what the error says instead."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from inspect import signature
from typing import Any

import pytest

from calcom_async import (
    AsyncCalCom,
    CalCom,
    InvalidRequestError,
    KeySource,
    Lease,
    ManagedUser,
    MemoryTokens,
    NotFoundError,
    OAuth2,
    PlatformClient,
    Tokens,
)
from calcom_async.agent import Lua, LuaLimits, Permissions, Toolkit
from calcom_async.guesses import argument_meant, nearest
from calcom_async.models.bookings import Booking
from calcom_async.sandbox import RateLimit, Sandbox
from calcom_async.webhooks import Hooks, Retry

FILTERS = ["status", "team_id", "after_start", "before_end", "after_created_at", "page_size", "event_type_ids"]

WIRE = {
    "uid": "abc",
    "status": "accepted",
    "start": "2026-12-01T09:00:00Z",
    "end": "2026-12-01T09:30:00Z",
    "duration": 30,
}


@pytest.mark.parametrize(
    ("guess", "names", "meant"),
    [
        ("eventTypeId", ["event_type_id", "event_type"], "event_type_id"),
        ("statsu", FILTERS, "status"),
        ("start_after", FILTERS, "after_start"),
        ("created_after", FILTERS, "after_created_at"),
        ("team", FILTERS, "team_id"),
        ("per_page", FILTERS, "page_size"),
        ("count", ["limit", "sort"], "limit"),
        ("reason", ["uid", "cancellation_reason"], "cancellation_reason"),
        ("host", ["absent_host", "hosts"], "hosts"),
        ("user", ["is_platform_managed_user_booking"], None),
        ("delete", ["deprecated", "cancel"], "cancel"),
        ("start_date", ["start", "end"], "start"),
        ("get_bookings", ["bookings", "me"], "bookings"),
        ("_start", ["_start"], None),
        ("colour", FILTERS, None),
    ],
)
def test_what_is_meant(guess: str, names: list[str], meant: str | None) -> None:
    assert nearest(guess, names) == meant


def test_only_errors_of_unexpected_arguments_are_changed() -> None:
    said = TypeError("list() got an unexpected keyword argument 'start_after'")
    assert str(argument_meant(said, FILTERS)) == f"{said}; did you mean after_start?"
    assert argument_meant(TypeError("list() got an unexpected keyword argument 'colour'"), FILTERS) is None
    assert argument_meant(TypeError("list() missing 1 required positional argument: 'uid'"), FILTERS) is None


@pytest.mark.parametrize("guess", ["limit", "take", "max", "count", "first"])
def test_how_much_of_a_list_is_for_collect(guess: str) -> None:
    said = TypeError(f"list() got an unexpected keyword argument '{guess}'")
    paged = argument_meant(said, FILTERS, of_list=True)
    whole = argument_meant(said, ["sort_created_at"], of_list=True)
    assert str(paged) == f"{said}; did you mean .collect(limit=…)? page_size= is for each request"
    assert str(whole) == f"{said}; did you mean .collect(limit=…)?"


@pytest.mark.parametrize("guess", ["skip", "offset", "page", "cursor"])
def test_where_a_list_goes_on_is_for_its_pages(guess: str) -> None:
    said = TypeError(f"list() got an unexpected keyword argument '{guess}'")
    meant = argument_meant(said, FILTERS, of_list=True)
    assert str(meant) == f"{said}; did you mean .pages(), which gives one after the other, or .resume(position)?"


def test_a_list_that_can_skip_says_so() -> None:
    said = TypeError("list() got an unexpected keyword argument 'offset'")
    assert str(argument_meant(said, [*FILTERS, "skip"], of_list=True)) == f"{said}; did you mean skip?"


class TestConstructors:
    @pytest.mark.parametrize(
        ("make", "given", "meant"),
        [
            (CalCom, {"key": "x"}, "api_key"),
            (CalCom, {"url": "https://cal.example.com"}, "base_url"),
            (AsyncCalCom, {"token": "x"}, "api_key"),
            (AsyncCalCom, {"apikey": "x"}, "api_key"),
            (AsyncCalCom, {"api_url": "x"}, "base_url"),
            (AsyncCalCom("x").with_options, {"retries": 0}, "max_retries"),
            (OAuth2, {"client_id": "x", "secret": "x"}, "client_secret"),
            (PlatformClient, {"id": "x", "client_secret": "x"}, "client_id"),
            (ManagedUser, {"user_id": 1, "client": None, "store": MemoryTokens()}, "token_store"),
            (KeySource, {"ask": str, "identify": "x"}, "identity"),
            (Lease, {"key": "x", "second": 3}, "seconds"),
            (Tokens, {"token": "x"}, "access_token"),
            (Sandbox, {"booking": 3}, "bookings"),
            (RateLimit, {"limits": 3}, "limit"),
            (Hooks, {"secrets": "x"}, "secret"),
            (Retry, {"attempt": 3}, "attempts"),
            (Toolkit, {"account": "work"}, "accounts"),
            (Lua, {"toolkit": None, "limit": None}, "limits"),
            (LuaLimits, {"memory_limit": 1}, "memory"),
            (Permissions, {"writes": "allow"}, "write"),
        ],
    )
    def test_a_constructor_names_the_argument(self, make: Any, given: dict[str, Any], meant: str) -> None:
        # newer Pythons say themselves what is spelt alike
        with pytest.raises(TypeError, match=rf"unexpected keyword argument '\w+'[;.] [dD]id you mean '?{meant}'?\?$"):
            make(**given)

    def test_other_errors_are_told_as_they_are(self) -> None:
        with pytest.raises(TypeError, match=r"takes from 1 to 2 positional arguments but 3 were given$"):
            CalCom("a", "b")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue] # as guessed

        with pytest.raises(TypeError, match=r"unexpected keyword argument 'colour'$"):
            CalCom(colour="red")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue] # as guessed

    def test_the_signature_is_as_it_was_written(self) -> None:
        assert list(signature(CalCom).parameters)[:3] == ["api_key", "auth", "account"]
        assert next(iter(signature(Tokens).parameters)) == "access_token"


class TestClients:
    @pytest.fixture
    def cal(self) -> Iterator[CalCom]:
        with Sandbox() as sandbox, sandbox.blocking_client() as cal:
            yield cal

    def test_a_client_names_the_resource(self, cal: CalCom) -> None:
        with pytest.raises(AttributeError, match=r"'CalCom' object has no attribute 'get_bookings'; did you mean book"):
            cal.get_bookings()  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # as guessed
        with pytest.raises(AttributeError, match=r"'Bookings' object has no attribute 'find'; did you mean list\?"):
            cal.bookings.find()  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # as guessed

    def test_the_message_is_made_when_it_is_read_and_travels(self, cal: CalCom) -> None:
        assert not hasattr(cal, "eventTypes")
        with pytest.raises(AttributeError) as caught:
            _ = cal.eventTypes  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # as guessed
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
        assert str(caught.value) == "'CalCom' object has no attribute 'eventTypes'; did you mean event_types?"

    def test_an_operation_and_a_list_name_the_argument(self, cal: CalCom) -> None:
        with pytest.raises(
            TypeError, match=r"keyword argument 'reason'; did you mean cancellation_reason\?$"
        ) as caught:
            cal.bookings.cancel("abc", reason="x")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue] # as guessed
        assert caught.value.__suppress_context__
        with pytest.raises(TypeError, match=r"keyword argument 'start_after'; did you mean after_start\?$"):
            cal.bookings.list(start_after="2026-12-01T00:00:00Z")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]

    def test_a_list_says_how_to_have_less_of_it(self, cal: CalCom) -> None:
        asynchronous = AsyncCalCom.on(cal._channel)
        for bookings in (cal.bookings, asynchronous.bookings):
            with pytest.raises(TypeError, match=r"'limit'; did you mean \.collect\(limit=…\)\? page_size= is for each"):
                bookings.list(limit=5)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue] # as guessed
        for event_types in (cal.event_types, asynchronous.event_types):
            with pytest.raises(TypeError, match=r"'take'; did you mean \.collect\(limit=…\)\?$"):
                event_types.list(take=5)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue] # as guessed
        with pytest.raises(TypeError, match=r"'offset'; did you mean skip\?$"):
            cal.bookings.list(offset=5)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue] # as guessed
        with pytest.raises(TypeError, match=r"'page'; did you mean \.pages\(\), which .* or \.resume\(position\)\?$"):
            cal.bookings.list(page=2)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue] # as guessed

    def test_a_booking_is_asked_for_by_its_uid(self, cal: CalCom) -> None:
        with pytest.raises(NotFoundError, match=r"not found .* — a booking is asked for by its uid, not by its id$"):
            cal.bookings.get("70001")
        with pytest.raises(NotFoundError) as caught:
            cal.bookings.get("a70001")
        assert caught.value.hint is None
        booking: Any = Booking.from_dict(WIRE)
        with pytest.raises(InvalidRequestError, match="expected text or a number, got Booking; give its uid"):
            cal.bookings.cancel(booking)

    def test_what_is_raised_within_an_attribute_is_told(self, cal: CalCom) -> None:
        class Broken(type(cal.bookings)):  # type: ignore[misc] # the class of a fixture's attribute
            @property
            def inner(self) -> None:
                raise AttributeError("from within")

        with pytest.raises(AttributeError, match=r"^from within$"):
            _ = Broken(cal._channel).inner
