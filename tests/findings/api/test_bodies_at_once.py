"""Whoever begins many large bodies and ends none fills no memory, and keeps nobody from the door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

import pytest

from tests.support.door import API, Door
from tests.support.people import stranger
from web.http.limits.body_memory import BODIES, BodyMemory

PIECE: Final = b"x" * 40_000
FORM: Final = (
    "multipart/form-data; boundary=b",
    b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n',
)
JSON: Final = ("application/json", b'{"image_base64": "')


def memory(door: Door) -> BodyMemory:
    app: Any = door.client.app
    return app[BODIES]


@pytest.fixture
def small(door: Door) -> BodyMemory:
    """Room for four unfinished bodies of one caller, and six of all."""
    found = memory(door)
    found.each, found.all = 4 * 50_000, 6 * 50_000
    return found


@asynccontextmanager
async def unfinished(door: Door, kind: tuple[str, bytes], count: int) -> AsyncGenerator[list[Any]]:
    """Bodies that stop in the middle, one after the other; what is answered all the same."""
    opened: list[tuple[asyncio.StreamWriter, asyncio.Task[bytes]]] = []
    try:
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", door.client.port)
            head = (
                f"POST {API}/check-ins HTTP/1.1\r\nHost: a\r\nContent-Type: {kind[0]}\r\n"
                f"Authorization: {door.bearer['Authorization']}\r\nContent-Length: 8000000\r\n\r\n"
            )
            writer.write(head.encode() + kind[1] + PIECE)
            answer = asyncio.create_task(reader.readline())
            opened.append((writer, answer))
            before = memory(door).total
            async with asyncio.timeout(10):
                while memory(door).total == before and not answer.done():  # noqa: ASYNC110
                    await asyncio.sleep(0)
        yield [answer for _, answer in opened]
    finally:
        for writer, _ in opened:
            writer.close()


@pytest.mark.parametrize("kind", [FORM, JSON], ids=["form", "json"])
async def test_a_callers_unfinished_bodies_have_so_much_room_and_others_go_on(
    door: Door, small: BodyMemory, kind: tuple[str, bytes]
) -> None:
    other = replace(door, tokens={})
    await other.pair()
    async with unfinished(door, kind, 7) as answers:
        async with asyncio.timeout(10):
            refused = [await answer for answer in answers[4:]]
        assert all(line.startswith(b"HTTP/1.1 503 ") for line in refused)
        assert not any(answer.done() for answer in answers[:4])
        assert small.total <= small.each
        assert (await other.show(stranger())).status == 201
    async with asyncio.timeout(10):
        while small.total:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert not small.held, "nothing of it is kept"
    assert (await door.show(stranger())).status == 201


async def test_all_callers_together_have_so_much_room(door: Door, small: BodyMemory) -> None:
    other = replace(door, tokens={})
    await other.pair()
    async with unfinished(door, FORM, 4), unfinished(other, FORM, 4) as answers:
        async with asyncio.timeout(10):
            assert (await answers[-1]).startswith(b"HTTP/1.1 503 ")
        assert small.total <= small.all
        said = await other.say(document_number="1020304050", phone_last4="0000")
        assert said.status == 201, "a document has room beside them"
