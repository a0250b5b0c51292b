"""Pages as plain text: nothing of Markdown is left, and nothing of what they say is lost."""

from __future__ import annotations

import pytest

from calcom_async.agent.docs import list_docs, read_doc
from calcom_async.agent.docs_text import plain_text, table


def test_headings_tables_lists_and_code() -> None:
    markdown = (
        "# Title\n\nSay `this` *well*, **now**; [here](page.md) or [there](https://example.com).\n\n"
        "## Second\n\n" + table(("A", "Long"), [("`x|y`", "1"), ("z", "two\nlines")]) + "\n\n"
        "```python\n# not a heading\nprint(`*a*`)\n\n| no | table |\n```\n\n- an entry\n"
    )
    assert plain_text(markdown) == (
        "Title\n=====\n\nSay this well, now; here or there (https://example.com).\n\n"
        "Second\n------\n\nA    Long\n---  ---------\nx|y  1\nz    two lines\n\n"
        "    # not a heading\n    print(`*a*`)\n\n    | no | table |\n\n- an entry\n"
    )


def test_stars_that_mark_nothing_stay() -> None:
    assert plain_text("2 * 3 * 4 and `a*b*c`") == "2 * 3 * 4 and a*b*c\n"


@pytest.mark.parametrize("page", [entry.page for entry in list_docs()])
def test_pages_have_no_marks_left_and_all_their_words(page: str) -> None:
    text = read_doc(page, "text")
    outside = [line for line in text.splitlines() if not line.startswith("    ")]
    assert [line for line in outside if line.startswith(("#", "| ", "```")) or "`" in line or "**" in line] == []
    wanted = set("".join(c if c.isalnum() else " " for c in read_doc(page)).split())
    shown = set("".join(c if c.isalnum() else " " for c in text).split())
    assert wanted - shown <= {"lua", "python", "sh"}
