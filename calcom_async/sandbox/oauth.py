"""`/v2/auth/oauth2`: what a client is, and the token endpoint. The hosted service has it, self-hosted ones have not."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import oauth_grants, validation, wire_json
from calcom_async.sandbox.answers import Answer, no_route, success, worded
from calcom_async.sandbox.backend import key_digest
from calcom_async.sandbox.oauth_grants import CLIENTS, refusal
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes()

_NOT_KEPT: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_GRANTS: Final = ("authorization_code", "refresh_token")


def _text(name: str) -> Field:
    return Field(name, (validation.string(name),))


@routes.add("GET", "/auth/oauth2/clients/{clientId}")
def get_client(call: Call) -> Answer:
    """`GET /v2/auth/oauth2/clients/{clientId}`: what users are shown."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    client = call.backend.store.shelf(CLIENTS).get(call.params["clientId"])
    if client is None:
        raise worded(404, "unauthorized_client", code="HttpException")
    return success(
        {
            "client_id": client["id"],
            "redirect_uris": client["redirectUris"],
            "name": client["name"],
            "logo": client["logo"],
            "is_trusted": False,
            "client_type": "PUBLIC" if client["public"] else "CONFIDENTIAL",
        }
    )


@routes.add("POST", "/auth/oauth2/token", access="open")
def token(call: Call) -> Answer:
    """`POST /v2/auth/oauth2/token`, form or JSON: tokens for a code or a refresh token; bare, without an envelope."""
    backend = call.backend
    if not backend.hosted:
        raise no_route(call.method, call.url)
    body = _checked(call.body)
    client = backend.store.shelf(CLIENTS).get(body["client_id"])
    if client is None:
        raise refusal(401, "invalid_client", "client_not_found")
    by_code = body["grant_type"] == "authorization_code"
    if by_code and body["redirect_uri"] not in client["redirectUris"]:
        raise refusal(400, "invalid_grant", "redirect_uri_mismatch")
    _check_secret(client, body.get("client_secret"))
    if by_code:
        tokens = oauth_grants.exchange_code(
            backend,
            client,
            body["code"],
            redirect_uri=body["redirect_uri"],
            verifier=body.get("code_verifier"),
        )
    else:
        tokens = oauth_grants.exchange_refresh_token(backend, client, body["refresh_token"])
    return Answer(200, wire_json.dumps(tokens), _NOT_KEPT)


def _checked(body: Any) -> dict[str, Any]:
    sent: dict[str, Any] = body if isinstance(body, dict) else {}
    if not sent:
        raise refusal(400, "invalid_request", "Body is required")
    if not sent.get("client_id") or not isinstance(sent["client_id"], str):
        raise refusal(400, "invalid_request", "client_id is required")
    if sent.get("grant_type") not in _GRANTS:
        raise refusal(400, "invalid_request", "grant_type must be 'authorization_code' or 'refresh_token'")
    names = ["code", "redirect_uri"] if sent["grant_type"] == "authorization_code" else ["refresh_token"]
    if "client_secret" in sent:
        names.append("client_secret")
    elif sent["grant_type"] == "authorization_code":
        names.append("code_verifier")
    errors = validation.problems(sent, [_text(name) for name in names])
    if errors:
        raise refusal(400, "invalid_request", validation.in_words(errors))
    return sent


def _check_secret(client: Record, secret: str | None) -> None:
    if client["public"]:
        return
    if not secret or key_digest(secret) != client["secret"]:
        raise refusal(401, "invalid_client", "invalid_client_credentials")
