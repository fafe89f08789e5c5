"""The names of files, as the Bot API server gets them."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import InputFile
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.bot_api.transport import AiohttpRequest


@pytest.mark.parametrize("name", ["Lucía Peña.pdf", "lista - problem.xlsx", "김민수.zip", 'O"Neill.pdf'])
async def test_a_file_arrives_with_the_name_that_a_person_reads(name: str) -> None:
    bodies: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.json_response({"ok": True, "result": True})

    application = web.Application()
    application.router.add_post("/sendDocument", take)
    async with TestServer(application) as server:
        telegram = AiohttpRequest(1, 5.0)
        await telegram.initialize()
        try:
            file = RequestParameter.from_input("document", InputFile(b"%PDF", filename=name))
            await telegram.post(str(server.make_url("/sendDocument")), RequestData([file]))
        finally:
            await telegram.shutdown()
    written = name.replace('"', '\\"')
    assert f'filename="{written}"'.encode() in bodies[0]
