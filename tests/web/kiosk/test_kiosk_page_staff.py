"""The kiosk's page in the hands of staff: the PIN, signing in, enrolling a face, today's attempts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from gym.clients.models import Client
from gym.faces.models import ConsentMethod
from gym.faces.service import FaceRecognitionService
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor
from gym.staff.models import Staff
from tests.support.door import Door
from tests.support.kiosk_page import (
    LOOKS,
    PATIENCE,
    TABLET,
    Kiosks,
    empty_room,
    in_view,
    pair,
    says,
    shoot,
    sign_in,
    state_is,
)
from tests.support.people import people

pytestmark = pytest.mark.browser


async def consent(door: Door, client: Client) -> Client:
    async with door.gym.unit_of_work(door.admin) as uow:
        await FaceRecognitionService(uow).give_consent(client.id, ConsentMethod.PAPER)
    return client


async def templates(door: Door, client_id: UUID) -> int:
    async with door.gym.unit_of_work(door.admin) as uow:
        return (await FaceRecognitionService(uow).state(client_id)).templates


@asynccontextmanager
async def signed_in(
    kiosks: Kiosks, who: tuple[str, str], size: tuple[int, int] = TABLET, language: str = "en"
) -> AsyncGenerator[Page]:
    """A page in whose staff area somebody has signed in; nobody stands before its camera yet."""
    async with kiosks.page(empty_room(), size=size, language=language) as page:
        await pair(page, kiosks.door)
        await state_is(page, "idle")
        await page.click("#staff-open")
        await sign_in(page, *who)
        yield page


async def look_up(page: Page, name: str) -> None:
    await page.fill("#q", name)
    await page.locator("#found button").filter(has_text=name).click()


@pytest.mark.parametrize(("size", "language"), LOOKS)
async def test_staff_enrol_a_face_that_the_door_then_knows(
    kiosks: Kiosks, employee_password: tuple[str, str], size: tuple[int, int], language: str
) -> None:
    door, rosa = kiosks.door, people()[0]
    client = await consent(door, await door.member("Rosa"))
    name = f"{size[0]}-{language}"
    async with signed_in(kiosks, employee_password, size, language) as page:
        await page.fill("#q", "Rosa")
        await expect(page.locator("#found button")).to_have_count(1, timeout=PATIENCE)
        await shoot(page, f"{name}-20-search")
        await look_up(page, "Rosa")
        await state_is(page, "enrol")
        await says(page.locator("#enrol-said"), {"en": "No face", "es": "rostro"}[language])
        await shoot(page, f"{name}-21-no-face")
        await kiosks.turn_to(page, in_view(rosa.portrait))
        await expect(page.locator("#taken img")).to_have_count(3, timeout=PATIENCE)
        await shoot(page, f"{name}-22-taken")
        await page.click("#enrol-save")
        await says(page.locator("#search-said"), "Rosa")
        await shoot(page, f"{name}-23-enrolled")
        assert await templates(door, client.id) >= 1
        await page.click("#sign-out")
        await says(page.locator("#headline"), "Rosa")


async def test_without_consent_no_picture_is_taken(
    kiosks: Kiosks, employee_password: tuple[str, str]
) -> None:
    await kiosks.door.member("Rosa")
    async with signed_in(kiosks, employee_password) as page:
        await look_up(page, "Rosa")
        await says(page.locator("#search-said"), "has not agreed to face check-in yet")
        await state_is(page, "staff")


async def test_an_admin_is_told_whose_face_it_looks_like(
    kiosks: Kiosks, admin: Actor, employee_password: tuple[str, str]
) -> None:
    door, rosa = kiosks.door, people()[0]
    async with door.gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Staff, admin.id)
        row.username, row.password_hash = "ana", hash_secret(employee_password[1])
    await door.enrol((await door.member("Rosa")).id, rosa)
    await consent(door, await door.member("Twin", document="999888777"))
    async with signed_in(kiosks, ("ana", employee_password[1])) as page:
        await look_up(page, "Twin")
        await kiosks.turn_to(page, in_view(rosa.portrait))
        await expect(page.locator("#taken img")).not_to_have_count(0, timeout=PATIENCE)
        await page.click("#enrol-save")
        await says(page.locator("#enrol-said"), "may belong to another client already")
        await says(page.locator("#enrol-said"), "It looks like Rosa Vargas.")


async def test_another_face_than_before_is_enrolled_only_once_the_old_one_is_removed(
    kiosks: Kiosks, employee_password: tuple[str, str]
) -> None:
    door = kiosks.door
    client = await door.member("Rosa")
    await door.enrol(client.id, people()[0])
    async with signed_in(kiosks, employee_password) as page:
        await look_up(page, "Rosa")
        await kiosks.turn_to(page, in_view(people()[1].portrait))
        await expect(page.locator("#taken img")).not_to_have_count(0, timeout=PATIENCE)
        await page.click("#enrol-save")
        await page.click("#enrol-forget")
        await says(page.locator("#enrol-said"), "The old face is removed")
        assert await templates(door, client.id) == 0
        await page.click("#enrol-save")
        await says(page.locator("#search-said"), "is recognised at the door from now on")
    assert await templates(door, client.id) >= 1


@pytest.mark.parametrize(("size", "language"), LOOKS)
async def test_staff_see_todays_attempts_and_how_this_kiosk_stands(
    kiosks: Kiosks, employee_password: tuple[str, str], size: tuple[int, int], language: str
) -> None:
    door = kiosks.door
    await door.member("Rosa")
    await door.pair()
    for number, phone in (("1020304050", "4567"), ("1020304050", "0000")):
        await door.say(document_number=number, phone_last4=phone)
    name = f"{size[0]}-{language}"
    async with signed_in(kiosks, employee_password, size, language) as page:
        await page.click("#tab-today")
        await expect(page.locator("#attempts li")).to_have_count(2, timeout=PATIENCE)
        await says(page.locator("#attempts li.admitted"), "Rosa Vargas")
        await says(page.locator("#attempts li.denied"), "10:00")
        await shoot(page, f"{name}-24-today")
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowRight")
        await says(page.locator("#kiosk-facts"), "Main door")
        await shoot(page, f"{name}-25-kiosk")
        await page.click("#unpair")
        await page.click("#unpair")
        await state_is(page, "pairing")
        await expect(page.locator("#pairing-error")).to_be_empty()


async def test_a_wrong_password_is_said_and_leaves_nothing_behind(
    kiosks: Kiosks, employee_password: tuple[str, str]
) -> None:
    async with kiosks.page(empty_room()) as page:
        await pair(page, kiosks.door)
        await state_is(page, "idle")
        await page.click("#staff-open")
        await shoot(page, "1024-en-26-sign-in")
        await page.fill("#username", employee_password[0])
        await page.fill("#password", "not the password")
        await page.click("#sign-in-go")
        await expect(page.locator("#sign-in-error")).not_to_be_empty(timeout=PATIENCE)
        await expect(page.locator("#password")).to_have_value("")
        await page.click("#unpair")
        await says(page.locator("#unpair-said"), "Sign in first")
        await page.click("#staff-close")
        await state_is(page, "idle")


async def test_whoever_walks_away_is_signed_out_by_itself(
    kiosks: Kiosks, employee_password: tuple[str, str]
) -> None:
    async with kiosks.profile(empty_room(), camera=False) as context:
        page = await context.new_page()
        await page.clock.install()
        await page.goto(kiosks.address)
        await pair(page, kiosks.door)
        await state_is(page, "trouble")
        await page.click("#staff-open")
        await sign_in(page, *employee_password)
        await page.clock.fast_forward("01:50")
        await state_is(page, "staff")
        await page.clock.fast_forward("00:15")
        await state_is(page, "trouble")
        await page.click("#staff-open")
        await expect(page.locator("#sign-in")).to_be_visible()
        kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert "token" not in kept


@pytest.mark.parametrize(("size", "language"), LOOKS)
async def test_where_a_pin_is_set_nobody_leaves_the_page_without_it(
    kiosks: Kiosks, size: tuple[int, int], language: str
) -> None:
    async with kiosks.page(empty_room(), size=size, language=language) as page:
        await pair(page, kiosks.door, pin="2468")
        await state_is(page, "idle")
        await page.click("#staff-open")
        await state_is(page, "pin")
        await page.keyboard.type("1111")
        await page.keyboard.press("Tab")
        await shoot(page, f"{size[0]}-{language}-27-pin")
        await page.click("#pin-next")
        await expect(page.locator("#pin-error")).not_to_be_empty(timeout=PATIENCE)
        await state_is(page, "pin")
        for digit in "2468":
            await page.click(f'#pin-keys button:text-is("{digit}")')
        await page.click("#pin-next")
        await state_is(page, "staff")
        await page.click("#unpair")
        await page.click("#unpair")
        await state_is(page, "pairing")


async def test_a_page_with_a_pin_asks_before_it_is_closed(kiosks: Kiosks) -> None:
    async with kiosks.page(empty_room()) as page:
        await pair(page, kiosks.door, pin="2468")
        await says(page.locator("#clock"), "10:0")
        await page.click("#staff-open")
        await state_is(page, "pin")
        await page.click("#pin-cancel")
        await state_is(page, "idle")
        async with page.expect_event("dialog") as asked:
            await page.close(run_before_unload=True)
        dialog = await asked.value
        assert dialog.type == "beforeunload"
        await dialog.dismiss()
        await state_is(page, "idle")
