"""Whatever a stranger sends gets its documented code in the one shape of errors, and never a 5xx."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientResponse

from gym.faces.pool import FacePool
from tests.support.door import API, Door
from tests.support.people import group, jpeg, landscape, people

SECURITY = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}


async def check_shape(answer: ClientResponse) -> str:
    """The error's code, after everything that every error must have."""
    text = await answer.text()
    body = json.loads(text)
    assert answer.content_type == "application/json"
    assert set(body) == {"error", "request_id"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["error"]["message"]
    assert answer.headers["X-Request-ID"] == body["request_id"]
    assert answer.headers.items() >= SECURITY.items()
    assert not [word for word in ("Traceback", "SELECT", "sqlalchemy", "asyncpg", "/work") if word in text]
    code: str = body["error"]["code"]
    return code


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims to be huge and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def noise() -> bytes:
    return np.random.default_rng(7).bytes(4096)


PHOTOS = {
    "text": (b"hello, I am no picture", 415, "not_an_image"),
    "nothing": (b"", 415, "not_an_image"),
    "noise": (noise(), 415, "not_an_image"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "not_an_image"),
    "gif": (b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00", 415, "not_an_image"),
    "eleven megabytes": (b"\xff\xd8\xff" + b"\0" * (11 * 1024 * 1024), 413, "photo_too_large"),
    "sixty megapixels": (png_header(10_000, 6_000), 413, "photo_too_large"),
    "a terapixel": (png_header(1_000_000, 1_000_000), 413, "photo_too_large"),
    "a bare header": (png_header(640, 480), 400, "photo_unreadable"),
    "nobody": (landscape(), 422, "no_face"),
    "six faces": (group(), 422, "several_faces"),
}


@pytest.mark.parametrize("name", PHOTOS)
async def test_a_photo_that_cannot_be_used_says_why(door: Door, name: str) -> None:
    photo, status, code = PHOTOS[name]
    answer = await door.show(photo)
    assert (answer.status, await check_shape(answer)) == (status, code)
    assert await door.visits() == 0


@pytest.mark.parametrize("name", ["text", "eleven megabytes", "sixty megapixels", "nobody"])
async def test_base64_is_judged_like_a_form(door: Door, name: str) -> None:
    photo, status, code = PHOTOS[name]
    answer = await door.say(image_base64=base64.b64encode(photo).decode())
    assert (answer.status, await check_shape(answer)) == (status, code)


async def test_padding_inside_of_base64_is_malformed(door: Door) -> None:
    broken = base64.b64encode(b"x" * 199_999).decode()[:-4] + "eA==" + "A" * 262_144
    answer = await door.say(image_base64=broken)
    assert (answer.status, await check_shape(answer)) == (400, "malformed")


async def test_a_truncated_photo_is_an_answer_of_its_own_and_no_crash(door: Door) -> None:
    photo = people()[0].photo()
    for share in (0.02, 0.3, 0.6):
        answer = await door.show(photo[: int(len(photo) * share)])
        assert answer.status in (201, 400, 422)
        if answer.status != 201:
            assert await check_shape(answer) in ("photo_unreadable", "no_face")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b"\xff\xfe\x00", 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b"1" * 10_000, 400, "malformed"),
        (b"[]", 400, "malformed"),
        (b"null", 400, "malformed"),
        (b"{}", 422, "credential_missing"),
        (b'{"document_number": "123456"}', 422, "credential_missing"),
        (b'{"phone_last4": "1234"}', 422, "credential_missing"),
        (b'{"document_number": 5, "phone_last4": "1234"}', 422, "invalid_fields"),
        (b'{"document_number": "12\\u000034", "phone_last4": "1234"}', 422, "invalid_fields"),
        (b'{"document_number": "\\ud800123", "phone_last4": "1234"}', 400, "malformed"),
        (b'{"document_number": "123456", "phone_last4": "12 4"}', 422, "invalid_fields"),
        (b'{"qr": {"a": 1}}', 422, "invalid_fields"),
        (b'{"qr": "x", "amount": NaN}', 422, "invalid_fields"),
        (b'{"image_base64": 5}', 400, "malformed"),
        (b'{"image_base64": "%%%"}', 400, "malformed"),
        (b'{"image_base64": "data:image/png"}', 415, "not_an_image"),
        (b'{"image_base64": ["", "", "", ""]}', 400, "malformed"),
    ],
)
async def test_a_body_that_cannot_be_read_says_so(door: Door, body: bytes, status: int, code: str) -> None:
    headers = door.bearer | {"Content-Type": "application/json"}
    answer = await door.client.post(f"{API}/check-ins", data=body, headers=headers)
    assert (answer.status, await check_shape(answer)) == (status, code)
    assert await door.visits() == 0


async def test_an_unknown_field_is_refused_and_not_repeated(door: Door) -> None:
    answer = await door.say(qr="x", my_secret_name="my-secret-value")
    text = await answer.text()
    assert (answer.status, await check_shape(answer)) == (422, "invalid_fields")
    assert "my_secret_name" not in text
    assert "my-secret-value" not in text


async def test_wrong_fields_are_named(stranger_at_door: Door) -> None:
    answer = await stranger_at_door.post("/kiosks/pair", {"code": "12"})
    body = await answer.json()
    assert (answer.status, body["error"]["code"]) == (422, "invalid_fields")
    assert set(body["error"]["details"]["fields"]) == {"code", "name"}


@pytest.mark.parametrize(
    "grant",
    [
        {},
        {"grant_type": "other"},
        {"grant_type": "kiosk", "kiosk_id": "x", "secret": "y"},
        {"grant_type": "password", "username": "a\0b", "password": "x"},
        {"grant_type": "password", "username": "%", "password": "\0"},
        {"grant_type": "password", "username": ["a"], "password": {}},
    ],
)
async def test_a_grant_of_another_shape_is_refused(stranger_at_door: Door, grant: dict[str, Any]) -> None:
    answer = await stranger_at_door.post("/auth/token", grant)
    assert (answer.status, await check_shape(answer)) == (422, "invalid_fields")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b"no boundary at all"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nhi\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\nhi'),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="qr"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="qr"\r\n\r\n' + b"q" * 5000 + b"\r\n--x--\r\n",
        ),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nhi\r\n--y--\r\n--x--\r\n",
        ),
    ],
)
async def test_a_broken_form_is_malformed(door: Door, kind: str, body: bytes) -> None:
    answer = await door.client.post(
        f"{API}/check-ins", data=body, headers=door.bearer | {"Content-Type": kind}
    )
    assert answer.status in (400, 415)
    assert await check_shape(answer) in ("malformed", "not_an_image")


async def test_four_photos_are_too_many(door: Door) -> None:
    answer = await door.show(*[landscape()] * 4)
    assert (answer.status, await check_shape(answer)) == (400, "malformed")


async def test_a_huge_body_is_refused_while_it_is_read(door: Door) -> None:
    headers = door.bearer | {"Content-Type": "application/json"}
    answer = await door.client.post(f"{API}/check-ins", data=b" " * (17 * 1024 * 1024), headers=headers)
    assert (answer.status, await check_shape(answer)) == (413, "too_large")


async def test_a_body_of_another_kind_is_not_understood(door: Door) -> None:
    for path in ("/check-ins", "/auth/token", "/kiosks/pair"):
        headers = door.bearer | {"Content-Type": "text/plain"}
        answer = await door.client.post(API + path, data=b"{}", headers=headers)
        assert (answer.status, await check_shape(answer)) == (415, "unsupported_media_type")


async def test_without_a_token_nothing_is_read(door: Door) -> None:
    answer = await door.client.post(f"{API}/check-ins", data=b"x" * 1000)
    assert (answer.status, await check_shape(answer)) == (401, "invalid_token")


async def test_an_unknown_address_and_method_have_the_same_shape(door: Door) -> None:
    missing = await door.client.get(f"{API}/nothing")
    assert (missing.status, await check_shape(missing)) == (404, "not_found")
    wrong = await door.client.delete(f"{API}/check-ins")
    assert (wrong.status, await check_shape(wrong)) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "GET,HEAD,POST"
    climbing = await door.client.get("/kiosk/..%2f..%2fpyproject.toml")
    assert (climbing.status, await check_shape(climbing)) == (404, "not_found")


async def test_the_callers_request_id_comes_back_if_it_is_harmless(door: Door) -> None:
    given = await door.kiosk(**{"X-Request-ID": "visit-000001"})
    assert given.headers["X-Request-ID"] == "visit-000001"
    made = await door.kiosk(**{"X-Request-ID": "<script>alert(1)</script>"})
    assert made.headers["X-Request-ID"].isalnum()


async def test_errors_speak_the_callers_language(door: Door) -> None:
    english = await door.client.get(f"{API}/nothing", headers={"Accept-Language": "fr, en;q=0.5"})
    strange = await door.client.get(f"{API}/nothing", headers={"Accept-Language": "*;q=x,,;;éé"})
    assert (await english.json())["error"]["message"] == (await strange.json())["error"]["message"]


async def test_a_full_pool_says_busy_and_when_to_come_back(
    door: Door, remembered_faces: FacePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And asks the database nothing for it."""

    async def nobody(*_: object) -> None:
        raise AssertionError("somebody was asked")

    monkeypatch.setattr(remembered_faces, "places", 0)
    monkeypatch.setattr("gym.hot_path.hot_path.HotPath.authenticate", nobody)
    answer = await door.show(people()[0].photo(), key="visit-1")
    assert (answer.status, await check_shape(answer)) == (503, "busy")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_form_of_one_field_over_and_over_is_not_read_to_its_end(door: Door) -> None:
    """Each part costs the loop that everybody shares."""
    part = b'--x\r\nContent-Disposition: form-data; name="qr"\r\n\r\n1\r\n'
    headers = door.bearer | {"Content-Type": "multipart/form-data; boundary=x"}
    data = part * 33 + b"--x--\r\n"
    answer = await door.client.post(f"{API}/check-ins", data=data, headers=headers)
    assert (answer.status, await check_shape(answer)) == (400, "malformed")


async def test_whoever_is_sent_away_is_not_listened_to_and_may_come_again_on_the_same_line(
    door: Door, remembered_faces: FacePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is there before the photo has left the kiosk."""
    head = (
        f"POST {API}/check-ins HTTP/1.1\r\nHost: gym\r\nAuthorization: {door.bearer['Authorization']}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 300000\r\n\r\n"
    )
    server = door.client.server
    reader, writer = await asyncio.open_connection(server.host, server.port)
    with monkeypatch.context() as full:
        full.setattr(remembered_faces, "places", 0)
        writer.write(head.encode())
        refused = await _answer_on(reader)
    assert refused.startswith("HTTP/1.1 503 ")
    assert "\r\nRetry-After: " in refused
    assert '"code": "busy"' in refused
    writer.write(bytes(300_000))
    writer.write(f"GET {API}/kiosk HTTP/1.1\r\nHost: gym\r\n\r\n".encode())
    assert (await _answer_on(reader)).startswith("HTTP/1.1 401 ")
    writer.close()


async def _answer_on(reader: asyncio.StreamReader) -> str:
    """One answer of several on a line; whoever is listened to instead would wait for ever."""
    async with asyncio.timeout(30):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.partition("Content-Length: ")[2].split("\r\n")[0])
        return head + (await reader.readexactly(length)).decode()


async def test_a_kiosk_that_never_stops_is_slowed_down(door: Door) -> None:
    answers = await asyncio.gather(*(door.kiosk() for _ in range(245)))
    slowed = [answer for answer in answers if answer.status == 429]
    assert slowed
    assert await check_shape(slowed[0]) == "too_many_requests"
    assert int(slowed[0].headers["Retry-After"]) >= 1


async def test_png_and_webp_are_pictures_too(door: Door) -> None:
    import cv2

    pixels = people()[0].portrait
    for ending in (".png", ".webp"):
        data = cv2.imencode(ending, pixels)[1].tobytes()
        body = await (await door.show(data)).json()
        assert body["code"] == "not_recognized"
    assert jpeg(pixels, 90)[:2] == b"\xff\xd8"
