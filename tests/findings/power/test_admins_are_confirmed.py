"""An admin's invitation gives no power by itself: an admin confirms whoever has opened it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.jobs.retention import Retention
from gym.notifications.models import Notification, NotificationKind, RecipientKind
from gym.security.one_time_links import IssuedLink, LinkExpired, LinkUsed
from gym.security.permissions import Actor, NotAllowed, Role
from gym.staff.candidates import CandidateService
from gym.staff.errors import (
    CandidateDecided,
    CandidateExpired,
    CandidateNotFound,
    InvitationGone,
    LastAdmin,
    NotConfirmed,
    NotYourself,
    StillWaiting,
    TelegramTaken,
)
from gym.staff.invitations import InvitationService
from gym.staff.models import AdminCandidate, Staff
from gym.staff.service import StaffService, actor_of
from tests.conftest import hire

EVA = 70


async def invites(gym: Gym, actor: Actor, role: Role = Role.ADMIN) -> IssuedLink:
    async with gym.unit_of_work(actor) as uow:
        return await StaffService(uow).invite(role)


async def opens(gym: Gym, link: IssuedLink, telegram_id: int = EVA, name: str = "Eva") -> Any:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await StaffService(uow).accept(link.token, telegram_id, name, "en", name.lower())


async def waits(gym: Gym, actor: Actor, telegram_id: int = EVA, name: str = "Eva") -> AdminCandidate:
    candidate = await opens(gym, await invites(gym, actor), telegram_id, name)
    assert isinstance(candidate, AdminCandidate)
    return candidate


async def decides(gym: Gym, actor: Actor, verb: str, candidate: AdminCandidate) -> Any:
    async with gym.unit_of_work(actor) as uow:
        return await getattr(CandidateService(uow), verb)(candidate.id)


async def by_telegram(gym: Gym, telegram_id: int = EVA) -> Staff | None:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await StaffService(uow).by_telegram(telegram_id)


async def told(gym: Gym, kind: NotificationKind) -> list[Notification]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(Notification).where(Notification.kind == kind)))


async def actions(gym: Gym) -> list[tuple[str, str]]:
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = await uow.session.execute(
            select(AuditEntry.action, AuditEntry.actor_name).order_by(AuditEntry.id)
        )
        return [(action, name) for action, name in rows]


async def test_whoever_opens_an_admins_invitation_is_not_of_the_team_until_confirmed(
    gym: Gym, admin: Actor
) -> None:
    eva = await waits(gym, admin)
    assert await by_telegram(gym) is None
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(select(func.count()).select_from(Staff)) == 1, "no row, no power"
    async with gym.unit_of_work(admin) as uow:
        with pytest.raises(LastAdmin):
            await StaffService(uow).deactivate(admin.id or new_id())
    staff = await decides(gym, admin, "confirm", eva)
    assert (staff.id, staff.role, staff.telegram_id, staff.name) == (eva.id, Role.ADMIN, EVA, "Eva")
    found = await by_telegram(gym)
    assert found is not None
    assert found.active
    assert await actions(gym) == [
        ("staff.invited", "Ana Admin"),
        ("staff.admin_waiting", "PowerGym"),
        ("staff.admin_confirmed", "Ana Admin"),
        ("staff.joined", "Ana Admin"),
    ]


async def test_every_admin_is_asked_in_the_own_chat_and_no_group_is(
    gym: Gym, admin: Actor, employee: Actor
) -> None:
    berta = await hire(gym, "Berta", Role.ADMIN, 5)
    eva = await waits(gym, admin)
    asked = await told(gym, NotificationKind.ADMIN_WAITING)
    assert {one.recipient_id for one in asked} == {admin.id, berta.id}
    assert {one.recipient_kind for one in asked} == {RecipientKind.STAFF}
    assert {(one.payload["name"], one.payload["username"], one.payload["invited_by"]) for one in asked} == {
        ("Eva", "eva", "Ana Admin")
    }
    assert await told(gym, NotificationKind.DESK_NEW_STAFF) == [], "the desk hears of who has joined"
    await decides(gym, berta, "confirm", eva)
    assert len(await told(gym, NotificationKind.DESK_NEW_STAFF)) == 1
    [over] = await told(gym, NotificationKind.ADMIN_WAIT_OVER)
    assert (over.recipient_id, over.payload["decided_by"]) == (admin.id, "Berta")
    [welcome] = await told(gym, NotificationKind.ADMIN_CONFIRMED)
    assert welcome.recipient_id == eva.id


async def test_a_refused_one_stays_a_stranger_and_may_be_invited_again(gym: Gym, admin: Actor) -> None:
    link = await invites(gym, admin)
    eva = await opens(gym, link)
    await decides(gym, admin, "refuse", eva)
    assert await by_telegram(gym) is None
    with pytest.raises(NotConfirmed):
        await opens(gym, link)
    with pytest.raises(CandidateDecided) as late:
        await decides(gym, admin, "confirm", eva)
    assert "has refused" in late.value.message
    again = await waits(gym, admin)
    assert (await decides(gym, admin, "confirm", again)).role is Role.ADMIN


async def test_of_two_admins_who_confirm_and_refuse_at_once_one_wins(gym: Gym, admin: Actor) -> None:
    berta = await hire(gym, "Berta", Role.ADMIN, 5)
    for number in range(8):
        eva = await waits(gym, admin, EVA + number)
        calls = [(admin, "confirm"), (berta, "refuse")] * 4
        outcomes = await asyncio.gather(
            *(decides(gym, actor, verb, eva) for actor, verb in calls), return_exceptions=True
        )
        won = [one for one in outcomes if not isinstance(one, BaseException)]
        assert len(won) == 1
        assert sum(isinstance(one, CandidateDecided) for one in outcomes) == 7
        confirmed = isinstance(won[0], Staff)
        assert (await by_telegram(gym, EVA + number) is not None) is confirmed


async def test_only_an_admin_of_this_moment_confirms_and_nobody_themselves(
    gym: Gym, admin: Actor, employee: Actor
) -> None:
    berta = await hire(gym, "Berta", Role.ADMIN, 5)
    eva = await waits(gym, admin)
    for verb in ("confirm", "refuse", "get"):
        with pytest.raises(NotAllowed):
            await decides(gym, employee, verb, eva)
    async with gym.unit_of_work(employee) as uow:
        with pytest.raises(NotAllowed):
            await CandidateService(uow).waiting()
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).deactivate(berta.id or new_id())
    with pytest.raises(NotAllowed):
        await decides(gym, berta, "confirm", eva)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            text("UPDATE staff SET telegram_id = :eva WHERE id = :ana"), {"eva": EVA, "ana": admin.id}
        )
    with pytest.raises(NotYourself):
        await decides(gym, admin, "confirm", eva)
    with pytest.raises(CandidateNotFound):
        await decides(gym, admin, "confirm", AdminCandidate(id=new_id()))


async def test_a_wait_ends_after_seven_days_and_its_row_a_month_later(
    gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    link = await invites(gym, admin)
    eva = await opens(gym, link)
    clock.advance(timedelta(days=7) - timedelta(seconds=1))
    async with gym.unit_of_work(admin) as uow:
        assert (await CandidateService(uow).waiting()).total == 1
    clock.advance(timedelta(seconds=1))
    async with gym.unit_of_work(admin) as uow:
        assert (await CandidateService(uow).waiting()).total == 0
    for verb in ("confirm", "refuse"):
        with pytest.raises(CandidateExpired):
            await decides(gym, admin, verb, eva)
    with pytest.raises(NotConfirmed):
        await opens(gym, link)
    await waits(gym, admin, EVA)
    clock.advance(timedelta(days=38))
    async with gym.unit_of_work(Actor.system()) as uow:
        await Retention(uow).forget_old()
        assert await uow.session.scalar(select(func.count()).select_from(AdminCandidate)) == 0


async def test_the_link_of_a_waiting_one_is_theirs_alone_and_a_second_one_is_not_spent(
    gym: Gym, admin: Actor
) -> None:
    link = await invites(gym, admin)
    eva = await opens(gym, link)
    assert (await opens(gym, link)).id == eva.id, "a repeated update waits once"
    with pytest.raises(LinkUsed):
        await opens(gym, link, 99)
    assert len(await told(gym, NotificationKind.ADMIN_WAITING)) == 1
    for role in Role:
        other = await invites(gym, admin, role)
        with pytest.raises(StillWaiting):
            await opens(gym, other)
        async with gym.unit_of_work(admin) as uow:
            assert len((await InvitationService(uow).open()).items) == 1
        await opens(gym, other, 99 + len(role))
    await decides(gym, admin, "confirm", eva)
    assert (await opens(gym, link)).role is Role.ADMIN, "the link leads its owner in"
    with pytest.raises(TelegramTaken):
        await opens(gym, await invites(gym, admin))


async def test_one_account_that_opens_two_invitations_at_once_waits_once(gym: Gym, admin: Actor) -> None:
    links = [await invites(gym, admin) for _ in range(6)]
    outcomes = await asyncio.gather(*(opens(gym, link) for link in links), return_exceptions=True)
    assert sum(isinstance(one, AdminCandidate) for one in outcomes) == 1
    assert sum(isinstance(one, StillWaiting) for one in outcomes) == 5


async def test_an_employee_joins_directly_and_is_promoted_by_an_admin(gym: Gym, admin: Actor) -> None:
    eva = await opens(gym, await invites(gym, admin, Role.EMPLOYEE))
    assert isinstance(eva, Staff)
    async with gym.unit_of_work(admin) as uow:
        assert (await StaffService(uow).change_role(eva.id, Role.ADMIN)).role is Role.ADMIN


async def test_an_admin_invited_from_the_shell_is_confirmed_by_any_admin_or_nobody_where_there_is_none(
    gym: Gym,
) -> None:
    first = await opens(gym, await invites(gym, Actor.system()), 1, "Ana")
    assert isinstance(first, Staff)
    assert first.role is Role.ADMIN
    eva = await waits(gym, Actor.system())
    assert (eva.invited_by, eva.invited_by_name) == (None, None)
    assert (await decides(gym, actor_of(first), "confirm", eva)).role is Role.ADMIN


async def test_invitations_are_listed_with_maker_role_and_end_and_can_be_withdrawn(
    gym: Gym, admin: Actor, employee: Actor, clock: FrozenClock
) -> None:
    link = await invites(gym, admin)
    clock.advance(timedelta(hours=1))
    await invites(gym, Actor.system(), Role.EMPLOYEE)
    used = await invites(gym, admin, Role.EMPLOYEE)
    await opens(gym, used, 71)
    async with gym.unit_of_work(admin) as uow:
        first, second = (await InvitationService(uow).open()).items
    assert (first.role, first.made_by, first.until) == (Role.ADMIN, "Ana Admin", link.expires_at)
    assert (second.role, second.made_by) == (Role.EMPLOYEE, None)
    for actor in (employee,):
        async with gym.unit_of_work(actor) as uow:
            with pytest.raises(NotAllowed):
                await InvitationService(uow).withdraw(first.id)
            with pytest.raises(NotAllowed):
                await InvitationService(uow).open()
    outcomes = await asyncio.gather(
        *(withdraws(gym, admin, first.id) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, InvitationGone) for one in outcomes) == 3
    with pytest.raises(LinkExpired):
        await opens(gym, link)
    assert ("staff.invitation_withdrawn", "Ana Admin") in await actions(gym)
    clock.advance(timedelta(hours=24))
    async with gym.unit_of_work(admin) as uow:
        assert (await InvitationService(uow).open()).total == 0
    with pytest.raises(InvitationGone):
        await withdraws(gym, admin, second.id)


async def withdraws(gym: Gym, actor: Actor, key: Any) -> None:
    async with gym.unit_of_work(actor) as uow:
        await InvitationService(uow).withdraw(key)


async def test_opening_and_withdrawing_at_once_is_one_of_both(gym: Gym, admin: Actor) -> None:
    for number in range(8):
        link = await invites(gym, admin, Role.EMPLOYEE)
        async with gym.unit_of_work(admin) as uow:
            [open_one] = (await InvitationService(uow).open()).items
        opened, withdrawn = await asyncio.gather(
            opens(gym, link, 200 + number), withdraws(gym, admin, open_one.id), return_exceptions=True
        )
        assert isinstance(opened, Staff) is isinstance(withdrawn, InvitationGone)
