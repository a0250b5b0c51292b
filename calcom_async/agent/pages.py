"""`page` and `limit`: rows 6 to 10 are page 2 of 5, whether or not Cal.com pages the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from calcom_async.agent.call import Call
from calcom_async.agent.tool import Parameter

__all__ = ["PAGINATION", "pagination", "paging_parameters", "rows_of", "sliced"]

T = TypeVar("T")
MOST = 250

PAGINATION = {
    "type": "object",
    "properties": {
        "page": {"type": "integer"},
        "limit": {"type": ["integer", "null"]},
        "returnedItems": {"type": "integer"},
        "totalItems": {"type": ["integer", "null"], "description": "null where it is not known"},
        "hasNextPage": {"type": "boolean"},
        "nextPage": {"type": ["integer", "null"]},
    },
    "required": ["page", "limit", "returnedItems", "totalItems", "hasNextPage", "nextPage"],
}


def paging_parameters(what: str, *, limit: int | None = None) -> tuple[Parameter, Parameter]:
    """The parameters `limit` and `page` of a list.

    Args:
        what: Of what, such as `bookings`.
        limit: The default; None: all of them.
    """
    default = "" if limit is not None else "; all of them if left out"
    return (
        Parameter(
            name="limit",
            type="integer",
            description=f"Maximum number of {what} per page{default}",
            default=limit,
            minimum=1,
            maximum=MOST,
            example=10,
        ),
        Parameter(
            name="page",
            type="integer",
            description="Page number for pagination (starts at 1)",
            default=1,
            minimum=1,
            example=2,
        ),
    )


def rows_of(call: Call) -> tuple[int, int | None]:
    """The first row of the page that is asked for, from 0, and the first that is not in it (None: no end)."""
    limit, page = call.get("limit"), call["page"]
    if limit is None:
        return (0, None) if page == 1 else (MOST * (page - 1), MOST * page)
    return limit * (page - 1), limit * page


def sliced(call: Call, rows: Sequence[T]) -> tuple[list[T], dict[str, Any]]:
    """The rows of the page of a whole list, and its pagination."""
    first, end = rows_of(call)
    chosen = list(rows[first:end])
    return chosen, pagination(call, returned=len(chosen), total=len(rows), more=end is not None and len(rows) > end)


def pagination(call: Call, *, returned: int, total: int | None, more: bool) -> dict[str, Any]:
    """What an answer says of its place in the list."""
    page = call["page"]
    return {
        "page": page,
        "limit": call.get("limit"),
        "returnedItems": returned,
        "totalItems": total,
        "hasNextPage": more,
        "nextPage": page + 1 if more else None,
    }
