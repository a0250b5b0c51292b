"""`calcom-async doctor`: is the key right, the URL, the clock, the versions; and what to do if not."""

from __future__ import annotations

import platform
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import attrs
import typer
from rich.text import Text

from calcom_async import __version__
from calcom_async.accounts import accounts_file
from calcom_async.cli.doctor_check import Check, Verdict
from calcom_async.cli.doctor_surroundings import certificate_check, files_check, proxy_check
from calcom_async.cli.failures import FAILED, CommandFailure, Failure, explain, tame
from calcom_async.cli.options import command
from calcom_async.cli.output import print_json
from calcom_async.cli.session import NO_KEY, Session, Target
from calcom_async.core.rate_limit_headers import Quota, server_time
from calcom_async.core.request import Request, Response
from calcom_async.errors import (
    APIConnectionError,
    APIStatusError,
    ApiVersionError,
    AuthenticationError,
    CalComError,
    PermissionDeniedError,
)
from calcom_async.export.cursor_walk import CURSOR_VERSION
from calcom_async.settings import checked_base_url

if TYPE_CHECKING:
    from calcom_async import AsyncCalCom

__all__ = ["clock_check", "rate_limit_check", "register", "release_check", "version_check"]

TOLERANCE = 30.0
"""Seconds a clock may be off before times look wrong: `Date` has whole seconds, and the answer travels."""
_FAMILIES = (("/bookings", "2024-08-13"), ("/event-types", "2024-06-14"), ("/schedules", "2024-06-11"))
_CLOUD = {"api.cal.com": "Cal.com itself", "api.cal.eu": "Cal.com in Europe"}
_MARKS: Mapping[Verdict, tuple[str, str]] = {
    "ok": ("ok", "green"),
    "warning": ("warning", "yellow"),
    "failed": ("FAILED", "bold red"),
    "skipped": ("skipped", "dim"),
}


def register(app: typer.Typer) -> None:
    """Hang the command on the program."""
    command(app, "doctor", example="doctor\ndoctor --base-url https://cal.example.com/api/v2")(_doctor)


async def _doctor(session: Session) -> int:
    """Check key, URL, clock, versions, rate limit; say what to do."""
    found: list[Check] = []
    async for check in _checks(session):
        found.append(check)
        if not session.options.as_json:
            _print(session, check)
    failed = [check for check in found if check.verdict == "failed"]
    if session.options.as_json:
        print_json({"ok": not failed, "checks": [attrs.asdict(check) for check in found]})
    else:
        session.out.print()
        session.out.print(_in_all(found), style="bold")
    return FAILED if failed else 0


def _in_all(found: Sequence[Check]) -> str:
    """What the checks come to."""
    count = {verdict: sum(check.verdict == verdict for check in found) for verdict in ("failed", "warning")}
    if count["failed"]:
        return f"{count['failed']} of {len(found)} checks failed."
    if count["warning"]:
        return f"Nothing failed; {'one check warns' if count['warning'] == 1 else 'some checks warn'}."
    return "All is well."


def _print(session: Session, check: Check) -> None:
    mark, style = _MARKS[check.verdict]
    line = Text.assemble((mark.ljust(9), style), check.name.ljust(13), tame(check.finding))
    session.out.print(line, soft_wrap=True)
    if check.advice:
        session.out.print(Text.assemble(" " * 9, "→ ".rjust(13), (tame(check.advice), "bold")), soft_wrap=True)


async def _checks(session: Session) -> AsyncIterator[Check]:
    yield Check("program", "ok", f"calcom-async {__version__}, Python {platform.python_version()}, {platform.system()}")
    if not session.options.sandbox:
        yield files_check(accounts_file().parent)
    try:
        target = session.target()
    except CalComError as error:
        told = explain(error)
        yield Check("key", "failed", told.what, told.advice)
        return
    if not session.options.sandbox:
        key, url = _key_check(target), _url_check(target)
        yield key
        yield url
        if "failed" in (key.verdict, url.verdict):
            return
        yield proxy_check(target.base_url, getproxies_environment())
        if urlsplit(target.base_url).scheme == "https":
            certificate = await certificate_check(target.base_url, session.options.timeout)
            yield certificate
            if certificate.verdict == "failed":
                return
    try:
        async with session.client(max_retries=0, sandbox_bookings=20) as cal:
            async for check in _calls(session, cal, target):
                yield check
    except CalComError as error:
        told = explain(error, base_url=session.base_url)
        yield Check("key", "failed", told.what, told.advice)


async def _calls(session: Session, cal: AsyncCalCom, target: Target) -> AsyncIterator[Check]:
    """The checks that need answers."""
    started = time.perf_counter()
    answer: Response | None = None
    try:
        answer = await _call(cal, "/me")
    except PermissionDeniedError as error:
        if not error.missing_scopes:
            for check in _no_profile(error, explain(error, base_url=cal.base_url)):
                yield check
            return
        yield Check("connection", "ok", f"{cal.base_url} answers")
        yield _lacks_scopes("account", error)
    except CalComError as error:
        if (better := await _elsewhere(session, target, error)) is not None:
            yield better
            return
        for check in _no_profile(error, explain(error, base_url=cal.base_url, timeout=session.options.timeout)):
            yield check
        return
    if answer is not None:
        took = (time.perf_counter() - started) * 1000
        yield Check("connection", "ok", f"{cal.base_url} answers in {took:.0f} ms")
        profile = (answer.json() or {}).get("data") or {}
        yield Check("account", "ok", f"the key is user {profile.get('id')}'s, time zone {profile.get('timeZone')}")
        yield clock_check(answer.headers, time.time())
    async for check in _families(cal, answer):
        yield check


async def _families(cal: AsyncCalCom, profile: Response | None) -> AsyncIterator[Check]:
    """Whether what people call answers as it should; then the rate limit, which the last answer tells of."""
    last = profile
    for path, version in _FAMILIES:
        try:
            query = {"take": 1} if path == "/bookings" else None
            last = await _call(cal, path, version=version, query=query)
        except CalComError as error:
            yield version_check(path, version, None, error)
        else:
            if profile is None:
                yield clock_check(last.headers, time.time())
                profile = last
            yield version_check(path, version, last, None)
    if last is None:
        return  # nothing was allowed, so nothing tells of the rest
    try:
        yield release_check(await _call(cal, "/bookings", version=CURSOR_VERSION, query={"limit": 1}))
    except CalComError:
        yield release_check(None)
    yield rate_limit_check(last.headers, time.time())


def release_check(answer: Response | None) -> Check:
    """Whether the server knows the newest version of the list of bookings, as Cal.com itself does.

    Args:
        answer: What came when it was asked for by this version; None where that was an error.
    """
    envelope = answer.json() if answer is not None else None
    block = envelope.get("pagination") if isinstance(envelope, dict) else None
    if isinstance(block, dict) and "nextCursor" in block:
        return Check("release", "ok", f"knows version {CURSOR_VERSION} of bookings, as Cal.com itself does")
    return Check(
        "release", "ok", f"older than Cal.com itself: without version {CURSOR_VERSION}; exports go by dates instead"
    )


async def _elsewhere(session: Session, target: Target, error: CalComError) -> Check | None:
    """Where the API is instead, if the path of the base URL is what is wrong."""
    if session.options.sandbox or not _is_no_api(error):
        return None
    here = checked_base_url(target.base_url)
    shut_down = isinstance(error, APIStatusError) and error.status_code == 410
    what = "API v1 was shut down: nothing answers there any more" if shut_down else "Cal.com's API is not at this path"
    for path in ("/v2", "/api/v2"):
        url = f"{urlsplit(here).scheme}://{urlsplit(here).netloc}{path}"
        if url != here and await _is_api(session, attrs.evolve(target, base_url=url)):
            return Check("base URL", "failed", what, f"it is at {url}: set CALCOM_BASE_URL (or --base-url) to that")
    if not shut_down:
        return None
    return Check("base URL", "failed", what, "use API v2: https://api.cal.com/v2, or https://HOST/api/v2")


def _is_no_api(error: CalComError) -> bool:
    """Whether something answers that is not the API: no such path, a web page, or API v1."""
    if isinstance(error, APIStatusError):
        return error.status_code in {404, 405, 410}
    return isinstance(error, APIConnectionError) and "no JSON" in str(error)


async def _is_api(session: Session, target: Target) -> bool:
    """Whether the API answers there; the key goes to the same origin only."""
    try:
        async with session._client(target, max_retries=0) as cal:
            await _call(cal, "/me")
    except (AuthenticationError, PermissionDeniedError):
        return True
    except CalComError:
        return False
    return True


def _lacks_scopes(name: str, error: PermissionDeniedError) -> Check:
    scopes = ", ".join(error.missing_scopes)
    return Check(name, "warning", f"the token lacks the scope {scopes}", error.hint)


async def _call(
    cal: AsyncCalCom, path: str, *, version: str | None = None, query: Mapping[str, Any] | None = None
) -> Response:
    """One real call; its headers matter as much as its body."""
    versions = () if version is None else (version,)
    return await cal._channel.send(Request.make("GET", path, query=query, versions=versions))


def _no_profile(error: CalComError, told: Failure) -> list[Check]:
    """What it means that even the profile can't be read."""
    if not isinstance(error, APIStatusError):
        return [Check("connection", "failed", told.what, told.advice)]
    if error.status_code in {401, 403, 498}:
        return [
            Check("connection", "ok", "the server answers"),
            Check("account", "failed", told.what, told.advice),
        ]
    if error.status_code == 429:
        return [Check("rate limit", "failed", f"the key is blocked: {told.what}", told.advice)]
    if error.status_code == 404:
        advice = "set CALCOM_BASE_URL (or --base-url) to the API: https://api.cal.com/v2, or https://HOST/api/v2"
        return [
            Check("base URL", "failed", f"something answers there, but it is not Cal.com's API: {told.what}", advice)
        ]
    return [Check("connection", "failed", told.what, told.advice)]


def _key_check(target: Target) -> Check:
    from calcom_async.core.auth import ApiKey

    if target.login is not None:
        return Check("key", "ok", f"the login of {target.key_source}; `calcom-async whoami` shows more")
    if target.api_key is None:
        return Check("key", "failed", *NO_KEY)
    try:
        key = ApiKey(target.api_key)
    except CalComError as error:
        told = explain(error)
        return Check("key", "failed", f"{told.what} ({target.key_source})", told.advice)
    return Check("key", "ok", f"from {target.key_source}, {len(key.identity)} characters")


def _url_check(target: Target) -> Check:
    try:
        url = checked_base_url(target.base_url)
    except CalComError as error:
        told = explain(error)
        return Check("base URL", "failed", f"{told.what} (from {target.url_source})", told.advice)
    kind = _CLOUD.get(urlsplit(url).hostname or "", "a server of its own")
    finding = f"{url} from {target.url_source}: {kind}"
    if not url.endswith("/v2"):
        return Check("base URL", "warning", finding, "Cal.com's API usually ends in /v2, self-hosted in /api/v2")
    return Check("base URL", "ok", finding)


def clock_check(headers: Mapping[str, str], now: float) -> Check:
    """This machine's clock against the server's `Date`."""
    server = server_time(headers)
    if server is None:
        return Check("clock", "skipped", "the server sends no Date")
    off = now - server
    if abs(off) <= TOLERANCE:
        return Check("clock", "ok", "this machine's clock agrees with the server's")
    finding = f"this machine's clock is {_span(abs(off))} {'ahead of' if off > 0 else 'behind'} the server's"
    return Check("clock", "warning", finding, "set it by a time server (NTP): filters by time go wrong otherwise")


def _span(seconds: float) -> str:
    """A time as one says it."""
    for length, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} seconds"


def version_check(path: str, version: str, answer: Response | None, error: CalComError | None) -> Check:
    """Whether the header `cal-api-version` arrives and the server knows its value.

    Args:
        path: What was called.
        version: The value that was sent.
        answer: What came.
        error: What came instead.
    """
    name = path.strip("/")
    if isinstance(error, ApiVersionError):
        return Check(
            name, "failed", f"the server does not know version {version} of it",
            "update a self-hosted server; through a proxy: let the header cal-api-version pass",
        )  # fmt: skip
    if isinstance(error, PermissionDeniedError) and error.missing_scopes:
        return _lacks_scopes(name, error)
    if isinstance(error, APIStatusError) and error.status_code == 403:
        return Check(
            name, "warning", f"the key may not read it: {tame(str(error))}", "give the key the scope, if you need it"
        )
    if error is not None or answer is None:
        told = explain(error or CommandFailure("no answer came", "try again"))
        return Check(name, "failed", told.what, told.advice)
    envelope = answer.json()
    data = envelope.get("data") if isinstance(envelope, dict) else None
    if not isinstance(data, list):
        return Check(
            name, "failed", "the answer has the form of another version: the header cal-api-version gets lost",
            "let the proxy before the server pass the header cal-api-version on",
        )  # fmt: skip
    return Check(name, "ok", f"answers in version {version}")


def rate_limit_check(headers: Mapping[str, str], now: float) -> Check:
    """How much of the rate limit is left."""
    quotas = Quota.read(headers, now)
    if not quotas:
        return Check("rate limit", "ok", "this server sends no rate limits")
    tightest = min(quotas, key=lambda quota: quota.remaining / quota.limit)
    left = f"{tightest.remaining} of {tightest.limit} requests left for {tightest.reset:.0f} s"
    if tightest.remaining * 10 < tightest.limit:
        return Check("rate limit", "warning", left, "other programs use this key: give each its own, or wait")
    return Check("rate limit", "ok", left)
