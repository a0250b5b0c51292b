"""What went wrong, for people: one line that says what happened, one that says what to do, and the exit code.

From exception to lines is a pure function. No line carries a key, a name or an e-mail address: people paste them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import attrs
import typer

from calcom_async.cli.help import commands_named, first_example
from calcom_async.errors import (
    AmbiguousWriteError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ApiVersionError,
    AuthenticationError,
    BadRequestError,
    CalComError,
    ConfigurationError,
    ConflictError,
    DecodeError,
    ExportError,
    InvalidRequestError,
    MissingExtraError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    TokenRefreshError,
    TokenRefreshLostError,
)

__all__ = [
    "FAILED",
    "INTERRUPTED",
    "READER_GONE",
    "TERMINATED",
    "USAGE",
    "CommandFailure",
    "Failure",
    "explain",
    "tame",
]

FAILED = 1
USAGE = 2
INTERRUPTED = 130
TERMINATED = 143
READER_GONE = 141
"""What the shell reports of a program whose reader went away, such as `| head`."""

_USAGE_ERROR: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""The root of usage errors; newer typers bring their own click, so that it can't be imported from there."""
_EMAIL = re.compile(r"[^\s\"'<>@=&?]+(?:@|%40)[\w.-]*\w", re.IGNORECASE)
_ARGUMENT = re.compile(r"\w+=(?:True)? \((--[\w-]+)\)")
"""An argument of a function with its option in brackets, as messages for both have it."""
_STOPPED = re.compile(r".*?(?: bookings| up to date|the export of [\w-]+ failed): ")
"""How the message of an export begins that something else has stopped."""
_QUERY = re.compile(r"\?\S+")
"""Of a path that a server repeats: filters may be personal data."""
_NO_COMMAND = re.compile(r"No such command '([\w-]+)'")
_OWN_STATUS = re.compile(r"'(accepted|confirmed|pending|rejected)' is not one of 'upcoming'")
"""What a booking calls its status, where the word of a list was wanted."""
_LISTS = {"bookings": "bookings list", "event-types": "event-types list", "webhooks": "webhooks list"}


class CommandFailure(Exception):  # noqa: N818 - it carries a failure, it is not one more kind of error
    """A command can't go on, and knows itself what to tell.

    Args:
        what: What happened.
        advice: What to do.
        exit_code: 1 failed, 2 wrong usage or configuration.
        kind: The name in `--json` output.
    """

    def __init__(self, what: str, advice: str, *, exit_code: int = FAILED, kind: str = "CommandFailure") -> None:
        self.failure = Failure(kind=kind, what=what, advice=advice, exit_code=exit_code)
        super().__init__(what)


@attrs.frozen(kw_only=True)
class Failure:
    """What is told of an error.

    Attributes:
        kind: The name of the exception.
        what: What happened.
        advice: What to do.
        exit_code: What the process ends with.
        fields: More for programs: status, request id, path template.
        example: What follows the advice and is the program's own, so that its addresses may be seen.
        own_advice: Whether the advice is the program's own as well, from its first word to its last.
    """

    kind: str
    what: str
    advice: str
    exit_code: int = FAILED
    fields: dict[str, Any] = attrs.field(factory=dict)
    example: str = ""
    own_advice: bool = False

    def lines(self) -> str:
        """The two lines for people."""
        return f"error: {tame(self.what)}\n   do: {self._advice()}"

    def json(self) -> str:
        """One JSON object for programs."""
        told = {"type": self.kind, "message": tame(self.what), "advice": self._advice()}
        more = {k: tame(v) if isinstance(v, str) else v for k, v in self.fields.items() if v is not None}
        return json.dumps({"error": told | more}, ensure_ascii=False)

    def _advice(self) -> str:
        return (_printable(self.advice) if self.own_advice else tame(self.advice)) + self.example


def tame(text: str) -> str:
    """Text that is safe to show: one line, no terminal control characters, no e-mail addresses."""
    return _EMAIL.sub("[e-mail]", _printable(text))


def _printable(text: str) -> str:
    """One line without terminal control characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))


def explain(error: BaseException, *, base_url: str = "the base URL", timeout: float = 60.0) -> Failure:
    """What to tell of an exception.

    Args:
        error: What was raised.
        base_url: Where the command was sending to.
        timeout: The time-out it was using, in seconds.
    """
    match error:
        case CommandFailure():
            return error.failure
        case APIStatusError():
            return _answered(error, base_url)
        case APIConnectionError():
            return _unanswered(error, base_url, timeout)
        case CalComError():
            return _refused_here(error, base_url, timeout)
        case OSError():
            name = Path(str(error.filename)).name if error.filename is not None else "a file"
            what = f"{name}: {error.strerror or type(error).__name__}"
            return _failure(error, what, "check the path, its permissions and the space left on the disk")
        case _ if isinstance(error, _USAGE_ERROR):
            return _misused(error)
        case _:
            return _failure(
                error,
                f"an error of calcom-async itself: {type(error).__name__}{_place(error)}",
                "run it again with --verbose, and report the log at the project's issue tracker",
            )


def _failure(
    error: BaseException, what: str, advice: str, exit_code: int = FAILED, fields: dict[str, Any] | None = None
) -> Failure:
    return Failure(kind=type(error).__name__, what=what, advice=advice, exit_code=exit_code, fields=fields or {})


def _answered(error: APIStatusError, base_url: str) -> Failure:
    """Cal.com answered with an error."""
    message = _QUERY.sub("", error.message) if error.message.startswith("Cannot ") else error.message
    if isinstance(error, BadRequestError) and error.hint:
        message = f"{message.rstrip('.')}: {error.hint}"
    what = f"{_meaning(error)}{error.status_code} {message.rstrip('.')} [{error.method} {error.path}]"
    if error.request_id:
        what += f" request id {error.request_id}"
    fields = {
        "status": error.status_code,
        "code": error.code,
        "details": error.details if isinstance(error.details, str) else None,
        "method": error.method,
        "path": error.path,
        "request_id": error.request_id,
        "retry_after": error.retry_after,
    }
    return _failure(error, what, _advice(error, base_url), fields=fields)


def _meaning(error: APIStatusError) -> str:
    """In plain words, where Cal.com's own are only for those who know its source."""
    match error:
        case TokenRefreshError():
            return "the login has ended: " if error.code == "invalid_grant" else ""
        case AuthenticationError() if _is_renewed(error):
            return "the login is not accepted: "
        case AuthenticationError():
            return "the API key is not accepted: "
        case NotFoundError() if _is_elsewhere(error):
            return "the server has nothing there: "
        case RateLimitError():
            return "too many requests: "
        case _:
            return ""


def _is_renewed(error: AuthenticationError) -> bool:
    """Whether it is a token that was refused though it was renewed just then."""
    return error.hint is not None and "renewed" in error.hint


def _is_elsewhere(error: NotFoundError) -> bool:
    """Whether it is the path or the server that is wrong, and not an id."""
    return error.message.startswith(("Cannot ", "HTTP 404"))


def _advice(error: APIStatusError, base_url: str) -> str:
    match error:
        case TokenRefreshError():
            return error.hint or "log in again: `calcom-async login NAME`"
        case AuthenticationError() if _is_renewed(error):
            return error.hint or ""
        case AuthenticationError():
            return f"check CALCOM_API_KEY (or the account's key), and that it belongs to {base_url}"
        case ApiVersionError():
            return f"check that {base_url} is Cal.com's API (it ends in /v2); `calcom-async doctor` looks at it"
        case NotFoundError() if _is_elsewhere(error):
            return f"check the path, and that {base_url} is Cal.com's API (it ends in /v2)"
        case NotFoundError():
            of_event_type = error.message.lower().startswith("event type ")  # that a booking or slots were asked for
            listing = _LISTS.get("event-types" if of_event_type else error.path.strip("/").partition("/")[0])
            seen = f"; `calcom-async {listing}` shows what there is" if listing else ""
            return f"{error.hint or 'check the id, and that this key may see it'}{seen}"
        case PermissionDeniedError() if error.hint:
            return error.hint
        case PermissionDeniedError():
            return "use the key of somebody who may do this; `calcom-async me` shows whose key this is"
        case ConflictError() if "booking" in error.path:
            return "the time is taken: `calcom-async slots` shows the free ones"
        case RateLimitError():
            wait = f"wait {error.retry_after:.0f} s" if error.retry_after else "wait a minute"
            return f"{wait}, then run it again; other programs that use this key count as well"
        case BadRequestError() if "already has booking at this time" in error.message:
            return "the time is taken or outside of the hours: `calcom-async slots` shows the free ones"
        case ServerError():
            return (
                "Cal.com (or a proxy before it) failed: try again in a minute, and quote the request id to its support"
            )
        case _:
            return "change what the message names, and run it again; --verbose shows the calls"


def _unanswered(error: APIConnectionError, base_url: str, timeout: float) -> Failure:
    """No answer came."""
    what, _, _ = str(error).partition("; ")
    fields = {"method": error.method, "path": error.path, "may_have_happened": error.may_have_happened}
    match error:
        case TokenRefreshLostError():
            advice = (
                "run it again: it tries the old token once; if the server has used that up, `calcom-async login NAME`"
            )
        case AmbiguousWriteError():
            what = f"{error.method} {error.path} may have happened: its answer was lost, and it was not sent again"
            advice = "look before you repeat it, such as with `calcom-async bookings list`"
        case APITimeoutError():
            what = f"{what} [{error.method} {error.path}]"
            advice = f"try again, or give it longer: --timeout {timeout * 2:g}"
        case _ if "no JSON" in what or "not valid HTTP" in what:
            advice = f"check that {base_url} is Cal.com's API (it ends in /v2) and not a web page"
        case _:
            what = f"{what}: {base_url}"
            advice = "check the network and the base URL (--base-url, the account's, or CALCOM_BASE_URL)"
    return _failure(error, what, advice, fields=fields)


def _refused_here(error: CalComError, base_url: str, timeout: float) -> Failure:
    """Nothing was sent, or the answer can't be used."""
    match error:
        case MissingExtraError():
            what, _, install = str(error).partition(": ")
            return _failure(error, what, install, USAGE)
        case ConfigurationError():
            what, _, rest = str(error).partition("; ")
            return _failure(error, what, rest or "check the key and the base URL: `calcom-async doctor`", USAGE)
        case InvalidRequestError():
            what, _, rest = _ARGUMENT.sub(r"\1", str(error)).partition("; ")
            return _failure(error, what, rest or "change it as the message says; --help shows an example", USAGE)
        case DecodeError():
            what = f"an answer has another form than this release knows, at {error.path or 'its root'}"
            advice = "update calcom-async; `calcom-async request` shows the answer as it is"
            return _failure(error, what, advice, fields={"path": error.path})
        case ExportError():
            return _unfinished(error, base_url, timeout)
        case _:
            return _failure(error, str(error), "run it again; --verbose shows the calls")


def _unfinished(error: ExportError, base_url: str, timeout: float) -> Failure:
    """An export that stopped: how far it came, what was in its way, and how to go on."""
    what, _, advice = _ARGUMENT.sub(r"\1", str(error)).partition(". To go on, ")
    if not advice:
        what, _, advice = what.partition("; ")
    cause = error.__cause__
    if isinstance(cause, CalComError | OSError):
        told = explain(cause, base_url=base_url, timeout=timeout)
        how_far = _STOPPED.match(what)
        what = f"{how_far[0]}{told.what}" if how_far else what
        advice = f"{told.advice}; then {advice.removeprefix('nothing was left behind; ')}"
    return _failure(error, what, advice or "run the same command again")


def _misused(error: Exception) -> Failure:
    """A usage error of the command line."""
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "calcom-async"
    message: str = error.format_message()  # type: ignore[attr-defined] # every ClickException has it
    message = message.replace("Value error, ", "").rstrip(".")
    advice, example = _usage(context, message, command)
    return Failure(kind="UsageError", what=message, advice=advice, example=example, exit_code=USAGE)


def _usage(context: Any, message: str, command: str) -> tuple[str, str]:
    """How it is called: the advice; and what an example looks like, or where a word is a command."""
    told = f"{command} --help"
    if context is None:
        return told, ""
    if "'--status'" in message and _OWN_STATUS.search(message):
        return f"{told}; accepted ones are upcoming or past, pending ones unconfirmed, rejected ones cancelled", ""
    if unknown := _NO_COMMAND.match(message):
        root = context.find_root()
        places = commands_named(root.command, unknown[1]) if root.command is context.command else []
        return told, f"; there is {root.command_path} {places[0]}" if places else ""
    if message.startswith(("Missing ", "No such option")) and (example := first_example(context.command)):
        return told, f"; an example: {example}"
    return told, ""


def _place(error: BaseException) -> str:
    """File and line that raised, without what was in the variables."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
