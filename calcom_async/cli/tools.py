"""`calcom-async tools`: the functions that agents have, shown, looked up and called from a shell."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from calcom_async.accounts import DEFAULT
from calcom_async.cli.failures import FAILED, USAGE, CommandFailure, Failure
from calcom_async.cli.options import command, group
from calcom_async.cli.output import Column, json_text, print_json, print_table
from calcom_async.cli.session import Session, report
from calcom_async.cli.tools_answer import print_answer
from calcom_async.cli.tools_arguments import arguments_of
from calcom_async.cli.tools_lua import add_lua_command
from calcom_async.cli.tools_toolkit import toolkit

if TYPE_CHECKING:
    from calcom_async.agent import Tool, ToolError

__all__ = ["register"]

ABOUT = """What agents can do with Cal.com, for you to see and to try.

A tool is a function with a name, arguments and an answer. With --sandbox it runs in a small Cal.com of its own with
three accounts, where nothing can go wrong."""
EXAMPLES = """tools list
tools docs list_bookings
tools call list_bookings --arg status=confirmed --sandbox"""
_TOOLS = (
    Column("Name", lambda t: t.name, whole=True, style="cyan"),
    Column("Kind", lambda t: t.kind, whole=True),
    Column("What it does", lambda t: t.summary, folds=True),
)
_PAGES = (
    Column("Page", lambda e: e.page, whole=True, style="cyan"),
    Column("Kind", lambda e: e.kind, whole=True),
    Column("What it says", lambda e: e.summary, folds=True),
)
_NOTHING_SENT = frozenset(
    {
        "unknown_tool",
        "unknown_parameter",
        "missing_parameter",
        "wrong_parameter",
        "unknown_account",
        "configuration",
        "permission_denied",
    }
)
"""Codes of calls that were wrong before anything was sent."""


class SchemaStyle(StrEnum):
    """In whose form schemas are shown."""

    JSON = "json"
    OPENAI = "openai"
    OPENAI_RESPONSES = "openai-responses"
    ANTHROPIC = "anthropic"


class PageFormat(StrEnum):
    """In which form a page is shown."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class KindChoice(StrEnum):
    """What a tool does."""

    READ = "read"
    WRITE = "write"


Name = Annotated[str, typer.Argument(metavar="NAME", help="Of a tool, as `tools list` shows it.")]


def register(app: typer.Typer) -> None:
    """Hang the group on the program."""
    branch = group("tools", ABOUT, example=EXAMPLES)
    command(branch, "list", example="tools list\ntools list --namespace bookings --kind read")(_list)
    command(branch, "schema", example="tools schema list_bookings\ntools schema --style openai")(_schema)
    command(branch, "docs", example="tools docs list_bookings\ntools docs errors --format markdown")(_docs)
    command(branch, "search", example='tools search "cancel a meeting"')(_search)
    call = (
        "tools call list_bookings --arg status=confirmed --arg limit=5 --sandbox\n"
        """tools call get_booking '{"id": 123}' --account work --json\n"""
        "tools call cancel_booking --arg id=123 --dry-run"
    )
    command(branch, "call", example=call)(_call)
    add_lua_command(branch)
    app.add_typer(branch)


async def _list(
    session: Session,
    *,
    namespace: Annotated[str | None, typer.Option(metavar="NAME", help="Only those of one namespace.")] = None,
    kind: Annotated[KindChoice | None, typer.Option(help="Only those that read, or write.")] = None,
) -> None:
    """List the tools."""
    from calcom_async.agent import CATALOGUE
    from calcom_async.agent.docs import list_docs

    names = None if namespace is None else {entry.page for entry in list_docs(namespace)}
    tools = [
        tool
        for tool in CATALOGUE.values()
        if (names is None or tool.name in names) and (kind is None or tool.kind == kind)
    ]
    if session.options.as_json:
        print_json([_told(tool) for tool in tools])
        return
    if tools:
        print_table(session.out, _TOOLS, tools, session.utc)
    session.say(
        f"{len(tools)} tools. `calcom-async tools docs NAME` tells all of one." if tools else "No tools.", "dim"
    )


def _told(tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "kind": tool.kind,
        "destructive": tool.destructive,
        "namespace": tool.namespace,
        "operation": tool.operation,
        "summary": tool.summary,
    }


async def _schema(
    session: Session,
    *,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Of a tool; left out, all of them.")] = None,
    style: Annotated[SchemaStyle, typer.Option(help="Whose form.")] = SchemaStyle.JSON,
) -> None:
    """Print what a model is told of the tools, as JSON."""
    from calcom_async.agent import CATALOGUE
    from calcom_async.agent.schemas import schemas

    del session
    tools = list(CATALOGUE.values()) if name is None else [_found(name)]
    told = schemas(tools, style.value)
    print_json(told if name is None else told[0])


async def _docs(
    session: Session,
    *,
    page: Annotated[
        str | None, typer.Argument(metavar="PAGE", help="A guide, a namespace or a tool; left out, all are named.")
    ] = None,
    form: Annotated[PageFormat, typer.Option("--format", help="How a page is shown.")] = PageFormat.TEXT,
) -> None:
    """Read the documentation that agents read."""
    from calcom_async.agent.docs import list_docs, read_doc

    as_json = session.options.as_json or form is PageFormat.JSON
    if page is not None:
        text = read_doc(page, "json" if as_json else form.value).rstrip("\n")
        if session.out.is_terminal and form is PageFormat.TEXT and not as_json:
            session.out.print(Text(text))  # breaks lines between words
        else:
            sys.stdout.write(text + "\n")
        return
    entries = list_docs()
    if as_json:
        print_json([entry.to_dict() for entry in entries])
        return
    print_table(session.out, _PAGES, entries, session.utc)
    session.say(f"{len(entries)} pages. `calcom-async tools docs PAGE` shows one.", "dim")


async def _search(
    session: Session,
    *,
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="Words; typing errors are forgiven.")],
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many pages.")] = 10,
) -> None:
    """Find pages of the documentation, the best first."""
    from calcom_async.agent.docs import search_docs

    hits = search_docs(" ".join(query), limit)
    if session.options.as_json:
        print_json([hit.to_dict() for hit in hits])
        return
    if hits:
        print_table(session.out, _PAGES, hits, session.utc)
        named = "1 page" if len(hits) == 1 else f"{len(hits)} pages"
        session.say(f"{named}. `calcom-async tools docs PAGE` shows one.", "dim")
    else:
        session.say("No pages; `calcom-async tools docs` names all.", "dim")


async def _call(
    session: Session,
    *,
    name: Name,
    document: Annotated[
        str | None,
        typer.Argument(metavar="ARGUMENTS", help="A JSON object, - for stdin, or @file.json."),
    ] = None,
    arg: Annotated[
        list[str] | None,
        typer.Option(
            "--arg", metavar="NAME=VALUE", help="One argument; again for more. NAME.KEY=VALUE within objects."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; send no write.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Don't ask before a write, where the account permits that.")
    ] = False,
) -> int | None:
    """Call a tool.

    With --json stdout has the whole result: function, success, data, error, meta, duration_ms.
    """
    from calcom_async.agent import Meta, Result, UnknownToolError, find_tool

    try:
        tool = find_tool(name)
    except UnknownToolError as unknown:
        meta = Meta(operation="", account=session.options.account or DEFAULT, dry_run=dry_run)
        result = Result(function=name, success=False, data=None, error=unknown.error, meta=meta, duration_ms=0.0)
    else:
        arguments = arguments_of(tool, document, arg or [])
        async with toolkit(session, force=force, every=tool.namespace == "accounts") as tools:
            result = await tools.call(name, arguments, account=session.options.account, dry_run=dry_run)
    if session.options.as_json:
        sys.stdout.write(json_text(result.to_dict()) + "\n")
    elif result.data is not None:
        print_answer(session, result.data)
    if result.error is None:
        return None
    failure = _failure(result.error)
    report(failure, session)
    return failure.exit_code


def _found(name: str) -> Tool:
    from calcom_async.agent import UnknownToolError, find_tool

    try:
        return find_tool(name)
    except UnknownToolError as unknown:
        failure = _failure(unknown.error)
        raise CommandFailure(failure.what, failure.advice, exit_code=USAGE, kind=failure.kind) from None


def _failure(error: ToolError) -> Failure:
    """What to tell of a call that failed."""
    fields = {"status": error.status, "parameter": error.parameter, **error.details}
    return Failure(
        kind=error.code,
        what=error.message,
        advice="`calcom-async tools list` names all" if error.code == "unknown_tool" else error.advice,
        exit_code=USAGE if error.code in _NOTHING_SENT else FAILED,
        fields={key: value for key, value in fields.items() if value is not None},
        own_advice=True,
    )
