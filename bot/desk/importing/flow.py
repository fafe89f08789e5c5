"""Importing a sheet of clients: open questions, a dry run, and the import itself."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from typing import Final

from telegram import Document

from bot.desk.importing.everything import open_export
from bot.desk.importing.photos import open_photos
from bot.desk.importing.progress import ProgressLine
from bot.desk.importing.undoing import UNDO, run_label
from bot.desk.importing.words import HELP, counted, headings, problems, reading
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import yes_no_step
from bot.routing.navigation import go, routes_of
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import ClientSearch
from bot.ui.buttons.importing import HowToImport, ShowImport, UndoImport
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.plans import PlanList
from bot.ui.keyboards import button, nav, pager
from bot.ui.pictures.incoming_files import MOST_BYTES, NoUseForFile
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_, Translator
from gym.exporting.reading import is_export
from gym.importing.errors import ImportTooLargeForChat
from gym.importing.photos.archive import is_photo_archive
from gym.importing.reading.day_orders import DayOrder
from gym.importing.result_sheet import returned_sheet
from gym.importing.schemas import ImportChoices, ImportPreview, ReadSheet, RowOutcome
from gym.importing.service import ImportResult, ImportService, read_file
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


router.manage(MenuGroup.PEOPLE, N_("📥 Import"), HowToImport(), permission=Permission.IMPORT)


@router.on(HowToImport)
async def how_to_import(context: UpdateContext, press: HowToImport) -> None:
    async with context.unit_of_work() as uow:
        page = await ImportService(uow).latest(press.page)
    t = context.t
    done = [[button(run_label(t, one), ShowImport(one.id), wide=True)] for one in page.items]
    await context.show(
        Screen(
            t(HELP),
            [*done, pager(page.number, page.pages, HowToImport), nav(t, back=ManageGroup(MenuGroup.PEOPLE))],
        )
    )


@router.command("import")
async def import_command(context: UpdateContext) -> None:
    await go(context, HowToImport())


@router.document
async def document(context: UpdateContext) -> None:
    """A sheet was sent: preview it, ask what is open, and send it back with its errors marked."""
    sent = context.message.document if context.message else None
    assert sent is not None, "the occasion is a document"
    imports = context.identity.may(Permission.IMPORT)
    if (not imports or _is_pdf(sent)) and await routes_of(context).takes_spare_file(context):
        return
    if not imports:
        raise NoUseForFile
    if (sent.file_size or 0) > MOST_BYTES:
        raise ImportTooLargeForChat
    data = await context.download(sent.file_id)
    if await asyncio.to_thread(is_export, io.BytesIO(data)):
        await open_export(context, sent)
        return
    if await asyncio.to_thread(is_photo_archive, io.BytesIO(data)):
        await open_photos(context, sent, data)
        return
    read = await _read(context, data, ImportChoices())
    preview = await _preview(context, read)
    if preview.count(RowOutcome.FAULTY):
        await _send_back(context, read, preview, sent)
    values = await _open_questions(context, data, read, preview)
    if preview.is_hopeless and not (read.others or values["asks"]):
        await context.show(_nothing(context.t, preview))
        return
    await begin(context, IMPORT, values | {"file_id": sent.file_id, "file": _name(sent)}, back=HowToImport())


def _nothing(t: HtmlTranslator, preview: ImportPreview) -> Screen:
    """What is wrong with every row, and where plans are made: a gym that moves in often has none yet."""
    lines = [t("<b>No row can be imported yet.</b> Mend the list and send it again."), ""]
    lines += [*counted(t, preview), "", *problems(t, preview)]
    rows = [[button(t("🏷 Plans"), PlanList())], nav(t, back=HowToImport())]
    return Screen("\n".join(lines), rows)


def _is_pdf(sent: Document) -> bool:
    return sent.mime_type == "application/pdf" or (sent.file_name or "").lower().endswith(".pdf")


def _name(sent: Document) -> str:
    return (sent.file_name or "")[:80] or "–"


async def _open_questions(
    context: UpdateContext, data: bytes, first: ReadSheet, preview: ImportPreview
) -> dict[str, object]:
    """By sheet: the headings whose days, and the columns whose meaning, have to be asked."""
    reads = [first, *[await _read(context, data, ImportChoices(name)) for name in first.others]]
    named = [(one.columns.sheet.name, one.columns) for one in reads]
    return {
        "sheets": [name for name, _ in named],
        "asks": {name: headings(context.t, it.undecided) for name, it in named if it.undecided},
        "extras": {name: headings(context.t, it.unknown) for name, it in named if it.unknown},
        "stuck": bool(preview.count(RowOutcome.FAULTY)) or len(named) > 1,
    }


async def _send_back(context: UpdateContext, read: ReadSheet, preview: ImportPreview, sent: Document) -> None:
    plain = Translator(context.identity.language)  # a sheet shows `&` as it is
    data = await asyncio.to_thread(returned_sheet, read, preview, plain)
    stem = _name(sent).rpartition(".")[0] or _name(sent)
    words = context.t("Your list with the problem of each row. Mend it and send it again.")
    await context.send_document(data, f"{stem} - {context.t(N_('Problem')).lower()}.xlsx", words)


async def _read(context: UpdateContext, data: bytes, choices: ImportChoices) -> ReadSheet:
    return await read_file(data, choices, context.settings, context.today, context.identity.language)


async def _preview(context: UpdateContext, read: ReadSheet) -> ImportPreview:
    async with context.unit_of_work() as uow:
        return await ImportService(uow).preview(read.people)


# Questions ────────────────────────────────────────────────────────────────────────────────────────────────


def _sheet(ctx: FormContext) -> str:
    return ctx.maybe("sheet", str) or _sheets(ctx)[0]


def _sheets(ctx: FormContext) -> Sequence[str]:
    return [str(name) for name in ctx.value("sheets", list)]


def _headings(ctx: FormContext, kind: str) -> str:
    """The headings that a question is about, of the chosen sheet; empty when nothing is asked."""
    return str(ctx.value(kind, dict).get(_sheet(ctx), ""))


async def _sheet_choices(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(name, name) for name in _sheets(ctx)]


async def _ask_order(ctx: FormContext) -> str:
    return ctx.t(
        "In {columns} days can be read in two ways. What is 3/8/1990?", columns=_headings(ctx, "asks")
    )


async def _ask_unknown(ctx: FormContext) -> str:
    return ctx.t(
        "I do not know what these columns hold: {columns}. Keep them in each client's notes?",
        columns=_headings(ctx, "extras"),
    )


async def _ask_rows(ctx: FormContext) -> str:
    _, _, preview = await _judged(ctx)
    lines = [*counted(ctx.t, preview), "", *problems(ctx.t, preview), ""]
    return "\n".join([*lines, ctx.t("If rows have problems, what shall be imported?")])


STEPS: Final = [
    Step(
        "sheet",
        N_("Sheet"),
        N_("The file has several sheets with people. Which one?"),
        choices=_sheet_choices,
        when=lambda ctx: len(_sheets(ctx)) > 1,
        resets=("order", "unknown", "rows"),
    ),
    Step(
        "order",
        N_("Days"),
        _ask_order,
        choices=[
            Choice(DayOrder.DAY_FIRST, N_("3 August (the day first)")),
            Choice(DayOrder.MONTH_FIRST, N_("8 March (the month first)")),
        ],
        when=lambda ctx: bool(_headings(ctx, "asks")),
    ),
    yes_no_step(
        "unknown",
        N_("Unknown columns"),
        _ask_unknown,
        yes=N_("Keep as notes"),
        no=N_("Leave them out"),
        when=lambda ctx: bool(_headings(ctx, "extras")),
    ),
    yes_no_step(
        "rows",
        N_("Rows with problems"),
        _ask_rows,
        yes=N_("Import the good rows"),
        no=N_("All or nothing"),
        when=lambda ctx: bool(ctx.maybe("stuck", bool) or _headings(ctx, "asks")),
    ),
]


# The import ───────────────────────────────────────────────────────────────────────────────────────────────


def _choices(ctx: FormContext) -> ImportChoices:
    return ImportChoices(
        ctx.maybe("sheet", str) or "",
        ctx.maybe("order", DayOrder),
        ctx.maybe("unknown", bool) is not False,
    )


async def _judged(ctx: FormContext) -> tuple[bytes, ReadSheet, ImportPreview]:
    """The file downloaded and judged again: nothing of it is kept between two updates."""
    data = await ctx.context.download(ctx.value("file_id", str))
    read = await _read(ctx.context, data, _choices(ctx))
    return data, read, await _preview(ctx.context, read)


async def _summary(ctx: FormContext) -> str:
    _, read, preview = await _judged(ctx)
    name = " · ".join(filter(None, [ctx.value("file", str), read.columns.sheet.name]))
    lines = [
        f"📄 <b>{ctx.t.text(name)}</b>",
        "",
        *reading(ctx.t, read, keep_unknown=_choices(ctx).keep_unknown),
    ]
    lines += ["", ctx.t("<b>What happens</b>"), *counted(ctx.t, preview)]
    if preview.count(RowOutcome.FAULTY):
        lines += ["", *problems(ctx.t, preview)]
    return "\n".join(lines)


async def _import(ctx: FormContext) -> Screen:
    context, t = ctx.context, ctx.t
    good_rows = ctx.maybe("rows", bool) is True
    async with ProgressLine(context, N_("⏳ Importing…")) as line:
        read = await _read(context, await context.download(ctx.value("file_id", str)), _choices(ctx))
        done = await ctx.run(
            lambda uow: ImportService(uow).take_in(
                read.people,
                good_rows=good_rows,
                file_name=ctx.value("file", str),
                key=ctx.key,
                progress=line.step,
            )
        )
    return _done(t, done)


def _done(t: HtmlTranslator, done: ImportResult) -> Screen:
    if done.preview.is_hopeless:
        return _nothing(t, done.preview)
    lines = [t("✅ <b>The list was imported.</b>"), "", *counted(t, done.preview)]
    if done.preview.count(RowOutcome.FAULTY):
        lines += ["", t("Rows with problems were left out. Mend them in the sheet and send it again.")]
    undo = button(t(UNDO), UndoImport(done.run.id), wide=True)
    return Screen("\n".join(lines), [[button(t("👥 Clients"), ClientSearch())], [undo], nav(t)])


IMPORT = router.form(
    Form(
        name="import_people",
        title=N_("Import a list"),
        steps=STEPS,
        submit=_import,
        summary=_summary,
        confirm=N_("Import"),
    )
)
