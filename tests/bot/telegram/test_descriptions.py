"""What Telegram says of the bot before anybody has written to it."""

from __future__ import annotations

from bot.telegram.descriptions import describe
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from tests.support.sandbox.client import SandboxClient


async def test_telegram_describes_the_bot_in_each_language_and_is_asked_to_only_once(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient
) -> None:
    bot = desk_bot.assembly.bot
    await describe(gym, bot)
    assert (await bot.get_my_description("es")).description.startswith("PowerGym: ")
    assert "QR de la puerta" in (await bot.get_my_short_description("es")).short_description
    assert "QR for the door" in (await bot.get_my_short_description()).short_description
    before = len(await telegram.calls())
    await describe(gym, bot)
    later = [call["method"].lower() for call in (await telegram.calls())[before:]]
    assert not [method for method in later if method.startswith("set")]
    await telegram.fault("getMyDescription", 429, retry_after=3600)
    await describe(gym, bot)  # a gym works without
