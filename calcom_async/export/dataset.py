"""A Parquet dataset, a folder of files at any URL that fsspec knows, written part by part from many machines.

Each part is one file that appears under its name when it is whole; a record beside it says what it holds. A part
that is written twice, since a machine was lost, is the same file with the same bookings. `_calcom` holds the plan, the
records and at last the report; readers of datasets leave names out that begin with `_`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Mapping
from typing import Any

import attrs
import msgspec

from calcom_async.errors import ExportError, InvalidRequestError, MissingExtraError

__all__ = ["Dataset", "load_fsspec"]

FOLDER = "_calcom"
PLAN = "plan.json"
REPORT = "report.json"


def load_fsspec() -> Any:
    """The module fsspec.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import fsspec
    except ImportError:
        raise MissingExtraError("writing to a URL", "dask") from None
    return fsspec


@attrs.frozen(kw_only=True)
class Dataset:
    """Where a dataset is; made to be pickled.

    Attributes:
        url: Such as `s3://bucket/bookings` or `file:///data/bookings`.
        options: What fsspec is told beside it; better left to the environment of each machine, since it is pickled.
    """

    url: str
    options: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    def _place(self) -> tuple[Any, str]:
        try:
            fs, root = load_fsspec().core.url_to_fs(self.url, **self.options)
        except (ValueError, ImportError) as error:
            raise InvalidRequestError(f"the URL of the dataset can't be used: {error}") from None
        return fs, root.rstrip("/")

    def check(self) -> None:
        """Refuse a place that something else has.

        Raises:
            InvalidRequestError: the URL is not one of fsspec's, a file, or a folder with something else in it.
        """
        fs, root = self._place()
        fs.invalidate_cache()
        if fs.isfile(root):
            raise InvalidRequestError("the URL of the dataset is that of a file; give a folder, or a new name")
        found = [] if not fs.isdir(root) else [name.rstrip("/").rpartition("/")[2] for name in fs.ls(root, False)]
        if found and FOLDER not in found:
            raise InvalidRequestError(
                f"there is something else at the URL of the dataset ({len(found)} names); give a folder of its own"
            )

    def make(self) -> None:
        """Make the folder, for its owner only where it is on this machine: it holds personal data."""
        fs, root = self._place()
        fresh = not fs.isdir(root)
        fs.makedirs(f"{root}/{FOLDER}", exist_ok=True)
        if fresh and "file" in (fs.protocol if isinstance(fs.protocol, tuple | list) else (fs.protocol,)):
            os.chmod(root, 0o700)  # noqa: PTH101 - a path of fsspec's

    def clear(self) -> None:
        """Take back everything that an export has written here."""
        fs, root = self._place()
        if not fs.isdir(f"{root}/{FOLDER}"):
            return
        for name in fs.ls(root, False):
            if name.rpartition("/")[2].startswith("part-"):
                fs.rm(name)
        fs.rm(f"{root}/{FOLDER}", recursive=True)

    @staticmethod
    def part_name(number: int) -> str:
        """The file of a part."""
        return f"part-{number:05d}.parquet"

    @contextlib.contextmanager
    def writing(self, name: str) -> Generator[Any]:
        """A file to write; it appears under its name when it is whole, and not at all when that fails."""
        fs, root = self._place()
        file = fs.open(f"{root}/{name}", "wb", autocommit=False)
        try:
            yield file
            file.close()
        except BaseException:
            with contextlib.suppress(Exception):
                file.discard()
            raise
        file.commit()

    def read(self, name: str) -> dict[str, Any] | None:
        """A record; None where there is none.

        Raises:
            ExportError: it can't be read.
        """
        fs, root = self._place()
        try:
            content = fs.cat_file(f"{root}/{FOLDER}/{name}")
        except FileNotFoundError:
            return None
        try:
            record: dict[str, Any] = msgspec.json.decode(content, type=dict[str, Any])
        except msgspec.DecodeError:
            raise ExportError(f"{FOLDER}/{name} can't be read; pass restart=True to begin anew") from None
        return record

    def keep(self, name: str, record: Mapping[str, Any]) -> None:
        """Write a record."""
        with self.writing(f"{FOLDER}/{name}") as file:
            file.write(msgspec.json.encode(record))
