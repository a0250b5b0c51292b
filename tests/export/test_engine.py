"""What the engine says where it can't be sure, and how it shares work out."""

from __future__ import annotations

import json
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from list_server import KEY, ListServer

from calcom_async import AsyncCalCom
from calcom_async.export import export_bookings


async def test_a_list_without_creation_times_is_written_and_said_to_be_doubtful(tmp_path: Path) -> None:
    rows = [{"uid": f"u{n}"} for n in range(250)]

    async def answer(request: web.Request) -> web.Response:
        data = {"id": 1} if request.path == "/v2/me" else rows
        return web.json_response({"status": "success", "data": data, "pagination": {"totalItems": 600}})

    app = web.Application()
    app.router.add_get("/v2/{rest:.*}", answer)
    async with TestServer(app) as server, AsyncCalCom("cal_x", base_url=str(server.make_url("/v2"))) as cal:
        report = await export_bookings(cal, tmp_path / "all.jsonl")
    assert [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()] == rows
    assert (report.bookings, report.malformed, report.complete) == (250, 250, False)
    assert report.doubts == ("no booking of a full first page has a creation time to go on from",)


async def test_work_is_shared_out_by_the_pages_that_the_server_gives(tmp_path: Path) -> None:
    async with (
        ListServer(400, cap=50, ties=False) as server,
        AsyncCalCom(KEY, base_url=server.url) as cal,
    ):
        report = await export_bookings(cal, tmp_path / "a.jsonl")
    assert (report.bookings, report.complete) == (400, True)
    assert report.windows >= 5  # the first page, and four windows of two pages or so
    assert report.requests <= 400 / 50 * 1.6 + 2 * report.windows
