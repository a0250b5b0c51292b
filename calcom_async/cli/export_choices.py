"""What an export of bookings can be asked for, and which of it makes no sense together."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from pathlib import Path

import attrs

from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.cli.filters import Filters

__all__ = ["ApiVersion", "Choices"]


class ApiVersion(StrEnum):
    """Versions of the list of bookings that can be exported."""

    BY_CREATION = "2024-08-13"
    LATER_BY_CREATION = "2026-02-25"
    BY_CURSOR = "2026-05-01"


@attrs.frozen(kw_only=True)
class Choices:
    """The options of one export.

    Attributes:
        to: The file, or `-`.
        filters: Which bookings.
        file_format: `--format`.
        restart: Whether to begin anew.
        incremental: Whether to keep the file up to date.
        full: Whether to export everything all the same.
        report: Where the report goes as JSON.
        accounts: The accounts by name.
        api_version: Which version of the list.
        as_json: Whether the report goes to stdout.
        base_url: `--base-url`.
    """

    to: str
    filters: Filters = attrs.field(factory=Filters)
    file_format: str | None = None
    restart: bool = False
    incremental: bool = False
    full: bool = False
    report: str | None = None
    accounts: tuple[str, ...] = ()
    api_version: ApiVersion = ApiVersion.BY_CREATION
    as_json: bool = False
    base_url: str | None = None

    def check(self) -> None:
        """Refuse what makes no sense, before anything is sent.

        Raises:
            CommandFailure: with what excludes each other, and what to do.
            InvalidRequestError: an unknown format, or one that can't go to stdout.
            MissingExtraError: the format needs a package that is not installed.
        """
        from calcom_async.export.sinks import choose_sink

        for what, advice in chain(self._contradictions(), self._not_to_be_updated() if self.incremental else ()):
            raise CommandFailure(what, advice, exit_code=USAGE, kind="UsageError")
        choose_sink(self.to, self.file_format)

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        from calcom_async.export.sinks import format_of

        if self.to == "-" and self.as_json:
            yield "--to - writes the bookings to stdout, and --json the report", "leave one of the two out"
        if self.report == "-":
            yield "--report: stdout is for data", "give the name of a file, or use --json instead"
        if self.report is not None and Path(self.report).absolute() == Path(self.to).absolute():
            yield "--report and --to name the same file", "give the report a name of its own"
        if self.full and not self.incremental:
            yield "--full belongs to --incremental", "leave it out: every other export takes everything"
        if len(set(self.accounts)) < len(self.accounts):
            yield "--account names the same account twice", "give each account once"
        base, _ = format_of(self.to, self.file_format)
        if len(self.accounts) > 1 and base == "ics":
            yield (
                "an .ics file holds each booking once, and two accounts may see the same one",
                "end FILE in .jsonl, .csv, .parquet or .sqlite, or give each account a file of its own",
            )
        if len(self.accounts) > 1 and self.base_url is not None:
            yield "--base-url is one server, and several accounts have their own", "put base_url into accounts.toml"
        if self.api_version == ApiVersion.BY_CURSOR and self.filters.team_id is not None:
            yield (
                f"--api-version {self.api_version}: a team's bookings are not listed by cursor",
                "leave --api-version or --team out",
            )

    def _not_to_be_updated(self) -> Iterator[tuple[str, str]]:
        """What --incremental excludes."""
        from calcom_async.export.sinks import format_of

        kept = ".jsonl, .jsonl.gz, .sqlite or .parquet"
        if self.to == "-":
            yield "--incremental keeps a file up to date, and stdout is none", f"give a file ending in {kept}"
        if self.file_format is not None:
            yield "--incremental goes by what FILE ends in", f"leave --format out, and end FILE in {kept}"
        base, _ = format_of(self.to)
        if base not in {"jsonl", "sqlite", "parquet"}:
            yield f"--incremental can't keep a .{base} file up to date", f"give a file ending in {kept}"
        timed = ("after_created_at", "before_created_at", "after_updated_at", "before_updated_at")
        if any(getattr(self.filters, name) is not None for name in timed):
            yield (
                "--incremental goes by the times of creation and change itself",
                "leave --created-… and --updated-… out, or --incremental",
            )
        if len(self.accounts) > 1:
            yield "--incremental keeps the bookings of one account up to date", "give each account a file of its own"
        if self.api_version != ApiVersion.BY_CREATION:
            yield f"--incremental always asks in version {ApiVersion.BY_CREATION}", "leave --api-version out"
        if self.restart:
            yield "--restart is for exports that are not kept up to date", "use --full: it exports everything anew"
