"""Lets methods read answers, and says what they can't read, don't know, or lose."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from calcom_async.contract.comparison import Finding
from calcom_async.contract.document import Document, Operation
from calcom_async.contract.instances import UNKNOWN_FIELD, UNKNOWN_VALUE, instances
from calcom_async.contract.recording import Recorder
from calcom_async.contract.survey import Call, Surveyed
from calcom_async.core.codec import unstructure
from calcom_async.core.kinds import kind_of
from calcom_async.core.paging import Page, Pager
from calcom_async.core.records import Record, Unknown, wire_name
from calcom_async.core.request import Request
from calcom_async.errors import DecodeError, NotFoundError
from calcom_async.models.bookings import Booking

__all__ = ["Answer", "compare_answers", "documented_answers", "read_answer"]


@attrs.frozen(kw_only=True)
class Answer:
    """An answer to an operation.

    Attributes:
        operation: The operation's name.
        label: Where it comes from.
        version: The version it was asked for with; None where it does not matter.
        body: Its JSON.
    """

    operation: str
    label: str
    version: str | None
    body: Any = attrs.field(repr=False)


def documented_answers(document: Document, operation: Operation) -> Iterator[Answer]:
    """Answers that the document allows to an operation, of every version."""
    for variant in operation.variants:
        for schema in variant.answers:
            if schema is None or not any(one.get("properties") for one in document.members(schema)):
                continue  # nothing is said of it
            for label, body in instances(document, schema):
                yield Answer(operation=operation.name, label=label, version=variant.version, body=body)


async def compare_answers(
    answers: Sequence[Answer], senders: Sequence[tuple[Surveyed, Request]], recorder: Recorder
) -> list[tuple[Answer, list[Finding]]]:
    """Let every method that reaches an operation read answers to it.

    Args:
        answers: What is answered to one operation; those of versions that nobody asks for are left out.
        senders: What is sent to that operation.
        recorder: The transport under the methods.
    """
    calls = {version: _calls(senders, version) for version in {answer.version for answer in answers}}
    read: list[tuple[Answer, list[Finding]]] = []
    for answer in answers:
        if calls[answer.version]:
            found = [await read_answer(answer, *call, recorder) for call in calls[answer.version]]
            read.append((answer, sorted({finding for findings in found for finding in findings})))
    return read


def _calls(senders: Sequence[tuple[Surveyed, Request]], version: str | None) -> list[tuple[Surveyed, Call]]:
    """A call of each method whose first request is one to the operation, under a version."""
    wanted = {(surveyed.method.path, request.operation) for surveyed, request in senders}
    found: dict[str, tuple[Surveyed, Call]] = {}
    for surveyed, _ in senders:
        if surveyed.method.path in found:
            continue
        for call in surveyed.calls:
            if not call.requests or (surveyed.method.path, call.requests[0].operation) not in wanted:
                continue
            request = call.requests[0]
            asked = version is None or not request.versions or version in request.versions
            if asked and request.method in surveyed.method.verbs:  # what it asks on the way to that is another's answer
                found[surveyed.method.path] = (surveyed, call)
                break
    return list(found.values())


async def read_answer(answer: Answer, surveyed: Surveyed, call: Call, recorder: Recorder) -> list[Finding]:
    """Call a method, give it this answer, and compare what it makes of it."""

    def finding(kind: str, where: str, what: str, text: str) -> Finding:
        text = f"{text} [{surveyed.method.path}, {answer.label}]"
        return Finding(operation=answer.operation, kind=kind, where=f"answer {where}".rstrip(), what=what, text=text)

    data = _data(answer.body)
    recorder.answer = lambda _: answer.body
    try:
        made = surveyed.method(**call.arguments)
        result = await (made.first() if isinstance(made, Pager) else made)
    except DecodeError as error:
        return [finding("answer", _general(error.path), "changed", f"{error} ({_record_of(error)})")]
    except NotFoundError as error:
        return [] if data is None or data == {} else [finding("answer", "data", "changed", str(error))]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return [finding("answer", "data", "changed", f"{type(error).__name__}: {error}")]
    finally:
        recorder.answer = None
    found = [finding(kind, where, "new", text) for kind, where, text in _strangers(result, "")]
    if difference := _difference(result, data):
        found.append(finding("answer", _general(difference[0]), "changed", difference[1]))
    return found


def _data(body: Any) -> Any:
    """What an answer is about: its `data`; without one all of it but its `status`."""
    if not isinstance(body, Mapping):
        return body
    return body["data"] if "data" in body else {key: value for key, value in body.items() if key != "status"}


def _general(path: str) -> str:
    """A path for every item of a list: `data[].hosts[].id`."""
    return re.sub(r"\[\d+\]", "[]", path)


def _record_of(error: DecodeError) -> str:
    """The class that was being read when an error was raised."""
    trace = error.__traceback__
    into: Any = None
    while trace is not None:
        into = trace.tb_frame.f_locals.get("into", into)
        trace = trace.tb_next
    return getattr(into, "__name__", str(into))


# --- what was made of it ---------------------------------------------------------------------------------------------


_NO_VALUES = frozenset({UNKNOWN_VALUE, "text"})
"""What instances have where no value is documented."""


def _strangers(value: Any, where: str) -> Iterator[tuple[str, str, str]]:
    """What no record knows: fields, values of enumerations, kinds of a union; as kind, path, text."""
    if isinstance(value, Page):
        value = value.items
    if isinstance(value, Record):
        cls = type(value)
        if cls is Unknown:
            if {"unknown", UNKNOWN_VALUE} & {inner for inner in value.extra.values() if isinstance(inner, str)}:
                return  # documented as such, or made so
            yield "answer", where, f"no record stands for this kind: {_short(value.to_dict())}"
            return
        for key in value.extra:
            if key != UNKNOWN_FIELD:
                yield "answer", _inside(where, key), f"{cls.__name__} has no field for it"
        for name, wire, enumeration in _fields(cls):  # type: ignore[arg-type] # a class is hashable, its records or not
            inner, path = getattr(value, name), _inside(where, wire)
            if type(inner) is str and enumeration and inner not in _NO_VALUES:
                yield "enum", f"{path} {inner}", f"{inner!r} is not in {enumeration}"
            yield from _strangers(inner, path)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strangers(item, f"{where}[]")
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strangers(item, f"{where}{{}}")


@functools.cache
def _fields(cls: type[Any]) -> tuple[tuple[str, str, str], ...]:
    """Attribute, wire name, and the name of the enumeration it is read into, of every field."""
    attrs.resolve_types(cls)
    kinds = ((a, kind_of(a.type)) for a in attrs.fields(cls) if a.name[0] != "_")
    return tuple(
        (a.name, a.metadata.get("wire") or wire_name(a.name), kind.type.__name__ if kind.name == "enum" else "")
        for a, kind in kinds
    )


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _wire(value: Any) -> Any:
    """What a method gave, as it would be on the wire."""
    if isinstance(value, Page):
        return [_wire(item) for item in value.items]
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [_wire(item) for item in value]
    return unstructure(value)


def _difference(result: Any, data: Any) -> tuple[str, str] | None:
    """Where the wire form of a result is not what was answered; None where nothing is lost."""
    if isinstance(result, Booking) and isinstance(data, list):
        result = result.series
    wire = _wire(result)
    if wire is None and isinstance(data, Mapping) and data.keys() <= {"message"}:
        return None  # that it was done; to raise is to say that it was not
    if isinstance(result, Page) and isinstance(data, Mapping):  # a list inside; the page keeps the rest in `response`
        return None if wire in data.values() else _first_difference(wire, data, "data")
    if not isinstance(wire, Mapping) and isinstance(data, Mapping):
        values = [value for key, value in data.items() if key != UNKNOWN_FIELD]
        if len(values) == 1 and values[0] == wire:
            return None  # the one value of an object, by itself
    if isinstance(wire, list) and len(wire) == 1 and isinstance(data, Mapping):
        wire = wire[0]
    return _first_difference(wire, data, "data")


def _first_difference(ours: Any, theirs: Any, path: str) -> tuple[str, str] | None:
    if ours == theirs:
        return None
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key in (*theirs, *ours):
            if key not in ours:
                return _inside(path, key), "is answered, and lost"
            if key not in theirs:
                return _inside(path, key), "is given, and was not answered"
            if found := _first_difference(ours[key], theirs[key], _inside(path, key)):
                return found
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            if found := _first_difference(one, other, f"{path}[{number}]"):
                return found
    return path, f"{_short(theirs)} is answered, and {_short(ours)} given"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
