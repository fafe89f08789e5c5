"""Long report files: made beside the chat, with progress in one message and a button that stops them."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.bot_api.delivery_status import Unreadable, acknowledged
from bot.bot_api.retries import send_with_retries, with_retries
from bot.bot_api.trouble_reports import report_trouble
from bot.routing.router import Audience, Router
from bot.ui.buttons.reports import SendReportCsv, SendReportWorkbook, StopReportFile
from bot.ui.keyboards import Keyboard, button, markup, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.sending.long_tasks import LONG_TASKS
from bot.ui.sending.messenger import SENT_BEFORE
from bot.ui.update_context import UpdateContext
from gym.app import Gym
from gym.core.database.ids import new_id
from gym.core.errors import DatabaseUnavailable
from gym.core.language import N_, Translator
from gym.reports.output.file_watch import FileWatch
from gym.reports.output.files import FileForm, file_name, write_to
from gym.reports.output.words import show_days
from gym.reports.results import Report
from gym.security.permissions import Actor

log = structlog.get_logger()
router = Router(Audience.STAFF)
SECONDS: Final = 2.5
"""Between two edits of the progress, below the one a second that Telegram allows a chat."""
MOST_BYTES: Final = 50 * 1024 * 1024
"""What a bot may send (Bot API)."""
TOO_LARGE: Final = N_(
    "The file is over 50 MB, more than Telegram takes from a bot. Ask for fewer days, or make it on the gym's"
    " computer with python -m gym report."
)

NOT_MADE: Final = N_("The file could not be made. Ask for it again.")
NOT_TAKEN: Final = N_("📄 Telegram does not take files just now. Ask for it again in some minutes.")


async def begin_long_file(context: UpdateContext, report: Report, form: FileForm, t: Translator) -> None:
    """Make the file in a task of its own, so that the chat goes on. `report` was computed and noted in the
    trail; `t` is for the file. Raises `LongTasksBusy`.
    """
    staff_id = context.identity.desk_actor.staff_id
    assert staff_id is not None, "a report of everything is for people of the staff"
    tasks, key = context.services[LONG_TASKS], new_id()
    tasks.require_free(staff_id)
    async with context.unit_of_work() as uow:
        FileWatch(uow).begin(key, staff_id, report.name, report.asked.days)
    title = context.t(
        "{title}, {days}",
        title=context.t(report.title),
        days=show_days(context.t, report.asked.days, context.today),
    )
    shown = await context.say(_progress(context.t, title, key, 0, 0))
    file = _LongFile(
        gym=context.gym,
        bot=context.bot,
        actor=context.identity.desk_actor,
        chat_id=context.chat_id,
        message_id=shown.message_id,
        key=key,
        report=report,
        form=form,
        title=title,
        t=context.t,
        plain=t,
    )
    tasks.begin(staff_id, key, file.run())


@router.on(StopReportFile)
async def stop(context: UpdateContext, press: StopReportFile) -> None:
    """At once where this process makes it; another one stops at its next sign of life."""
    staff_id = context.identity.desk_actor.staff_id
    assert staff_id is not None, "the chat of one of the staff"
    await context.services[LONG_TASKS].stop(staff_id, press.key)
    async with context.unit_of_work() as uow:
        await FileWatch(uow).end(press.key)
    t = context.t
    await context.show(Screen(t("⏹ Stopped. No file was sent."), [nav(t)]))


@dataclass(slots=True)
class _LongFile:
    """One file on its way to one chat."""

    gym: Gym
    bot: Bot
    actor: Actor
    chat_id: int
    message_id: int
    key: UUID
    report: Report
    form: FileForm
    title: str
    t: HtmlTranslator
    plain: Translator
    over: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    done: int = field(default=0, init=False)
    total: int = field(default=0, init=False)

    async def run(self) -> None:
        """Until the file has left, or nobody wants it any more. Cancelled, it tells nothing: whoever stopped
        it does, or the watch.
        """
        making, watching = asyncio.create_task(self._make()), asyncio.create_task(self._watch())
        try:
            await asyncio.wait({making, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            making.cancel()
            # An edit on its way is waited for, or it might overwrite what is shown next.
            self.over.set()
            await asyncio.gather(making, watching, return_exceptions=True)
        if making.cancelled():
            return
        if (fault := making.exception()) is not None:
            log.error("report_file_failed", report=self.report.name, exc_info=fault)
        async with self.gym.unit_of_work(self.actor) as uow:
            await FileWatch(uow).end(self.key)
        await self._show(making.result() if fault is None else self._failed(NOT_MADE))

    async def _make(self) -> Screen:
        """The file, sent; what is shown then."""
        with tempfile.TemporaryFile() as target:
            async with self.gym.unit_of_work(self.actor) as uow:
                await write_to(target, self.report, self.form, uow, self.plain, self._note)
            if target.tell() > MOST_BYTES:
                return Screen(self.t(TOO_LARGE), [nav(self.t)])
            target.seek(0)
            return await self._send(target.read())

    def _note(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    async def _send(self, data: bytes) -> Screen:
        name = file_name(self.report, self.form)
        try:
            await send_with_retries(
                lambda: self.bot.send_document(
                    self.chat_id, data, filename=name, caption=self.title, parse_mode="HTML"
                ),
                asyncio.Event(),
            )
        except Unreadable:
            log.warning("report_file_sent_unreadably")
        except TelegramError as error:
            log.warning("report_file_not_sent", reason=error.message)
            await report_trouble(self.gym, "sendDocument")
            return self._failed(NOT_TAKEN)
        words = self.t("✅ {title}: rows in the file: {count}.", title=self.title, count=self.done)
        return Screen(words, [nav(self.t)])

    async def _watch(self) -> None:
        """Show how far it is, and give a sign of life; returns where nobody wants it any more."""
        shown = 0
        while not await self._is_over(SECONDS):
            with suppress(DatabaseUnavailable):
                async with self.gym.unit_of_work(self.actor) as uow:
                    if not await FileWatch(uow).put_off(self.key):
                        return
            if self.done != shown:
                shown = self.done
                await self._show(_progress(self.t, self.title, self.key, shown, self.total))

    async def _is_over(self, seconds: float) -> bool:
        """Whether it is within so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.over.wait(), seconds)
        return self.over.is_set()

    def _failed(self, message: str) -> Screen:
        return Screen(self.t(message), self._once_more())

    def _once_more(self) -> Keyboard:
        name, days = self.report.name, self.report.asked.days
        kind = SendReportCsv if self.form is FileForm.CSV else SendReportWorkbook
        return [[button(self.t(N_("🔄 Try again")), kind(name, days.first, days.last))], nav(self.t)]

    async def _show(self, screen: Screen) -> None:
        """In place of the progress; what Telegram does not take is not missed."""
        if self.message_id == SENT_BEFORE:
            return
        keys = markup(screen.keyboard, await self.gym.now())
        edit = lambda: self.bot.edit_message_text(  # noqa: E731
            screen.text, self.chat_id, self.message_id, parse_mode="HTML", reply_markup=keys
        )
        try:
            await with_retries(lambda: acknowledged(edit))
        except BadRequest as error:
            log.info("progress_not_shown", reason=error.message)
        except TelegramError as error:
            log.info("progress_not_shown", reason=type(error).__name__)


def _progress(t: HtmlTranslator, title: str, key: UUID, done: int, total: int) -> Screen:
    lines = [f"⏳ {title}"]
    if total:
        lines.append(t("{done} of {total} rows…", done=done, total=total))
    return Screen("\n".join(lines), [[button(t("⏹ Stop"), StopReportFile(key))]])
