"""Calendars: connected ones, busy times, ICS feeds, those looked into and the one written to, and single events.

Nothing outside is asked. Google and Office 365 are connected in a browser; `Sandbox.connect_google_calendar` stands for
that. An ICS feed is connected by its addresses and never read.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import urlencode

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import Answer, ApiError, done, invalid, refusal, success, terse
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.conferencing import CREDENTIALS, GOOGLE_CALENDAR, connected, credential, moved, state_of
from calcom_async.sandbox.event_types import DESTINATIONS
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

routes = Routes()

_KINDS: Final = {"google": GOOGLE_CALENDAR, "office365": "office_365_calendar", "apple": "apple_calendar"}
_ICS: Final = "ics-feed_calendar"
_SELECTED: Final = "selected calendars"
_GOOGLE: Final = (
    "https://accounts.google.com/o/oauth2/v2/auth?access_type=offline&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth"
    "%2Fcalendar.readonly%20https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcalendar.events&prompt=consent"
)
_OFFICE: Final = (
    "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?response_type=code"
    "&scope=User.Read%20Calendars.Read%20Calendars.ReadWrite%20offline_access&client_id=oid&prompt=select_account"
)
_BRACKETS: Final = re.compile(r"calendarsToLoad\[(\d+)\]\[(credentialId|externalId)\]\Z")
_STATUSES: Final = ("accepted", "pending", "declined", "cancelled")
_SELECT: Final = (
    Field("integration", (validation.string("integration"),)),
    Field("externalId", (validation.string("externalId"),)),
    Field("credentialId", (validation.integer("credentialId"),)),
)
_UNSELECT: Final = (*_SELECT[:2], Field("credentialId", (validation.string("credentialId"),)))


def connect_google(backend: Backend, user: Record, address: str) -> int:
    """Connect a Google calendar; the id of the credential."""
    parent = f"user {user['id']}"
    made = credential(backend, parent, GOOGLE_CALENDAR, "google-calendar", user=user["id"])
    made["calendars"] = [[address, address]]
    backend.store.shelf(CREDENTIALS).put(made, parent=parent)
    return int(made["id"])


def _parent(call: Call) -> str:
    return f"user {call.caller['id']}"


def _unknown(available: str) -> ApiError:
    error = refusal(400, "Invalid calendar type, available calendars are: ")
    assert error.error is not None
    error.error["details"]["error"] = available
    return error


def _kind(call: Call) -> str:
    calendar = call.params["calendar"]
    if calendar not in _KINDS:
        raise _unknown("google, office365, apple")
    return _KINDS[calendar]


def _app(kind: str) -> dict[str, Any]:
    name = {_ICS: "ICS Feed", GOOGLE_CALENDAR: "Google Calendar"}.get(kind, "Calendar")
    slug = "ics-feed" if kind == _ICS else kind.replace("_", "-")
    folder = "ics-feedcalendar" if kind == _ICS else kind.replace("_", "")
    return {
        "appData": None,
        "dirName": folder,
        "__template": "",
        "name": name,
        "title": name,
        "slug": slug,
        "type": kind,
        "logo": f"/app-store/{folder}/icon.svg",
        "variant": "calendar",
        "categories": ["calendar"],
        "publisher": "Cal.com, Inc.",
        "email": "help@cal.com",
        "description": f"Import events from {name} into [Cal.com](https://cal.com).",
        "isTemplate": False,
        "locationOption": None,
    }


def _calendars(call: Call, connection: Record) -> list[dict[str, Any]]:
    selected = {each["externalId"] for each in call.backend.store.shelf(_SELECTED).of(_parent(call))}
    return [
        {
            "name": name,
            "readOnly": connection["type"] == _ICS,
            "externalId": address,
            "integrationName": connection["type"],
            "primary": None if connection["type"] == _ICS else place == 0,
            "isSelected": address in selected,
            "credentialId": connection["id"],
            "delegationCredentialId": None,
        }
        for place, (address, name) in enumerate(connection["calendars"])
    ]


@routes.add("GET", "/calendars")
def list_all(call: Call) -> Answer:
    """`GET /v2/calendars`: `destinationCalendar` is an empty object where there is none."""
    there = [each for each in call.backend.store.shelf(CREDENTIALS).of(_parent(call)) if "calendars" in each]
    shown = []
    for each in there:
        calendars = _calendars(call, each)
        shown.append(
            {
                "integration": _app(each["type"]),
                "credentialId": each["id"],
                "delegationCredentialId": None,
                "primary": calendars[0] if calendars else None,
                "calendars": calendars,
            }
        )
    destination = call.backend.store.shelf(DESTINATIONS).get(call.caller["id"])
    return success({"connectedCalendars": shown, "destinationCalendar": destination or {}})


@routes.add("GET", "/calendars/{calendar}/connect")
def connect(call: Call) -> Answer:
    """`GET /v2/calendars/{calendar}/connect`: where to send the browser; the caller's key is in the address."""
    if call.params["calendar"] == "apple" or _kind(call) is None:
        raise _unknown("google, office365, apple")
    state = {
        "accessToken": call.headers.get("Authorization", "").removeprefix("Bearer ").strip(),
        "origin": call.headers.get("Host", ""),
        "redir": call.query.get("redir", ""),
        "isDryRun": call.query.get("isDryRun") == "true",
    }
    origin = f"http://{state['origin']}"
    google = call.params["calendar"] == "google"
    back = f"{origin}/v2/gcal/oauth/save" if google else f"{origin}/v2/calendars/office365/save"
    query = urlencode({"state": json.dumps(state, separators=(",", ":")), "redirect_uri": back})
    tail = "&response_type=code&client_id=gid" if google else ""
    return success({"authUrl": f"{_GOOGLE if google else _OFFICE}{tail}&{query}"})


@routes.add("GET", "/calendars/{calendar}/save", access="open")
def save(call: Call) -> Answer:
    """`GET /v2/calendars/{calendar}/save`: where the provider sends the browser back to."""
    state = state_of(call.query.get("state", "")) or {}
    absent = [name for name in ("isDryRun", "origin", "accessToken") if state.get(name) is None]
    if absent:
        raise terse(400, "".join(f"{name} - Expected string, received null, " for name in absent))
    _kind(call)
    return moved(state.get("redir") or state["origin"])


@routes.add("GET", "/calendars/{calendar}/check")
def check(call: Call) -> Answer:
    """`GET /v2/calendars/{calendar}/check`."""
    if connected(call, _parent(call), _kind(call)) is None:
        name = "apple calendar" if call.params["calendar"] == "apple" else _kind(call)
        raise refusal(400, f"Credentials for {name} not found.")
    return done()


@routes.add("POST", "/calendars/{calendar}/credentials")
def save_credentials(call: Call) -> Answer:
    """`POST /v2/calendars/{calendar}/credentials`: Apple's only."""
    if call.params["calendar"] != "apple":
        raise _unknown("apple")
    short = "{} must be longer than or equal to 1 characters"
    fields = (
        Field(name, (Rule("minLength", short.format(name), bool), validation.string(name)))
        for name in ("username", "password")
    )
    body = validation.check(call.body, fields)
    made = credential(call.backend, _parent(call), _KINDS["apple"], "apple-calendar", user=call.caller["id"])
    made["calendars"] = [["https://caldav.example.com/home", body["username"]]]
    call.backend.store.shelf(CREDENTIALS).put(made, parent=_parent(call))
    return done(201)


@routes.add("POST", "/calendars/{calendar}/disconnect")
def disconnect(call: Call) -> Answer:
    """`POST /v2/calendars/{calendar}/disconnect`: by the id of the credential."""
    body = validation.check(call.body, (Field("id", (validation.integer("id"),)),))
    shelf = call.backend.store.shelf(CREDENTIALS)
    found = next((each for each in shelf.of(_parent(call)) if each["id"] == body["id"] and "calendars" in each), None)
    if found is None:
        raise refusal(404, "Calendar credentials not found")
    shelf.delete(found["id"])
    for each in call.backend.store.shelf(_SELECTED).of(_parent(call)):
        if each["credentialId"] == found["id"]:
            call.backend.store.shelf(_SELECTED).delete(each["id"])
    return success({name: found[name] for name in ("id", "type", "userId", "teamId", "appId", "invalid")})


@routes.add("POST", "/calendars/ics-feed/save")
def save_ics(call: Call) -> Answer:
    """`POST /v2/calendars/ics-feed/save`: the addresses are kept, never read."""
    bad = "each value in urls must be a URL address"
    urls = Rule("isUrl", bad, lambda value: isinstance(value, list) and all("://" in str(each) for each in value))
    fields = (
        Field("urls", (urls, validation.array("urls"))),
        Field("readOnly", (validation.boolean("readOnly"),), required=False),
    )
    body = validation.check(call.body, fields)
    made = credential(call.backend, _parent(call), _ICS, "ics-feed", user=call.caller["id"])
    made["calendars"] = [[url, url.rpartition("/")[2]] for url in body["urls"]]
    call.backend.store.shelf(CREDENTIALS).put(made, parent=_parent(call))
    shown = {name: made[name] for name in ("id", "type", "userId", "teamId", "appId", "invalid")}
    return success(shown, status=201)


@routes.add("GET", "/calendars/ics-feed/check")
def check_ics(call: Call) -> Answer:
    """`GET /v2/calendars/ics-feed/check`."""
    if connected(call, _parent(call), _ICS) is None:
        raise refusal(400, "Credentials for Ics Feed calendar not found.")
    return done()


@routes.add("GET", "/calendars/busy-times")
def busy_times(call: Call) -> Answer:
    """`GET /v2/calendars/busy-times`: only with literal brackets in the names of the parameters."""
    query = call.query
    wanted: dict[str, dict[str, str]] = {}
    for name in query:
        found = _BRACKETS.match(name)
        if found is not None:
            wanted.setdefault(found[1], {})[found[2]] = query[name]
    # The newer name of the time zone is `timeZone`.
    zone = query.get("loggedInUsersTz", query.get("timeZone"))
    target = {"loggedInUsersTz": zone, **{name: query.get(name) for name in ("dateFrom", "dateTo")}}
    given = {name: value for name, value in target.items() if value is not None}
    fields = (
        Field("loggedInUsersTz", (validation.string("loggedInUsersTz"),)),
        *(Field(name, (validation.date_string(name), validation.string(name))) for name in ("dateFrom", "dateTo")),
        Field("calendarsToLoad", (validation.array("calendarsToLoad"),)),
    )
    sent = given | ({"calendarsToLoad": list(wanted.values())} if wanted else {})
    errors = validation.problems(sent, fields)
    if errors:
        raise invalid(errors)
    own = {str(each["id"]) for each in call.backend.store.shelf(CREDENTIALS).of(_parent(call))}
    if any(each.get("credentialId") not in own for each in wanted.values()):
        raise refusal(401, "These credentials do not belong to you")
    start, end = instants.parse(query["dateFrom"]) or 0, (instants.parse(query["dateTo"]) or 0) + instants.DAY
    rows = call.backend.store.rows(
        "SELECT start, finish FROM busy WHERE person = ? AND finish > ? AND start < ? ORDER BY start",
        call.caller["id"],
        start,
        end,
    )
    busy = [{"start": instants.to_wire(row[0]), "end": instants.to_wire(row[1]), "source": None} for row in rows]
    return success(busy)


@routes.add("POST", "/selected-calendars")
def select(call: Call) -> Answer:
    """`POST /v2/selected-calendars`: of any integration; a second time without `data`."""
    body = validation.check(call.body, _SELECT)
    record = {"userId": call.caller["id"], **{each.name: body[each.name] for each in _SELECT}}
    shelf, key = call.backend.store.shelf(_SELECTED), _key(record)
    if shelf.get(key) is not None:
        return done(201)
    shelf.put({"id": key, **record}, parent=_parent(call))
    return success(record, status=201)


@routes.add("DELETE", "/selected-calendars")
def unselect(call: Call) -> Answer:
    """`DELETE /v2/selected-calendars`: by query; one that is not there is a 500, as on the real server."""
    sent = {each.name: call.query[each.name] for each in _UNSELECT if each.name in call.query}
    errors = validation.problems(sent, _UNSELECT)
    if errors:
        raise invalid(errors)
    shelf = call.backend.store.shelf(_SELECTED)
    found = shelf.get(_key({"userId": call.caller["id"], **sent}))
    if found is None:
        raise terse(500, "There was an error, please try again later.")
    shelf.delete(found["id"])
    return success({name: value for name, value in found.items() if name != "id"})


def _key(record: Record) -> str:
    return "/".join(str(record[name]) for name in ("userId", "integration", "externalId", "credentialId"))


@routes.add("PUT", "/destination-calendars")
def set_destination(call: Call) -> Answer:
    """`PUT /v2/destination-calendars`."""
    known = Rule("isEnum", "integration must be one of the following values: ", lambda value: value in _KINDS.values())
    fields = (
        Field("integration", (known, validation.string("integration"))),
        Field("externalId", (validation.string("externalId"),)),
    )
    body = validation.check(call.body, fields)
    connection = connected(call, _parent(call), body["integration"])
    addresses = [address for address, _ in connection["calendars"]] if connection is not None else []
    if connection is None or body["externalId"] not in addresses:
        raise refusal(400, f"Could not find calendar {body['externalId']}")
    now = instants.to_wire(call.backend.clock.milliseconds())
    record = {
        "id": call.caller["id"],
        "integration": body["integration"],
        "externalId": body["externalId"],
        "userId": call.caller["id"],
        "eventTypeId": None,
        "credentialId": connection["id"],
        "createdAt": now,
        "updatedAt": now,
        "delegationCredentialId": None,
        "domainWideDelegationCredentialId": None,
        "name": body["externalId"],
        "readOnly": False,
        "integrationName": body["integration"],
        "integrationTitle": _app(body["integration"])["title"],
    }
    call.backend.store.shelf(DESTINATIONS).put(record)
    shown = ("userId", "integration", "externalId", "credentialId")
    return success({name: record[name] for name in shown})


@routes.add("GET", "/calendars/{calendar}/event/{event}")
def get_event(call: Call) -> Answer:
    """`GET /v2/calendars/{calendar}/event/{eventUid}`: of Google calendars; bookings here have no events there."""
    if call.params["calendar"] != "google":
        raise refusal(400, "Meeting details are currently only available for Google Calendar")
    raise refusal(404, "Booking reference not found")


@routes.add("PATCH", "/calendars/{calendar}/events/{event}")
def change_event(call: Call) -> Answer:
    """`PATCH /v2/calendars/{calendar}/events/{eventUid}`: of Google calendars; the path is another than that of GET."""
    body = call.body if isinstance(call.body, dict) else {}
    if call.params["calendar"] != "google":
        raise refusal(400, "Event updates are currently only available for Google Calendar")
    words = f"status must be one of the following values: {', '.join(_STATUSES)}"
    errors = []
    for name in ("start", "end"):
        when = body.get(name)
        if isinstance(when, dict) and instants.parse(str(when.get("time", ""))) is None:
            text = Rule("isIso8601", "time must be a valid ISO 8601 date string", lambda _: False)
            inner = validation.problems(when, (Field("time", (text,)),))
            errors.append({"target": body, "value": when, "property": name, "children": inner})
    status = Field("status", (Rule("isEnum", words, lambda value: value in _STATUSES),), required=False)
    errors += validation.problems(body, (status,))
    if errors:
        raise invalid(errors)
    raise refusal(404, "Booking reference not found")
