"""Tokens as a value, and when they are due: pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import attrs

from calcom_async.errors import DecodeError
from calcom_async.guesses import naming_arguments
from calcom_async.settings import Hidden

__all__ = ["Tokens", "is_due", "of_managed_user", "of_text", "of_token_endpoint", "to_text"]

MARGIN_SECONDS = 60.0
"""How long before its end a token is renewed: it must still be good when the call arrives."""


def _hidden(text: str) -> Hidden:
    return Hidden(text)


def _scopes(scopes: Any) -> tuple[str, ...]:
    return tuple(scopes.replace(",", " ").split() if isinstance(scopes, str) else scopes)


@naming_arguments
@attrs.frozen(kw_only=True)
class Tokens:
    """An access token, and what gives the next one. They show in no repr and can't be pickled; `to_dict` tells them.

    Attributes:
        access_token: What calls are made with; empty where only a refresh token is known.
        refresh_token: Good once; empty where there is none.
        expires_at: When the access token ends, in seconds since 1970 by this machine's clock; None where that is not
            known.
        issued_at: When it began, likewise.
        scopes: What it may do; empty where the server does not say.
    """

    access_token: str = attrs.field(default="", converter=_hidden, repr=False)
    refresh_token: str = attrs.field(default="", converter=_hidden, repr=False)
    expires_at: float | None = None
    issued_at: float | None = None
    scopes: tuple[str, ...] = attrs.field(default=(), converter=_scopes)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data for a store of your own, tokens included: keep it where nobody else reads."""
        return {
            "access_token": str.__str__(self.access_token),
            "refresh_token": str.__str__(self.refresh_token),
            "expires_at": self.expires_at,
            "issued_at": self.issued_at,
            "scopes": list(self.scopes),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Tokens:
        """What `to_dict` gave.

        Raises:
            DecodeError: it is something else.
        """
        tokens = _of_dict(data)
        if tokens is None:
            del data  # no traceback is to show it
            raise DecodeError("these are no tokens")
        return tokens

    def __reduce__(self) -> NoReturn:
        raise TypeError("tokens can't be pickled; use a token store that both processes reach")


def of_text(text: str) -> Tokens | None:
    """The tokens that a store keeps as JSON; None where they are none.

    Args:
        text: JSON of `Tokens.to_dict()`.
    """
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return _of_dict(data) if isinstance(data, dict) else None


def to_text(tokens: Tokens) -> Hidden:
    """JSON of tokens, for a store."""
    return Hidden(json.dumps(tokens.to_dict()))


def is_due(tokens: Tokens, now: float, margin: float = MARGIN_SECONDS) -> bool:
    """Whether the access token has to be renewed before it is used.

    Args:
        tokens: The tokens.
        now: Seconds since 1970.
        margin: How long before its end, in seconds; a fifth of its life where that is less.
    """
    if not tokens.access_token:
        return True
    if tokens.expires_at is None:
        return False
    life = None if tokens.issued_at is None else max(0.0, tokens.expires_at - tokens.issued_at)
    return now >= tokens.expires_at - (margin if life is None else min(margin, life / 5))


def of_token_endpoint(answer: Any, asked_at: float) -> Tokens | None:
    """The tokens of an answer of OAuth's token endpoint.

    Args:
        answer: The parsed answer.
        asked_at: When it was asked for, in seconds since 1970.

    Returns:
        The tokens; None where there are none in it.
    """
    data = answer if isinstance(answer, Mapping) else {}
    seconds, scope = data.get("expires_in"), data.get("scope")
    return _checked(
        data.get("access_token"),
        data.get("refresh_token"),
        float(seconds) if isinstance(seconds, int | float) and not isinstance(seconds, bool) else None,
        asked_at,
        scope if isinstance(scope, str) else "",
    )


def of_managed_user(answer: Any, headers: Mapping[str, str], asked_at: float) -> Tokens | None:
    """The tokens of an answer for a managed user.

    It names the instant at which the access token ends. What counts is how far that is from the instant of the answer,
    by the server's own clock: this machine's may be wrong.

    Args:
        answer: The parsed answer.
        headers: Its headers, names in lower case.
        asked_at: When it was asked for, in seconds since 1970.

    Returns:
        The tokens; None where there are none in it.
    """
    data = answer.get("data") if isinstance(answer, Mapping) else None
    data = data if isinstance(data, Mapping) else {}
    ends, seconds = data.get("accessTokenExpiresAt"), None
    if isinstance(ends, int | float) and not isinstance(ends, bool):
        seconds = ends / 1000 - _server_time(headers, asked_at)
    return _checked(data.get("accessToken"), data.get("refreshToken"), seconds, asked_at, "")


def _checked(access: Any, refresh: Any, seconds: float | None, asked_at: float, scope: str) -> Tokens | None:
    if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access.strip():
        return None
    return Tokens(
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) else "",
        expires_at=None if seconds is None else asked_at + seconds,
        issued_at=asked_at,
        scopes=scope,
    )


def _server_time(headers: Mapping[str, str], otherwise: float) -> float:
    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, TypeError):
        return otherwise


def _of_dict(data: Mapping[str, Any]) -> Tokens | None:
    texts: dict[str, Any] = {name: data.get(name, "") for name in ("access_token", "refresh_token")}
    times: dict[str, Any] = {name: data.get(name) for name in ("expires_at", "issued_at")}
    scopes = data.get("scopes", ())
    right = (
        all(isinstance(text, str) for text in texts.values())
        and any(texts.values())
        and all(at is None or (isinstance(at, int | float) and not isinstance(at, bool)) for at in times.values())
        and isinstance(scopes, list | tuple)
        and all(isinstance(scope, str) for scope in scopes)
    )
    return Tokens(**texts, **times, scopes=tuple(scopes)) if right else None
