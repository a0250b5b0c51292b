"""Writes the pages of the documentation that follow from the package: its operations, and where it deviates.

`python -m calcom_async.contract.page docs` writes them into a folder.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from calcom_async.contract.corrections import CORRECTIONS
from calcom_async.contract.deviations import DEVIATIONS
from calcom_async.contract.survey import Surveyed, survey

__all__ = ["PAGES", "deviations_page", "operations_page", "write"]

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_WORDS = {"ooo": "Out of office", "api-keys": "API keys", "oauth": "OAuth", "oauth-clients": "OAuth clients"}


def operations_page(methods: Iterable[Surveyed] | None = None) -> str:
    """Every operation, and the method that calls it."""
    calls: dict[tuple[str, int], set[str]] = {}
    for surveyed in survey().methods if methods is None else methods:
        for request in surveyed.requests:
            if request.method in surveyed.method.verbs:  # what it asks on the way is another method's
                key = (f"/v2{request.template}", _VERBS.index(request.method))
                calls.setdefault(key, set()).add(surveyed.method.path)
    sections: dict[str, list[str]] = {}
    for (path, verb), names in sorted(calls.items()):
        row = f"| `{_VERBS[verb]} {path}` | {', '.join(f'`{name}`' for name in sorted(names))} |"
        sections.setdefault(_family(path), []).append(row)
    lines = [
        "# Operations",
        "",
        f"The {len(calls)} operations that the clients have a method for, by path. A method is written as on either",
        "client; `organization_id` and the like stand for the ids that lead into a scope. What each takes and gives is",
        "on the pages of its resource. This page is made from the package itself.",
    ]
    for family, rows in sections.items():
        lines += ["", f"## {family}", "", "| operation | method |", "|---|---|", *rows]
    return "\n".join(lines) + "\n"


def _family(path: str) -> str:
    """`Organizations: webhooks` for `/v2/organizations/{orgId}/webhooks/{webhookId}`."""
    segments = [segment for segment in path.removeprefix("/v2/").split("/") if "{" not in segment]
    inside = segments[0] in {"organizations", "teams"} and len(segments) > 1
    words = [_WORDS.get(segment) or segment.replace("-", " ") for segment in segments[: 2 if inside else 1]]
    first = words[0][:1].upper() + words[0][1:]
    return f"{first}: {words[1][:1].lower() + words[1][1:]}" if inside else first


def deviations_page() -> str:
    """Where the package goes by the servers and not by the document, one by one."""
    lines = [
        "# Deviations from the document",
        "",
        "Cal.com's OpenAPI document is not always what its servers do; live answers outrank it. [What the live API",
        "does](live-api.md) tells it as a whole; this is every single place where the package knowingly does other",
        "than the document says. `*` stands for anything. The tables are those that the contract tests go by: a line",
        "that is not needed any more fails there.",
        "",
        "## In what is sent and read",
        "",
        "| operations | where | why |",
        "|---|---|---|",
        *(f"| `{one.operations}` | {_place(one.kind, one.where)} | {one.reason} |" for one in DEVIATIONS),
        "",
        "## In the document's schemas",
        "",
        "| schema | property | how it is |",
        "|---|---|---|",
        *(f"| `{one.schemas}` | `{one.property}` | {one.reason} |" for one in CORRECTIONS),
    ]
    return "\n".join(lines) + "\n"


def _place(kind: str, where: str) -> str:
    """`body`, `attendee.email`: which part of a call, then which name in it."""
    found = re.fullmatch(r"(query|body|path|answer) (.+)", where)
    if found is None:
        return f"`{where}`" if where else kind
    return f"{found[1]} `{found[2]}`"


PAGES = {"reference/operations.md": operations_page, "deviations.md": deviations_page}
"""The pages by their place below `docs/`."""


def write(folder: Path) -> None:
    """Write every page below a folder."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
