"""The documentation as resources, the prompts, and what completes their arguments."""

from __future__ import annotations

import re

import pytest
from mcp import Client, MCPError, types

from calcom_async.agent import CATALOGUE
from calcom_async.agent.docs import list_docs, read_doc
from calcom_async.agent.mcp.prompts import PROMPTS, offered, written

from .conftest import Connect

READING = {name for name, tool in CATALOGUE.items() if tool.kind == "read"}


async def completions(
    client: Client, ref: types.ResourceTemplateReference | types.PromptReference, **given: str
) -> list[str]:
    [(name, value)] = given.items()
    return (await client.complete(ref, {"name": name, "value": value})).completion.values


async def test_every_page_is_a_resource(connect: Connect) -> None:
    async with connect("--sandbox") as client:
        told = (await client.list_resources()).resources
        assert [(one.name, one.title, one.description) for one in told] == [
            (entry.page, entry.title, entry.summary) for entry in list_docs()
        ]
        for one in told:
            [content] = (await client.read_resource(one.uri)).contents
            assert isinstance(content, types.TextResourceContents)
            assert (content.uri, content.mime_type) == (one.uri, "text/markdown")
            assert content.text == read_doc(one.name)
        [template] = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "calcom://docs/{page}"
        overview = template.uri_template.format(page="overview")
        assert (await client.read_resource(overview)).contents[0].text == read_doc("overview")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("calcom://docs/list_bokings", "did you mean list_bookings"),
        ("calcom://elsewhere/x", "calcom://docs/{page}"),
        ("file:///etc/passwd", "calcom://docs/{page}"),
        ("calcom://docs/..%2F..%2Faccounts.toml", "there is no page"),
    ],
)
async def test_other_addresses_are_told_so(over_stdio: Connect, address: str, message: str) -> None:
    async with over_stdio("--sandbox") as client:
        with pytest.raises(MCPError, match=re.escape(message)):
            await client.read_resource(address)


async def test_prompts_are_filled_in(connect: Connect) -> None:
    async with connect("--sandbox", "--write") as client:
        told = (await client.list_prompts()).prompts
        assert [one.name for one in told] == list(PROMPTS)
        assert [one.name for one in told[0].arguments or ()] == ["attendee", "what", "when", "account"]
        given = {"attendee": "Grace, {account}", "when": " ", "account": "work"}
        [message] = (await client.get_prompt("find_slot_and_book", given)).messages
        assert message.role == "user"
        text = message.content.text
        assert "- With: Grace, {account}\n- What: ask me\n- When: the next free times\n- Account: work\n" in text
        assert "`list_slots`" in text
        with pytest.raises(MCPError, match="no prompt 'book'"):
            await client.get_prompt("book")


async def test_prompts_that_write_need_write(over_stdio: Connect) -> None:
    async with over_stdio("--sandbox") as client:
        assert [one.name for one in (await client.list_prompts()).prompts] == ["my_week"]


def test_prompts_name_tools_that_there_are() -> None:
    for prompt in PROMPTS.values():
        assert prompt.tools
        assert prompt.tools <= set(CATALOGUE), prompt.name
        text = written(prompt, None)
        assert "{" not in text
        assert all(blank.otherwise in text for blank in prompt.blanks)
    assert [prompt.name for prompt in offered(READING)] == ["my_week"]


async def test_arguments_are_completed(connect: Connect) -> None:
    async with connect("--sandbox", "--write") as client:
        docs = types.ResourceTemplateReference(uri="calcom://docs/{page}")
        assert "cancel_booking" in await completions(client, docs, page="cancel")
        assert await completions(client, docs, page="no such page") == []
        week = types.PromptReference(name="my_week")
        assert await completions(client, week, account="") == ["default", "work", "personal"]
        assert await completions(client, week, account="WO") == ["work"]
        assert await completions(client, week, week="") == []
