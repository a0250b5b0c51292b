"""`login`, `logout` and `whoami`: from the browser to an account that works everywhere, on a local Cal.com."""

from __future__ import annotations

import io
import json
import os
import socket
import stat
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import keyring
import pytest
from keyring.backend import KeyringBackend

from calcom_async import AsyncCalCom, CalCom, Limiter
from calcom_async.cli.login_redirect import _page
from calcom_async.sandbox import Sandbox

from .conftest import Run, accounts

SCOPES = ("BOOKING_READ", "PROFILE_READ")
Browser = Callable[..., list[tuple[int, str]]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """What a browser gets, after redirects."""
    try:
        with urllib.request.urlopen(url, None if form is None else urlencode(form).encode(), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def seen_by(pages: list[tuple[int, str]]) -> tuple[int, str]:
    """The last page; the browser may be reading it still when the command has ended."""
    for _ in range(1000):
        if pages:
            return pages[-1]
        time.sleep(0.01)
    raise AssertionError("the browser got no page")


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A local Cal.com that the environment points to, without a key."""
    with Sandbox(bookings=3, seed=3, rate_limit=None) as sandbox:
        monkeypatch.setenv("CALCOM_BASE_URL", sandbox.url)
        yield sandbox


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser whose user does what it is told; what its pages were is kept."""

    def use(decision: str = "allow", *, first: Callable[[str], Any] = lambda _: None) -> list[tuple[int, str]]:
        pages: list[tuple[int, str]] = []

        def visit(url: str) -> bool:
            first(url)
            pages.append(get(url, {"user": "owner", "decision": decision}))
            return True

        monkeypatch.setattr("webbrowser.open", visit)
        return pages

    return use


def client_of(local: Sandbox, port: int, *, public: bool = True, scopes: tuple[str, ...] = SCOPES) -> Any:
    return local.oauth_client(redirect_uris=[f"http://127.0.0.1:{port}/callback"], public=public, scopes=scopes)


def logged_in(
    run: Run, local: Sandbox, browser: Browser, port: int, *more: str, scopes: tuple[str, ...] = SCOPES
) -> Any:
    client = client_of(local, port, scopes=scopes)
    browser()
    asked = [part for scope in scopes for part in ("--scope", scope)]
    outcome = run("login", "work", "--client-id", client.client_id, "--port", str(port), *asked, *more)
    assert outcome.code == 0, outcome.err
    return outcome


def tokens_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / ".config/calcom-async/tokens/work.json").read_text())


# --- logging in ------------------------------------------------------------------------------------------------------


def test_from_the_browser_to_an_account(run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path) -> None:
    outcome = logged_in(run, local, browser, port)
    assert "Logged in as Owner Example" in outcome.err
    assert "If no browser opens by itself, open:" in outcome.err
    path = tmp_path / ".config/calcom-async/tokens/work.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    tokens = tokens_of(tmp_path)
    assert tokens["scopes"] == list(SCOPES)
    assert tokens["expires_at"] - tokens["issued_at"] == 1800
    written = tomllib.loads((tmp_path / ".config/calcom-async/accounts.toml").read_text())["accounts"]["work"]
    assert set(written) == {"oauth"}
    assert written["oauth"]["scopes"] == list(SCOPES)
    for name in ("access_token", "refresh_token"):
        assert tokens[name] not in outcome.out + outcome.err + str(written)


def test_the_account_works_everywhere_and_its_renewals_are_kept(
    run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path
) -> None:
    logged_in(run, local, browser, port, "--default")
    before = tokens_of(tmp_path)["refresh_token"]
    assert run("bookings", "list", "--account", "work", "--json").code == 0
    local.clock.advance(hours=1)
    assert "Owner Example" in run("me").out
    after = tokens_of(tmp_path)["refresh_token"]
    assert after != before
    local.clock.advance(hours=1)
    with CalCom(account="work", limiter=Limiter(None)) as cal:
        assert cal.me.get().name == "Owner Example"
    assert tokens_of(tmp_path)["refresh_token"] not in {before, after}
    assert "login" in run("accounts", "list").out
    assert "the login is Owner Example's" in run("accounts", "test", "work").out
    assert "the login of the account work" in run("doctor").out
    listed = run("tools", "call", "list_bookings", "{}", "--account", "work")
    assert listed.code in {0, 2}, listed.err


async def test_the_async_face_takes_the_account_too(
    run: Run, local: Sandbox, browser: Browser, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    await asyncio.to_thread(logged_in, run, local, browser, port)
    async with AsyncCalCom(account="work") as cal:
        assert (await cal.me.get()).name == "Owner Example"


def test_logging_in_again_needs_nothing_but_the_name(
    run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path
) -> None:
    logged_in(run, local, browser, port)
    before = tokens_of(tmp_path)
    assert run("login", "work", "--port", str(port)).code == 0
    after = tokens_of(tmp_path)
    assert after["refresh_token"] != before["refresh_token"]
    assert after["scopes"] == before["scopes"]


def test_a_confidential_client_proves_itself_by_its_secret(
    run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(local, port, public=False, scopes=())
    browser()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{client.client_secret}\n"))
    outcome = run("login", "work", "--client-id", client.client_id, "--secret", "--port", str(port))
    assert outcome.code == 0, outcome.err
    assert client.client_secret not in outcome.out + outcome.err
    local.clock.advance(hours=1)
    assert "Owner Example" in run("me", "--account", "work").out  # renewed with the secret


def test_as_json(run: Run, local: Sandbox, browser: Browser, port: int) -> None:
    outcome = logged_in(run, local, browser, port, "--json")
    assert outcome.json == {"account": "work", "base_url": local.url, "scopes": list(SCOPES)}
    assert "/auth/oauth2/authorize?" in outcome.err


def test_the_address_asks_for_what_it_should(run: Run, local: Sandbox, browser: Browser, port: int) -> None:
    seen: list[str] = []
    client = client_of(local, port)
    browser(first=seen.append)
    run("login", "--client-id", client.client_id, "--port", str(port), "--scope", ",".join(SCOPES))
    asked = dict(parse_qsl(urlsplit(seen[0]).query))
    assert seen[0].startswith(local.authorize_url)
    assert asked["scope"] == " ".join(SCOPES)
    assert (asked["redirect_uri"], asked["code_challenge_method"]) == (f"http://127.0.0.1:{port}/callback", "S256")
    assert len(asked["state"]) >= 43
    assert len(asked["code_challenge"]) == 43


def test_a_process_of_its_own_with_a_browser_of_its_own(
    start: Any, run: Run, local: Sandbox, port: int, tmp_path: Path
) -> None:
    client = client_of(local, port)
    script = tmp_path / "browser.py"
    script.write_text(
        "import sys, urllib.request\n"
        "urllib.request.urlopen(sys.argv[1], b'user=owner&decision=allow', timeout=20).read()\n"
    )
    process = start(
        "login", "work", "--client-id", client.client_id, "--port", str(port), "--scope", "PROFILE_READ",
        BROWSER=f"{sys.executable} {script} %s",
    )  # fmt: skip
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, ""), err
    assert "Logged in as Owner Example" in err
    assert "Owner Example" in run("me", "--account", "work").out


# --- what goes wrong in the browser ----------------------------------------------------------------------------------


def test_consent_that_is_refused(run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path) -> None:
    client = client_of(local, port)
    pages = browser("deny")
    outcome = run("login", "work", "--client-id", client.client_id, "--port", str(port), "--scope", "PROFILE_READ")
    assert outcome.code == 1
    assert "refused consent (access_denied)" in outcome.err
    assert not (tmp_path / ".config").exists()
    status, page = seen_by(pages)
    assert status == 400
    assert "<h1>Not logged in</h1>" in page


def test_who_comes_with_another_state_is_waited_past(run: Run, local: Sandbox, browser: Browser, port: int) -> None:
    client = client_of(local, port)
    others: list[tuple[int, str]] = []

    def intrude(_: str) -> None:
        here = f"http://127.0.0.1:{port}"
        others.extend(
            get(f"{here}{path}")
            for path in ("/callback?code=stolen&state=wrong", "/callback?code=stolen", "/callback?error=x&state=", "/")
        )

    pages = browser(first=intrude)
    outcome = run("login", "work", "--client-id", client.client_id, "--port", str(port), "--scope", "PROFILE_READ")
    assert outcome.code == 0, outcome.err
    assert [status for status, _ in others] == [400, 400, 400, 404]
    assert "<h1>Not this login</h1>" in others[0][1]
    status, page = seen_by(pages)
    assert status == 200
    assert "Back to the terminal" in page


def test_what_the_browser_brings_is_not_put_into_the_page(
    run: Run, local: Sandbox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(local, port)
    pages: list[tuple[int, str]] = []

    def visit(url: str) -> bool:
        state = dict(parse_qsl(urlsplit(url).query))["state"]
        told = urlencode({"state": state, "error": "<script>alert(1)</script>"})
        pages.append(get(f"http://127.0.0.1:{port}/callback?{told}"))
        return True

    monkeypatch.setattr("webbrowser.open", visit)
    outcome = run("login", "work", "--client-id", client.client_id, "--port", str(port))
    assert outcome.code == 1
    assert "<script>" not in seen_by(pages)[1] + outcome.err


def test_a_page_shows_text_as_text() -> None:
    page = _page(400, "<b>Not</b>", "<script>alert(1)</script>")
    assert page.text is not None
    assert "&lt;script&gt;" in page.text
    assert "&lt;b&gt;" in page.text
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_nobody_comes_back(run: Run, local: Sandbox, port: int) -> None:
    outcome = run("login", "work", "--client-id", "x", "--port", str(port), "--no-browser", "--wait", "1")
    assert outcome.code == 1
    assert "nobody came back from the browser within 1 s" in outcome.err
    assert "Open this address in a browser:" in outcome.err


def test_a_port_that_is_taken(run: Run, local: Sandbox) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        outcome = run("login", "work", "--client-id", "x", "--port", str(number), "--no-browser")
    assert outcome.code == 1
    assert f"port {number} of this machine is taken" in outcome.err


def test_a_free_port(run: Run, local: Sandbox) -> None:
    outcome = run("login", "work", "--client-id", "x", "--port", "0", "--no-browser", "--wait", "1")
    assert "redirect_uri=http%3A%2F%2F127.0.0.1%3A" in outcome.err
    assert "127.0.0.1%3A0%2F" not in outcome.err


def test_an_answer_with_tokens_that_was_lost(
    run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path
) -> None:
    client = client_of(local, port)
    browser()
    local.fail_next(path="/token", after_processing=True, drop=True)
    outcome = run("login", "work", "--client-id", client.client_id, "--port", str(port), "--scope", "PROFILE_READ")
    assert outcome.code == 1
    assert "the answer with the tokens was lost" in outcome.err
    assert not (tmp_path / ".config").exists()


# --- names and what is there already ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("cal_live_x",), "a key is never an argument"),
        (("a b",), "an account's name is letters"),
        (("new",), "no --client-id"),
        (("keyed", "--client-id", "x"), "has an API key"),
        (("new", "--client-id", "x", "--base-url", "http://10.0.0.7/v2"), "plain http"),
    ],
)
def test_what_is_refused(run: Run, local: Sandbox, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    accounts(tmp_path, local, keyed="owner")
    outcome = run("login", *arguments)
    assert outcome.code == 2
    assert says in outcome.err


def test_a_login_in_the_place_of_a_key_and_back(
    run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts(tmp_path, local, work="owner")
    logged_in(run, local, browser, port, "--replace")
    written = tomllib.loads((tmp_path / ".config/calcom-async/accounts.toml").read_text())["accounts"]["work"]
    assert set(written) == {"oauth", "base_url"}
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{local.api_key}\n"))
    assert run("accounts", "add", "work", "--replace").code == 0
    written = tomllib.loads((tmp_path / ".config/calcom-async/accounts.toml").read_text())["accounts"]["work"]
    assert set(written) == {"api_key", "base_url"}
    assert not (tmp_path / ".config/calcom-async/tokens/work.json").exists()


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("oauth = 7", "is not as it should be"),
        ('oauth = { client_id = "" }', "is not as it should be"),
        ('oauth = { client_id = "x", scopes = "A" }', "is not as it should be"),
        ('oauth = { client_id = "x" }\napi_key = "cal_x"', "has a login and a key"),
    ],
)
def test_a_file_that_says_nonsense(run: Run, tmp_path: Path, said: str, says: str) -> None:
    path = tmp_path / ".config/calcom-async/accounts.toml"
    path.parent.mkdir(parents=True)
    path.touch(mode=0o600)
    path.write_text(f"[accounts.work]\n{said}\n")
    outcome = run("me", "--account", "work")
    assert outcome.code == 2
    assert says in outcome.err
    assert "cal_x" not in outcome.err


# --- logging out, and who one is -------------------------------------------------------------------------------------


def test_logging_out_removes_the_tokens_and_keeps_the_account(
    run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path
) -> None:
    logged_in(run, local, browser, port)
    assert run("logout", "work", "--json").json == {"account": "work", "removed": True}
    assert not (tmp_path / ".config/calcom-async/tokens/work.json").exists()
    outcome = run("me", "--account", "work")
    assert outcome.code == 2
    assert "nobody has logged in" in outcome.err
    assert "calcom-async login" in outcome.err
    assert "was not logged in" in run("logout", "work").err
    assert run("login", "work", "--port", str(port)).code == 0


def test_removing_the_account_removes_its_tokens(
    run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path
) -> None:
    logged_in(run, local, browser, port)
    assert "and its tokens" in run("accounts", "remove", "work").err
    assert not (tmp_path / ".config/calcom-async/tokens/work.json").exists()


def test_an_account_with_a_key_has_no_login(run: Run, local: Sandbox, tmp_path: Path) -> None:
    accounts(tmp_path, local, work="owner")
    outcome = run("logout", "work")
    assert outcome.code == 2
    assert "has an API key and no login" in outcome.err


def test_who_one_is_by_login(run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path) -> None:
    logged_in(run, local, browser, port)
    told = run("whoami", "--account", "work", "--json").json
    assert (told["user"]["name"], told["account"], told["credential"]) == (
        "Owner Example", "work", "login (the account work)",
    )  # fmt: skip
    assert told["scopes"] == list(SCOPES)
    assert told["expires_at"].endswith("+00:00")
    shown = run("whoami", "--account", "work").out
    assert "in 30 min, and is renewed before" in shown
    assert "BOOKING_READ PROFILE_READ" in shown
    tokens = tokens_of(tmp_path)
    assert tokens["access_token"] not in shown + str(told)
    assert tokens["refresh_token"] not in shown + str(told)


def test_who_one_is_without_leave_to_read_the_profile(run: Run, local: Sandbox, browser: Browser, port: int) -> None:
    outcome = logged_in(run, local, browser, port, scopes=("BOOKING_READ",))
    assert "a user whose profile this login may not read" in outcome.err
    assert "lacks the scope PROFILE_READ" in run("whoami", "--account", "work").out
    refused = run("me", "--account", "work")
    assert refused.code == 1
    assert "the token lacks the scope PROFILE_READ: give it" in refused.err


def test_who_one_is_by_key(run: Run, server: Sandbox) -> None:
    told = run("whoami", "--json").json
    assert (told["user"]["name"], told["credential"], told["scopes"]) == (
        "Owner Example", "API key (CALCOM_API_KEY)", [],
    )  # fmt: skip
    assert server.api_key not in run("whoami").out
    assert run("whoami", "--sandbox", "--bookings", "0").code == 0


def test_a_login_that_has_ended(run: Run, local: Sandbox, browser: Browser, port: int) -> None:
    logged_in(run, local, browser, port)
    local.clock.advance(days=31)
    outcome = run("me", "--account", "work")
    assert outcome.code == 1
    assert "the login has ended" in outcome.err
    assert "log in again: `calcom-async login`" in outcome.err
    assert "API key" not in outcome.err


def test_a_renewal_whose_answer_was_lost(run: Run, local: Sandbox, browser: Browser, port: int) -> None:
    logged_in(run, local, browser, port)
    local.clock.advance(hours=1)
    local.fail_next(path="/token", after_processing=True, drop=True)
    outcome = run("me", "--account", "work")
    assert outcome.code == 1
    assert "the token was being renewed, and the answer was lost" in outcome.err
    assert "calcom-async login" in outcome.err


# --- in the keyring --------------------------------------------------------------------------------------------------


class Ring(KeyringBackend):
    priority = 1.0  # type: ignore[assignment] # a property of the class in the real one

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[username]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_tokens_in_the_keyring(
    run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path, ring: Ring
) -> None:
    logged_in(run, local, browser, port, "--keyring")
    assert list(ring.kept) == ["work (login)"]
    before = ring.kept["work (login)"]
    written = tomllib.loads((tmp_path / ".config/calcom-async/accounts.toml").read_text())["accounts"]["work"]
    assert written["keyring"] is True
    assert not (tmp_path / ".config/calcom-async/tokens/work.json").exists()
    local.clock.advance(hours=1)
    assert "Owner Example" in run("me", "--account", "work").out
    assert ring.kept["work (login)"] != before
    assert run("logout", "work").code == 0
    assert ring.kept == {}


def test_without_a_keyring_it_is_refused_before_the_browser(
    run: Run, local: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calcom_async.system_keyring._backend", lambda: None)
    outcome = run("login", "work", "--client-id", "x", "--keyring")
    assert outcome.code == 2
    assert "no system keyring" in outcome.err


def test_no_login_leaves_anything_readable_by_others(
    run: Run, local: Sandbox, browser: Browser, port: int, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        logged_in(run, local, browser, port)
    finally:
        os.umask(before)
    modes = {
        p.relative_to(tmp_path).as_posix(): stat.S_IMODE(p.stat().st_mode)
        for p in (tmp_path / ".config/calcom-async").rglob("*")
    }
    assert all(mode & 0o077 == 0 for mode in modes.values()), modes
