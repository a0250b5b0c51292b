"""How any list is shown: a table that stops somewhere for people, all of it as JSON for programs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from calcom_async.cli.failures import CommandFailure
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
    counted: bool = False,
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
        counted: Whether the server's total counts exactly these.

    Raises:
        CommandFailure: the list came to its end with fewer records than the server says there are.
    """
    most = TABLE_LENGTH if limit is None and not session.options.as_json else limit
    walk = _Walk(pager, most)
    if session.options.as_json:
        await print_json_array(record.to_dict() async for record in walk.records())
    else:
        zone = await session.zone(cal) if timed else session.utc
        records = [record async for record in walk.records()]
        if records:
            print_table(session.out, columns, records, zone)
        session.say(_counted(walk, noun, f", times in {zone.key}" if timed else ""), "dim")
    if counted and not walk.more and pager.total is not None and walk.count < pager.total:
        raise CommandFailure(
            f"{walk.count:,} of {pager.total:,} {noun} came: those that tie in the order may be missed on the way",
            f"`calcom-async {noun} export` gives every one",
            kind="IncompleteList",
        )


def _counted(walk: _Walk, noun: str, zoned: str) -> str:
    """The line below a table."""
    if not walk.count:
        return f"No {noun}."
    total = f" of about {walk.pager.total:,}" if walk.more and walk.pager.total is not None else ""
    named = noun if walk.count != 1 or total else noun.removesuffix("s")
    return f"{walk.count:,}{total} {named}{zoned}." + (" --limit shows more." if walk.more else "")


@attrs.define
class _Walk:
    """A walk over a list up to a number of records, each of them once.

    Attributes:
        count: How many there were.
        more: Whether there would be more.
    """

    pager: Pager[Any]
    most: int | None
    count: int = 0
    more: bool = False

    async def records(self) -> AsyncGenerator[Any, None]:
        """The records; those that tie may come on two pages, and are given once."""
        seen: set[Any] = set()
        async with aclosing(self.pager.pages()) as pages:
            async for page in pages:
                for record in page.items:
                    key = getattr(record, "uid", None) or getattr(record, "id", None)
                    if key in seen:
                        continue
                    if self.count == self.most:
                        self.more = True
                        return
                    seen.add(key)
                    self.count += 1
                    yield record
