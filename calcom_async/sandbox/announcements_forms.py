"""What webhooks are told of routing forms: that one was answered, and that no booking came of it in 15 minutes."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import announcements, instants
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.store import Record

WAITING: Final = "answered forms that wait for a booking"
PATIENCE: Final = 15 * instants.MINUTE
"""How long an answered form waits for a booking."""


async def announce_form(backend: Backend, form: Record, answers: dict[str, Any], response_id: int | str) -> None:
    """Tell that a form was answered (FORM_SUBMITTED), and have it told later if nothing comes of it."""
    owners = _owners(backend, form)
    content: dict[str, Any] = {
        "formId": form["id"],
        "formName": form["name"],
        "teamId": form.get("teamId"),
        "responses": _responses(form, answers),
    }
    # Each answer stands beside the payload as well, as it did before there was one.
    root = {name: each["value"] for name, each in content["responses"].items()}
    hooks = announcements.subscribers(backend, "FORM_SUBMITTED", owners)
    await announcements.send(backend, "FORM_SUBMITTED", [(hook, content) for hook in hooks], **root)
    for hook in announcements.subscribers(backend, "FORM_SUBMITTED_NO_EVENT", owners):
        now = backend.clock.milliseconds()
        record = {"id": backend.names.uuid(), "webhook": hook["id"], "response": response_id, "content": content}
        backend.store.shelf(WAITING).put({**record, "since": now, "at": now + PATIENCE})


async def announce_without_event(backend: Backend, waiting: Record) -> None:
    """Tell that no booking came of an answered form, unless one did (FORM_SUBMITTED_NO_EVENT)."""
    backend.store.shelf(WAITING).delete(waiting["id"])
    hook = backend.store.webhooks.get(waiting["webhook"])
    content = waiting["content"]
    if hook is None or not hook["active"] or _booked(backend, waiting):
        return
    root = {name: each["value"] for name, each in content["responses"].items()}
    await announcements.send(backend, "FORM_SUBMITTED_NO_EVENT", [(hook, content)], **root)


def _owners(backend: Backend, form: Record) -> list[str]:
    """A form of a team or an organization is told to that one's webhooks and to those of whom it belongs to."""
    owners = [f"organization {form['teamId']}"] if form.get("teamId") is not None else []
    if form.get("userId") is not None:
        owners += [owner for owner in announcements.owners_of_user(backend, form["userId"]) if owner not in owners]
    return owners


def _responses(form: Record, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers by the field's identifier; the chosen option with its id."""
    told = {}
    for each in form["fields"]:
        name = each.get("identifier") or each["id"]
        sent = answers.get(name, answers.get(each["id"]))
        if sent is None:
            continue
        chosen = next((one for one in each.get("options") or () if sent in (one["id"], one["label"])), None)
        told[name] = {
            "value": chosen["label"] if chosen else sent,
            "response": {"id": chosen["id"], "label": chosen["label"]} if chosen else sent,
        }
    return told


def _booked(backend: Backend, waiting: Record) -> bool:
    """Whether somebody who gave an address in the form has booked since."""
    found = {str(each["value"]).lower() for each in waiting["content"]["responses"].values()}
    recent = backend.bookings.where("created >= ?", waiting["since"])
    return any(attendee["email"].lower() in found for each in recent for attendee in each.wire["attendees"])
