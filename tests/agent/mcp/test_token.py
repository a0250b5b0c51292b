"""The token of the server over HTTP: where it is from, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from calcom_async.agent.mcp import find_token
from calcom_async.errors import ConfigurationError

LONG = "a-token-that-is-long-enough"


def test_a_new_one_each_time() -> None:
    first, second = find_token(environment={}), find_token(environment={})
    assert first.source is None
    assert len(first.value) >= 43
    assert first.value != second.value


def test_that_of_the_environment() -> None:
    found = find_token(environment={"CALCOM_MCP_TOKEN": f" {LONG}\n"})
    assert (found.value, found.source) == (LONG, "CALCOM_MCP_TOKEN")
    assert LONG not in repr(found)


def test_a_file_goes_before_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{LONG}-1\n")
    file.chmod(0o600)
    found = find_token(file, {"CALCOM_MCP_TOKEN": LONG})
    assert (found.value, found.source) == (f"{LONG}-1", "token")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(LONG)
    file.chmod(0o640)
    with pytest.raises(ConfigurationError, match=r"others may read token \(mode 640\).*chmod 600 token") as caught:
        find_token(file, {})
    assert LONG not in str(caught.value)


@pytest.mark.parametrize("token", ["short", "with a space in the middle", "ümlaut-ümlaut-ümlaut", "new\nline" * 4])
def test_what_can_be_guessed_or_not_be_sent_is_refused(token: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(token, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(ConfigurationError) as caught:
        find_token(file, {})
    assert token not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing can't be read \(No such file or directory\)"):
        find_token(tmp_path / "nothing", {})
