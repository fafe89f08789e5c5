"""Everything in one ZIP: sent to an admin, and read back into an empty gym."""

from __future__ import annotations

import io
from functools import partial
from typing import Final

from telegram import Document

from bot.desk.importing.progress import ProgressLine
from bot.forms.definition import Form, FormContext
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import ClientSearch
from bot.ui.buttons.importing import ExportEverything, ExportEverythingNow, HowToImport
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.keyboards import button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.surfaces import OnlyInPrivate
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.exporting.errors import ExportTooLargeForChat
from gym.exporting.reading import ExportArchive
from gym.exporting.restoring import GymRestore
from gym.exporting.service import WholeExportService
from gym.exporting.writing import write_export
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
MOST_BYTES: Final = 50 * 1024 * 1024
"""What a bot may send (Bot API)."""
WHAT: Final = N_(
    "📤 <b>Export everything</b>\n\nOne ZIP with clients, plans, money and visits, as CSV for a spreadsheet"
    " and as JSON for a program. An empty gym reads it back: send it to its bot. Faces, passwords and chats"
    " are not in it.\n\nIt holds the data of all your members and goes through Telegram to this chat. Without"
    " Telegram: <code>python -m gym export --all</code> on the gym's computer."
)
SHOWN: Final = {
    "clients": N_("clients"),
    "subscriptions": N_("plans sold"),
    "ledger_entries": N_("entries of money"),
    "check_ins": N_("attempts at the door"),
}
"""Tables whose rows people would count."""


router.manage(MenuGroup.SYSTEM, N_("📤 Export"), ExportEverything(), permission=Permission.EXPORT)


@router.on(ExportEverything)
async def export_everything(context: UpdateContext, _: ExportEverything) -> None:
    context.identity.desk_actor.require(Permission.EXPORT)
    t = context.t
    now = button(t(N_("Make it and send it here")), ExportEverythingNow(), wide=True)
    await context.show(Screen(t(WHAT), [[now], nav(t, back=ManageGroup(MenuGroup.SYSTEM))]))


@router.on(ExportEverythingNow)
async def export_now(context: UpdateContext, _: ExportEverythingNow) -> None:
    """Raises `ExportTooLargeForChat`, and `OnlyInPrivate` in a group."""
    if not context.is_private:
        raise OnlyInPrivate
    async with context.unit_of_work() as uow:
        facts = WholeExportService(uow).begin()
    file = io.BytesIO()
    async with ProgressLine(context, N_("⏳ Exporting…")) as line:
        done = await write_export(
            context.gym.database,
            file,
            gym_name=facts.gym_name,
            settings=dict(facts.settings),
            at=facts.at,
            progress=partial(_step, file, line),
        )
    t = context.t
    name = f"powergym-{facts.at.astimezone(t.zone):%Y-%m-%d}.zip"
    await context.send_document(file.getvalue(), name)
    lines = [
        t("✅ <b>Exported.</b> Keep the file as you keep your members' data."),
        "",
        *counted_rows(t, done.rows),
    ]
    await context.show(Screen("\n".join(lines), [nav(t)]))


def _step(file: io.BytesIO, line: ProgressLine, done: int, total: int) -> None:
    """Stops in time: no more of it stands in memory than a bot may send. Raises `ExportTooLargeForChat`."""
    if file.tell() > MOST_BYTES:
        raise ExportTooLargeForChat
    line.step(done, total)


def counted_rows(t: HtmlTranslator, rows: dict[str, int]) -> list[str]:
    return [t("{count} {what}", count=rows.get(name, 0), what=t(words)) for name, words in SHOWN.items()]


async def open_export(context: UpdateContext, sent: Document) -> None:
    """The form of an export that was sent."""
    context.identity.desk_actor.require(Permission.IMPORT)
    values = {"file_id": sent.file_id, "file": (sent.file_name or "")[:80] or "–"}
    await begin(context, READ_BACK, values, back=HowToImport())


async def _summary(ctx: FormContext) -> str:
    data = await ctx.context.download(ctx.value("file_id", str))
    manifest = ExportArchive(io.BytesIO(data)).manifest
    t = ctx.t
    lines = [
        f"🗜 <b>{t.text(ctx.value('file', str))}</b>",
        "",
        t("An export of {gym}:", gym=manifest.gym),
        *counted_rows(t, dict(manifest.rows)),
        "",
        t("It is read into an empty gym only, settings included, all of it or nothing."),
    ]
    return "\n".join(lines)


async def _read_back(ctx: FormContext) -> Screen:
    context, t = ctx.context, ctx.t
    data = await context.download(ctx.value("file_id", str))
    async with ProgressLine(context, N_("⏳ Importing…")) as line:
        rows = await ctx.run(lambda uow: GymRestore(uow).restore(ExportArchive(io.BytesIO(data)), line.step))
    lines = [t("✅ <b>The gym was read back.</b>"), "", *counted_rows(t, dict(rows))]
    lines += ["", t("Let your colleagues in again under Team, pair the kiosks and take the faces anew.")]
    return Screen("\n".join(lines), [[button(t("👥 Clients"), ClientSearch())], nav(t)])


READ_BACK: Final = router.form(
    Form(
        name="import_everything",
        title=N_("Read an export"),
        steps=(),
        submit=_read_back,
        summary=_summary,
        confirm=N_("Read it"),
    )
)
