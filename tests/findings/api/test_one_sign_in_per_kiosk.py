"""A kiosk's page signs in at each load: that is one sign-in, and the tokens of before end with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.kiosks.service import KioskService
from gym.security.models import SignIn
from gym.security.permissions import Actor
from gym.security.sessions import LIFETIME, Sessions, TokenSubject
from gym.security.tokens import Scope
from tests.support.door import Door
from web.http.authentication import issuer_of

DAY = timedelta(days=1)


async def standing(gym: Gym) -> list[SignIn]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))))


async def load(door: Door) -> None:
    """The page is loaded anew: all it has is the secret it was paired with."""
    answer = await door.sign_in()
    assert answer.status == 200
    door.tokens = await answer.json()


async def test_a_page_that_is_loaded_again_goes_on_with_its_sign_in(door: Door, clock: FrozenClock) -> None:
    first, [before] = door.family, await standing(door.gym)
    for _ in range(5):
        clock.advance(DAY)
        await load(door)
        assert door.family == first
        assert (await door.kiosk()).status == 200
    [after] = await standing(door.gym)
    assert after.opened_at == before.opened_at
    assert (after.renewed_at, after.ends_at) == (clock.now(), clock.now() + LIFETIME)


async def test_a_stolen_refresh_token_ends_with_the_next_load(door: Door) -> None:
    stolen, access = door.tokens["refresh_token"], door.tokens["access_token"]
    await load(door)
    assert (await door.refresh(stolen)).status == 401
    assert (await door.kiosk()).status == 200, "the thief's try ends nothing"
    assert (await door.refresh()).status == 200
    door.tokens["access_token"] = access
    assert (await door.kiosk()).status == 200, "another page of this kiosk goes on until its token runs out"


async def test_loads_at_once_and_those_of_before_are_one_sign_in(door: Door) -> None:
    async with door.gym.unit_of_work(Actor.system()) as uow:
        old = await uow.session.get_one(SignIn, door.family)
        for place in range(3):  # as each load left one until now
            uow.session.add(
                SignIn(
                    id=UUID(int=place + 1),
                    subject_id=old.subject_id,
                    scope=old.scope,
                    opened_at=old.opened_at,
                    renewed_at=old.renewed_at - timedelta(hours=place + 1),
                    ends_at=old.ends_at,
                    address=old.address,
                )
            )
    assert len(await standing(door.gym)) == 4
    answers = await asyncio.gather(*(door.sign_in() for _ in range(4)))
    assert {answer.status for answer in answers} == {200}
    [one] = await standing(door.gym)
    assert one.id == door.family


async def test_another_place_is_another_sign_in_and_unpairing_ends_them_all(door: Door) -> None:
    gym, kiosk = door.gym, UUID(door.kiosk_id)
    async with gym.unit_of_work(Actor.system()) as uow:
        sessions = Sessions(uow.session, issuer_of(gym))
        for _ in range(2):
            await sessions.open(TokenSubject(kiosk, Scope.KIOSK, 0), uow.context.wall, "203.0.113.9")
    assert sorted(str(one.address) for one in await standing(gym)) == ["127.0.0.1", "203.0.113.9"]
    async with gym.unit_of_work(door.admin) as uow:
        await KioskService(uow).revoke(kiosk)
    assert await standing(gym) == []
    assert (await door.sign_in()).status == 401


async def test_the_sign_ins_of_staff_stay_apart(gym: Gym, admin: Actor) -> None:
    assert admin.id is not None
    async with gym.unit_of_work(Actor.system()) as uow:
        sessions = Sessions(uow.session, issuer_of(gym))
        for _ in range(2):
            await sessions.open(TokenSubject(admin.id, Scope.ADMIN, 0), uow.context.wall, "203.0.113.9")
        assert await uow.session.scalar(select(func.count()).select_from(SignIn)) == 2
