"""What hangs on a client: resources, scopes and their methods, as words of a command line."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from typing import Any, is_typeddict

import attrs

from calcom_async.client import AsyncCalCom
from calcom_async.core.operation import Async, Resource, operation, paginated

__all__ = ["Branch", "Method", "field_docs"]

_ELSEWHERE = frozenset({"request", "request_raw", "export"})
"""Methods that are no operation of Cal.com's; commands of their own do what they do."""
_OBVIOUS = {"page_size": "How many to ask for at once."}
_POINTER = re.compile(r"as `cal\.(\w+)\.(\w+)`")
"""How a docstring says that the arguments are explained elsewhere."""
_SECTION = re.compile(r"^(Args|Attributes|Arguments they share|Raises|Returns):$", re.MULTILINE)
_DOCUMENTED = re.compile(r"^ {4}\*{0,2}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)
Step = tuple[str, tuple[str, ...]]


@attrs.frozen
class Method:
    """One operation or list of a resource.

    Attributes:
        steps: The way from the client to its resource: attribute names, each with the ids that it is called with.
        owner: The class of the resource.
        name: Its own name.
        function: What was decorated.
        lists: Whether it gives a list.
    """

    steps: tuple[Step, ...]
    owner: type[Any]
    name: str
    function: Callable[..., Any]
    lists: bool

    @property
    def verb(self) -> str:
        """Its name on the command line."""
        return _word(self.name)

    @property
    def words(self) -> tuple[str, ...]:
        """The command as it is typed, with placeholders for ids."""
        return (*_words(self.steps), self.verb)

    @property
    def about(self) -> str:
        """Its docstring, without its sections."""
        return _introduction(self.function)

    @property
    def public(self) -> bool:
        """Whether it needs no key."""
        return "`, public" in self.about

    @functools.cached_property
    def hints(self) -> Mapping[str, Any]:
        """The types of its parameters."""
        module = vars(sys.modules[self.function.__module__])
        annotations = {n: h for n, h in self.function.__annotations__.items() if n != "return"}
        return {n: eval(h, module) if isinstance(h, str) else h for n, h in annotations.items()}  # noqa: S307 - the package's own

    @functools.cached_property
    def docs(self) -> Mapping[str, str]:
        """What is said of its parameters: by its docstring, else by its class, else by a method beside it."""
        known = reversed([cls for cls in self.owner.__mro__ if cls.__module__.startswith("calcom_async.resources.")])
        classes = [one for cls in known for one in (*_beside(cls), cls)]
        pointed = _POINTER.search(self.function.__doc__ or "")
        found = {**_OBVIOUS, **(_pointed_at(*pointed.groups()) if pointed else {})}
        for cls in classes:
            for member in vars(cls).values():
                if isinstance(member, operation | paginated):
                    found |= _arguments(member.function)
            found |= _arguments(cls)
        return {**found, **_arguments(self.function)}

    def call(self, client: AsyncCalCom, ids: Mapping[str, Any], arguments: Mapping[str, Any]) -> Any:
        """A coroutine, or a pager.

        Raises:
            InvalidRequestError: an id or an argument that can't be sent.
        """
        resource: Any = client
        for name, wanted in self.steps:
            found = getattr(resource, name)
            resource = found(*(ids[one] for one in wanted)) if wanted else found
        return getattr(resource, self.name)(**arguments)


@attrs.frozen
class Branch:
    """A resource or a scope.

    Attributes:
        steps: The way from the client to it.
        resource: One that can't call, only be looked at.
        about: What it is, for its help.
        ids: What it is called with, where it is a scope: names and types.
    """

    steps: tuple[Step, ...]
    resource: Resource[Async]
    about: str = ""
    ids: Mapping[str, type] = attrs.field(factory=dict)

    @classmethod
    def root(cls) -> Branch:
        """The client itself."""
        client = object.__new__(AsyncCalCom)
        Resource.__init__(client, None)  # type: ignore[arg-type] # nothing is ever sent
        return cls(steps=(), resource=client)

    @property
    def name(self) -> str:
        """Its name on the command line."""
        return _word(self.steps[-1][0])

    @property
    def example(self) -> str:
        """How the first of what it has is called."""
        return " ".join((*_words(self.steps), "--help"))

    @functools.cached_property
    def names(self) -> Mapping[str, str]:
        """Attribute names of its methods, resources and scopes, by their names on the command line."""
        kind = type(self.resource)
        return {_word(name): name for name in dir(kind) if name[0] != "_" and self._offers(name)}

    def _offers(self, name: str) -> bool:
        found = inspect.getattr_static(type(self.resource), name)
        if isinstance(found, operation | paginated):
            return name not in _ELSEWHERE
        if isinstance(found, functools.cached_property):
            return True
        return inspect.isfunction(found) and not inspect.iscoroutinefunction(found) and bool(_scope_ids(found))

    def child(self, word: str) -> Branch | Method | None:
        """What has this name on the command line."""
        name = self.names.get(word)
        if name is None:
            return None
        kind = type(self.resource)
        found = inspect.getattr_static(kind, name)
        if isinstance(found, operation | paginated):
            return Method(self.steps, kind, name, found.function, isinstance(found, paginated))
        ids = {} if isinstance(found, functools.cached_property) else _scope_ids(found)
        inner = getattr(self.resource, name)
        resource = inner(*(1 if of is int else "x" for of in ids.values())) if ids else inner
        owner = next(cls for cls in kind.__mro__ if name in vars(cls))
        about = _introduction(found) or field_docs(owner).get(name, "")
        return Branch((*self.steps, (name, tuple(ids))), resource, about, ids)


def _scope_ids(function: Any) -> dict[str, type]:
    """The ids of a function that gives a scope, such as `team(team_id)`; none where it gives something else."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    if any(p.kind is not p.POSITIONAL_OR_KEYWORD or p.annotation not in {"int", "str"} for p in parameters):
        return {}
    return {p.name: int if p.annotation == "int" else str for p in parameters}


def _word(name: str) -> str:
    return name.replace("_", "-")


def _words(steps: tuple[Step, ...]) -> tuple[str, ...]:
    return ("api", *(word for name, ids in steps for word in (_word(name), *(one.upper() for one in ids))))


# --- docstrings ------------------------------------------------------------------------------------------------------


def _introduction(of: Any) -> str:
    """A docstring up to its first section."""
    return _SECTION.split(inspect.cleandoc(of.__doc__ or ""))[0].strip()


def _beside(cls: type[Any]) -> list[type[Any]]:
    """The classes of the same module."""
    return [
        one
        for one in vars(sys.modules[cls.__module__]).values()
        if getattr(one, "__module__", "") == cls.__module__ and isinstance(one, type)
    ]


@functools.cache
def _pointed_at(resource: str, name: str) -> Mapping[str, str]:
    child = Branch.root().child(_word(resource))
    method = child.child(_word(name)) if isinstance(child, Branch) else None
    return method.docs if isinstance(method, Method) else {}


@functools.cache
def _arguments(of: Any) -> Mapping[str, str]:
    """What a docstring says of arguments, by name."""
    parts = _SECTION.split(inspect.cleandoc(of.__doc__ or ""))
    return {
        name: " ".join(text.split())
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
        if title in {"Args", "Arguments they share"}
        for name, text in _DOCUMENTED.findall(body)
    }


@functools.cache
def field_docs(cls: type[Any]) -> Mapping[str, str]:
    """The texts below the fields of a class, by name."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    for one in definition.bases:  # a `TypedDict` does not know what it was made from
        base = vars(sys.modules[cls.__module__]).get(one.id) if isinstance(one, ast.Name) else None
        if is_typeddict(base):
            found |= field_docs(base)
    for above, below in zip(definition.body, definition.body[1:], strict=False):
        match above, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as text)):
                found[name] = " ".join(text.split())
            case _:
                pass
    return found
