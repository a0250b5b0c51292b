"""Recording from a real server (a sandbox plays it), and playing without one."""

import json
import re
import urllib.error
import urllib.request

import pytest

from calcom_async.errors import BadRequestError, NotFoundError, ServerError
from calcom_async.sandbox import Sandbox
from calcom_async.testing import Cassette, Faults

KEY = "cal_live_thisisnotarealkey0000"


@pytest.fixture
def account():
    with Sandbox(world="example", api_key=KEY, rate_limit=None) as sandbox:
        yield sandbox


def recording(path, account, **options):
    return Cassette(path, record=True, base_url=account.url, api_key=KEY, **options)


@pytest.fixture
def recorded(tmp_path, account):
    """A cassette with a profile, a booking by its uid, a failure and a page of a proxy."""
    path = tmp_path / "cassettes" / "one.json"
    with recording(path, account) as cassette, cassette.blocking_client(max_retries=0) as cal:
        profile = cal.me.get()
        (booking,) = cal.bookings.list(page_size=1).collect(limit=1)
        with pytest.raises(NotFoundError):
            cal.bookings.get("nowhere")
        account.faults.add(Faults.status(502, shape="html"))
        with pytest.raises(ServerError):
            cal.me.get()
        account.faults.clear()
    return path, profile, booking


def test_plays_what_was_recorded(recorded):
    path, profile, booking = recorded
    with Cassette(path) as cassette, cassette.blocking_client(max_retries=0) as cal:
        played = cal.me.get()
        assert (played.id, played.time_zone) == (profile.id, profile.time_zone)
        (again,) = cal.bookings.list(page_size=1).collect(limit=1)
        assert (again.uid, again.start, again.status) == (booking.uid, booking.start, booking.status)
        with pytest.raises(NotFoundError):
            cal.bookings.get("nowhere")
        with pytest.raises(ServerError) as failed:
            cal.me.get()
        assert failed.value.status_code == 502
        assert cassette.unknown == []
        cassette.requests.assert_count(2, "GET", "me")


def test_holds_nothing_private(recorded):
    path, profile, booking = recorded
    text = path.read_text(encoding="utf-8")
    private = [
        KEY,
        profile.email,
        profile.name,
        profile.username,
        booking.attendees[0].email,
        booking.attendees[0].name,
    ]
    assert [each for each in private if not each or re.search(rf"\b{re.escape(each)}\b", text)] == []
    assert "uthorization" not in text
    assert booking.uid in text
    assert [(each["asked"]["method"], each["given"]["status"]) for each in json.loads(text)["exchanges"]] == [
        ("GET", 200),
        ("GET", 200),
        ("GET", 404),
        ("GET", 502),
    ]


def test_what_is_sent_may_differ_where_it_was_redacted(tmp_path, account):
    path = tmp_path / "writes.json"
    with recording(path, account) as cassette, cassette.blocking_client() as cal:
        cal.me.update(name="Ada Byron", email="ada.byron@firm.test", bio="I count")
    with Cassette(path) as cassette, cassette.blocking_client() as cal:
        cal.me.update(name="Somebody Else", email="else@firm.test", bio="anything")
    with Cassette(path) as cassette, cassette.blocking_client() as cal, pytest.raises(BadRequestError, match="body"):
        cal.me.update(name="Somebody Else", email="else@firm.test", time_format=24)
    assert "firm.test" not in path.read_text(encoding="utf-8")


def test_a_request_that_was_not_recorded(recorded):
    path, *_ = recorded
    with Cassette(path) as cassette, cassette.blocking_client() as cal:
        with pytest.raises(BadRequestError) as failed:
            cal.teams.list().collect()
        assert failed.value.code == "NotInCassette"
        with pytest.raises(BadRequestError):
            cal.bookings.list(page_size=7).collect()
        with pytest.raises(BadRequestError):
            cal.with_options(api_version="2026-02-25").bookings.get("nowhere")
        cal.me.get()
        with pytest.raises(ServerError):
            cal.with_options(max_retries=0).me.get()
        with pytest.raises(BadRequestError):
            cal.me.get()
        assert cassette.unknown == [
            "GET teams is not in one.json, which has GET me, GET bookings, GET bookings/nowhere",
            "GET bookings is in one.json, but with another query",
            "GET bookings/nowhere is in one.json, but with another version",
            "GET me was recorded 2 times in one.json, and asked for again",
        ]


def test_less_may_have_to_match(recorded):
    path, *_ = recorded
    with Cassette(path, match=("method", "path")) as cassette, cassette.blocking_client() as cal:
        assert len(cal.bookings.list(page_size=7).collect(limit=1)) == 1
    with pytest.raises(ValueError, match="match= is some of method, path, query, version, body"):
        Cassette(path, match=("colour",))


def test_any_client_can_be_played_to(recorded):
    path, profile, _ = recorded
    with Cassette(path) as cassette:
        with urllib.request.urlopen(f"{cassette.url}/me", timeout=10) as answer:
            assert json.load(answer)["data"]["id"] == profile.id
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(f"{cassette.url}/teams", timeout=10)


async def test_the_async_client_too(recorded):
    path, profile, _ = recorded
    with Cassette(path) as cassette:
        async with cassette.client() as cal:
            assert (await cal.me.get()).id == profile.id


def test_a_recording_that_fails_is_not_written(tmp_path, account):
    path = tmp_path / "one.json"

    def record():
        with recording(path, account) as cassette, cassette.blocking_client() as cal:
            cal.me.get()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        record()
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_not_recorded(tmp_path):
    path = tmp_path / "one.json"
    with Sandbox() as gone:
        url = gone.url
    with (
        Cassette(path, record=True, base_url=url, api_key=KEY) as cassette,
        cassette.blocking_client(max_retries=0) as cal,
        pytest.raises(ServerError),
    ):
        cal.me.get()
    assert json.loads(path.read_text(encoding="utf-8"))["exchanges"] == []


def test_redirects_are_recorded_and_not_followed(tmp_path, account):
    account.faults.add(Faults.status(302, shape="empty", headers={"Location": "http://127.0.0.1:9/elsewhere"}))
    with recording(tmp_path / "one.json", account) as cassette:
        request = urllib.request.Request(f"{cassette.url}/me", headers={"Authorization": f"Bearer {KEY}"})
        with pytest.raises(urllib.error.HTTPError, match="302"):
            urllib.request.urlopen(request, timeout=10)


def test_the_key_of_a_recording_does_not_show(tmp_path, account):
    cassette = recording(tmp_path / "one.json", account)
    assert KEY not in repr(vars(cassette))
    assert cassette.api_key == KEY
    assert Cassette(tmp_path / "one.json").api_key == "cal_replay"


@pytest.mark.parametrize(
    "content", ["", "[]", '{"version": 2, "exchanges": []}', '{"version": 1}', '{"version": 1, "exchanges": [{}]}']
)
def test_files_that_are_no_cassettes(tmp_path, content):
    path = tmp_path / "one.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"one\.json is no cassette"), Cassette(path):
        pass
    with pytest.raises(ValueError, match="base_url"):
        Cassette(path, record=True)


# --- by the plugin ---------------------------------------------------------------------------------------------------

SUITE = """
import os

import pytest

from calcom_async import CalCom


@pytest.mark.calcom(cassette=True)
def test_me(calcom, calcom_requests):
    me = calcom.me.get()
    assert me.id == {id}
    calcom_requests.assert_one("GET", "me")
    print("name:", me.name)


@pytest.mark.calcom(cassette="shared")
async def test_env(async_calcom):
    assert (await async_calcom.me.get()).id == {id}
    with CalCom() as cal:
        assert len(cal.bookings.list(page_size=2).collect(limit=2)) == 2
"""


def test_records_and_plays_by_marker(run_pytest, tmp_path, account):
    options = {
        "plugins": ("pytest_asyncio.plugin",),
        "ini": "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
    }
    with account.blocking_client() as cal:
        profile = cal.me.get()
    files = {
        "test_suite": SUITE.format(id=profile.id),
        "conftest": 'import pytest\n\n@pytest.fixture(scope="session")\ndef calcom_redact():\n    return ["30 min"]\n',
    }
    assert run_pytest(**options, **files).summary == "2 errors"
    environment = {"CALCOM_API_KEY": KEY, "CALCOM_BASE_URL": account.url}
    done = run_pytest("-s", "--calcom-record", environment=environment, **options, **files)
    assert done.summary == "2 passed", done.text
    assert f"name: {profile.name}" in done.text
    assert sorted(path.name for path in (tmp_path / "cassettes").iterdir()) == [
        "shared.json",
        "test_suite.test_me.json",
    ]
    asked = len(account.requests)
    done = run_pytest("-s", environment=environment, **options, **files)
    assert done.summary == "2 passed", done.text
    assert "name: Redacted Name 1" in done.text
    assert len(account.requests) == asked


def test_an_unrecorded_request_fails_the_test_that_swallows_it(run_pytest, tmp_path, account):
    files = {
        "test_suite": """
import pytest

@pytest.mark.calcom(cassette="one")
def test_it(calcom):
    try:
        calcom.me.get()
    except Exception:
        pass
"""
    }
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "one.json").write_text('{"version": 1, "exchanges": []}', encoding="utf-8")
    done = run_pytest(**files)
    assert done.summary == "1 passed, 1 error"
    assert "GET me is not in one.json, which has nothing" in done.text
    done = run_pytest("--calcom-record", **files)
    assert "--calcom-record needs the key of an account in CALCOM_API_KEY" in done.text


def test_a_sandbox_and_a_cassette_are_too_much(run_pytest):
    test = 'import pytest\n\n@pytest.mark.calcom(cassette="one")\ndef test_it(calcom_sandbox):\n    pass\n'
    assert "this test plays a cassette; calcom_sandbox can't be had beside it" in run_pytest(test_it=test).text
