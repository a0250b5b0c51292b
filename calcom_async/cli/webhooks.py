"""`calcom-async webhooks list`, `create` and `delete`; `listen` has a room of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from calcom_async.cli import webhooks_listen, webhooks_triggers
from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.cli.files import text_from
from calcom_async.cli.listing import Limit, show_list
from calcom_async.cli.options import command
from calcom_async.cli.output import Column, print_json, print_record
from calcom_async.cli.session import Session
from calcom_async.core.unset import UNSET
from calcom_async.models.webhooks import Webhook

__all__ = ["register"]

_COLUMNS = (
    Column("Id", lambda w: w.id, whole=True, style="cyan"),
    Column("Active", lambda w: w.active),
    Column("Signed", lambda w: w.secret is not None),
    Column("URL", lambda w: w.subscriber_url),
    Column("Triggers", lambda w: w.triggers, folds=True),
)


def register(app: typer.Typer) -> None:
    """Hang the commands on the group."""
    create = (
        "webhooks create https://example.com/hook --trigger BOOKING_CREATED --trigger BOOKING_CANCELLED "
        "--secret-file secret.txt"
    )
    command(app, "list", example="webhooks list")(_list)
    command(app, "create", example=create)(_create)
    command(app, "delete", example="webhooks delete ID")(_delete)
    webhooks_listen.register(app)


async def _list(session: Session, *, limit: Limit = None) -> None:
    """List your webhooks; --json shows their secrets as well."""
    async with session.client() as cal:
        await show_list(session, cal, cal.webhooks.list(), _COLUMNS, noun="webhooks", limit=limit)


async def _create(
    session: Session,
    *,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to deliver to.")],
    trigger: Annotated[list[str], typer.Option(metavar="EVENT", help="Such as BOOKING_CREATED; again for more.")],
    secret_file: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="The key to sign with, from a file or stdin.")
    ] = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="Do not deliver yet.")] = False,
) -> None:
    """Have events delivered to a URL."""
    secret = _secret(secret_file)
    triggers = [one.upper() for one in trigger]
    async with session.client() as cal:
        with webhooks_triggers.explained(webhooks_triggers.unknown(session, triggers)):
            webhook = await cal.webhooks.create(
                subscriber_url=url,
                triggers=triggers,
                active=not inactive,
                secret=UNSET if secret is None else secret,
            )
    session.say("Made." if secret is not None else "Made; its deliveries are not signed (see --secret-file).")
    _print(session, webhook)


async def _delete(
    session: Session, *, webhook_id: Annotated[str, typer.Argument(metavar="ID", help="Its id.")]
) -> None:
    """Delete a webhook, and show it as it was."""
    async with session.client() as cal:
        webhook = await cal.webhooks.delete(webhook_id)
    session.say("Deleted.")
    _print(session, webhook)


def _print(session: Session, webhook: Webhook) -> None:
    if session.options.as_json:
        print_json(webhook.to_dict())
    else:
        print_record(session.out, _COLUMNS, webhook, session.utc)


def _secret(source: str | None) -> str | None:
    """The secret from a file: never from the command line, which other people of this machine can read."""
    if source is None:
        return None
    secret = text_from(source, "--secret-file").strip()
    if not secret:
        raise CommandFailure(
            "--secret-file: it is empty", "write the secret into it", exit_code=USAGE, kind="UsageError"
        )
    return secret
