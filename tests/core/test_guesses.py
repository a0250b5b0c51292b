"""Names that were guessed wrong: what the error says instead."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from calcom_async import CalCom, InvalidRequestError, NotFoundError
from calcom_async.core.guesses import argument_meant, nearest
from calcom_async.models.bookings import Booking
from calcom_async.sandbox import Sandbox

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
        ("limit", FILTERS, "page_size"),
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
