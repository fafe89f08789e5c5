"""A client's data for admins: what is kept, an export as a file, and erasure, asked twice."""

from __future__ import annotations

from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, ClientData
from bot.ui.callbacks import ButtonStyle, Callback, callback
from bot.ui.documents import send_export
from bot.ui.keyboards import Row, button, nav, yes_no
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.personal_data import open_matters, overview_lines, waits, what_erasing_means
from gym.privacy.erasure import ErasureService
from gym.privacy.export import ExportService
from gym.privacy.overview import PrivacyOverview, PrivacyOverviews
from gym.privacy.schemas import ErasureNotice

router = Router(Audience.STAFF)


@callback("pdexp")
class ExportData(Callback):
    """Send everything as a ZIP."""

    client_id: UUID


@callback("pdask", style=ButtonStyle.DANGER)
class AskErasure(Callback):
    """Say what erasing means; nothing happens yet."""

    client_id: UUID


@callback("pdask2")
class AskErasureAgain(Callback):
    """Ask a second time."""

    client_id: UUID


@callback("pdgo", changes=True, style=ButtonStyle.DANGER)
class EraseData(Callback):
    client_id: UUID


@callback("pdkeep", changes=True)
class KeepData(Callback):
    client_id: UUID


@callback("pdundo", changes=True)
class UndoErasure(Callback):
    """Take an erasure back from the card."""

    client_id: UUID


@router.on(ClientData)
async def client_data(context: UpdateContext, press: ClientData) -> None:
    async with context.unit_of_work() as uow:
        found = await PrivacyOverviews(uow).of(press.client_id)
    await context.show(_screen(context.t, found, context.settings.keep_messages_days))


def _screen(t: HtmlTranslator, found: PrivacyOverview, days: int) -> Screen:
    client_id = found.client_id
    lines = [t("🔏 Data of <b>{client}</b>", client=found.client_name), ""]
    lines += overview_lines(t, found, days)
    rows: list[Row] = [[button(t("📦 Export"), ExportData(client_id)), *_erasing(t, found)]]
    if found.erasure is not None and found.erasure.done_at is None:
        lines += ["", waits(t, found.erasure)]
    return Screen("\n".join(lines), [*rows, nav(t, back=Card(client_id))])


def _erasing(t: HtmlTranslator, found: PrivacyOverview) -> Row:
    if found.erased_at is not None:
        return []
    if found.erasure is not None:
        return [button(t("↩️ Take it back"), KeepData(found.client_id))]
    return [button(t("🗑 Erase"), AskErasure(found.client_id))]


@router.on(ExportData)
async def export(context: UpdateContext, press: ExportData) -> None:
    async with context.unit_of_work() as uow:
        data = await ExportService(uow).collect(press.client_id, for_chat=True)
    await send_export(context, data)


@router.on(AskErasure)
async def ask(context: UpdateContext, press: AskErasure) -> None:
    notice = await _notice(context, press.client_id)
    t = context.t
    lines = [
        t("🗑 Erase <b>{client}</b>?", client=notice.client_name),
        "",
        *what_erasing_means(t),
        *open_matters(t, notice),
    ]
    row = yes_no(t, button(t("Go on"), AskErasureAgain(notice.client_id)), ClientData(notice.client_id))
    await context.show(Screen("\n\n".join(filter(None, lines)), [row]))


@router.on(AskErasureAgain)
async def ask_again(context: UpdateContext, press: AskErasureAgain) -> None:
    notice = await _notice(context, press.client_id)
    t = context.t
    text = t(
        "Really erase <b>{client}</b>? It is done on {at} and cannot be undone after that.",
        client=notice.client_name,
        at=notice.due_at,
    )
    row = yes_no(t, button(t("Yes, erase"), EraseData(notice.client_id)), ClientData(notice.client_id))
    await context.show(Screen(text, [row]))


async def _notice(context: UpdateContext, client_id: UUID) -> ErasureNotice:
    async with context.unit_of_work() as uow:
        return await ErasureService(uow).notice(client_id)


@router.on(EraseData)
async def erase(context: UpdateContext, press: EraseData) -> None:
    async with context.unit_of_work() as uow:
        await ErasureService(uow).ask(press.client_id)
    await go(context, ClientData(press.client_id))


@router.on(KeepData)
async def keep(context: UpdateContext, press: KeepData) -> None:
    async with context.unit_of_work() as uow:
        await ErasureService(uow).take_back(press.client_id)
    await context.answer(context.t("Taken back: nothing is erased."))
    await go(context, ClientData(press.client_id))


@router.on(UndoErasure)
async def undo(context: UpdateContext, press: UndoErasure) -> None:
    async with context.unit_of_work() as uow:
        await ErasureService(uow).take_back(press.client_id)
    await context.answer(context.t("Taken back: nothing is erased."))
    await go(context, Card(press.client_id))
