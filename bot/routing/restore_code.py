"""Answer to the code of a restore: that the gym is back, as of when, and what an admin has to look at."""

from __future__ import annotations

import re
from typing import Final

from bot.ui.buttons.door import KioskList
from bot.ui.buttons.settings import DeadLetters
from bot.ui.buttons.staff import Team
from bot.ui.keyboards import Row, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.backup.restoring.last_restore import LastRestore, last_restore
from gym.security.permissions import Permission

CODE: Final = re.compile(r"restore-[0-9a-f]{10}")
"""What `python -m gym restore --from-chat` prints; Telegram hands it to the restored gym once more."""


async def answer_restore_code(context: UpdateContext) -> bool:
    """Whether the text was such a code, sent by an admin."""
    if not CODE.fullmatch(context.text.strip()) or not context.identity.may(Permission.CHANGE_SETTINGS):
        return False
    async with context.unit_of_work() as uow:
        found = await last_restore(uow)
    await context.show(_not_restored(context.t) if found is None else _screen(context.t, found))
    return True


def _not_restored(t: HtmlTranslator) -> Screen:
    words = t(
        "This code is for the gym's new computer, but this gym is running and has read it first. Stop this"
        " one, then send the code again."
    )
    return Screen(words, [nav(t)])


def _screen(t: HtmlTranslator, found: LastRestore) -> Screen:
    lines = [
        t(
            "✅ <b>The gym is back</b>, as it was on {at}. What happened after that is not in it.",
            at=found.made_at,
        ),
        "",
        *_lines(t, found),
    ]
    return Screen("\n".join(lines), [*_rows(t, found), nav(t)])


def _lines(t: HtmlTranslator, found: LastRestore) -> list[str]:
    lines = {
        t.plural(
            "⏳ {count} message waits: it may have been told before.",
            "⏳ {count} messages wait: they may have been told before.",
            found.held,
        ): found.held,
        t.plural(
            "🗑 {count} client waits to be erased: take back under Privacy what was taken back since.",
            "🗑 {count} clients wait to be erased: take back under Privacy what was taken back since.",
            found.erasures,
        ): found.erasures,
    }
    who = t(
        "👥 Colleagues: {colleagues}, kiosks: {kiosks}, as they were then. Take out who has left since.",
        colleagues=found.colleagues,
        kiosks=found.kiosks,
    )
    receipts = (
        [t("🧾 Receipts go on at {number}.", number=found.receipts_after + 1)] if found.receipts_after else []
    )
    return [*(line for line, count in lines.items() if count), who, *receipts]


def _rows(t: HtmlTranslator, found: LastRestore) -> list[Row]:
    held = [[button(t("⚠️ Undelivered"), DeadLetters(), wide=True)]] if found.held else []
    return [*held, [button(t("👔 Team"), Team()), button(t("🚪 Kiosks"), KioskList())]]
