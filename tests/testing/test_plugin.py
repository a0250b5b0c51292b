"""The fixtures, in runs of pytest of their own: under pytest-asyncio in both modes, under anyio, and under neither."""

import pytest

BOTH_FACES = """
import asyncio

import pytest

{marks}


def test_blocking(calcom, calcom_sandbox, calcom_requests):
    assert calcom.me.get().username == "owner"
    assert calcom_requests.assert_one("GET", "me", status=200).headers["User-Agent"].startswith("calcom-async")
    assert calcom_sandbox.requests is calcom_requests


{mark}
async def test_async(calcom_async_client, async_calcom, calcom_requests):
    assert async_calcom is calcom_async_client
    assert (await calcom_async_client.me.get()).username == "owner"
    calcom_requests.assert_one("GET", "me")


{mark}
async def test_both_in_one(calcom, async_calcom, calcom_requests):
    assert calcom.me.get() == await async_calcom.me.get()
    calcom_requests.assert_count(2, "GET", "me")


{mark}
@pytest.mark.parametrize("path", ["me", "teams"])
async def test_any_request(async_calcom, path):
    assert (await async_calcom.request("GET", path))["status"] == "success"


def test_a_loop_of_its_own(async_calcom):
    async def ask():
        return (await async_calcom.me.get()).username

    assert asyncio.run(ask()) == "owner"


class TestMethods:
    {mark}
    async def test_in_a_class(self, async_calcom):
        assert (await async_calcom.me.get()).username == "owner"
"""


ASYNCIO, ANYIO = "pytest_asyncio.plugin", "anyio.pytest_plugin"
SCOPE = "asyncio_default_fixture_loop_scope = function\n"


USERS = """
import pytest


@pytest.fixture
async def me(async_calcom):
    yield await async_calcom.me.get()
    assert (await async_calcom.me.get()).username == "owner"


async def test_one(me, async_calcom):
    assert me == await async_calcom.me.get()
"""
BY_ASYNCIO = BOTH_FACES.format(marks="", mark="@pytest.mark.asyncio")
BY_ANYIO = BOTH_FACES.format(marks="anyio_backend = pytest.fixture(lambda: 'asyncio')", mark="@pytest.mark.anyio")


@pytest.mark.parametrize(
    ("plugins", "mode", "files", "passed"),
    [
        (None, "auto", {"test_both": BOTH_FACES.format(marks="", mark=""), "test_users": USERS}, 8),
        ((ASYNCIO, ANYIO), "strict", {"test_asyncio": BY_ASYNCIO, "test_anyio": BY_ANYIO}, 14),
        ((ANYIO,), None, {"test_both": BY_ANYIO}, 7),
    ],
    ids=["asyncio auto, all plugins", "anyio beside strict asyncio", "anyio alone"],
)
def test_serves_blocking_and_async_tests(run_pytest, plugins, mode, files, passed):
    ini = f"asyncio_mode = {mode}\n{SCOPE}" if mode else ""
    done = run_pytest(plugins=plugins, ini=ini, **files)
    assert (done.code, done.summary) == (0, f"{passed} passed"), done.text


OPTIONS = """
import os
from urllib.request import Request, urlopen

import pytest

from calcom_async import CalCom
from calcom_async.errors import ServerError
from calcom_async.testing import Faults

pytestmark = pytest.mark.calcom(bookings=3, client={"max_retries": 0})


def test_of_the_module(calcom, calcom_sandbox):
    assert len(calcom.bookings.list().collect()) == len(calcom_sandbox.booking_uids()) == 3


@pytest.mark.calcom(bookings=5)
class TestOfTheClass:
    def test_counts_more(self, calcom):
        assert len(calcom.bookings.list().collect()) == 5

    @pytest.mark.calcom(bookings=1, now="2026-04-06T08:00:00Z")
    def test_of_the_test_most(self, calcom, calcom_sandbox):
        assert len(calcom.bookings.list().collect()) == 1
        calcom_sandbox.clock.advance(days=1)
        assert calcom_sandbox.clock.now().isoformat()[:10] == "2026-04-07"


@pytest.mark.calcom(bookings=0, world="example", profile="self-hosted")
def test_another_world(calcom):
    assert calcom.me.get().name == "Ada"


@pytest.mark.calcom(faults=[Faults.status(503, path="me", first=1), "latency=0"])
def test_faults(calcom, calcom_sandbox):
    with pytest.raises(ServerError):
        calcom.me.get()
    calcom.me.get()
    assert [seen.faults for seen in calcom_sandbox.requests] == [("status",), ("latency",)]


def test_faults_of_a_moment(calcom, calcom_sandbox):
    with calcom_sandbox.faults.during(Faults.status(500)), pytest.raises(ServerError):
        calcom.me.get()
    calcom.me.get()


def test_clients_of_the_code_under_test(calcom_sandbox, calcom_requests):
    with CalCom() as cal:
        cal.me.get()
    calcom_requests.assert_one("GET", "me")
    assert os.environ["CALCOM_BASE_URL"] == calcom_sandbox.url


def test_no_limit_unless_asked_for(calcom_sandbox):
    asked = Request(f"{calcom_sandbox.url}/me", headers={"Authorization": f"Bearer {calcom_sandbox.api_key}"})
    with urlopen(asked) as answer:
        assert not [name for name in answer.headers if name.startswith("X-RateLimit")]


def test_each_test_has_its_own(calcom):
    assert len(calcom.bookings.list().collect()) == 3
    assert calcom.webhooks.list().collect() == []
    calcom.webhooks.create(subscriber_url="https://example.com", triggers=["BOOKING_CREATED"], active=True)


def test_and_again(calcom):
    assert calcom.webhooks.list().collect() == []
"""


SHARED = """
import pytest

from calcom_async.testing import Faults

urls = {}
shared = pytest.mark.calcom(scope="session", bookings=4)


@shared
@pytest.mark.calcom(faults=[Faults.status(500)], client={"max_retries": 0})
def test_one(calcom, calcom_sandbox, calcom_requests):
    urls["one"] = calcom_sandbox.url
    with pytest.raises(Exception, match="500"):
        calcom.me.get()
    assert len(calcom_requests) == 1


@shared
def test_two_has_a_log_of_its_own_and_no_faults(calcom, calcom_sandbox, calcom_requests):
    assert len(calcom_requests) == 0
    calcom.me.get()
    assert calcom_sandbox.url == urls["one"]


@pytest.mark.calcom(scope="session", bookings=5)
def test_three_wants_another(calcom_sandbox):
    assert calcom_sandbox.url != urls["one"]


def test_four_has_one_of_its_own(calcom_sandbox, calcom_sandbox_session):
    assert calcom_sandbox.url not in urls.values()
    assert len(calcom_sandbox_session.booking_uids()) == 2
    assert len(calcom_sandbox.booking_uids()) == 2
    assert calcom_sandbox_session.url != calcom_sandbox.url
"""


def test_one_sandbox_for_the_session(run_pytest):
    conftest = 'import pytest\n\n@pytest.fixture(scope="session")\ndef calcom_options():\n    return {"bookings": 2}\n'
    done = run_pytest(conftest=conftest, test_shared=SHARED)
    assert (done.code, done.summary) == (0, "4 passed"), done.text


WRONG = {
    "bokings=3": "pytest.mark.calcom has no option 'bokings'; it has bookings, seed, world,",
    "3": "pytest.mark.calcom takes named options only",
    "scope='module'": "scope= is 'function' or 'session', not 'module'",
    "faults=['explode']": "a fault's kind is one of latency",
    "cassette=True": "run pytest --calcom-record once, with CALCOM_API_KEY set",
}


SURPRISED = """
def test_it(calcom, calcom_requests):
    calcom.request("GET", "bookings", params={"take": 3}, api_version="2024-08-13")
    calcom_requests.assert_one("GET", "bookings", query={"take": 4})
"""


@pytest.fixture(scope="module")
def told(run_pytest_in, tmp_path_factory):
    """One run of tests that pass, one that fails, and ones whose marker is wrong."""
    wrong = [f"@pytest.mark.calcom({mark})\ndef test_{place}(calcom):\n    pass\n" for place, mark in enumerate(WRONG)]
    return run_pytest_in(
        tmp_path_factory.mktemp("told"),
        "--strict-markers",
        test_options=OPTIONS,
        test_surprised=SURPRISED,
        test_wrong="import pytest\n\n" + "\n".join(wrong),
    )


def test_options_by_marker(told):
    assert (told.code, told.summary) == (1, "1 failed, 10 passed, 5 errors"), told.text
    assert "FAILED test_surprised.py::test_it" in told.text


def test_says_what_is_wrong(told):
    assert [message for message in WRONG.values() if message not in told.text] == []


def test_an_assertion_that_fails_says_what_came(told):
    failure = told.text.partition("= FAILURES =")[2]
    lines = [line[8:] for line in failure.splitlines() if line.startswith("E   ")]
    assert lines == [
        'AssertionError: wanted one request GET bookings with query {"take": 4}; none of 1 is',
        "  1. GET bookings?take=3 → 200",
        '       query take: wanted ["4"], was ["3"]',
    ]
    assert "request_log.py" not in failure


def test_pytest_starts_without_loading_anything(run_pytest):
    done = run_pytest(
        conftest="""
import sys

def pytest_unconfigure():
    heavy = {"aiohttp", "anyio", "attr", "cattrs", "msgspec", "sqlite3", "calcom_async.sandbox", "calcom_async.client"}
    print("loaded:", sorted(heavy & set(sys.modules)), "calcom_async.testing.plugin" in sys.modules)
""",
        test_it="def test_it():\n    pass\n",
    )
    assert "loaded: [] True" in done.text, done.text
