"""What every command takes, added in one place: `@command(app, "list", example=…)`.

A command is a coroutine function whose first argument is the `Session` and whose other arguments are its own options.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from calcom_async.cli.help import CONTEXT, Command, Group, examples
from calcom_async.cli.session import Options, Session, execute

__all__ = ["command", "group"]

P = ParamSpec("P")

CONNECTION = "Where to, and as whom"
OUTPUT = "Output"


def group(name: str, text: str, *, example: str | None = None) -> typer.Typer:
    """A group of commands, such as `bookings`; on its own it shows its help, with examples where it has some."""
    app = typer.Typer(name=name, cls=Group, rich_markup_mode=None, add_completion=False)
    epilog = None if example is None else examples(example)

    @app.callback(invoke_without_command=True, help=text, epilog=epilog, context_settings=CONTEXT)
    def alone(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    return app


def command(
    app: typer.Typer, name: str, *, example: str, bundles: Mapping[str, Callable[..., Any]] | None = None
) -> Callable[[Callable[Concatenate[Session, P], Awaitable[int | None]]], Callable[..., Awaitable[int | None]]]:
    """Make a coroutine function a command with its own options and those every command has.

    An option of its own that has the name of one that every command has takes its place.

    Args:
        app: Where it hangs.
        name: Its name.
        example: What its help shows, without the program's name; several by line.
        bundles: Options that several commands share, by the name of the argument that gets them: functions from
            options to a value.
    """

    def decorate(
        function: Callable[Concatenate[Session, P], Awaitable[int | None]],
    ) -> Callable[..., Awaitable[int | None]]:
        replaced = {parameter.name: parameter for parameter in _parameters(function)[1:]}
        shown = [replaced.get(parameter.name, parameter) for parameter in _parameters(_every_command)]
        shared = [parameter for parameter in shown if parameter.name not in replaced]
        bundled = {name: _parameters(bundle) for name, bundle in (bundles or {}).items()}
        apart = {*bundled, *(parameter.name for parameter in shown)}
        own = [parameter for parameter in _parameters(function)[1:] if parameter.name not in apart]

        def run(**values: Any) -> None:
            options = Options(**_taken(values, shared))
            for argument, bundle in (bundles or {}).items():
                values[argument] = bundle(**_taken(values, bundled[argument]))
            execute(options, functools.partial(_call, function, values))

        every = (*own, *(parameter for some in bundled.values() for parameter in some), *shown)
        parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in every]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what typer reads
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.__doc__ = function.__doc__
        app.command(name, cls=Command, epilog=examples(example), context_settings=CONTEXT)(run)
        return function

    return decorate


@functools.cache
def _parameters(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(function, eval_str=True).parameters.values())


def _taken(values: dict[str, Any], parameters: Iterable[inspect.Parameter]) -> dict[str, Any]:
    """Takes the values of these parameters out of all of them."""
    return {parameter.name: values.pop(parameter.name) for parameter in parameters}


async def _call(function: Callable[..., Awaitable[int | None]], values: dict[str, Any], session: Session) -> int | None:
    return await function(session, **values)


def _every_command(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Wire JSON on stdout, errors as JSON on stderr.", rich_help_panel=OUTPUT)
    ] = False,
    time_zone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", help="IANA name; times are shown in it, else in your account's.", rich_help_panel=OUTPUT
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log every call on stderr (ids, no data).", rich_help_panel=OUTPUT)
    ] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Run against a fresh local Cal.com.", rich_help_panel=CONNECTION)
    ] = False,
    bookings: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="How many bookings --sandbox has.", rich_help_panel=CONNECTION),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Key and URL from accounts.toml, not the environment.", rich_help_panel=CONNECTION
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Of a self-hosted Cal.com; ends in /v2.", rich_help_panel=CONNECTION),
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.001, help="For one try.", rich_help_panel=CONNECTION)
    ] = 60.0,
) -> None:
    """The options of every command."""
