"""What a sandbox was asked, with assertions whose failures say what was wanted and what came instead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, overload

import attrs

from calcom_async.sandbox.app import SeenRequest
from calcom_async.sandbox.faults import When

__all__ = ["RequestLog", "Wanted"]

_SHOWN = 30
"""Requests that a failure lists; the last ones of more."""
_LONGEST = 200
"""Characters of a value that a failure shows."""


@attrs.frozen(kw_only=True)
class Wanted:
    """A description of requests. What is not given may be anything.

    Attributes:
        method: The method.
        path: The path below `/v2`, with `*` and `**` as in `When`.
        body: What the JSON body has to contain: of objects the named fields, of lists every item.
        query: Parameters and their values; lists for several.
        headers: Headers and their values, whatever the case of their names.
        status: The status it was answered with.
    """

    method: str | None = None
    path: str | None = None
    body: Any = None
    query: Mapping[str, Any] = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict)
    status: int | None = None

    def names(self, seen: SeenRequest) -> bool:
        """Whether method and path agree."""
        return When(method=self.method, path=self.path).matches(seen.method, below_version(seen.path), {})

    def differences(self, seen: SeenRequest) -> list[str]:
        """What does not agree, a line each; empty for a request as described."""
        found: list[str] = []
        if not self.names(seen):
            found.append(f"{seen.method} {shown_path(seen.path)} is another request")
        if self.body is not None:
            found += _differences("body", self.body, seen.body)
        for name, value in self.query.items():
            wanted = [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
            sent = seen.query.get(name)
            if sent != wanted:
                found.append(f"query {name}: wanted {_short(wanted)}, was {_short(sent)}")
        headers = {name.lower(): text for name, text in seen.headers.items()}
        for name, text in self.headers.items():
            if headers.get(name.lower()) != text:
                found.append(f"header {name}: wanted {text!r}, was {headers.get(name.lower())!r}")
        if self.status is not None and seen.status != self.status:
            found.append(f"status: wanted {self.status}, was {seen.status}")
        return found

    def __str__(self) -> str:
        words = [f"{self.method or 'any method'} {shown_path(self.path) if self.path is not None else 'any path'}"]
        if self.body is not None:
            words.append(f"with body {_short(self.body)}")
        if self.query:
            words.append(f"with query {_short(dict(self.query))}")
        if self.headers:
            words.append(f"with headers {_short(dict(self.headers))}")
        if self.status is not None:
            words.append(f"answered {self.status}")
        return " ".join(words)


class RequestLog(Sequence[SeenRequest]):
    """The requests of a test, oldest first; it grows while the test runs.

    The assertions take `method`, `path`, `body`, `query`, `headers` and `status`, as `Wanted` describes them.
    """

    def __init__(self, read: Callable[[], Sequence[SeenRequest]], start: int = 0) -> None:
        """Show what `read` gives, without the first `start`."""
        self._read = read
        self._start = start

    @overload
    def __getitem__(self, index: int) -> SeenRequest: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[SeenRequest]: ...

    def __getitem__(self, index: int | slice) -> SeenRequest | Sequence[SeenRequest]:
        return self._now()[index]

    def __len__(self) -> int:
        return len(self._now())

    def __iter__(self) -> Iterator[SeenRequest]:
        return iter(self._now())

    def __repr__(self) -> str:
        return f"RequestLog({[f'{seen.method} {shown_path(seen.path)}' for seen in self._now()]})"

    def clear(self) -> None:
        """Begin anew: what came so far is out of sight."""
        self._start = len(self._read())

    def matching(self, method: str | None = None, path: str | None = None, **wanted: Any) -> list[SeenRequest]:
        """The requests as described."""
        description = Wanted(method=method, path=path, **wanted)
        return [seen for seen in self._now() if not description.differences(seen)]

    def assert_one(self, method: str | None = None, path: str | None = None, **wanted: Any) -> SeenRequest:
        """There is exactly one request as described; it is returned.

        Raises:
            AssertionError: there is none, or there are several.
        """
        __tracebackhide__ = True
        return self.assert_count(1, method, path, **wanted)[0]

    def assert_none(self, method: str | None = None, path: str | None = None, **wanted: Any) -> None:
        """There is no request as described.

        Raises:
            AssertionError: there is.
        """
        __tracebackhide__ = True
        self.assert_count(0, method, path, **wanted)

    def assert_count(
        self, count: int, method: str | None = None, path: str | None = None, **wanted: Any
    ) -> list[SeenRequest]:
        """There are so many requests as described; they are returned.

        Raises:
            AssertionError: there are more, or fewer.
        """
        __tracebackhide__ = True
        description = Wanted(method=method, path=path, **wanted)
        all_of_them = self._now()
        found = [seen for seen in all_of_them if not description.differences(seen)]
        if len(found) != count:
            raise AssertionError(_report(count, description, all_of_them))
        return found

    def _now(self) -> Sequence[SeenRequest]:
        return list(self._read())[self._start :]


def below_version(path: str) -> str:
    """A path without `/v2` or `/api/v2` before it."""
    return path.removeprefix("/api").removeprefix("/v2")


def shown_path(path: str) -> str:
    """A path as people write it: `bookings/abc`."""
    return below_version(path).strip("/")


def _report(count: int, wanted: Wanted, seen: Sequence[SeenRequest]) -> str:
    found = sum(not wanted.differences(each) for each in seen)
    number = "no request" if count == 0 else "one request" if count == 1 else f"{count} requests"
    verb = "is" if 1 in (found, len(seen)) else "are"
    came = f"{found or 'none'} of {len(seen)} {verb}" if seen else "nothing was asked"
    lines = [f"wanted {number} {wanted}; {came}"]
    hidden = max(len(seen) - _SHOWN, 0)
    if hidden:
        lines.append(f"  … {hidden} before")
    for place, each in enumerate(seen[hidden:], hidden + 1):
        differences = wanted.differences(each)
        mark = "✓" if not differences else " "
        lines.append(f"{mark} {place}. {_line(each)}")
        if differences and wanted.names(each):
            lines += [f"       {difference}" for difference in differences]
    return "\n".join(lines)


def _line(seen: SeenRequest) -> str:
    query = "&".join(f"{name}={value}" for name, values in seen.query.items() for value in values)
    answer = "no answer" if seen.status is None else seen.status
    faults = f" ({', '.join(seen.faults)})" if seen.faults else ""
    return f"{seen.method} {shown_path(seen.path)}{'?' + query if query else ''} → {answer}{faults}"


def _differences(where: str, wanted: Any, sent: Any) -> list[str]:
    if isinstance(wanted, Mapping) and isinstance(sent, Mapping):
        found: list[str] = []
        for name, value in wanted.items():
            if name not in sent:
                found.append(f"{where}.{name}: wanted {_short(value)}, was not sent")
            else:
                found += _differences(f"{where}.{name}", value, sent[name])
        return found
    if isinstance(wanted, list | tuple) and isinstance(sent, list) and len(wanted) == len(sent):
        return [
            line
            for place, (one, other) in enumerate(zip(wanted, sent, strict=True))
            for line in _differences(f"{where}[{place}]", one, other)
        ]
    return [] if wanted == sent else [f"{where}: wanted {_short(wanted)}, was {_short(sent)}"]


def _short(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except TypeError:
        text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
