"""`calcom-async accounts refresh-key`: a new API key in the place of the old one, which is dead at once.

The new key is told once. So everything that can fail is tried before: whoever can't save it does not ask for it.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.text import Text

from calcom_async import AsyncCalCom, system_keyring
from calcom_async.accounts import Account, accounts_file, shown
from calcom_async.cli.accounts_file import change_file, with_account
from calcom_async.cli.accounts_input import known_account, refusal
from calcom_async.cli.failures import CommandFailure
from calcom_async.cli.help import CONTEXT, Command, examples
from calcom_async.cli.output import print_json
from calcom_async.cli.session import Options, Session, execute
from calcom_async.core.unset import UNSET
from calcom_async.errors import AmbiguousWriteError, AuthenticationError, CalComError, DecodeError, ServerError
from calcom_async.settings import Hidden

__all__ = ["register"]


def register(branch: typer.Typer) -> None:
    """Hang the command on `accounts`."""
    example = "accounts refresh-key work\naccounts refresh-key work --days 90 --yes"
    branch.command("refresh-key", cls=Command, epilog=examples(example), context_settings=CONTEXT)(_refresh_key)


def _refresh_key(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account.")],
    days: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, help="How long the new key lives; else 30.")
    ] = None,
    never_expires: Annotated[bool, typer.Option("--never-expires", help="The new key lives for ever.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", min=0.001, help="For one try.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout, errors as JSON on stderr.")] = False,
) -> None:
    """Exchange an account's API key for a new one.

    The old key is dead at once, for everybody who uses it. The new one is saved where the old one was.
    """
    if days is not None and never_expires:
        raise refusal("--days and --never-expires exclude each other", "leave one of them out")
    account = known_account(name).account()
    if account.oauth is not None:
        raise refusal(f"the account {name} has no key: it is a login", "its tokens are renewed without a command")
    _confirm(name, yes=yes)
    _save(account, account.api_key)  # a rehearsal: what can't be saved is not asked for

    async def work(session: Session) -> None:
        async with AsyncCalCom(account=account, timeout=timeout) as cal:
            session.base_url = cal.base_url
            session.when_interrupted = (
                "interrupted while the key was being exchanged",
                _settled_by_hand(name),
            )
            try:
                answer = await cal.api_keys.refresh(
                    api_key_days_valid=UNSET if days is None else days,
                    api_key_never_expires=True if never_expires else UNSET,
                )
            except (AmbiguousWriteError, DecodeError, ServerError):
                raise await _what_happened(cal, name) from None
        key = Hidden(answer.api_key)
        try:
            _save(account, key)
        except BaseException as error:
            _rescue(session, name, key, error)
            raise
        if as_json:
            print_json({"account": name, "key_in": account.kept_in, "refreshed": True})
            return
        place = "the system's keyring" if account.kept_in == "keyring" else shown(accounts_file())
        session.say(f"{name} has a new key, which is in {place}. The old one is dead: replace it wherever else it is.")

    execute(Options(as_json=as_json, timeout=timeout), work)


def _confirm(name: str, *, yes: bool) -> None:
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise refusal("this ends the old key at once, and nobody is there to be asked", "--yes says that it may")
    typer.confirm(
        f"The old key of {name} will be dead at once, for every program that uses it. Go on?", abort=True, err=True
    )


def _save(account: Account, key: str) -> None:
    """The key, where the account's key is kept; on the disk when this returns."""
    if account.kept_in == "keyring":
        system_keyring.store_key(account.name, key)
    else:
        plain = str.__str__(key)
        change_file(accounts_file(), lambda text: with_account(text, account.name, {"api_key": plain}))


def _rescue(session: Session, name: str, key: str, error: BaseException) -> None:
    """The one time that a key is shown: it could not be saved, and nobody tells it again."""
    session.err.print(
        Text(
            f"The new key of {name} could not be saved ({type(error).__name__}), and the old one is dead. It is shown "
            f"this once:\n\n    {str.__str__(key)}\n\n"
            f"Keep it: `calcom-async accounts add {name} --replace` asks for it.\n"
        ),
        soft_wrap=True,
    )


async def _what_happened(cal: AsyncCalCom, name: str) -> CommandFailure:
    """What to tell when the answer was lost: whether the old key still works settles it."""
    try:
        await cal.me.get()
    except AuthenticationError:
        return _lost(name, "the answer with the new key was lost, and the old one is dead")
    except CalComError:
        return CommandFailure(
            "the answer with the new key was lost, and whether the old one is dead can't be told",
            _settled_by_hand(name),
        )
    return CommandFailure(
        "no answer came, and nothing has happened: the old key still works", "run it again when the server answers"
    )


def _settled_by_hand(name: str) -> str:
    return (
        f"`calcom-async accounts test {name}`: if the old key works, nothing has happened, and this can be run again; "
        f"if not, make a key in Cal.com and `calcom-async accounts add {name} --replace`"
    )


def _lost(name: str, what: str) -> CommandFailure:
    return CommandFailure(
        what,
        "make a new key in Cal.com (Settings → Developer → API keys), delete the one that nobody knows, and "
        f"`calcom-async accounts add {name} --replace`",
    )
