"""Privacy for admins: erasures that wait for their day, and consents in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.desk.privacy.buttons import ConsentList, PrivacyMenu
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import ClientData
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.privacy.consents.consent_register import ConsentCounts, ConsentRegister
from gym.privacy.erasure import ErasureService
from gym.privacy.schemas import WaitingErasure
from gym.security.permissions import Permission
from gym.settings.schemas import GymSettings

router = Router(Audience.STAFF)
MOST: Final = 10
"""Erasures that have a line and a button; who waits longest stands first."""

DAYS: Final = N_(
    "Messages are forgotten after {days} days, refusals at the door after {denials}, chats of strangers after"
    " {strangers}: change it under Settings, Privacy. What else is kept, and why, stands in docs/privacy.md."
)


async def _waiting(context: UpdateContext) -> int:
    async with context.unit_of_work() as uow:
        return len(await ErasureService(uow).waiting())


router.manage(MenuGroup.PEOPLE, N_("🔏 Privacy"), PrivacyMenu(), Permission.ERASE, badge=_waiting)


@router.on(PrivacyMenu)
async def privacy_menu(context: UpdateContext, _: PrivacyMenu) -> None:
    async with context.unit_of_work() as uow:
        waiting = await ErasureService(uow).waiting()
        consents = await ConsentRegister(uow).counts()
    t = context.t
    lines = [t("🔏 <b>Privacy</b>"), "", *_erasures(t, waiting), "", *counted_consents(t, consents)]
    lines += ["", _days(t, context.settings)]
    register = [button(t("🙂 Consents"), ConsentList())]
    await context.show(
        Screen("\n".join(lines), [*_people(waiting), register, nav(t, back=ManageGroup(MenuGroup.PEOPLE))])
    )


def _days(t: HtmlTranslator, settings: GymSettings) -> str:
    return t(
        DAYS,
        days=settings.keep_messages_days,
        denials=settings.keep_denials_days,
        strangers=settings.keep_strangers_days,
    )


def _erasures(t: HtmlTranslator, waiting: Sequence[WaitingErasure]) -> list[str]:
    if not waiting:
        return [t("🗑 Nobody waits to be erased.")]
    words = {
        True: N_("· {client}, at their own wish: {at}"),
        False: N_("· {client}, asked by the team: {at}"),
    }
    lines = [t(words[one.by_client], client=one.client_name, at=one.due_at) for one in waiting[:MOST]]
    more = len(waiting) - MOST
    tail = [t.plural("… and {count} more", "… and {count} more", more)] if more > 0 else []
    return [t("🗑 Waiting to be erased:"), *lines, *tail]


def _people(waiting: Sequence[WaitingErasure]) -> Keyboard:
    return [[button(f"🗑 {one.client_name}", ClientData(one.client_id), wide=True)] for one in waiting[:MOST]]


def counted_consents(t: HtmlTranslator, counts: ConsentCounts) -> list[str]:
    """A line for each standing that occurs."""
    lines = {
        t.plural(
            "🙂 {count} person has agreed to face check-in",
            "🙂 {count} people have agreed to face check-in",
            counts.in_force,
        ): True,
        t.plural(
            "🕗 {count} person agreed to an older text",
            "🕗 {count} people agreed to an older text",
            counts.older_text,
        ): bool(counts.older_text),
        t.plural("⬜ {count} consent has ended", "⬜ {count} consents have ended", counts.ended): bool(
            counts.ended
        ),
    }
    return [line for line, said in lines.items() if said]
