"""Writing every booking into a file, and calling what has no tool of its own."""

import json

import pytest

from calcom_async.agent import Toolkit
from calcom_async.agent.api import version_for, without_secrets
from calcom_async.sandbox import Sandbox


async def test_every_booking_is_in_the_file(toolkit: Toolkit, in_tmp_path, world: Sandbox) -> None:
    told: list[tuple[float, float | None, str]] = []

    async def listen(done: float, total: float | None, words: str) -> None:
        told.append((done, total, words))

    result = await toolkit.call("export_bookings", {"path": "all.jsonl"}, on_progress=listen)
    assert result.success, result.error
    rows = [json.loads(line) for line in (in_tmp_path / "all.jsonl").read_text().splitlines()]
    assert {row["uid"] for row in rows} == set(world.booking_uids("ada"))
    assert result.data["bookings"] == len(rows)
    assert result.data["complete"] is True
    assert sum(result.data["by_status"].values()) == len(rows)
    assert told
    assert all(total == 100 for _, total, _ in told)


async def test_filters(toolkit: Toolkit, in_tmp_path) -> None:
    await toolkit.call("export_bookings", {"path": "a.jsonl", "eventTypeId": 43, "afterStart": "2026-04-10T00:00:00Z"})
    rows = [json.loads(line) for line in (in_tmp_path / "a.jsonl").read_text().splitlines()]
    assert sorted(row["id"] for row in rows) == [117, 118, 119]


async def test_a_file_that_is_there_stays(toolkit: Toolkit, in_tmp_path) -> None:
    (in_tmp_path / "there.csv").write_text("mine")
    result = await toolkit.call("export_bookings", {"path": "there.csv"})
    assert (result.error.code, result.error.parameter) == ("wrong_parameter", "overwrite")
    assert (in_tmp_path / "there.csv").read_text() == "mine"
    assert (await toolkit.call("export_bookings", {"path": "there.csv", "overwrite": True})).success
    assert (in_tmp_path / "there.csv").read_text() != "mine"


@pytest.mark.parametrize("path", ["-", "bookings.exe", "no/such/folder/a.csv"])
async def test_paths_that_can_not_be(toolkit: Toolkit, in_tmp_path, path: str) -> None:
    result = await toolkit.call("export_bookings", {"path": path})
    assert (result.error.code, result.error.parameter) == ("wrong_parameter", "path")


async def test_a_listener_that_fails_does_not_end_it(toolkit: Toolkit, in_tmp_path) -> None:
    async def listen(done: float, total: float | None, words: str) -> None:
        raise RuntimeError("gone")

    assert (await toolkit.call("export_bookings", {"path": "a.csv"}, on_progress=listen)).success


# --- any path --------------------------------------------------------------------------------------------------------


async def test_any_operation(toolkit: Toolkit, world: Sandbox) -> None:
    for path in ("me", "/me", "v2/me", "/v2/me"):
        assert (await toolkit.call("api_get", {"path": path})).data["data"]["name"] == "Ada"
    made = await toolkit.call(
        "api_post", {"path": "schedules", "body": {"name": "Nights", "timeZone": "Europe/London", "isDefault": False}}
    )
    assert made.success, made.error
    path = f"schedules/{made.data['data']['id']}"
    assert (await toolkit.call("api_patch", {"path": path, "body": {"name": "Days"}})).data["data"]["name"] == "Days"
    assert (await toolkit.call("api_delete", {"path": path})).data["status"] == "success"
    assert (await toolkit.call("api_get", {"path": path})).error.code == "not_found"


async def test_a_post_is_not_sent_twice(toolkit: Toolkit, world: Sandbox) -> None:
    world.fail_next(method="POST", drop=True)
    result = await toolkit.call("api_post", {"path": "schedules", "body": {"name": "x", "timeZone": "UTC"}})
    assert result.error.code == "ambiguous_write"
    assert len([seen for seen in world.requests if seen.method == "POST"]) == 1


@pytest.mark.parametrize(
    "path", ["api-keys/refresh", "/v2/api-keys/refresh", "auth/oauth2/token", "oauth-clients/x/users/1/force-refresh"]
)
async def test_keys_are_not_made_by_agents(toolkit: Toolkit, world: Sandbox, path: str) -> None:
    result = await toolkit.call("api_post", {"path": path, "body": {}})
    assert result.error.code == "permission_denied"
    assert list(world.requests) == []


@pytest.mark.parametrize("path", ["../me", "https://example.com/x", "me?x=1", "bookings//x/../.."])
async def test_paths_that_leave_the_api(toolkit: Toolkit, world: Sandbox, path: str) -> None:
    result = await toolkit.call("api_get", {"path": path})
    assert result.error is not None
    assert result.error.code in ("wrong_parameter", "not_found")
    assert all("example.com" not in seen.path for seen in world.requests)


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("bookings", "2024-08-13"),
        ("/bookings/abc/confirm", "2024-08-13"),
        ("teams/5/event-types/51", "2024-06-14"),
        ("event-types/42/webhooks", None),
        ("event-types/42/private-links", None),
        ("schedules/default", "2024-06-11"),
        ("slots/reservations", "2024-09-04"),
        ("me", None),
        ("webhooks", None),
    ],
)
def test_versions_by_path(path: str, version: str | None) -> None:
    assert version_for(path) == version


def test_secrets_stay_out_of_answers() -> None:
    answer = {"data": [{"apiKey": "cal_x", "id": 1}, {"secret": None, "client_secret": "y", "name": "n"}]}
    assert without_secrets(answer) == {
        "data": [{"apiKey": "[secret]", "id": 1}, {"secret": None, "client_secret": "[secret]", "name": "n"}]
    }
