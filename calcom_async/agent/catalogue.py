"""Every tool there is, by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from calcom_async.agent.bookings_read import LIST_BOOKINGS
from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.profile import GET_CURRENT_USER
from calcom_async.agent.tool import Tool

__all__ = ["CATALOGUE", "UnknownToolError", "find_tool"]

_TOOLS = (LIST_BOOKINGS, GET_CURRENT_USER)
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
