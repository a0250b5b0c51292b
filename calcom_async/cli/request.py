"""`calcom-async request METHOD PATH`: any operation, with the key, pacing and retries of the client."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.cli.files import text_from
from calcom_async.cli.options import command
from calcom_async.cli.output import print_json
from calcom_async.cli.session import Session

__all__ = ["pairs", "register"]

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def register(app: typer.Typer) -> None:
    """Hang the command on the program."""
    example = (
        "request GET bookings --param take=1 --api-version 2024-08-13\n"
        "request POST bookings/abc/confirm --api-version 2024-08-13 --json-body @body.json"
    )
    command(app, "request", example=example)(_request)


async def _request(
    session: Session,
    *,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST, PUT, PATCH or DELETE.")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Below the base URL, such as bookings/abc.")],
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A query parameter; give it again for more.")
    ] = None,
    json_body: Annotated[
        str | None, typer.Option(metavar="TEXT|@FILE|-", help="The body: JSON text, @file, or - for stdin.")
    ] = None,
    api_version: Annotated[
        str | None, typer.Option(metavar="DATE", help="cal-api-version; without it Cal.com answers in its oldest form.")
    ] = None,
) -> None:
    """Call any operation of the API; prints its JSON as it is."""
    method = method.upper()
    if method not in _METHODS:
        raise CommandFailure(
            "METHOD is none of HTTP's", f"use one of {', '.join(_METHODS)}", exit_code=USAGE, kind="UsageError"
        )
    params = pairs(param or [], "--param")
    body = _body(json_body)
    async with session.client() as cal:
        answer = await cal.request(method, path, params=params or None, json=body, api_version=api_version)
    if answer is not None:
        print_json(answer)


def pairs(texts: list[str], option: str) -> dict[str, list[str]]:
    """NAME=VALUE texts by name; a name may come several times.

    Raises:
        CommandFailure: one without `=`, or without a name.
    """
    found: dict[str, list[str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise CommandFailure(
                f"{option}: expected NAME=VALUE",
                f"write it like {option} NAME=VALUE",
                exit_code=USAGE,
                kind="UsageError",
            )
        found.setdefault(name, []).append(value)
    return found


def _body(given: str | None) -> Any:
    if given is None:
        return None
    elsewhere = given == "-" or given.startswith("@")
    text = text_from(given.removeprefix("@"), "--json-body") if elsewhere else given
    try:
        return json.loads(text)
    except ValueError as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise CommandFailure(
            f"--json-body is not JSON{where}", "quote it for the shell, or put it into a file: --json-body @body.json",
            exit_code=USAGE, kind="UsageError",
        ) from None  # fmt: skip
