"""Which name was meant where one was guessed wrong: misspelt, in camelCase, its words in another order, or too few.

Functions of names alone. Nothing here runs until somebody reads the message of an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar, cast

import attrs

__all__ = ["NoAttribute", "argument_meant", "naming_arguments", "nearest"]

F = TypeVar("F", bound=Callable[..., Any])

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_UNEXPECTED = re.compile(r"got an unexpected keyword argument '(\w+)'$")
_SAME = {
    "take": ("limit",),
    "max": ("limit",),
    "count": ("limit",),
    "per_page": ("page_size",),
    "offset": ("skip",),
    "key": ("api_key",),
    "apikey": ("api_key",),
    "token": ("api_key", "access_token", "auth"),
    "access_token": ("api_key", "auth"),
    "api_url": ("base_url",),
    "host": ("base_url",),
    "remove": ("delete", "cancel"),
    "delete": ("cancel",),
    "modify": ("update",),
    "edit": ("update",),
    "add": ("create",),
    "new": ("create",),
    "book": ("create",),
    "all": ("list",),
    "find": ("list",),
    "search": ("list",),
    "fetch": ("get",),
    "retrieve": ("get",),
    "get": ("to_dict", "request"),
    "post": ("request",),
    "json": ("to_dict",),
    "dict": ("to_dict",),
    "model_dump": ("to_dict",),
    "user": ("me",),
    "profile": ("me",),
    "members": ("memberships",),
    "availability": ("schedules",),
    "fastapi": ("asgi",),
    "starlette": ("asgi",),
    "flask": ("wsgi",),
    "django": ("wsgi",),
}
"""What others call it."""


_HOW_MANY = frozenset({"limit", "take", "max", "count", "first", "top", "max_items", "max_results"})
_WHERE = frozenset({"skip", "offset", "page", "page_number", "cursor", "start_at"})
"""What other clients' lists call how much is wanted, and from where on."""


def nearest(guess: str, names: Iterable[str]) -> str | None:
    """The name that is most likely meant; None where none is like it.

    Args:
        guess: What was written, such as `eventTypeId`, `created_after` or `get_bookings`.
        names: What there is.
    """
    import difflib

    public = [name for name in names if not name.startswith("_")]
    words = _words(guess)
    plain = "_".join(words)
    for same in (plain, *_SAME.get(plain, ())):
        if same in public:
            return same
    if close := difflib.get_close_matches(plain, public, n=1, cutoff=0.85):
        return close[0]
    wider = [name for name in public if set(words) <= set(_words(name)) and 2 * len(words) >= len(_words(name))]
    if wider:
        return min(wider, key=len)
    if close := difflib.get_close_matches(plain, public, n=1):
        return close[0]
    narrower = [name for name in public if set(_words(name)) <= set(words)]
    return max(narrower, key=len, default=None)


def argument_meant(error: TypeError, names: Iterable[str], *, of_list: bool = False) -> TypeError | None:
    """The error of a call with an argument that does not exist, and the one that may be meant; None for other errors.

    Args:
        error: What Python raised. Newer Pythons say themselves what is spelt alike.
        names: The arguments that there are.
        of_list: Whether the call makes a list, which has methods for how much of it is wanted, and from where on.
    """
    unexpected = _UNEXPECTED.search(str(error))
    if unexpected is None:
        return None
    known = list(names)
    if of_list and unexpected[1] in _HOW_MANY:
        each = " page_size= is for each request" if "page_size" in known else ""
        return TypeError(f"{error}; did you mean .collect(limit=…)?{each}")
    meant = nearest(unexpected[1], known)
    if of_list and unexpected[1] in _WHERE and meant != "skip":
        return TypeError(f"{error}; did you mean .pages(), which gives one after the other, or .resume(position)?")
    return TypeError(f"{error}; did you mean {meant}?") if meant else None


def naming_arguments(function: F) -> F:
    """Have a function, or a class, say which argument may be meant where it is called with one it does not have."""
    made: Any = function
    if isinstance(function, type):
        made.__init__ = naming_arguments(made.__init__)
        return cast("F", made)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            if str(error).startswith(f"{function.__qualname__}()") and (
                meant := argument_meant(error, _names(function))
            ):
                raise meant from None
            raise

    return cast("F", call)


def _names(function: Callable[..., Any]) -> list[str]:
    return [name for name in signature(function).parameters if name != "self"]


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


@attrs.frozen
class NoAttribute:
    """The message of an `AttributeError`, made when it is read: `hasattr` and `getattr` never wait for it.

    For clients and resources. Records have no such hook, as it would slow down the reading of every field.

    Args:
        owner: The class that was asked.
        guess: The attribute it does not have.
    """

    owner: type
    guess: str

    def __str__(self) -> str:
        meant = None if self.guess.startswith("_") else nearest(self.guess, dir(self.owner))
        hint = f"; did you mean {meant}?" if meant else ""
        return f"{self.owner.__name__!r} object has no attribute {self.guess!r}{hint}"

    def __repr__(self) -> str:
        return repr(str(self))
