"""Past imports: what each did, and undoing one after a confirmation."""

from __future__ import annotations

from typing import Final

from bot.routing.router import Audience, Router
from bot.ui.buttons.importing import HowToImport, ShowImport, UndoImport, UndoImportNow
from bot.ui.keyboards import KEEP_IT, button, nav, yes_no
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.importing.models import ClientImport
from gym.importing.service import ImportService
from gym.importing.undo import ImportUndo

router = Router(Audience.STAFF)
UNDO: Final = N_("↩️ Undo this import")


def run_label(t: HtmlTranslator, run: ClientImport) -> str:
    sign = "↩️" if run.undone_at else "📄"
    return f"{sign} {t.day(run.at.astimezone(t.zone), short=True)} · {run.file_name or '–'}"


@router.on(ShowImport)
async def show_import(context: UpdateContext, press: ShowImport) -> None:
    async with context.unit_of_work() as uow:
        run = await ImportService(uow).get(press.key)
    t = context.t
    undo = [] if run.undone_at else [[button(t(UNDO), UndoImport(run.id), wide=True)]]
    await context.show(Screen("\n".join(_lines(t, run)), [*undo, nav(t, back=HowToImport())]))


def _lines(t: HtmlTranslator, run: ClientImport) -> list[str]:
    counts = {
        t.plural("➕ {count} new client", "➕ {count} new clients", run.made): run.made,
        t.plural(
            "✏️ {count} registered already; empty fields are filled",
            "✏️ {count} registered already; empty fields are filled",
            run.changed,
        ): run.changed,
        t.plural("⚠️ {count} row with problems", "⚠️ {count} rows with problems", run.left_out): run.left_out,
    }
    lines = [
        f"📄 <b>{t.text(run.file_name or '–')}</b>",
        t("{day}, by {name}", day=run.at, name=run.staff_name),
        "",
        *(line for line, count in counts.items() if count or not any(counts.values())),
    ]
    if run.undone_at is not None:
        lines += ["", t("↩️ Undone on {day} by {name}.", day=run.undone_at, name=run.undone_by_name or "–")]
    return lines


@router.on(UndoImport)
async def undo_import(context: UpdateContext, press: UndoImport) -> None:
    async with context.unit_of_work() as uow:
        run = await ImportService(uow).get(press.key)
    t = context.t
    question = t(
        "Its new clients are deactivated, their plans canceled and what was filled is emptied; nothing is"
        " deleted. The mended list can be imported afterwards. Undo it?"
    )
    rows = [
        yes_no(t, button(t("Yes, undo it"), UndoImportNow(run.id)), ShowImport(run.id), KEEP_IT),
        nav(t),
    ]
    await context.show(Screen("\n".join([*_lines(t, run), "", question]), rows))


@router.on(UndoImportNow)
async def undo_import_now(context: UpdateContext, press: UndoImportNow) -> None:
    run = await context.run(lambda uow: ImportUndo(uow).undo(press.key))
    t = context.t
    text = t("↩️ <b>The import was undone.</b>\n\nMend the list and send it again when you like.")
    await context.show(Screen(text, [nav(t, back=ShowImport(run.id))]))
