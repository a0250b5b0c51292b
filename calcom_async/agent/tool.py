"""What a tool is: a name, its parameters, what it answers, and the coroutine that does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

if TYPE_CHECKING:
    from calcom_async.agent.call import Call

__all__ = ["LOCAL", "Example", "Handler", "Kind", "Parameter", "Tool"]

Kind: TypeAlias = Literal["read", "write"]
Handler: TypeAlias = "Callable[[Call], Awaitable[Mapping[str, Any]]]"
LOCAL = "local"
"""The operation of a tool that calls nothing."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Parameter:
    """One parameter of a tool.

    Attributes:
        name: In camelCase, as on the wire; calls may write it in snake_case as well.
        type: JSON type: `integer`, `string`, `boolean`, `number`, `object` or `array`.
        other_types: Further JSON types it may have.
        description: What it means, with unit and format.
        required: Whether a call has to give it.
        instead: Parameters that make a required one superfluous, such as `attendee` for `responses`.
        aliases: Other names that calls may use.
        enum: The values there are, for a text; empty for any.
        default: What it is where a call does not give it; None for nothing.
        example: A value that could be given.
        items: JSON Schema of the items of an array.
        properties: JSON Schemas of the known keys of an object; others are allowed.
        format: JSON Schema's name of the form of a text, such as `date-time`.
        minimum: The smallest number.
        maximum: The largest number.
    """

    name: str
    type: str
    other_types: tuple[str, ...] = ()
    description: str
    required: bool = False
    instead: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    enum: tuple[str, ...] = ()
    default: Any = None
    example: Any = None
    items: Mapping[str, Any] | None = None
    properties: Mapping[str, Any] | None = None
    format: str | None = None
    minimum: int | None = None
    maximum: int | None = None

    @property
    def types(self) -> tuple[str, ...]:
        """Every JSON type it may have."""
        return (self.type, *self.other_types)

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        told: dict[str, Any] = {
            "type": list(self.types) if self.other_types else self.type,
            "description": self.description,
            "enum": list(self.enum) or None,
            "format": self.format,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "items": None if self.items is None else dict(self.items),
            "properties": None if self.properties is None else dict(self.properties),
            "default": self.default,
            "examples": None if self.example is None else [self.example],
        }
        return {key: value for key, value in told.items() if value is not None}


@attrs.frozen(kw_only=True)
class Example:
    """A call that works in the example world.

    Attributes:
        title: What it does.
        arguments: The arguments of the call.
        lua: The same as a Lua script; None where the call alone says enough.
    """

    title: str
    arguments: Mapping[str, Any] = _NOTHING
    lua: str | None = None


@attrs.frozen(kw_only=True)
class Tool:
    """Something an agent can do with Cal.com.

    Attributes:
        name: Such as `list_bookings`.
        title: Such as `List bookings`.
        description: Markdown; the first sentence stands alone.
        kind: `read`, or `write` for what changes something at Cal.com or on this machine.
        destructive: Whether it takes something away, such as a booking.
        idempotent: Whether the same call twice does no more than once.
        namespace: The group it belongs to, such as `bookings`.
        operation: What it calls, such as `GET /v2/bookings`; `local` where it calls nothing.
        parameters: What it takes.
        answer: JSON Schema of what it answers.
        examples: Calls that work in the example world.
        handler: Does it.
    """

    name: str
    title: str
    description: str
    kind: Kind
    destructive: bool = False
    idempotent: bool = True
    namespace: str
    operation: str
    parameters: tuple[Parameter, ...] = ()
    answer: Mapping[str, Any]
    examples: tuple[Example, ...] = ()
    handler: Handler = attrs.field(repr=False)

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of the parameters. A call may say more than it: see `calcom_async.agent.arguments`."""
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {parameter.name: parameter.schema for parameter in self.parameters},
            "required": [parameter.name for parameter in self.parameters if parameter.required],
            "additionalProperties": False,
        }
        return schema

    @property
    def summary(self) -> str:
        """The first sentence of the description."""
        first, dot, _ = self.description.replace("\n", " ").partition(". ")
        return first + "." if dot else first
