"""`calcom-async accounts`: keep keys, servers and permissions by name."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from calcom_async import system_keyring
from calcom_async.accounts import Accounts, Entry, accounts_file, read_accounts, shown
from calcom_async.cli import accounts_refresh
from calcom_async.cli.accounts_file import change_file, with_account, with_default, without_account
from calcom_async.cli.accounts_input import NAME, accounts_in_file, check_name, is_key, known_account, refusal
from calcom_async.cli.failures import CommandFailure
from calcom_async.cli.help import CONTEXT, Command, examples
from calcom_async.cli.options import group
from calcom_async.cli.output import Column, print_json, print_table
from calcom_async.cli.session import Options, Session, execute
from calcom_async.core.auth import ApiKey
from calcom_async.core.auth_given import oauth_of_account
from calcom_async.errors import AuthenticationError
from calcom_async.settings import api_key_from_environment, base_url_from_environment, checked_base_url

__all__ = ["register"]


class May(StrEnum):
    """What agents may do without, with, or not even with asking."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


Name = Annotated[str, typer.Argument(metavar="NAME", help="What you call it, such as work.")]
BaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Its server, if it is not Cal.com itself; ends in /v2.")
]
Read = Annotated[May | None, typer.Option(help="Whether agents may read with it.")]
Write = Annotated[May | None, typer.Option(help="Whether agents may change things with it.")]
Force = Annotated[bool | None, typer.Option("--force/--no-force", help="Whether --force may answer for you.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, errors as JSON on stderr.")]

_KEPT: Final = {"file": "the file", "keyring": "the keyring", "environment": "CALCOM_API_KEY", "given": "given"}
_COLUMNS: Final = (
    Column("Name", lambda row: row["name"], whole=True),
    Column("Default", lambda row: "yes" if row["default"] else None),
    Column("Server", lambda row: row["base_url"]),
    Column("Key in", lambda row: "a login" if row["login"] else _KEPT[row["key_in"]]),
    Column("Read", lambda row: row["permissions"]["read"]),
    Column("Write", lambda row: row["permissions"]["write"]),
    Column("Force", lambda row: "yes" if row["permissions"]["force"] else None),
)


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    branch = group("accounts", "Keys, servers and permissions by name, for --account NAME.")
    for name, function, example in (
        ("add", _add, "accounts add work\naccounts add home --keyring --write deny\naccounts add work < key.txt"),
        ("list", _list, "accounts list"),
        ("change", _change, "accounts change work --write allow"),
        ("default", _default, "accounts default work"),
        ("test", _test, "accounts test work"),
        ("remove", _remove, "accounts remove work"),
    ):
        # What follows the name is looked at, not repeated: it could be a key.
        settings = {**CONTEXT, "allow_extra_args": name == "add"}
        branch.command(name, cls=Command, epilog=examples(example), context_settings=settings)(function)
    accounts_refresh.register(branch)
    app.add_typer(branch)


def _add(
    *,
    context: typer.Context,
    name: Name,
    api_key: Annotated[str | None, typer.Option("--api-key", "--key", hidden=True, help="A key; refused.")] = None,
    base_url: BaseUrl = None,
    keyring: Annotated[
        bool, typer.Option("--keyring", help="Keep the key in the system's keyring, not in the file.")
    ] = False,
    read: Read = None,
    write: Write = None,
    force: Force = None,
    default: Annotated[bool, typer.Option("--default", help="Make it the default account.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Give an account that is there another key.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add an account.

    Asks for its API key (Cal.com: Settings → Developer → API keys) without showing it, or takes it from stdin. The key
    goes to the accounts file, which nobody else may read, or to the system's keyring.
    """
    if context.args or api_key is not None:
        raise refusal(
            "a key is never an argument: others on this machine can read those, and the shell keeps them",
            f"run `calcom-async accounts add {name if NAME.fullmatch(name) and not is_key(name) else 'NAME'}`, which "
            "asks for it; and make a new key in Cal.com, since this one was seen",
        )
    check_name(name)
    known = accounts_in_file()
    if name in known.names and not replace:
        raise refusal(
            f"there is an account {name} already",
            f"`--replace` gives it another key; `calcom-async accounts change {name}` changes the rest",
        )
    if keyring and not system_keyring.has_keyring():
        raise refusal(
            "there is no system keyring that works here",
            "pip install 'calcom-async[keyring]', or leave --keyring out to keep the key in the file",
        )
    settings = functools.partial(_settings, _permissions(known, name), base_url, force=force)
    settings(read, write)  # a URL that can't work is told of before the key is asked for
    key = _read_key(name)
    fields: dict[str, Any] = {"api_key": None if keyring else key, "keyring": True if keyring else None, "oauth": None}
    if name not in known.names:
        read, write = (
            read or _asked("read", May.ALLOW, as_json=as_json),
            write or _asked("write", May.ASK, as_json=as_json),
        )
    fields |= settings(read, write)
    if keyring:
        system_keyring.store_key(name, key)
    change_file(accounts_file(), lambda text: with_account(text, name, fields))
    if not keyring and _in_keyring(known, name):
        system_keyring.forget_key(name)
    _forget_login(known, name)
    if default:
        change_file(accounts_file(), functools.partial(with_default, name=name))
    place = "the system's keyring" if keyring else shown(accounts_file())
    _tell(
        name, f"Added {name}; its key is in {place}. Does it work? `calcom-async accounts test {name}`", as_json=as_json
    )


def _list(*, as_json: AsJson = False) -> None:
    """Show the accounts, without their keys."""
    accounts = read_accounts()
    rows = [_row(accounts, entry) for entry in accounts.entries]
    if as_json:
        print_json(rows)
        return
    session = Session.make(Options())
    if not rows:
        session.say("There are no accounts. `calcom-async accounts add NAME` makes one.")
        return
    print_table(session.out, _COLUMNS, rows, session.utc)
    for row in rows:
        if row["problem"]:
            session.say(f"{row['name']}: {row['problem']}", "red")
    session.say(f"The file is {shown(accounts_file())}.", "dim")


def _change(
    *,
    name: Name,
    base_url: BaseUrl = None,
    read: Read = None,
    write: Write = None,
    force: Force = None,
    as_json: AsJson = False,
) -> None:
    """Change an account's server or what agents may do; its key stays."""
    known = _existing(name)
    fields = _settings(_permissions(known, name), base_url, read, write, force=force)
    if not fields:
        raise refusal("there is nothing to change", "say what: --read, --write, --force or --base-url")
    change_file(accounts_file(), lambda text: with_account(text, name, fields))
    _tell(name, f"Changed {name}.", as_json=as_json)


def _default(*, name: Name, as_json: AsJson = False) -> None:
    """Make an account the one that is used where none is named."""
    _existing(name)
    change_file(accounts_file(), functools.partial(with_default, name=name))
    _tell(name, f"{name} is the default account now.", as_json=as_json)
    if api_key_from_environment() is not None:
        Session.make(Options(as_json=as_json)).say("As long as CALCOM_API_KEY is set, that comes first.")


def _remove(*, name: Name, as_json: AsJson = False) -> None:
    """Remove an account and its key."""
    known = _existing(name)
    was_default = known.default == name
    change_file(accounts_file(), functools.partial(without_account, name=name))
    forgotten = _in_keyring(known, name) and system_keyring.forget_key(name)
    had_login = _forget_login(known, name)
    if as_json:
        print_json({"removed": name, "keyring": forgotten})
        return
    session = Session.make(Options())
    if had_login:
        session.say(f"Removed {name} and its tokens. To withdraw consent as well, remove the app in Cal.com.")
        return
    session.say(f"Removed {name}{' and its key in the keyring' if forgotten else ''}. Cal.com still knows the key: ")
    session.say("delete it there as well, if nothing else uses it (Settings → Developer → API keys).")
    if was_default and accounts_in_file().default is None and accounts_in_file().names:
        session.say("There is no default account now: `calcom-async accounts default NAME`.")


def _test(
    *,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The account; else the default one.")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", min=0.001, help="For one try.")] = 60.0,
    as_json: AsJson = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every call on stderr.")] = False,
) -> None:
    """Ask the server whose key it is."""
    account = read_accounts().get(name)

    async def work(session: Session) -> None:
        async with session.client(max_retries=1) as cal:
            try:
                profile = await cal.me.get()
            except AuthenticationError as error:
                if account.oauth is not None:
                    raise
                replace = (
                    "set CALCOM_API_KEY to it"
                    if account.kept_in == "environment"
                    else f"`calcom-async accounts add {account.name} --replace`"
                )
                raise CommandFailure(
                    f"{cal.base_url} does not accept the key of the account {account.name} ({error.status_code})",
                    f"make a new key there (Settings → Developer → API keys), and {replace}",
                    kind="AuthenticationError",
                ) from None
            if session.options.as_json:
                told = {"account": account.name, "base_url": cal.base_url, "key_in": account.kept_in}
                print_json(told | {"user": profile.to_dict()})
                return
            what = "key" if account.oauth is None else "login"
            session.out.print(
                f"{account.name} works: the {what} is {profile.name}'s ({profile.email}), user {profile.id} of "
                f"{cal.base_url}.",
                markup=False, highlight=False, soft_wrap=True,
            )  # fmt: skip

    execute(Options(account=account.name, timeout=timeout, as_json=as_json, verbose=verbose), work)


def _existing(name: str) -> Accounts:
    known_account(name)
    return accounts_in_file()


def _in_keyring(known: Accounts, name: str) -> bool:
    """Whether the keyring has to be asked at all, which it may want to be unlocked for."""
    return any(e.name == name and e.kept_in == "keyring" and e.oauth is None for e in known.entries)


def _forget_login(known: Accounts, name: str) -> bool:
    """Remove the tokens of an account that is a login; whether it was one."""
    entry = next((entry for entry in known.entries if entry.name == name), None)
    if entry is None or entry.oauth is None:
        return False
    asyncio.run(oauth_of_account(entry.account()).forget())
    return True


def _permissions(known: Accounts, name: str) -> Mapping[str, str]:
    return next((entry.permissions for entry in known.entries if entry.name == name), {})


def _settings(
    before: Mapping[str, str], base_url: str | None, read: May | None, write: May | None, *, force: bool | None
) -> dict[str, Any]:
    """The fields that say where an account is and what it allows; only what is given.

    Args:
        before: The permissions it has.
        base_url: Its server.
        read: Whether agents may read.
        write: Whether agents may change things.
        force: Whether `--force` counts.
    """
    fields: dict[str, Any] = {} if base_url is None else {"base_url": checked_base_url(base_url)}
    given = {kind: may.value for kind, may in (("read", read), ("write", write)) if may is not None}
    if given:
        fields["permissions"] = {kind: before[kind] for kind in ("read", "write") if kind in before} | given
    return fields if force is None else fields | {"force": force}


def _read_key(name: str) -> str:
    """The key, from somebody who types it or from stdin."""
    if sys.stdin is not None and sys.stdin.isatty():
        key = typer.prompt(f"API key of {name} (not shown)", hide_input=True, err=True)
    else:
        key = sys.stdin.readline() if sys.stdin is not None else ""
    if not key.strip():
        raise refusal("no key came", f"type it when asked, or pipe it: `calcom-async accounts add {name} < key.txt`")
    return ApiKey(key).identity


def _asked(kind: str, usual: May, *, as_json: bool) -> May:
    """What agents may do, asked where there is somebody to answer."""
    if as_json or sys.stdin is None or not sys.stdin.isatty():
        return usual
    while True:
        answer = typer.prompt(f"May agents {kind} with it: allow, ask or deny?", default=usual.value, err=True)
        if answer.strip().lower() in set(May):
            return May(answer.strip().lower())


def _row(accounts: Accounts, entry: Entry) -> dict[str, Any]:
    said = entry.permissions
    return {
        "name": entry.name,
        "default": accounts.default == entry.name,
        "base_url": entry.base_url or base_url_from_environment(),
        "key_in": entry.kept_in,
        "login": entry.oauth is not None,
        "permissions": {
            "read": said.get("read", "allow"),
            "write": said.get("write", "ask"),
            "force": said.get("force") == "true",
        },
        "problem": entry.problem,
    }


def _tell(name: str, message: str, *, as_json: bool) -> None:
    if as_json:
        known = accounts_in_file()
        print_json(next(_row(known, entry) for entry in known.entries if entry.name == name))
    else:
        Session.make(Options()).say(message)
