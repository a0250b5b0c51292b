"""Who calls: by API key, by access token (OAuth 2.0 or a managed user's), or by a platform client's id and secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from attrs import frozen

from calcom_async.sandbox import oauth_scopes
from calcom_async.sandbox.answers import ApiError, refusal, worded
from calcom_async.sandbox.backend import Backend, key_digest
from calcom_async.sandbox.rate_limit import RateLimit
from calcom_async.sandbox.store import Record

API_KEY_PREFIX: Final = "cal_"
TOKENS: Final = "tokens"
PLATFORM_CLIENTS: Final = "platform clients"

_TOKEN_LIMIT: Final = RateLimit(limit=500)
_USUAL_LIMIT: Final = RateLimit().limit
_ALL: Final = "*"
_REQUIRED: Final = (
    "ApiAuthStrategy - No authentication method provided. Either pass an API key as 'Bearer' header or OAuth"
    " client credentials as 'x-cal-secret-key' and 'x-cal-client-id' headers"
)
_GUARDED: Final = (
    "PermissionsGuard - no authentication provided. Provide either authorization bearer token containing"
    " managed user access token or oAuth client id in 'x-cal-client-id' header."
)


@frozen(kw_only=True)
class Identity:
    """The user a request acts for, and on what grounds.

    Attributes:
        user: the user; the owner of the platform where a platform client itself calls.
        counted_as: whose requests are counted against the rate limit.
        scopes: what an OAuth 2.0 access token may do; None for other credentials.
        client: the platform client behind the request, if there is one.
    """

    user: Record
    counted_as: str
    scopes: tuple[str, ...] | None = None
    client: Record | None = None

    def limit(self, usual: RateLimit | None) -> RateLimit | None:
        """The limit of these credentials where it is another than that of an API key.

        Tokens and clients have 500 requests a minute; a sandbox with a limit of its own keeps everybody to it.
        """
        by_key = self.scopes is None and self.client is None
        return None if by_key or usual is None or usual.limit != _USUAL_LIMIT else _TOKEN_LIMIT

    def refused(self, method: str, path: str, *, public: bool) -> ApiError | None:
        """How these credentials are refused for an operation, for want of a scope or a permission."""
        if self.scopes is not None:
            return oauth_scopes.refused(self.scopes, method, path, public=public)
        wanted = None if self.client is None or public else oauth_scopes.permission(method, path)
        if self.client is None or wanted is None or {wanted, _ALL} & set(self.client["permissions"]):
            return None
        return refusal(
            403,
            f"PermissionsGuard - oAuth client with id={self.client['id']} does not have the required"
            f" permissions={wanted}. Go to platform dashboard settings and add the required permissions to the oAuth"
            " client.",
        )


def nobody(access: Literal["required", "guarded"]) -> ApiError:
    """How a request without credentials is refused."""
    return refusal(401, _REQUIRED) if access == "required" else refusal(403, _GUARDED)


def identify(backend: Backend, headers: Mapping[str, str], params: Mapping[str, str]) -> Identity | None:
    """Who sent this request; None where it has no credentials. A client id in the path outranks that of the header."""
    bearer = headers.get("Authorization")
    secret = headers.get("x-cal-secret-key")
    client_id = params.get("clientId") or headers.get("x-cal-client-id")
    if client_id is not None and secret is not None:
        return _platform_client(backend, client_id, secret)
    if bearer is not None:
        # A key without `Bearer ` works; a lower-case `bearer` is taken for part of the key.
        key = bearer.removeprefix("Bearer ").strip()
        return _key(backend, key) if key.startswith(API_KEY_PREFIX) else _token(backend, key)
    if "x-cal-client-id" in headers:
        raise refusal(
            401,
            "ApiAuthStrategy - Only 'x-cal-client-id' header provided. Please also provide 'x-cal-secret-key'"
            " header or Auth bearer token as 'Authentication' header",
        )
    return None


def _key(backend: Backend, key: str) -> Identity | None:
    record = backend.store.keys.get(key_digest(key))
    if record is None:
        raise refusal(401, "CustomThrottlerGuard - Invalid API Key")
    if record.get("revoked"):
        raise refusal(401, "ApiAuthStrategy - api key - Your api key is not valid")
    expires = record["expiresAt"]
    if expires is not None and expires <= backend.clock.milliseconds():
        raise refusal(401, "ApiAuthStrategy - api key - Your api key is expired")
    user = backend.store.users.get(record["userId"])
    return Identity(user=user, counted_as=f"key {user['id']} {key}") if user is not None else None


def _token(backend: Backend, token: str) -> Identity:
    record = backend.store.shelf(TOKENS).get(key_digest(token))
    user = backend.store.users.get(record["userId"]) if record is not None and record["kind"] == "access" else None
    if record is None or user is None:
        raise refusal(401, "Invalid Access Token.")
    if record.get("revoked"):
        raise refusal(401, "ApiAuthStrategy - access token - OAuth client not found given the access token")
    managed = record["scopes"] is None
    if record["expiresAt"] <= backend.clock.milliseconds():
        if managed:
            raise worded(498, "ACCESS_TOKEN_IS_EXPIRED", code="TokenExpiredException")
        raise refusal(401, "Invalid Access Token.")
    return Identity(
        user=user,
        counted_as=f"token {record['id']}",
        scopes=None if managed else tuple(record["scopes"]),
        client=backend.store.shelf(PLATFORM_CLIENTS).get(record["clientId"]) if managed else None,
    )


def _platform_client(backend: Backend, client_id: str, secret: str) -> Identity:
    client = backend.store.shelf(PLATFORM_CLIENTS).get(client_id)
    if client is None:
        raise refusal(401, f"ApiAuthStrategy - oAuth client - Client with ID {client_id} not found")
    if client["secret"] != secret:
        raise refusal(401, "ApiAuthStrategy - oAuth client - Invalid client secret")
    owner = backend.store.users.get(client["ownerId"])
    if owner is None:
        raise refusal(401, "ApiAuthStrategy - oAuth client - No owner ID found for this OAuth client")
    return Identity(user=owner, counted_as=f"client {client_id}", client=client)
