"""The codes of errors in the documentation: what each means, what to do, and which functions can answer it."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from calcom_async.agent.tool import Tool

__all__ = ["ERROR_CODES", "ErrorCode", "errors_of"]


@attrs.frozen
class ErrorCode:
    """One code of a `ToolError`.

    Attributes:
        code: As in `ToolError.code`.
        meaning: What happened.
        advice: What to do.
        applies: Whether a tool can answer it; None for the codes that come before any tool is known.
        general: Whether it says nothing of the tool, so that its page need not explain it.
    """

    code: str
    meaning: str
    advice: str
    applies: Callable[[Tool], bool] | None
    general: bool = True


def _any(tool: Tool) -> bool:
    del tool
    return True


def _takes_arguments(tool: Tool) -> bool:
    return bool(tool.parameters)


def _requires_arguments(tool: Tool) -> bool:
    return any(parameter.required for parameter in tool.parameters)


def _sends(tool: Tool) -> bool:
    return tool.operation != "local"


def _names_something(tool: Tool) -> bool:
    return _sends(tool) and any(
        parameter.name in {"id", "uid", "path", "teamSlug", "username"} or parameter.name.endswith(("Id", "Uid"))
        for parameter in tool.parameters
    )


def _writes(tool: Tool) -> bool:
    return tool.kind == "write"


def _changes_cal_com(tool: Tool) -> bool:
    return _writes(tool) and _sends(tool)


def _books(tool: Tool) -> bool:
    return _changes_cal_com(tool) and tool.name in {"create_booking", "reschedule_booking", "reserve_slot"}


def _exports(tool: Tool) -> bool:
    return tool.namespace == "export"


ERROR_CODES = (
    ErrorCode("unknown_tool", "there is no such function", "use the name that the message suggests", None),
    ErrorCode("unknown_account", "there is no such account", "`list_accounts` names those there are", None),
    ErrorCode("missing_parameter", "a required argument was not given", "give it", _requires_arguments, general=False),
    ErrorCode(
        "wrong_parameter", "an argument has the wrong type, form or value", "change it", _takes_arguments, general=False
    ),
    ErrorCode("unknown_parameter", "there is no such argument", "use the name that the message suggests", _any),
    ErrorCode("permission_denied", "the account does not allow it, or the user said no", "tell the user", _sends),
    ErrorCode("unauthorized", "the account's API key is not accepted", "ask the user to check it", _sends),
    ErrorCode("forbidden", "this account may not do that at Cal.com", "try another account, or ask the user", _sends),
    ErrorCode(
        "not_found", "there is no such thing, or not for this account", "check the id", _names_something, general=False
    ),
    ErrorCode(
        "slot_taken",
        "the time is taken, or outside of the hours",
        "`list_slots` shows free ones",
        _books,
        general=False,
    ),
    ErrorCode("conflict", "it exists already", "look at what there is", _changes_cal_com, general=False),
    ErrorCode("bad_request", "Cal.com refuses the request", "change what the message names", _sends),
    ErrorCode("rate_limited", "too many requests in a minute", "wait as long as the advice says", _sends),
    ErrorCode("server_error", "Cal.com failed", "read again in a minute; after a write look first", _sends),
    ErrorCode("timeout", "no answer came in time", "call again", _sends),
    ErrorCode("no_connection", "Cal.com was not reached", "call again, then tell the user", _sends),
    ErrorCode("ambiguous_write", "it may have happened", "look before you repeat it", _changes_cal_com, general=False),
    ErrorCode("unreadable_answer", "Cal.com's answer has an unknown form", "`api_get` shows it as it is", _sends),
    ErrorCode("configuration", "the account's key or server can't work", "tell the user", _sends),
    ErrorCode(
        "export_failed", "an export stopped", "call it again: it goes on where it stopped", _exports, general=False
    ),
    ErrorCode("file", "a file can't be read or written", "check its path", _exports, general=False),
    ErrorCode("internal", "an error of calcom-async itself", "don't repeat the call; tell the user", _any),
)
"""Every code there is."""


def errors_of(tool: Tool) -> list[ErrorCode]:
    """The codes that a tool can answer."""
    return [error for error in ERROR_CODES if error.applies is not None and error.applies(tool)]
