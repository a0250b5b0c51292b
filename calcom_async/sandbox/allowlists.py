"""`/v2/allowlists` (hosted): the addresses of Cal.com's services; here those kept for documentation."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox.answers import Answer, no_route, refusal, success
from calcom_async.sandbox.routing import Call, Routes

routes = Routes(access="open")

_METADATA: Final = {"schemaVersion": "v1"}
_SERVICES: Final[dict[str, dict[str, Any]]] = {
    "webhooks": {"direction": "egress-from-cal", "ipv4": ["203.0.113.20/32", "203.0.113.21/32"]},
    "api": {"direction": "ingress-to-cal", "ipv4": ["203.0.113.30/32"]},
}


@routes.add("GET", "/allowlists")
def list_all(call: Call) -> Answer:
    """`GET /v2/allowlists`: by service."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    return success({"metadata": _METADATA, "services": _SERVICES})


@routes.add("GET", "/allowlists/{service}")
def get(call: Call) -> Answer:
    """`GET /v2/allowlists/{service}`."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    name = call.params["service"]
    if name not in _SERVICES:
        raise refusal(404, f"Allowlist for service {name} not found")
    return success({"metadata": _METADATA, "service": {**_SERVICES[name], "name": name}})
