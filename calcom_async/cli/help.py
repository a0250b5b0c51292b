"""How `--help` looks: plain text that fits a screen, options by topic, examples as they are typed."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["CONTEXT", "Command", "Group", "Program", "commands_named", "examples", "first_example"]

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def examples(text: str) -> str:
    """An epilog of examples, a line each, kept as they are."""
    shown = "\n".join(f"  calcom-async {line}" for line in text.splitlines())
    title = "Examples:" if len(text.splitlines()) > 1 else "Example:"
    return f"\b\n{title}\n{shown}"


def first_example(command: Any) -> str | None:
    """The first of a command's examples, as it is typed; None where it has none."""
    _, _, shown = (getattr(command, "epilog", None) or "").partition(":\n")
    return shown.strip().partition("\n")[0] or None


def commands_named(program: Any, name: str) -> list[str]:
    """Where a word is a command, such as `bookings export` for `export`; the operations of `api` aside."""
    branches = {word: getattr(group, "commands", {}) for word, group in program.commands.items() if word != "api"}
    return [f"{word} {name}" for word, commands in branches.items() if name in commands]


def _write_options(command: Any, context: Any, formatter: Any) -> None:
    """Arguments first, then the command's own options, then those of every command by their topics."""
    topics: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None:
            continue
        is_argument = parameter.param_type_name == "argument"
        topic = "Arguments" if is_argument else (getattr(parameter, "rich_help_panel", None) or "Options")
        if parameter.name == "help" and command.epilog and len(topics) > 1:
            continue  # whoever reads this has found it
        words = record[1].replace("\\[", "[")  # older typers escape brackets for rich even where it is not used
        topics.setdefault(topic, []).append((record[0], words))
    for topic, records in topics.items():
        with formatter.section(topic):
            formatter.write_dl(records)


class Command(TyperCommand):
    """A command whose help groups its options."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options by topic."""
        _write_options(self, ctx, formatter)


class Group(TyperGroup):
    """A group of commands whose help groups its options."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options by topic, then the commands."""
        self.format_commands(ctx, formatter)
        _write_options(self, ctx, formatter)


class Program(Group):
    """The program itself: its commands in alphabetical order, groups among them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command by name."""
        return sorted(super().list_commands(ctx))
