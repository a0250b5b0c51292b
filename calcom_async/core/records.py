"""What every record is: immutable, slotted, keyword-only, open to unknown fields, faithful to its wire form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Self, TypeVar, dataclass_transform, overload

import attrs

__all__ = ["Input", "Record", "Unknown", "field", "record", "secret", "tagged_union", "wire_name"]

R = TypeVar("R", bound="Record | Input")
T = TypeVar("T")
_NO_EXTRA: Mapping[str, Any] = MappingProxyType({})


def wire_name(name: str) -> str:
    """`time_zone` → `timeZone`; a name without underscores stays as it is."""
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


def field(wire: str | None = None, *, default: Any = None, repr: bool = True) -> Any:  # noqa: A002 - attrs' own word
    """A field whose wire name is not its camelCase name, or that stays out of the repr."""
    return attrs.field(default=default, metadata={"wire": wire} if wire else {}, repr=repr)


def secret(wire: str | None = None, *, default: Any = None) -> Any:
    """A field whose value never shows in a repr: a webhook's secret, an API key."""
    return attrs.field(default=default, metadata={"wire": wire, "secret": True} if wire else {"secret": True})


def _identity_hash(self: Any) -> int:
    """Records that are equal have equal ids; free-form JSON fields could not be hashed."""
    return hash((self.__class__, getattr(self, "uid", None), getattr(self, "id", None)))


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(attrs.field, field, secret))
def record(cls: type[R]) -> type[R]:
    """Make a class a record: `@record class Webhook(Record): ...`."""
    cls.__hash__ = _identity_hash  # type: ignore[method-assign] # a fixed hash for all records
    return attrs.define(
        cls,
        frozen=True,
        slots=True,
        kw_only=True,
        weakref_slot=False,  # so that the codec's mutable twin has the same layout
        repr=False,
        unsafe_hash=False,
        getstate_setstate=True,
    )


def _show(self: Any) -> str:
    shown = []
    for a in attrs.fields(type(self)):
        value = getattr(self, a.name, None)  # a debugger or crash reporter may look while it is being made
        if a.name.startswith("_") or not a.repr or value is None or a.default == value != attrs.NOTHING:
            continue
        shown.append(f"{a.name}={'***' if a.metadata.get('secret') else repr(value)}")
    return f"{type(self).__name__}({', '.join(shown)})"


@attrs.define(frozen=True, slots=True, kw_only=True, weakref_slot=False, repr=False, unsafe_hash=False)
class Record:
    """A thing Cal.com answers with.

    Every field of the wire is an attribute in snake_case; fields this release does not know are in `extra`; a missing
    or null field is None. `to_dict()` gives the wire form back, with nothing lost.
    """

    _extra: dict[str, Any] | None = attrs.field(default=None, alias="extra", repr=False)
    _shape: tuple[str, ...] | None = attrs.field(default=None, alias="_shape", eq=False, repr=False)
    """The keys of the wire object as they came (shared between records of one shape): tells missing from null."""
    _odd: dict[str, tuple[Any, Any]] | None = attrs.field(default=None, alias="_odd", eq=False, repr=False)
    """Fields whose wire form can't be made again from the value alone: name → (value, wire form)."""

    __repr__ = _show
    __hash__ = _identity_hash

    @property
    def extra(self) -> Mapping[str, Any]:
        """The fields of the answer that this release of the package does not know, by wire name."""
        return _NO_EXTRA if self._extra is None else MappingProxyType(self._extra)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: camelCase keys, JSON values, fields missing in the answer left out."""
        from calcom_async.core.codec import unstructure

        wire: dict[str, Any] = unstructure(self)
        return wire

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> Self:
        """The record of a wire object, as Cal.com would have sent it.

        Raises:
            DecodeError: a field has the wrong type; the message says which.
        """
        from calcom_async.core.codec import decode

        return decode(dict(wire), cls)


@record
class Unknown(Record):
    """A member of a union that this release does not know; all its fields are in `extra`."""


@attrs.define(frozen=True, slots=True, kw_only=True, weakref_slot=False, repr=False)
class Input:
    """A nested part of a request: what is not given is not sent. A plain mapping with the same keys does as well."""

    __repr__ = _show


_TAGGED: dict[frozenset[Any], tuple[str, Mapping[Any, type[Any]], Callable[[Mapping[str, Any]], Any] | None]] = {}


@overload
def tagged_union(union: Any, tag: str, members: Mapping[Any, type[Any]]) -> None: ...
@overload
def tagged_union(
    union: Any, tag: str, members: Mapping[Any, type[Any]], *, key: Callable[[Mapping[str, Any]], Any]
) -> None: ...
def tagged_union(
    union: Any,
    tag: str,
    members: Mapping[Any, type[Any]],
    *,
    key: Callable[[Mapping[str, Any]], Any] | None = None,
) -> None:
    """Say how the members of a union are told apart: by the value of `tag`, or by `key(wire object)`.

    An object that fits no member becomes `Unknown` (answers), or is sent as it stands (requests).
    """
    from typing import get_args

    _TAGGED[frozenset(get_args(union)) - {Unknown, type(None)}] = (tag, members, key)
