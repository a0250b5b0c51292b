"""Changing the accounts file: one account or the default, and every comment stays where it is.

From text to text these are pure functions; what they made is read again before it is written, so that a file which is
laid out unusually is left alone rather than changed in more than was asked for.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from calcom_async.accounts import read_text
from calcom_async.cli.files import write_private
from calcom_async.errors import ConfigurationError

__all__ = ["change_file", "with_account", "with_default", "without_account"]

Content = MutableMapping[str, Any]


def with_account(text: str, name: str, fields: Mapping[str, Any]) -> str:
    """The text with these fields in an account, which is made if it is not there.

    Args:
        text: Of the file.
        name: The account.
        fields: What is to stand in it; a field that is None is taken out, one that is not here stays.

    Raises:
        ConfigurationError: the text is not TOML, or laid out so that this can't be done.
    """
    before = _accounts(text).get(name, {})
    there = before if isinstance(before, dict) else {}
    fresh = {field: value for field, value in fields.items() if value is not None and field not in there}

    def edit_there(content: Content) -> None:
        for field in fields.keys() & there.keys():
            if fields[field] is None:
                del content["accounts"][name][field]
            else:
                content["accounts"][name][field] = _laid_out(fields[field])

    def edit(content: Content) -> None:
        entry = content.setdefault("accounts", {}).setdefault(name, {})
        entry.update(fields)
        for field, value in fields.items():
            if value is None:
                del entry[field]

    lines = [f"{field} = {tomlkit.item(_laid_out(value)).as_string()}\n" for field, value in fresh.items()]
    return _checked(text, _with_lines(_edited(text, edit_there), name, lines), edit)


def without_account(text: str, name: str) -> str:
    """The text without an account; if it was the default one, there is none then.

    Raises:
        ConfigurationError: the text is not TOML, or laid out so that this can't be done.
    """

    def edit(content: Content) -> None:
        del content["accounts"][name]
        if content.get("default") == name:
            del content["default"]

    def edit_default(content: Content) -> None:
        if content.get("default") == name:
            del content["default"]

    try:
        return _checked(text, _edited(_without_table(text, name), edit_default), edit)
    except ConfigurationError:
        return _edited(text, edit)  # not a table of its own; what stands behind it does not belong to others then


def with_default(text: str, name: str) -> str:
    """The text with another default account.

    Raises:
        ConfigurationError: the text is not TOML, or laid out so that this can't be done.
    """

    def edit(content: Content) -> None:
        content["default"] = name

    if "default" in _loaded(text):
        return _edited(text, edit)
    # At the very top: below a table it would belong to that.
    first = f"default = {tomlkit.string(name).as_string()}\n"
    added = f"{first}\n{text}" if text.strip() else first
    return _checked(text, added, edit)


def change_file(path: Path, change: Callable[[str], str]) -> None:
    """Put what `change` makes of a file's text into its place, readable for its owner alone.

    Args:
        path: The file; its folder is made if it is not there. A link is followed.
        change: From the text to the text.

    Raises:
        ConfigurationError: others may read the file, it can't be read, or it can't be changed in this way.
        OSError: it can't be written.
    """
    text = change(read_text(path) or "")
    path = path.resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, text)


def _header(name: str, *, below: bool = False) -> re.Pattern[str]:
    """Finds the line `[accounts.NAME]`, or those of the tables below it as well."""
    quoted = re.escape(name)
    deeper = r"(?:\.[^\]]*)?" if below else ""
    return re.compile(rf"""\s*\[\s*accounts\s*\.\s*(?:{quoted}|"{quoted}"|'{quoted}')\s*{deeper}\]""")


def _with_lines(text: str, name: str, added: list[str]) -> str:
    """The text with lines at the end of an account: before the comments that belong to what follows it."""
    header = _header(name)
    lines = text.splitlines(keepends=True)
    start = next((place for place, line in enumerate(lines) if header.match(line)), None)
    if start is None:
        parted = f"{text.rstrip()}\n\n" if text.strip() else ""
        return f"{parted}[accounts.{tomlkit.key(name).as_string()}]\n{''.join(added)}"
    last = start
    for place in range(start + 1, len(lines)):
        if lines[place].lstrip().startswith("["):
            break
        if _says_something(lines[place]):
            last = place
    lines[last] = lines[last].removesuffix("\n") + "\n"
    return "".join([*lines[: last + 1], *added, *lines[last + 1 :]])


def _says_something(line: str) -> bool:
    return line.lstrip()[:1] not in {"", "#"}


def _without_table(text: str, name: str) -> str:
    """The text without `[accounts.NAME]` and what is below it, as far as no blank line parts it from that.

    A comment above the next header belongs to that one, which is why the whole of it is not simply cut out.
    """
    header = _header(name, below=True)
    kept: list[str] = []
    passed: list[str] = []  # lines of the account since the last that says something
    inside = False
    for line in text.splitlines(keepends=True):
        if header.match(line):
            inside, passed = True, []
        elif line.lstrip().startswith("["):
            kept += _apart(passed)
            inside, passed = False, []
        elif inside:
            passed = [] if _says_something(line) else [*passed, line]
        if not inside:
            kept.append(line)
    return "".join([*kept, *_apart(passed)])


def _apart(lines: list[str]) -> list[str]:
    """What a blank line parts from what was before, and that line; nothing where no comment follows."""
    blank = next((place for place, line in enumerate(lines) if not line.strip()), len(lines))
    return lines[blank:] if any(line.strip() for line in lines[blank:]) else []


def _edited(text: str, edit: Callable[[Content], None]) -> str:
    _loaded(text)
    try:
        document = tomlkit.parse(text)
        edit(document)
        changed = tomlkit.dumps(document)
    except (TOMLKitError, ValueError, TypeError, AttributeError, KeyError):
        raise _by_hand() from None
    return _checked(text, changed, edit)


def _checked(text: str, changed: str, edit: Callable[[Content], None]) -> str:
    """The changed text, once it is certain that it says what it should."""
    expected = copy.deepcopy(_loaded(text))
    try:
        edit(expected)
        if _said(tomllib.loads(changed)) == _said(expected):
            return changed
    except (ValueError, TypeError, AttributeError, KeyError):
        pass
    raise _by_hand()


def _said(content: Content) -> dict[str, Any]:
    """What a file says: a table of accounts that has none says nothing."""
    return {name: value for name, value in content.items() if name != "accounts" or value != {}}


def _laid_out(value: Any) -> Any:
    """A mapping on one line, anything else as it is."""
    if not isinstance(value, Mapping):
        return value
    table = tomlkit.inline_table()
    table.update(value)
    return table


def _accounts(text: str) -> Mapping[str, Any]:
    found = _loaded(text).get("accounts")
    return found if isinstance(found, dict) else {}


def _loaded(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise ConfigurationError("the accounts file is not TOML; mend it in an editor first") from None


def _by_hand() -> ConfigurationError:
    return ConfigurationError(
        "the accounts file is laid out so that it can't be changed without changing more; edit it by hand"
    )
