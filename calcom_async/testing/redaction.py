"""Making recorded answers fit for a repository: keys, addresses, names and secrets become placeholders.

The same value becomes the same placeholder throughout a recording, so that what belonged together still does. What was
there is not kept in any form, so nothing can be found out by guessing; `agrees` compares a placeholder with whatever
stands in its place when the recording is played.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import define, field

__all__ = ["Redactor", "agrees"]

_ADDRESS: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_KEY: Final = re.compile(r"\bcal_[A-Za-z0-9_]{6,}")
_TOKEN: Final = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_PHONE: Final = re.compile(r"(?<![\w.:-])\+\d{7,15}\b")
_SECRETS: Final = ("apikey", "authorization", "authurl", "code_verifier", "invitelink", "verificationcode")
_SECRET_ENDINGS: Final = ("password", "secret", "token", "apikey")
_OAUTH: Final = frozenset({"code", "state"})
"""Secrets in the query of OAuth and beside a `grant_type`; elsewhere, the code of an error and the like."""
_PHONES: Final = frozenset({"phonenumber", "attendeephonenumber", "smsremindernumber", "phone"})
_NAMES: Final = frozenset({"firstname", "lastname", "fullname", "attendeename", "username"})
_TEXTS: Final = frozenset(
    {
        "absentreason", "additionalnotes", "bio", "cancellationreason", "notes", "reason", "rescheduledreason",
        "reschedulingreason", "rejectionreason",
    }
)  # fmt: skip
_LINKS: Final = frozenset({"avatarurl", "bannerurl", "calvideolink", "downloadlink", "location", "meetingurl"})
_PERSONAL: Final = frozenset({"email", "displayemail", "username", "phonenumber", "avatarurl"})
"""An object with one of these is a person, and its `name` a person's."""
_ANSWERS: Final = frozenset({"bookingfieldsresponses", "responses"})
"""Objects whose texts somebody typed."""
_WORDS: Final = {
    "address": "person{}@example.com",
    "key": "cal_redacted_{}",
    "link": "https://example.com/redacted/{}",
    "name": "Redacted Name {}",
    "phone": "+1555{:07d}",
    "secret": "redacted-secret-{}",
    "text": "redacted text {}",
    "username": "redacted-user-{}",
}
_PLACEHOLDER: Final = re.compile(
    r"person\d+@example\.com|cal_redacted_\d+|https://example\.com/redacted/\d+|Redacted Name \d+|\+1555\d{7}"
    r"|redacted-secret-\d+|redacted text \d+|redacted-user-\d+"
)


@define
class Redactor:
    """Redacts the values of one recording. `learn` from all of it first, then `redact` each part.

    Attributes:
        also: Further texts to take out wherever they occur, such as a company's name.
    """

    also: Iterable[str] = ()
    _known: dict[tuple[str, str], str] = field(factory=dict)
    _counts: dict[str, int] = field(factory=dict)
    _found: set[tuple[str, str]] = field(factory=set)
    _anywhere: re.Pattern[str] | None = None

    def learn(self, value: Any) -> None:
        """Find the names in a JSON value, to take them out of titles and links, too."""
        if isinstance(value, Mapping):
            person = any(str(name).lower() in _PERSONAL and held for name, held in value.items())
            for name, held in value.items():
                kind = _kind(str(name).lower(), held, person=person)
                if kind in ("name", "username") and isinstance(held, str) and len(held) > 1:
                    self._found.add((kind, held))
                    self._anywhere = None
                self.learn(held)
        elif isinstance(value, list | tuple):
            for each in value:
                self.learn(each)

    def redact(self, value: Any) -> Any:
        """A JSON value with placeholders."""
        return self._redact(value, typed=False)

    def text(self, text: str) -> str:
        """A text (a path, a title) with placeholders for all that is known to be in it."""
        for kind, pattern in (("key", _KEY), ("secret", _TOKEN), ("address", _ADDRESS), ("phone", _PHONE)):
            text = pattern.sub(lambda match, kind=kind: self._placeholder(kind, match[0]), text)  # type: ignore[misc] # bound now, on purpose
        return self._known_texts().sub(self._known_text, text)

    def query(self, name: str, value: str) -> str:
        """The value of a query parameter with placeholders."""
        kind = "secret" if name.lower() in _OAUTH else _kind(name.lower(), value, person=False)
        return self.text(value) if kind is None else self._placeholder(kind, value)

    def _redact(self, value: Any, *, typed: bool) -> Any:
        if isinstance(value, Mapping):
            person = any(str(name).lower() in _PERSONAL and held for name, held in value.items())
            grant = "grant_type" in value
            return {
                self.text(str(name)): self._placeholder("secret", held)
                if grant and name in _OAUTH and isinstance(held, str)
                else self._field(str(name), held, person, typed)
                for name, held in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._redact(each, typed=typed) for each in value]
        if not isinstance(value, str) or not value:
            return value
        if typed and not _ADDRESS.fullmatch(value):
            return self._placeholder("text", value)
        # A word by itself is a status or a type, though somebody may be called the same.
        return self.text(value) if re.search(r"[\s/@+_.-]|cal_", value) else value

    def _field(self, name: str, held: Any, person: bool, typed: bool) -> Any:
        kind = _kind(name.lower(), held, person=person)
        if kind is None or not isinstance(held, str) or not held:
            return self._redact(held, typed=typed or name.lower() in _ANSWERS)
        return self._placeholder("address" if _ADDRESS.fullmatch(held) else kind, held)

    def _placeholder(self, kind: str, value: str) -> str:
        if _PLACEHOLDER.fullmatch(value):
            return value
        known = self._known.get((kind, value))
        if known is None:
            self._counts[kind] = number = self._counts.get(kind, 0) + 1
            known = self._known[kind, value] = _WORDS[kind].format(number)
        return known

    def _known_texts(self) -> re.Pattern[str]:
        if self._anywhere is None:
            texts = sorted({text for _, text in self._found} | set(self.also), key=len, reverse=True)
            self._anywhere = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(text) for text in texts) + r")(?!\w)")
            if not texts:
                self._anywhere = re.compile(r"(?!)")
        return self._anywhere

    def _known_text(self, match: re.Match[str]) -> str:
        kind = next((kind for kind in ("name", "username") if (kind, match[0]) in self._found), "text")
        return self._placeholder(kind, match[0])


def agrees(recorded: Any, sent: Any) -> bool:
    """Whether a request is the recorded one, where a placeholder stands for any text."""
    if isinstance(recorded, dict) and isinstance(sent, dict):
        return recorded.keys() == sent.keys() and all(agrees(recorded[name], sent[name]) for name in recorded)
    if isinstance(recorded, list) and isinstance(sent, list):
        return len(recorded) == len(sent) and all(agrees(one, other) for one, other in zip(recorded, sent, strict=True))
    if isinstance(recorded, str) and isinstance(sent, str) and _PLACEHOLDER.search(recorded):
        literal = (re.escape(part) for part in _PLACEHOLDER.split(recorded))
        return re.fullmatch(".+".join(literal), sent, re.DOTALL) is not None
    return bool(recorded == sent)


def _kind(name: str, held: Any, *, person: bool) -> str | None:
    """What is to be made of a field, by its name in lower case; None for one to be read on."""
    if not isinstance(held, str) or not held:
        return None
    if name in _SECRETS or name.endswith(_SECRET_ENDINGS):
        return "secret"
    if name in _PHONES:
        return "phone"
    if name in _TEXTS:
        return "text"
    if name == "username":
        return "username"
    if name in _NAMES or (name == "name" and person):
        return "name"
    if name in _LINKS and held.startswith(("http://", "https://")):
        return "link"
    return None
