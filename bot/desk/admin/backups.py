"""Backups for admins: what is missing, the last one, its proof, one more now, whose chat gets them."""

from __future__ import annotations

from typing import Final

from bot.desk.admin.settings import SettingsPage
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.settings import Backups
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav
from bot.ui.links import page_screen
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.backups import cause
from gym.backup.health import BackupHealth, BackupTrouble, copy_has_failed, has_failed
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.keys.links import PassphraseLinks
from gym.backup.service import BackupOverview, BackupService
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.settings.addresses import web_address
from gym.settings.table import SettingGroup

router = Router(Audience.STAFF)
PASSPHRASE_PAGE: Final = "/passphrase?start="  # noqa: S105 - the page's path
MEGABYTE: Final = 1_000_000
TROUBLES: Final = {
    BackupTrouble.NONE_YET: N_("❗ There is none yet."),
    BackupTrouble.TOO_OLD: N_("❗ The last one is too old."),
    BackupTrouble.FAILED: N_("❗ The last try failed."),
    BackupTrouble.COPY_FAILED: N_("❗ The last one was not copied to its second place."),
    BackupTrouble.NOT_SENT: N_("❗ The last one has not reached the chat."),
    BackupTrouble.PROOF_FAILED: N_("❗ The last one did not restore."),
}


@callback("bknow", changes=True)
class BackUpNow(Callback):
    """One more."""


@callback("bkme", changes=True)
class SendBackupsToMe(Callback):
    """To the chat of whoever taps."""


@callback("bkphr", changes=True)
class PassphraseLink(Callback):
    """Make a new link to the page that shows the pass-phrase; an older one ends."""


router.manage(MenuGroup.SYSTEM, N_("🔒 Backups"), Backups(), Permission.CHANGE_SETTINGS)


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


@router.on(PassphraseLink)
async def passphrase_link(context: UpdateContext, _: PassphraseLink) -> None:
    """A link to a page: a pass-phrase shown in the chat would lie beside the backups that it opens."""
    async with context.unit_of_work() as uow:
        issued = await PassphraseLinks(uow, BackupKeyStore(context.gym.config)).issue()
        host = web_address(context.gym.config, uow.settings)
    t = context.t
    how = t(
        "🔑 The pass-phrase is shown on this page, once: have paper and a pen. The link works once, for 15 "
        "minutes; an older one has ended."
    )
    path = f"{PASSPHRASE_PAGE}{issued.token}"
    await context.show(await page_screen(context, how, host, path, [nav(t, back=Backups())]))


def _screen(context: UpdateContext, found: BackupOverview) -> Screen:
    t, keys = context.t, BackupKeyStore(context.gym.config)
    heading = t("🔒 <b>Backups</b>")
    if not keys.is_there():
        lines = [heading, "", *_missing_lines(t, keys)]
        return Screen(
            "\n".join(lines),
            [*_phrase_buttons(t, keys), *_lasting_buttons(t), nav(t, back=ManageGroup(MenuGroup.SYSTEM))],
        )
    lines = [
        heading,
        "",
        *_health_lines(t, found.health, under_way=found.under_way),
        *_place_lines(t, found),
        "",
        _phrase_line(t),
    ]
    return Screen(
        "\n".join(lines),
        [*_buttons(context, found), *_lasting_buttons(t), nav(t, back=ManageGroup(MenuGroup.SYSTEM))],
    )


def _missing_lines(t: HtmlTranslator, keys: BackupKeyStore) -> list[str]:
    """What keeps the gym from being backed up, and who can change that."""
    missing = t(
        "❗ <b>The gym is not backed up.</b> What is missing is the pass-phrase: every backup is sealed with "
        "it. If the gym's computer broke now, everything would be lost."
    )
    if not keys.is_made_here:
        how = t(
            "The gym's keys are in its environment, and so is the pass-phrase: whoever runs the gym sets "
            "<code>BACKUP_PASSPHRASE</code> for every process and keeps a copy on paper."
        )
        return [missing, "", how]
    how = t(
        "Make it now: it is shown once on a page of the gym, never in a chat, and you write it on paper. The "
        "first backup is made at once, then one every night.\n\nWithout a browser, on the gym's computer: "
        "<code>python -m gym backup phrase</code>"
    )
    return [missing, "", how]


def _phrase_buttons(t: HtmlTranslator, keys: BackupKeyStore) -> list[Row]:
    return [[button(t("🔑 Make the pass-phrase"), PassphraseLink(), wide=True)]] if keys.is_made_here else []


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
    if health.last is not None and copy_has_failed(health.last):
        code = cause(t, health.last.copy_error)
        lines.append(t("❌ Not copied, {at}: {code}", at=health.last.copy_failed_at or "?", code=code))
    elif health.last_copied_at is not None:
        lines.append(t("🗄 Copied to its second place: {at}", at=health.last_copied_at))
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


def _buttons(context: UpdateContext, found: BackupOverview) -> list[Row]:
    t, staff = context.t, context.identity.staff
    waits = t("⏳ Being made") if found.under_way else t("💾 Back up now")
    rows: list[Row] = [[button(waits, Backups() if found.under_way else BackUpNow())]]
    if found.receiver is not None and staff is not None and found.receiver.id != staff.id:
        rows.append([button(t("💬 Send them to me"), SendBackupsToMe())])
    return rows


def _lasting_buttons(t: HtmlTranslator) -> list[Row]:
    return [[button(t("🔄 Refresh"), Backups()), button(t("⚙️ Settings"), SettingsPage(SettingGroup.BACKUPS))]]
