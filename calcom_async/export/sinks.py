"""Where an export goes: nothing stands under the final name before it is complete, and it can be gone on with.

A sink writes beside the final name. `commit` brings everything written so far to the disk and says how far that is;
`open(resume_at=...)` goes back to such a point. Formats that can't be appended to (Parquet, iCalendar) are made at the
end from JSON lines.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from calcom_async.errors import ExportError, InvalidRequestError
from calcom_async.export.encoders import CsvEncoder, Encoder, JsonLinesEncoder
from calcom_async.export.journal import sync_folder
from calcom_async.export.lines import Buffer, LinesReader, blocks_of

__all__ = ["FORMATS", "FileSink", "Sink", "SpooledSink", "StreamSink", "choose_sink", "format_of"]

FORMATS = ("jsonl", "csv", "parquet", "sqlite", "ics")
"""Formats by name; `jsonl` and `csv` may be followed by `.gz`."""
_SUFFIXES = {"ndjson": "jsonl", "db": "sqlite", "sqlite3": "sqlite"}


class Sink(Protocol):
    """Takes wire JSON of bookings."""

    @property
    def reader(self) -> LinesReader | None:
        """What reads a page so that its rows need not be read again here; None where a glance will do."""
        ...

    def unfinished(self) -> bool:
        """Whether there is something to go on with."""
        ...

    def open(self, resume_at: int | None = None) -> None:
        """Begin, or go on after the rows that a `commit` has covered."""
        ...

    def write(self, rows: Sequence[Buffer], records: Sequence[Any] = ()) -> None:
        """Take rows.

        Args:
            rows: Wire JSON of each.
            records: What was read of each; more than a glance where the reader could read it.
        """
        ...

    def commit(self) -> int:
        """Bring what was taken to the disk; returns the point to go on from."""
        ...

    def finish(self) -> None:
        """Complete the file and give it its name."""
        ...

    def stop(self) -> None:
        """End a `finish` that is under way in another thread; called from this one."""
        ...

    def keep(self) -> None:
        """Close, and leave what there is for the next run."""
        ...

    def discard(self) -> None:
        """Take back what was written."""
        ...


class StreamSink:
    """Standard output: written at once, nothing to go on with."""

    def __init__(self, encoder: Encoder, stream: BinaryIO | None = None) -> None:
        self._encoder = encoder
        self._stream = stream or sys.stdout.buffer
        self.reader = encoder.reader

    def unfinished(self) -> bool:
        """Never: what was written is gone."""
        return False

    def open(self, resume_at: int | None = None) -> None:
        """Write what stands before the first row; there is nothing to go on with."""
        del resume_at
        self._stream.write(self._encoder.start())

    def write(self, rows: Sequence[Buffer], records: Sequence[Any] = ()) -> None:
        """Write rows."""
        self._stream.write(self._encoder.encode(rows, records))

    def commit(self) -> int:
        """Flush."""
        self._stream.flush()
        return 0

    def finish(self) -> None:
        """Flush."""
        self._stream.flush()

    def stop(self) -> None:
        """There is nothing that takes long."""

    def keep(self) -> None:
        """Flush."""
        self._stream.flush()

    def discard(self) -> None:
        """Flush: what was written can't be taken back."""
        self._stream.flush()


class FileSink:
    """A file that is appended to, compressed or not.

    It holds personal data: it is made readable for its owner only.

    Args:
        path: The final name.
        encoder: The format.
        compressed: Gzip; each commit ends a member, so that the file can be cut there.
    """

    def __init__(self, path: Path, encoder: Encoder, *, compressed: bool = False) -> None:
        self.path = path
        self.partial = path.with_name(f".{path.name}.partial")
        self.reader = encoder.reader
        self._encoder = encoder
        self._compressed = compressed
        self._file: BinaryIO | None = None
        self._member: gzip.GzipFile | None = None
        self._broken = False

    def unfinished(self) -> bool:
        """Whether the partial file is there."""
        return self.partial.exists()

    def open(self, resume_at: int | None = None) -> None:
        """Open the partial file, cut to what counts.

        Raises:
            InvalidRequestError: the folder does not exist, or the name is a folder.
            ExportError: another process writes there, or the partial file is shorter than it should be.
        """
        check_destination(self.path)
        self._file = file = os.fdopen(os.open(self.partial, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        try:
            lock(file, self.path)
            self._check_length(file, resume_at)
        except BaseException:
            file.close()
            self._file = None
            raise
        file.truncate(resume_at or 0)
        file.seek(resume_at or 0)
        if resume_at is None:
            self._put(self._encoder.start())

    def _check_length(self, file: BinaryIO, resume_at: int | None) -> None:
        if resume_at is not None and file.seek(0, io.SEEK_END) < resume_at:
            raise ExportError(
                f"{self.partial} is shorter than its journal says; pass restart=True (--restart) to begin anew"
            )

    def write(self, rows: Sequence[Buffer], records: Sequence[Any] = ()) -> None:
        """Append rows."""
        self._put(self._encoder.encode(rows, records))

    def _put(self, content: bytes | memoryview) -> None:
        if not content:
            return
        with self._breaking():
            if self._compressed and self._member is None:
                self._member = gzip.GzipFile(fileobj=self._open_file, mode="wb", compresslevel=6, mtime=0)
            (self._member or self._open_file).write(content)

    @contextlib.contextmanager
    def _breaking(self) -> Generator[None, None, None]:
        """After a write that failed, nobody knows what is in the file: there is no commit any more."""
        if self._broken:
            raise OSError(f"{self.partial} could not be written before")
        try:
            yield
        except OSError:
            self._broken = True
            raise

    @property
    def _open_file(self) -> BinaryIO:
        if self._file is None:
            raise ValueError("the file is not open")
        return self._file

    def commit(self) -> int:
        """Flush and sync; returns the size of the file."""
        with self._breaking():
            self._end_member()
            file = self._open_file
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def _end_member(self) -> None:
        member, self._member = self._member, None
        if member is not None:
            member.close()

    def finish(self) -> None:
        """Sync, and give the file its name."""
        self.commit()
        self._close()
        self.partial.replace(self.path)
        sync_folder(self.path.parent)

    def stop(self) -> None:
        """There is nothing that takes long."""

    def keep(self) -> None:
        """Close."""
        self._close()

    def discard(self) -> None:
        """Remove the partial file."""
        self._close()
        self.partial.unlink(missing_ok=True)

    def _close(self) -> None:
        file, self._file = self._file, None
        self._member = None
        if file is not None:
            with contextlib.suppress(OSError):  # a full disk: what was not committed is dropped on the next open
                file.close()


class SpooledSink(FileSink):
    """JSON lines until the end, then made into a format that can't be appended to.

    Args:
        path: The final name.
        convert: Makes the format: `convert(blocks of lines, fresh file)`.
    """

    def __init__(self, path: Path, convert: Callable[[Iterator[bytes], Path], None]) -> None:
        super().__init__(path, JsonLinesEncoder())
        self._convert = convert
        self._stopped = False

    def stop(self) -> None:
        """The conversion ends at the next block; what it was made from stays."""
        self._stopped = True

    def _blocks(self, file: BinaryIO) -> Iterator[bytes]:
        for block in blocks_of(file):
            if self._stopped:
                raise InterruptedError("the conversion was stopped")
            yield block

    def finish(self) -> None:
        """Convert, and give the file its name."""
        self.commit()
        self._close()
        made = self.path.with_name(f".{self.path.name}.made")
        made.unlink(missing_ok=True)
        os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with self.partial.open("rb") as file:
            self._convert(self._blocks(file), made)
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(self.path)
        sync_folder(self.path.parent)
        self.partial.unlink(missing_ok=True)


def check_destination(path: Path) -> None:
    """Refuse a name that no file can have.

    Raises:
        InvalidRequestError: the folder does not exist, or the name is a folder.
    """
    if path.is_dir():
        raise InvalidRequestError(f"{path} is a folder; give the name of a file")
    if not path.parent.is_dir():
        raise InvalidRequestError(f"the folder {path.parent} does not exist; make it first")


def lock(file: Any, path: Path) -> None:
    """Hold a partial file for this process, until it is closed.

    Raises:
        ExportError: another export writes there.
    """
    try:
        import fcntl
    except ImportError:  # Windows: opening for writing is protection enough
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ExportError(f"another export is writing {path}; wait for it, or choose another name") from None


def format_of(destination: str | os.PathLike[str], kind: str | None = None) -> tuple[str, bool]:
    """(format, compressed) of a destination, by `kind` or by its suffixes.

    Raises:
        InvalidRequestError: neither says a format that exists.
    """
    name = os.fspath(destination)
    wanted = (kind or ("jsonl" if name == "-" else _suffixes(name))).lower().removeprefix(".")
    base, _, packed = wanted.partition(".")
    base = _SUFFIXES.get(base, base)
    if base not in FORMATS or packed not in {"", "gz"} or (packed and base not in {"jsonl", "csv"}):
        raise InvalidRequestError(
            f"the format of {name!r} is not known; end the name in .jsonl, .csv (both may be followed by .gz), "
            ".parquet, .sqlite or .ics, or say it with format= (--format)"
        )
    return base, packed == "gz" or (kind is not None and name.endswith(".gz"))


def _suffixes(name: str) -> str:
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    return "".join(suffixes[-2:] if suffixes[-1:] == [".gz"] else suffixes[-1:])


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    return chain.from_iterable(map(io.BytesIO, blocks))


def choose_sink(destination: str | os.PathLike[str], kind: str | None = None, *, raw_cells: bool = False) -> Sink:
    """The sink of a destination.

    Raises:
        InvalidRequestError: an unknown format, or one that can't go to standard output.
        MissingExtraError: the format needs a package that is not installed.
    """
    base, compressed = format_of(destination, kind)
    name = os.fspath(destination)
    encoder: Encoder = CsvEncoder(raw_cells=raw_cells) if base == "csv" else JsonLinesEncoder()
    if name == "-":
        if base not in {"jsonl", "csv"} or compressed:
            raise InvalidRequestError("standard output takes jsonl or csv; give a file name for other formats")
        return StreamSink(encoder)
    path = Path(name)
    match base:
        case "parquet":
            from calcom_async.export.parquet import load_pyarrow, write_parquet

            load_pyarrow()
            return SpooledSink(path, write_parquet)
        case "ics":
            from calcom_async.export.ics import load_icalendar, write_calendar

            load_icalendar()
            return SpooledSink(path, lambda blocks, made: write_calendar(_lines(blocks), made))
        case "sqlite":
            from calcom_async.export.sqlite import SqliteSink

            return SqliteSink(path)
        case _:
            return FileSink(path, encoder, compressed=compressed)
