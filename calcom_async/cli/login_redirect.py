"""The address on this machine that the browser is sent back to after a login."""

from __future__ import annotations

import asyncio
import html
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from calcom_async.cli.failures import CommandFailure
from calcom_async.errors import LoginError

if TYPE_CHECKING:
    from aiohttp import web

    from calcom_async.core.oauth_login import Authorization

__all__ = ["PATH", "Redirect"]

PATH: Final = "/callback"
_HOST: Final = "127.0.0.1"
_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 34rem; padding: 0 1rem }}</style>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""


class Redirect:
    """Listens on loopback for one browser to come back.

    Args:
        port: The port; 0 takes a free one.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._runner: web.ServerRunner | None = None
        self._asking: Authorization | None = None
        self._came_back: asyncio.Future[str] | None = None

    @property
    def uri(self) -> str:
        """The address, as the client must have registered it."""
        return f"http://{_HOST}:{self._port}{PATH}"

    async def code(self, asking: Authorization, *, patience: float) -> str:
        """Wait for the code of a login.

        Who comes with another state than this login's is told so, and waited past: any page may send a browser here.

        Args:
            asking: The login.
            patience: Seconds to wait.

        Raises:
            LoginError: consent was refused.
            CommandFailure: nobody came in time.
        """
        self._asking = asking
        self._came_back = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                return await self._came_back
        except TimeoutError:
            raise CommandFailure(
                f"nobody came back from the browser within {patience:.0f} s",
                "run it again; where the browser is on another machine, log in there, or give it longer with --wait",
            ) from None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        asking, came_back = self._asking, self._came_back
        if request.path != PATH or request.method != "GET" or asking is None or came_back is None:
            return _page(404, "Nothing here", "This address waits for a login to Cal.com.")
        if not asking.answers(request.query):
            return _page(
                400, "Not this login", "This comes from another login than the one that waits here. Begin again."
            )
        try:
            code = asking.code(request.query)
        except LoginError as error:
            if not came_back.done():
                came_back.set_exception(error)
            return _page(400, "Not logged in", f"{error}. You can close this page; the terminal says what to do.")
        if not came_back.done():
            came_back.set_result(code)
        return _page(200, "Back to the terminal", "Cal.com has answered. You can close this page.")

    async def __aenter__(self) -> Self:
        from aiohttp import web

        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, _HOST, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise CommandFailure(
                f"port {self._port} of this machine is taken",
                "end what uses it, or use another port that the client has registered: --port",
            ) from None
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()


def _page(status: int, title: str, text: str) -> web.Response:
    from aiohttp import web

    content = _PAGE.format(title=html.escape(title), text=html.escape(text))
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Connection": "close"}
    return web.Response(status=status, text=content, content_type="text/html", headers=headers)
