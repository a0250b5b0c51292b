"""What the build adds to the pages: `CONTRIBUTING.md` among them, and `llms.txt` with a line for each."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


@pytest.fixture
def hook() -> SimpleNamespace:
    """The module that MkDocs loads, fresh."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "site_pages.py")))


def page(title: str, source: str, url: str) -> Any:
    return SimpleNamespace(title=title, url=url, is_section=False, file=SimpleNamespace(src_uri=source))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_every_page_says_what_it_is_about_in_one_line(path: Path, hook: SimpleNamespace) -> None:
    about = hook.about(path.read_text(encoding="utf-8"))
    assert 3 < len(about) < 500
    assert not re.search(r"\n|\]\(|^See |```", about)


@pytest.mark.parametrize(
    ("markdown", "about"),
    [
        ("---\nhide:\n  - toc\n---\n\n# A\n\nIt is so.\n", "It is so"),
        ("# A\n\nIt does *this*, and\nthat. And more.", "It does *this*, and that"),
        ("# A\n\nLike so:\n\n```python\nx\n```\n", "Like so"),
        ("# A\n\n<!-- not this -->\n[It](it.md) is Cal.com's: good.", "It is Cal.com's: good"),
        ("# A\n\n## B\n\nThe text.\n\n```sh\n## no heading\n```\n\n## C\n\n## Next", "The text. Sections: B; C"),
        ("# A\n\nSee [B](b.md).\n\n::: package.module.One\n\n::: package.Two", "`One`, `Two`"),
        ("# A\n\n::: package.module.One", "`One`"),
        (
            "# A\n\nT.\n" + "".join(f"\n## {letter}\n" for letter in "abcdefghij"),
            "T. Sections: a; b; c; d; e; f; g; h and 2 more",
        ),
    ],
)
def test_what_a_page_is_about(markdown: str, about: str, hook: SimpleNamespace) -> None:
    assert hook.about(markdown) == about


@pytest.mark.parametrize(
    ("site", "root"), [(None, ""), ("https://docs.example.com/calcom/", "https://docs.example.com/calcom/")]
)
def test_llms_txt_lists_the_pages_in_the_order_of_the_navigation(
    site: str | None, root: str, hook: SimpleNamespace, tmp_path: Path
) -> None:
    home, faces = page("Home", "index.md", ""), page("Two faces", "two-faces.md", "two-faces/")
    part = SimpleNamespace(is_section=True, title="Part", children=[faces])
    hook.on_nav(SimpleNamespace(items=[home, SimpleNamespace(is_section=True, title="Guide", children=[part])]))
    assert hook.on_page_markdown("# Home\n\nWelcome.", page=home) == "# Home\n\nWelcome."
    hook.on_page_markdown("# Two faces\n\nThere are two.", page=faces)
    config = SimpleNamespace(site_dir=tmp_path, site_name="calcom-async", site_description="A client.", site_url=site)
    hook.on_post_build(config=config)
    assert (tmp_path / "llms.txt").read_text(encoding="utf-8") == (
        f"# calcom-async\n\n> A client.\n\n{hook.BESIDE}\n\n"
        f"## Begin\n\n- [Home]({root}index.html): Welcome\n\n## Guide\n\n- [Two faces]({root}two-faces/): There are two\n"
    )


@pytest.mark.parametrize(
    "path", [DOCS / "quickstart.md", *sorted((DOCS / "tutorials").glob("*.md"))], ids=lambda path: path.name
)
def test_a_tutorial_ends_with_what_to_read_next(path: Path) -> None:
    _, _, end = path.read_text(encoding="utf-8").partition("\n## Next\n")
    assert len(re.findall(r"^- \[[^\]]+\]\([\w./#-]+\)", end, re.MULTILINE)) >= 2
    assert "\n## " not in end


def test_the_quickstart_names_every_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    text = (DOCS / "quickstart.md").read_text(encoding="utf-8")
    assert [extra for extra in extras if f"`{extra}`" not in text and f"`[{extra}]`" not in text] == []


def test_the_hook_is_the_one_that_the_build_uses() -> None:
    assert "hooks: [scripts/site_pages.py]" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def test_contributing_is_a_page_whose_links_lead_to_pages(hook: SimpleNamespace) -> None:
    stub = page("Contributing", "contributing/index.md", "contributing/")
    text = hook.on_page_markdown((DOCS / hook.CONTRIBUTING).read_text(encoding="utf-8"), page=stub)
    assert text.startswith("# Contributing\n\n## Ten minutes to a green run")
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", text)
    assert len(targets) > 4
    assert [target for target in targets if not (DOCS / "contributing" / target).is_file()] == []


def test_the_links_of_contributing_lead_to_files_in_the_repository_too() -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert [target for target in targets if not (ROOT / target).is_file()] == []


def test_what_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:calcom_async|docs|scripts|tests)/[\w./-]*)`", text)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    sessions = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert sorted(sessions) == sorted(re.findall(r"^@nox\.session.*\ndef (\w+)", noxfile, re.MULTILINE))
