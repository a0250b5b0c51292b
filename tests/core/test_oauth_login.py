"""A login: where the browser is sent, and what of what it brings back is believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async import ConfigurationError, LoginError, OAuth2
from calcom_async.core import oauth_login
from calcom_async.core.oauth_login import Authorization, authorize_url_of

PAGE = "https://app.cal.com/auth/oauth2/authorize"
BACK = "https://app.example.com/back?from=cal"


def begun(**options: Any) -> Authorization:
    return Authorization.make(PAGE, client_id="client 1", redirect_uri=BACK, scopes=["A_READ", "B_WRITE"], **options)


def test_a_public_client_asks_with_a_challenge() -> None:
    login = begun()
    asked = dict(parse_qsl(urlsplit(login.url).query))
    assert login.verifier is not None
    digest = base64.urlsafe_b64encode(hashlib.sha256(login.verifier.encode()).digest()).decode().rstrip("=")
    assert asked == {
        "client_id": "client 1",
        "redirect_uri": BACK,
        "response_type": "code",
        "state": login.state,
        "scope": "A_READ B_WRITE",
        "code_challenge": digest,
        "code_challenge_method": "S256",
    }
    assert login.url.startswith(f"{PAGE}?")
    assert 43 <= len(login.verifier) <= 128  # what PKCE allows


def test_a_confidential_client_asks_without_one() -> None:
    login = begun(public=False)
    assert login.verifier is None
    assert "code_challenge" not in login.url


def test_every_login_is_another_and_shows_nothing_of_it() -> None:
    one, other = begun(), begun()
    assert one.state != other.state
    assert one.verifier != other.verifier
    for secret in (one.state, str.__str__(one.verifier or "")):
        assert str.__str__(secret) not in repr(one) + repr(vars(one) if hasattr(one, "__dict__") else "")


def test_a_client_begins_its_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_BASE_URL", "https://api.cal.eu/v2")
    asked = dict(parse_qsl(urlsplit(OAuth2("c", scopes=["A_READ"]).authorization(BACK).url).query))
    assert (asked["client_id"], asked["scope"]) == ("c", "A_READ")
    assert OAuth2("c").authorization(BACK).url.startswith("https://app.cal.eu/auth/oauth2/authorize?")
    assert "code_challenge" not in OAuth2("c", "secret").authorization(BACK).url
    assert OAuth2("c").authorization(BACK, base_url="https://api.cal.com/v2").url.startswith(PAGE)


@pytest.mark.parametrize(
    ("base_url", "page"),
    [
        ("https://api.cal.com/v2", PAGE),
        ("https://api.cal.eu/v2/", "https://app.cal.eu/auth/oauth2/authorize"),
        ("https://cal.example.com/api/v2", "https://cal.example.com/auth/oauth2/authorize"),
        ("https://api.example.com:8443/v2", "https://app.example.com:8443/auth/oauth2/authorize"),
        ("http://127.0.0.1:5555/v2", "http://127.0.0.1:5555/auth/oauth2/authorize"),
    ],
)
def test_where_the_page_is(base_url: str, page: str) -> None:
    assert authorize_url_of(base_url) == page


def test_where_it_can_not_be_told() -> None:
    with pytest.raises(ConfigurationError, match="name it"):
        authorize_url_of("https://example.com/proxy/cal/v2")


def test_the_code_of_this_login() -> None:
    login = begun()
    told = {"code": "c0de", "state": str.__str__(login.state)}
    assert login.code(told) == login.code(f"{BACK}&{urlencode(told)}") == "c0de"
    assert "c0de" not in repr(login.code(told))


@given(st.text())
def test_no_other_state_is_believed(state: str) -> None:
    login = begun()
    if state != login.state:
        with pytest.raises(LoginError, match="from another login"):
            login.code({"code": "c0de", "state": state})


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"error": "access_denied"}, r"refused consent \(access_denied\)"),
        ({"error": "invalid_scope"}, "there is no such scope"),
        ({"error": "invalid_request"}, "ask for no more scopes"),
        ({"error": "x<b>\n" * 50}, r"Cal.com refused the login \(xbxb[xb]+\)$"),
        ({}, "without a code"),
        ({"code": ""}, "without a code"),
    ],
)
def test_what_else_a_browser_may_bring(told: dict[str, str], says: str) -> None:
    login = begun()
    with pytest.raises(LoginError, match=says):
        login.code(told | {"state": str.__str__(login.state)})
    with pytest.raises(LoginError, match="from another login"):
        login.code(told)


def test_states_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def watched(a: Any, b: Any) -> bool:
        compared.append((a, b))
        return compare(a, b)

    monkeypatch.setattr(oauth_login.hmac, "compare_digest", watched)
    login = begun()
    assert not login.answers({"state": "é"})
    assert login.answers({"state": str.__str__(login.state)})
    assert len(compared) == 2
