"""The bot's description and short description at Telegram, in each language, in the gym's own name.

Telegram shows the one in an empty chat above *Start*, the other in the bot's profile and beside a link.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from telegram import Bot
from telegram.error import TelegramError

from gym.app import Gym
from gym.core.language import LANGUAGES, N_, Translator

log = structlog.get_logger()
DESCRIPTION: Final = N_(
    "{gym}: members see their plan, visits and payments here, ask for a freeze, and have the QR that opens "
    "the door. The team runs the desk from here. Press Start."
)
SHORT: Final = N_("{gym}: your plan, visits, payments and the QR for the door.")
LONGEST, LONGEST_SHORT = 512, 120
"""Letters, by https://core.telegram.org/bots/api#setmydescription and #setmyshortdescription."""


async def describe(gym: Gym, bot: Bot) -> None:
    """Set what differs; people whose language the gym does not speak read the gym's own.

    Best effort: a gym works without. Telegram allows few of these calls a day, so that they are read first.
    """
    settings = await gym.settings()
    for code, language in [(None, settings.language), *((one, one) for one in LANGUAGES)]:
        t = Translator(language)
        try:
            shown = (await bot.get_my_description(code)).description
            await _set(bot.set_my_description, shown, _fit(t, DESCRIPTION, settings.name, LONGEST), code)
            shown = (await bot.get_my_short_description(code)).short_description
            await _set(
                bot.set_my_short_description, shown, _fit(t, SHORT, settings.name, LONGEST_SHORT), code
            )
        except TelegramError as error:
            log.info("description_not_set", language=code, reason=error.message)
            return


def _fit(t: Translator, message: str, name: str, longest: int) -> str:
    """A gym's name may be as long as its setting allows."""
    return t(message, gym=name)[:longest]


async def _set(change: Callable[..., Awaitable[bool]], shown: str, words: str, code: str | None) -> None:
    if shown != words:
        await change(words, language_code=code)
