"""The server: the toolkit's tools, the documentation and the prompts, in MCP's terms."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from calcom_async import __version__
from calcom_async.agent.arguments import checked_arguments
from calcom_async.agent.call import OnProgress
from calcom_async.agent.catalogue import UnknownToolError, find_tool
from calcom_async.agent.docs import UnknownPageError
from calcom_async.agent.mcp import cutting, descriptions, prompts, resources
from calcom_async.agent.mcp.confirmation import Asking, asking
from calcom_async.agent.mcp.docs_tools import DOCS_TOOLS, look_up
from calcom_async.agent.result import Result, ToolError
from calcom_async.agent.tool import Tool
from calcom_async.agent.toolkit import Toolkit
from calcom_async.errors import MissingExtraError

if TYPE_CHECKING:
    from mcp import types
    from mcp.server import Server, ServerRequestContext

    Context = ServerRequestContext[Any, Any]

__all__ = ["build_server", "check_installed"]

ABOUT = """Cal.com: bookings, event types, schedules, free slots and teams.
Times are ISO 8601 in UTC unless a tool says otherwise. Look before you write: `list_slots` before `create_booking`,
`get_booking` before a change. After an error do what it advises. `search_docs` and `calcom://docs/overview` explain."""
READ_ONLY = " This server only reads: tools that write are left out."
MOST_COMPLETIONS = 100
"""How many values MCP lets a completion have."""


def check_installed() -> None:
    """Refuse before anything else is started.

    Raises:
        MissingExtraError: the extra `mcp` is not installed.
    """
    try:
        importlib.import_module("mcp.server")
    except ImportError:
        raise MissingExtraError("the MCP server", "mcp") from None


def build_server(toolkit: Toolkit, *, write: bool = False) -> Server[Any]:
    """A server for a toolkit.

    Args:
        toolkit: Whose tools and accounts are served. Give it `confirm=calcom_async.agent.mcp.confirm`, so that
            writes of accounts with the permission `ask` are asked about.
        write: Whether tools that write are offered; if not, they are neither listed nor run.

    Raises:
        MissingExtraError: the extra `mcp` is not installed.
    """
    check_installed()
    from mcp.server import Server

    face = _Face(toolkit=toolkit, write=write)
    return Server(
        "calcom-async",
        version=__version__,
        title="Cal.com",
        description="Bookings, event types, schedules, free slots and teams of Cal.com.",
        instructions=ABOUT if write else ABOUT + READ_ONLY,
        on_list_tools=face.list_tools,
        on_call_tool=face.call_tool,
        on_list_resources=face.list_resources,
        on_list_resource_templates=face.list_templates,
        on_read_resource=face.read_resource,
        on_list_prompts=face.list_prompts,
        on_get_prompt=face.get_prompt,
        on_completion=face.complete,
    )


@attrs.frozen(kw_only=True)
class _Face:
    """What each request of MCP does."""

    toolkit: Toolkit
    write: bool

    @property
    def tools(self) -> Mapping[str, Tool]:
        """The tools that are offered."""
        every = {**self.toolkit.tools, **DOCS_TOOLS}
        return {name: tool for name, tool in every.items() if self.write or tool.kind == "read"}

    async def list_tools(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        from mcp import types

        accounts, default = self.toolkit.account_names, self.toolkit.default_account
        told = [descriptions.described(tool, accounts, default) for tool in self.tools.values()]
        return types.ListToolsResult(tools=told)

    async def call_tool(
        self, context: Context, parameters: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        from mcp import types

        try:
            tool = DOCS_TOOLS.get(parameters.name) or find_tool(parameters.name)
        except UnknownToolError as unknown:
            return _refused(unknown.error)
        if tool.name not in self.tools:
            return _refused(_needs_write(tool))
        arguments = dict(parameters.arguments or {})
        if tool.name in DOCS_TOOLS:
            return _answered(tool, arguments, await look_up(tool, arguments))
        account = None if descriptions.has_account(tool) else arguments.pop(descriptions.ACCOUNT, None)
        question = Asking(context=context, parameters=parameters)
        token = asking.set(question)
        try:
            result = await self.toolkit.call(
                tool.name, arguments, account=account, on_progress=_rising(context.session.report_progress)
            )
        finally:
            asking.reset(token)
        if question.pending is not None:
            return types.InputRequiredResult(input_requests={question.key: question.pending})
        return _answered(tool, arguments, result)

    async def list_resources(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        from mcp import types

        return types.ListResourcesResult(resources=resources.listed())

    async def list_templates(
        self, _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        from mcp import types

        return types.ListResourceTemplatesResult(resource_templates=[resources.template()])

    async def read_resource(self, _: Context, parameters: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        from mcp import MCPError, types

        page = resources.page_of(parameters.uri)
        if page is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no such resource; the addresses are {resources.TEMPLATE}")
        try:
            text = resources.text_of(page)
        except UnknownPageError as unknown:
            raise MCPError(types.INVALID_PARAMS, str(unknown)) from None
        contents = types.TextResourceContents(uri=parameters.uri, mime_type=resources.MARKDOWN, text=text)
        return types.ReadResourceResult(contents=[contents])

    async def list_prompts(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        from mcp import types

        return types.ListPromptsResult(prompts=[prompts.described(one) for one in prompts.offered(self.tools)])

    async def get_prompt(self, _: Context, parameters: types.GetPromptRequestParams) -> types.GetPromptResult:
        from mcp import MCPError, types

        known = {prompt.name: prompt for prompt in prompts.offered(self.tools)}
        prompt = known.get(parameters.name)
        if prompt is None:
            hidden = "start the server with --write for it" if parameters.name in prompts.PROMPTS else "see the list"
            raise MCPError(types.INVALID_PARAMS, f"there is no prompt {parameters.name[:60]!r} here; {hidden}")
        text = types.TextContent(text=prompts.written(prompt, parameters.arguments))
        return types.GetPromptResult(
            description=prompt.description, messages=[types.PromptMessage(role="user", content=text)]
        )

    async def complete(self, _: Context, parameters: types.CompleteRequestParams) -> types.CompleteResult:
        from mcp import types

        argument = parameters.argument
        if isinstance(parameters.ref, types.ResourceTemplateReference):
            known = resources.page_names() if argument.name == "page" else []
        else:
            known = list(self.toolkit.account_names) if argument.name == descriptions.ACCOUNT else []
        found = [name for name in known if argument.value.lower() in name.lower()]
        shown = found[:MOST_COMPLETIONS]
        return types.CompleteResult(
            completion=types.Completion(values=shown, total=len(found), has_more=len(found) > len(shown))
        )


def _rising(report: OnProgress) -> OnProgress:
    """Tells only of progress: MCP wants every figure to be higher than the one before."""
    told = -1.0

    async def tell(done: float, total: float | None, words: str) -> None:
        nonlocal told
        if done > told:
            told = done
            await report(done, total, words)

    return tell


def _answered(tool: Tool, arguments: Mapping[str, Any], result: Result) -> types.CallToolResult:
    """What came of a call, as MCP tells it: structured, and the same as text."""
    from mcp import types

    if result.error is not None:
        return _refused(result.error)
    answer = cutting.cut(result.data or {}, checked_arguments(tool, arguments), descriptions.has_pages(tool))
    if answer is None:
        return _refused(
            ToolError(
                code="too_long",
                message=f"{tool.name}: the answer is longer than the {cutting.LIMIT:,} characters of a result",
                advice="ask for less: a smaller limit, or a narrower filter",
            )
        )
    return types.CallToolResult(content=[types.TextContent(text=cutting.dumped(answer))], structured_content=answer)


def _refused(error: ToolError) -> types.CallToolResult:
    """An error, in words that say what to do."""
    from mcp import types

    lines = [f"{error.code}: {error.message}", f"Do: {error.advice}"]
    if error.details:
        lines.append(f"Details: {json.dumps(dict(error.details), ensure_ascii=False, default=str)}")
    return types.CallToolResult(content=[types.TextContent(text="\n".join(lines))], is_error=True)


def _needs_write(tool: Tool) -> ToolError:
    return ToolError(
        code="read_only",
        message=f"{tool.name} writes, and this server only reads",
        advice="tell the user; `calcom-async mcp --write` starts a server that writes",
    )
