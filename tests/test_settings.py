"""Arguments, environment, defaults; and base URLs that would send the key astray."""

from __future__ import annotations

import pytest

from calcom_async.errors import ConfigurationError
from calcom_async.settings import (
    DEFAULT_BASE_URL,
    api_key_from_environment,
    base_url_from_environment,
    checked_base_url,
    origin,
)


@pytest.mark.parametrize(
    ("environment", "key"),
    [
        ({}, None),
        ({"CALCOM_API_KEY": ""}, None),
        ({"CALCOM_API_KEY": "  "}, None),
        ({"CALCOM_API_KEY": " cal_1\n"}, "cal_1"),
    ],
)
def test_the_key_from_the_environment(environment: dict[str, str], key: str | None) -> None:
    assert api_key_from_environment(environment) == key


def test_the_real_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_env")
    monkeypatch.setenv("CALCOM_BASE_URL", "https://cal.example/api/v2")
    assert api_key_from_environment() == "cal_env"
    assert base_url_from_environment() == "https://cal.example/api/v2"


def test_without_a_base_url_it_is_calcom_itself() -> None:
    assert base_url_from_environment({}) == base_url_from_environment({"CALCOM_BASE_URL": " "}) == DEFAULT_BASE_URL


@pytest.mark.parametrize(
    ("given", "checked"),
    [
        ("https://api.cal.com/v2", "https://api.cal.com/v2"),
        (" https://api.cal.eu/v2/ ", "https://api.cal.eu/v2"),
        ("https://cal.example/api/v2//", "https://cal.example/api/v2"),
        ("http://127.0.0.1:5555/v2", "http://127.0.0.1:5555/v2"),
        ("http://localhost/v2", "http://localhost/v2"),
        ("http://cal.localhost:3000/v2", "http://cal.localhost:3000/v2"),
        ("http://[::1]:80/v2", "http://[::1]:80/v2"),
    ],
)
def test_good_base_urls(given: str, checked: str) -> None:
    assert checked_base_url(given) == checked


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "must look like"),
        ("api.cal.com/v2", "must look like"),
        ("ftp://api.cal.com/v2", "must look like"),
        ("https:///v2", "must look like"),
        ("https://api.cal.com:port/v2", "not a number"),
        ("https://ada:cal_secret@api.cal.com/v2", "holds credentials"),
        ("https://api.cal.com/v2?apiKey=cal_secret", "must end with its path"),
        ("https://api.cal.com/v2#top", "must end with its path"),
        ("http://api.cal.com/v2", "plain http"),
        ("http://10.0.0.7/v2", "plain http"),
        ("http://localhost.example/v2", "plain http"),
        ("http://127.0.0.1.example/v2", "plain http"),
    ],
)
def test_base_urls_that_are_refused_and_never_repeated(given: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        checked_base_url(given)
    assert "cal_secret" not in str(caught.value)


def test_plain_http_to_another_machine_only_on_request() -> None:
    assert checked_base_url("http://10.0.0.7/v2", allow_insecure=True) == "http://10.0.0.7/v2"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://api.cal.com/v2", "https://API.cal.com:443/x", True),
        ("http://localhost/v2", "http://localhost:80", True),
        ("https://api.cal.com", "http://api.cal.com", False),
        ("https://api.cal.com", "https://api.cal.com:8443", False),
        ("https://api.cal.com", "https://api.cal.com.example", False),
        ("https://api.cal.com", "https://api.cal.com@example.com", False),
    ],
)
def test_what_is_one_origin(one: str, other: str, same: bool) -> None:
    assert (origin(one) == origin(other)) is same
