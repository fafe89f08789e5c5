"""The command menu of each chat: set when a person's role is first seen or changes."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field

import structlog
from telegram import BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.routing.routes import Routes
from bot.ui.update_context import UpdateContext
from gym.core.runtime.backoff import Backoff

log = structlog.get_logger()
MOST_COMMANDS = 5
"""Few enough to be read at a glance."""
MOST_CHATS = 5000
"""How many chats' menus are remembered; a forgotten one is set again, which does no harm."""
SHORTEST_PAUSE, LONGEST_PAUSE = 60.0, 86_400.0
"""Seconds before a menu that Telegram refused is tried again, with the next update after that."""


@dataclass(slots=True)
class _Menu:
    """What a chat was given, or is to be given once `retry_at` (monotonic seconds) has come."""

    wanted: tuple[str, ...]
    retry_at: float = math.inf
    backoff: Backoff = field(default_factory=lambda: Backoff(SHORTEST_PAUSE, LONGEST_PAUSE))


class CommandMenu:
    """Sets menus, and remembers them in this process: Telegram is asked once for a chat, language and
    role."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._menus: dict[int, _Menu] = {}

    def refresh(self, context: UpdateContext) -> None:
        """Set the menu if the chat has another one, beside the answer: nobody waits for it."""
        if not context.is_private:
            return
        commands = self._routes.menu(context.identity)[:MOST_COMMANDS]
        wanted = (context.identity.language, *(command.name for command in commands))
        menu = self._menus.get(context.chat_id)
        if menu is None or menu.wanted != wanted:
            if len(self._menus) >= MOST_CHATS:
                self._menus.clear()
            menu = self._menus[context.chat_id] = _Menu(wanted)
        elif _now() < menu.retry_at:
            return
        menu.retry_at = math.inf
        words = [BotCommand(one.name, context.t(one.description)) for one in commands if one.description]
        context.later(self._set(context, menu, words))

    async def _set(self, context: UpdateContext, menu: _Menu, words: list[BotCommand]) -> None:
        try:
            await context.bot.set_my_commands(words, scope=BotCommandScopeChat(context.chat_id))
        except TelegramError as error:
            pause = menu.backoff.next()
            menu.retry_at = _now() + pause
            log.info("commands_not_set", reason=error.message, pause=pause)


def _now() -> float:
    return asyncio.get_running_loop().time()
