"""What the engine says where it can't be sure."""

from __future__ import annotations

import json
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

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
