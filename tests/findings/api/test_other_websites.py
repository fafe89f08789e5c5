"""A website that is open on the desk's own computer cannot use up that computer's limits."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.security.permissions import Actor
from gym.staff.service import StaffService
from tests.support.door import Door
from web.http.limits.rates import PAGE

IMAGE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
FRAME = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
PORT = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
VISIT = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
TYPED = VISIT | {"Sec-Fetch-Site": "none"}
OURS = VISIT | {"Sec-Fetch-Site": "same-origin"}
TRIES = PAGE.size + 3


async def link_of(gym: Gym, employee: Actor) -> str:
    async with gym.unit_of_work(employee) as uow:
        return (await StaffService(uow).password_link()).token


@pytest.mark.parametrize("how", [IMAGE, FRAME, PORT], ids=["image", "frame", "another port"])
async def test_what_a_website_embeds_is_refused_and_counts_nowhere(
    gym: Gym, door: Door, employee: Actor, how: dict[str, str]
) -> None:
    asked = [
        (await door.client.get("/password", params={"start": f"x{number}"}, headers=how)).status
        for number in range(TRIES)
    ]
    assert set(asked) == {403}
    good = {"start": await link_of(gym, employee)}
    assert (await door.client.get("/password", params=good, headers=TYPED)).status == 200


async def test_a_form_that_a_website_sends_is_refused(door: Door) -> None:
    fields = {
        "start": "x",
        "username": "ana.admin",
        "password": "a quiet morning",
        "again": "a quiet morning",
    }
    asked = [(await door.client.post("/password", data=fields, headers=VISIT)).status for _ in range(TRIES)]
    assert set(asked) == {403}


@pytest.mark.parametrize("how", [{}, VISIT], ids=["a browser that says nothing", "pages opened"])
async def test_wrong_links_shut_no_kiosk_out(door: Door, how: dict[str, str]) -> None:
    asked = [
        (await door.client.get("/password", params={"start": f"x{number}"}, headers=how)).status
        for number in range(TRIES)
    ]
    assert asked[-1] == 429
    assert (await door.sign_in()).status == 200
    assert (await door.post("/kiosks/pair", {"code": await door.code(), "name": "Side"})).status == 201


@pytest.mark.parametrize("how", [{}, VISIT, TYPED, OURS])
async def test_a_person_opens_the_link_from_any_chat(
    gym: Gym, door: Door, employee: Actor, how: dict[str, str]
) -> None:
    good = {"start": await link_of(gym, employee)}
    assert (await door.client.get("/password", params=good, headers=how)).status == 200
