"""Every tool there is, by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from calcom_async.agent.account_list import ACCOUNT_TOOLS
from calcom_async.agent.api import API_TOOLS
from calcom_async.agent.booking_change import CHANGING_TOOLS
from calcom_async.agent.booking_create import CREATING_TOOLS
from calcom_async.agent.bookings_read import READING_TOOLS
from calcom_async.agent.event_types import EVENT_TYPE_TOOLS
from calcom_async.agent.export import EXPORT_TOOLS
from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.free_times import FREE_TIME_TOOLS
from calcom_async.agent.profile import PROFILE_TOOLS
from calcom_async.agent.schedules import SCHEDULE_TOOLS
from calcom_async.agent.slots import SLOT_TOOLS
from calcom_async.agent.teams import TEAM_TOOLS
from calcom_async.agent.tool import Tool

__all__ = ["CATALOGUE", "UnknownToolError", "find_tool"]

_TOOLS = (
    *EVENT_TYPE_TOOLS,
    *CREATING_TOOLS,
    *READING_TOOLS,
    *TEAM_TOOLS,
    *PROFILE_TOOLS,
    *CHANGING_TOOLS,
    *SLOT_TOOLS,
    *FREE_TIME_TOOLS,
    *SCHEDULE_TOOLS,
    *EXPORT_TOOLS,
    *ACCOUNT_TOOLS,
    *API_TOOLS,
)
CATALOGUE: Mapping[str, Tool] = MappingProxyType({tool.name: tool for tool in _TOOLS})
"""Every tool by name, in the order of the guide."""
_PREFIXES = ("cal_com_", "calcom_")


class UnknownToolError(ToolFailure, LookupError):
    """There is no tool with this name; the message says which one may be meant."""


def find_tool(name: str) -> Tool:
    """The tool of a name: `list_bookings`, `cal_com_list_bookings` or `cal-com.cal_com_list_bookings`.

    Raises:
        UnknownToolError: there is none; it says which one may be meant.
    """
    short = name.strip().rpartition(".")[2].replace("-", "_")
    for prefix in _PREFIXES:
        short = short.removeprefix(prefix)
    if short in CATALOGUE:
        return CATALOGUE[short]
    close = difflib.get_close_matches(short.lower(), CATALOGUE, n=1, cutoff=0.4)
    meant = f"; did you mean {close[0]}?" if close else ""
    raise UnknownToolError(
        "unknown_tool", f"there is no tool {name[:60]!r}{meant}", f"use one of {', '.join(CATALOGUE)}",
        details={"tools": list(CATALOGUE)},
    )  # fmt: skip
