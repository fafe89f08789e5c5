"""The team: inviting people, their roles, and leaving."""

from __future__ import annotations

from uuid import UUID

from bot.callbacks import Callback, callback
from bot.desk.links import deep_link, link_screen
from bot.keyboards import button, nav, pager
from bot.render import Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.core.language import N_
from gym.security.permissions import Permission, Role
from gym.staff.service import StaffService

router = Router(Audience.STAFF)
ROLES = {Role.ADMIN: N_("Admin"), Role.EMPLOYEE: N_("Employee")}


@callback("team")
class Team(Callback):
    page: int = 0


@callback("person")
class Person(Callback):
    staff_id: UUID


@callback("invite", changes=True)
class Invite(Callback):
    role: Role


@callback("role", changes=True)
class ChangeRole(Callback):
    staff_id: UUID
    role: Role


@callback("work", changes=True)
class SetWorking(Callback):
    staff_id: UUID
    active: bool


router.home(N_("👥 Team"), Team(), Permission.MANAGE_STAFF)


@router.on(Team)
async def team(turn: Turn, tap: Team) -> None:
    """Everybody who works here."""
    async with turn.unit_of_work() as uow:
        page = await StaffService(uow).page(tap.page)
    t = turn.t
    rows = [
        [button(f"{'' if one.active else '⏸ '}{one.name} · {t(ROLES[one.role])}", Person(one.id), wide=True)]
        for one in page.items
    ]
    invite = [button(t("➕ Employee"), Invite(Role.EMPLOYEE)), button(t("➕ Admin"), Invite(Role.ADMIN))]
    await turn.show(Screen(t("<b>Team</b>"), [*rows, pager(page.number, page.pages, Team), invite, nav(t)]))


@router.on(Invite)
async def invite(turn: Turn, tap: Invite) -> None:
    """A one-time link, as text and as a QR."""
    async with turn.unit_of_work() as uow:
        issued = await StaffService(uow).invite(tap.role)
    t = turn.t
    text = t("Invitation for a new <b>{role}</b>. Works once, for 24 hours:", role=t(ROLES[tap.role]))
    address = deep_link(turn.settings, issued.token)
    await turn.show(await link_screen(turn, text, address, [nav(t, back=Team())]))


@router.on(Person)
async def person(turn: Turn, tap: Person) -> None:
    async with turn.unit_of_work() as uow:
        one = await StaffService(uow).get(tap.staff_id)
    t = turn.t
    other = Role.EMPLOYEE if one.role is Role.ADMIN else Role.ADMIN
    rows = [
        [button(t("Make {role}", role=t(ROLES[other])), ChangeRole(one.id, other))] if one.active else [],
        [button(t("Deactivate") if one.active else t("Reactivate"), SetWorking(one.id, not one.active))],
        nav(t, back=Team()),
    ]
    text = t("👤 <b>{name}</b>\n{role}", name=one.name, role=t(ROLES[one.role]))
    await turn.show(Screen(text if one.active else text + "\n" + t("⏸ Does not work here any more."), rows))


@router.on(ChangeRole)
async def change_role(turn: Turn, tap: ChangeRole) -> None:
    async with turn.unit_of_work() as uow:
        await StaffService(uow).change_role(tap.staff_id, tap.role)
    await turn.go(Person(tap.staff_id))


@router.on(SetWorking)
async def set_working(turn: Turn, tap: SetWorking) -> None:
    async with turn.unit_of_work() as uow:
        service = StaffService(uow)
        await (service.reactivate(tap.staff_id) if tap.active else service.deactivate(tap.staff_id))
    await turn.go(Person(tap.staff_id))
