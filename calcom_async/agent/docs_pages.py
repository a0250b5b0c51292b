"""The pages of the documentation: guides from Markdown files, functions and namespaces from the catalogue."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Literal, TypeAlias

import attrs

from calcom_async.agent.catalogue import CATALOGUE
from calcom_async.agent.docs_errors import ERROR_CODES, errors_of
from calcom_async.agent.docs_examples import lua_call, python_call, shell_call
from calcom_async.agent.docs_text import table
from calcom_async.agent.tool import Example, Parameter, Tool

__all__ = ["GUIDES", "NAMESPACES", "Page", "PageKind", "oauth_scope", "pages"]

PageKind: TypeAlias = Literal["guide", "namespace", "function"]
GUIDES = ("overview", "accounts", "errors", "examples", "lua", "migration-from-v1")
NAMESPACES = {
    "bookings": "Read, make, move, confirm, decline and cancel bookings: meetings, appointments, events in a calendar.",
    "event-types": "What can be booked: the templates behind booking links, with length, questions and locations.",
    "slots": "When something can be booked: the free times, openings and availability of an event type.",
    "schedules": "Working hours: when somebody can be booked, by weekday, with exceptions by date.",
    "teams": "The teams of an account, their members and what they offer.",
    "me": "The user whose API key an account holds: name, address, time zone.",
    "accounts": "The Cal.com accounts there are, each with a key of its own.",
    "api": "Any other operation of Cal.com's API v2, by method and path.",
    "export": "All bookings into a file, each exactly once.",
}
"""What each namespace is about."""
_FAMILIES = {
    "me": "PROFILE",
    "bookings": "BOOKING",
    "event-types": "EVENT_TYPE",
    "schedules": "SCHEDULE",
    "teams": "TEAM_PROFILE",
    "webhooks": "WEBHOOK",
}
_TEAM_FAMILIES = {
    "event-types": "TEAM_EVENT_TYPE",
    "bookings": "TEAM_BOOKING",
    "memberships": "TEAM_MEMBERSHIP",
    "schedules": "TEAM_SCHEDULE",
}
_DEEPEST = 3
"""How far fields within fields are listed."""


@attrs.frozen(kw_only=True)
class Page:
    """One page.

    Attributes:
        name: What `read_doc` takes, such as `list_bookings`.
        kind: What it is about.
        title: Its heading.
        summary: What it says, in a sentence.
        namespace: The group of a function; of a namespace itself; None for a guide.
        markdown: All of it.
        searched: What of it a search looks through: not what stands on many pages.
        data: The same for programs, as plain JSON values.
    """

    name: str
    kind: PageKind
    title: str
    summary: str
    namespace: str | None
    markdown: str
    searched: str
    data: Mapping[str, Any]


@functools.cache
def pages() -> Mapping[str, Page]:
    """Every page by its name: guides, then namespaces with their functions."""
    found = [_guide(name) for name in GUIDES if name not in _namespaces()]
    for namespace in _namespaces():
        found.append(_namespace(namespace))
        found += [_function(tool) for tool in _tools(namespace)]
    return {page.name: page for page in found}


def _namespaces() -> list[str]:
    """Those of the catalogue's tools, in the order of `NAMESPACES`."""
    used = {tool.namespace for tool in CATALOGUE.values()}
    return [name for name in NAMESPACES if name in used] + sorted(used - set(NAMESPACES))


def _tools(namespace: str) -> list[Tool]:
    return [tool for tool in CATALOGUE.values() if tool.namespace == namespace]


# --- guides ----------------------------------------------------------------------------------------------------------


def _guide(name: str) -> Page:
    markdown = guide = _guide_text(name)
    if name == "overview":
        markdown += "\n## Functions\n\n" + "\n\n".join(_listed(namespace) for namespace in _namespaces()) + "\n"
    if name == "errors":
        rows = [(f"`{error.code}`", error.meaning, error.advice) for error in ERROR_CODES]
        markdown += "\n## Every code\n\n" + table(("Code", "What happened", "What to do"), rows) + "\n"
    title, summary = _head(markdown)
    return Page(
        name=name, kind="guide", title=title, summary=summary, namespace=None, markdown=markdown, searched=guide,
        data={"name": name, "kind": "guide", "title": title, "summary": summary, "markdown": markdown},
    )  # fmt: skip


def _guide_text(name: str) -> str:
    return (resources.files("calcom_async.agent") / "guides" / f"{name}.md").read_text(encoding="utf-8")


def _head(markdown: str) -> tuple[str, str]:
    """The heading of a guide, and its first sentence."""
    title, _, rest = markdown.partition("\n")
    first, _, _ = rest.strip().partition("\n")
    sentence, stop, _ = first.partition(". ")
    return title.removeprefix("# "), sentence + (stop and ".")


def _listed(namespace: str) -> str:
    """The functions of a namespace, a line each."""
    lines = [f"- `{_signature(tool)}`: {tool.summary}{_mark(tool)}" for tool in _tools(namespace)]
    return f"**{namespace}**: {_about(namespace)}\n\n" + "\n".join(lines)


def _signature(tool: Tool) -> str:
    named = ", ".join(f"{p.name}{'' if p.required else '?'}" for p in tool.parameters)
    return f"{tool.name}({{{named}}})"


def _mark(tool: Tool) -> str:
    return " *(write)*" if tool.kind == "write" else ""


def _about(namespace: str) -> str:
    return NAMESPACES.get(namespace, "")


# --- namespaces ------------------------------------------------------------------------------------------------------


def _namespace(namespace: str) -> Page:
    tools = _tools(namespace)
    if namespace in GUIDES:
        guide = _guide_text(namespace)
        title, _ = _head(guide)
    else:
        title, guide = namespace, f"# {namespace}\n\n{_about(namespace)}\n"
    markdown = guide + "\n## Functions\n\n" + "\n".join(
        f"- `{_signature(tool)}`: {tool.summary}{_mark(tool)}" for tool in tools
    )  # fmt: skip
    markdown += "\n\nA page for each: `read_doc` with its name. `?` marks what need not be given.\n"
    summary = _about(namespace)
    return Page(
        name=namespace, kind="namespace", title=title, summary=summary, namespace=namespace, markdown=markdown,
        searched=guide,
        data={
            "name": namespace, "kind": "namespace", "title": title, "summary": summary,
            "functions": [_told_briefly(tool) for tool in tools], "markdown": markdown,
        },
    )  # fmt: skip


def _told_briefly(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "kind": tool.kind, "summary": tool.summary, "signature": _signature(tool)}


# --- functions -------------------------------------------------------------------------------------------------------


def _function(tool: Tool) -> Page:
    sections = [
        f"# {tool.name}",
        tool.description,
        _facts(tool),
        "## Parameters\n\n" + _parameters(tool),
        "## Answer\n\n" + _answer(tool),
        "## Examples\n\n" + "\n\n".join(_example(tool, example) for example in tool.examples),
        "## Errors\n\n" + _errors(tool),
    ]
    markdown = "\n\n".join(sections) + "\n"
    data = {
        **_told_briefly(tool),
        "title": tool.title,
        "full_name": f"cal-com.cal_com_{tool.name}",
        "namespace": tool.namespace,
        "description": tool.description,
        "destructive": tool.destructive,
        "idempotent": tool.idempotent,
        "operation": tool.operation,
        "oauth_scope": oauth_scope(tool),
        "parameters": tool.schema,
        "answer": _plain(tool.answer),
        "examples": [
            {
                "title": example.title,
                "arguments": _plain(example.arguments),
                "lua": lua_script(tool, example),
                "python": python_script(tool, example),
                "shell": shell_call(tool.name, example.arguments),
            }
            for example in tool.examples
        ],
        "errors": [{"code": e.code, "meaning": e.meaning, "advice": e.advice} for e in errors_of(tool)],
        "markdown": markdown,
    }
    return Page(
        name=tool.name, kind="function", title=tool.title, summary=tool.summary, namespace=tool.namespace,
        markdown=markdown, searched="\n".join(sections[1:-1]), data={**data, "kind": "function", "access": tool.kind},
    )  # fmt: skip


def oauth_scope(tool: Tool) -> str | None:
    """The OAuth scope that an access token needs for the operation; None where it needs none, or any."""
    method, _, path = tool.operation.partition(" ")
    segments = path.split("/")[2:]
    if not method.isupper() or not segments:
        return None
    family = _FAMILIES.get(segments[0])
    if segments[0] == "teams" and len(segments) > 2:
        family = _TEAM_FAMILIES.get(segments[2], family)
    return None if family is None else f"{family}_{'READ' if method == 'GET' else 'WRITE'}"


def _facts(tool: Tool) -> str:
    """What else there is to know, a line each."""
    effects = "read" if tool.kind == "read" else "write, " + ("destructive" if tool.destructive else "not destructive")
    repeated = "may be repeated" if tool.idempotent else "does it once more when repeated"
    facts = [
        f"- Kind: {effects}; {repeated}",
        f"- Namespace: `{tool.namespace}`",
        f"- Full name: `cal-com.cal_com_{tool.name}`",
        f"- Operation: {'none of Cal.com' if tool.operation == 'local' else f'`{tool.operation}`'}",
    ]
    scope = oauth_scope(tool)
    return "\n".join([*facts, f"- OAuth scope: `{scope}`"] if scope else facts)


def _parameters(tool: Tool) -> str:
    if not tool.parameters:
        return "None."
    rows = [
        (f"`{p.name}`", " or ".join(p.types), "yes" if p.required else "no", " ".join(_described(p)))
        for p in tool.parameters
    ]
    return table(("Name", "Type", "Required", "Description"), rows)


def _described(parameter: Parameter) -> Iterator[str]:
    """The description, and what the schema says beside it."""
    text = parameter.description.rstrip()
    yield text if text.endswith((".", "!", "?")) else f"{text}."
    if parameter.enum:
        yield f"One of {', '.join(f'`{value}`' for value in parameter.enum)}."
    if parameter.minimum is not None and parameter.maximum is not None:
        yield f"From {parameter.minimum} to {parameter.maximum}."
    elif parameter.minimum is not None:
        yield f"At least {parameter.minimum}."
    elif parameter.maximum is not None:
        yield f"At most {parameter.maximum}."
    if parameter.default is not None:
        yield f"By default `{json.dumps(parameter.default, ensure_ascii=False)}`."
    if parameter.example is not None:
        yield f"Such as `{json.dumps(parameter.example, ensure_ascii=False)}`."
    if parameter.instead:
        yield f"Not needed with {' or '.join(f'`{name}`' for name in parameter.instead)}."
    if parameter.aliases:
        yield f"Also {', '.join(f'`{name}`' for name in parameter.aliases)}."


def _answer(tool: Tool) -> str:
    rows = list(_fields(tool.answer, {}))
    return table(("Field", "Type", "Description"), rows) if rows else "An object."


def _fields(
    schema: Mapping[str, Any], known: dict[str, str], prefix: str = "", depth: int = 1
) -> Iterator[tuple[str, str, str]]:
    """The fields of an answer; those within others as `booking.id`, those of a list's entries as `bookings[].id`.

    Args:
        schema: Of an object.
        known: Where each form of an object was told of already; it is not told of twice.
        prefix: What stands before the names.
        depth: How far within others they are.
    """
    for name, field in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        inner, mark = (field["items"], "[]") if isinstance(field.get("items"), Mapping) else (field, "")
        form = json.dumps(_plain(inner.get("properties", {})), sort_keys=True)
        description = field.get("description", "")
        if form in known:
            yield f"`{path}`", _type(field), f"{description} As `{known[form]}`.".lstrip()
            continue
        yield f"`{path}`", _type(field), description
        if inner.get("properties") and depth < _DEEPEST:
            known[form] = f"{path}{mark}"
            yield from _fields(inner, known, f"{path}{mark}.", depth + 1)


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "any")
    if kind == "array":
        return f"array of {_type(schema.get('items', {}))}"
    return " or ".join(kind) if isinstance(kind, list | tuple) else str(kind)


def _errors(tool: Tool) -> str:
    """The codes that say something of the tool, explained; and the others by name."""
    own = [(f"`{e.code}`", e.meaning, e.advice) for e in errors_of(tool) if not e.general]
    others = ", ".join(f"`{e.code}`" for e in errors_of(tool) if e.general)
    explained = table(("Code", "What happened", "What to do"), own) + "\n\n" if own else ""
    return f"{explained}{'Also' if own else 'Only'} what many functions can answer, see `errors`: {others}."


def _example(tool: Tool, example: Example) -> str:
    return (
        f"### {example.title}\n\n```lua\n{lua_script(tool, example)}\n```\n\n"
        f"```python\n{python_script(tool, example)}\n```\n\n```sh\n{shell_call(tool.name, example.arguments)}\n```"
    )


def lua_script(tool: Tool, example: Example) -> str:
    """The example in Lua."""
    if example.lua is not None:
        return example.lua.strip()
    first = next(iter(tool.answer.get("properties", {})), None)
    shown = "print(result)" if first is None else f"print(result.{first})"
    return f"local result = {lua_call(tool.name, example.arguments)}\n{shown}"


def python_script(tool: Tool, example: Example) -> str:
    """The example in Python."""
    first = next(iter(tool.answer.get("properties", {})), None)
    shown = "print(result.data)" if first is None else f'print(result.data["{first}"])'
    return f"result = {python_call(tool.name, example.arguments)}\n{shown}"


def _plain(value: Any) -> Any:
    """A value as plain JSON: mappings as dicts, tuples as lists."""
    match value:
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value
