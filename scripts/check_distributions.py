"""Say what is wrong with the sdist and the wheel in a folder: `python scripts/check_distributions.py dist`.

What is shipped is what the repository keeps, file by file: nothing that lies about where it was built, and nothing left
behind. A wheel that the sdist builds (`--rebuilt folder`) is the same wheel, to the byte.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "calcom_async/"
NEEDED = [
    "calcom_async/py.typed",
    *(f"calcom_async/agent/guides/{name}.md" for name in ("overview", "examples", "errors", "accounts", "lua")),
    "calcom_async/agent/guides/migration-from-v1.md",
    *(f"calcom_async/agent/lua/{name}.lua" for name in ("environment", "errors", "json", "run", "show", "tasks")),
    *(f"calcom_async/sandbox/page/page.{kind}" for kind in ("html", "css", "js")),
]
"""What is not Python, and read at run time: no import would miss it."""
METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
"""What a wheel says of itself."""
LEFT_BEHIND = re.compile(r"(^|/)(__pycache__|\.[^/]*_cache|\.hypothesis|\.nox|\.venv|\.coverage[^/]*|site|dist)(/|$)")
DATA = re.compile(r"\.(pyc|sqlite|db|jsonl|log|tmp|orig|rej|pem|key|env)$")


def files_of_wheel(path: Path) -> set[str]:
    """The names of the files in a wheel."""
    with zipfile.ZipFile(path) as archive:
        return {entry.filename for entry in archive.infolist() if not entry.is_dir()}


def files_of_sdist(path: Path) -> set[str]:
    """The names of the files in an sdist, below the folder that everything in it is in."""
    with tarfile.open(path) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}


def files_of_repository(root: Path) -> set[str] | None:
    """The names of the files that git keeps; None where this is no repository, as in an unpacked sdist."""
    if not (root / ".git").exists():
        return None
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)  # noqa: S607 - the git of whoever builds
    return {name for name in listed.stdout.split("\0") if name and (root / name).is_file()}


def wrong_with_sdist(files: set[str], kept: set[str] | None) -> list[str]:
    """What is wrong with an sdist of these files.

    Args:
        files: What is in it.
        kept: What the repository keeps, if that is known.
    """
    wrong = [f"sdist: lacks {name}" for name in ["LICENSE", "PKG-INFO", *NEEDED] if name not in files]
    wrong += _strays("sdist", files)
    if kept is not None:
        wrong += _differences("sdist", files - {"PKG-INFO"}, kept)
    return wrong


def wrong_with_wheel(files: set[str], sdist: set[str]) -> list[str]:
    """What is wrong with a wheel of these files, beside an sdist of those: it is the package, and tells of itself."""
    wrong = [f"wheel: lacks {name}" for name in NEEDED if name not in files]
    about = {name for name in files if name.partition("/")[0].endswith(".dist-info")}
    wrong += _strays("wheel", files)
    wrong += _differences("wheel", files - about, {name for name in sdist if name.startswith(PACKAGE)})
    wrong += _differences("wheel's dist-info", {name.partition("/")[2] for name in about}, METADATA)
    return wrong


def wrong_with_folder(folder: Path, rebuilt: Path | None = None) -> list[str]:
    """What is wrong with the distributions in a folder, and with the wheel that their sdist built.

    Args:
        folder: Has one sdist and one wheel.
        rebuilt: Has the wheel that was built from the sdist, if it is to be the same.
    """
    [sdist], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    source = files_of_sdist(sdist)
    wrong = wrong_with_sdist(source, files_of_repository(ROOT)) + wrong_with_wheel(files_of_wheel(wheel), source)
    if rebuilt is not None and (rebuilt / wheel.name).read_bytes() != wheel.read_bytes():
        wrong.append("sdist: the wheel built from it is not the wheel built from the repository")
    return wrong


def _strays(where: str, files: Iterable[str]) -> list[str]:
    return [
        f"{where}: {name} is not to be shipped"
        for name in sorted(files)
        if LEFT_BEHIND.search(name) or DATA.search(name)
    ]


def _differences(where: str, files: set[str], expected: set[str]) -> list[str]:
    return [
        *(f"{where}: {name} is not expected" for name in sorted(files - expected)),
        *(f"{where}: {name} is missing" for name in sorted(expected - files)),
    ]


def main() -> int:
    """Print what is wrong; the exit code is 0 where nothing is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="has one sdist and one wheel")
    parser.add_argument("--rebuilt", type=Path, help="has the wheel that was built from the sdist")
    given = parser.parse_args()
    wrong = wrong_with_folder(given.folder, given.rebuilt)
    for line in dict.fromkeys(wrong):
        print(line, file=sys.stderr)
    if not wrong:
        for path in sorted(given.folder.iterdir()):
            files = files_of_wheel(path) if path.suffix == ".whl" else files_of_sdist(path)
            print(f"{path.name}: {len(files)} files, {path.stat().st_size / 1024:.0f} KiB, in order")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
