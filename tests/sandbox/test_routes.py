"""Which of Cal.com's operations the sandbox answers: those that the client has methods for, and those of the document."""

import json
import os
import re
from pathlib import Path

import pytest

from calcom_async.sandbox import catalogue, oauth_scopes

REFERENCE = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[3] / "shared" / "api"))
METHODS = ("get", "post", "put", "patch", "delete")

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(not REFERENCE.is_dir(), reason="the API reference folder is absent (CALCOM_API_REFERENCE)"),
]


@pytest.fixture(scope="module")
def operations():
    document = json.loads((REFERENCE / "openapi.json").read_text())
    return {
        (method.upper(), path.removeprefix("/v2")): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def form(path):
    """A path without the names of its parameters."""
    return re.sub(r"\{.*?\}", "{}", path)


def test_every_operation_has_a_route(operations, capsys):
    routes = {(route.method, form(route.path)) for route in catalogue.routes()}
    missing = [f"{method} {path}" for method, path in operations if (method, form(path)) not in routes]
    with capsys.disabled():
        print(f"\nroutes answered {len(operations) - len(missing)}/{len(operations)}")
        print(*missing, sep="\n")
    assert len(operations) == 349
    assert missing == []


def test_scopes_are_those_of_the_document(operations):
    for (method, path), operation in operations.items():
        told = (operation.get("x-access") or {}).get("scope")
        found = re.search(r"`([A-Z_]+_(?:READ|WRITE))` scope", operation.get("description") or "")
        expected = told or (found[1] if found else None)
        assert oauth_scopes.required(method, path) == expected, f"{method} {path}"
