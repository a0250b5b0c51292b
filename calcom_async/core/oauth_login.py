"""Asking a user for consent: where the browser is sent, and what it has to bring back. Pure, but for chance."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import attrs

from calcom_async.errors import ConfigurationError, LoginError
from calcom_async.settings import Hidden

__all__ = ["Authorization", "authorize_url_of"]

_MEANINGS: Mapping[str, str] = {
    "access_denied": "the user, or Cal.com, refused consent",
    "invalid_scope": "there is no such scope; check the scopes that were asked for",
    "invalid_request": "Cal.com does not take the request; ask for no more scopes than the client has in its settings",
    "unauthorized_client": "the client is not approved by Cal.com yet; until then its owner alone can log in",
}


@attrs.frozen(kw_only=True)
class Authorization:
    """One login: keep it (in the user's session, say) until the browser is back.

    Attributes:
        url: Where to send the browser.
        redirect_uri: Where it comes back to; one of the client's, letter by letter.
        state: Proves that it is this login that it comes back from.
        verifier: Proves to Cal.com that the code is used by whoever asked for it (PKCE); None for a client with a
            secret.
    """

    url: str = attrs.field(repr=False)
    redirect_uri: str
    state: str = attrs.field(repr=False)
    verifier: str | None = attrs.field(repr=False)

    @classmethod
    def make(
        cls, authorize_url: str, *, client_id: str, redirect_uri: str, scopes: Sequence[str] = (), public: bool = True
    ) -> Authorization:
        """Begin a login.

        Args:
            authorize_url: The page that asks for consent.
            client_id: The client.
            redirect_uri: Where the browser comes back to.
            scopes: What to ask for.
            public: Whether the client has no secret, so that PKCE stands in for it.
        """
        state = secrets.token_urlsafe(32)
        verifier = secrets.token_urlsafe(64) if public else None
        asked = {"client_id": client_id, "redirect_uri": redirect_uri, "response_type": "code", "state": state}
        if scopes:
            asked["scope"] = " ".join(scopes)
        if verifier is not None:
            digest = hashlib.sha256(verifier.encode()).digest()
            asked["code_challenge"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            asked["code_challenge_method"] = "S256"
        parts = urlsplit(authorize_url)
        query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *asked.items()])
        hidden = None if verifier is None else Hidden(verifier)
        return cls(
            url=urlunsplit(parts._replace(query=query)), redirect_uri=redirect_uri, state=Hidden(state), verifier=hidden
        )

    def answers(self, told: Mapping[str, str]) -> bool:
        """Whether the parameters that a browser came back with are about this login; compared in constant time.

        Args:
            told: The query parameters.
        """
        return hmac.compare_digest(told.get("state", "").encode(), self.state.encode())

    def code(self, came_back: str | Mapping[str, str]) -> str:
        """The code that the browser brought back, to be exchanged for tokens.

        Args:
            came_back: The address it came to, or the query parameters of that.

        Raises:
            LoginError: it is not from this login, consent was refused, or there is no code.
        """
        told = dict(parse_qsl(urlsplit(came_back).query)) if isinstance(came_back, str) else came_back
        if not self.answers(told):
            raise LoginError(
                "the browser came back from another login than this one (its state differs); begin again, and use the "
                "address that this login gave"
            )
        error = told.get("error")
        if error:
            meaning = _MEANINGS.get(error, "Cal.com refused the login")
            raise LoginError(f"{meaning} ({''.join(c for c in error if c.isalnum() or c == '_')[:60]})")
        code = told.get("code")
        if not code:
            raise LoginError("the browser came back without a code; begin again")
        return Hidden(code)


def authorize_url_of(base_url: str) -> str:
    """The page that asks for consent, of the server with this base URL.

    Args:
        base_url: Of the API, such as `https://api.cal.com/v2`, whose page is at `app.cal.com`.

    Raises:
        ConfigurationError: it can't be told; name it.
    """
    parts = urlsplit(base_url)
    host, path = parts.netloc, parts.path.rstrip("/").removesuffix("/v2").removesuffix("/api")
    if path:
        raise ConfigurationError(
            "the page that asks users for consent can't be told from this base URL; name it (authorize_url=, "
            "--authorize-url)"
        )
    if host.startswith("api."):
        host = f"app.{host.removeprefix('api.')}"
    return urlunsplit((parts.scheme, host, "/auth/oauth2/authorize", "", ""))
