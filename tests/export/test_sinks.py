"""Files appear under their name when they are complete, and can be cut back to a commit and gone on with."""

from __future__ import annotations

import gzip
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from calcom_async.errors import ExportError, InvalidRequestError
from calcom_async.export.encoders import CsvEncoder, JsonLinesEncoder
from calcom_async.export.sinks import FileSink, SpooledSink, StreamSink, choose_sink, format_of
from calcom_async.export.sqlite import SqliteSink

ROWS = [b'{"uid":"%d"}' % n for n in range(6)]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a.jsonl", None, ("jsonl", False)),
        ("a.b.NDJSON", None, ("jsonl", False)),
        ("a.csv.gz", None, ("csv", True)),
        ("a.jsonl.gz", None, ("jsonl", True)),
        ("a.parquet", None, ("parquet", False)),
        ("a.db", None, ("sqlite", False)),
        ("a.ics", None, ("ics", False)),
        ("-", None, ("jsonl", False)),
        ("-", "csv", ("csv", False)),
        ("a.txt", "csv", ("csv", False)),
        ("a.txt.gz", "csv", ("csv", True)),
    ],
)
def test_the_format_follows_the_name_or_what_is_said(name: str, kind: str | None, expected: tuple[str, bool]) -> None:
    assert format_of(name, kind) == expected


@pytest.mark.parametrize("name", ["a.docx", "a", "a.parquet.gz", "a.gz", "jsonl"])
def test_other_formats_are_refused_with_the_list_of_those_there_are(name: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"\.jsonl, \.csv"):
        format_of(name)


def test_standard_output_takes_text_only() -> None:
    assert isinstance(choose_sink("-"), StreamSink)
    with pytest.raises(InvalidRequestError, match="standard output takes jsonl or csv"):
        choose_sink("-", "parquet")


@pytest.mark.parametrize("compressed", [False, True])
def test_a_file_stands_under_its_name_only_when_it_is_complete(tmp_path: Path, *, compressed: bool) -> None:
    path = tmp_path / "x.jsonl"
    sink = FileSink(path, JsonLinesEncoder(), compressed=compressed)
    sink.open()
    sink.write(ROWS[:2])
    assert not path.exists()
    sink.finish()
    content = path.read_bytes()
    assert (gzip.decompress(content) if compressed else content) == b'{"uid":"0"}\n{"uid":"1"}\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["x.jsonl"]


@pytest.mark.parametrize("compressed", [False, True])
def test_what_came_after_a_commit_is_cut_off_when_it_goes_on(tmp_path: Path, *, compressed: bool) -> None:
    path = tmp_path / "x.csv"
    sink = FileSink(path, CsvEncoder(), compressed=compressed)
    sink.open()
    sink.write(ROWS[:2])
    committed = sink.commit()
    sink.write(ROWS[2:4])
    sink.keep()
    again = FileSink(path, CsvEncoder(), compressed=compressed)
    assert again.unfinished()
    again.open(committed)
    again.write(ROWS[4:])
    again.finish()
    text = (gzip.decompress(path.read_bytes()) if compressed else path.read_bytes()).decode()
    assert [line.split(",")[0] for line in text.splitlines()] == ["uid", "0", "1", "4", "5"]


def test_a_partial_file_that_lost_bytes_is_refused(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "x.jsonl", JsonLinesEncoder())
    sink.open()
    sink.keep()
    with pytest.raises(ExportError, match="shorter than its journal says"):
        sink.open(100)


def test_two_exports_into_one_file_are_refused(tmp_path: Path) -> None:
    first, second = (FileSink(tmp_path / "x.jsonl", JsonLinesEncoder()) for _ in range(2))
    first.open()
    with pytest.raises(ExportError, match="another export is writing"):
        second.open()
    first.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_spooled_format_is_made_at_the_end(tmp_path: Path) -> None:
    def reverse(blocks: Iterator[bytes], path: Path) -> None:
        path.write_bytes(b"".join(sorted(b"".join(blocks).splitlines(keepends=True), reverse=True)))

    sink = SpooledSink(tmp_path / "x.made", reverse)
    sink.open()
    sink.write(ROWS[:2])
    sink.finish()
    assert (tmp_path / "x.made").read_bytes() == b'{"uid":"1"}\n{"uid":"0"}\n'
    assert [p.name for p in tmp_path.iterdir()] == ["x.made"]


def test_impossible_destinations_are_refused_with_advice(tmp_path: Path) -> None:
    for sink in (FileSink(tmp_path / "no" / "x.jsonl", JsonLinesEncoder()), SqliteSink(tmp_path / "no" / "x.sqlite")):
        with pytest.raises(InvalidRequestError, match="does not exist; make it first"):
            sink.open()
    with pytest.raises(InvalidRequestError, match="is a folder"):
        FileSink(tmp_path, JsonLinesEncoder()).open()
