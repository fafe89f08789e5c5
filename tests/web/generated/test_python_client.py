"""A client that was generated from the document talks to the real server, and gets typed answers."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest

from tests.support.door import Door
from tests.support.people import landscape, people


@pytest.fixture
def client(door: Door, generated: Any) -> Any:
    """The generated client with the kiosk's token."""
    address = str(door.client.make_url("")).rstrip("/")
    return generated.package.AuthenticatedClient(base_url=address, token=door.tokens["access_token"])


async def checked_in(generated: Any, client: Any, body: Any, **more: str) -> Any:
    check_in = generated.call("check_ins", "check_in")
    return (await check_in.asyncio_detailed(client=client, body=body, **more)).parsed


async def test_a_photo_as_a_form_gets_a_typed_verdict(door: Door, generated: Any, client: Any) -> None:
    rosa = people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    frames = [
        generated.types.File(io.BytesIO(rosa.photo(place)), f"{place}.jpg", "image/jpeg") for place in (2, 3)
    ]
    verdict = await checked_in(
        generated, client, generated.models.PhotoCheckInForm(photo=frames), idempotency_key="first-of-today"
    )
    assert isinstance(verdict, generated.models.CheckInAnswer)
    assert verdict.outcome is generated.models.CheckInAnswerOutcome.ADMITTED
    assert verdict.code is generated.models.VerdictCode.ADMITTED
    assert (verdict.client.display_name, verdict.days_left) == ("Rosa", 30)


async def test_a_photo_in_base64_gets_a_typed_verdict(door: Door, generated: Any, client: Any) -> None:
    rosa = people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    picture = base64.b64encode(rosa.photo(2)).decode()
    verdict = await checked_in(generated, client, generated.models.PhotoCheckIn(image_base64=picture))
    assert verdict.outcome is generated.models.CheckInAnswerOutcome.ADMITTED


async def test_a_document_gets_a_typed_verdict(door: Door, generated: Any, client: Any) -> None:
    await door.member("Rosa")
    body = generated.models.DocumentCheckIn(document_number="1020304050", phone_last4="4567")
    assert (await checked_in(generated, client, body)).client.display_name == "Rosa"


async def test_refusals_of_every_status_have_one_type(door: Door, generated: Any, client: Any) -> None:
    picture = base64.b64encode(landscape()).decode()
    faceless = await checked_in(generated, client, generated.models.PhotoCheckIn(image_base64=picture))
    unknown = await checked_in(generated, client, generated.models.QrCheckIn(qr="nothing of ours"))
    stranger = generated.package.AuthenticatedClient(base_url=client._base_url, token="none")
    closed = await checked_in(generated, stranger, generated.models.QrCheckIn(qr="q"))
    assert {type(one) for one in (faceless, unknown, closed)} == {generated.models.Error}
    codes = [one.error.code for one in (faceless, unknown, closed)]
    assert codes == ["no_face", "qr_invalid", "invalid_token"]


async def test_a_device_pairs_and_signs_in(stranger_at_door: Door, generated: Any) -> None:
    door = stranger_at_door
    client = generated.package.Client(base_url=str(door.client.make_url("")).rstrip("/"))
    body = generated.models.PairRequest(code=await door.code(), name="Back door")
    paired = await generated.call("kiosks", "pair").asyncio(client=client, body=body)
    grant = generated.models.KioskGrant(grant_type="kiosk", kiosk_id=paired.kiosk_id, secret=paired.secret)
    tokens = await generated.call("sign_in", "sign_in").asyncio(client=client, body=grant)
    assert tokens.scope is generated.models.TokenAnswerScope.KIOSK


def test_of_many_refusals_there_is_one_model(generated: Any) -> None:
    made = [name for name in dir(generated.models) if "Error" in name or "Fault" in name]
    assert made == ["Error", "Fault", "FaultDetails"]
