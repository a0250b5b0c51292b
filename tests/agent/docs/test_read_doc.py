"""`list_docs` names the pages and `read_doc` shows them, under any of the names that they go by."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import calcom_async.agent
import calcom_async.resources
from calcom_async.agent import CATALOGUE, find_tool
from calcom_async.agent.docs import UnknownPageError, list_docs, read_doc
from calcom_async.agent.docs_errors import ERROR_CODES, errors_of
from calcom_async.agent.docs_pages import GUIDES, NAMESPACES, oauth_scope
from calcom_async.errors import InvalidRequestError

SEED = (
    "list_event_types", "get_event_type", "create_booking", "list_bookings", "get_booking", "list_teams",
    "get_current_user",
)  # fmt: skip
AGENT = Path(calcom_async.agent.__file__).parent
RESOURCES = Path(calcom_async.resources.__file__).parent


def test_every_guide_namespace_and_function_is_listed_once() -> None:
    pages = [entry.page for entry in list_docs()]
    assert len(pages) == len(set(pages))
    assert set(pages) == {*GUIDES, *CATALOGUE, *(tool.namespace for tool in CATALOGUE.values())}
    assert pages[0] == "overview"
    assert all(entry.summary and entry.title for entry in list_docs())


def test_a_namespace_lists_itself_and_its_functions() -> None:
    entries = list_docs("bookings")
    assert (entries[0].page, entries[0].kind) == ("bookings", "namespace")
    assert [entry.page for entry in entries[1:]] == [n for n, t in CATALOGUE.items() if t.namespace == "bookings"]
    assert list_docs("integrations.cal-com.bookings") == entries
    assert list_docs("integrations.cal-com") == list_docs()
    assert {entry.to_dict()["namespace"] for entry in entries} == {"bookings"}


def test_an_unknown_namespace_suggests_one() -> None:
    with pytest.raises(UnknownPageError, match=r"there is no namespace 'bokings'; did you mean bookings\?"):
        list_docs("bokings")
    with pytest.raises(UnknownPageError, match="there is no namespace 'list_bookings'"):
        list_docs("list_bookings")


def test_every_namespace_of_the_catalogue_is_described() -> None:
    assert {tool.namespace for tool in CATALOGUE.values()} <= set(NAMESPACES)


@pytest.mark.parametrize("name", SEED)
@pytest.mark.parametrize(
    "spelling",
    [
        "{}", "cal_com_{}", "cal-com.cal_com_{}", "cal-com.{}", "integrations.cal-com.{}", "integrations.cal_com.{}",
        "app.integrations.cal_com.cal_com_{}", 'app.integrations["cal-com"].{}', "app.integrations['cal-com'].work.{}",
        "bookings.{}", " {} ", "{}()",
    ],
)  # fmt: skip
def test_a_function_goes_by_many_names(name: str, spelling: str) -> None:
    assert read_doc(spelling.format(name)) == read_doc(name)
    assert read_doc(name).startswith(f"# {name}\n")


@pytest.mark.parametrize(
    "name", ["integrations.cal-com", "integrations.cal_com", "cal-com", 'app.integrations["cal-com"]', "cal_com", ""]
)
def test_the_integration_itself_is_the_overview(name: str) -> None:
    assert read_doc(name) == read_doc("overview")
    assert [tool for tool in CATALOGUE if f"`{tool}({{" not in read_doc(name)] == []


def test_case_and_dashes_do_not_matter() -> None:
    assert read_doc("Event_Types") == read_doc("event-types")
    assert read_doc("migration from v1") == read_doc("MIGRATION-FROM-V1")


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [("lst_bookings", "list_bookings"), ("integrations.cal-com.get_bokking", "get_booking"), ("erors", "errors")],
)
def test_an_unknown_page_suggests_near_ones(asked: str, suggested: str) -> None:
    with pytest.raises(UnknownPageError) as caught:
        read_doc(asked)
    assert "did you mean" in str(caught.value)
    assert suggested in str(caught.value)
    assert isinstance(caught.value, InvalidRequestError)


def test_a_page_like_none_says_where_to_look() -> None:
    with pytest.raises(UnknownPageError, match=r"there is no page 'xyzzy'; read overview, or search"):
        read_doc("xyzzy")


def test_a_function_says_all_that_the_catalogue_knows() -> None:
    for tool in CATALOGUE.values():
        text = read_doc(tool.name)
        for parameter in tool.parameters:
            row = next(line for line in text.splitlines() if line.startswith(f"| `{parameter.name}` |"))
            assert parameter.description.split("|")[0].rstrip(".")[:40] in row
            assert f"| {'yes' if parameter.required else 'no'} |" in row
            assert all(f"`{value}`" in row for value in parameter.enum)
        assert [name for name in tool.answer.get("properties", {}) if f"| `{name}` |" not in text] == []
        assert tool.description in text
        assert tool.operation in text or tool.operation == "local"
        assert [error.code for error in errors_of(tool) if f"`{error.code}`" not in text] == []
        assert all(example.title in text for example in tool.examples)


def test_a_function_as_json() -> None:
    for tool in CATALOGUE.values():
        told = json.loads(read_doc(tool.name, "json"))
        assert told["parameters"] == json.loads(json.dumps(tool.schema))
        assert (told["access"], told["operation"], told["full_name"]) == (
            tool.kind, tool.operation, f"cal-com.cal_com_{tool.name}",
        )  # fmt: skip
        assert [example["arguments"] for example in told["examples"]] == [
            json.loads(json.dumps(example.arguments, default=dict)) for example in tool.examples
        ]
        assert told["markdown"] == read_doc(tool.name)
    assert [f["name"] for f in json.loads(read_doc("bookings", "json"))["functions"]] == [
        name for name, tool in CATALOGUE.items() if tool.namespace == "bookings"
    ]


def test_an_unknown_format() -> None:
    with pytest.raises(InvalidRequestError, match="none of markdown, text, json"):
        read_doc("overview", "html")  # type: ignore[arg-type] # the mistake is the test


# --- nothing drifts --------------------------------------------------------------------------------------------------


def test_every_code_of_an_error_is_in_the_guide() -> None:
    raised = {
        node.args[0].value
        for path in AGENT.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in {"ToolFailure", "UnknownToolError", "_told"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    raised |= set(re.findall(r'return "(\w+)", ', (AGENT / "failures.py").read_text(encoding="utf-8")))
    documented = [error.code for error in ERROR_CODES]
    assert len(documented) == len(set(documented))
    assert set(documented) == raised
    assert [code for code in documented if f"| `{code}` |" not in read_doc("errors")] == []


def test_the_oauth_scopes_are_those_of_the_resources() -> None:
    """The docstring of the method that calls an operation names the scope."""
    text = " ".join(" ".join(p.read_text(encoding="utf-8") for p in RESOURCES.glob("*.py")).split())
    named = dict(re.findall(r"`((?:GET|POST|PATCH|DELETE|PUT) /v2/[^`]+)`,[^`]*OAuth scope `(\w+)`", text))
    compared = {
        tool.name: (oauth_scope(tool), named[operation])
        for tool in CATALOGUE.values()
        for operation in named
        if shape(operation) == shape(tool.operation)
    }
    assert {name: pair for name, pair in compared.items() if pair[0] != pair[1]} == {}
    assert {"list_bookings", "get_current_user", "list_teams"} <= set(compared)


def shape(operation: str) -> str:
    return re.sub(r"\{\w+\}", "{}", operation)


def test_names_in_the_guides_exist() -> None:
    """What looks like a function in the guides is one."""
    for guide in GUIDES:
        for name in re.findall(r"`((?:list|get|create|cancel|api)_\w+)`", read_doc(guide)):
            if name != "list_docs":
                assert find_tool(name).name == name
