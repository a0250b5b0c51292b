"""`python -m calcom_async.contract openapi.json`: what a document of Cal.com says that the package does not do."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from calcom_async.contract.report import Report, compare

__all__ = ["main"]

_HEADINGS = {
    "new": "New: documented, and unknown to the package",
    "gone": "Gone: in the package, and not documented",
    "changed": "Changed: in both, and not alike",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare a document with the package.

    Returns:
        The exit code: 0 where they agree, 1 where they drifted apart, 2 where there is no document to compare.
    """
    parser = argparse.ArgumentParser(
        prog="python -m calcom_async.contract",
        description="Compare an OpenAPI document of Cal.com with this package. The exit code is 1 when they differ.",
    )
    parser.add_argument("document", help="a file or a URL, such as https://api.cal.com/v2/docs-json")
    parser.add_argument("--json", action="store_true", help="for programs")
    given = parser.parse_args(arguments)
    try:
        wire = _read(given.document)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{given.document}: {error}\n")
        return 2
    report = compare(wire)
    sys.stdout.write(as_json(report) if given.json else as_text(report))
    return 1 if report.findings else 0


def _read(source: str) -> dict[str, Any]:
    """The parsed document of a file or URL.

    Raises:
        OSError: it can't be read.
        ValueError: it is no OpenAPI document in JSON.
    """
    if source.startswith(("https://", "http://")):
        from urllib.request import urlopen

        with urlopen(source, timeout=60) as answer:  # noqa: S310 - its scheme is looked at above
            text = answer.read()
    else:
        text = Path(source).read_bytes()
    wire = json.loads(text)
    if isinstance(wire, dict) and isinstance(wire.get("paths"), dict):
        return wire
    raise ValueError("no OpenAPI document: it has no paths")


def as_text(report: Report) -> str:
    """The differences for people."""
    lines: list[str] = []
    for what, heading in _HEADINGS.items():
        findings = [finding for finding in report.findings if finding.what == what]
        if findings:
            lines += [f"{heading} ({len(findings)})", *(f"  {finding}" for finding in findings), ""]
    have, of = report.count()
    lines.append(f"operations {have}/{of}, answers read {report.answers[0]}/{report.answers[1]}")
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """The differences for programs."""
    have, of = report.count()
    told = {
        "operations": {"known": have, "documented": of},
        "answers": {"read": report.answers[0], "documented": report.answers[1]},
        "findings": [attrs.asdict(finding) for finding in report.findings],
    }
    return json.dumps(told, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
