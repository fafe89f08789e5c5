"""The answer to a callback query: a toast, an alert or nothing, once for each press of a button."""

from __future__ import annotations

import structlog
from telegram import CallbackQuery
from telegram.error import TelegramError

from bot.ui.screens import plain
from bot.ui.sending.background import BackgroundTasks

log = structlog.get_logger()


class PressAnswer:
    """Answers a callback query, which stops the button's spinner; Telegram takes one answer, later ones are
    not sent."""

    def __init__(self, query: CallbackQuery | None, background: BackgroundTasks) -> None:
        self._query = query
        self._background = background
        self.is_press = query is not None
        self.given = query is None
        """Whether nothing waits for an answer: it was given, or no button was pressed."""

    def give(self, text: str, *, alert: bool) -> None:
        """Say it over the screen; `text` is HTML, which a toast cannot show."""
        self._send(plain(text), alert)

    def give_silently(self) -> None:
        if not self.given:
            self._send(None, alert=False)

    def _send(self, text: str | None, alert: bool) -> None:
        self.given = True
        self._background.start(self._answer(text, alert))

    async def _answer(self, text: str | None, alert: bool) -> None:
        if self._query is None:
            return
        try:
            await self._query.answer(text, show_alert=alert)
        except TelegramError as error:
            # The query is too old or gone; the screen shows the outcome anyway.
            log.info("tap_not_answered", reason=error.message)
