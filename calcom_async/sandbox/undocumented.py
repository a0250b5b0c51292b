"""Routes of a self-hosted server that are in no document: the time zones of cities, and whether a client exists."""

from __future__ import annotations

from zoneinfo import available_timezones

from calcom_async.sandbox.answers import Answer, ApiError, no_route, success
from calcom_async.sandbox.credentials import PLATFORM_CLIENTS
from calcom_async.sandbox.routing import Call, Routes

routes = Routes(access="open")


@routes.add("GET", "/timezones")
def time_zones(call: Call) -> Answer:
    """`GET /v2/timezones`: cities with their time zones; here those that zones are named after, with nobody in them."""
    if call.backend.hosted:
        raise no_route(call.method, call.url)
    zones = sorted(each for each in available_timezones() if "/" in each and not each.startswith("Etc/"))
    return success([{"city": _city(each), "timezone": each, "pop": 0} for each in zones])


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


@routes.add("GET", "/provider/{clientId}")
def provider(call: Call) -> Answer:
    """`GET /v2/provider/{clientId}`: whether there is such a client."""
    if call.backend.hosted:
        raise no_route(call.method, call.url)
    client = call.backend.store.shelf(PLATFORM_CLIENTS).get(call.params["clientId"])
    if client is None:
        details = {"message": "Unauthorized", "statusCode": 401}
        raise ApiError(401, {"code": "UnauthorizedException", "message": "Unauthorized", "details": details})
    return success({"clientId": client["id"], "name": client["name"], "organizationId": client["organizationId"]})
