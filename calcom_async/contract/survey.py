"""Calls every method with every kind of argument, and keeps what it would send."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args, get_origin, is_typeddict

import attrs

from calcom_async.contract.discovery import Method, client_on, discover, parameter_hints
from calcom_async.contract.recording import Recorder, Sent
from calcom_async.contract.samples import Samples, samples
from calcom_async.core.paging import Pager, Position
from calcom_async.core.request import Request

__all__ = ["Call", "Survey", "Surveyed", "survey"]


@attrs.frozen(kw_only=True)
class Call:
    """One call of a method, and what it sent.

    Attributes:
        arguments: What it was called with.
        requests: What it sent; empty where the arguments were refused.
        failure: Why nothing was sent.
    """

    arguments: Mapping[str, Any]
    requests: tuple[Request, ...]
    failure: Exception | None = None


@attrs.frozen(kw_only=True)
class Surveyed:
    """A method, and every call of it.

    Attributes:
        method: The method.
        calls: What was tried.
        idle: Parameters of which no value was taken.
    """

    method: Method
    calls: tuple[Call, ...] = attrs.field(repr=False)
    idle: tuple[str, ...] = ()

    @property
    def least(self) -> Call | None:
        """The first call that sent anything, with no more arguments than needed."""
        return next((call for call in self.calls if call.requests), None)

    def failure_with(self, parameter: str = "") -> Exception | None:
        """What the first call that failed, with this parameter, failed of."""
        failures = (call.failure for call in self.calls if not parameter or parameter in call.arguments)
        return next((failure for failure in failures if failure is not None), None)

    @property
    def requests(self) -> Iterator[Request]:
        """Everything it sent."""
        return (request for call in self.calls for request in call.requests)


@attrs.frozen(kw_only=True)
class Survey:
    """What the package can send.

    Attributes:
        methods: Every method, with its calls.
        recorder: The transport under all of them.
    """

    methods: tuple[Surveyed, ...]
    recorder: Recorder


def survey(root: Callable[[Recorder], Any] = client_on) -> Survey:
    """Call every method that hangs on the client; nothing leaves the process.

    Args:
        root: Makes what is walked, on a recorder: the client, or a resource by itself.
    """
    recorder = Recorder()
    with asyncio.Runner() as runner:
        surveyed = tuple(runner.run(_surveyed(method, recorder)) for method in discover(root(recorder)))
    return Survey(methods=surveyed, recorder=recorder)


async def _surveyed(method: Method, recorder: Recorder) -> Surveyed:
    required, optional = parameters(method.function)
    calls: list[Call] = []

    async def attempt(arguments: Mapping[str, Any]) -> bool:
        call = await _call(method, recorder, arguments)
        calls.append(call)
        return bool(call.requests)

    needed = least = {name: values.minimal for name, values in required.items()}
    if not await attempt(needed):  # one of several has to be given, or another kind of what is required
        for name, value in ((name, value) for name, values in (required | optional).items() for value in values.all):
            if await attempt(needed | {name: value}):
                least = needed | {name: value}
                break
        needed = {name: least[name] for name in required}
    everything = {name: values.full for name, values in (required | optional).items()}
    if not await attempt(everything):
        await attempt(everything | needed)
    idle: list[str] = []
    for name, values in (required | optional).items():
        companions: list[dict[str, Any]] = [{}, *({other: of.full} for other, of in optional.items() if other != name)]
        taken = False
        for value in values.all:
            if least != needed:  # in the place of what was chosen there
                taken |= await attempt(needed | {name: value})
            ways = (base | {name: value} | companion for companion in companions for base in (least, needed))
            for way in ways:  # by itself, else with another argument that it goes with
                if await attempt(way):
                    taken = True
                    break
        if not taken:
            idle.append(name)
    return Surveyed(method=method, calls=tuple(calls), idle=tuple(idle))


async def _call(method: Method, recorder: Recorder, arguments: Mapping[str, Any]) -> Call:
    recorder.requests.clear()
    recorder.answer = None
    failure: Exception | None = None
    try:
        made = method(**arguments)
        if isinstance(made, Pager):
            await _turn_pages(made)
        else:
            await made
    except Sent:
        pass
    except Exception as error:  # noqa: BLE001 - whatever it is, the comparison tells of it
        failure = error
    return Call(arguments=arguments, requests=tuple(recorder.requests), failure=failure)


async def _turn_pages(pager: Pager[Any]) -> None:
    """Ask for the first page, and for one further on."""
    positions = {
        "offset": (Position(7),),
        "limit-offset": (Position(7),),
        "cursor": (Position(0, "text"),),
        "none": (),
    }[pager._listing.style]
    for one in (pager, *(pager.resume(position) for position in positions)):
        try:
            await one.first()
        except Sent:
            continue


def parameters(function: Callable[..., Any]) -> tuple[dict[str, Samples], dict[str, Samples]]:
    """Values of the parameters that have to be given, and of those that may be.

    Raises:
        TypeError: a parameter's type that no value is known for.
    """
    hints = parameter_hints(function)
    required: dict[str, Samples] = {}
    optional: dict[str, Samples] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        hint = hints[parameter.name]
        if parameter.kind is parameter.VAR_KEYWORD:
            _unpack(hint, required, optional)
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            into = required if parameter.default is parameter.empty else optional
            into[parameter.name] = samples(hint, parameter.name)
    return required, optional


def _unpack(hint: Any, required: dict[str, Samples], optional: dict[str, Samples]) -> None:
    """The parameters of `**settings: Unpack[Settings]`."""
    import typing

    settings = get_args(hint)[0] if get_origin(hint) is typing.Unpack else hint
    if not is_typeddict(settings):
        raise TypeError(f"no sample for **{hint}")
    for name, of in typing.get_type_hints(settings).items():
        (required if name in settings.__required_keys__ else optional)[name] = samples(of, name)
