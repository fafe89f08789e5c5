"""Endpoints for staff: clients, cards, jobs, faces."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from aiohttp import ClientResponse, FormData

from gym.core.database.ids import new_id
from gym.faces.models import ConsentMethod
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from gym.staff.service import StaffService
from tests.support.door import API, Door
from tests.support.memberships import DeskClerk
from tests.support.people import landscape, people, stranger
from tests.support.tokens import token_of

FORBIDDEN = ("score", "similarity", "cosine", "distance", "template_id", "embedding", "vector", "threshold")


@dataclass
class Tool:
    """A program of the desk's, signed in as somebody."""

    door: Door
    actor: Actor
    seen: list[str]

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {await token_of(self.door.gym, self.actor)}"}
        answer: ClientResponse = await self.door.client.request(method, API + path, headers=headers, **more)
        text = await answer.text()
        self.seen.append(text)
        return answer.status, json.loads(text) if text else None

    async def enrol(self, client_id: UUID | str, *photos: bytes) -> tuple[int, Any]:
        return await self.ask("POST", "/faces/enrolments", data=form(photos, client_id=str(client_id)))

    async def compare(self, *photos: bytes) -> tuple[int, Any]:
        return await self.ask("POST", "/faces/compare", data=form(photos))


def form(photos: tuple[bytes, ...], **fields: str) -> FormData:
    data = FormData(fields)
    for photo in photos:
        data.add_field("photo", photo, filename="photo.jpg", content_type="image/jpeg")
    return data


@pytest.fixture
def tool(door: Door, employee: Actor) -> Tool:
    return Tool(door, employee, [])


async def agree(door: Door, client_id: UUID) -> None:
    async with door.gym.unit_of_work(door.admin) as uow:
        await FaceRecognitionService(uow).give_consent(client_id, ConsentMethod.PAPER)


async def test_a_client_is_found_and_the_card_shows_the_membership(door: Door, tool: Tool) -> None:
    rosa = await door.member("Rosa")
    await door.say(document_number="1020304050", phone_last4="4567")
    status, found = await tool.ask("GET", "/clients", params={"q": "rosa"})
    assert (status, found["total"], found["items"][0]["name"]) == (200, 1, "Rosa Vargas")
    status, card = await tool.ask("GET", f"/clients/{rosa.id}")
    assert (status, card["membership"]["plan"], Decimal(card["balance"])) == (200, "Monthly", 0)
    assert (len(card["last_visits"]), card["face"]) == (1, {"consent": False, "templates": 0})


async def test_a_kiosk_is_told_no_sum_that_it_may_not_show_and_the_desk_is(door: Door, tool: Tool) -> None:
    rosa = await door.member("Rosa", paid=False)
    desk = DeskClerk(door.gym, door.admin)
    await desk.sell(rosa, await desk.plan(Decimal(90000)))
    who = {"document_number": "1020304050", "phone_last4": "4567"}
    due, owed = "There is something to pay. Please go to the desk.", "You have $90,000 to pay"
    answer = await (await door.say(**who)).json()
    assert (answer["code"], answer["message"], "balance" in answer) == ("payment_due", due, False)
    assert "90" not in answer["message"]
    status, answer = await tool.ask("POST", "/check-ins", json=who)
    assert (status, answer["code"], Decimal(answer["balance"])) == (201, "payment_due", 90000)
    assert owed in answer["message"]
    async with door.gym.unit_of_work(door.admin) as uow:
        await StaffService(uow).change_settings({"kiosk_shows_sums": True})
    answer = await (await door.say(**who)).json()
    assert (Decimal(answer["balance"]), owed in answer["message"]) == (90000, True)


async def test_the_jobs_run_at_once_and_say_how_many(door: Door, tool: Tool) -> None:
    boss = Tool(door, door.admin, [])
    for job in ("activate", "expire"):
        assert await boss.ask("POST", f"/subscriptions/{job}") == (200, {"count": 0})
        assert (await tool.ask("POST", f"/subscriptions/{job}"))[0] == 403


async def test_a_face_is_enrolled_with_a_verdict_on_each_photo_and_known_at_the_door(
    door: Door, tool: Tool
) -> None:
    rosa, person = await door.member("Rosa"), people()[0]
    status, body = await tool.enrol(rosa.id, person.photo())
    assert (status, body["error"]["code"]) == (409, "consent_missing")
    await agree(door, rosa.id)
    status, body = await tool.enrol(rosa.id, person.photo(0), landscape(), person.photo(1))
    assert (status, body["templates"], body["replaced"]) == (201, 2, 0)
    assert [(one["photo"], one["accepted"], one.get("code")) for one in body["photos"]] == [
        (1, True, None),
        (2, False, "no_face"),
        (3, True, None),
    ]
    assert (await (await door.show(person.photo(2))).json())["client"]["display_name"] == "Rosa"
    async with door.gym.unit_of_work(door.admin) as uow:
        faces = FaceRecognitionService(uow)
        assert await faces.thumbnail(rosa.id)
        assert await faces.thumbnail(rosa.id, for_chat=True) is None, (
            "no picture of the kiosk goes into a chat"
        )


async def test_photos_that_are_all_bad_say_each_why(door: Door, tool: Tool) -> None:
    rosa = await door.member("Rosa")
    await agree(door, rosa.id)
    status, body = await tool.enrol(rosa.id, landscape(), b"no picture")
    verdicts = body["error"]["details"]["photos"]
    assert (status, body["error"]["code"]) == (422, "photos_refused")
    assert [one["code"] for one in verdicts] == ["no_face", "not_an_image"]
    assert all(one["message"] for one in verdicts)


async def test_no_photo_six_photos_and_nobody_are_refused(door: Door, tool: Tool) -> None:
    person = people()[0]
    status, body = await tool.ask("POST", "/faces/enrolments", json={"client_id": str(new_id())})
    assert (status, body["error"]["code"]) == (422, "no_photos")
    assert (await tool.enrol(new_id(), *[landscape()] * 6))[0] == 400
    assert (await tool.enrol("nobody", person.photo()))[1]["error"]["code"] == "invalid_fields"
    assert (await tool.enrol(new_id(), person.photo()))[1]["error"]["code"] == "client_not_found"


async def test_a_possible_duplicate_names_somebody_only_to_an_admin(door: Door, tool: Tool) -> None:
    rosa, other = await door.member("Rosa"), await door.member("Lucia", document="7777777")
    await door.enrol(rosa.id, people()[0])
    await agree(door, other.id)
    status, body = await tool.enrol(other.id, people()[0].photo(2))
    assert (status, body["error"]["code"], body["error"]["details"]) == (409, "possible_duplicate", {})
    assert str(rosa.id) not in json.dumps(body)
    boss = Tool(door, door.admin, [])
    status, body = await boss.enrol(other.id, people()[0].photo(2))
    assert (status, body["error"]["details"]) == (409, {"client_id": str(rosa.id)})


async def test_a_forgotten_face_is_not_recognised_any_more(door: Door, tool: Tool) -> None:
    rosa = await door.member("Rosa")
    await door.enrol(rosa.id, people()[0])
    assert (await tool.ask("DELETE", f"/faces/{rosa.id}"))[0] == 204
    assert (await (await door.show(people()[0].photo())).json())["code"] == "not_recognized"
    assert (await tool.ask("DELETE", f"/faces/{new_id()}"))[1]["error"]["code"] == "client_not_found"
    assert (await tool.ask("DELETE", "/faces/compare"))[0] == 405


async def test_two_photos_are_of_one_person_or_not(tool: Tool) -> None:
    rosa, mateo = people()[0], people()[2]
    assert await tool.compare(rosa.photo(0), rosa.photo(3)) == (200, {"same": True})
    assert await tool.compare(rosa.photo(0), mateo.photo(0)) == (200, {"same": False})
    assert (await tool.compare(rosa.photo()))[1]["error"]["code"] == "two_photos_needed"
    assert (await tool.compare(rosa.photo(), landscape()))[1]["error"]["code"] == "no_face"


async def test_no_answer_of_any_kind_holds_a_score(door: Door, tool: Tool) -> None:
    rosa = await door.member("Rosa")
    await door.enrol(rosa.id, people()[0])
    await tool.enrol(rosa.id, people()[0].photo(1))
    await tool.enrol(rosa.id, people()[2].photo(0))
    await tool.compare(people()[0].photo(), stranger())
    for photo in (people()[0].photo(2), stranger()):
        tool.seen.append(await (await door.show(photo)).text())
    for path in ("/check-ins", "/clients", f"/clients/{rosa.id}"):
        await tool.ask("GET", path)
    tool.seen.append(await (await door.kiosk()).text())
    assert len(tool.seen) == 9
    assert not [(word, text) for text in tool.seen for word in FORBIDDEN if word in text.lower()]


async def test_the_form_is_refused_while_it_is_read_once_it_is_too_large(tool: Tool) -> None:
    async def endless() -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'
        yield b"\xff" * (9 << 20)
        yield b'\r\n--x\r\nContent-Disposition: form-data; name="photo"; filename="b"\r\n\r\n'
        yield b"\xff" * (9 << 20)
        yield b"\r\n--x--\r\n"

    headers = {
        "Authorization": f"Bearer {await token_of(tool.door.gym, tool.actor)}",
        "Content-Type": "multipart/form-data; boundary=x",
    }
    answer = await tool.door.client.post(f"{API}/faces/compare", data=endless(), headers=headers)
    assert (answer.status, (await answer.json())["error"]["code"]) == (413, "too_large")
