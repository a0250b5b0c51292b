"""Several accounts: each has its own client, its own permissions, and is called by its name."""

from pathlib import Path
from typing import Any

import pytest

from calcom_async.accounts import Account, Accounts
from calcom_async.agent import Permissions, Question, Toolkit
from calcom_async.errors import ConfigurationError
from calcom_async.sandbox import Sandbox
from calcom_async.settings import Hidden

CANCEL = ("cancel_booking", {"id": 116})


def accounts(world: Sandbox, **permissions: dict[str, str]) -> Accounts:
    return Accounts.of(
        *(
            Account(name=name, api_key=Hidden(key), base_url=world.url, permissions=permissions.get(name, {}))
            for name, key in world.account_keys.items()
        )
    )


async def user(toolkit: Toolkit, account: str | None = None) -> Any:
    result = await toolkit.call("get_current_user", account=account)
    assert result.success, result.error
    return result.data["user"]["name"], result.meta.account


async def test_each_account_is_somebody(world: Sandbox) -> None:
    async with Toolkit(accounts(world)) as tools:
        assert tools.account_names == ("default", "work", "personal")
        assert await user(tools) == ("Ada", "default")
        assert await user(tools, "default") == ("Ada", "default")
        assert await user(tools, "work") == ("Grace", "work")
        assert await user(tools, "personal") == ("Mary", "personal")


async def test_clients_are_made_when_needed_and_closed(world: Sandbox) -> None:
    async with Toolkit(accounts(world), default="work") as tools:
        made = {name: account.client for name, account in tools._accounts.items()}
        assert made == {"default": None, "work": None, "personal": None}
        assert await user(tools) == ("Grace", "work")
        client = tools._accounts["work"].client
        assert await user(tools) == ("Grace", "work")
        assert tools._accounts["work"].client is client
        assert tools._accounts["personal"].client is None
    assert client is not None
    with pytest.raises(ConfigurationError, match="closed"):
        await client.me.get()


async def test_clients_that_are_given_stay_open(world: Sandbox) -> None:
    async with world.client() as cal:
        async with Toolkit({"mine": cal}) as tools:
            assert await user(tools, "default") == ("Ada", "mine"), "default is the default one, whatever its name"
        assert (await cal.me.get()).name == "Ada"


async def test_an_unknown_account(world: Sandbox) -> None:
    async with Toolkit(accounts(world)) as tools:
        result = await tools.call("get_current_user", account="wrok")
    assert result.error is not None
    assert result.error.code == "unknown_account"
    assert "default, work, personal" in result.error.advice


def test_a_default_that_is_not_there(world_keys: dict[str, str]) -> None:
    entries = Accounts.of(*(Account(name=name, api_key=Hidden("cal_x")) for name in world_keys))
    with pytest.raises(ConfigurationError, match="default"):
        Toolkit(entries, default="nobody")
    with pytest.raises(ConfigurationError, match="no accounts"):
        Toolkit(Accounts.of())


@pytest.fixture
def world_keys() -> dict[str, str]:
    return {"one": "", "two": ""}


async def test_where_none_is_the_default_one_a_call_names_one(world_keys: dict[str, str]) -> None:
    entries = Accounts.of(*(Account(name=name, api_key=Hidden("cal_x")) for name in world_keys))
    async with Toolkit(entries) as tools:
        assert tools.default_account is None
        result = await tools.call("get_current_user")
    assert result.error is not None
    assert (result.error.code, result.error.advice) == ("unknown_account", "use one of one, two")


async def test_what_may_be_told_of_accounts(world: Sandbox) -> None:
    allowed = {"work": {"read": "allow", "write": "deny"}}
    async with Toolkit(accounts(world, **allowed)) as tools:
        data = (await tools.call("list_accounts")).data
    assert [(each["name"], each["default"], each["write"]) for each in data["accounts"]] == [
        ("default", True, "ask"),
        ("work", False, "deny"),
        ("personal", False, "ask"),
    ]
    assert list(world.requests) == []


# --- permissions -----------------------------------------------------------------------------------------------------


async def called(world: Sandbox, **options: Any) -> Any:
    async with world.client() as cal, Toolkit(cal, **options) as tools:
        return await tools.call(*CANCEL), [seen for seen in world.requests if seen.method == "POST"]


async def test_without_anybody_to_ask_a_write_is_denied(world: Sandbox) -> None:
    result, written = await called(world)
    assert result.error.code == "permission_denied"
    assert result.error.advice.endswith("`calcom-async accounts add NAME --write allow`")  # no file has this client
    assert (written, list(world.requests)) == ([], [])


async def test_a_key_of_the_environment_gets_advice_that_can_be_followed(
    world: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "calcom-async"
    folder.mkdir()
    file = folder / "accounts.toml"
    file.write_text('[accounts.work]\napi_key = "cal_x"\n')
    file.chmod(0o600)
    monkeypatch.setenv("CALCOM_API_KEY", world.api_key)
    async with Toolkit() as tools:
        result = await tools.call(*CANCEL)
        assert result.error is not None
        assert result.error.advice.endswith("`calcom-async accounts add NAME --write allow`")
        result = await tools.call(*CANCEL, account="work")
        assert result.error is not None
        assert "`calcom-async accounts change work --write allow`" in result.error.advice
    assert list(world.requests) == []


@pytest.mark.parametrize("answer", [True, False])
async def test_somebody_is_asked(world: Sandbox, answer: bool) -> None:
    questions: list[Question] = []

    async def confirm(question: Question) -> bool:
        questions.append(question)
        return answer

    result, written = await called(world, confirm=confirm)
    (question,) = questions
    assert (question.function, question.kind, question.destructive) == ("cancel_booking", "write", True)
    assert question.arguments["id"] == 116
    assert result.success is answer
    assert len(written) == answer
    assert answer or result.error.code == "permission_denied"


@pytest.mark.parametrize(
    ("permissions", "force", "allowed"),
    [
        (Permissions(write="allow"), False, True),
        (Permissions(write="deny"), True, False),
        (Permissions(write="ask", force=True), True, True),
        (Permissions(write="ask", force=True), False, False),
        (Permissions(write="ask"), True, False),
        ({"default": Permissions(write="allow")}, False, True),
        ({"work": Permissions(write="allow")}, False, False),
    ],
)
async def test_permissions(world: Sandbox, permissions: Any, force: bool, allowed: bool) -> None:
    result, written = await called(world, permissions=permissions, force=force)
    assert result.success is allowed
    assert len(written) == allowed


async def test_a_dry_run_is_a_read(world: Sandbox) -> None:
    async with world.client() as cal, Toolkit(cal) as tools:
        assert (await tools.call(*CANCEL, dry_run=True)).success
    async with world.client() as cal, Toolkit(cal, permissions=Permissions(read="deny")) as tools:
        assert (await tools.call(*CANCEL, dry_run=True)).error.code == "permission_denied"
        assert (await tools.call("get_current_user")).error.code == "permission_denied"
