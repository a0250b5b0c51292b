"""The documentation for agents as resources: `calcom://docs/<page>`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from calcom_async.agent.docs import list_docs, read_doc

if TYPE_CHECKING:
    from mcp import types

__all__ = ["TEMPLATE", "listed", "page_names", "page_of", "template", "text_of"]

PREFIX = "calcom://docs/"
TEMPLATE = "calcom://docs/{page}"
MARKDOWN = "text/markdown"


def page_names() -> list[str]:
    """The name of every page."""
    return [entry.page for entry in list_docs()]


def listed() -> list[types.Resource]:
    """Every page as MCP describes it."""
    from mcp import types

    return [
        types.Resource(
            uri=PREFIX + quote(entry.page, safe=""),
            name=entry.page,
            title=entry.title,
            description=entry.summary,
            mime_type=MARKDOWN,
        )
        for entry in list_docs()
    ]


def template() -> types.ResourceTemplate:
    """How the address of a page is made."""
    from mcp import types

    return types.ResourceTemplate(
        uri_template=TEMPLATE,
        name="docs",
        title="A page of the documentation",
        description="What a tool or a namespace does, its parameters, examples, errors; search_docs finds the page.",
        mime_type=MARKDOWN,
    )


def page_of(uri: str) -> str | None:
    """The page that an address means; None where it is none of ours."""
    return unquote(uri.removeprefix(PREFIX)) if uri.startswith(PREFIX) else None


def text_of(page: str) -> str:
    """A page as Markdown.

    Raises:
        UnknownPageError: there is no such page; the message says which ones may be meant.
    """
    return read_doc(page)
