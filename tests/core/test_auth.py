"""Credentials: in the header, and nowhere else."""

from __future__ import annotations

import copy
import pickle

import pytest

from calcom_async.core.auth import ApiKey, Auth, Hidden, NoAuth
from calcom_async.errors import ConfigurationError

KEY = "cal_live_0123456789abcdef"


async def test_a_key_becomes_the_authorization_header() -> None:
    assert await ApiKey(f" {KEY}\n").headers() == {"Authorization": f"Bearer {KEY}"}


async def test_who_adds_to_the_headers_of_a_key_adds_to_his_own() -> None:
    auth = ApiKey(KEY)
    (await auth.headers())["X-Trace"] = "1"
    assert await auth.headers() == {"Authorization": f"Bearer {KEY}"}


async def test_without_a_credential_there_is_no_header() -> None:
    assert await NoAuth().headers() == {}


@pytest.mark.parametrize("key", ["", "  ", "cal_a b", "cal_a\nb", "cal_a\x00", "cal_é", "cal_a\r\nX-Evil: 1"])
def test_a_key_that_is_none_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ApiKey(key)
    assert "cal_" not in str(caught.value)


def test_any_prefix_will_do() -> None:
    assert ApiKey("selfhosted_1").identity == "selfhosted_1"


async def test_a_key_never_shows() -> None:
    auth = ApiKey(KEY)
    shown = f"{auth!r} {auth} {await auth.headers()} {auth.identity!r} {[auth._key]}"
    assert KEY not in shown
    assert repr(auth).startswith("ApiKey(*** sha256:")


@pytest.mark.parametrize("what", [ApiKey(KEY), Hidden(KEY), {"Authorization": Hidden(KEY)}])
def test_a_key_is_never_pickled(what: object) -> None:
    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps(what)
    with pytest.raises(TypeError, match="can't be pickled"):
        copy.deepcopy(what)


def test_both_are_credentials() -> None:
    assert isinstance(ApiKey(KEY), Auth)
    assert isinstance(NoAuth(), Auth)
