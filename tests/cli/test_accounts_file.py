"""Changing the accounts file leaves everything else in it as it was written, comments and all."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.cli.accounts_file import change_file, with_account, with_default, without_account
from calcom_async.errors import ConfigurationError

TEXT = """\
# Mine; don't sort.
default = "b" # for now

# about a
[accounts.a] # the first
api_key = "cal_a"   # new in May
# more of a

# about b
[accounts.b]
api_key = 'cal_b'
permissions = {read="allow"} # careful

# about c
[accounts.c]
keyring = true

[other]
kept = [
  1, # one
]
# last words
"""


def test_a_new_file() -> None:
    first = with_account("", "work", {"api_key": "cal_1", "permissions": {"read": "allow", "write": "ask"}})
    assert first == '[accounts.work]\napi_key = "cal_1"\npermissions = {read = "allow", write = "ask"}\n'
    second = with_account(first, "home", {"keyring": True, "api_key": None})
    assert second == first + "\n[accounts.home]\nkeyring = true\n"
    assert with_default(second, "home") == f'default = "home"\n\n{second}'


def test_an_account_more() -> None:
    assert with_account(TEXT, "d", {"api_key": "cal_d"}) == f'{TEXT}\n[accounts.d]\napi_key = "cal_d"\n'
    assert with_account(TEXT, "d e", {"api_key": "x"}).endswith('\n[accounts."d e"]\napi_key = "x"\n')


def test_a_field_that_changes() -> None:
    changed = with_account(TEXT, "a", {"api_key": "cal_new", "force": True})
    assert changed == TEXT.replace('"cal_a"', '"cal_new"').replace("# more of a\n", "force = true\n# more of a\n")


def test_a_field_that_goes() -> None:
    changed = with_account(TEXT, "c", {"keyring": None, "api_key": "cal_c", "base_url": None})
    assert changed == TEXT.replace("keyring = true", 'api_key = "cal_c"')


def test_another_default() -> None:
    assert with_default(TEXT, "c") == TEXT.replace('default = "b"', 'default = "c"')


def test_an_account_that_goes_takes_its_own_comments_only() -> None:
    gone = without_account(TEXT, "a")
    assert gone == TEXT.replace('[accounts.a] # the first\napi_key = "cal_a"   # new in May\n# more of a\n', "")
    assert "# about b\n[accounts.b]" in gone


def test_the_default_account_goes() -> None:
    gone = without_account(TEXT, "b")
    assert "default" not in tomllib.loads(gone)
    for kept in ("# Mine; don't sort.", "# about a", "# more of a", "# about c\n[accounts.c]", "# last words"):
        assert kept in gone


def test_the_last_account_goes() -> None:
    assert without_account('[accounts.a]\napi_key = "x"\n', "a") == ""
    assert tomllib.loads(without_account('accounts = {a = {api_key = "x"}}', "a")) == {"accounts": {}}


def test_tables_below_an_account_go_with_it() -> None:
    text = '[accounts.a]\napi_key = "x"\n[accounts.a.permissions]\nread = "ask"\n\n# about b\n[accounts."b"]\napi_key = "y"\n'
    assert without_account(text, "a") == '\n# about b\n[accounts."b"]\napi_key = "y"\n'
    assert without_account(text, "b").endswith('read = "ask"\n\n# about b\n')


@pytest.mark.parametrize("text", ["accounts = 5", "[[accounts]]\nx = 1", 'accounts = {a = {api_key = "x"}}'])
def test_a_layout_that_can_not_be_kept_is_left_alone(text: str) -> None:
    with pytest.raises(ConfigurationError, match="edit it by hand"):
        with_account(text, "b", {"api_key": "cal_b"})


def test_what_is_no_toml_is_left_alone() -> None:
    for change in (
        lambda: with_account("[", "a", {}),
        lambda: without_account("[", "a"),
        lambda: with_default("[", "a"),
    ):
        with pytest.raises(ConfigurationError, match="is not TOML"):
            change()


NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True)
WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=12)
FIELDS = st.fixed_dictionaries(
    {"api_key": WORDS},
    optional={"base_url": WORDS, "force": st.booleans(), "permissions": st.just({"read": "ask", "write": "deny"})},
)


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("add"), NAMES, FIELDS),
            st.tuples(st.just("remove"), NAMES, st.just({})),
            st.tuples(st.just("default"), NAMES, st.just({})),
        ),
        max_size=8,
    ),
)
def test_any_changes_come_to_what_they_say(steps: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Against a plain dictionary; and the comment of an account that is never touched stays above it."""
    text = '# head\n\n# about ZED\n[accounts.ZED]\napi_key = "cal_z"   # why\n'
    wanted: dict[str, Any] = {"accounts": {"ZED": {"api_key": "cal_z"}}}
    for verb, name, fields in steps:
        if verb == "add":
            text = with_account(text, name, fields)
            wanted["accounts"].setdefault(name, {}).update(fields)
        elif verb == "default":
            text = with_default(text, name)
            wanted["default"] = name
        elif name in wanted["accounts"]:
            text = without_account(text, name)
            del wanted["accounts"][name]
            if wanted.get("default") == name:
                del wanted["default"]
        assert tomllib.loads(text) == wanted
        assert '# head\n\n# about ZED\n[accounts.ZED]\napi_key = "cal_z"   # why\n' in text


# --- writing ---------------------------------------------------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_and_its_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "accounts.toml"
    before = os.umask(0)
    try:
        change_file(path, lambda text: text + "# one\n")
        change_file(path, lambda text: text + "# two\n")
    finally:
        os.umask(before)
    assert path.read_text() == "# one\n# two\n"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert [each.name for each in path.parent.iterdir()] == ["accounts.toml"]


def test_a_file_that_others_may_read_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text("# old\n")
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        change_file(path, lambda _: "# new\n")
    assert path.read_text() == "# old\n"


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "accounts.toml"
    change_file(path, lambda _: "# old\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        change_file(path, lambda _: "# new\n")
    assert path.read_text() == "# old\n"
    assert [each.name for each in tmp_path.iterdir()] == ["accounts.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles" / "real.toml", tmp_path / "accounts.toml"
    change_file(real, lambda _: "# old\n")
    link.symlink_to(real)
    change_file(link, lambda text: text + "# new\n")
    assert link.is_symlink()
    assert real.read_text() == "# old\n# new\n"
