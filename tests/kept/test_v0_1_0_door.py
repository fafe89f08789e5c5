"""The door of a gym of v0.1.0 with today's API: its kiosk, faces, cards and passwords."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient

from tests.support.people import people


@pytest.fixture
async def bearer(api: TestClient[Any, Any], facts: dict[str, Any]) -> dict[str, str]:
    """The kiosk of v0.1.0 signs in with the secret it was given then."""
    device = {name: facts["secrets"]["kiosk"][name] for name in ("kiosk_id", "secret")}
    answer = await api.post("/api/v1/auth/token", json={"grant_type": "kiosk", **device})
    assert answer.status == 200, await answer.text()
    return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


async def test_a_face_enrolled_then_opens_the_door_now(
    api: TestClient[Any, Any], bearer: dict[str, str]
) -> None:
    form = FormData()
    form.add_field("photo", people()[0].photo(5), filename="photo.jpg", content_type="image/jpeg")
    answer = await api.post("/api/v1/check-ins", data=form, headers=bearer)
    verdict = await answer.json()
    assert (verdict["outcome"], verdict["client"]["display_name"]) == ("admitted", "Rosa")


async def test_a_card_printed_then_opens_the_door_now(
    api: TestClient[Any, Any], bearer: dict[str, str], facts: dict[str, Any]
) -> None:
    answer = await api.post("/api/v1/check-ins", json={"qr": facts["secrets"]["card"]["qr"]}, headers=bearer)
    verdict = await answer.json()
    assert (verdict["outcome"], verdict["client"]["display_name"]) == ("admitted", "Marta")


async def test_the_pin_and_the_password_of_then_are_right_and_a_revoked_kiosk_is_not(
    api: TestClient[Any, Any], bearer: dict[str, str], facts: dict[str, Any]
) -> None:
    secrets = facts["secrets"]
    left = await api.post("/api/v1/kiosk/exit", json={"pin": secrets["kiosk"]["pin"]}, headers=bearer)
    assert left.status == 204, await left.text()
    assert (await api.post("/api/v1/auth/token", json=secrets["password"])).status == 200
    gone = await api.post("/api/v1/auth/token", json={"grant_type": "kiosk", **secrets["revoked_kiosk"]})
    assert gone.status == 401


async def test_a_sign_in_of_then_can_be_refreshed(api: TestClient[Any, Any], facts: dict[str, Any]) -> None:
    for token in facts["secrets"]["refresh_tokens"]:
        answer = await api.post("/api/v1/auth/refresh", json={"refresh_token": token})
        assert answer.status == 200, await answer.text()
