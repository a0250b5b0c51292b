"""`calcom-async api …`: every operation, said like the methods of the client: `api organization 1 teams list`.

Nothing is looked up before one of these commands is asked for: a group makes its commands when it is reached.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calcom_async.cli.help import CONTEXT, Group, examples
from calcom_async.cli.options import command

if TYPE_CHECKING:
    from calcom_async.cli.api_methods import Branch, Method
    from calcom_async.cli.session import Session

__all__ = ["register"]

_ABOUT = (
    "Every operation of the API. They are named like the client's methods: resource, verb, options. Mappings are "
    "JSON, or NAME=VALUE once a key; a list's option is given once an item; null empties what may be empty."
)
_EXAMPLES = """api teams list
api webhooks create --subscriber-url https://example.com/hook --triggers BOOKING_CREATED
api organization 1 team 7 memberships list
api bookings cancel UID --help"""


def register(app: typer.Typer) -> None:
    """Hang the group on the program."""
    branch = typer.Typer(name="api", cls=_Root, rich_markup_mode=None, add_completion=False)
    _alone(branch, _ABOUT, examples(_EXAMPLES), {})
    app.add_typer(branch)


class _Lazy(Group):
    """A group whose commands are those of a resource."""

    branch: Branch

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        """The verbs and resources."""
        return sorted(self.branch.names)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant; of one that does not exist, the error names what is close."""
        self.commands: Any = dict.fromkeys(self.branch.names)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of them; `list_emails` is understood as well as `list-emails`."""
        from calcom_async.cli.api_methods import Branch

        found = self.branch.child(cmd_name.replace("_", "-"))
        if found is None:
            return None
        return _group(found) if isinstance(found, Branch) else _command(found, _ids(ctx))


class _Root(_Lazy):
    """What hangs on the client itself."""

    @functools.cached_property
    def branch(self) -> Branch:  # type: ignore[override] # looked up as late as possible
        """The client."""
        from calcom_async.cli.api_methods import Branch

        return Branch.root()


def _group(branch: Branch) -> _Lazy:
    """A group for a resource; where it is a scope, its id comes first."""
    app = typer.Typer(name=branch.name, cls=_Lazy, rich_markup_mode=None, add_completion=False)
    _alone(app, branch.about, examples(branch.example), branch.ids)
    made: Any = typer.main.get_group(app)
    made.branch = branch
    group: _Lazy = made
    return group


def _alone(app: typer.Typer, about: str, epilog: str, ids: Mapping[str, type]) -> None:
    """On its own a group shows its help; the ids that it takes wait in its context."""

    def alone(context: typer.Context, **_: Any) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    arguments = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=Annotated[kind, typer.Argument(metavar=name.upper(), show_default=False)],
        )
        for name, kind in ids.items()
    ]
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    alone.__signature__ = inspect.Signature([context, *arguments])  # type: ignore[attr-defined] # what typer reads
    alone.__annotations__ = {p.name: p.annotation for p in (context, *arguments)}
    app.callback(invoke_without_command=True, help=about, epilog=epilog, context_settings=CONTEXT)(alone)


def _ids(context: Any) -> dict[str, Any]:
    """The ids of all scopes above a command."""
    given: dict[str, Any] = {}
    while context is not None:
        if isinstance(context.command, _Lazy) and context.params:
            given = {**context.params, **given}
        context = context.parent
    return given


def _command(method: Method, ids: dict[str, Any]) -> Any:
    """A command for a verb, with an option for each of its parameters."""
    from calcom_async.cli.api_options import options_of

    options = options_of(method)

    async def run(session: Session, /, **values: Any) -> None:
        from calcom_async.cli.api_answers import show

        limit = values.pop("limit", None) if method.lists else None
        arguments = {o.name: o.value(values[o.name]) for o in options if values.get(o.name) not in (None, [])}
        async with session.client(public=method.public) as cal:
            await show(session, cal, method, method.call(cal, ids, arguments), limit=limit)

    parameters = [inspect.Parameter("session", inspect.Parameter.POSITIONAL_ONLY), *(o.parameter for o in options)]
    if method.lists:
        from calcom_async.cli.listing import Limit

        parameters.append(inspect.Parameter("limit", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Limit))
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what `command` reads
    run.__doc__ = method.about
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    command(app, method.verb, example=" ".join((*method.words, *(o.example for o in options if o.required))))(run)
    return typer.main.get_command(app)
