"""A client made at this moment by `openapi-python-client` from Cal.com's own document, where that is at hand.

The document is the one of the API reference folder (`CALCOM_API_REFERENCE`, `../shared/api` by default). It describes
bookings by cursor; what is measured is the version before it, which the document keeps beside, so that one takes its
place. For a quick run only the two operations that are measured are kept.
"""

from __future__ import annotations

import compileall
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, environment

PACKAGE = "generated_calcom"
BOOKINGS = "bookings_controller_2024_08_13_get_bookings"
ME = "me_controller_get_me"


def reference() -> Path | None:
    """The document, or None where it is not at hand."""
    path = Path(os.environ.get("CALCOM_API_REFERENCE", ROOT.parent / "shared" / "api")) / "openapi.json"
    return path if path.is_file() else None


def generate(into: Path, *, quick: bool) -> str | None:
    """Make the client as a package in a folder.

    Returns:
        Why there is none, or None if it was made.
    """
    found = reference()
    if found is None:
        return "there is no API reference folder (CALCOM_API_REFERENCE)"
    document = json.loads(found.read_bytes())
    bookings = document["paths"]["/v2/bookings"]
    bookings["get"] = bookings["get"]["x-older-versions"][0]
    if quick:
        document = pruned(document, {"/v2/bookings": "get", "/v2/me": "get"})
    path = into / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    settings = into / "settings.json"
    settings.write_text('{"post_hooks": []}', encoding="utf-8")  # it need not look nice
    command = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--path",
        str(path),
        "--config",
        str(settings),
    ]
    command += ["--output-path", str(into / PACKAGE), "--meta", "none", "--overwrite"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    if not (into / PACKAGE / "api" / "bookings" / f"{BOOKINGS}.py").exists():
        return f"openapi-python-client made no client: {done.stderr.strip()[-200:]}"
    if not quick:
        compileall.compile_dir(into / PACKAGE, quiet=2)  # as an installer would have done
    return None


def pruned(document: dict[str, Any], kept: dict[str, str]) -> dict[str, Any]:
    """A document of these operations (path: method) alone, with the schemas that they refer to."""
    paths = {path: {method: document["paths"][path][method]} for path, method in kept.items()}
    schemas: dict[str, Any] = {}
    waiting = list(_references(paths))
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            schemas[name] = document["components"]["schemas"][name]
            waiting += _references(schemas[name])
    kept_of_it = {name: document[name] for name in ("openapi", "info")}
    return kept_of_it | {"paths": paths, "components": {"schemas": schemas}}


def _references(value: Any) -> Iterator[str]:
    """The names of the schemas that a part of a document refers to."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "$ref" and isinstance(part, str):
                yield part.rpartition("/")[2]
            else:
                yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


# --- its use ---------------------------------------------------------------------------------------------------------


def load(folder: str, *names: str) -> Any:
    """A module of the client in a folder, such as `api.me.me_controller_get_me`."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(".".join((PACKAGE, *names)))


def operation(folder: str, tag: str, name: str) -> Any:
    """The module of one operation."""
    return load(folder, "api", tag, name)


def client(folder: str, url: str) -> Any:
    """The client, for a base URL that ends in `/v2` (its paths begin with that)."""
    return load(folder, "client").Client(base_url=url.removesuffix("/v2"), raise_on_unexpected_status=True)
