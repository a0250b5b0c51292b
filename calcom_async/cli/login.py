"""`calcom-async login` and `logout`: an account by OAuth 2.0 instead of a key."""

from __future__ import annotations

import functools
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING, Annotated, Any, Final

import attrs
import typer
from rich.text import Text

from calcom_async import system_keyring
from calcom_async.accounts import DEFAULT, Account, Login, accounts_file, shown
from calcom_async.cli.accounts_file import change_file, with_account, with_default
from calcom_async.cli.accounts_input import accounts_in_file, check_name, refusal
from calcom_async.cli.failures import CommandFailure
from calcom_async.cli.help import CONTEXT, Command, examples
from calcom_async.cli.login_redirect import Redirect
from calcom_async.cli.output import print_json
from calcom_async.cli.session import Options, Session, execute
from calcom_async.core.auth_given import oauth_of_account
from calcom_async.errors import AmbiguousWriteError, CalComError
from calcom_async.settings import Hidden, base_url_from_environment, checked_base_url

if TYPE_CHECKING:
    from calcom_async.core.oauth import OAuth2
    from calcom_async.core.oauth_login import Authorization
    from calcom_async.core.oauth_tokens import Tokens

__all__ = ["register"]

PORT: Final = 8976
"""The port that a client registers by default: Cal.com compares addresses letter by letter, so it can't be any."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, errors as JSON on stderr.")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    for name, function, example in (
        ("login", _login, "login work --client-id ID --scope BOOKING_READ --scope PROFILE_READ\nlogin work"),
        ("logout", _logout, "logout work"),
    ):
        app.command(name, cls=Command, epilog=examples(example), context_settings=CONTEXT)(function)


def _login(
    *,
    name: Name = DEFAULT,
    client_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Of the OAuth client; not needed to log in again.")
    ] = None,
    scope: Annotated[
        list[str] | None, typer.Option(metavar="SCOPE", help="What to ask for, such as BOOKING_READ; may be repeated.")
    ] = None,
    secret: Annotated[
        bool, typer.Option("--secret", help="The client is confidential: ask for its secret, or take it from stdin.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="The client registers http://127.0.0.1:PORT/callback; 0 is a free one."),
    ] = PORT,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser, or only show the address.")
    ] = True,
    wait: Annotated[float, typer.Option(metavar="SECONDS", min=1, help="How long for the browser.")] = 300.0,
    keyring: Annotated[
        bool | None, typer.Option("--keyring/--file", help="Keep the tokens in the system's keyring, or in a file.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Its server, if it is not Cal.com itself; ends in /v2.")
    ] = None,
    authorize_url: Annotated[
        str | None, typer.Option(metavar="URL", help="The server's page for consent, if it can't be told.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Make it the default account.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let the login take the place of the account's key.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Log in with the browser, and keep the tokens as an account.

    They are renewed in time by every program that uses the account. The client is made in Cal.com (Settings → Developer
    → OAuth), with the address http://127.0.0.1:8976/callback.
    """
    check_name(name)
    account = _account(name, client_id, scope, base_url, keyring=keyring, replace=replace)
    if secret:
        account = _with_secret(account)

    async def work(session: Session) -> None:
        oauth = oauth_of_account(account)
        async with Redirect(port) as redirect:
            asking = oauth.authorization(redirect.uri, base_url=_server(account), authorize_url=authorize_url)
            _show(session, asking, browser=browser)
            code = await redirect.code(asking, patience=wait)
        session.base_url = _server(account)
        tokens = await _exchange(oauth, asking, code, session.base_url)
        _keep(account, make_default=default)
        await _tell(session, account, oauth, tokens)

    execute(Options(as_json=as_json), work)


def _logout(*, name: Name = DEFAULT, as_json: AsJson = False) -> None:
    """Remove the tokens of an account; `login NAME` gets others."""
    account = accounts_in_file().get(name)
    if account.oauth is None:
        raise refusal(
            f"the account {account.name} has an API key and no login",
            f"`calcom-async accounts remove {account.name}` removes it",
        )

    async def work(session: Session) -> None:
        oauth = oauth_of_account(account)
        had = await oauth.token_store.load() is not None
        await oauth.forget()
        if as_json:
            print_json({"account": account.name, "removed": had})
            return
        session.say(f"Removed the tokens of {account.name}." if had else f"{account.name} was not logged in.")
        session.say("To withdraw consent as well, remove the app in Cal.com: Settings → Security.")

    execute(Options(as_json=as_json), work)


def _account(
    name: str,
    client_id: str | None,
    scope: list[str] | None,
    base_url: str | None,
    *,
    keyring: bool | None,
    replace: bool,
) -> Account:
    """The account as it is to be: what is given, else as it was."""
    known = accounts_in_file()
    entry = next((entry for entry in known.entries if entry.name == name), None)
    before = entry.oauth if entry is not None else None
    if entry is not None and before is None and not replace:
        raise refusal(
            f"the account {name} has an API key", "--replace puts the login in its place; or use another name"
        )
    client_id = client_id or (before.client_id if before is not None else None)
    if client_id is None:
        raise refusal(
            f"there is no login {name} yet, and no --client-id",
            "make an OAuth client in Cal.com (Settings → Developer → OAuth), with the address "
            f"http://127.0.0.1:{PORT}/callback, and pass its id",
        )
    same = before is not None and before.client_id == client_id
    scopes = tuple(part for text in scope or () for part in text.replace(",", " ").split())
    if keyring is None:
        keyring = entry is not None and entry.kept_in == "keyring"
    if keyring and not system_keyring.has_keyring():
        raise refusal(
            "there is no system keyring that works here", "pip install 'calcom-async[keyring]', or use --file"
        )
    if base_url is None and entry is not None:
        base_url = entry.base_url
    return Account(
        name=name,
        base_url=None if base_url is None else checked_base_url(base_url),
        permissions={} if entry is None else entry.permissions,
        kept_in="keyring" if keyring else "file",
        oauth=Login(
            client_id=client_id,
            client_secret=before.client_secret if before is not None and same else None,
            scopes=scopes or (before.scopes if before is not None and same else ()),
        ),
    )


def _with_secret(account: Account) -> Account:
    """The account with the client's secret, from somebody who types it or from stdin."""
    if sys.stdin is not None and sys.stdin.isatty():
        typed = typer.prompt("Secret of the OAuth client (not shown)", hide_input=True, err=True)
    else:
        typed = sys.stdin.readline() if sys.stdin is not None else ""
    if not typed.strip():
        raise refusal(
            "no secret came", "type it when asked, or pipe it: `calcom-async login NAME --secret < secret.txt`"
        )
    assert account.oauth is not None
    return attrs.evolve(account, oauth=attrs.evolve(account.oauth, client_secret=Hidden(typed.strip())))


def _show(session: Session, asking: Authorization, *, browser: bool) -> None:
    """Open the page for consent, and show its address: a browser may be elsewhere."""
    before = "If no browser opens by itself, open" if browser else "Open this address in a browser"
    # Also for programs: without the address nobody can go on. It is good for this login alone.
    session.err.print(Text(f"{before}:\n{asking.url}"), soft_wrap=True)
    if browser:  # in a thread that nobody waits for: a browser in the terminal runs until it is left
        threading.Thread(target=webbrowser.open, args=(asking.url,), daemon=True).start()


async def _exchange(oauth: OAuth2, asking: Authorization, code: str, base_url: str) -> Tokens:
    """The tokens for the code, in the store."""
    from calcom_async import AsyncCalCom
    from calcom_async.core.unset import UNSET

    async with AsyncCalCom(anonymous=True, base_url=base_url) as nobody:
        try:
            answer = await nobody.oauth.exchange_code(
                client_id=oauth.client_id,
                code=code,
                redirect_uri=asking.redirect_uri,
                client_secret=UNSET if oauth._secret is None else oauth._secret,
                code_verifier=UNSET if asking.verifier is None else asking.verifier,
            )
        except AmbiguousWriteError:
            raise CommandFailure(
                "the answer with the tokens was lost, and a code is good once", "log in again: run the same command"
            ) from None
    return await oauth.accept(answer)


def _keep(account: Account, *, make_default: bool) -> None:
    """The account in the file; its tokens are kept already."""
    login = account.oauth
    assert login is not None
    said: dict[str, Any] = {"client_id": login.client_id}
    if login.client_secret is not None:
        said["client_secret"] = str.__str__(login.client_secret)
    if login.scopes:
        said["scopes"] = list(login.scopes)
    fields = {
        "oauth": said,
        "api_key": None,
        "keyring": True if account.kept_in == "keyring" else None,
        "base_url": account.base_url,
    }
    known = accounts_in_file()
    had_key = any(e.name == account.name and e.kept_in == "keyring" and e.oauth is None for e in known.entries)
    change_file(accounts_file(), lambda text: with_account(text, account.name, fields))
    if had_key:
        system_keyring.forget_key(account.name)
    if make_default:
        change_file(accounts_file(), functools.partial(with_default, name=account.name))


async def _tell(session: Session, account: Account, oauth: OAuth2, tokens: Tokens) -> None:
    from calcom_async import AsyncCalCom

    who = None
    async with AsyncCalCom(auth=oauth, base_url=_server(account), max_retries=1) as cal:
        try:
            profile = await cal.me.get()
        except CalComError:  # a login without leave to read the profile is a login, too
            pass
        else:
            who = f"{profile.name} ({profile.email})"
    place = "the system's keyring" if account.kept_in == "keyring" else shown(accounts_file().parent / "tokens")
    if session.options.as_json:
        print_json({"account": account.name, "base_url": _server(account), "scopes": list(tokens.scopes)})
        return
    session.say(f"Logged in as {who or 'a user whose profile this login may not read'}; the tokens are in {place}.")
    session.say(f"Use it with --account {account.name}; `calcom-async whoami --account {account.name}` shows more.")


def _server(account: Account) -> str:
    return checked_base_url(account.base_url or base_url_from_environment())
