"""Conferencing apps and Stripe, of a user and of an organization's team: what is connected, and what is the default.

Only Google Meet can be connected over the API, where a Google calendar is; the others are connected in a browser,
which nobody is here.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import urlencode

from attrs import frozen

from calcom_async.sandbox import organization_access, teams
from calcom_async.sandbox.answers import Answer, ApiError, bare, done, no_route, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record

routes = Routes()

CREDENTIALS: Final = "credentials"
GOOGLE_CALENDAR: Final = "google_calendar"

_DEFAULTS: Final = "default apps"
_TYPES: Final = {"google-meet": "google_video", "zoom": "zoom_video", "msteams": "office365_video"}
_PAGES: Final = {
    "zoom": "https://zoom.us/oauth/authorize?response_type=code&client_id=zid",
    "msteams": (
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?response_type=code&client_id=mid"
        "&scope=OnlineMeetings.ReadWrite%20offline_access"
    ),
}
_LOST: Final = {"type": "unknown", "location": '{"type":"inPerson"}'}
_ADDRESS: Final = re.compile(r"[!-~]+")
"""What may stand in a header."""
_STRIPE: Final = "https://connect.stripe.com/oauth/authorize?client_id=ca_sandbox&scope=read_write&response_type=code"


@frozen
class _Owner:
    """Whose apps: a user's or a team's."""

    parent: str
    user: int
    team: int | None

    @property
    def noun(self) -> str:
        return "user" if self.team is None else "team"


def _owner(call: Call) -> _Owner:
    if "user" in call.params:
        organization = organization_access.require(call, "ORG_ADMIN")
        user = organization_access.require_user(call, organization)["id"]
        return _Owner(f"user {user}", user, None)
    if "team" in call.params:
        team = teams.require_role(call, "ADMIN")
        return _Owner(f"team {team}", call.caller["id"], team)
    return _Owner(f"user {call.caller['id']}", call.caller["id"], None)


def connected(call: Call, parent: str, kind: str) -> Record | None:
    """The credential of this kind that an owner has."""
    return next((each for each in call.backend.store.shelf(CREDENTIALS).of(parent) if each["type"] == kind), None)


def credential(
    backend: Backend, parent: str, kind: str, app: str, *, user: int | None, team: int | None = None
) -> Record:
    """Connect an app."""
    shelf = backend.store.shelf(CREDENTIALS)
    record = {
        "id": shelf.next_id(1),
        "type": kind,
        "userId": user,
        "teamId": team,
        "appId": app,
        "subscriptionId": None,
        "paymentStatus": None,
        "billingCycleStart": None,
        "invalid": False,
        "delegationCredentialId": None,
    }
    return shelf.put(record, parent=parent)


def _wrong(message: str, available: str) -> ApiError:
    error = refusal(400, message)
    assert error.error is not None
    error.error["details"]["error"] = available
    return error


def _check_app(app: str) -> None:
    if app not in (*_TYPES, "daily-video"):
        raise _wrong("Invalid app, available apps are: ", "google-meet, zoom, msteams")


def _list(call: Call) -> Answer:
    there = call.backend.store.shelf(CREDENTIALS).of(_owner(call).parent)
    return success([each for each in there if each["type"] in _TYPES.values()])


def _connect(call: Call) -> Answer:
    owner, app = _owner(call), call.params["app"]
    if app != "google-meet":
        raise refusal(400, "Invalid conferencing app. Available apps: GOOGLE_MEET.")
    if connected(call, owner.parent, _TYPES[app]) is not None:
        raise refusal(400, f"Google Meet is already connected for this {owner.noun}.")
    if connected(call, owner.parent, GOOGLE_CALENDAR) is None:
        raise refusal(400, "Google Meet requires a Google Calendar connection.")
    user = owner.user if owner.team is None else None
    made = credential(call.backend, owner.parent, _TYPES[app], app, user=user, team=owner.team)
    return success({"id": made["id"], "type": made["type"], "key": {}, **made})


def _state(call: Call, **more: str) -> str:
    query = call.query
    state: dict[str, Any] = {
        "returnTo": query.get("returnTo", ""),
        "onErrorReturnTo": query.get("onErrorReturnTo", ""),
        "fromApp": False,
        "accessToken": call.headers.get("Authorization", "").removeprefix("Bearer ").strip(),
        **more,
    }
    if "team" in call.params:
        state |= {"teamId": call.params["team"], "orgId": call.params.get("org", "")}
    return json.dumps(state, separators=(",", ":"))


def _auth_url(call: Call) -> Answer:
    _owner(call)
    app = call.params["app"]
    if app not in _PAGES:
        raise _wrong("Invalid conferencing app, available apps are: ", "zoom, msteams")
    query = urlencode({"redirect_uri": f"{_origin(call)}/v2/conferencing/{app}/oauth/callback", "state": _state(call)})
    return success({"url": f"{_PAGES[app]}&{query}"})


def _origin(call: Call) -> str:
    return f"http://{call.headers.get('Host', 'localhost')}"


def _callback(call: Call) -> Answer:
    """Where a provider sends the browser back to; here only with an error."""
    text = call.query.get("state")
    if text is None:
        raise refusal(400, "Missing `state` query param")
    state = state_of(text)
    if state is None:
        raise (
            refusal(400, "Malformed `state` query param") if call.backend.hosted else bare(500, "Internal server error")
        )
    return moved(state.get("onErrorReturnTo") if "error" in call.query else state.get("returnTo"))


def state_of(text: str) -> dict[str, Any] | None:
    """What an address of this server told a provider to send back; None unless it is a JSON object."""
    try:
        state = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return state if isinstance(state, dict) else None


def moved(where: object) -> Answer:
    """On to another address: a whole one, or nothing."""
    address = where if isinstance(where, str) and _ADDRESS.fullmatch(where) else ""
    return Answer(
        301,
        f"Moved Permanently. Redirecting to {address}".encode(),
        {"Location": address, "Content-Type": "text/plain; charset=utf-8"},
    )


def _team_callback(call: Call) -> Answer:
    _owner(call)
    return _callback(call)


def _get_default(call: Call) -> Answer:
    record = call.backend.store.shelf(_DEFAULTS).get(_owner(call).parent)
    return done() if record is None else success({"appSlug": record["app"]})


def _set_default(call: Call) -> Answer:
    owner, app = _owner(call), call.params["app"]
    return _choose(call, owner, app)


def _choose(call: Call, owner: _Owner, app: str) -> Answer:
    _check_app(app)
    if app != "daily-video" and connected(call, owner.parent, _TYPES[app]) is None:
        raise refusal(400, f"{app} not connected.")
    call.backend.store.shelf(_DEFAULTS).put({"id": owner.parent, "app": app})
    return done()


def _set_default_of_user(call: Call) -> Answer:
    owner = _owner(call)
    sent = call.body.get("appSlug") if isinstance(call.body, dict) else None
    return _choose(call, owner, str(sent))


def _disconnect(call: Call) -> Answer:
    owner, app = _owner(call), call.params["app"]
    _check_app(app)
    there = connected(call, owner.parent, _TYPES.get(app, ""))
    if there is None:
        raise refusal(400, f"{app} not connected.")
    call.backend.store.shelf(CREDENTIALS).delete(there["id"])
    default = call.backend.store.shelf(_DEFAULTS).get(owner.parent)
    if default is not None and default["app"] == app:
        call.backend.store.shelf(_DEFAULTS).delete(owner.parent)
    lose_addresses(call.backend, owner.parent)
    return done()


def lose_addresses(backend: Backend, parent: str) -> None:
    """The real server writes the locations of all event types anew, and forgets the addresses meanwhile."""
    for record in backend.store.event_types.of(parent):
        if any(each["type"] == "address" for each in record["locations"]):
            kept = [_LOST if each["type"] == "address" else each for each in record["locations"]]
            backend.store.event_types.put(record | {"locations": kept}, parent=parent)


def _hosted(call: Call) -> None:
    if not call.backend.hosted:
        raise no_route(call.method, call.url)


def _list_of_user(call: Call) -> Answer:
    _hosted(call)
    return _list(call)


def _stripe_connect(call: Call) -> Answer:
    _owner(call)
    user = call.caller
    query = urlencode(
        {
            "stripe_user[email]": user["email"],
            "stripe_user[first_name]": user["name"],
            "stripe_user[country]": "undefined",
            "redirect_uri": f"{_origin(call)}/v2/stripe/save",
            "state": _state(call),
        },
        safe="[]",
    )
    return success({"authUrl": f"{_STRIPE}&{query}"})


def _stripe_check(call: Call) -> Answer:
    if connected(call, _owner(call).parent, "stripe_payment") is None:
        raise refusal(404, "Credentials for stripe not found.")
    return done()


for _path in ("", "/organizations/{org}/teams/{team}"):
    _apps = f"{_path}/conferencing"
    routes.add("GET", _apps)(_list)
    routes.add("POST", f"{_apps}/{{app}}/connect")(_connect)
    routes.add("GET", f"{_apps}/{{app}}/oauth/auth-url")(_auth_url)
    routes.add("GET", f"{_apps}/default")(_get_default)
    routes.add("POST", f"{_apps}/{{app}}/default")(_set_default)
    routes.add("DELETE", f"{_apps}/{{app}}/disconnect")(_disconnect)
    routes.add("GET", f"{_path}/stripe/connect")(_stripe_connect)
    routes.add("GET", f"{_path}/stripe/check")(_stripe_check)
    for _tail in ("/conferencing/{app}/oauth/callback", "/stripe/save"):
        routes.add("GET", _path + _tail, access="required" if _path else "open")(_team_callback if _path else _callback)
routes.add("GET", "/organizations/{org}/users/{user}/conferencing")(_list_of_user)
routes.add("POST", "/organizations/{org}/users/{user}/conferencing/default")(_set_default_of_user)
