"""What is shipped: a light import, a public face that resolves, types, a licence, extras, one version number."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata, version
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import calcom_async

ROOT = Path(__file__).parents[1]
EXTRAS = {"cli", "keyring", "oauth", "parquet", "ics", "lua", "mcp", "redis", "dask", "otel"}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(code: str, *options: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def loaded_by(code: str) -> set[str]:
    """The modules that `code` loads, beyond those that the interpreter loads to start."""
    before = "import json, sys; before = set(sys.modules)\n"
    return set(json.loads(run(f"{before}{code}\nprint(json.dumps(sorted(set(sys.modules) - before)))")))


def test_importing_the_package_loads_nothing_but_its_door() -> None:
    loaded = loaded_by("import calcom_async")
    assert {name for name in loaded if name.split(".")[0] == "calcom_async"} == {
        "calcom_async",
        "calcom_async._version",
    }
    roots = {name.split(".")[0] for name in loaded}
    assert not roots & {"aiohttp", "anyio", "asyncio", "attr", "attrs", "cattrs", "msgspec", "ssl", "typing_extensions"}


def test_a_client_is_made_without_loading_resources_models_or_the_network() -> None:
    loaded = loaded_by("import calcom_async; calcom_async.AsyncCalCom('cal_test')")
    assert "calcom_async.client" in loaded
    assert not {name for name in loaded if name.startswith(("calcom_async.models.", "calcom_async.sandbox"))}
    assert not {"aiohttp", "rich", "typer"} & loaded


def test_every_public_name_resolves_without_a_warning() -> None:
    code = "import calcom_async\nfor name in calcom_async.__all__: print(name, getattr(calcom_async, name) is not None)"
    shown = run(code, "-W", "error").split("\n")
    assert shown[:-1] == [f"{name} True" for name in calcom_async.__all__]


def test_the_public_names_are_listed_once_and_shown_by_dir() -> None:
    assert len(set(calcom_async.__all__)) == len(calcom_async.__all__)
    assert dir(calcom_async) == sorted(calcom_async.__all__)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'calcom_async' has no attribute 'nonsense'$"):
        calcom_async.nonsense  # noqa: B018 - the access is the test


def test_every_error_of_the_package_is_public() -> None:
    errors = {
        name
        for name, value in vars(calcom_async.errors).items()
        if isinstance(value, type) and issubclass(value, calcom_async.CalComError)
    }
    assert errors == set(calcom_async.errors.__all__)
    assert errors <= set(calcom_async.__all__)


def test_type_information_is_shipped() -> None:
    assert (files("calcom_async") / "py.typed").is_file()
    assert "Typing :: Typed" in (metadata("calcom-async").get_all("Classifier") or [])


def test_there_is_one_version_number(project: dict[str, Any]) -> None:
    assert project["project"]["dynamic"] == ["version"]
    assert (ROOT / project["tool"]["hatch"]["version"]["path"]).read_text(encoding="utf-8").count("__version__") == 1
    assert version("calcom-async") == calcom_async.__version__


def test_the_changelog_tells_of_this_version_first() -> None:
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert released[0] == calcom_async.__version__


def test_the_licence_is_mit() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")
    assert metadata("calcom-async")["License-Expression"] == "MIT"


def test_the_extras_are_those_that_are_documented(project: dict[str, Any]) -> None:
    extras = project["project"]["optional-dependencies"]
    assert set(extras) == EXTRAS | {"all"}
    assert extras["all"] == [f"calcom-async[{','.join(name for name in extras if name != 'all')}]"]


def test_the_minimum_python_is_the_oldest_that_is_tested(project: dict[str, Any]) -> None:
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)", "\n".join(project["project"]["classifiers"]))
    assert project["project"]["requires-python"] == f">={named[0]}"
