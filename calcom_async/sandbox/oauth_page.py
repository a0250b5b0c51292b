"""The page where users are asked whether a client may act for them: `/auth/oauth2/authorize`, outside `/v2`.

Nobody has to log in: the page has a list of users, and whoever sends its form is taken for the chosen one. A program
sends the same form: `POST` to the address of the page, with `user` and `decision=allow` or `decision=deny`.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from calcom_async.sandbox import oauth_grants, oauth_scopes
from calcom_async.sandbox.answers import Answer
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.oauth_grants import CLIENTS
from calcom_async.sandbox.store import Record

PATH: Final = "/auth/oauth2/authorize"

_HTML: Final = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
_FORM: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Authorize {name}</title>
<h1>{name} would like access to your Cal.com account</h1>
<ul>{scopes}</ul>
<form method="post">
<label>Account <select name="user">{users}</select></label>
<button name="decision" value="deny">Go back</button>
<button name="decision" value="allow">Allow</button>
</form>
</html>
"""
_COMPLAINT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Not authorized</title>
<p role="alert">{text}</p>
</html>
"""


_DENIED: Final = "The resource owner or authorization server denied the request."


class _ComplaintError(Exception):
    """What is told on the page itself, because there is nowhere safe to send the browser back to."""


class _SentBackError(Exception):
    """An error and its description, told to the client at its redirect address."""


def answer(backend: Backend, method: str, query: Mapping[str, str], form: Any) -> Answer:
    """The page, or where its form leads."""
    try:
        client = _client(backend, query)
        scopes = _scopes(client, query)
        if method != "POST":
            return _page(200, _form(backend, client, scopes))
        return _back(query, **_decide(backend, client, scopes, query, form if isinstance(form, dict) else {}))
    except _ComplaintError as complaint:
        return _page(400, _COMPLAINT.format(text=html.escape(str(complaint))))
    except _SentBackError as sent_back:
        error, description = sent_back.args
        return _back(query, error=error, error_description=description)


def complaint(answer: Answer) -> str:
    """What the page complains of."""
    text = answer.body.decode()
    return html.unescape(text.partition('role="alert">')[2].partition("<")[0])


def _client(backend: Backend, query: Mapping[str, str]) -> Record:
    client = backend.store.shelf(CLIENTS).get(query.get("client_id", ""))
    if client is None:
        raise _ComplaintError("OAuth client with ID not found")
    if query.get("redirect_uri") not in client["redirectUris"]:
        raise _ComplaintError("redirect_uri does not match OAuth client's redirect URI")
    if not client["approved"] and client["ownerId"] is None:
        raise _ComplaintError("OAuth client is not approved")
    return client


def _scopes(client: Record, query: Mapping[str, str]) -> list[str]:
    wanted = query.get("scope", "").replace(",", " ").split()
    if client["scopes"] and not wanted:
        raise _ComplaintError("scope parameter is required for this OAuth client")
    if set(wanted) - oauth_scopes.known():
        raise _SentBackError("invalid_scope", "Requested scope is not a recognized scope")
    if client["scopes"] and set(wanted) - set(client["scopes"]):
        raise _SentBackError("invalid_request", "Requested scope exceeds the client's registered scopes")
    challenge = query.get("code_challenge")
    if client["public"] and not challenge:
        raise _SentBackError("invalid_request", "code_challenge required for public clients")
    if challenge and query.get("code_challenge_method") != "S256":
        raise _SentBackError("invalid_request", "code_challenge_method must be S256")
    return wanted


def _decide(
    backend: Backend, client: Record, scopes: list[str], query: Mapping[str, str], form: dict[str, Any]
) -> dict[str, str]:
    if form.get("decision") != "allow":
        raise _SentBackError("access_denied", _DENIED)
    user = backend.people.by_username(str(form.get("user")))
    if user is None:
        raise _ComplaintError("No such user")
    if not oauth_grants.allowed(client, user["id"]):
        raise _ComplaintError("OAuth client is not approved")
    challenge = query.get("code_challenge") or None
    redirect_uri = query["redirect_uri"]
    code = oauth_grants.give_code(
        backend, client, user["id"], redirect_uri=redirect_uri, scopes=scopes, challenge=challenge
    )
    return {"code": code}


def _form(backend: Backend, client: Record, scopes: list[str]) -> str:
    names = [user["username"] for user in backend.store.users.all() if oauth_grants.allowed(client, user["id"])]
    return _FORM.format(
        name=html.escape(client["name"]),
        scopes="".join(f"<li>{html.escape(scope)}</li>" for scope in scopes),
        users="".join(f"<option>{html.escape(name)}</option>" for name in names),
    )


def _back(query: Mapping[str, str], **told: str) -> Answer:
    parts = urlsplit(query["redirect_uri"])
    state = {"state": query["state"]} if "state" in query else {}
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), *told.items(), *state.items()]
    return Answer(303, b"", {"Location": urlunsplit(parts._replace(query=urlencode(pairs)))})


def _page(status: int, text: str) -> Answer:
    return Answer(status, text.encode(), _HTML)
