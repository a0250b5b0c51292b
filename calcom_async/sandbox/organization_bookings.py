"""Bookings as an organization lists them: all of its people, those of a team, those of a user."""

from __future__ import annotations

from collections.abc import Awaitable

from calcom_async.sandbox import bookings_list, bookings_query
from calcom_async.sandbox.answers import Answer, refusal, success
from calcom_async.sandbox.booking_links import references
from calcom_async.sandbox.bookings_query import Condition
from calcom_async.sandbox.bookings_read import find
from calcom_async.sandbox.organization_access import members, number, require, require_user, teams
from calcom_async.sandbox.routing import Call, Routes

routes = Routes()


@routes.add("GET", "/organizations/{org}/bookings")
def list_all(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/bookings`: those its people host and those of its teams; narrowed by `userIds`."""
    organization = require(call, "ORG_ADMIN")
    people = [user["id"] for user in members(call, organization)]
    own_teams = [team["id"] for team in teams(call, organization)]
    hosted = f"booking IN (SELECT id FROM bookings WHERE organizer IN ({_marks(people)}))"
    within = Condition(f"(team IN ({_marks(own_teams)}) OR {hosted})", [*own_teams, *people])
    listing = bookings_query.parse(call.query, call.backend, call.caller["id"], within=within, of_users=True)
    return bookings_list.offset_answer(call.backend, listing)


@routes.add("GET", "/organizations/{org}/users/{user}/bookings")
def list_of_user(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/users/{userId}/bookings`: what this user sees."""
    user = require_user(call, require(call, "ORG_ADMIN"))
    return bookings_list.offset_answer(call.backend, bookings_query.parse(call.query, call.backend, user["id"]))


@routes.add("GET", "/organizations/{org}/teams/{team}/bookings/{uid}/references")
def list_references(call: Call) -> Answer | Awaitable[Answer]:
    """`GET /v2/organizations/{orgId}/teams/{teamId}/bookings/{bookingUid}/references`."""
    require(call, "TEAM_ADMIN")
    booking = find(call.backend, call.params["uid"])
    if booking.team != number(call, "team"):
        raise refusal(404, f"Booking with uid={booking.uid} was not found in the database")
    return references(call) if call.backend.hosted else success([])


def _marks(values: list[int]) -> str:
    return ", ".join("?" * len(values))
