"""Importing photos: a ZIP beside the gym, what would happen, and enrolling the faces of those who agreed."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from typing import Final

from telegram import Document

from bot.desk.importing.progress import ProgressLine
from bot.forms.definition import Form, FormContext
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import ClientSearch
from bot.ui.buttons.importing import HowToImport
from bot.ui.keyboards import button, nav
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_, Translator
from gym.importing.photos.archive import PhotoArchive
from gym.importing.photos.result_sheet import photo_problem, result_sheet
from gym.importing.photos.schemas import PhotoOutcome, PhotoPlan, PhotoResult, count
from gym.importing.photos.service import PhotoImport, PhotoService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
MOST_PROBLEMS: Final = 5
"""Shown on the screen; all stand in the sheet."""
NOTHING: Final = N_("⚠️ <b>No face was enrolled.</b>")


async def open_photos(context: UpdateContext, sent: Document, data: bytes) -> None:
    """The form of a ZIP that was sent. The message that brought the faces is deleted with the form.

    Until then it goes after ten minutes: another form may be open, and be gone on with. Of a ZIP without a
    photo that could be read it is said at once why.
    """
    context.identity.desk_actor.require(Permission.IMPORT)
    await context.note_photo()
    name, plan = (sent.file_name or "")[:80] or "–", await _planned(context, data)
    if not plan.photos:
        await _send_sheet(context, plan.results, name)
        await context.show(_screen(context.t, context.t(NOTHING), plan.results))
        return
    number = context.message.message_id if context.message else None
    values = {"file_id": sent.file_id, "file": name, "message_id": number}
    await begin(context, PHOTOS, values, back=HowToImport())


async def _planned(context: UpdateContext, data: bytes) -> PhotoPlan:
    with await asyncio.to_thread(PhotoArchive, io.BytesIO(data)) as archive:
        async with context.unit_of_work() as uow:
            return await PhotoService(uow).plan(archive.files)


async def _summary(ctx: FormContext) -> str:
    if (number := ctx.maybe("message_id", int)) is not None:
        await ctx.context.note_photo(ctx.key, number)
    plan = await _planned(ctx.context, await ctx.context.download(ctx.value("file_id", str)))
    t = ctx.t
    lines = [
        f"🗜 <b>{t.text(ctx.value('file', str))}</b>",
        "",
        t.plural("📷 {count} photo would be read", "📷 {count} photos would be read", plan.photos),
        t.plural("👤 of {count} person", "👤 of {count} people", len(plan.people)),
        *counted_photos(t, plan.results),
        *photo_problems(t, plan.results),
    ]
    return "\n".join(lines)


async def _enrol(ctx: FormContext) -> Screen:
    context, t = ctx.context, ctx.t
    photos = PhotoImport(ctx.run, context.gym.faces, context.gym.match_rule)
    async with ProgressLine(context, N_("⏳ Reading photos…")) as line:
        data = await context.download(ctx.value("file_id", str))
        with await asyncio.to_thread(PhotoArchive, io.BytesIO(data)) as archive:
            results = await photos.enrol(archive, line.step)
    await _send_sheet(context, results, ctx.value("file", str))
    enrolled = count(results, PhotoOutcome.ENROLLED)
    done = t("✅ <b>The photos were imported.</b>") if enrolled else t(NOTHING)
    faces = t.plural("🙂 {count} photo enrolled", "🙂 {count} photos enrolled", enrolled)
    return _screen(t, f"{done}\n\n{faces}" if enrolled else done, results)


async def _send_sheet(context: UpdateContext, results: Sequence[PhotoResult], name: str) -> None:
    """What became of each photo, where one was left out."""
    if not count(results, PhotoOutcome.LEFT_OUT):
        return
    plain = Translator(context.identity.language)
    sheet = await asyncio.to_thread(result_sheet, results, plain)
    words = context.t("What became of each photo; those left out stand first.")
    await context.send_document(sheet, f"{name}.xlsx", words)


def _screen(t: HtmlTranslator, head: str, results: Sequence[PhotoResult]) -> Screen:
    lines = [head, *counted_photos(t, results), *photo_problems(t, results)]
    return Screen("\n".join(lines), [[button(t("👥 Clients"), ClientSearch())], nav(t)])


def counted_photos(t: HtmlTranslator, results: Sequence[PhotoResult]) -> list[str]:
    """What was not read, and why not, in numbers."""
    known, out = count(results, PhotoOutcome.KNOWN), count(results, PhotoOutcome.LEFT_OUT)
    lines = {
        t.plural("✔️ {count} of somebody with a face", "✔️ {count} of people with a face", known): known,
        t.plural("⚠️ {count} photo left out", "⚠️ {count} photos left out", out): out,
    }
    return [line for line, number in lines.items() if number]


def photo_problems(t: HtmlTranslator, results: Sequence[PhotoResult]) -> list[str]:
    """The first that are left out."""
    faulty = [one for one in results if one.fault is not None]
    lines = [
        t("{file}: {problem}", file=one.file, problem=Html(photo_problem(one, t)))
        for one in faulty[:MOST_PROBLEMS]
    ]
    more = len(faulty) - MOST_PROBLEMS
    tail = [t.plural("… and {count} more", "… and {count} more", more)] if more > 0 else []
    return ["", *lines, *tail] if lines else []


PHOTOS: Final = router.form(
    Form(
        name="import_photos",
        title=N_("Import photos"),
        steps=(),
        submit=_enrol,
        summary=_summary,
        confirm=N_("Enrol the faces"),
    )
)
