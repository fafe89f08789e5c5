"""The command menu of each chat: at most five commands, set when a person's role is first seen or changes."""

from __future__ import annotations

import structlog
from telegram import BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.routing import Routes
from bot.turn import Turn

log = structlog.get_logger()
MOST_COMMANDS = 5
MOST_CHATS = 5000
"""How many chats' menus are remembered; a forgotten one is merely set again."""


class CommandMenu:
    """Remembers what was set in this process, so that Telegram is asked once."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._seen: dict[int, tuple[str, ...]] = {}

    def refresh(self, turn: Turn) -> None:
        """Set the menu beside the answer, if this chat has another one."""
        if not turn.is_private:
            return
        commands = self._routes.menu(turn.visitor)[:MOST_COMMANDS]
        wanted = (turn.visitor.language, *(command.name for command in commands))
        if self._seen.get(turn.chat_id) == wanted:
            return
        if len(self._seen) >= MOST_CHATS:
            self._seen.clear()
        self._seen[turn.chat_id] = wanted
        menu = [BotCommand(one.name, turn.t(one.description)) for one in commands if one.description]
        turn.later(self._set(turn, menu))

    async def _set(self, turn: Turn, menu: list[BotCommand]) -> None:
        try:
            await turn.bot.set_my_commands(menu, scope=BotCommandScopeChat(turn.chat_id))
        except TelegramError as error:
            self._seen.pop(turn.chat_id, None)
            log.info("commands_not_set", reason=error.message)
