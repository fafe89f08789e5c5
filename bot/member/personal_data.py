"""My data: what is kept of a member and why, who looked, export, consent, and erasure, asked twice."""

from __future__ import annotations

from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.member import MyData, MyFace
from bot.ui.callbacks import ButtonStyle, Callback, callback
from bot.ui.documents import send_export
from bot.ui.keyboards import button, nav, yes_no
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.personal_data import open_matters, overview_lines, waits, what_erasing_means
from gym.core.language import N_
from gym.privacy.erasure import ErasureService
from gym.privacy.export import ExportService
from gym.privacy.overview import PrivacyOverview, PrivacyOverviews
from gym.privacy.schemas import ErasureNotice

router = Router(Audience.MEMBER)


@callback("mydexp")
class ExportMyData(Callback):
    """Send everything as a ZIP."""


@callback("mydask", style=ButtonStyle.DANGER)
class AskMyErasure(Callback):
    """Say what erasing means; nothing happens yet."""


@callback("mydas2")
class AskMyErasureAgain(Callback):
    """Ask a second time."""


@callback("mydgo", changes=True, style=ButtonStyle.DANGER)
class EraseMyData(Callback):
    pass


@callback("mydkp", changes=True)
class KeepMyData(Callback):
    pass


router.home(N_("🔏 My data"), MyData())


@router.command("privacy", N_("What is kept of me"))
async def privacy_command(context: UpdateContext) -> None:
    await go(context, MyData())


@router.on(MyData)
async def my_data(context: UpdateContext, _: MyData) -> None:
    async with context.member_unit_of_work() as uow:
        found = await PrivacyOverviews(uow).of(_own_id(context))
    await context.show(_screen(context.t, found, context.settings.keep_messages_days))


def _own_id(context: UpdateContext) -> UUID:
    client = context.identity.client
    assert client is not None, "the router lets in nobody else"
    return client.id


def _screen(t: HtmlTranslator, found: PrivacyOverview, days: int) -> Screen:
    lines = [t("🔏 <b>My data</b>"), "", *overview_lines(t, found, days)]
    last = button(t("🗑 Erase"), AskMyErasure())
    if found.erasure is not None:
        lines += ["", waits(t, found.erasure)]
        last = button(t("↩️ Take it back"), KeepMyData())
    first = [button(t("📦 Export"), ExportMyData()), button(t("🙂 Face check-in"), MyFace())]
    return Screen("\n".join(lines), [first, [last], nav(t)])


@router.on(ExportMyData)
async def export(context: UpdateContext, _: ExportMyData) -> None:
    async with context.member_unit_of_work() as uow:
        data = await ExportService(uow).collect(_own_id(context), for_chat=True)
    await send_export(context, data)


@router.on(AskMyErasure)
async def ask(context: UpdateContext, _: AskMyErasure) -> None:
    notice, t = await _notice(context), context.t
    lines = [t("🗑 Erase everything about you?"), *what_erasing_means(t), *open_matters(t, notice)]
    row = yes_no(t, button(t("Go on"), AskMyErasureAgain()), MyData())
    await context.show(Screen("\n\n".join(lines), [row]))


@router.on(AskMyErasureAgain)
async def ask_again(context: UpdateContext, _: AskMyErasureAgain) -> None:
    notice, t = await _notice(context), context.t
    text = t(
        "Really? It is done on {at} and cannot be undone after that. Then this chat is a stranger's to the"
        " gym, and the door does not open any more.",
        at=notice.due_at,
    )
    row = yes_no(t, button(t("Yes, erase"), EraseMyData()), MyData())
    await context.show(Screen(text, [row]))


async def _notice(context: UpdateContext) -> ErasureNotice:
    async with context.member_unit_of_work() as uow:
        return await ErasureService(uow).notice(_own_id(context))


@router.on(EraseMyData)
async def erase(context: UpdateContext, _: EraseMyData) -> None:
    async with context.member_unit_of_work() as uow:
        await ErasureService(uow).ask(_own_id(context))
    await go(context, MyData())


@router.on(KeepMyData)
async def keep(context: UpdateContext, _: KeepMyData) -> None:
    async with context.member_unit_of_work() as uow:
        await ErasureService(uow).take_back(_own_id(context))
    await context.answer(context.t("Taken back: nothing is erased."))
    await go(context, MyData())
