"""The busy indicator of one update: after 0.3 s the pressed button's spinner stops and the chat shows
*typing*."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.ui.sending.background import BackgroundTasks
from bot.ui.sending.press_answer import PressAnswer

log = structlog.get_logger()
SLOW_SECONDS: Final = 0.3
"""Shorter work shows nothing: its answer comes before the indicator would be seen."""


class BusyIndicator:
    """Begins when it is made, for one chat (and topic); `stop` when the update has been handled."""

    def __init__(
        self, bot: Bot, chat_id: int, thread_id: int | None, press: PressAnswer, background: BackgroundTasks
    ) -> None:
        self._bot = bot
        self._chat_id = chat_id
        self._thread_id = thread_id
        self._press = press
        self._background = background
        self._timer = asyncio.get_running_loop().call_later(SLOW_SECONDS, self._show)

    def stop(self) -> None:
        self._timer.cancel()

    def _show(self) -> None:
        self._press.give_silently()
        self._background.start(self._send_typing())

    async def _send_typing(self) -> None:
        try:
            await self._bot.send_chat_action(
                self._chat_id, ChatAction.TYPING, message_thread_id=self._thread_id
            )
        except TelegramError as error:
            log.info("chat_action_failed", reason=error.message)
