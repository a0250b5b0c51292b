"""The picture of the house in CONTRIBUTING.md is that of the code: drawn anew, it is the same."""

from __future__ import annotations

import runpy
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def house() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "house.py")))


def test_the_picture_shows_the_house_as_it_is(house: SimpleNamespace) -> None:
    drawn = house.drawing(house.rooms(), house.imports())
    assert house.PICTURE.read_text(encoding="utf-8") == drawn, "draw it anew: python scripts/house.py"


def test_the_graph_is_that_of_the_code(house: SimpleNamespace) -> None:
    imports = house.imports()
    assert {("client", "resources"), ("resources", "models"), ("resources", "export"), ("cli", "sandbox")} <= imports
    assert not {one for one, other in imports if other in {"cli", "contract"}}


def test_a_picture_has_a_row_for_each_room_and_a_dot_for_each_import(house: SimpleNamespace) -> None:
    rooms = [house.Room("roof", 0, "Keeps <rain> out"), house.Room("hall", 1, ""), house.Room("cellar", 2, "")]
    picture = ET.fromstring(house.drawing(rooms, {("roof", "cellar"), ("roof", "hall"), ("cellar", "hall")}))
    space = "{http://www.w3.org/2000/svg}"
    dots = [(dot.get("class"), dot.findtext(f"{space}title")) for dot in picture.iter(f"{space}circle")]
    assert [dot for dot in dots if dot[1]] == [
        ("import", "roof imports hall"),
        ("import", "roof imports cellar"),
        ("upward", "cellar imports hall"),
    ]
    assert "Keeps <rain> out" in [text.text for text in picture.iter(f"{space}text")]
    assert len([shape for shape in picture.iter(f"{space}rect") if shape.get("class") == "floor"]) == 3


@pytest.mark.parametrize(
    ("source", "purpose"),
    [
        ('"""Pages of `x`: more. And more."""', "Pages of x: more"),
        ('"""One line\n\nThen others."""', "One line"),
        ("x = 1", ""),
        (f'"""{"word " * 30}"""', "word " * 16 + "word…"),
    ],
)
def test_what_a_room_is_for_is_the_first_sentence_of_its_docstring(
    source: str, purpose: str, house: SimpleNamespace
) -> None:
    assert house.purpose_of(source) == purpose


def test_a_room_that_the_floors_leave_out_is_not_left_out_of_the_picture(
    house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(house.rooms.__globals__, "_floors", lambda: ["calcom_async.cli", "calcom_async.attic"])
    with pytest.raises(ValueError, match=r"differ in accounts, agent, attic, "):
        house.rooms()
