"""First steps for admins: what the gym still lacks, each with the button that leads there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.desk.admin.settings import SettingsPage
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import RegisterClient
from bot.ui.buttons.door import KioskList
from bot.ui.buttons.importing import HowToImport
from bot.ui.buttons.plans import PlanList
from bot.ui.buttons.settings import Backups, DeskChats, ShowFirstSteps
from bot.ui.buttons.staff import Team
from bot.ui.buttons.transfers.payment_keys import PaymentKeyList
from bot.ui.callbacks import Callback
from bot.ui.keyboards import button, grid, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import LANGUAGE_NAMES
from gym.backup.keys.key_store import BackupKeyStore
from gym.core.language import N_
from gym.reports.first_steps import FirstStep, FirstSteps, FirstStepsService
from gym.security.permissions import Permission
from gym.settings.table import SettingGroup

router = Router(Audience.STAFF)
STEPS: Final[Mapping[FirstStep, str]] = {
    FirstStep.PLAN: N_("A plan to sell"),
    FirstStep.CLIENT: N_("The first client, or the list that you have kept"),
    FirstStep.BACKUP: N_("Backups: make the pass-phrase, write it on paper"),
    FirstStep.COLLEAGUE: N_("Colleagues"),
    FirstStep.KIOSK: N_("A tablet at the door, with a PIN"),
    FirstStep.DESK_CHAT: N_("A group in which the desk hears what happens"),
    FirstStep.PAYMENT_KEY: N_("Payment keys, for members who send money from afar"),
}
DOORS: Final[Mapping[FirstStep, tuple[tuple[str, Callback], ...]]] = {
    FirstStep.PLAN: ((N_("🏷 Plans"), PlanList()),),
    FirstStep.CLIENT: ((N_("➕ Register"), RegisterClient()), (N_("📥 Import"), HowToImport())),
    FirstStep.BACKUP: ((N_("🔒 Backups"), Backups()),),
    FirstStep.COLLEAGUE: ((N_("👔 Team"), Team()),),
    FirstStep.KIOSK: ((N_("🚪 Kiosks"), KioskList()),),
    FirstStep.DESK_CHAT: ((N_("💬 Desk chats"), DeskChats()),),
    FirstStep.PAYMENT_KEY: ((N_("🔑 Payment keys"), PaymentKeyList()),),
}


async def first_steps_of(context: UpdateContext) -> FirstSteps | None:
    """How far the gym has come; None to whoever cannot set it up."""
    if not context.identity.may(Permission.CHANGE_SETTINGS):
        return None
    config = context.gym.config
    async with context.unit_of_work() as uow:
        return await FirstStepsService(uow).read(
            has_backup_key=BackupKeyStore(config).is_there(), is_sandbox=config.sandbox
        )


@router.on(ShowFirstSteps)
async def show_first_steps(context: UpdateContext, _: ShowFirstSteps) -> None:
    context.identity.desk_actor.require(Permission.CHANGE_SETTINGS)
    found = await first_steps_of(context)
    assert found is not None, "the permission was looked at"
    t, settings = context.t, context.settings
    basics = t(
        "✅ {language}, {zone}, {currency}: change what is wrong before money is taken",
        language=LANGUAGE_NAMES[settings.language],
        zone=settings.timezone,
        currency=settings.currency,
    )
    lines = [f"{'✅' if step in found.done else '⬜'} {t(words)}" for step, words in STEPS.items()]
    doors = [
        button(t(label), leads)
        for step in FirstStep
        if step not in found.done
        for label, leads in DOORS[step]
    ]
    doors.append(button(t("⚙️ Settings"), SettingsPage(SettingGroup.GYM)))
    text = "\n".join([t("🚀 <b>First steps</b>"), "", basics, *lines])
    await context.show(Screen(text, [*grid(doors), nav(t)]))
