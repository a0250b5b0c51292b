"""The file of a cassette: recorded requests and answers as JSON, redacted before they are written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import asdict, evolve, frozen

from calcom_async.testing.redaction import Redactor, agrees

__all__ = ["MATCHED", "Asked", "Exchange", "Given", "load", "redacted", "save"]

MATCHED: Final = ("method", "path", "query", "version", "body")
"""What makes two requests the same."""
_VERSION: Final = 1


@frozen(kw_only=True)
class Asked:
    """A request, without its credential.

    Attributes:
        method: the method.
        path: the path below the base URL, as sent.
        query: the parameters, sorted.
        version: the `cal-api-version` header.
        body: the JSON, the fields of a form, or text; None for none.
    """

    method: str
    path: str
    query: list[list[str]]
    version: str | None
    body: Any

    def same(self, sent: Asked, matched: Sequence[str]) -> bool:
        """Whether `sent` is this request, as far as is to be compared."""
        return not self.differing(sent, matched)

    def differing(self, sent: Asked, matched: Sequence[str]) -> list[str]:
        """In what `sent` differs from this request."""
        return [name for name in matched if not agrees(getattr(self, name), getattr(sent, name))]


@frozen(kw_only=True)
class Given:
    """An answer.

    Attributes:
        status: the status.
        content_type: the type of the body.
        body: the JSON; None where it was none.
        text: the body that was no JSON.
    """

    status: int
    content_type: str
    body: Any = None
    text: str | None = None

    def content(self) -> bytes:
        """The bytes of the body."""
        if self.text is not None:
            return self.text.encode()
        return b"" if not self.content_type else json.dumps(self.body).encode()


@frozen
class Exchange:
    """A request and its answer."""

    asked: Asked
    given: Given


def redacted(exchanges: Iterable[Exchange], also: Iterable[str] = ()) -> list[Exchange]:
    """The same exchanges, fit for a repository."""
    found = list(exchanges)
    redactor = Redactor(also=list(also))
    for each in found:
        redactor.learn(dict(map(tuple, each.asked.query)))  # type: ignore[arg-type] # pairs
        redactor.learn(each.asked.body)
        redactor.learn(each.given.body)
    return [
        Exchange(
            evolve(
                each.asked,
                path=redactor.text(each.asked.path),
                query=[[name, redactor.query(name, value)] for name, value in each.asked.query],
                body=redactor.redact(each.asked.body),
            ),
            evolve(
                each.given,
                body=redactor.redact(each.given.body),
                text=None if each.given.text is None else redactor.text(each.given.text),
            ),
        )
        for each in found
    ]


def save(path: Path, exchanges: Iterable[Exchange]) -> None:
    """Write a cassette, whole or not at all."""
    content = {"version": _VERSION, "exchanges": [asdict(each) for each in exchanges]}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path: Path) -> list[Exchange]:
    """Read a cassette.

    Raises:
        ValueError: it is none, or one of a later release.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, Mapping) or content.get("version") != _VERSION:
            raise ValueError(f"{path.name} is no cassette of version {_VERSION}")
        return [Exchange(Asked(**each["asked"]), Given(**each["given"])) for each in content["exchanges"]]
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path.name} is no cassette: {error}") from None
