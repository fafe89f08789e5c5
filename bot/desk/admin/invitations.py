"""Open invitations: who made them, for which role, until when; each can be withdrawn."""

from __future__ import annotations

from uuid import UUID

from bot.desk.admin.team import ROLES
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.staff import Invitations, Team
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.staff.invitations import InvitationService, OpenInvitation

router = Router(Audience.STAFF)


@callback("invoff", changes=True)
class WithdrawInvitation(Callback):
    key: UUID
    page: int = 0


@router.on(Invitations)
async def invitations(context: UpdateContext, press: Invitations) -> None:
    """The open invitations, numbered like the buttons below."""
    async with context.unit_of_work() as uow:
        page = await InvitationService(uow).open(press.page)
    t, first = context.t, page.number * page.size + 1
    lines = [_line(t, number, one) for number, one in enumerate(page.items, first)]
    rows: list[Row] = [
        [button(t("✖️ Withdraw {number}", number=number), WithdrawInvitation(one.id, page.number))]
        for number, one in enumerate(page.items, first)
    ]
    title = t("✉️ <b>Open invitations</b>") if lines else t("No invitation is open.")
    keyboard = [*rows, pager(page.number, page.pages, Invitations), nav(t, back=Team())]
    await context.show(Screen("\n".join([title, *lines]), keyboard))


def _line(t: HtmlTranslator, number: int, one: OpenInvitation) -> str:
    role = t(ROLES[one.role])
    if one.made_by is None:
        return t(
            "{number}. {role}, made at the gym's computer, until {until}",
            number=number,
            role=role,
            until=one.until,
        )
    return t(
        "{number}. {role}, made by {name}, until {until}",
        number=number,
        role=role,
        name=one.made_by,
        until=one.until,
    )


@router.on(WithdrawInvitation)
async def withdraw(context: UpdateContext, press: WithdrawInvitation) -> None:
    async with context.unit_of_work() as uow:
        await InvitationService(uow).withdraw(press.key)
    await context.answer(context.t("Withdrawn: the link opens nothing any more."))
    await go(context, Invitations(press.page))
