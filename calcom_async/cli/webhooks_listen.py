"""`calcom-async webhooks listen`: events as they come, while a program that handles them is being written."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import secrets
import sys
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import attrs
import typer
from rich.text import Text

from calcom_async.cli import webhooks_triggers
from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.cli.files import text_from
from calcom_async.cli.options import command
from calcom_async.cli.output import json_text, shown
from calcom_async.cli.session import Session
from calcom_async.errors import APIConnectionError, CalComError, ConflictError, DecodeError, WebhookVerificationError

if TYPE_CHECKING:
    from aiohttp import ClientSession, web

    from calcom_async import AsyncCalCom
    from calcom_async.webhooks import Event

__all__ = ["register"]

TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_NO_SHOW_UPDATED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
    "MEETING_STARTED",
    "MEETING_ENDED",
    "RECORDING_READY",
    "FORM_SUBMITTED",
    "OOO_CREATED",
)
"""What is listened to by default: events that every server knows, and that need no further settings."""
FORWARDED = 10
"""Deliveries that are passed on at once at most."""
_NOT_PASSED_ON = frozenset({"host", "content-length", "connection", "transfer-encoding", "accept-encoding"})
"""Headers of a connection, not of a delivery."""


def register(app: typer.Typer) -> None:
    """Hang the command on the group."""
    example = (
        "webhooks listen --sandbox --count 3\n"
        "webhooks listen --public-url https://example.com/hook --forward http://localhost:8000/hooks/cal"
    )
    command(app, "listen", example=example)(_listen)


@attrs.define(kw_only=True)
class _Listener:
    """What a run of the command knows while deliveries come."""

    session: Session
    secret: str
    show_payload: bool
    forward: str | None
    count: int | None
    client: ClientSession
    stopped: asyncio.Event = attrs.field(factory=asyncio.Event)
    """Set once as many events came as were asked for."""
    seen: int = 0
    passing_on: set[asyncio.Task[None]] = attrs.field(factory=set)
    line: asyncio.Semaphore = attrs.field(factory=lambda: asyncio.Semaphore(FORWARDED))

    async def until_stopped(self) -> None:
        """Wait for the last event that was asked for, Ctrl-C or a polite kill: each a good end of this command."""
        try:
            await self.stopped.wait()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()

    async def deliver(self, request: web.BaseRequest) -> web.Response:
        """Take a delivery: print it, and pass it on after it was answered."""
        from aiohttp import web

        from calcom_async.webhooks import parse

        body = await request.read()
        try:
            event = parse(body, request.headers.items(), secret=self.secret)
        except WebhookVerificationError as error:
            self.session.say(f"refused: {error}", "yellow")
            return web.Response(status=401)
        except DecodeError as error:
            self.session.say(f"not readable: {error}", "yellow")
            return web.Response(status=400)
        self.show(event)
        if self.forward is not None:
            headers = [(k, v) for k, v in request.headers.items() if k.lower() not in _NOT_PASSED_ON]
            task = asyncio.create_task(self.pass_on(self.forward, event, body, headers))
            self.passing_on.add(task)
            task.add_done_callback(self.passing_on.discard)
        self.seen += 1
        if self.count is not None and self.seen >= self.count:
            self.stopped.set()
        return web.Response(text="ok")

    def show(self, event: Event[Any]) -> None:
        """One line an event; its payload only if asked for, since it has names and addresses in it."""
        now = datetime.now(UTC)
        if self.session.options.as_json:
            line = {"receivedAt": now.isoformat(timespec="milliseconds"), "trigger": event.trigger, "uid": event.uid}
            line |= {"createdAt": event.created_at.isoformat() if event.created_at else None, "version": event.version}
            line |= {"digest": event.digest}
            if self.show_payload:
                line["body"] = event.to_dict()
            sys.stdout.write(json_text(line, indent=None) + "\n")
        else:
            zone = self.session.given_zone() or self.session.utc
            starts = getattr(event.payload, "start_time", None)
            name = shown(event.trigger or "(a template)", zone)
            told = (
                now.astimezone(zone).strftime("%H:%M:%S"),
                f"{name:<26}",
                shown(event.uid, zone),
                shown(starts, zone),
            )
            self.session.out.print(Text("  ".join(told).rstrip()), soft_wrap=True)
            if self.show_payload:
                self.session.out.print(Text(json_text(event.to_dict())), soft_wrap=True)
        sys.stdout.flush()

    async def pass_on(self, url: str, event: Event[Any], body: bytes, headers: list[tuple[str, str]]) -> None:
        """Send the same bytes with the same headers to somebody else, and tell what they answered."""
        from aiohttp import ClientError, ClientTimeout

        try:
            async with (
                self.line,
                self.client.post(
                    url, data=body, headers=headers, timeout=ClientTimeout(total=8), allow_redirects=False
                ) as answer,
            ):
                told, style = str(answer.status), "dim" if answer.ok else "yellow"
        except (ClientError, TimeoutError, OSError) as error:
            told, style = f"no answer ({type(error).__name__})", "yellow"
        self.session.say(f"          {event.trigger or 'a template'} -> {told}", style)


async def _listen(
    session: Session,
    *,
    trigger: Annotated[
        list[str] | None, typer.Option(metavar="EVENT", help="Such as BOOKING_CREATED; again for more.")
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where Cal.com reaches this machine, such as a tunnel's URL.")
    ] = None,
    port: Annotated[int, typer.Option(metavar="P", min=0, max=65535, help="To listen on; 0 takes a free one.")] = 0,
    forward: Annotated[
        str | None, typer.Option(metavar="URL", help="Pass each delivery on, its headers unchanged.")
    ] = None,
    secret_file: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="The secret to sign with; else one is made.")
    ] = None,
    show_payload: Annotated[
        bool, typer.Option("--show-payload", help="Show what the events tell, names and addresses among it.")
    ] = False,
    count: Annotated[int | None, typer.Option(metavar="N", min=1, help="End after so many events.")] = None,
) -> int:
    """Show events as they come.

    Makes a webhook of yours for as long as it runs, and removes it at the end. Cal.com has to reach this machine: give
    the URL of a tunnel to --port with --public-url. A server on this machine needs none; with --sandbox a booking is
    made, moved and cancelled, to show how it looks.
    """
    secret = secrets.token_hex(24) if secret_file is None else text_from(secret_file, "--secret-file").strip()
    if not secret:
        raise CommandFailure(
            "--secret-file: it is empty", "write the secret into it", exit_code=USAGE, kind="UsageError"
        )
    for option, url in (("--public-url", public_url), ("--forward", forward)):
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise CommandFailure(
                f"{option}: this is no URL", "begin it with https:// or http://", exit_code=USAGE, kind="UsageError"
            )
    from aiohttp import ClientSession

    async with session.client() as cal, ClientSession(auto_decompress=False) as client:
        if public_url is None and not session.options.sandbox and not _on_this_machine(session.base_url):
            raise CommandFailure(
                "Cal.com can't reach this machine", "start a tunnel to it, and add --port 8765 --public-url URL",
                exit_code=USAGE, kind="UsageError",
            )  # fmt: skip
        listener = _Listener(
            session=session, secret=secret, show_payload=show_payload, forward=forward, count=count, client=client,
        )  # fmt: skip
        async with _served(listener, port) as local:
            wanted = [each.upper() for each in trigger or TRIGGERS]
            async with _webhook(session, cal, public_url or local, wanted, secret):
                session.say(
                    f"Listening at {local}{f' for {public_url}' if public_url else ''}; Ctrl-C ends it.", "bold"
                )
                if forward is not None and secret_file is None:
                    session.say(f"What is passed on to {forward} is signed with the secret {secret}")
                if session.options.sandbox:
                    await _example(cal)
                await listener.until_stopped()
            if listener.passing_on:
                await asyncio.wait(listener.passing_on, timeout=10)
    session.say(f"Stopped after {listener.seen} events; the webhook is removed.", "dim")
    return 0


@contextlib.asynccontextmanager
async def _served(listener: _Listener, port: int) -> AsyncGenerator[str, None]:
    """The receiver on loopback; yields its URL."""
    from aiohttp import web

    runner = web.ServerRunner(web.Server(listener.deliver), shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            raise CommandFailure(
                f"port {port} can't be used: {error.strerror or 'the system refuses it'}",
                "leave --port out to take a free one", exit_code=USAGE, kind="OSError",
            ) from None  # fmt: skip
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def _webhook(
    session: Session, cal: AsyncCalCom, url: str, triggers: list[str], secret: str
) -> AsyncGenerator[None, None]:
    """A webhook for as long as this lasts, whatever ends it."""
    made: list[str | int] = []
    strange = webhooks_triggers.unknown(session, triggers)
    creating = asyncio.ensure_future(cal.webhooks.create(subscriber_url=url, triggers=triggers, secret=secret))
    try:
        try:
            with webhooks_triggers.explained(strange):
                made.append((await asyncio.shield(creating)).id)
        except asyncio.CancelledError:
            made.append((await creating).id)  # it may be there already, and then it has to go
            raise
        except ConflictError:
            raise CommandFailure(
                "there is a webhook with this URL already", "find it with `webhooks list`, and `webhooks delete` it",
            ) from None  # fmt: skip
        except APIConnectionError as error:
            if error.may_have_happened:
                made += [each.id async for each in cal.webhooks.list() if each.subscriber_url == url]
            raise
        yield
    finally:
        for webhook_id in made:
            try:
                await asyncio.shield(cal.webhooks.delete(webhook_id))
            except CalComError:
                session.say(
                    f"the webhook could not be removed: `calcom-async webhooks delete {webhook_id}`", "bold red"
                )


async def _example(cal: AsyncCalCom) -> None:
    """Let something happen: a booking that is made, moved and cancelled."""
    event_type = (await cal.event_types.list().collect(limit=1))[0]
    today = datetime.now(UTC)
    days = await cal.slots.list(event_type_id=event_type.id, start=today, end=today + timedelta(days=14))
    first, second = [slot.start for day in days.values() for slot in day][:2]
    grace = {"name": "Grace Example", "email": "grace@example.com", "time_zone": "Europe/London"}
    made = await cal.bookings.create(event_type_id=event_type.id, start=first, attendee=grace)
    moved = await cal.bookings.reschedule(made.uid, start=second)
    await cal.bookings.cancel(moved.uid, cancellation_reason="this was an example")


def _on_this_machine(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")
