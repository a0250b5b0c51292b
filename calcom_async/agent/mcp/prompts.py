"""Prompts for common jobs: what a person picks from a client's menu, written out as steps with the tools' names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from mcp import types

__all__ = ["PROMPTS", "Prompt", "offered", "written"]

_NAMED = re.compile(r"`([a-z]+(?:_[a-z]+)+)`")


@attrs.frozen(kw_only=True)
class Blank:
    """What a person may fill in.

    Attributes:
        name: Its name.
        description: What to write there.
        otherwise: What the prompt says where nothing was.
    """

    name: str
    description: str
    otherwise: str


@attrs.frozen(kw_only=True)
class Prompt:
    """A job.

    Attributes:
        name: Its name.
        title: What a menu shows.
        description: One sentence.
        blanks: What may be filled in.
        text: The steps, with each blank's name in braces.
    """

    name: str
    title: str
    description: str
    blanks: tuple[Blank, ...]
    text: str

    @property
    def tools(self) -> frozenset[str]:
        """The tools it names."""
        return frozenset(_NAMED.findall(self.text))


ACCOUNT = Blank(name="account", description="The account's name, where there are several.", otherwise="the default one")

_ALL = (
    Prompt(
        name="find_slot_and_book",
        title="Find a time and book it",
        description="Finds a free time for an event type and books it for somebody.",
        blanks=(
            Blank(name="attendee", description="Name and e-mail address of who it is with.", otherwise="ask me"),
            Blank(name="what", description="The event type: its title, slug or id.", otherwise="ask me"),
            Blank(name="when", description="When it should be, in any words.", otherwise="the next free times"),
            ACCOUNT,
        ),
        text="""Book a meeting on Cal.com.

- With: {attendee}
- What: {what}
- When: {when}
- Account: {account}

1. `list_event_types` shows what can be booked. Take the one that fits; ask me if several do.
2. `get_current_user` tells my time zone. Show every time in it.
3. `list_slots` gives the free times of that event type. Offer me three at most and wait for my choice.
4. `create_booking` books it with the start I chose. If somebody was faster (slot_taken), go back to step 3.
5. Tell me the day, the time, the place or link, and the booking's uid.

Book once. If the answer got lost, look with `list_bookings` before you try again.""",
    ),
    Prompt(
        name="reschedule_booking",
        title="Move a booking",
        description="Finds a booking and moves it to another free time.",
        blanks=(
            Blank(name="booking", description="Its uid, or with whom and when it is.", otherwise="ask me"),
            Blank(name="when", description="When it should be instead, in any words.", otherwise="the next free times"),
            ACCOUNT,
        ),
        text="""Move a booking on Cal.com.

- Booking: {booking}
- To: {when}
- Account: {account}

1. Find it with `get_booking`, or with `list_bookings` among the upcoming ones. Ask me if several fit.
2. `list_slots` gives the free times of its event type. Offer me three at most, in my time zone, which
   `get_current_user` tells, and wait for my choice.
3. `reschedule_booking` moves it. The booking gets a new uid: the old one is cancelled.
4. Tell me the new day and time, and the new uid.""",
    ),
    Prompt(
        name="my_week",
        title="What is on my calendar this week?",
        description="Lists the coming bookings day by day.",
        blanks=(
            Blank(name="week", description="Which days, in any words.", otherwise="today and the six days after it"),
            ACCOUNT,
        ),
        text="""Tell me what is booked with me on Cal.com.

- Days: {week}
- Account: {account}

1. `get_current_user` tells my time zone; all times are to be in it.
2. `list_bookings` for those days, in order of their start. Ask for the next page while there is one.
3. Write a list by day: start and end, title, with whom, where. Mark what is still pending.
4. Close with what needs me: requests to confirm, and bookings that overlap.""",
    ),
    Prompt(
        name="export_bookings",
        title="Export bookings to a file",
        description="Writes every booking, or some of them, into a file on this machine.",
        blanks=(
            Blank(name="file", description="Where to; its ending chooses the format.", otherwise="bookings.csv"),
            Blank(name="which", description="Which bookings, in any words.", otherwise="all of them"),
            ACCOUNT,
        ),
        text="""Export my Cal.com bookings.

- File: {file}
- Which: {which}
- Account: {account}

1. `export_bookings` writes the file and tells how far it is. Don't put a list together from pages instead: the export
   loses nothing and repeats nothing.
2. If it stopped before its end, call it again with the same arguments: it goes on where it was.
3. Tell me the path of the file, how many bookings are in it, and how many of each status.""",
    ),
    Prompt(
        name="clean_up_requests",
        title="Go through pending requests",
        description="Shows every booking that waits for an answer, and confirms or declines as you say.",
        blanks=(ACCOUNT,),
        text="""Go through the requests on Cal.com that wait for my answer.

- Account: {account}

1. `list_bookings` with the status pending; `get_current_user` tells my time zone.
2. Show them as a table: number, with whom, what, when, and whether another booking is at that time.
3. Ask me which to confirm, which to decline and why, and which to leave. Do nothing before I have answered.
4. `confirm_booking` or `decline_booking` for each, one after the other, with my reason.
5. Tell me what was done, and what is left.""",
    ),
)
PROMPTS: Mapping[str, Prompt] = MappingProxyType({prompt.name: prompt for prompt in _ALL})
"""Every prompt by name."""


def offered(tools: Iterable[str]) -> Sequence[Prompt]:
    """The prompts that need no other tools than these."""
    known = frozenset(tools)
    return [prompt for prompt in PROMPTS.values() if prompt.tools <= known]


def described(prompt: Prompt) -> types.Prompt:
    """A prompt as MCP describes it."""
    from mcp import types

    return types.Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            types.PromptArgument(name=blank.name, description=f"{blank.description} Left empty: {blank.otherwise}.")
            for blank in prompt.blanks
        ],
    )


def written(prompt: Prompt, given: Mapping[str, str] | None) -> str:
    """The text of a prompt, filled in.

    Args:
        prompt: One of `PROMPTS`.
        given: What a person wrote, by the blanks' names; an empty text is as good as none.
    """
    filled = {blank.name: (given or {}).get(blank.name, "").strip() or blank.otherwise for blank in prompt.blanks}
    return prompt.text.format_map(filled)
