"""The pages that are made from the package are those that would be made now."""

from __future__ import annotations

from pathlib import Path

import pytest

from calcom_async.contract.page import PAGES, operations_page, write

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name: str) -> None:
    same = (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()
    assert same, f"{name}: write it anew with `python -m calcom_async.contract.page docs`"


def test_every_operation_has_a_row() -> None:
    page = operations_page()
    assert "| `POST /v2/bookings` | `cal.bookings.create`, `cal.bookings.create_recurring` |" in page
    assert "## Organizations: webhooks\n" in page
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == len(set(rows)) == int(page.partition("The ")[2].split()[0])


def test_pages_are_written(tmp_path: Path) -> None:
    (tmp_path / "reference").mkdir()
    write(tmp_path)
    assert (tmp_path / "deviations.md").read_text(encoding="utf-8").startswith("# Deviations from the document\n")
    assert (tmp_path / "reference/operations.md").stat().st_size > 1000
