"""Plays the recorded requests to a sandbox, in their order, and compares its answers with the recorded ones."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, Final

import aiohttp
from attrs import define, field, frozen
from yarl import URL

from calcom_async.sandbox import RateLimit, Sandbox, instants

from . import recorded_world
from .interludes import INTERLUDES
from .recorded import Pair, pairs
from .recorded_world import Key
from .shapes import differences

_STARTS: Final = {"server.jsonl": "2026-11-22T10:43:30Z", "server-2.jsonl": "2026-11-22T11:38:30Z"}
_FRESH: Final = {"server.jsonl": ("0495",), "server-2.jsonl": ("0892", "1074", "1083", "1123")}
"""Where a recording went on with a fresh database."""
_CLIENT: Final = {"x-cal-client-id": "clcplatclient0001", "x-cal-secret-key": "plat-secret-0001"}
_HUGE: Final = "...(11 MiB of x)..."
_JWT: Final = "(a-jwt-stood-here)"
_OF_BEFORE: Final = ("mu-me-old-token",)
"""Pairs that use the token before the last one."""
_REFRESHES: Final = "mu-refresh"
"""The pair that uses the last refresh token; the recorder put one word in the place of all."""
_CHANGES: Final = ("cancel", "confirm", "decline", "guests", "mark-absent", "reassign", "location")
"""Last words of paths that change a booking: its answer is no new one."""
_VERSIONS: Final = {
    "/schedules": "2024-06-11",
    "/event-types": "2024-06-14",
    "/slots": "2024-09-04",
    "/verified-res": "2024-04-15",
}
_COUNTED: Final = {
    "event-types": "event types",
    "schedules": "schedules",
    "memberships": "memberships",
    "users": "users",
    "teams": "teams",
    "organizations": "teams",
    "ooo": "out of office",
}
"""Shelves with numbers for ids, by the last word of the path that creates."""


@frozen(kw_only=True)
class Outcome:
    """A pair and where the sandbox's answer differs from it."""

    pair: Pair
    status: int
    differences: tuple[str, ...]
    message: bool
    """Whether an error says the same, numbers and ids aside."""

    @property
    def agrees(self) -> bool:
        return not self.differences


@define
class Player:
    """One stretch of a file played to one sandbox. `names` maps recorded uids, links and tokens to those of the sandbox."""

    file: str
    pairs: list[Pair]
    sandbox: Sandbox
    session: aiohttp.ClientSession
    names: dict[str, str] = field(factory=dict)
    _seen: set[Key] = field(factory=set)
    _tokens: list[str] = field(factory=list)
    _renewals: list[str] = field(factory=list)

    async def play(self) -> list[Outcome]:
        """Every pair of the stretch."""
        backend = self.sandbox.backend
        recorded_world.create(backend, self.file, seeded=self.pairs[0].number > "0024" or self.file != "server.jsonl")
        sights: dict[Key, list[tuple[int, dict[str, Any]]]] = {}
        for place, pair in enumerate(self.pairs):
            for key, seen in recorded_world.objects(pair.body):
                sights.setdefault(key, []).append((place, seen))
        texts = {key for key in sights if isinstance(key[1], str)}
        outcomes = []
        for place, pair in enumerate(self.pairs):
            self._set_clock(pair)
            self._prepare(place, pair, sights, texts)
            told = [await self._interlude(*each) for each in INTERLUDES.get((self.file, pair.number), ())]
            outcomes.append(await self._one(pair, [each for each in told if each]))
        return outcomes

    def _set_clock(self, pair: Pair) -> None:
        stamp = pair.body.get("timestamp") if isinstance(pair.body, dict) else None
        moment = instants.parse(stamp) if stamp else None
        clock = self.sandbox.clock
        if moment is not None and moment > clock.milliseconds():
            clock.advance(seconds=(moment - clock.milliseconds()) / 1000)

    def _prepare(
        self, place: int, pair: Pair, sights: dict[Key, list[tuple[int, dict[str, Any]]]], texts: set[Key]
    ) -> None:
        """Put what is seen for the first time in place, unless this very request makes it."""
        if pair.path.endswith("/verification-code/verify") and pair.status == 200:
            self.sandbox.backend.store.codes.put({"id": pair.sent["email"], "code": pair.sent["code"]})
        answered = dict(recorded_world.objects(pair.body))
        named = set(recorded_world.mentions(pair.path, pair.sent, texts))
        verb = pair.path.partition("?")[0].rpartition("/")[2]
        made = pair.method == "POST" and pair.status in (200, 201) and verb not in _CHANGES
        order = ("team", "user", "schedule", "event type")
        for key in sorted({*answered, *named} - self._seen, key=lambda each: (each[0] not in order, str(each))):
            self._seen.add(key)
            if (made and key not in named) or key not in sights:
                continue
            seen = answered.get(key) or next((each for at, each in sights[key] if at >= place), sights[key][0][1])
            if key in answered and key[0] == "booking":
                seen = recorded_world.before(seen, verb, pair.sent)
            recorded_world.put(self.sandbox.backend, key, seen)

    async def _interlude(self, method: str, path: str, user: str, body: Any) -> str:
        """Change the world as it was changed unrecorded; what went wrong, if anything did."""
        if method.isupper() and not path.startswith("/"):
            recorded_world.change(self.sandbox.backend, method, self._mapped(path), body)
            self._tokens += [path] if method == "TOKEN" else []
            return ""
        refused, method = method.endswith("?"), method.removesuffix("?")
        version = next((each for part, each in _VERSIONS.items() if part in path), "2024-08-13")
        key = {"Authorization": f"Bearer cal_test_{user}_0123456789abcdef"}
        headers = (_CLIENT if user == "client" else key) | {"cal-api-version": version}
        url = URL(f"{self.sandbox.url}{self._mapped(path)}", encoded=True)
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            if answer.status >= 300 and refused:
                return ""
            if answer.status >= 300:
                return f"before: {method} {path}: {answer.status} {text[:200]}"
            tokens = list(self._tokens)
            self._learn(json.loads(text), json.loads(text))
            if tokens:  # those of somebody else are not those that are used next
                self._tokens[:] = tokens
            return ""

    async def _one(self, pair: Pair, complaints: list[str]) -> Outcome:
        if pair.method == "POST" and pair.status == 201:
            self._force_number(pair)
        headers = {name: self._mapped(value) for name, value in pair.headers.items()}
        if _JWT in headers.get("Authorization", "") and self._tokens:
            place = -2 if pair.name in _OF_BEFORE and len(self._tokens) > 1 else -1
            headers["Authorization"] = f"Bearer {self._tokens[place]}"
        origin = self.sandbox.url.removesuffix("/v2")
        url = URL(origin + self._mapped(pair.path), encoded=True)
        data = self._body(pair)
        async with self.session.request(
            pair.method, url, data=data, headers=headers, skip_auto_headers=("Content-Type",), allow_redirects=False
        ) as answer:
            raw = await answer.read()
            try:
                body = json.loads(raw) if raw else None
            except ValueError:
                body = raw.decode()
            found = (*complaints, *self._compare(pair, answer, body))
        if answer.status == pair.status and pair.status < 300:
            self._learn(pair.body, body)
            if "ETag" in pair.answered and "ETag" in answer.headers:
                self.names[pair.answered["ETag"]] = answer.headers["ETag"]
        return Outcome(pair=pair, status=answer.status, differences=found, message=_words(pair.body) == _words(body))

    def _compare(self, pair: Pair, answer: aiohttp.ClientResponse, body: Any) -> Iterator[str]:
        if answer.status != pair.status:
            said = body.get("error", body) if isinstance(body, dict) else body
            words = said.get("message") if isinstance(said, dict) else said
            yield f"status {pair.status}, here {answer.status} ({str(words)[:120]})"
            return
        if pair.answered:
            real, ours = _headers(pair.answered), _headers(answer.headers)
            if real != ours:
                yield f"headers {sorted(real ^ ours)}"
        if code(pair.body) != code(body):
            yield f"code {code(pair.body)}, here {code(body)}"
        if isinstance(pair.body, str) and not pair.body:
            yield from () if body is None else ("a body here only",)
        else:
            yield from differences(pair.body, body)

    def _force_number(self, pair: Pair) -> None:
        """Let what this request makes have the number it had."""
        shelf = _COUNTED.get(pair.path.partition("?")[0].rstrip("/").rpartition("/")[2])
        data = pair.body.get("data") if isinstance(pair.body, dict) else None
        first = data[0] if isinstance(data, list) and data else data
        if isinstance(first, dict) and isinstance(first.get("user"), dict):
            first = first["user"] if "id" not in first else first
        if shelf is not None and isinstance(first, dict) and isinstance(first.get("id"), int):
            store = self.sandbox.backend.store
            store.write_note(f"next id of {shelf}", str(first["id"]))

    def _body(self, pair: Pair) -> bytes | io.BytesIO | None:
        if isinstance(pair.sent, str) and _HUGE in pair.sent:
            return io.BytesIO(pair.sent.replace(_HUGE, "x" * 11 * 2**20).encode())
        if pair.name == _REFRESHES and self._renewals:
            return json.dumps({"refreshToken": self._renewals[-1]}).encode()
        if isinstance(pair.sent, str):
            return self._mapped(pair.sent).encode()
        if pair.sent is None:
            return None
        return self._mapped(json.dumps(pair.sent)).encode()

    def _mapped(self, text: str) -> str:
        for real, ours in self.names.items():
            if real in text:
                text = text.replace(real, ours)
        return text

    def _learn(self, real: Any, ours: Any) -> None:
        """Which name of the sandbox stands for which recorded one."""
        if isinstance(real, dict) and isinstance(ours, dict):
            for name in real.keys() & ours.keys():
                self._learn(real[name], ours[name])
                if name == "accessToken" and isinstance(ours[name], str):
                    self._tokens.append(ours[name])
                elif name == "refreshToken" and isinstance(ours[name], str):
                    self._renewals.append(ours[name])
                elif _is_name(name, real[name]) and isinstance(ours[name], str) and real[name] != ours[name]:
                    self.names.setdefault(real[name], ours[name])
        elif isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
            for one, other in zip(real, ours, strict=True):
                self._learn(one, other)


def _is_name(key: str, value: Any) -> bool:
    called = key in ("id", "token", "apiKey", "clientId", "clientSecret") or key.lower().endswith(
        ("uid", "linkid", "optionid")
    )
    return called and isinstance(value, str) and len(value) > 8 and not value.startswith("(")


def _headers(headers: Any) -> set[str]:
    names = {name.lower() for name in headers}
    return {name for name in names if name.startswith("x-ratelimit-") or name in ("x-request-id", "location")}


def code(body: Any) -> str | None:
    """The code of an error."""
    error = body.get("error") if isinstance(body, dict) else None
    return error.get("code") if isinstance(error, dict) else None


def _words(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    error = body.get("error")
    text = error.get("message") if isinstance(error, dict) else body.get("message")
    return "".join(each for each in str(text) if not each.isdigit())[:60]


def stretches(file: str) -> list[list[Pair]]:
    """The pairs of a file, split where it went on with a fresh database."""
    found: list[list[Pair]] = [[]]
    for pair in pairs(file):
        if pair.number in _FRESH.get(file, ()):
            found.append([])
        found[-1].append(pair)
    return found


async def replay(file: str) -> list[Outcome]:
    """Play one file, each stretch of it to a fresh self-hosted sandbox."""
    outcomes = []
    for stretch in stretches(file):
        sandbox = Sandbox(now=_STARTS[file], profile="self-hosted", rate_limit=RateLimit(limit=1_000_000))
        async with sandbox, aiohttp.ClientSession() as session:
            outcomes += await Player(file, stretch, sandbox, session).play()
    return outcomes
