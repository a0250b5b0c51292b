"""The forms in which models are told of tools."""

import json
import re

import jsonschema
import pytest

from calcom_async.agent import CATALOGUE, Toolkit
from calcom_async.agent.schemas import schemas

TOOLS = list(CATALOGUE.values())
NAME = {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"}
FUNCTION = {
    "name": NAME,
    "description": {"type": "string", "maxLength": 1024},
    "parameters": {"$ref": "https://json-schema.org/draft/2020-12/schema"},
}
FORMS = {
    "openai": {
        "type": "object",
        "properties": {
            "type": {"const": "function"},
            "function": {
                "type": "object", "properties": FUNCTION, "required": list(FUNCTION), "additionalProperties": False,
            },
        },
        "required": ["type", "function"],
        "additionalProperties": False,
    },
    "openai-responses": {
        "type": "object",
        "properties": {"type": {"const": "function"}, **FUNCTION, "strict": {"const": False}},
        "required": ["type", *FUNCTION, "strict"],
        "additionalProperties": False,
    },
    "anthropic": {
        "type": "object",
        "properties": {
            "name": NAME,
            "description": {"type": "string"},
            "input_schema": {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        },
        "required": ["name", "description", "input_schema"],
        "additionalProperties": False,
    },
}  # fmt: skip


@pytest.mark.parametrize("style", FORMS)
def test_the_forms_of_the_models(style) -> None:
    told = schemas(TOOLS, style)
    assert len(told) == len(TOOLS)
    for one in told:
        jsonschema.validate(one, FORMS[style], cls=jsonschema.Draft202012Validator)
        json.dumps(one)


def test_no_schema_has_what_models_refuse_at_its_top() -> None:
    for tool in TOOLS:
        assert set(tool.schema) == {"type", "properties", "required", "additionalProperties"}
        for parameter in tool.schema["properties"].values():
            assert parameter.get("type") != "array" or "items" in parameter


def test_our_own_form(toolkit: Toolkit) -> None:
    told = {one["name"]: one for one in toolkit.schemas()}
    assert list(told) == list(CATALOGUE)
    assert told["create_booking"]["kind"] == "write"
    assert told["cancel_booking"]["destructive"] is True
    assert told["get_booking"]["answer"]["required"] == ["booking"]
    assert told["list_teams"]["operation"] == "GET /v2/teams"


def test_an_unknown_style() -> None:
    with pytest.raises(ValueError, match="none of json, openai"):
        schemas(TOOLS, "yaml")  # type: ignore[arg-type]


def test_names_and_operations_are_of_one_form() -> None:
    for name, tool in CATALOGUE.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name)
        assert tool.operation == "local" or re.fullmatch(r"(GET|POST|PATCH|DELETE) /v2/\S+", tool.operation)
