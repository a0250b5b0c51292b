"""What is behind OAuth 2.0: clients, the codes of consents, and the tokens they are exchanged for.

Tokens look like those of the real service (JSON web tokens), but only their digests are kept and nothing is read out of
them. A refresh ends every refresh token of the same user and client; access tokens live on until they expire.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from attrs import field, frozen

from calcom_async.sandbox import instants, oauth_scopes, wire_json
from calcom_async.sandbox.answers import ApiError
from calcom_async.sandbox.backend import Backend, key_digest
from calcom_async.sandbox.credentials import TOKENS
from calcom_async.sandbox.store import Record

CLIENTS: Final = "oauth clients"
CODES: Final = "oauth codes"
ACCESS_SECONDS: Final = 1800

_CODE_LIFE: Final = 10 * instants.MINUTE
_REFRESH_LIFE: Final = 30 * instants.DAY


@frozen(kw_only=True)
class OAuthClient:
    """An OAuth 2.0 client as its owner knows it.

    Attributes:
        client_id: its id.
        client_secret: the secret of a confidential client, None for a public one.
        name: what users see when they are asked.
        redirect_uris: where users may be sent back to.
        scopes: what it may ask for; empty for a client of the old kind, whose tokens may do everything.
    """

    client_id: str
    client_secret: str | None = field(repr=False)
    name: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]


@frozen(kw_only=True)
class IssuedTokens:
    """Tokens given out without a consent, for tests.

    Attributes:
        access_token: good for half an hour on the sandbox's clock.
        refresh_token: good once, for thirty days.
        scopes: what the access token may do.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scopes: tuple[str, ...]


def refusal(status: int, error: str, description: str) -> ApiError:
    """OAuth's own shape of an error: bare, with a code and a description."""
    return ApiError(status, None, {"error": error, "error_description": description})


def make_client(
    backend: Backend,
    *,
    name: str,
    redirect_uris: Iterable[str],
    scopes: Iterable[str],
    public: bool,
    approved: bool,
    owner: int | None,
) -> OAuthClient:
    """Register a client."""
    wanted = tuple(scopes)
    unknown = sorted(set(wanted) - oauth_scopes.known())
    if unknown:
        raise ValueError(f"no such scope: {', '.join(unknown)}")
    secret = None if public else key_digest(backend.names.uuid())
    client_id = hashlib.sha256(backend.names.uuid().encode()).hexdigest()
    addresses = tuple(redirect_uris)
    record = {
        "id": client_id,
        "name": name,
        "redirectUris": list(addresses),
        "scopes": list(wanted),
        "secret": None if secret is None else key_digest(secret),
        "public": public,
        "approved": approved,
        "ownerId": owner,
        "logo": None,
    }
    backend.store.shelf(CLIENTS).put(record)
    return OAuthClient(
        client_id=client_id,
        client_secret=secret,
        name=name,
        redirect_uris=addresses,
        scopes=wanted,
    )


def allowed(client: Record, user_id: int | None) -> bool:
    """Whether a client is approved, or used by its own owner."""
    return bool(client["approved"]) or (user_id is not None and client["ownerId"] == user_id)


def give_code(
    backend: Backend, client: Record, user_id: int, *, redirect_uri: str, scopes: Sequence[str], challenge: str | None
) -> str:
    """A code for a consent; good once, for ten minutes."""
    code = base64.urlsafe_b64encode(hashlib.sha512(backend.names.uuid().encode()).digest()[:40]).decode().rstrip("=")
    record = {
        "id": key_digest(code),
        "clientId": client["id"],
        "userId": user_id,
        "redirectUri": redirect_uri,
        "scopes": list(scopes),
        "challenge": challenge,
        "expiresAt": backend.clock.milliseconds() + _CODE_LIFE,
    }
    backend.store.shelf(CODES).put(record)
    return code


def exchange_code(
    backend: Backend, client: Record, code: str, *, redirect_uri: str, verifier: str | None
) -> dict[str, Any]:
    """The tokens for a code, which is used up by the attempt."""
    shelf = backend.store.shelf(CODES)
    record = shelf.get(key_digest(code))
    if record is None or record["clientId"] != client["id"]:
        raise refusal(400, "invalid_grant", "code_invalid_or_expired")
    shelf.delete(record["id"])
    if record["expiresAt"] <= backend.clock.milliseconds():
        raise refusal(400, "invalid_grant", "code_invalid_or_expired")
    if record["redirectUri"] != redirect_uri:
        raise refusal(400, "invalid_grant", "redirect_uri_mismatch")
    if not allowed(client, record["userId"]):
        raise refusal(401, "unauthorized_client", "client_not_approved")
    if client["public"] or record["challenge"] is not None:
        _check_verifier(record["challenge"], verifier)
    return issue(backend, client, record["userId"], record["scopes"])


def exchange_refresh_token(backend: Backend, client: Record, token: str) -> dict[str, Any]:
    """New tokens for a refresh token, which ends with all others of its user and client."""
    shelf = backend.store.shelf(TOKENS)
    record = shelf.get(key_digest(token))
    over = record is not None and record["expiresAt"] <= backend.clock.milliseconds()
    if record is None or record["kind"] != "refresh" or record["scopes"] is None or over:
        raise refusal(400, "invalid_grant", "invalid_refresh_token")
    if record["clientId"] != client["id"]:
        raise refusal(400, "invalid_grant", "client_id_mismatch")
    if not allowed(client, record["userId"]):
        raise refusal(401, "unauthorized_client", "client_not_approved")
    if record.get("revoked"):
        raise refusal(400, "invalid_grant", "refresh_token_revoked")
    parent = _parent(client["id"], record["userId"])
    for each in shelf.of(parent):
        if each["kind"] == "refresh":
            shelf.put({**each, "revoked": True}, parent=parent)
    return issue(backend, client, record["userId"], record["scopes"])


def issue(backend: Backend, client: Record, user_id: int, scopes: Sequence[str]) -> dict[str, Any]:
    """A pair of tokens, in the words of the token endpoint."""
    now = backend.clock.milliseconds()
    tokens = {}
    for kind, life in (("access", ACCESS_SECONDS * 1000), ("refresh", _REFRESH_LIFE)):
        claims = {
            "userId": user_id,
            "scope": list(scopes),
            "token_type": f"{kind.title()} Token",
            "clientId": client["id"],
            "iat": now // 1000,
            "exp": (now + life) // 1000,
        }
        tokens[kind] = web_token(backend, claims)
        record = {
            "id": key_digest(tokens[kind]),
            "kind": kind,
            "userId": user_id,
            "clientId": client["id"],
            "scopes": list(scopes),
            "expiresAt": now + life,
        }
        backend.store.shelf(TOKENS).put(record, parent=_parent(client["id"], user_id))
    return {
        "access_token": tokens["access"],
        "token_type": "bearer",
        "refresh_token": tokens["refresh"],
        "expires_in": ACCESS_SECONDS,
        "scope": " ".join(scopes),
    }


def web_token(backend: Backend, claims: dict[str, Any]) -> str:
    """A text in the form of a JSON web token, unlike any other."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {**claims, "jti": backend.names.uuid()})
    head = ".".join(_encoded(wire_json.dumps(part)) for part in parts)
    return f"{head}.{_encoded(hashlib.sha256(head.encode()).digest())}"


def _parent(client_id: str, user_id: int) -> str:
    return f"{client_id}/{user_id}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    if challenge is None or not verifier:
        raise refusal(400, "invalid_request", "pkce_missing_parameters_or_invalid_method")
    if _encoded(hashlib.sha256(verifier.encode()).digest()) != challenge:
        raise refusal(400, "invalid_grant", "pkce_verification_failed")
