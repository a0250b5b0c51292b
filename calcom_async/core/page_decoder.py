"""Pages of a list decoded straight from their bytes, in C as far as that goes.

The plain way parses a page into dicts and makes records of them; most of its cost are dicts that live for a moment.
Here msgspec parses the page into Structs, one class per record class, made from the same `Kind`s as the functions of
`generate`: in C it checks the types and refuses what it does not know. Generated code then makes records of the
Structs; what msgspec can't tell (instants, enums, unions, open mappings) it reads by the lines of the plain way.

One rule keeps the two from ever differing: *what is not usual goes the plain way*. On anything that msgspec refuses or
the code has not met, `read` gives None, the page is decoded plainly (where it shows what is malformed, and why), and
what that taught is used from the next page on: which fields are there always, at times or never, and those that this
release does not know, which are `.extra` here as there. (The order of keys alone is not kept: `to_dict` gives that of
the first object which had the same ones.) A class whose pages keep being unusual is tried less and
less often; and before some pages were read, none is, so that a short list pays nothing for this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from types import GenericAlias
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import attrs
import msgspec

from calcom_async.core.codec import Malformed, converter
from calcom_async.core.generate import FAILURES, Hook, Shapes, Writer, shapes_of, twin_of
from calcom_async.core.kinds import Kind, kind_of
from calcom_async.core.records import Record, wire_name

__all__ = ["DecodedPage", "PageDecoder", "decode_page"]

T = TypeVar("T")
MAX_UNKNOWN = 32
"""Fields per class that this release does not know and that are read here all the same; more go the plain way."""
MAX_WAIT = 63
"""Pages that are read plainly before a class that kept failing is tried again."""
WORTH_BYTES = 1_000_000
"""Bytes of a class that are read plainly first: to make what reads faster takes as long as is saved on so many."""


@attrs.frozen(kw_only=True)
class DecodedPage(Generic[T]):
    """A page, decoded.

    Attributes:
        items: Its records.
        keys: What tells its items, the malformed ones among them, from others: `uid`, `id`, or all of their JSON.
        envelope: The answer, as far as it says where the page is in the list.
        malformed: Items that could not be structured.
    """

    items: list[T]
    keys: Sequence[Any]
    envelope: Any
    malformed: list[Malformed] = attrs.field(factory=list)


def decode_page(body: bytes, into: type[T]) -> DecodedPage[T] | None:
    """The records of a page; None where it has to be read the plain way."""
    hook = converter.get_structure_hook(into)
    if shapes_of(hook) is None:
        return None  # someone registered a hook of their own
    decoder = _DECODERS.get(hook)
    if decoder is None:
        _DECODERS[hook] = decoder = PageDecoder(into, after=WORTH_BYTES)
    return decoder.read(body)


class PageDecoder:
    """Decodes pages of one record class, with the structure hooks of the moment it was made.

    Args:
        into: The class.
        after: Bytes that are read plainly before.
    """

    def __init__(self, into: type[Any], *, after: int = 0) -> None:
        self._into = into
        self._parts: _Parts | None = None
        self._read: Callable[[bytes], DecodedPage[Any]] | None = None
        self._failures = 0
        self._wait = after

    def read(self, body: bytes) -> DecodedPage[Any] | None:
        """The records of a page; None where it has to be read the plain way, of which the next call learns."""
        if self._wait > 0:
            self._wait -= len(body)
            return None
        try:
            if self._failures or self._read is None:
                self._read = self._learn()
            page = self._read(body)
        except (msgspec.DecodeError, *FAILURES):
            self._failures += 1
            self._wait = min(2 ** (self._failures - 1) - 1, MAX_WAIT) * len(body)
            return None
        self._failures = 0
        return page

    def _learn(self) -> Callable[[bytes], DecodedPage[Any]]:
        """What reads pages, by all that the plain way has met."""
        if self._parts is None or self._parts.outgrown() or self._read is None:
            self._parts = _Parts(converter.get_structure_hook)
            self._read = self._parts.reader(self._into)
        self._parts.learn()
        return self._read


_DECODERS: WeakKeyDictionary[Hook, PageDecoder] = WeakKeyDictionary()


# --- one record class ------------------------------------------------------------------------------------------------


def _usable(met: Shapes) -> list[tuple[str, ...]]:
    """The shapes to read here: not `{}`, of which there may be no record, and not too many unknown fields."""
    shapes: list[tuple[str, ...]] = []
    strange: set[str] = set()
    for shape, unknown in list(met.values()):
        if shape and len(strange.union(unknown)) <= MAX_UNKNOWN:
            strange.update(unknown)
            shapes.append(shape)
    return shapes


class _Part:
    """What reads the records of one class.

    Attributes:
        always: The wire keys that every object had which the plain way has met.
        at_times: Those that some had; the place of a key is its bit in `shapes`.
        shapes: Which of them are missing → the shape of the record.
        struct: The Struct that msgspec makes.
        convert: Makes a record of it.
    """

    struct: Any
    convert: Callable[[Any], Any]

    def __init__(self, met: Shapes) -> None:
        self.met = met
        self.always, self.at_times = self._presence()
        self.shapes: dict[int, tuple[str, ...]] = {}

    def _presence(self) -> tuple[frozenset[str], tuple[str, ...]]:
        shapes = _usable(self.met)
        always = frozenset(shapes[0]).intersection(*shapes) if shapes else frozenset[str]()
        return always, tuple(dict.fromkeys(key for shape in shapes for key in shape if key not in always))

    def outgrown(self) -> bool:
        """Whether the plain way has met objects that do not fit the Struct."""
        return self._presence() != (self.always, self.at_times)

    def learn(self) -> None:
        """Which keys are missing tells the shape; objects that differ in the order of keys alone share the first's."""
        for shape in _usable(self.met):
            missing = sum(1 << place for place, key in enumerate(self.at_times) if key not in shape)
            self.shapes.setdefault(missing, shape)


class _Parts:
    """The classes of a page: that of its items and those of the records in them."""

    def __init__(self, hook_for: Callable[[Any], Hook]) -> None:
        self.hook_for = hook_for
        self._made: dict[type, _Part | None] = {}

    def part(self, cls: type[Record]) -> _Part | None:
        """What reads a class; None where its own hook has to: someone registered one, or it holds itself."""
        if cls not in self._made:
            self._made[cls] = None
            met = shapes_of(self.hook_for(cls))
            if met is not None:
                self._made[cls] = _make_part(cls, _Part(met), self)
        return self._made[cls]

    def outgrown(self) -> bool:
        """Whether the plain way has met objects that do not fit their Struct."""
        return any(part.outgrown() for part in self._made.values() if part is not None)

    def learn(self) -> None:
        """Take over the shapes that the plain way has met."""
        for part in self._made.values():
            if part is not None:
                part.learn()

    def reader(self, into: type[Any]) -> Callable[[bytes], DecodedPage[Any]]:
        """A function that reads a page, or raises."""
        part = self.part(into)
        keys_of = None if part is None else _keys(part)
        if part is None or keys_of is None:
            return _refuse
        others = [(name, Any, None) for name in ("status", "message", "pagination", "meta")]
        envelope = msgspec.defstruct(
            "Envelope", [("data", GenericAlias(list, part.struct)), *others], forbid_unknown_fields=True, gc=False
        )
        decode, convert = msgspec.json.Decoder(envelope).decode, part.convert

        def read(body: bytes) -> DecodedPage[Any]:
            answer: Any = decode(body)
            keys = keys_of(answer.data)
            if not {each.__class__ for each in keys} <= {str, int}:
                raise TypeError  # an item without one: pages are told apart by all of their JSON then
            place = {"pagination": answer.pagination, "meta": answer.meta}
            return DecodedPage(items=[convert(struct) for struct in answer.data], keys=keys, envelope=place)

        return read


def _refuse(_: bytes) -> DecodedPage[Any]:
    raise TypeError


def _keys(part: _Part) -> Callable[[Any], list[Any]] | None:
    """A function that gives the uid or id of each Struct; None where they have neither."""
    names = {field.encode_name: field.name for field in msgspec.structs.fields(part.struct)}
    found = [f"s.{names[key]}" for key in ("uid", "id") if key in names]
    if not found:
        return None
    w = Writer(converter.get_structure_hook)
    w.add(0, f"def keys(page): return [{' or '.join(found)} for s in page]")
    return w.function("keys", "<keys>")


# --- its generated code ----------------------------------------------------------------------------------------------


class _StructWriter(Writer):
    """Reads from a Struct: what msgspec has checked is right already."""

    def __init__(self, part: _Part, parts: _Parts) -> None:
        super().__init__(parts.hook_for)
        self.part = part
        self.parts = parts
        self.fields: list[Any] = []
        self.wire: dict[str, str] = {}

    def take(self, key: str, of: Any, *, required: bool, missing: object = None) -> str:
        """Lines that take a field of the Struct into `v`; gives what the test that follows begins with."""
        name = f"f{len(self.fields)}"
        self.wire[name] = key
        self.add(1, f"v = s.{name}")
        if required:
            self.fields.append((name, of))
            return "if"
        if key not in self.part.at_times:
            self.fields.append((name, of | None))
            return "if"
        self.fields.append((name, of | None | msgspec.UnsetType if of is not Any else Any, msgspec.UNSET))
        self.add(1, f"if v is UNSET: m |= {1 << self.part.at_times.index(key)}; v = {missing}")
        return "elif"

    def store(self, name: str) -> None:
        """Give `v` to an attribute; straight from the Struct, where nothing was to be done with it."""
        last = self.lines[-1].removeprefix("    v = ")
        if last in {"()", *(f"s.{field}" for field in self.wire)}:
            self.lines.pop()
            self.add(1, f"r.{name} = {last}")
        else:
            self.add(1, f"r.{name} = v")

    def where(self, test: str, kind: Kind, field: str) -> None:
        """What reads `v`, under a test; nothing where nothing is left to do."""
        before = len(self.lines)
        self.add(1, test)
        self.read(2, kind, field)
        if len(self.lines) == before + 1:
            self.lines.pop()

    def read(self, indent: int, kind: Kind, field: str) -> None:
        """Turn what msgspec made into the field's value; what it left to us is read as everywhere."""
        if self.type_of(kind) is str and kind.name == "instant":
            self.add(
                indent,
                "if len(v) == 24 and v[23] == 'Z' and v[19] == '.' and v[10] == 'T': v = fromiso(v)",
                f"else: v, odd = odd_instant(v, {field!r}, odd)",
            )
        elif self.type_of(kind) is str and kind.name == "enum":
            known = self.name("e", {m.value: m for m in kind.type})
            self.add(indent, f"v = {known}.get(v, v)")
        elif self.type_of(kind) is Any:
            if kind.name != "any" or kind.disabled:
                super().read(indent, kind, field)
        elif kind.name == "record":
            self.add(indent, f"v = {self.converter(kind)}(v)")
        elif kind.name == "sequence" and (item := kind_of(kind.members[0])).name == "record":
            convert = self.converter(item)
            self.add(indent, f"v = ({convert}(v[0]),) if len(v) == 1 else tuple([{convert}(x) for x in v])")

    def converter(self, kind: Kind) -> str:
        """A name for what makes records of the Structs of a class."""
        part = self.parts.part(kind.type)
        return self.name("r", part and part.convert)

    def type_of(self, kind: Kind) -> Any:
        """What msgspec is to make of a value that is not None; Any where the lines of the plain way read it."""
        if kind.disabled:
            return Any
        if kind.name == "primitive":
            return reduce(or_, (*kind.members, int) if float in kind.members else kind.members)  # 30 stays 30
        if kind.name == "instant" or (kind.name == "enum" and issubclass(kind.type, str)):
            return str
        if kind.name == "mapping" and kind.members == (str, Any):
            return dict
        if kind.name == "record" and (part := self.parts.part(kind.type)) is not None:
            return part.struct
        if kind.name == "sequence" and not (item := kind_of(kind.members[0])).optional:
            of = self.type_of(item)
            if item.name in {"primitive", "record"} and of is not Any:
                return GenericAlias(tuple, (of, ...)) if item.name == "primitive" else GenericAlias(list, of)
        return Any


def _make_part(cls: type[Record], part: _Part, parts: _Parts) -> _Part:
    attrs.resolve_types(cls)
    w = _StructWriter(part, parts)
    w.names.update(cls=cls, new=object.__new__, twin=twin_of(cls), shapes=part.shapes, UNSET=msgspec.UNSET)
    strange = dict.fromkeys((*sorted(part.always), *part.at_times))
    nothing: list[str] = []
    for a in attrs.fields(cls):
        if a.name[0] == "_":
            continue
        kind, key = kind_of(a.type), a.metadata.get("wire") or wire_name(a.name)
        there = strange.pop(key, part) is None
        if not kind.optional and kind.name != "sequence":
            w.take(key, w.type_of(kind), required=True)
            if w.type_of(kind) is Any:
                w.add(1, "if v is None: raise Mismatch")
            w.read(1, kind, a.name)
        elif not there and kind.optional:
            nothing.append(a.name)
            continue
        elif not there:
            w.add(1, "v = ()")
        elif kind.optional:
            test = w.take(key, w.type_of(kind), required=False)
            w.where(f"{test} v is not None:", kind, a.name)
        else:
            test = w.take(key, w.type_of(kind), required=False, missing=())
            w.add(1, f"{test} v is None: v = (); odd = keep_odd(v, None, {a.name!r}, odd)")
            w.where("else:", kind, a.name)
        w.store(a.name)
    for key in strange:
        test = w.take(key, Any, required=False)
        w.add(1, f"{test} extra is None: extra = {{{key!r}: v}}", f"else: extra[{key!r}] = v")
    w.add(1, "r._shape = shapes[m]", "r._odd = odd", "r._extra = extra")
    if nothing:
        w.add(1, "".join(f"r.{name} = " for name in nothing) + "None")
    w.add(1, "r.__class__ = cls", "return r")
    w.lines[:0] = ["def convert(s):", "    r = new(twin)", "    m = 0; odd = extra = None"]
    part.struct = msgspec.defstruct(
        cls.__name__,
        w.fields,
        rename=w.wire,
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,  # they hold what JSON is made of, never a circle, and are gone with the page
    )
    part.convert = w.function("convert", f"<page {cls.__name__}>")
    return part
