"""Faults as values: what goes wrong, and with which requests.

A fault has two halves: an effect (one of the classes below) and a `When`. It is written in Python as
`Fault(Status(503), When(path="bookings", first=2))`, as JSON `{"kind": "status", "status": 503, "path": "bookings",
"first": 2}`, and as text, for a header or a command line, `status=503; path=bookings; first=2`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, TypeAlias, get_args

import attrs
from attrs import Factory, field, frozen
from attrs.validators import and_, ge, gt, in_, instance_of, le, optional

from calcom_async.sandbox import wire_json

Shape = Literal[
    "normal", "validation", "terse", "worded", "bare", "keyed", "oauth", "message", "html", "text", "empty"
]  # fmt: skip
"""What the body of an error looks like. The first six are the real server's JSON (`validation` echoes what was sent,
`terse` has no `details`, in `worded` they are text, `bare` has no envelope, `keyed` has keys on top, too); `oauth` is
`{error, error_description}`, `message` the `{message}` of the old API, `html` a proxy's page."""
Garbage = Literal["text", "html", "empty", "encoding", "record"]
"""How an answer is malformed: no JSON, a proxy's page, nothing at all, not UTF-8, or JSON whose first record is not
one."""
Part = Literal["before", "during", "after"]


def _number(**bounds: Any) -> Any:
    return field(converter=_to_float, **bounds)


def _to_float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"must be a number, not {value!r}")
    return float(value)


def _to_optional_float(value: Any) -> float | None:
    return None if value is None else _to_float(value)


def _whole(least: int) -> Any:
    return and_(instance_of(int), ge(least))


@frozen
class Latency:
    """The answer comes `seconds` late, or at random between `seconds` and `up_to`."""

    kind: ClassVar = "latency"
    seconds: float = _number(validator=ge(0))
    up_to: float | None = field(default=None, converter=_to_optional_float)


@frozen
class Limit:
    """A further rate limit, with headers of its own name.

    Attributes:
        limit: requests in a window; 0 refuses every one.
        window: seconds.
        block: seconds that a caller is refused for going over.
        name: what the headers end in.
        instead: whether it stands in place of the sandbox's own limit, as on some of Cal.com's routes.
        epoch: whether Reset is told in seconds since 1970 rather than in seconds from now.
        retry_after: whether refusals carry `Retry-After`, which Cal.com's do not.
    """

    kind: ClassVar = "rate_limit"
    limit: int = field(default=120, validator=_whole(0))
    window: float = _number(default=60.0, validator=gt(0))
    block: float = _number(default=60.0, validator=gt(0))
    name: str = field(default="Fault", validator=instance_of(str))
    instead: bool = field(default=False, validator=instance_of(bool))
    epoch: bool = field(default=False, validator=instance_of(bool))
    retry_after: bool = field(default=False, validator=instance_of(bool))


@frozen
class Status:
    """Another answer: a status with a body of some shape.

    Attributes:
        status: 200 to 599.
        shape: what the body looks like.
        message: the text in it.
        code: `error.code` where the shape has one.
        body: the body itself, in place of a shape: bytes as they are, text as HTML, anything else as JSON.
        headers: further headers.
        done: whether the request is carried out before its answer is replaced.
    """

    kind: ClassVar = "status"
    status: int = field(default=500, validator=and_(instance_of(int), ge(200), le(599)))
    shape: Shape = field(default="bare", validator=in_(get_args(Shape)))
    message: str = field(default="Internal server error", validator=instance_of(str))
    code: str | None = field(default=None, validator=optional(instance_of(str)))
    body: Any = None
    headers: Mapping[str, str] = field(factory=dict, validator=instance_of(dict))
    done: bool = field(default=False, validator=instance_of(bool))


@frozen
class Reset:
    """The connection is reset: before anything is done, during the answer (half of it arrives), or after it.

    `during` and `after` come when the request has been carried out.
    """

    kind: ClassVar = "reset"
    part: Part = field(default="before", validator=in_(get_args(Part)))


@frozen
class Truncated:
    """The answer ends early, at this share of its bytes, and claims to be whole."""

    kind: ClassVar = "truncated"
    share: float = _number(default=0.5, validator=and_(ge(0), le(1)))


@frozen
class Malformed:
    """The answer of a request that was carried out is no answer."""

    kind: ClassVar = "malformed"
    garbage: Garbage = field(default="text", validator=in_(get_args(Garbage)))


@frozen
class Stall:
    """Silence: before the answer, which ends in a proxy's 524, or after half of it, which ends in a reset.

    Attributes:
        seconds: how long; Cal.com's proxy gives up after 125.
        part: `before` or `during`.
        done: whether the request is carried out first; `during` is always.
    """

    kind: ClassVar = "stall"
    seconds: float = _number(default=125.0, validator=ge(0))
    part: Literal["before", "during"] = field(default="before", validator=in_(("before", "during")))
    done: bool = field(default=True, validator=instance_of(bool))


@frozen
class Lost:
    """It happened, but the answer was lost: the connection is reset, or a proxy answers with `status`."""

    kind: ClassVar = "lost"
    status: int | None = field(default=None, validator=optional(and_(instance_of(int), ge(500), le(599))))


@frozen
class Cursor:
    """The cursor list of bookings misbehaves as Cal.com's did; other requests are left alone.

    Attributes:
        how: `timeout` answers 524 after `seconds`, `offset` answers as the older take/skip list does.
        seconds: how long a time-out takes.
    """

    kind: ClassVar = "cursor"
    how: Literal["timeout", "offset"] = field(default="timeout", validator=in_(("timeout", "offset")))
    seconds: float = _number(default=125.0, validator=ge(0))


@frozen
class Jump:
    """The server's clock jumps by so many seconds (back, if negative) before the request is looked at."""

    kind: ClassVar = "clock"
    seconds: float = _number()


Effect: TypeAlias = Latency | Limit | Status | Reset | Truncated | Malformed | Stall | Lost | Cursor | Jump
EFFECTS: Final[dict[str, type[Effect]]] = {effect.kind: effect for effect in get_args(Effect)}


@frozen(kw_only=True)
class When:
    """Which requests a fault strikes; all that is given has to agree.

    Attributes:
        method: `POST`, or several: `POST,PATCH`.
        path: the path below `/v2`, such as `bookings` or `bookings/*/cancel`; `*` or `{uid}` is one segment, `**` any
            number of them.
        query: parameters and their values, as sent.
        rate: the share of requests struck, 0 to 1, drawn from the sandbox's seed.
        skip: so many requests are let through first.
        first: only so many requests are struck (counted after `skip`).
        every: only every so manieth request.
        per: whether requests are counted all together, or each apart from those with another method, path, query or
            body: `first=1` then lets each fail once, and its repetition pass.
    """

    method: str | None = field(default=None, validator=optional(instance_of(str)))
    path: str | None = field(default=None, validator=optional(instance_of(str)))
    query: Mapping[str, str] = field(factory=dict, validator=instance_of(dict))
    rate: float = _number(default=1.0, validator=and_(ge(0), le(1)))
    skip: int = field(default=0, validator=_whole(0))
    first: int | None = field(default=None, validator=optional(_whole(0)))
    every: int = field(default=1, validator=_whole(1))
    per: Literal["all", "request"] = field(default="all", validator=in_(("all", "request")))
    _methods: frozenset[str] = field(
        init=False, repr=False, eq=False, default=Factory(lambda self: _methods(self.method), takes_self=True)
    )
    _pattern: re.Pattern[str] | None = field(
        init=False, repr=False, eq=False, default=Factory(lambda self: _pattern(self.path), takes_self=True)
    )

    def matches(self, method: str, path: str, query: Mapping[str, str]) -> bool:
        """Whether a request is of this kind; the counts are another matter.

        Args:
            method: its method.
            path: its path below `/v2`, beginning with a slash.
            query: its parameters.
        """
        return (
            (not self._methods or method in self._methods)
            and (self._pattern is None or self._pattern.fullmatch(path) is not None)
            and all(query.get(name) == str(value) for name, value in self.query.items())
        )

    def counts(self, number: int) -> bool:
        """Whether the request of this number among those that match (from 1) is to be struck."""
        number -= self.skip
        return number > 0 and (self.first is None or number <= self.first) and number % self.every == 0


@frozen
class Fault:
    """An effect, and the requests it strikes."""

    effect: Effect
    when: When = field(factory=When)

    @property
    def kind(self) -> str:
        """The name of the effect."""
        return self.effect.kind

    def to_wire(self) -> dict[str, Any]:
        """The JSON form, without what is as by default."""
        return {"kind": self.kind, **_given(self.effect), **_given(self.when)}


Plain: TypeAlias = Fault | Effect | Mapping[str, Any] | str
"""A fault in any of its forms."""


def fault(plain: Plain) -> Fault:
    """A fault from any of its forms.

    Raises:
        ValueError: it is none, with what is wrong about it.
    """
    if isinstance(plain, Fault):
        return plain
    if isinstance(plain, str):
        return _from_mapping(_from_text(plain))
    if isinstance(plain, Mapping):
        return _from_mapping(plain)
    if type(plain) not in EFFECTS.values():
        raise ValueError(f"a fault is a Fault, a mapping with a kind, or text; not {type(plain).__name__}")
    return Fault(plain)


def _from_mapping(plain: Mapping[str, Any]) -> Fault:
    values = dict(plain)
    kind = values.pop("kind", None)
    effect = EFFECTS.get(kind) if isinstance(kind, str) else None
    if effect is None:
        raise ValueError(f"a fault's kind is one of {', '.join(EFFECTS)}; not {kind!r}")
    of_effect, of_when = _names(effect), _names(When)
    unknown = [name for name in values if name not in of_effect + of_when]
    if unknown:
        raise ValueError(f"a fault of kind {kind!r} has {', '.join(of_effect + of_when)}; not {unknown[0]!r}")
    try:
        return Fault(
            effect(**{name: value for name, value in values.items() if name in of_effect}),
            When(**{name: value for name, value in values.items() if name in of_when}),
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"a fault of kind {kind!r}: {error.args[0]}") from None


def _from_text(text: str) -> dict[str, Any]:
    """`kind=main value; name=value; …`; values are JSON where they can be."""
    values: dict[str, Any] = {}
    for part in text.split(";"):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not name:
            continue
        if not values:
            values["kind"] = name
            if not equals:
                continue
            if name not in EFFECTS:
                raise ValueError(f"a fault's kind is one of {', '.join(EFFECTS)}; not {name!r}")
            name = _names(EFFECTS[name])[0]
        values[name] = _from_json(value) if equals else True
    return values


def _from_json(text: str) -> Any:
    try:
        return wire_json.loads(text)
    except wire_json.NotJson:
        return text


def _names(of: type[Effect | When]) -> list[str]:
    return [each.name for each in attrs.fields(of) if each.init]


def _given(values: Effect | When) -> dict[str, Any]:
    plain = attrs.asdict(values, filter=lambda each, _: each.init)
    required = {each.name for each in attrs.fields(type(values)) if each.default is attrs.NOTHING}
    usual = attrs.asdict(type(values)(**{name: plain[name] for name in required}), filter=lambda each, _: each.init)
    return {name: value for name, value in plain.items() if name in required or value != usual[name]}


def _methods(method: str | None) -> frozenset[str]:
    return frozenset(part.strip().upper() for part in (method or "").split(",") if part.strip())


def _pattern(path: str | None) -> re.Pattern[str] | None:
    """A path with `*`, `**` and `{name}`, as a regular expression for paths below `/v2`."""
    if path is None:
        return None
    below = path.removeprefix("/v2/") if path.startswith("/v2/") else path
    if not below.startswith(("/", "**")):
        below = "/" + below
    pieces = re.split(r"(\*\*|\*|\{[^{}/]*\})", below.rstrip("/") if len(below) > 1 else below)
    wild = {"**": ".*", "*": "[^/]*"}
    source = (wild.get(piece, "[^/]+" if piece.startswith("{") else re.escape(piece)) for piece in pieces)
    return re.compile("".join(source), re.DOTALL)
