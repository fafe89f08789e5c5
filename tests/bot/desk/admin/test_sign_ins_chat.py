"""Sign-ins in chat: one's own, a colleague's and a kiosk's, each ended with a button."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.kiosks.service import KioskService
from gym.security.models import SignIn
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor, Role
from gym.security.sessions import Sessions, TokenSubject
from gym.security.tokens import Scope
from tests.support.sandbox.client import SandboxClient
from web.http.authentication import issuer_of


async def sign_in(gym: Gym, key: UUID, scope: Scope, address: str) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        sessions = Sessions(uow.session, issuer_of(gym))
        await sessions.open(TokenSubject(key, scope, 0), uow.context.wall, address)


async def standing(gym: Gym) -> set[str | None]:
    """The addresses of the sign-ins that stand."""
    async with gym.unit_of_work(Actor.system()) as uow:
        query = select(SignIn.address).where(SignIn.ended_at.is_(None))
        return set((await uow.session.scalars(query)).all())


async def test_staff_end_their_own_sign_ins(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff, gym: Gym, clock
) -> None:
    bruno = await telegram.person("Bruno")
    own = await make_staff(bruno, Role.EMPLOYEE)
    await sign_in(gym, own.id, Scope.EMPLOYEE, "192.168.1.20")
    clock.advance(timedelta(minutes=1))
    await sign_in(gym, own.id, Scope.EMPLOYEE, "203.0.113.9")
    await bruno.sends("/start")
    await bruno.taps("My account")
    await bruno.taps("Sign-ins")
    message = await bruno.sees("192.168.1.20")
    assert message.words.index("203.0.113.9") < message.words.index("192.168.1.20"), "the latest first"
    await bruno.taps("End 1")
    await bruno.sees("192.168.1.20")
    assert await standing(gym) == {"192.168.1.20"}
    await bruno.taps("End 1")
    await bruno.sees("Nobody is signed in")
    await bruno.taps("Back")
    await bruno.sees("User name")


async def test_an_admin_ends_a_colleagues_and_a_kiosks_sign_ins(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff, gym: Gym
) -> None:
    ana, bruno = await telegram.person("Ana"), await telegram.person("Bruno")
    await make_staff(ana, Role.ADMIN)
    colleague = await make_staff(bruno, Role.EMPLOYEE)
    async with gym.unit_of_work(Actor.system()) as uow:
        issued = await KioskService(uow).new_code("Front")
        kiosk = (await KioskService(uow).pair(issued.code, "Front", hash_secret("s" * 20))).id
    await sign_in(gym, kiosk, Scope.KIOSK, "192.168.1.5")
    for address in ("192.168.1.20", "203.0.113.9"):
        await sign_in(gym, colleague.id, Scope.EMPLOYEE, address)
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps("Bruno · Employee")
    await ana.taps("Sign-ins")
    await ana.taps("End all")
    await ana.sees("Nobody is signed in")
    assert await standing(gym) == {"192.168.1.5"}
    await ana.taps("Back")
    await ana.sees("Employee")
    await ana.sends("/start")
    await ana.taps("Kiosks")
    await ana.taps("Front")
    await ana.taps("Sign-ins")
    message = await ana.sees("Unpair it to shut it out")
    assert "⏹ End all" not in message.labels
    await ana.taps("End 1")
    await ana.sees("Nobody is signed in")
    assert await standing(gym) == set()
    await sign_in(gym, kiosk, Scope.KIOSK, "192.168.1.5")
    await ana.taps("Unpair")
    await ana.sees("lets nobody in any more")
    await ana.taps("Unpair")
    await ana.sees("Unpaired.")
    assert await standing(gym) == set()
