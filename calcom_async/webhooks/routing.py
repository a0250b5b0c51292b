"""Which handler an event goes to: `@hooks.on("BOOKING_CREATED")`, typed by the event's name."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar, overload

import attrs

from calcom_async.core.telemetry import logger
from calcom_async.errors import ConfigurationError
from calcom_async.guesses import NoAttribute
from calcom_async.webhooks.events import (
    BookingEvent,
    BookingTrigger,
    CredentialEvent,
    CredentialTrigger,
    Event,
    FormEvent,
    FormTrigger,
    InstantMeetingEvent,
    InstantMeetingTrigger,
    MeetingEvent,
    MeetingTrigger,
    NoShowEvent,
    OutOfOfficeEvent,
    RecordingEvent,
    RecordingTrigger,
    RoutingFallbackEvent,
    VideoNoShowEvent,
    VideoNoShowTrigger,
    WrongAssignmentEvent,
    event_class,
)

__all__ = ["Handler", "Router"]

E = TypeVar("E", bound=Event[Any])
T = TypeVar("T")
Handler: TypeAlias = Callable[[E], Awaitable[object] | object]
"""A coroutine function, or a plain function, which runs in a thread."""


class Taking(Protocol[E]):
    """Takes a handler of these events, and gives it back as it is."""

    def __call__(self, handler: Callable[[E], T], /) -> Callable[[E], T]:
        """Register it."""
        ...


@attrs.frozen
class Route:
    """One handler, the events it takes (None: all), and its name in the journal."""

    triggers: frozenset[str] | None
    handler: Handler[Any]
    name: str


def _tell_of_a_strange_one(trigger: str) -> None:
    """Log the event that is probably meant where a name is like a known one; Cal.com may have new ones."""
    if event_class(trigger) is not None:
        return
    import difflib

    from calcom_async.models.webhooks import WebhookTrigger

    known = [str(each) for each in WebhookTrigger]
    if trigger not in known and (close := difflib.get_close_matches(trigger.upper(), known, n=1, cutoff=0.8)):
        logger.warning("webhooks: this release knows no event %r; did you mean %s?", trigger, close[0])


def _check_takes_an_event(handler: Callable[..., object], name: str) -> None:
    """Refuse what can't be called with an event; what does not tell how it is called is left to show.

    Raises:
        TypeError: it can't.
    """
    if not callable(handler):
        raise TypeError(f"a handler is a function that takes the event, not {type(handler).__name__}")
    try:
        signature = inspect.signature(handler)
    except (TypeError, ValueError):  # written in C, or with a signature of its own making
        return
    try:
        signature.bind(None)
    except TypeError as error:
        raise TypeError(f"a handler is called with the event alone: async def {name}(event), but {error}") from None


class Router:
    """The handlers of a receiver."""

    if not TYPE_CHECKING:  # checkers know the attributes, and shall go on saying what is none

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):  # what raised is inside of it
                return object.__getattribute__(self, name)
            raise AttributeError(NoAttribute(type(self), name))

    def __init__(self) -> None:
        self._routes: list[Route] = []

    @overload
    def on(self, *triggers: BookingTrigger) -> Taking[BookingEvent]: ...
    @overload
    def on(self, *triggers: Literal["BOOKING_NO_SHOW_UPDATED"]) -> Taking[NoShowEvent]: ...
    @overload
    def on(self, *triggers: MeetingTrigger) -> Taking[MeetingEvent]: ...
    @overload
    def on(self, *triggers: VideoNoShowTrigger) -> Taking[VideoNoShowEvent]: ...
    @overload
    def on(self, *triggers: RecordingTrigger) -> Taking[RecordingEvent]: ...
    @overload
    def on(self, *triggers: FormTrigger) -> Taking[FormEvent]: ...
    @overload
    def on(self, *triggers: Literal["ROUTING_FORM_FALLBACK_HIT"]) -> Taking[RoutingFallbackEvent]: ...
    @overload
    def on(self, *triggers: Literal["OOO_CREATED"]) -> Taking[OutOfOfficeEvent]: ...
    @overload
    def on(self, *triggers: InstantMeetingTrigger) -> Taking[InstantMeetingEvent]: ...
    @overload
    def on(self, *triggers: CredentialTrigger) -> Taking[CredentialEvent]: ...
    @overload
    def on(self, *triggers: Literal["WRONG_ASSIGNMENT_REPORT"]) -> Taking[WrongAssignmentEvent]: ...
    @overload
    def on(self, *triggers: str) -> Taking[Any]: ...
    def on(self, *triggers: str) -> Any:
        """Have these events handled: `@hooks.on("BOOKING_CREATED", "BOOKING_CANCELLED")`.

        Args:
            triggers: The events; `on_any()` takes all. An event this release does not know can be named as well.

        Raises:
            ConfigurationError: no event is named.
            TypeError: by the decorator, for a handler that can't be called with an event.
        """
        if not triggers:
            raise ConfigurationError("on() names no event; on_any() takes all of them")
        for trigger in triggers:
            if not isinstance(trigger, str):
                raise ConfigurationError('on() takes the names of events, such as @hooks.on("BOOKING_CREATED")')
            _tell_of_a_strange_one(trigger)
        return self._add(frozenset(str(each) for each in triggers))

    def on_any(self) -> Taking[Event[Any]]:
        """Have every event handled, what templates deliver among them.

        Raises:
            TypeError: as `on`.
        """
        return self._add(None)

    def _add(self, triggers: frozenset[str] | None) -> Taking[Any]:
        def add(handler: Callable[[Any], T], /) -> Callable[[Any], T]:
            _check_takes_an_event(handler, getattr(handler, "__name__", "handler"))
            name = f"{handler.__module__}.{getattr(handler, '__qualname__', type(handler).__qualname__)}"
            same = sum(route.name.partition("#")[0] == name for route in self._routes)
            self._routes.append(Route(triggers, handler, f"{name}#{same}" if same else name))
            return handler

        return add

    def routes(self, event: Event[Any]) -> list[Route]:
        """The handlers of an event, in the order they were added.

        One that names events known here never gets a body whose payload is no object.
        """
        classes = None if event.trigger is None else event_class(event.trigger)
        readable = classes is None or isinstance(event, classes[0])
        return [r for r in self._routes if r.triggers is None or (readable and event.trigger in r.triggers)]
