"""Input checks in the words of class-validator, which the real server uses and whose output its clients see.

A field is a name and its rules. A missing required field fails *every* rule (so it yields several constraints), a
missing optional one none. Errors come out either as `details.errors[]` (most endpoints) or as one long sentence
(creating bookings, slots).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from zoneinfo import available_timezones

from attrs import frozen

from calcom_async.sandbox import instants
from calcom_async.sandbox.answers import ApiError, invalid, refusal

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+\Z")
_PHONE: Final = re.compile(r"\+[1-9]\d{7,14}\Z")
_ZONES: Final = frozenset(available_timezones())


@frozen
class Rule:
    """One constraint: its class-validator key, its message, and its test."""

    key: str
    message: str
    test: Callable[[Any], bool]


@frozen
class Field:
    """A property and its rules."""

    name: str
    rules: tuple[Rule, ...]
    required: bool = True


def is_email(value: object) -> bool:
    """Whether the real server takes this for an e-mail address."""
    return isinstance(value, str) and _EMAIL.match(value) is not None


def is_phone(value: object) -> bool:
    """Whether this is a phone number with country code."""
    return isinstance(value, str) and _PHONE.match(value) is not None


def is_zone(value: object) -> bool:
    """Whether this names an IANA time zone."""
    return isinstance(value, str) and value in _ZONES


def is_whole(value: object) -> bool:
    """Whether this is a JSON integer (booleans are not)."""
    return isinstance(value, int) and not isinstance(value, bool)


def string(name: str) -> Rule:
    """The value is a string."""
    return Rule("isString", f"{name} must be a string", lambda value: isinstance(value, str))


def boolean(name: str) -> Rule:
    """The value is true or false."""
    return Rule("isBoolean", f"{name} must be a boolean value", lambda value: isinstance(value, bool))


def integer(name: str) -> Rule:
    """The value is a whole number."""
    return Rule("isInt", f"{name} must be an integer number", is_whole)


def number(name: str) -> Rule:
    """The value is a number."""
    return Rule(
        "isNumber",
        f"{name} must be a number conforming to the specified constraints",
        lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    )


def at_least(name: str, least: int) -> Rule:
    """The value is a number not below `least`."""
    return Rule("min", f"{name} must not be less than {least}", lambda value: _number(value) and value >= least)


def at_most(name: str, most: int) -> Rule:
    """The value is a number not above `most`."""
    return Rule("max", f"{name} must not be greater than {most}", lambda value: _number(value) and value <= most)


def one_of(name: str, allowed: Iterable[Any], message: str | None = None) -> Rule:
    """The value is one of a closed set."""
    values = tuple(allowed)
    text = message or f"{name} must be one of the following values: {', '.join(map(str, values))}"
    return Rule("isEnum", text, lambda value: any(value == each and type(value) is type(each) for each in values))


def array(name: str) -> Rule:
    """The value is a list."""
    return Rule("isArray", f"{name} must be an array", lambda value: isinstance(value, list))


def mapping(name: str) -> Rule:
    """The value is an object."""
    return Rule("isObject", f"{name} must be an object", lambda value: isinstance(value, dict))


def zone(name: str) -> Rule:
    """The value names an IANA time zone."""
    return Rule("isTimeZone", f"{name} must be a valid IANA time-zone", is_zone)


def email(name: str) -> Rule:
    """The value is an e-mail address."""
    return Rule("isEmail", f"{name} must be an email", is_email)


def date_string(name: str, message: str | None = None) -> Rule:
    """The value is an ISO 8601 text."""
    text = message or f"{name} must be a valid ISO 8601 date string"
    return Rule("isDateString", text, lambda value: isinstance(value, str) and instants.parse(value) is not None)


def present(name: str) -> Rule:
    """The value is there and not null."""
    return Rule("isDefined", f"{name} should not be null or undefined", lambda value: value is not None)


def problems(target: Mapping[str, Any], fields: Iterable[Field]) -> list[dict[str, Any]]:
    """The errors of `target`, as class-validator reports them."""
    found: list[dict[str, Any]] = []
    for each in fields:
        sent = each.name in target
        value = target.get(each.name)
        if value is None and not each.required:
            continue
        broken = {rule.key: rule.message for rule in each.rules if not rule.test(value)}
        if broken:
            found.append(
                {
                    "target": dict(target),
                    **({"value": value} if sent else {}),
                    "property": each.name,
                    "children": [],
                    "constraints": broken,
                }
            )
    return found


def in_rows(target: Mapping[str, Any], name: str, rows: list[Any], fields: Iterable[Field]) -> list[dict[str, Any]]:
    """The errors inside the rows of a list property, nested as class-validator nests them."""
    rules = tuple(fields)
    children: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        found = problems(row if isinstance(row, dict) else {}, rules)
        if found:
            children.append({"target": rows, "value": row, "property": str(place), "children": found})
    if not children:
        return []
    return [{"target": dict(target), "value": rows, "property": name, "children": children}]


def check(target: object, fields: Iterable[Field]) -> dict[str, Any]:
    """Refuse `target` with `details.errors[]` unless it fits; otherwise give it back as a dictionary."""
    body = target if isinstance(target, dict) else {}
    errors = problems(body, fields)
    if errors:
        raise invalid(errors)
    return body


def sentence(errors: Iterable[dict[str, Any]]) -> ApiError:
    """The other way the same errors are told: one concatenated message."""
    return refusal(400, in_words(errors))


def in_words(errors: Iterable[dict[str, Any]]) -> str:
    """That message alone."""
    return ", ".join(
        f"{each['property']} property is wrong,{', '.join(each.get('constraints', {}).values())} "
        f"{in_words(each['children'])}"
        for each in errors
    )


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
