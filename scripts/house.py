"""Draw the house: `python scripts/house.py` writes `docs/images/house.svg` from the import graph.

The floors and their order are the contract of the lint session (`[tool.importlinter]`), what a room is for is the first
sentence of its docstring, and the dots are the imports that the code has. Nothing in the picture is written by hand.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import grimp

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "calcom_async"
PICTURE = ROOT / "docs" / "images" / "house.svg"
DOORS = {"__main__", "_version"}
"""What stands outside: the door of `python -m`, and the number beside it."""
ROW, CELL, NAMES, PURPOSES, TOP = 30, 24, 150, 560, 118
STYLE = """
  svg { background: #ffffff } text { font: 13px sans-serif; fill: #24292f } .room { font-weight: 600 }
  .purpose { fill: #57606a } .floor { fill: #f3f5f7 } .own { fill: #d0d7de } .import { fill: #0969da }
  .upward { fill: none; stroke: #bc4c00; stroke-width: 2 } .guide { stroke: #d8dee4 }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117 } text { fill: #e6edf3 } .purpose { fill: #9198a1 } .floor { fill: #161b22 }
    .own { fill: #3d444d } .import { fill: #4493f8 } .upward { stroke: #f0883e } .guide { stroke: #3d444d }
  }
"""


@dataclass(frozen=True)
class Room:
    """A folder or file of the package.

    Attributes:
        name: What it is called.
        floor: Counted from the top; rooms of one floor stand side by side.
        purpose: What it says it is for.
    """

    name: str
    floor: int
    purpose: str


def rooms() -> list[Room]:
    """Every room, from the top down.

    Raises:
        ValueError: the contract leaves one out, or names one that is not there.
    """
    found = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    listed = [
        (name, floor) for floor, layer in enumerate(_floors()) for name in re.findall(r"calcom_async\.(\w+)", layer)
    ]
    if differs := found - DOORS - {"__init__"} ^ {name for name, _ in listed}:
        raise ValueError(f"the floors in pyproject.toml and the package differ in {', '.join(sorted(differs))}")
    return [Room(name, floor, purpose_of(_source(name))) for name, floor in listed]


def imports() -> set[tuple[str, str]]:
    """Which room imports which at run time, lazily or not."""
    graph = grimp.build_graph("calcom_async", exclude_type_checking_imports=True, cache_dir=None)
    pairs = {
        (_room_of(importer), _room_of(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    }
    return {(one, other) for one, other in pairs if one != other and not {one, other} & {"", *DOORS}}


def purpose_of(source: str) -> str:
    """The first sentence of a module's docstring, as far as there is room for it."""
    line = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    return textwrap.shorten(re.split(r"\.(?:\s|$)", line, maxsplit=1)[0].replace("`", ""), 86, placeholder="…")


def drawing(rooms: list[Room], imports: Iterable[tuple[str, str]]) -> str:
    """The picture: a row for each room, with a dot under each room that it imports.

    Args:
        rooms: From the top down.
        imports: Pairs of the names of who imports and what.
    """
    place = {room.name: number for number, room in enumerate(rooms)}
    left = NAMES + PURPOSES
    width, height = left + CELL * len(rooms) + 40, TOP + ROW * len(rooms) + 50
    shapes = []
    for number, room in enumerate(rooms):
        y = TOP + ROW * number
        gap = 0 if number + 1 < len(rooms) and rooms[number + 1].floor == room.floor else 3
        shapes.append(f'<rect class="floor" x="8" y="{y}" width="{width - 48}" height="{ROW - gap}"/>')
        shapes.append(f'<text class="room" x="18" y="{y + 19}">{escape(room.name)}</text>')
        shapes.append(f'<text class="purpose" x="{NAMES}" y="{y + 19}">{escape(room.purpose)}</text>')
        x = left + CELL * number + CELL // 2
        shapes.append(f'<line class="guide" x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{y + 8}"/>')
        shapes.append(f'<text transform="translate({x + 4} {TOP - 10}) rotate(-50)">{escape(room.name)}</text>')
        shapes.append(f'<rect class="own" x="{x - 6}" y="{y + 8}" width="12" height="12" rx="2"/>')
    for one, other in sorted(imports, key=lambda pair: (place[pair[0]], place[pair[1]])):
        kind = "import" if place[other] > place[one] else "upward"
        x, y = left + CELL * place[other] + CELL // 2, TOP + ROW * place[one] + 14
        shapes.append(f'<circle class="{kind}" cx="{x}" cy="{y}" r="5"><title>{one} imports {other}</title></circle>')
    legend = TOP + ROW * len(rooms) + 28
    shapes.append(f'<circle class="import" cx="{NAMES + 6}" cy="{legend - 4}" r="5"/>')
    shapes.append(f'<text x="{NAMES + 18}" y="{legend}">imports a room below</text>')
    shapes.append(f'<circle class="upward" cx="{NAMES + 186}" cy="{legend - 4}" r="5"/>')
    shapes.append(f'<text x="{NAMES + 198}" y="{legend}">imports a room above, when it is called</text>')
    title = "The rooms of calcom_async from the top floor down, and which of them imports which"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n" + "\n".join(shapes) + "\n</svg>\n"
    )


def _floors() -> list[str]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    layers: list[str] = contract["layers"]
    return layers


def _source(name: str) -> str:
    path = PACKAGE / f"{name}.py"
    return (path if path.exists() else PACKAGE / name / "__init__.py").read_text(encoding="utf-8")


def _room_of(module: str) -> str:
    """The room of a module; the package itself is none."""
    return module.split(".")[1] if "." in module else ""


def main() -> int:
    """Write the picture."""
    PICTURE.write_text(drawing(rooms(), imports()), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {len(rooms())} rooms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
