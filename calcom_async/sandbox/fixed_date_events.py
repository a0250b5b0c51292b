"""`/v2/events` (hosted): fixed-date events; nothing makes one over the API, so that there are none but a test's own."""

from __future__ import annotations

from typing import Final

from calcom_async.sandbox.answers import Answer, no_route, refusal, success
from calcom_async.sandbox.routing import Call, Routes

routes = Routes()

_SHELF: Final = "fixed date events"


@routes.add("GET", "/events")
def list_all(call: Call) -> Answer:
    """`GET /v2/events`: those one hosts, narrowed by `slug`."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    found = call.backend.store.shelf(_SHELF).of(call.caller["id"])
    slug = call.query.get("slug")
    return success([each for each in found if slug is None or each["slug"] == slug])


@routes.add("GET", "/events/{uuid}")
def get(call: Call) -> Answer:
    """`GET /v2/events/{uuid}`."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    uuid = call.params["uuid"]
    found = (each for each in call.backend.store.shelf(_SHELF).of(call.caller["id"]) if each["uuid"] == uuid)
    event = next(found, None)
    if event is None:
        raise refusal(404, f"Event with uuid={uuid} not found")
    return success(event)
