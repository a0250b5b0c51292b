"""How any list is shown: a table that stops somewhere for people, all of it as JSON for programs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calcom_async.cli.output import Column, print_json_array, print_table
from calcom_async.cli.session import Session

if TYPE_CHECKING:
    from calcom_async import AsyncCalCom
    from calcom_async.core.paging import Pager

__all__ = ["TABLE_LENGTH", "Limit", "show_list"]

TABLE_LENGTH = 50
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help=f"At most so many: {TABLE_LENGTH} in a table, all with --json."),
]
"""The option that goes with `show_list`."""


async def show_list(
    session: Session,
    cal: AsyncCalCom,
    pager: Pager[Any],
    columns: Sequence[Column],
    *,
    noun: str,
    limit: int | None = None,
    timed: bool = False,
) -> None:
    """Print a list.

    Args:
        session: Where to.
        cal: The client, for the account's time zone.
        pager: The list.
        columns: Of the table.
        noun: What it lists, such as `bookings`.
        limit: At most so many.
        timed: Whether the table shows times, which are then in a time zone.
    """
    if session.options.as_json:
        await print_json_array(_wire(pager, limit))
        return
    zone = await session.zone(cal) if timed else session.utc
    most = TABLE_LENGTH if limit is None else limit
    records: list[Any] = []
    more = False
    async with aclosing(_walked(pager)) as walk:
        async for record in walk:
            if len(records) == most:
                more = True
                break
            records.append(record)
    if not records:
        session.say(f"No {noun}.")
        return
    print_table(session.out, columns, records, zone)
    total = f" of about {pager.total:,}" if more and pager.total is not None else ""
    zoned = f", times in {zone.key}" if timed else ""
    counted = noun if len(records) != 1 else noun.removesuffix("s")
    session.say(f"{len(records):,}{total} {counted}{zoned}." + (" --limit shows more." if more else ""), "dim")


async def _wire(pager: Pager[Any], limit: int | None) -> AsyncGenerator[dict[str, Any], None]:
    count = 0
    async with aclosing(_walked(pager)) as walk:
        async for record in walk:
            yield record.to_dict()
            count += 1
            if count == limit:
                return


async def _walked(pager: Pager[Any]) -> AsyncGenerator[Any, None]:
    async with aclosing(pager.pages()) as pages:
        async for page in pages:
            for record in page.items:
                yield record
