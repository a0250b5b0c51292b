"""The documentation that an agent reads while it works: `list_docs`, `search_docs` and `read_doc`.

The pages of functions and namespaces come from the catalogue, so that they say what the functions do; the guides are
Markdown files beside this module.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from typing import Any, Literal, TypeAlias

import attrs

from calcom_async.agent.docs_pages import GUIDES, Page, PageKind, pages
from calcom_async.agent.docs_search import Index, Text
from calcom_async.agent.docs_text import plain_text
from calcom_async.errors import InvalidRequestError

__all__ = ["DocEntry", "DocFormat", "DocHit", "UnknownPageError", "list_docs", "read_doc", "search_docs"]

DocFormat: TypeAlias = Literal["markdown", "text", "json"]
_ROOT = re.compile(r"""\A(?:app\.)?(?:integrations)?(?:\.|\[["'])?cal[-_]?com(?:["']\])?(?:\.|\Z)""", re.IGNORECASE)
"""How names begin that come from Lua or from a list of integrations."""


class UnknownPageError(InvalidRequestError):
    """There is no such page; the message suggests those of a like name."""


@attrs.frozen(kw_only=True)
class DocEntry:
    """A page, as a list names it.

    Attributes:
        page: Its name, for `read_doc`.
        kind: `guide`, `namespace` or `function`.
        title: Its heading.
        summary: What it says, in a sentence.
        namespace: The group of a function; of a namespace itself; None for a guide.
    """

    page: str
    kind: PageKind
    title: str
    summary: str
    namespace: str | None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return attrs.asdict(self)


@attrs.frozen(kw_only=True)
class DocHit(DocEntry):
    """A page that a search found.

    Attributes:
        score: How well it fits; higher is better, and only comparable within one search.
    """

    score: float


def list_docs(namespace: str | None = None) -> list[DocEntry]:
    """Name the pages.

    Args:
        namespace: Only those of one namespace, such as `bookings`, itself first; None for all.

    Raises:
        UnknownPageError: there is no such namespace; it suggests some.
    """
    if namespace is None:
        return [_entry(page) for page in pages().values()]
    wanted = _spelt(namespace)
    known = {page.name for page in pages().values() if page.kind == "namespace"}
    if wanted in {"overview", ""}:
        return list_docs()
    if wanted not in known:
        raise UnknownPageError(f"there is no namespace {namespace[:60]!r}{_near(wanted, known)}")
    return [_entry(page) for page in pages().values() if page.namespace == wanted]


def search_docs(query: str, limit: int = 10) -> list[DocHit]:
    """Find pages by words.

    Args:
        query: Words, in any order; typing errors are forgiven.
        limit: At most so many pages.

    Returns:
        The pages that fit, the best first; none where no word is known.
    """
    return [DocHit(**_entry(pages()[name]).to_dict(), score=score) for name, score in _index().search(query, limit)]


def read_doc(page: str, format: DocFormat = "markdown") -> str:  # noqa: A002 - the word that people look for
    """One page.

    Args:
        page: The name of a guide, a namespace or a function. Other spellings count as well:
            `integrations.cal-com.list_bookings`, `cal-com.cal_com_list_bookings`, `bookings.list_bookings`;
            `integrations.cal-com` is the overview.
        format: `markdown`, `text` for people, or `json`: the page's parts as one JSON object.

    Raises:
        UnknownPageError: there is no such page; it suggests some.
    """
    found = _page(page)
    match format:
        case "markdown":
            return found.markdown
        case "text":
            return plain_text(found.markdown)
        case "json":
            return json.dumps(found.data, ensure_ascii=False, indent=2)
        case _:
            raise InvalidRequestError("format is none of markdown, text, json")


def _page(given: str) -> Page:
    name = _spelt(given)
    found = pages().get(name)
    if found is None:
        raise UnknownPageError(f"there is no page {given[:60]!r}{_near(name, pages())}")
    return found


def _spelt(given: str) -> str:
    """The name of a page as the pages have it: the last part, without what says that it is Cal.com's."""
    rest = _ROOT.sub("", given.strip()) if _ROOT.match(given.strip()) else given.strip()
    last = rest.rpartition(".")[2].removesuffix("()").lower().removeprefix("cal_com_").removeprefix("cal-com-")
    if not last:
        return "overview"
    by_key = {_key(name): name for name in pages()}
    return by_key.get(_key(last), last)


def _key(name: str) -> str:
    return name.replace("-", "_").replace(" ", "_")


def _near(name: str, known: Any) -> str:
    """What to do instead, as the second half of a message."""
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    if not close:
        return f"; read {GUIDES[0]}, or search: it has every name"
    return f"; did you mean {' or '.join(close)}?"


def _entry(page: Page) -> DocEntry:
    return DocEntry(page=page.name, kind=page.kind, title=page.title, summary=page.summary, namespace=page.namespace)


@functools.cache
def _index() -> Index:
    return Index(
        Text(name=page.name, summary=f"{page.title} {page.summary}", body=page.searched) for page in pages().values()
    )
