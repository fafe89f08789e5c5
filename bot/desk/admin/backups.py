"""Backups for admins: the last one, its proof, one more now, whose chat gets them, the pass-phrase."""

from __future__ import annotations

from typing import Final

from bot.desk.admin.settings import SettingsPage
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.settings import Backups
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.backups import cause
from gym.backup.health import BackupHealth, BackupTrouble, has_failed
from gym.backup.key_store import BackupKeyStore
from gym.backup.service import BackupOverview, BackupService
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.settings.table import SettingGroup

router = Router(Audience.STAFF)
MEGABYTE: Final = 1_000_000
TROUBLES: Final = {
    BackupTrouble.NONE_YET: N_("❗ There is none yet."),
    BackupTrouble.TOO_OLD: N_("❗ The last one is too old."),
    BackupTrouble.FAILED: N_("❗ The last try failed."),
    BackupTrouble.NOT_SENT: N_("❗ The last one has not reached the chat."),
    BackupTrouble.PROOF_FAILED: N_("❗ The last one did not restore."),
}


@callback("bknow", changes=True)
class BackUpNow(Callback):
    """One more."""


@callback("bkme", changes=True)
class SendBackupsToMe(Callback):
    """To the chat of whoever taps."""


router.home(N_("🔒 Backups"), Backups(), Permission.CHANGE_SETTINGS)


@router.on(Backups)
async def backups(context: UpdateContext, _: Backups) -> None:
    async with context.unit_of_work() as uow:
        found = await BackupService(uow).overview()
    await context.show(_screen(context, found))


@router.on(BackUpNow)
async def back_up_now(context: UpdateContext, _: BackUpNow) -> None:
    async with context.unit_of_work() as uow:
        begun = await BackupService(uow).ask()
    t = context.t
    await context.answer(t("It begins within a minute.") if begun else t("One is being made already."))
    await go(context, Backups())


@router.on(SendBackupsToMe)
async def send_to_me(context: UpdateContext, _: SendBackupsToMe) -> None:
    async with context.unit_of_work() as uow:
        await BackupService(uow).send_to_me()
    await context.answer(context.t("From the next one on they come to this chat."))
    await go(context, Backups())


def _screen(context: UpdateContext, found: BackupOverview) -> Screen:
    t, has_key = context.t, BackupKeyStore(context.gym.config).is_there()
    lines = [t("🔒 <b>Backups</b>"), ""]
    if not has_key:
        lines += [
            t(
                "The gym is not backed up yet: nobody has made the pass-phrase. On the gym's computer run\n"
                "<code>python -m gym backup phrase</code>\nand write what it prints on paper. It is shown "
                "once, never in a chat, and without it no backup opens."
            )
        ]
    else:
        lines += [
            *_health_lines(t, found.health, under_way=found.under_way),
            *_place_lines(t, found),
            "",
            _phrase_line(t),
        ]
    return Screen("\n".join(lines), [*_buttons(context, found, has_key=has_key), nav(t)])


def _health_lines(t: HtmlTranslator, health: BackupHealth, *, under_way: bool) -> list[str]:
    lines = [t("⏳ One is being made.")] if under_way else []
    lines += [] if health.trouble is None else [t(TROUBLES[health.trouble])]
    if health.last is not None and health.last.made_at is not None:
        size = f"{(health.last.size or 0) / MEGABYTE:.1f}"
        lines.append(t("💾 Last one: {at}, {size} MB", at=health.last.made_at, size=size))
    if health.failure is not None:
        lines.append(
            t("❌ Failed on {at}: {code}", at=health.failure.asked_at, code=cause(t, health.failure.error))
        )
    proof = health.last_proof
    if proof is not None and has_failed(proof):
        lines.append(
            t(
                "❌ Proof failed on {at}: {code}",
                at=proof.proof_failed_at or "?",
                code=cause(t, proof.proof_error),
            )
        )
    elif proof is not None:
        lines.append(t("✅ Proved by restoring it: {at}", at=proof.proved_at or "?"))
    return lines


def _place_lines(t: HtmlTranslator, found: BackupOverview) -> list[str]:
    kept = t.plural(
        "📁 {count} kept on the gym's computer", "📁 {count} kept on the gym's computer", found.kept
    )
    if found.receiver is None:
        return [kept, t("💬 They are not sent to a chat.")]
    sent = found.health.last_sent_at
    chat = t("💬 Sent to the chat of {name}", name=found.receiver.name)
    return [kept, chat, *([t("📤 Last sent: {at}", at=sent)] if sent else [])]


def _phrase_line(t: HtmlTranslator) -> str:
    return t("The pass-phrase stands on the paper of whoever made it, and nowhere else. Is it still there?")


def _buttons(context: UpdateContext, found: BackupOverview, *, has_key: bool) -> list[Row]:
    t = context.t
    rows: list[Row] = []
    if has_key:
        waits = t("⏳ Being made") if found.under_way else t("💾 Back up now")
        rows.append([button(waits, Backups() if found.under_way else BackUpNow())])
        staff = context.identity.staff
        if found.receiver is not None and staff is not None and found.receiver.id != staff.id:
            rows.append([button(t("💬 Send them to me"), SendBackupsToMe())])
    rows.append(
        [button(t("🔄 Refresh"), Backups()), button(t("⚙️ Settings"), SettingsPage(SettingGroup.BACKUPS))]
    )
    return rows
