"""The team: its people, their roles, invitations and deactivation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.routing.navigation import go, go_home
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.staff import Candidate, Invitations, SignIns, SignInsOf, Team
from bot.ui.buttons.transfers.proofs import UnconfirmedProofs
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav, pager, yes_no
from bot.ui.links import link_screen
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.clients.own_memberships import OwnClient, OwnClients
from gym.core.language import N_
from gym.security.permissions import Permission, Role
from gym.settings.addresses import bot_link
from gym.staff.candidates import CandidateService
from gym.staff.four_eyes import FourEyes
from gym.staff.invitations import InvitationService
from gym.staff.models import Staff
from gym.staff.service import StaffService
from gym.transfers.service import ProofService

router = Router(Audience.STAFF)
ROLES = {Role.ADMIN: N_("Admin"), Role.EMPLOYEE: N_("Employee")}
MEANS = {
    Role.ADMIN: N_(
        "An admin may do everything: plans and prices, money of every day, the team, the settings, and "
        "answering requests."
    ),
    Role.EMPLOYEE: N_(
        "An employee works at the desk: clients, entries, sales and payments. The team, plans, settings and "
        "later corrections are the admins'."
    ),
}


INVITATIONS: Final = {
    Role.ADMIN: N_("<b>Invitation for a new admin.</b> It works once, for 24 hours:"),
    Role.EMPLOYEE: N_("<b>Invitation for a new employee.</b> It works once, for 24 hours:"),
}
MAKE: Final = {
    Role.ADMIN: N_("Make <b>{name}</b> an admin?"),
    Role.EMPLOYEE: N_("Make <b>{name}</b> an employee?"),
}


@callback("person")
class TeamMember(Callback):
    staff_id: UUID


@callback("invite", changes=True)
class Invite(Callback):
    role: Role


@callback("askrol")
class AskRole(Callback):
    staff_id: UUID
    role: Role


@callback("role", changes=True)
class ChangeRole(Callback):
    staff_id: UUID
    role: Role


@callback("askwrk")
class AskLeave(Callback):
    staff_id: UUID


@callback("work", changes=True)
class SetWorking(Callback):
    staff_id: UUID
    active: bool


router.manage(MenuGroup.PEOPLE, N_("👔 Team"), Team(), Permission.MANAGE_STAFF)


@router.on(Team)
async def team(context: UpdateContext, press: Team) -> None:
    """Everybody who works here; below them admin candidates and open invitations."""
    async with context.unit_of_work() as uow:
        page = await StaffService(uow).page(press.page)
        waiting = await CandidateService(uow).waiting()
        invitations = await InvitationService(uow).open()
    t = context.t
    rows = [
        [
            button(
                f"{'' if one.active else '⏸ '}{one.name} · {t(ROLES[one.role])}",
                TeamMember(one.id),
                wide=True,
            )
        ]
        for one in page.items
    ]
    rows += [
        [button(t("⏳ {name} waits to be an admin", name=one.name), Candidate(one.id), wide=True)]
        for one in waiting.items
    ]
    invite = [button(t("➕ Employee"), Invite(Role.EMPLOYEE)), button(t("➕ Admin"), Invite(Role.ADMIN))]
    label = t("✉️ Invitations ({count})", count=invitations.total)
    opened = [button(label, Invitations())] if invitations.total else []
    keyboard = [
        *rows,
        pager(page.number, page.pages, Team),
        invite,
        opened,
        nav(t, back=ManageGroup(MenuGroup.PEOPLE)),
    ]
    await context.show(Screen(t("<b>Team</b>"), keyboard))


@router.on(Invite)
async def invite(context: UpdateContext, press: Invite) -> None:
    """A one-time link, as text and as a QR."""
    async with context.unit_of_work() as uow:
        issued = await StaffService(uow).invite(press.role)
    t = context.t
    text = t(INVITATIONS[press.role])
    if press.role is Role.ADMIN:
        text = t("Whoever opens it is an admin only after you have confirmed them here.") + "\n\n" + text
    address = bot_link(context.settings, issued.token)
    await context.show(
        await link_screen(
            context, text, address, [[button(t("✉️ Invitations"), Invitations())], nav(t, back=Team())]
        )
    )


@router.on(TeamMember)
async def person(context: UpdateContext, press: TeamMember) -> None:
    async with context.unit_of_work() as uow:
        one = await StaffService(uow).get(press.staff_id)
        own = await OwnClients(uow).of_colleague(one.id)
        alone = await FourEyes(uow).works_alone(one.id)
        unconfirmed = (await ProofService(uow).sum_unconfirmed()).get(one.id)
    t = context.t
    text = t("👤 <b>{name}</b>\n{role}", name=one.name, role=t(ROLES[one.role]))
    if not one.active:
        text += "\n" + t("⏸ Does not work here any more.")
    text += "".join(f"\n{line}" for line in _own_lines(t, own, alone=alone))
    if unconfirmed is not None:
        text += "\n" + t.plural(
            "🏦 Approved {count} transfer, {amount}, that is not confirmed on the bank statement",
            "🏦 Approved {count} transfers, {amount}, that are not confirmed on the bank statement",
            unconfirmed.count,
            amount=unconfirmed.amount,
        )
    seen = [button(t("🏦 Unconfirmed"), UnconfirmedProofs())] if unconfirmed is not None else []
    await context.show(Screen(text, [*_actions(t, one), seen, nav(t, back=Team())]))


def _own_lines(t: HtmlTranslator, own: Sequence[OwnClient], *, alone: bool) -> list[str]:
    """The own memberships of a colleague, what was done for them without a second person, and whether that
    goes on."""
    lines = [t("🏋️ Trains here as {client}", client=one.client_name) for one in own]
    count = sum(one.acted_alone for one in own)
    last = max((one.last_alone_at for one in own if one.last_alone_at), default=None)
    if count and last:
        lines.append(
            t.plural(
                "👁 Did {count} thing for the own membership with nobody else at work, on {when}.",
                "👁 Did {count} things for the own membership with nobody else at work, the last on {when}.",
                count,
                when=last,
            )
        )
    if alone:
        lines.append(
            t("👁 Works here alone: what is done for the own membership is marked here, as nobody else can.")
        )
    return lines


def _actions(t: HtmlTranslator, one: Staff) -> list[Row]:
    if not one.active:
        return [[button(t("Reactivate"), SetWorking(one.id, True))]]
    other = Role.EMPLOYEE if one.role is Role.ADMIN else Role.ADMIN
    return [
        [button(t("Make {role}", role=t(ROLES[other])), AskRole(one.id, other))],
        [button(t("🔐 Sign-ins"), SignIns(one.id, SignInsOf.COLLEAGUE))],
        [button(t("Deactivate"), AskLeave(one.id))],
    ]


@router.on(AskRole)
async def ask_role(context: UpdateContext, press: AskRole) -> None:
    async with context.unit_of_work() as uow:
        one = await StaffService(uow).get(press.staff_id)
    t = context.t
    text = t(
        "{question}\n\n{means}\n\nSign-ins at the kiosk have to be made anew.",
        question=Html(t(MAKE[press.role], name=one.name)),
        means=Html(t(MEANS[press.role])),
    )
    make = button(t("Make {role}", role=t(ROLES[press.role])), ChangeRole(one.id, press.role))
    row = yes_no(t, make, TeamMember(one.id))
    await context.show(Screen(text, [row]))


@router.on(ChangeRole)
async def change_role(context: UpdateContext, press: ChangeRole) -> None:
    async with context.unit_of_work() as uow:
        await StaffService(uow).change_role(press.staff_id, press.role)
    await _afterwards(context, press.staff_id)


@router.on(AskLeave)
async def ask_leave(context: UpdateContext, press: AskLeave) -> None:
    async with context.unit_of_work() as uow:
        one = await StaffService(uow).get(press.staff_id)
    t = context.t
    text = t(
        "Deactivate <b>{name}</b>?\n\nAccess ends at once: in this chat, at the kiosk, and for links not "
        "used yet. What was done keeps the name, and you can reactivate later.",
        name=one.name,
    )
    row = yes_no(t, button(t("Deactivate"), SetWorking(one.id, False)), TeamMember(one.id))
    await context.show(Screen(text, [row]))


@router.on(SetWorking)
async def set_working(context: UpdateContext, press: SetWorking) -> None:
    async with context.unit_of_work() as uow:
        service = StaffService(uow)
        await (service.reactivate(press.staff_id) if press.active else service.deactivate(press.staff_id))
    await _afterwards(context, press.staff_id)


async def _afterwards(context: UpdateContext, staff_id: UUID) -> None:
    """The person's card again; whoever has just left the team or its admins sees what is left to them."""
    await context.refresh()
    if context.identity.may(Permission.MANAGE_STAFF):
        await go(context, TeamMember(staff_id))
    else:
        await go_home(context)
