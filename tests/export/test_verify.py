"""Two exports of the same bookings are recognised as the same, whatever their format; differences are named."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import attrs
import pytest

from calcom_async import AsyncCalCom, ExportError, InvalidRequestError
from calcom_async.export import compare_files, compare_with_account, export_bookings, verify
from calcom_async.export.verify import read_contents
from calcom_async.sandbox import Sandbox


async def test_all_formats_hold_the_same_bookings(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    names = ["a.jsonl", "a.csv", "a.csv.gz", "a.jsonl.gz", "a.sqlite", "a.parquet"]
    async with Sandbox(bookings=700, seed=2, rate_limit=None) as sandbox, sandbox.client() as cal:
        reports = {name: await export_bookings(cal, tmp_path / name) for name in names}
        assert (await compare_with_account(tmp_path / "a.csv", cal, scratch=tmp_path / "s.jsonl")).same
    for name in names:
        contents = read_contents(tmp_path / name)
        assert (contents.rows, contents.repeated, len(contents.uids)) == (700, 0, 700)
        assert contents.digest == reports[name].digest
        assert compare_files(tmp_path / "a.jsonl", tmp_path / name).same
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_differences_are_counted_and_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"uid":"1"}\n{"uid":"2"}\n{"uid":"2"}\n{"id":3}\n')
    (tmp_path / "b.csv").write_text("uid,id\r\n2,2\r\n4,4\r\n5,5\r\n")
    comparison = compare_files(tmp_path / "a.jsonl", tmp_path / "b.csv")
    assert not comparison.same
    assert (comparison.left, comparison.right, comparison.only_left, comparison.only_right) == (2, 3, 1, 2)
    assert (comparison.examples_left, comparison.examples_right) == (("1",), ("4", "5"))
    assert read_contents(tmp_path / "a.jsonl").rows == 4
    assert read_contents(tmp_path / "a.jsonl").repeated == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"x,y\n1,2\n"), ("a.csv", b"uid\r\n\xff\r\n"), ("a.jsonl", b"{nonsense\n"), ("a.sqlite", b"none"),
        ("a.ics", b""), ("a.jsonl.gz", b"{}"), ("a.jsonl.gz", gzip.compress(b"{}\n" * 99, mtime=0)[:-9]),
        ("a.jsonl.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xff\xff\xff"), ("a.parquet", b"none"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_said_to_be_none(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidRequestError, match=r"is no export of bookings|does not hold the uids"):
        read_contents(tmp_path / name)
    with pytest.raises(InvalidRequestError, match="is not there"):
        read_contents(tmp_path / "missing.jsonl")


async def test_a_name_with_marks_of_a_url_is_read(tmp_path: Path, acal: AsyncCalCom) -> None:
    path = tmp_path / "50% ?#.sqlite"
    await export_bookings(acal, path)
    assert read_contents(path).rows == 0


async def test_nothing_is_compared_with_what_is_not_proven_complete(
    tmp_path: Path, acal: AsyncCalCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_text("")

    async def doubtful(*arguments: Any, **options: Any) -> Any:
        return attrs.evolve(await export_bookings(*arguments, **options), complete=False, doubts=("a tie",))

    monkeypatch.setattr(verify, "export_bookings", doubtful)
    with pytest.raises(ExportError, match="could not be proven complete: a tie"):
        await compare_with_account(tmp_path / "a.jsonl", acal, scratch=tmp_path / "s.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
