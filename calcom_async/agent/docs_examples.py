"""A call of a tool as it is written in Lua, in Python and in a shell."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

__all__ = ["lua_call", "lua_value", "python_call", "shell_call"]

_WIDTH = 88
_LUA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LUA_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        "and break do else elseif end false for function goto if in"
        " local nil not or repeat return then true until while",
    )
)
_LUA_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0"})


def lua_call(name: str, arguments: Mapping[str, Any]) -> str:
    """`app.integrations["cal-com"].list_bookings({ limit = 5 })`."""
    return f'app.integrations["cal-com"].{name}({lua_value(dict(arguments))})'


def lua_value(value: Any, indent: str = "") -> str:
    """A JSON value as a Lua literal; on several lines where it is too long for one.

    A key that is a word of the language, such as `end`, stands in brackets.
    """
    match value:
        case None:
            return "nil"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value.translate(_LUA_ESCAPES)}"'
        case Mapping():
            within = [f"{_lua_key(key)} = {lua_value(item, indent + '  ')}" for key, item in value.items()]
        case list() | tuple():
            within = [lua_value(item, indent + "  ") for item in value]
        case _:
            return json.dumps(value)
    if not within:
        return "{}"
    line = f"{{ {', '.join(within)} }}"
    if "\n" not in line and len(indent) + len(line) < _WIDTH - 40:
        return line
    return "{\n" + "".join(f"{indent}  {item},\n" for item in within) + f"{indent}}}"


def _lua_key(key: str) -> str:
    if _LUA_NAME.match(key) and key not in _LUA_KEYWORDS:
        return key
    return f"[{lua_value(key)}]"


def python_call(name: str, arguments: Mapping[str, Any]) -> str:
    """`await toolkit.call("list_bookings", {"limit": 5})`."""
    return f"await toolkit.call({_python_value(name)}, {_python_value(dict(arguments))})"


def _python_value(value: Any, indent: str = "") -> str:
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)  # a Python literal as well, with double quotes
        case Mapping():
            opening, closing = "{", "}"
            within = [f"{_python_value(key)}: {_python_value(item, indent + '    ')}" for key, item in value.items()]
        case list() | tuple():
            opening, closing = "[", "]"
            within = [_python_value(item, indent + "    ") for item in value]
        case _:
            return repr(value)
    line = f"{opening}{', '.join(within)}{closing}"
    if "\n" not in line and len(indent) + len(line) < _WIDTH - 40:
        return line
    return f"{opening}\n" + "".join(f"{indent}    {item},\n" for item in within) + f"{indent}{closing}"


def shell_call(name: str, arguments: Mapping[str, Any]) -> str:
    """`calcom-async tools call list_bookings --arg limit=5`; what is not a single value goes as JSON."""
    words = [f"calcom-async tools call {name}"]
    words += [f"--arg {shlex.quote(f'{key}={_shell_value(value)}')}" for key, value in arguments.items()]
    line = " ".join(words)
    return line if len(line) <= _WIDTH else " \\\n  ".join(words)


def _shell_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
