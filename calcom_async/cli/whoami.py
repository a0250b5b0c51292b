"""`calcom-async whoami`: whose credential is used, of which kind, with which scopes; never the credential itself."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import typer

from calcom_async.cli.options import command
from calcom_async.cli.output import Column, print_json, print_record
from calcom_async.cli.session import Session, Target
from calcom_async.core.auth_given import oauth_of_account
from calcom_async.errors import PermissionDeniedError
from calcom_async.models.me import Profile

__all__ = ["register"]

_COLUMNS = (
    Column("User", lambda told: told["user"]),
    Column("Server", lambda told: told["base_url"]),
    Column("Account", lambda told: told["account"]),
    Column("Credential", lambda told: told["credential"]),
    Column("OAuth client", lambda told: told["client_id"]),
    Column("Scopes", lambda told: told["scopes"]),
    Column("Token ends", lambda told: told["ends"]),
)


def register(app: typer.Typer) -> None:
    """Hang the command on the program."""
    command(app, "whoami", example="whoami\nwhoami --account work --json")(_whoami)


async def _whoami(session: Session) -> None:
    """Who calls, with a key or a login, and what it may do."""
    target = session.target()
    async with session.client() as cal:
        profile: Profile | None
        try:
            profile = await cal.me.get()
        except PermissionDeniedError as error:
            if not error.missing_scopes:
                raise
            profile = None
        told: dict[str, Any] = {
            "user": None if profile is None else profile.to_dict(),
            "base_url": cal.base_url,
            "account": target.account.name if target.account is not None else None,
        } | await _credential(target)
        if session.options.as_json:
            print_json(told)
            return
        told |= {
            "user": f"{profile.name} ({profile.email}), user {profile.id}"
            if profile is not None
            else "unknown: the token lacks the scope PROFILE_READ",
            "scopes": " ".join(told["scopes"]) or ("all" if told["client_id"] else "those of its owner"),
            "ends": _in_words(told["expires_at"]),
        }
        print_record(session.out, _COLUMNS, told, session.utc)


async def _credential(target: Target) -> dict[str, Any]:
    """The kind of credential, and what is known of it."""
    if target.login is None or target.login.oauth is None:
        return {"credential": f"API key ({target.key_source})", "client_id": None, "scopes": [], "expires_at": None}
    tokens = await oauth_of_account(target.login).token_store.load()
    ends = None if tokens is None or tokens.expires_at is None else datetime.fromtimestamp(tokens.expires_at, UTC)
    return {
        "credential": f"login ({target.key_source})",
        "client_id": target.login.oauth.client_id,
        "scopes": [] if tokens is None else list(tokens.scopes),
        "expires_at": None if ends is None else ends.isoformat(timespec="seconds"),
    }


def _in_words(expires_at: str | None) -> str | None:
    if expires_at is None:
        return None
    minutes = (datetime.fromisoformat(expires_at).timestamp() - time.time()) / 60
    return f"in {minutes:.0f} min, and is renewed before" if minutes > 0 else "now, and is renewed with the next call"
