"""`…/verified-resources`: e-mail addresses and phone numbers that their owners have proved to be theirs.

Nothing is sent: `Sandbox.verification_code` tells the code. Verifying the same address again makes another record of
it, as on the real server, and the answer is the first one.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from attrs import frozen

from calcom_async.sandbox import paging, teams, validation
from calcom_async.sandbox.answers import Answer, bad_request_data, done, success, terse
from calcom_async.sandbox.rate_limit import RateLimit
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

routes = Routes(family="verified resources")

Kind = Literal["emails", "phones"]

_SENT: Final[dict[Kind, str]] = {"emails": "email", "phones": "phone"}
_SHOWN: Final[dict[Kind, str]] = {"emails": "email", "phones": "phoneNumber"}
_CODE: Final = Field("code", (validation.string("code"),))


@frozen
class _Owner:
    """Whose resources: a user's, or those of a team, verified by the user."""

    user: int
    team: int | None


def _owner(call: Call) -> _Owner:
    return _Owner(call.caller["id"], teams.require_role(call, "ADMIN") if "team" in call.params else None)


def _field(kind: Kind) -> Field:
    if kind == "emails":
        return Field("email", (validation.email("email"),))
    return Field("phone", (Rule("isPhoneNumber", "phone must be a valid phone number", validation.is_phone),))


def _all(call: Call, kind: Kind, owner: _Owner) -> list[Record]:
    there = call.backend.store.shelf(f"verified {kind}").all()
    if owner.team is None:
        return [each for each in there if each["userId"] == owner.user]
    return [each for each in there if each["teamId"] == owner.team]


def _request(call: Call, kind: Kind) -> Answer:
    _owner(call)
    body = validation.check(call.body, (_field(kind),))
    call.backend.store.codes.put({"id": body[_SENT[kind]], "code": call.backend.names.digits(6)})
    return done()


def _verify(call: Call, kind: Kind) -> Answer:
    backend, owner = call.backend, _owner(call)
    body = validation.check(call.body, (_field(kind), _CODE))
    address = body[_SENT[kind]]
    code = backend.store.codes.get(address)
    if code is None or code["code"] != body["code"]:
        raise terse(400, "invalid_code") if backend.hosted else bad_request_data()
    shelf = backend.store.shelf(f"verified {kind}")
    shelf.put({"id": shelf.next_id(1), "userId": owner.user, "teamId": owner.team, _SHOWN[kind]: address})
    same = (each for each in _all(call, kind, owner) if each[_SHOWN[kind]] == address and each["teamId"] == owner.team)
    return success(next(same))


def _list(call: Call, kind: Kind) -> Answer:
    owner = _owner(call)
    take, skip = paging.take_and_skip(call.query)
    return success(_all(call, kind, owner)[skip : skip + take])


def _get(call: Call, kind: Kind) -> Answer:
    owner = _owner(call)
    if not call.params["id"].isdigit():
        raise terse(500, "There was an error, please try again later.")
    found = (each for each in _all(call, kind, owner) if each["id"] == int(call.params["id"]))
    return success(next(found, None))


def _serve(path: str, name: str, kind: Kind, *, requests: int) -> None:
    """Register one kind under one path; `name` is what the limits of its routes are called by."""
    asked = RateLimit(limit=requests, name=f"{name}_verified_resources_{kind}_requests")
    # Verifying a user's e-mail address is counted as a phone's; for a user's phone there is no limit of its own.
    limited = kind == ("emails" if name == "Users" else "phones")
    checked = RateLimit(limit=3, name=f"{name}_verified_resources_phones_verify")
    actions: tuple[tuple[str, str, Any, RateLimit | None], ...] = (
        ("POST", "/verification-code/request", _request, asked),
        ("POST", "/verification-code/verify", _verify, checked if limited else None),
        ("GET", "", _list, None),
        ("GET", "/{id}", _get, None),
    )
    for method, tail, action, limit in actions:

        def handle(call: Call, action: Any = action) -> Answer:
            answer: Answer = action(call, kind)
            return answer

        routes.add(method, f"{path}/{kind}{tail}", limit=limit)(handle)


for _path, _name, _emails in (
    ("/verified-resources", "Users", 5),
    ("/teams/{team}/verified-resources", "Teams", 5),
    ("/organizations/{org}/teams/{team}/verified-resources", "Org_teams", 3),
):
    _serve(_path, _name, "emails", requests=_emails)
    _serve(_path, _name, "phones", requests=3)
