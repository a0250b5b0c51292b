"""From the parameters of a method to options of a command, and from what is typed to arguments."""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, is_typeddict

import attrs
import typer

from calcom_async.cli.api_methods import Method, field_docs
from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.cli.files import text_from
from calcom_async.core.records import Input, Record, wire_name
from calcom_async.core.unset import DISABLED, Disabled, Unset

__all__ = ["Option", "options_of"]

_SECRETS = frozenset(
    {"secret", "client_secret", "code_verifier", "password", "refresh_token", "service_account_key", "token"}
)
"""Parameters that come from a file or from stdin: other people of this machine can read a command line."""
_IDS = ("_id", "_uid", "uuid")
_TEXT, _JSON = "TEXT", "JSON|NAME=VALUE|@FILE"


@attrs.frozen
class _Type:
    """What a parameter takes.

    Attributes:
        members: The types of one value.
        many: Whether it is a list.
        nullable: Whether it may be None.
    """

    members: tuple[Any, ...]
    many: bool
    nullable: bool

    @classmethod
    def of(cls, hint: Any) -> _Type:
        """Take a type apart."""
        members = _members(hint)
        lists = [m for m in members if _is_list(m)]
        inner = tuple(x for m in lists for x in _members(get_args(m)[0])) + tuple(m for m in members if m not in lists)
        return cls(
            members=tuple(m for m in inner if m is not type(None) and m is not Unset),
            many=bool(lists),
            nullable=type(None) in members,
        )

    @property
    def structured(self) -> bool:
        """Whether it is an object of JSON."""
        return any(_is_object(m) for m in self.members)

    @property
    def choices(self) -> tuple[Any, ...]:
        """Known values: all there are, or those that this release knows of an open set."""
        literal = [value for m in self.members if get_origin(m) is Literal for value in get_args(m)]
        return tuple(literal) + tuple(e.value for m in self.members if _is(m, Enum) and m is not Disabled for e in m)

    @property
    def flag(self) -> bool:
        """Whether it is true or false and nothing else."""
        return self.members == (bool,) and not self.many and not self.nullable


@attrs.frozen
class Option:
    """An option, or an argument, for one parameter.

    Attributes:
        name: The parameter.
        type: What it takes.
        required: Whether it has to be given.
        positional: Whether it is given without its name.
        text: What its help says.
    """

    name: str
    type: _Type
    required: bool
    positional: bool
    text: str

    @property
    def secret(self) -> bool:
        """Whether it is read from a file."""
        return self.name in _SECRETS

    @property
    def flag_name(self) -> str:
        """As it is typed."""
        return "--" + self.name.rstrip("_").replace("_", "-") + ("-file" if self.secret else "")

    @property
    def metavar(self) -> str | None:
        """What stands for its value in the help."""
        words = {int: "N", float: "NUMBER", bool: "true|false"}
        if self.secret:
            return "FILE|-"
        if self.positional:
            return self.name.upper()
        if self.type.structured:
            return _JSON
        if any(get_origin(m) is Literal for m in self.type.members) and str not in self.type.members:
            return "|".join(str(choice) for choice in self.type.choices)
        return next((words[m] for m in self.type.members if m in words and str not in self.type.members), _TEXT)

    @property
    def example(self) -> str:
        """How it is given."""
        if self.positional:
            return self.name.upper()
        value = self.type.choices[0] if self.type.choices else "'{…}'" if self.type.structured else "…"
        return f"{self.flag_name} {'FILE' if self.secret else value}"

    @property
    def parameter(self) -> inspect.Parameter:
        """What typer reads."""
        said = self.text
        if self.type.choices and not said.count("`") > 1:
            said = f"{said.rstrip('.')}: {', '.join(str(c) for c in self.type.choices)}.".removeprefix(": ")
        if self.type.many and not self.positional:
            said = f"{said} Again for more.".strip()
        kind: Any = list[str] if (self.type.many or self.type.structured) and not self.secret else str
        if self.positional:
            declared: Any = typer.Argument(metavar=self.metavar, help=said, show_default=False)
        elif self.type.flag:
            kind, no = bool, "--no-" + self.flag_name.removeprefix("--")
            declared = typer.Option(f"{self.flag_name}/{no}", help=said, show_default=False)
        else:
            choices = [str(choice) for choice in self.type.choices]
            declared = typer.Option(
                self.flag_name, metavar=self.metavar, help=said, show_default=False,
                autocompletion=(lambda: choices) if choices else None,
            )  # fmt: skip
        return inspect.Parameter(
            self.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if self.required else None,
            annotation=Annotated[kind if self.required else kind | None, declared],
        )

    def value(self, given: Any) -> Any:
        """The argument of what was typed.

        Raises:
            CommandFailure: it is not what the parameter takes.
        """
        where = self.metavar or self.name if self.positional else self.flag_name
        if self.type.flag:
            return given
        if self.secret:
            given = text_from(given, where).strip()
            return _json(given, where) if self.type.structured else given
        if self.type.nullable and given in ("null", ["null"]):
            return None
        if self.type.structured:
            return _objects(given, where) if self.type.many else _object(given, self.type, where)
        return [_scalar(one, self.type, where) for one in given] if self.type.many else _scalar(given, self.type, where)


def options_of(method: Method) -> list[Option]:
    """The options of a method's parameters, arguments first; those of a `TypedDict` one by one."""
    found: list[Option] = []
    for parameter in list(inspect.signature(method.function).parameters.values())[1:]:
        hint = method.hints[parameter.name]
        if parameter.kind is parameter.VAR_KEYWORD:
            (settings,) = get_args(hint) or (hint,)
            texts = {**method.docs, **field_docs(settings)}
            found += [
                Option(name, _Type.of(of), name in settings.__required_keys__, False, texts.get(name, ""))
                for name, of in _annotations(settings).items()
            ]
            continue
        of = _Type.of(hint)
        positional = parameter.kind is not parameter.KEYWORD_ONLY and not of.structured
        required = parameter.default is parameter.empty
        said = method.docs.get(parameter.name) or ("Its id." if parameter.name.endswith(_IDS) else "")
        found.append(Option(parameter.name, of, required, positional, said))
    return sorted(found, key=lambda option: (not option.positional, not option.required))


def _annotations(settings: type[Any]) -> Mapping[str, Any]:
    import typing

    return typing.get_type_hints(settings)


# --- types -----------------------------------------------------------------------------------------------------------


def _members(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _is(hint: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(hint, type) and issubclass(hint, kind)


def _is_list(hint: Any) -> bool:
    origin = get_origin(hint)
    return _is(origin, Iterable) and not _is(origin, Mapping)


def _is_object(hint: Any) -> bool:
    return _is(get_origin(hint), Mapping) or _is(hint, (Input, Record)) or is_typeddict(hint) or hint is Any


# --- values ----------------------------------------------------------------------------------------------------------


def _wrong(where: str, what: str, advice: str) -> CommandFailure:
    return CommandFailure(f"{where}: {what}", advice, exit_code=USAGE, kind="UsageError")


def _scalar(text: str, of: _Type, where: str) -> Any:
    """One value that is no object."""
    for member in of.members:
        if get_origin(member) is Literal:
            found = [choice for choice in get_args(member) if str(choice) == text]
            if found:
                return found[0]
    if bool in of.members and text in {"true", "false"}:
        return text == "true"
    if int in of.members and (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()):
        return text if str in of.members else int(text)
    if float in of.members:
        try:
            return float(text)
        except ValueError:
            pass
    if any(m is str or not (m in (bool, int, float, timedelta) or get_origin(m) is Literal) for m in of.members):
        return text
    wanted = ", ".join(str(choice) for choice in of.choices) or "a whole number"
    raise _wrong(where, "it takes no such value", f"give it {wanted if not of.choices else 'one of ' + wanted}")


def _object(texts: list[str], of: _Type, where: str) -> Any:
    """An object: one JSON text, or a pair a key, whose value has the type of the field of that name, else is text."""
    if len(texts) == 1 and not _is_pair(texts[0]):
        return _json(texts[0], where)
    types, made = _field_types(of), dict[str, Any]()
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name or name in made:
            raise _wrong(where, "expected JSON, or NAME=VALUE once a key", f"""write {where} '{{"name": "…"}}'""")
        made[name] = _field(value, types.get(name), f"{where} {name}=")
    return made


def _field_types(of: _Type) -> dict[str, _Type]:
    """The types of the fields that an object may have, by both of their names."""
    found: dict[str, _Type] = {}
    for cls in (m for m in of.members if _is(m, (Input, Record))):
        attrs.resolve_types(cls)
        for a in attrs.fields(cls):
            name = a.metadata.get("wire") or wire_name(a.name)
            found |= dict.fromkeys((a.name, name), _Type.of(a.type))
    return found


def _field(text: str, of: _Type | None, where: str) -> Any:
    if of is None:
        return text
    if of.nullable and text == "null":
        return None
    return _json(text, where) if of.many or of.structured else _scalar(text, of, where)


def _objects(texts: list[str], where: str) -> list[Any]:
    """A list of objects: JSON texts, each an object or a list of them."""
    found: list[Any] = []
    for text in texts:
        value = _json(text, where)
        found += value if isinstance(value, list) else [value]
    return found


def _is_pair(text: str) -> bool:
    return not text.startswith(("{", "[", "@")) and "=" in text


def _json(text: str, where: str) -> Any:
    """JSON, from a file or stdin where it says so; `{"disabled": true}` by the word `disabled`."""
    if text == "disabled":
        return DISABLED
    if text == "-" or text.startswith("@"):
        text = text_from(text.removeprefix("@"), where)
    try:
        return json.loads(text)
    except ValueError as error:
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise _wrong(
            where, f"it is no JSON{place}", "quote it for the shell, or put it into a file: @file.json"
        ) from None
