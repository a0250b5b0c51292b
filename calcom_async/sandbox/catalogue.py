"""Every route of the sandbox, gathered from the families."""

from __future__ import annotations

from typing import Final

from calcom_async.sandbox import (
    api_keys,
    booking_create,
    booking_fields,
    booking_links,
    booking_moves,
    booking_upkeep,
    bookings_list,
    bookings_old,
    bookings_read,
    email_verification,
    event_types,
    event_types_old,
    managed_users,
    me,
    my_booking_limits,
    oauth,
    organization_attributes,
    organization_bookings,
    organization_delegation,
    organization_managed,
    organization_memberships,
    organization_people,
    organization_roles,
    organization_teams,
    organization_users,
    out_of_office,
    platform_clients,
    private_links,
    reservations,
    schedules,
    slots,
    team_event_types,
    teams,
    webhooks,
)
from calcom_async.sandbox.routing import Table

_FAMILIES: Final = (
    api_keys,
    booking_create,
    booking_fields,
    booking_links,
    booking_moves,
    booking_upkeep,
    bookings_list,
    bookings_old,
    bookings_read,
    email_verification,
    event_types,
    event_types_old,
    managed_users,
    me,
    my_booking_limits,
    oauth,
    organization_attributes,
    organization_bookings,
    organization_delegation,
    organization_managed,
    organization_memberships,
    organization_people,
    organization_roles,
    organization_teams,
    organization_users,
    out_of_office,
    platform_clients,
    private_links,
    reservations,
    schedules,
    slots,
    team_event_types,
    teams,
    webhooks,
)


def table() -> Table:
    """The route table."""
    return Table([route for family in _FAMILIES for route in family.routes.found])
