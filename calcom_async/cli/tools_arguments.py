"""The arguments of `tools call`: JSON, and NAME=VALUE texts that take the types of the tool's parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.cli.files import text_from
from calcom_async.core.records import wire_name

if TYPE_CHECKING:
    from calcom_async.agent import Parameter, Tool

__all__ = ["arguments_of", "json_arguments", "typed"]


def arguments_of(tool: Tool, document: str | None, texts: Sequence[str]) -> dict[str, Any]:
    """The arguments of a call.

    Args:
        tool: Its parameters say what type a text becomes; what it does not know stays text.
        document: A JSON object; `-` for stdin, `@` and a file's name for a file.
        texts: `NAME=VALUE`, which count more than what the JSON has. `NAME.KEY=VALUE` sets a key of an object, and a
            name that comes again makes a list where the parameter takes one.

    Raises:
        CommandFailure: no JSON, no object, a text without `=`, a name that is given twice.
    """
    arguments = {} if document is None else json_arguments(document)
    parameters = {name: p for p in tool.parameters for name in (p.name, *p.aliases)}
    given: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise CommandFailure(
                "--arg: expected NAME=VALUE", "write it like --arg limit=5", exit_code=USAGE, kind="UsageError"
            )
        name, dot, key = name.partition(".")
        parameter = parameters.get(name) or parameters.get(wire_name(name))
        if dot:
            known = (parameter.properties or {}) if parameter else {}
            held = given.setdefault(name, {})
            if not isinstance(held, dict):
                raise _twice(name)
            held[key] = typed(value, _types(known.get(key, {})))
        elif name in given:
            if parameter is None or "array" not in parameter.types or not isinstance(given[name], list):
                raise _twice(name)
            given[name] += _listed(value, parameter)
        else:
            given[name] = _listed(value, parameter) if _is_list(parameter) else typed(value, _declared(parameter))
    return {**arguments, **given}


def json_arguments(document: str) -> dict[str, Any]:
    """The arguments of a JSON document.

    Raises:
        CommandFailure: it can't be read, is no JSON, or no object.
    """
    elsewhere = document == "-" or document.startswith("@")
    text = text_from(document.removeprefix("@"), "ARGUMENTS") if elsewhere else document
    try:
        arguments = json.loads(text)
    except ValueError as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise CommandFailure(
            f"ARGUMENTS are not JSON{where}",
            """write '{"limit": 5}' in single quotes, - for stdin, @file.json, or use --arg limit=5""",
            exit_code=USAGE, kind="UsageError",
        ) from None  # fmt: skip
    if not isinstance(arguments, dict):
        raise CommandFailure(
            "ARGUMENTS are no JSON object", """write them by name: '{"limit": 5}'""", exit_code=USAGE, kind="UsageError"
        )
    return arguments


def typed(text: str, types: Sequence[str]) -> Any:
    """A text as a value of one of these JSON types; as it is where it fits none, or where text is wanted.

    A parameter that takes text as well as something else gets text, but for whole numbers.
    """
    if "string" in types:
        return int(text) if "integer" in types and text.isascii() and text.isdigit() else text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value


def _declared(parameter: Parameter | None) -> Sequence[str]:
    return ("string",) if parameter is None else parameter.types


def _types(schema: Mapping[str, Any]) -> Sequence[str]:
    kind = schema.get("type", "string")
    return (kind,) if isinstance(kind, str) else tuple(kind)


def _is_list(parameter: Parameter | None) -> bool:
    return parameter is not None and parameter.type == "array"


def _listed(text: str, parameter: Parameter | None) -> list[Any]:
    """A text as entries of a list: a JSON list, or one entry."""
    if text.startswith("["):
        value = typed(text, ("array",))
        if isinstance(value, list):
            return value
    return [typed(text, _types((parameter.items if parameter else None) or {}))]


def _twice(name: str) -> CommandFailure:
    return CommandFailure(f"--arg {name[:40]} is given twice", "give it once", exit_code=USAGE, kind="UsageError")
