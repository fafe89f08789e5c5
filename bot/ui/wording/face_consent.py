"""Face consent in words: which pictures leave the building, what cannot be undone, the changed text."""

from __future__ import annotations

from typing import Final

from bot.ui.buttons.member import AskWithdraw, GiveConsent
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.faces.enrolment.consent import consent_text

THROUGH_TELEGRAM: Final = N_(
    "Photos of you that the desk sends to the bot in chat pass through Telegram; the bot deletes them "
    "there, those of an enrolment when it is saved or canceled, all others after ten minutes. A face "
    "taken at the kiosk never goes through Telegram. What you send in this chat yourself you can delete "
    "here yourself."
)
"""Which pictures leave the building, said to those who are on them."""


OUT_OF_REACH: Final = N_(
    "Out of the gym's reach are messages that Telegram does not let a bot delete (older than 48 hours), "
    "pictures somebody has saved on a phone, what Telegram itself keeps, and backups of the gym's system "
    "until they are replaced."
)
"""What forgetting a face cannot undo."""


def changed_text(t: HtmlTranslator, gym: str) -> str:
    """The text in force, for somebody who agreed to an older one."""
    head = t("<b>The text about face check-in has changed. Please read it again.</b>")
    meanwhile = t("Until you answer, your face opens the door as before.")
    return f"{head} {meanwhile}\n\n{t(consent_text(), gym=gym)}"


def answers_to_change(t: HtmlTranslator) -> Keyboard:
    """Buttons for yes and no; a no asks once more and then forgets the face."""
    return [
        [button(t("No, forget my face"), AskWithdraw(), wide=True)],
        [button(t("Yes, I agree"), GiveConsent())],
    ]
