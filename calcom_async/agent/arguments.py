"""The arguments of a call, checked against the tool's parameters before anything is sent.

More is understood than the schema says: names in snake_case, aliases, null for "not given", a whole number written as
text or as `42.0` (Lua and some models do that). Nothing is passed over: an unknown name is an error.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.tool import Parameter, Tool
from calcom_async.core.records import wire_name

__all__ = ["checked_arguments"]

_CLASSES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "boolean": (bool,),
    "object": (Mapping,),
    "array": (list, tuple),
}
_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}


def checked_arguments(tool: Tool, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The arguments by their declared names, with defaults; what was not given and has no default is absent.

    Raises:
        ToolFailure: one is missing, unknown, given twice, or not what it should be; it says which and shows an example.
    """
    if given is not None and not isinstance(given, Mapping):
        raise ToolFailure(
            "wrong_parameter", f"{tool.name}: the arguments are an object, not {_named(given)}",
            f"call it with {_example_call(tool)}",
        )  # fmt: skip
    names = {name: parameter for parameter in tool.parameters for name in (parameter.name, *parameter.aliases)}
    found: dict[str, Any] = {}
    for name, value in (given or {}).items():
        parameter = names.get(name) or names.get(wire_name(str(name)))
        if parameter is None:
            raise _unknown(tool, str(name), names)
        if value is None:
            continue
        if parameter.name in found:
            raise ToolFailure(
                "wrong_parameter", f"{tool.name}: {parameter.name} was given twice, the second time as {name}",
                f"give {parameter.name} once", parameter=parameter.name,
            )  # fmt: skip
        found[parameter.name] = _checked(tool, parameter, value)
    for parameter in tool.parameters:
        if parameter.name in found:
            continue
        if parameter.required and not any(other in found for other in parameter.instead):
            raise _missing(tool, parameter)
        if parameter.default is not None:
            found[parameter.name] = parameter.default
    return found


def _checked(tool: Tool, parameter: Parameter, value: Any) -> Any:
    value = _as_meant(parameter, value)
    if not any(_is(value, kind) for kind in parameter.types):
        expected = " or ".join(_WORDS[kind] for kind in parameter.types)
        raise _wrong(tool, parameter, f"expected {expected}, got {_named(value)}")
    if parameter.enum:
        word = str(value).lower()
        if word not in parameter.enum:
            known = ", ".join(parameter.enum)
            raise _wrong(tool, parameter, f"is none of {known}{_did_you_mean(word, parameter.enum)}")
        return word
    if _is(value, "number"):
        if parameter.minimum is not None and value < parameter.minimum:
            raise _wrong(tool, parameter, f"at least {parameter.minimum}")
        if parameter.maximum is not None and value > parameter.maximum:
            raise _wrong(tool, parameter, f"at most {parameter.maximum}")
    if isinstance(value, str) and not value.strip():
        raise _wrong(tool, parameter, "is empty")
    return value


def _as_meant(parameter: Parameter, value: Any) -> Any:
    """The value in the declared type, where only its spelling differs."""
    kinds = parameter.types
    if "integer" in kinds:
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, str) and value.strip().isascii() and value.strip().lstrip("-").isdigit():
            return int(value)
    if kinds == ("boolean",) and isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if kinds == ("array",) and isinstance(value, str | int) and not isinstance(value, bool):
        return [value]
    return value


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _CLASSES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _named(value: Any) -> str:
    """What a value is, without showing it: it may be personal data."""
    for kind, words in _WORDS.items():
        if _is(value, kind):
            return words
    return "null" if value is None else type(value).__name__


def _missing(tool: Tool, parameter: Parameter) -> ToolFailure:
    instead = "".join(f" (or {other})" for other in parameter.instead)
    return ToolFailure(
        "missing_parameter", f"{tool.name}: {parameter.name}{instead} is missing: {_first(parameter.description)}",
        f"call it with {_example_call(tool)}", parameter=parameter.name,
    )  # fmt: skip


def _wrong(tool: Tool, parameter: Parameter, what: str) -> ToolFailure:
    example = "" if parameter.example is None else f", such as {json.dumps(parameter.example, ensure_ascii=False)}"
    return ToolFailure(
        "wrong_parameter", f"{tool.name}: {parameter.name}: {what}",
        f"give {_first(parameter.description)}{example}", parameter=parameter.name,
    )  # fmt: skip


def _unknown(tool: Tool, name: str, names: Mapping[str, Parameter]) -> ToolFailure:
    known = [parameter.name for parameter in tool.parameters]
    has = f"it has {', '.join(known)}" if known else "it has none"
    return ToolFailure(
        "unknown_parameter", f"{tool.name} has no parameter {name[:60]!r}{_meant(tool, name, names)}",
        f"{has}; call it with {_example_call(tool)}", parameter=name[:60], details={"parameters": known},
    )  # fmt: skip


def _meant(tool: Tool, name: str, names: Mapping[str, Parameter]) -> str:
    """The parameter that may be meant, or the object that has a field of this name."""
    if inside := [parameter.name for parameter in tool.parameters if wire_name(name) in (parameter.properties or {})]:
        return f"; it goes into {' or '.join(inside)}"
    return _did_you_mean(wire_name(name), names)


def _did_you_mean(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _example_call(tool: Tool) -> str:
    arguments = tool.examples[0].arguments if tool.examples else {}
    return json.dumps(dict(arguments), ensure_ascii=False)


def _first(description: str) -> str:
    first, _, _ = description.partition(". ")
    return first.rstrip(".")
