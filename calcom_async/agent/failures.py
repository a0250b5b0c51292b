"""From what went wrong to what an agent can act on: which call, what happened, what to do.

A pure function of the exception. No line carries a key, an address or a number of a person: answers of tools end up
in transcripts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from calcom_async.agent.result import ToolError
from calcom_async.errors import (
    AmbiguousWriteError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ApiVersionError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    DecodeError,
    ExportError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    TokenRefreshError,
    TokenRefreshLostError,
)

__all__ = ["ToolFailure", "explain", "tame"]

_PERSONAL = re.compile(r"[^\s\"'<>@=&?]+(?:@|%40)[\w.-]*\w|\+\d[\d\s().-]{5,}\d", re.IGNORECASE)
_KEY = re.compile(r"\b(?:cal|sk|pk)_[A-Za-z0-9_-]{8,}|\bBearer\s+\S+")


class ToolFailure(Exception):  # noqa: N818 - it carries a failure, it is not one more kind of error
    """A call that can't be done, told by whoever noticed.

    Args:
        code: See `ToolError`.
        message: What happened.
        advice: What to do.
        parameter: Which parameter, where it was one.
        details: More for programs.
    """

    def __init__(
        self,
        code: str,
        message: str,
        advice: str,
        *,
        parameter: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.error = ToolError(
            code=code, message=tame(message), advice=advice, parameter=parameter, details=details or {}
        )
        super().__init__(self.error.message)


def tame(text: str) -> str:
    """One line, without control characters, e-mail addresses, telephone numbers and keys."""
    one_line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return _KEY.sub("[key]", _PERSONAL.sub("[personal]", one_line))


def explain(error: Exception) -> ToolError:
    """What to tell of an exception."""
    match error:
        case ToolFailure():
            return error.error
        case APIStatusError():
            return _answered(error)
        case AmbiguousWriteError() | APIConnectionError():
            return _unanswered(error)
        case ConfigurationError():
            what, _, rest = str(error).partition("; ")
            return _told("configuration", what, rest or "check the accounts: list_accounts names them")
        case InvalidRequestError():
            what, _, rest = str(error).partition("; ")
            return _told("wrong_parameter", what, rest or "change the argument as the message says, and call again")
        case DecodeError():
            what = f"Cal.com's answer has another form than this release knows, at {error.path or 'its root'}"
            return _told("unreadable_answer", what, "api_get shows the answer as it is; update calcom-async")
        case ExportError():
            what, _, rest = str(error).partition(". To go on, ")
            return _told("export_failed", what, rest or "call export_bookings again: it goes on where it stopped")
        case OSError():
            name = Path(str(error.filename)).name if error.filename is not None else "a file"
            what = f"{name}: {error.strerror or type(error).__name__}"
            return _told("file", what, "check the path, its permissions and the space left on the disk")
        case _:
            what = f"an error of calcom-async itself: {type(error).__name__}{_place(error)}"
            return _told("internal", what, "don't repeat the call; tell the user to report it to the project")


def _told(code: str, message: str, advice: str, **more: Any) -> ToolError:
    return ToolError(code=code, message=tame(message), advice=tame(advice), **more)


def _answered(error: APIStatusError) -> ToolError:
    """Cal.com answered with an error."""
    code, advice = _meaning(error)
    said = error.message.rstrip(".")
    if isinstance(error, BadRequestError) and error.hint:
        said += f": {error.hint}"
    details = {
        "code": error.code,
        "method": error.method,
        "path": error.path,
        "request_id": error.request_id,
        "retry_after": error.retry_after,
    }
    return _told(
        code,
        f"Cal.com answered {error.status_code}: {said}",
        advice,
        status=error.status_code,
        details={key: value for key, value in details.items() if value is not None},
    )


def _meaning(error: APIStatusError) -> tuple[str, str]:
    """The code of an answer, and what to do about it."""
    taken = "already has booking at this time" in error.message
    match error:
        case TokenRefreshError():
            return (
                "unauthorized",
                "the account's login has ended: ask the user to run `calcom-async login` with its name",
            )
        case AuthenticationError():
            return "unauthorized", "the account's API key is not accepted: ask the user to check it"
        case NotFoundError() if isinstance(error, ApiVersionError) or error.message.startswith("Cannot "):
            return "not_found", "check the path (and apiVersion): this server has no such operation"
        case NotFoundError():
            return "not_found", "check the id, and that this account may see it: the list_… tools show what there is"
        case PermissionDeniedError() if error.missing_scopes:
            wanted = ", ".join(error.missing_scopes)
            return "forbidden", f"the account's login lacks the scope {wanted}: try another account, or ask the user"
        case PermissionDeniedError():
            return "forbidden", "this account may not do that: try another account (list_accounts), or ask the user"
        case ConflictError() if "/bookings" in error.path:
            return "slot_taken", "the time is taken: list_slots shows the free ones"
        case ConflictError():
            return "conflict", "it exists already: look at what there is before making another"
        case BadRequestError() if taken:
            return "slot_taken", "the time is taken or outside of the hours: list_slots shows the free ones"
        case RateLimitError():
            wait = f"wait {error.retry_after:.0f} seconds" if error.retry_after else "wait a minute"
            return "rate_limited", f"{wait}, then call again"
        case ServerError():
            return "server_error", "Cal.com failed: reads may be called again in a minute; after a write look first"
        case _:
            return "bad_request", "change what the message names, and call again"


def _unanswered(error: APIConnectionError) -> ToolError:
    """No answer came."""
    details = {"method": error.method, "path": error.path}
    match error:
        case TokenRefreshLostError():
            advice = "call again once; if it is refused then, ask the user to run `calcom-async login` for the account"
            return _told("no_connection", "the account's login was being renewed, and the answer was lost", advice)
        case AmbiguousWriteError():
            if error.mark is not None:
                details["mark"] = error.mark
            what = f"{error.method} {error.path} may have happened: its answer was lost, and it was not sent again"
            look = "call create_booking again with the same arguments: it looks first, and books only what is missing"
            advice = look if error.path == "/bookings" else "look before you repeat it: get_booking or list_bookings"
            return _told("ambiguous_write", what, advice, details=details)
        case APITimeoutError():
            return _told("timeout", f"no answer in time [{error.method} {error.path}]", "call again", details=details)
        case _:
            what, _, _ = str(error).partition("; ")
            return _told(
                "no_connection", what, "call again; if it stays, tell the user to check network and base URL",
                details=details,
            )  # fmt: skip


def _place(error: BaseException) -> str:
    """File and line that raised, without what was in the variables."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
