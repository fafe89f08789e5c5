"""Scheduled jobs for admins: when each last ran, what failed, and running one now."""

from __future__ import annotations

from datetime import datetime

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.settings import Jobs
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, grid, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import JOB_NAMES
from gym.backup.health import BackupHealth, BackupHealthReader, BackupTrouble
from gym.chats.pictures import PictureService
from gym.core.language import N_
from gym.jobs.health import JobService, JobState
from gym.jobs.runner import run_job
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("jobrun", changes=True)
class RunJob(Callback):
    """Run one job now, whether or not it is due."""

    name: str


router.manage(MenuGroup.SYSTEM, N_("🛠 Jobs"), Jobs(), Permission.RUN_JOBS)


@router.on(Jobs)
async def jobs(context: UpdateContext, _: Jobs) -> None:
    async with context.unit_of_work() as uow:
        states = await JobService(uow).states()
        pictures = await PictureService(uow).left()
        backed_up = await BackupHealthReader(uow.session).read(
            uow.context.wall, to_chat=uow.settings.backup_to_chat
        )
    t = context.t
    intro = t(
        "🛠 <b>Jobs</b>\nThey run by themselves; here is when each last did. A tap runs one now, "
        "and twice does no harm."
    )
    runs = [button(f"▶ {t(JOB_NAMES[one.name])}", RunJob(one.name)) for one in states]
    lines = [_line(t, one, context.now) for one in states]
    lines.append(_backup_line(t, backed_up))
    if pictures:
        lines.append(_pictures_left(t, pictures))
    again = [button(t("🔄 Refresh"), Jobs())]
    await context.show(
        Screen(
            "\n".join([intro, "", *lines]), [*grid(runs), again, nav(t, back=ManageGroup(MenuGroup.SYSTEM))]
        )
    )


def _backup_line(t: HtmlTranslator, health: BackupHealth) -> str:
    at = health.last.made_at if health.last is not None else None
    if health.trouble is BackupTrouble.NONE_YET or at is None:
        return t("⚪ Backup: never")
    if health.trouble is not None:
        return t("❌ Backup: last well {at}, see Backups", at=at)
    return t("✅ Backup: {at}", at=at)


def _pictures_left(t: HtmlTranslator, count: int) -> str:
    return t.plural(
        "🖼 {count} photo of a face could not be deleted from its chat in the last 30 days",
        "🖼 {count} photos of faces could not be deleted from their chats in the last 30 days",
        count,
    )


def _line(t: HtmlTranslator, one: JobState, now: datetime) -> str:
    name, error, at = t(JOB_NAMES[one.name]), one.error or "?", _when(t, one, now)
    if one.failures:
        return t.plural(
            "❌ {name}: failed {count} time ({code}), last well {at}",
            "❌ {name}: failed {count} times ({code}), last well {at}",
            one.failures,
            name=name,
            code=error,
            at=at,
        )
    if one.late:
        return t("⌛ {name}: late, last run {at}", name=name, at=at)
    mark = "✅" if one.last_success_at else "⚪"
    return t("{mark} {name}: {at}", mark=mark, name=name, at=at)


def _when(t: HtmlTranslator, one: JobState, now: datetime) -> str:
    """The hour, with the day if that is another one than today."""
    at = one.last_success_at
    if at is None:
        return t("never")
    day = at.astimezone(t.zone).date()
    return t.time(at) if day == now.astimezone(t.zone).date() else f"{t.day(day, short=True)}, {t.time(at)}"


@router.on(RunJob)
async def run_now(context: UpdateContext, press: RunJob) -> None:
    count = await run_job(context.gym.run, context.identity.desk_actor, press.name)
    await context.answer(context.t.plural("Done: {count}", "Done: {count}", count))
    await go(context, Jobs())
