"""What the build of the documentation adds to the pages in `docs/`, as a hook of MkDocs.

`CONTRIBUTING.md` becomes the page of that name, its links those of the site; and `llms.txt` lists the pages for
language models, by the convention of llmstxt.org: title, summary, and a line for each page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

ROOT = Path(__file__).parents[1]
CONTRIBUTING = "contributing/index.md"
BESIDE = """\
Python 3.11 or newer. Every resource is on both clients, `AsyncCalCom` and `CalCom`, with the same names, arguments and
records; only `await` and `async for` differ. Without an account all of it runs on `calcom_async.sandbox.Sandbox`."""
"""What is good to know before any page."""

ELSEWHERE = {"Next", "Read on"}
"""Sections that lead to other pages, and tell nothing of their own."""

MOST = 8
"""How many names of sections or classes stand in a line."""

_told: dict[str, str] = {}
"""What each page is about, by its source."""
_navigation: list[Any] = []


def contributing() -> str:
    """The page made of `CONTRIBUTING.md`: links to `docs/` go out of its folder."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.replace("](docs/", "](../")


def about(markdown: str) -> str:
    """What a page is about, in plain words: the first sentence of its first paragraph, and its sections.

    A page that begins by leading elsewhere is about what it documents: the names of that.
    """
    text = re.sub(r"\A---\n.*?^---$|<!--.*?-->|^ *(`{3,}).*?^ *\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    told = next((block for block in blocks if block and not block.startswith(("#", ":::", "|", "!", "="))), "")
    documented = [name.rpartition(".")[2] for name in re.findall(r"^::: (\S+)", text, re.MULTILINE)]
    if documented and (not told or told.startswith("See [")):
        return _some([f"`{name}`" for name in documented], ", ")
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(told.split()))
    sentence = re.split(r"(?<=[.!?])\s", plain, maxsplit=1)[0].rstrip(".:")
    sections = [name for name in re.findall(r"^## (.+)$", text, re.MULTILINE) if name not in ELSEWHERE]
    return f"{sentence}. Sections: {_some(sections, '; ')}" if sections else sentence


def _some(names: list[str], between: str) -> str:
    """The first names of a list, and how many more there are."""
    shown = between.join(names[:MOST])
    return f"{shown} and {len(names) - MOST} more" if len(names) > MOST else shown


def listing(name: str, summary: str, parts: list[tuple[str, list[tuple[str, str, str]]]]) -> str:
    """The text of `llms.txt`.

    Args:
        name: The project's.
        summary: What it is, in a sentence.
        parts: Headings; and below each its pages: title, address, what it is about.
    """
    lines = [f"# {name}", "", f"> {summary}", "", BESIDE]
    for heading, pages in parts:
        lines += ["", f"## {heading}", "", *(f"- [{title}]({address}): {told}" for title, address, told in pages)]
    return "\n".join(lines) + "\n"


def on_nav(nav: Any, **_: Any) -> None:
    """Keep the navigation."""
    _navigation[:] = nav.items


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Give a page its text, and keep what it is about."""
    text = contributing() if page.file.src_uri == CONTRIBUTING else markdown
    _told[page.file.src_uri] = about(text)
    return text


def on_post_build(*, config: Any, **_: Any) -> None:
    """Write `llms.txt` at the root of the site."""
    parts: list[tuple[str, list[tuple[str, str, str]]]] = [("Begin", [])]
    for item in _navigation:
        if item.is_section:
            parts.append((item.title, [_line(page, config.site_url) for page in _pages(item)]))
        else:
            parts[0][1].append(_line(item, config.site_url))
    text = listing(config.site_name, config.site_description, parts)
    (Path(config.site_dir) / "llms.txt").write_text(text, encoding="utf-8")


def _pages(section: Any) -> Iterator[Any]:
    """The pages of a section, those of its parts among them."""
    for child in section.children:
        yield from _pages(child) if child.is_section else (child,)


def _line(page: Any, site: str | None) -> tuple[str, str, str]:
    """Title, address and content of a page; the address is whole where the site's is known."""
    return page.title, urljoin(site or "", page.url or "index.html"), _told[page.file.src_uri]
