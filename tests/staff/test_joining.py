"""The team: claiming the gym, invitations, roles and leaving."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.notifications.models import Notification, NotificationKind
from gym.security.one_time_links import LinkExpired, LinkUnknown, LinkUsed
from gym.security.permissions import Actor, NotAllowed, Role
from gym.staff.candidates import CandidateService
from gym.staff.errors import (
    AlreadyClaimed,
    LanguageUnknown,
    LastAdmin,
    NameUnfit,
    NotYours,
    StaffDeactivated,
    StaffNotFound,
    TelegramTaken,
    UsernameInvalid,
    UsernameTaken,
)
from gym.staff.models import Staff
from gym.staff.service import StaffService, actor_of
from tests.support.lock_waits import until_waiting


@dataclass(frozen=True)
class Office:
    """Somebody who manages the team, one thing per transaction."""

    gym: Gym
    actor: Actor

    async def does(self, operation: str, *arguments: Any) -> Any:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await getattr(StaffService(uow), operation)(*arguments)

    async def hires(self, telegram_id: int, role: Role = Role.EMPLOYEE, name: str = "Eva") -> Staff:
        issued = await self.does("invite", role)
        joined = await Office(self.gym, Actor.system()).does("accept", issued.token, telegram_id, name, "en")
        if isinstance(joined, Staff):
            return joined
        async with self.gym.unit_of_work(self.actor) as uow:
            return await CandidateService(uow).confirm(joined.id)


@pytest.fixture
def system_office(gym: Gym) -> Office:
    """The gym itself, as at its first start or for a stranger's link."""
    return Office(gym, Actor.system())


@pytest.fixture
def office(gym: Gym, admin: Actor) -> Office:
    return Office(gym, admin)


async def test_the_first_admin_claims_the_gym(system_office: Office, clock: FrozenClock) -> None:
    issued = await system_office.does("claim_link")
    clock.advance(timedelta(days=400))
    ana = await system_office.does("accept", issued.token, 1, "  Ana   Admin ", "es-CO")
    assert (ana.name, ana.role, ana.language, ana.active) == ("Ana Admin", Role.ADMIN, "es", True)
    with pytest.raises(AlreadyClaimed):
        await system_office.does("claim_link")


async def test_a_newer_claim_link_replaces_the_older(system_office: Office) -> None:
    older, newer = await system_office.does("claim_link"), await system_office.does("claim_link")
    with pytest.raises(LinkExpired):
        await system_office.does("accept", older.token, 1, "Ana", "en")
    assert (await system_office.does("accept", newer.token, 1, "Ana", "en")).role is Role.ADMIN


async def test_a_claim_link_is_worthless_once_there_is_an_admin(system_office: Office, gym: Gym) -> None:
    issued = await system_office.does("claim_link")
    await system_office.hires(5, Role.ADMIN)
    with pytest.raises(AlreadyClaimed):
        await system_office.does("accept", issued.token, 6, "Mallory", "en")


async def test_of_eight_who_claim_at_once_one_is_admin(system_office: Office) -> None:
    issued = await system_office.does("claim_link")
    outcomes = await asyncio.gather(
        *(system_office.does("accept", issued.token, number, "X", "en") for number in range(1, 9)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Staff) for one in outcomes) == 1
    assert sum(isinstance(one, LinkUsed) for one in outcomes) == 7


async def test_of_eight_who_accept_one_invitation_one_joins(office: Office, system_office: Office) -> None:
    issued = await office.does("invite", Role.EMPLOYEE)
    outcomes = await asyncio.gather(
        *(system_office.does("accept", issued.token, number, "X", "en") for number in range(1, 9)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Staff) for one in outcomes) == 1
    assert sum(isinstance(one, LinkUsed) for one in outcomes) == 7
    assert (await office.does("page")).total == 2


async def test_a_repeated_update_joins_once(office: Office, system_office: Office) -> None:
    issued = await office.does("invite", Role.EMPLOYEE)
    first = await system_office.does("accept", issued.token, 7, "Eva", "en")
    again = await system_office.does("accept", issued.token, 7, "Eva", "en")
    assert first.id == again.id


async def test_joining_is_in_the_trail_and_told_to_the_desk(office: Office, gym: Gym) -> None:
    eva = await office.hires(7)
    async with gym.unit_of_work(Actor.system()) as uow:
        actions = list(await uow.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
        [note] = await uow.session.scalars(select(Notification))
    assert actions == ["staff.invited", "staff.joined"]
    assert (note.kind, note.payload["name"], note.payload["role"]) == (
        NotificationKind.DESK_NEW_STAFF,
        eva.name,
        "employee",
    )


async def test_an_invitation_runs_out_after_a_day(
    office: Office, system_office: Office, clock: FrozenClock
) -> None:
    issued = await office.does("invite", Role.EMPLOYEE)
    clock.advance(timedelta(hours=24))
    with pytest.raises(LinkExpired):
        await system_office.does("accept", issued.token, 7, "Eva", "en")


async def test_an_invented_link_is_unknown(system_office: Office) -> None:
    with pytest.raises(LinkUnknown):
        await system_office.does("accept", "sAAAAAAAAAAAAAAAAAAAAAAAA", 7, "Eva", "en")


async def test_one_telegram_account_joins_once(office: Office) -> None:
    await office.hires(7)
    with pytest.raises(TelegramTaken):
        await office.hires(7)


async def test_who_was_let_go_does_not_come_back_by_a_link(office: Office, system_office: Office) -> None:
    eva = await office.hires(7)
    await office.does("deactivate", eva.id)
    assert await system_office.does("by_telegram", 7) is None
    with pytest.raises(StaffDeactivated):
        await office.hires(7)
    await office.does("reactivate", eva.id)
    assert (await system_office.does("by_telegram", 7)).id == eva.id


async def test_links_of_an_admin_who_was_let_go_stop_working(
    office: Office, system_office: Office, gym: Gym
) -> None:
    bad = await office.hires(8, Role.ADMIN)
    issued = await Office(gym, actor_of(bad)).does("invite", Role.ADMIN)
    await office.does("deactivate", bad.id)
    with pytest.raises(LinkExpired):
        await system_office.does("accept", issued.token, 9, "Friend", "en")


async def test_leaving_and_changing_roles_end_tokens_already_issued(office: Office) -> None:
    eva = await office.hires(7)
    promoted = await office.does("change_role", eva.id, Role.ADMIN)
    gone = await office.does("deactivate", eva.id)
    assert eva.token_generation < promoted.token_generation < gone.token_generation


async def test_the_last_admin_stays(office: Office, admin: Actor) -> None:
    with pytest.raises(LastAdmin):
        await office.does("change_role", admin.id, Role.EMPLOYEE)
    with pytest.raises(LastAdmin):
        await office.does("deactivate", admin.id)
    other = await office.hires(8, Role.ADMIN)
    await office.does("deactivate", other.id)
    with pytest.raises(LastAdmin):
        await office.does("change_role", admin.id, Role.EMPLOYEE)


@pytest.mark.parametrize("operations", [("deactivate",), ("demote",), ("deactivate", "demote")])
async def test_of_32_admins_who_remove_each_other_at_once_one_stays(
    gym: Gym, office: Office, admin: Actor, operations: tuple[str, ...]
) -> None:
    ids = [admin.id, *[(await office.hires(number, Role.ADMIN)).id for number in range(10, 41)]]

    # Everybody is an admin still when the first one begins: later they would rightly be refused.
    admins_at_work = [Office(gym, actor_of(await office.does("get", key))) for key in ids]

    async def removes(place: int) -> Any:
        mine = admins_at_work[place]
        target = ids[(place + 1) % len(ids)]
        if operations[place % len(operations)] == "demote":
            return await mine.does("change_role", target, Role.EMPLOYEE)
        return await mine.does("deactivate", target)

    outcomes = await asyncio.gather(*(removes(place) for place in range(len(ids))), return_exceptions=True)
    assert sum(isinstance(one, LastAdmin) for one in outcomes) == 1
    assert sum(isinstance(one, Staff) for one in outcomes) == 31
    async with gym.unit_of_work(Actor.system()) as uow:
        admins = select(Staff).where(Staff.active, Staff.role == Role.ADMIN)
        assert len((await uow.session.scalars(admins)).all()) == 1


async def test_of_32_who_remove_the_same_two_admins_at_once_one_admin_stays(
    gym: Gym, office: Office, admin: Actor
) -> None:
    other = await office.hires(10, Role.ADMIN)
    calls = [("deactivate", key) for key in (admin.id, other.id)] * 8
    calls += [("change_role", key, Role.EMPLOYEE) for key in (admin.id, other.id)] * 8  # type: ignore[list-item]
    outcomes = await asyncio.gather(*(office.does(*call) for call in calls), return_exceptions=True)
    assert all(isinstance(one, Staff | LastAdmin) for one in outcomes)
    async with gym.unit_of_work(Actor.system()) as uow:
        admins = select(Staff).where(Staff.active, Staff.role == Role.ADMIN)
        assert len((await uow.session.scalars(admins)).all()) == 1


async def test_removals_of_admins_who_go_meanwhile_wait_for_each_other_in_one_order(
    gym: Gym, office: Office, admin: Actor
) -> None:
    """A row that is no admin's any more when its lock is had stays locked all the same."""
    other = await office.hires(10, Role.ADMIN)
    lock = text("SELECT id FROM staff WHERE id = :key FOR UPDATE")
    async with gym.database.session() as between, gym.database.session() as earlier:
        await earlier.execute(text("UPDATE staff SET active = false WHERE id = :key"), {"key": admin.id})
        holds = asyncio.create_task(between.execute(lock, {"key": admin.id}))
        await until_waiting(gym, 1)
        sees_both = asyncio.create_task(office.does("deactivate", other.id))
        await until_waiting(gym, 2)
        await earlier.commit()
        await holds
        sees_one = asyncio.create_task(office.does("change_role", admin.id, Role.EMPLOYEE))
        await until_waiting(gym, 2)
        await between.rollback()
        outcomes = await asyncio.gather(sees_both, sees_one, return_exceptions=True)
    assert [type(one) for one in outcomes] == [LastAdmin, Staff]


async def test_somebody_takes_another_name_and_an_admin_may_correct_it(
    gym: Gym, office: Office, employee: Actor, admin: Actor
) -> None:
    desk = Office(gym, employee)
    assert (await desk.does("rename", employee.id, "  Bruno \u200b Díaz ")).name == "Bruno Díaz"
    assert (await office.does("rename", employee.id, "Bruno D.")).name == "Bruno D."
    for wrong in ("", " B ", "x" * 81):
        with pytest.raises(NameUnfit):
            await desk.does("rename", employee.id, wrong)
    with pytest.raises(NotAllowed):
        await desk.does("rename", admin.id, "Nobody")


async def test_looking_at_a_password_link_does_not_spend_it(
    office: Office, system_office: Office, admin: Actor, clock: FrozenClock
) -> None:
    link = await office.does("password_link")
    for _ in range(2):
        assert (await system_office.does("password_owner", link.token)).id == admin.id
    with pytest.raises(LinkUnknown):
        await system_office.does("password_owner", "pNobody")
    invitation = await office.does("invite", Role.EMPLOYEE)
    with pytest.raises(LinkUnknown):
        await system_office.does("password_owner", invitation.token)
    await system_office.does("set_password", link.token, "ana", "hash")
    with pytest.raises(LinkUsed):
        await system_office.does("password_owner", link.token)
    later = await office.does("password_link")
    clock.advance(timedelta(minutes=30))
    with pytest.raises(LinkExpired):
        await system_office.does("password_owner", later.token)


async def test_an_employee_manages_nobody(gym: Gym, employee: Actor, admin: Actor) -> None:
    desk = Office(gym, employee)
    for call in (
        ("invite", Role.ADMIN),
        ("claim_link",),
        ("page",),
        ("get", admin.id),
        ("change_role", employee.id, Role.ADMIN),
        ("deactivate", admin.id),
        ("reactivate", admin.id),
        ("set_language", admin.id, "es"),
        ("rename", admin.id, "Nobody"),
        ("change_settings", {"grace_days": 3}),
    ):
        with pytest.raises(NotAllowed):
            await desk.does(*call)
    assert (await desk.does("get", employee.id)).id == employee.id
    assert (await desk.does("set_language", employee.id, "es")).language == "es"


async def test_the_team_lists_who_works_here_first(office: Office) -> None:
    zoe = await office.hires(1, name="Zoe")
    await office.hires(2, name="Álvaro")
    await office.hires(3, name="ximena")
    await office.does("deactivate", zoe.id)
    names = [one.name for one in (await office.does("page")).items]
    assert names == ["Álvaro", "Ana Admin", "ximena", "Zoe"]


async def test_an_unknown_language_or_colleague_is_refused(office: Office, admin: Actor) -> None:
    with pytest.raises(LanguageUnknown):
        await office.does("set_language", admin.id, "tlh")
    with pytest.raises(StaffNotFound):
        await office.does("get", new_id())
    with pytest.raises(StaffNotFound):
        await office.does("deactivate", new_id())


async def test_a_password_is_chosen_once_by_the_person(
    office: Office, system_office: Office, admin: Actor
) -> None:
    older, link = await office.does("password_link"), await office.does("password_link")
    with pytest.raises(LinkExpired):
        await system_office.does("set_password", older.token, "ana", "hash")
    with pytest.raises(UsernameInvalid):
        await system_office.does("set_password", link.token, "a b", "hash")
    ana = await system_office.does("set_password", link.token, "ana.admin", "hash")
    assert (ana.id, ana.username, ana.password_hash) == (admin.id, "ana.admin", "hash")
    with pytest.raises(LinkUsed):
        await system_office.does("set_password", link.token, "ana.admin", "other")


async def test_a_user_name_is_one_persons_whatever_its_case(
    gym: Gym, office: Office, system_office: Office
) -> None:
    await system_office.does("set_password", (await office.does("password_link")).token, "Ana", "hash")
    eva = Office(gym, actor_of(await office.hires(7)))
    link = await eva.does("password_link")
    with pytest.raises(UsernameTaken):
        await system_office.does("set_password", link.token, "ANA", "hash")
    assert (await system_office.does("set_password", link.token, "eva", "hash")).username == "eva"


async def test_only_staff_have_passwords(system_office: Office) -> None:
    with pytest.raises(NotYours):
        await system_office.does("password_link")
