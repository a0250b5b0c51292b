"""Every route of the sandbox, gathered from the families."""

from __future__ import annotations

from calcom_async.sandbox import bookings_list, bookings_old, bookings_read, me
from calcom_async.sandbox.routing import Table


def table() -> Table:
    """The route table."""
    families = (me, bookings_list, bookings_read, bookings_old)
    return Table([route for family in families for route in family.routes.found])
