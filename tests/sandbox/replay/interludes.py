"""What changed the recorded world without being recorded: file and number of the pair it came before.

Most were requests; they are sent with somebody's key (`POST?` may be refused). The rest is what the recorder did in its database: `SHIFT` moves
a booking by days, `VIDEO` gives it a room, `FORGET` empties a shelf, `DROP` removes a team, `PLAN` gives a platform a
plan, `ROLE` a member a role, `GOOGLE` somebody a calendar, `LOSE` takes addresses; `NEXT` is the next number of a shelf; `CLIENT` and `TOKEN` stand for a client and a token whose making was not recorded.
"""

from __future__ import annotations

from typing import Any, Final

Request = tuple[str, str, str, Any]
"""Method, path below `/v2`, who sends it, and body."""

_GRACE: Final = {"name": "Grace Guest", "email": "grace@example.com", "timeZone": "Europe/Riga"}
_DAVE: Final = "/organizations/502/users/1004"
_VERIFIED: Final = "/verified-resources/emails/verification-code"
_FORM_WORKFLOWS: Final = "/organizations/502/teams/503/workflows/routing-form"
_FORM: Final = "f0000000-0000-4000-8000-000000000001"
STEP: Final = {
    "action": "email_attendee",
    "stepNumber": 1,
    "recipient": "attendee",
    "template": "reminder",
    "sender": "Cal",
    "includeCalendarEvent": True,
    "message": {"subject": "Reminder {EVENT_NAME}", "html": "<p>Hi {ATTENDEE}</p>"},
}
"""What a workflow does."""
_CLIENT: Final = "/oauth-clients/clcplatclient0001/users"


def _book(event_type: int, start: str, **more: Any) -> Request:
    return "POST", "/bookings", "alice", {"eventTypeId": event_type, "start": start, "attendee": _GRACE, **more}


def _form_workflow(name: str, on: dict[str, Any], trigger: str) -> Request:
    body = {"name": name, "activation": on, "trigger": {"type": trigger}, "steps": [STEP]}
    return "POST", _FORM_WORKFLOWS, "carol", body


INTERLUDES: Final[dict[tuple[str, str], tuple[Request, ...]]] = {
    ("server.jsonl", "0088"): (("PATCH", "/schedules/3001", "alice", {"isDefault": True}),),
    ("server.jsonl", "0163"): (_book(20005, "2026-11-26T12:00:00Z"),),
    ("server.jsonl", "0278"): (
        ("POST", "/bookings/9qgPidNTzWKg1CMpBWJpK8/reschedule", "alice", {"start": "2026-12-01T10:00:00Z"}),
    ),
    ("server.jsonl", "0290"): (("SHIFT", "dSq8Ex17rJazYLzyBg1KAX", "", -6),),
    ("server.jsonl", "0299"): (
        ("POST", "/bookings/dSq8Ex17rJazYLzyBg1KAX/reschedule", "alice", {"start": "2026-12-03T15:00:00Z"}),
    ),
    ("server.jsonl", "0303"): (
        ("POST", "/bookings/nFLRMEngHsSGCdfUHJqaeQ/cancel", "alice", {"cancellationReason": "x"}),
    ),
    ("server.jsonl", "0372"): (("DROP", "new-team", "", None),),
    ("server.jsonl", "0480"): (
        ("POST", _CLIENT, "client", {"email": "mu1@example.com", "name": "Managed One", "timeZone": "Europe/Rome"}),
    ),
    ("server-2.jsonl", "0067"): (("POST", "/organizations/502/users", "carol", {"email": "frank2@acme.test"}),),
    ("server-2.jsonl", "0132"): (("DELETE", f"{_DAVE}/schedules/3012", "carol", None),),
    ("server-2.jsonl", "0244"): (
        ("DELETE", "/organizations/502/attributes/options/1004/73512ec4-1d45-49f3-8d48-0c8b20bfaa8e", "carol", None),
    ),
    ("server-2.jsonl", "0249"): (
        ("DELETE", "/organizations/502/attributes/fe32fd27-bb9a-4eeb-9e43-1084dc266fe2", "carol", None),
    ),
    ("server-2.jsonl", "0254"): (("DELETE", f"{_DAVE}/ooo/2", "carol", None),),
    ("server-2.jsonl", "0335"): (
        ("POST?", f"{_VERIFIED}/verify", "alice", {"email": "user@verify.test", "code": "000000"}),
    ),
    ("server-2.jsonl", "0773"): (("POST", _CLIENT, "client", {"email": "min@managed.test", "name": "Min"}),),
    ("server-2.jsonl", "1072"): tuple(
        ("POST?", f"{_VERIFIED}/request", "bob", {"email": f"t{number}@x.test"}) for number in range(4)
    ),
    ("server-2.jsonl", "0498"): (
        ("NEXT", "workflows", "", 17),
        _form_workflow(
            "Form WF", {"isActiveOnAllRoutingForms": False, "activeOnRoutingFormIds": [_FORM]}, "formSubmitted"
        ),
        _form_workflow("all", {"isActiveOnAllRoutingForms": True}, "formSubmittedNoEvent"),
    ),
    ("server-2.jsonl", "0510"): (("DELETE", "/organizations/502/teams/503/workflows/1", "carol", None),),
    ("server-2.jsonl", "0604"): (("FORGET", "delegation credentials", "", None),),
    ("server-2.jsonl", "0799"): (("TOKEN", "token-of-alice", "", 1001),),
    ("server-2.jsonl", "0841"): (
        (
            "DELETE",
            "/oauth-clients/clcplatclient0001/webhooks/c5fb9ee0-40c1-413c-82cd-31b8b41f2df6",
            "client",
            None,
        ),
    ),
    ("server-2.jsonl", "0866"): (("GOOGLE", "alice@example.com", "", 1001),),
    ("server-2.jsonl", "0879"): (("PLAN", "504", "", "none"),),
    ("server-2.jsonl", "0881"): (("PLAN", "504", "", "SCALE"),),
    ("server-2.jsonl", "1042"): (("DELETE", "/organizations/504/organizations/505", "plat", None),),
    ("server-2.jsonl", "1066"): (("CLIENT", "cmwrs5r41000c8f7dsxln3lyv", "", ["PROFILE_READ"]),),
    ("server-2.jsonl", "1086"): (("LOSE", "team 503", "", None),),
    ("server-2.jsonl", "1124"): (("GOOGLE", "alice@example.com", "", 1001),),
    ("server-2.jsonl", "1157"): (_book(20004, "2026-12-09T10:00:00Z"),),
    ("server-2.jsonl", "1185"): (("VIDEO", "dE4YHrMsiCHzTETZLJ48GC", "", None),),
    ("server-2.jsonl", "1198"): (("SHIFT", "dE4YHrMsiCHzTETZLJ48GC", "", -30),),
    ("server-2.jsonl", "1212"): (("POST", "/bookings/piCqrF5jjWDF6PGVeyTvgC/confirm", "alice", {}),),
    ("server-2.jsonl", "1304"): (("ROLE", "4b86a06c-caa7-4f2d-b810-a9dbf40a00f5", "", 8004),),
    ("server-2.jsonl", "1310"): (("PATCH", "/organizations/502/memberships/8004", "carol", {"role": "MEMBER"}),),
    ("server-2.jsonl", "1326"): (("PLAN", "504", "", "FREE"),),
    ("server-2.jsonl", "1328"): (("PLAN", "504", "", "STARTER"),),
    ("server-2.jsonl", "1330"): (("PLAN", "504", "", "ESSENTIALS"),),
    ("server-2.jsonl", "1332"): (("PLAN", "504", "", "SCALE"),),
    ("server-2.jsonl", "1334"): (("PLAN", "504", "", "none"),),
    ("server-2.jsonl", "1336"): (("PLAN", "504", "", "SCALE"),),
}
