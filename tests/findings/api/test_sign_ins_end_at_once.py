"""A sign-in that has ended takes its access tokens with it, in every process and at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from sqlalchemy import func, select, text, update

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.hot_path.hot_path import HotPath
from gym.kiosks.service import KioskService
from gym.security.models import RefreshToken, SignIn
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from gym.staff.service import StaffService
from tests.conftest import hire
from tests.support.door import API, Door
from tests.support.tokens import token_of
from tests.web.door.test_killed import Server

PASSWORD = "correct-horse-7-staple"
NOBODY = {"document_number": "99999999", "phone_last4": "0000"}


@pytest.fixture
def clock() -> FrozenClock:
    """The other process lives by the wall clock."""
    return FrozenClock(datetime.now(UTC))


@dataclass
class Colleague:
    """An employee who has signed in with a password."""

    door: Door
    actor: Actor

    @property
    def id(self) -> UUID:
        assert self.actor.id is not None
        return self.actor.id


async def colleague(door: Door, name: str, role: Role = Role.EMPLOYEE) -> Colleague:
    gym = door.gym
    actor = await hire(gym, name, role)
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Staff, actor.id)
        row.username, row.password_hash = name.lower(), hash_secret(PASSWORD)
    own = replace(door, tokens={})
    grant = {"grant_type": "password", "username": name.lower(), "password": PASSWORD}
    own.tokens = await (await own.post("/auth/token", grant)).json()
    return Colleague(own, actor)


async def kiosk(door: Door) -> Door:
    own = replace(door, tokens={})
    await own.pair()
    return own


async def revoked(door: Door) -> Door:
    own = await kiosk(door)
    body = {"refresh_token": own.tokens["refresh_token"]}
    assert (await own.post("/auth/revoke", body, headers=own.bearer)).status == 204
    return own


async def stolen(door: Door) -> Door:
    """The thief swapped first; the kiosk's own swap shows that the token was used twice."""
    own = await kiosk(door)
    spent = own.tokens["refresh_token"]
    own.tokens = await (await own.refresh()).json()
    async with door.gym.unit_of_work(Actor.system()) as uow:
        past = door.gym.clock.now() - timedelta(minutes=1)
        await uow.session.execute(
            update(RefreshToken).where(RefreshToken.spent_at.is_not(None)).values(spent_at=past)
        )
    assert (await own.refresh(spent)).status == 401
    return own


async def unpaired(door: Door) -> Door:
    own = await kiosk(door)
    async with door.gym.unit_of_work(door.admin) as uow:
        await KioskService(uow).revoke(UUID(own.kiosk_id))
    return own


async def demoted(door: Door) -> Door:
    eva = await colleague(door, "Eva", Role.ADMIN)
    async with door.gym.unit_of_work(door.admin) as uow:
        await StaffService(uow).change_role(eva.id, Role.EMPLOYEE)
    return eva.door


async def deactivated(door: Door) -> Door:
    leo = await colleague(door, "Leo")
    async with door.gym.unit_of_work(door.admin) as uow:
        await StaffService(uow).deactivate(leo.id)
    return leo.door


async def with_another_password(door: Door) -> Door:
    max_ = await colleague(door, "Max")
    async with door.gym.unit_of_work(max_.actor) as uow:
        link = await StaffService(uow).password_link()
        await StaffService(uow).set_password(link.token, "max", hash_secret("another-horse-8-staple"))
    return max_.door


async def after_thirty_days(door: Door) -> Door:
    own = await kiosk(door)
    async with door.gym.unit_of_work(Actor.system()) as uow:
        over = update(SignIn).where(SignIn.id == own.family).values(ends_at=door.gym.clock.now())
        await uow.session.execute(over)
    return own


async def ended_by_its_owner(door: Door) -> Door:
    pia = await colleague(door, "Pia")
    path = f"{API}/auth/sessions/{pia.door.family}"
    assert (await pia.door.client.delete(path, headers=pia.door.bearer)).status == 204
    return pia.door


async def ended_by_an_admin(door: Door) -> Door:
    own = await kiosk(door)
    headers = {"Authorization": f"Bearer {await token_of(door.gym, door.admin)}"}
    path = f"{API}/auth/sessions/{own.family}"
    assert (await door.client.delete(path, headers=headers)).status == 204
    return own


ENDED: tuple[Callable[[Door], Awaitable[Door]], ...] = (
    revoked,
    stolen,
    unpaired,
    demoted,
    deactivated,
    with_another_password,
    after_thirty_days,
    ended_by_its_owner,
    ended_by_an_admin,
)


async def test_an_ended_sign_in_opens_nothing_in_any_process(stranger_at_door: Door, tmp_path: Path) -> None:
    """The other process has known the token before it ended."""
    door, other = stranger_at_door, Server(stranger_at_door.gym, tmp_path)
    door = replace(door, client=door.client)
    async with other.runs(), aiohttp.ClientSession(other.url) as elsewhere:
        for end in ENDED:
            ended = await end(door)
            assert await answers(elsewhere, ended) == [401] * 3, end.__name__
            assert await answers(ended.client, ended) == [401] * 3, end.__name__
        standing = await kiosk(door)
        assert await answers(elsewhere, standing) == [201, 200, 200]


async def answers(client: Any, door: Door) -> list[int]:
    """Of the door's fast lane, of an ordinary transaction, and of a swap for new tokens."""
    path = "/kiosk" if door.kiosk_id else "/clients"
    said = await client.post(f"{API}/check-ins", json=NOBODY, headers=door.bearer)
    asked = await client.get(f"{API}{path}", headers=door.bearer)
    token = {"refresh_token": door.tokens["refresh_token"]}
    swapped = await client.post(f"{API}/auth/refresh", json=token)
    return [said.status, asked.status, swapped.status]


async def test_a_sign_in_that_ends_while_the_model_reads_lets_nobody_in(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.member("Rosa")
    look = HotPath.authenticate

    async def arrive(*args: Any) -> Any:
        arrived = await look(*args)
        async with door.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(SignIn).values(ended_at=uow.context.wall))
        return arrived

    monkeypatch.setattr(HotPath, "authenticate", arrive)
    answer = await door.say(key="visit-1", document_number="1020304050", phone_last4="4567")
    assert answer.status == 401
    assert await door.visits() == 0


async def test_a_sign_in_ends_for_good_after_thirty_days_however_often_it_is_renewed(
    door: Door, clock: FrozenClock
) -> None:
    opened = clock.now()
    while clock.now() < opened + timedelta(days=30) - timedelta(hours=11):
        clock.advance(timedelta(hours=11))
        renewed = await door.refresh()
        assert renewed.status == 200
        door.tokens = await renewed.json()
    left = opened + timedelta(days=30) - clock.now()
    assert door.tokens["expires_in"] <= left.total_seconds(), "no token outlives its sign-in"
    assert (await door.kiosk()).status == 200
    clock.advance(left + timedelta(seconds=31))
    assert (await door.refresh()).status == 401
    assert (await door.kiosk()).status == 401


async def test_everybody_sees_and_ends_the_own_sign_ins_only(stranger_at_door: Door) -> None:
    door = stranger_at_door
    leo, eva = await colleague(door, "Leo"), await colleague(door, "Eva")
    listed = await leo.door.client.get(f"{API}/auth/sessions", headers=leo.door.bearer)
    [own] = (await listed.json())["items"]
    assert (own["id"], own["current"], own["address"]) == (str(leo.door.family), True, "127.0.0.1")
    others = f"{API}/auth/sessions?subject_id={eva.id}"
    assert (await leo.door.client.get(others, headers=leo.door.bearer)).status == 403
    for path in (eva.door.family, new_id()):
        ended = await leo.door.client.delete(f"{API}/auth/sessions/{path}", headers=leo.door.bearer)
        assert ended.status == 404
    headers = {"Authorization": f"Bearer {await token_of(door.gym, door.admin)}"}
    assert (await (await door.client.get(others, headers=headers)).json())["total"] == 1


async def test_what_ran_out_by_itself_hides_nothing_in_the_list(
    stranger_at_door: Door, clock: FrozenClock
) -> None:
    door = stranger_at_door
    leo = await colleague(door, "Leo")
    clock.advance(timedelta(hours=13))
    later = await colleague_again(leo)
    listed = await later.client.get(f"{API}/auth/sessions", headers=later.bearer)
    assert [one["id"] for one in (await listed.json())["items"]] == [str(later.family)]


async def colleague_again(one: Colleague) -> Door:
    """A second sign-in of the same person."""
    grant = {"grant_type": "password", "username": one.actor.name.lower(), "password": PASSWORD}
    return replace(one.door, tokens=await (await one.door.post("/auth/token", grant)).json())


async def test_parallel_swaps_and_an_end_leave_nothing_that_opens(door: Door) -> None:
    """Whichever comes first, the sign-in is over."""
    headers = {"Authorization": f"Bearer {await token_of(door.gym, door.admin)}"}
    path = f"{API}/auth/sessions/{door.family}"
    swaps = [door.refresh() for _ in range(32)]
    *pairs, ended = await asyncio.gather(*swaps, door.client.delete(path, headers=headers))
    assert ended.status == 204
    for pair in pairs:
        tokens = await pair.json() if pair.status == 200 else door.tokens
        late = replace(door, tokens=tokens)
        assert (await late.kiosk()).status == 401
        assert (await late.refresh()).status == 401


async def test_sign_ins_of_the_version_before_stand_after_the_migration(door: Door, gym: Gym) -> None:
    """Its tokens name a family that only their refresh tokens know."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("DELETE FROM sign_ins"))
    assert (await door.kiosk()).status == 401
    ended = new_id()
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = (await uow.session.scalars(select(RefreshToken))).all()
        uow.session.add(_copy(rows[0], ended, gym))
        await uow.session.flush()
        await uow.session.execute(text("DELETE FROM sign_ins"))
        await uow.session.execute(text(carry_over()))
    assert (await door.kiosk()).status == 200
    async with gym.unit_of_work(Actor.system()) as uow:
        assert (await uow.session.get_one(SignIn, ended)).ended_at is not None


async def test_a_replica_of_the_version_before_opens_sign_ins_that_stand(door: Door, gym: Gym) -> None:
    """While replicas are replaced one by one, the older ones insert refresh tokens alone."""
    family = new_id()
    async with gym.unit_of_work(Actor.system()) as uow:
        row = (await uow.session.scalars(select(RefreshToken))).one()
        uow.session.add(_copy(row, family, gym, revoked=False))
    async with gym.unit_of_work(Actor.system()) as uow:
        opened = await uow.session.get_one(SignIn, family)
        assert opened.ends_at - opened.opened_at == timedelta(days=30)
        assert await uow.session.scalar(select(func.count()).select_from(SignIn)) == 2


async def test_a_replica_of_the_version_before_ends_the_sign_in_of_what_it_revokes(
    door: Door, gym: Gym
) -> None:
    """It knows refresh tokens alone; the access token ends with them all the same."""
    assert (await door.kiosk()).status == 200
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(RefreshToken).values(revoked_at=uow.context.wall))
    assert (await door.kiosk()).status == 401


def _copy(row: RefreshToken, family: UUID, gym: Gym, *, revoked: bool = True) -> RefreshToken:
    return RefreshToken(
        jti=new_id(),
        family=family,
        subject_id=row.subject_id,
        scope=row.scope,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revoked_at=gym.clock.now() if revoked else None,
    )


def carry_over() -> str:
    """The statement of the migration."""
    from importlib.util import module_from_spec, spec_from_file_location

    [path] = Path("migrations/versions").glob("*_sign_ins.py")
    spec = spec_from_file_location("sign_ins_migration", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.CARRY_OVER)
