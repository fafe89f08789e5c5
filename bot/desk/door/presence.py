"""Presence: everybody inside, by name, and check-out where the gym uses it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.door import WhoIsIn
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.attendance.presence import PresenceService, PresentClient
from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_

router = Router(Audience.STAFF)


@callback("out", changes=True)
class CheckOut(Callback):
    """Check a client out, and show the list anew at the same page."""

    client_id: UUID
    page: int = 0


router.manage(MenuGroup.DOOR, N_("🏋️ Who is in"), WhoIsIn())


@router.on(WhoIsIn)
async def who_is_in(context: UpdateContext, press: WhoIsIn) -> None:
    async with context.unit_of_work() as uow:
        inside = await PresenceService(uow).inside()
    await context.show(inside_screen(context, inside, press.page))


@router.on(CheckOut)
async def check_out(context: UpdateContext, press: CheckOut) -> None:
    async with context.unit_of_work() as uow:
        service = PresenceService(uow)
        await service.check_out(press.client_id)
        await uow.flush()
        inside = await service.inside()
    await context.answer(context.t("Checked out."))
    await context.show(inside_screen(context, inside, press.page))


def inside_screen(context: UpdateContext, inside: Sequence[PresentClient], page: int) -> Screen:
    """Names in pages of eight, the last to come in first."""
    t = context.t
    pages = max(1, -(-len(inside) // PAGE_SIZE))
    page = max(0, min(page, pages - 1))
    shown = inside[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    lines = [t("{client}, since {time}", client=one.client_name, time=t.time(one.since)) for one in shown]
    rows = [_row(t, one, page, way_out=context.settings.check_out) for one in shown]
    again = [button(t("🔄 Refresh"), WhoIsIn(page))]
    text = "\n".join([_heading(t, len(inside)), "", *lines])
    return Screen(text, [*rows, pager(page, pages, WhoIsIn), again, nav(t, back=ManageGroup(MenuGroup.DOOR))])


def _heading(t: HtmlTranslator, count: int) -> str:
    if not count:
        return t("🏋️ Nobody is inside.")
    return t.plural("🏋️ <b>{count} person</b> inside", "🏋️ <b>{count} people</b> inside", count)


def _row(t: HtmlTranslator, one: PresentClient, page: int, *, way_out: bool) -> Row:
    if not way_out:
        return [button(f"👤 {one.client_name}", Card(one.client_id), wide=True)]
    leave = button(t("🚶 Check out"), CheckOut(one.client_id, page))
    return [button(f"👤 {one.client_name}", Card(one.client_id)), leave]
