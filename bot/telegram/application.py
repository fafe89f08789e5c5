"""Assembly of the bot: PTB's application, its connections, the shared services and the update dispatcher."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ApplicationBuilder, ExtBot

from bot.admission.quotas import Quotas
from bot.bot_api.method_health import MethodHealth
from bot.bot_api.transport import AiohttpRequest, UpdatesRequest
from bot.forms.engine import FormEngine
from bot.forms.opening import FORMS
from bot.routing.navigation import ROUTES
from bot.routing.router import Router
from bot.routing.routes import Routes
from bot.telegram.dispatcher import BotApplication, UpdateDispatcher
from bot.telegram.inbox import Inbox
from bot.ui.identity import IdentityResolver
from bot.ui.sending.long_tasks import LONG_TASKS, LongTasks
from bot.ui.services import Services
from gym.app import Gym
from gym.chats.pictures import PictureLog
from gym.chats.service import ChatService, InboxService
from gym.chats.sessions import AutocommitSessions

TELEGRAM = "https://api.telegram.org"
ALLOWED_UPDATES = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)


@dataclass(frozen=True, slots=True)
class Api:
    """The address of a Bot API server, and the bot's token there."""

    token: str
    base_url: str
    file_url: str

    @classmethod
    def at(cls, token: str, server: str | None = None) -> Api:
        """The API of a server such as https://api.telegram.org, which is the default."""
        root = (server or TELEGRAM).rstrip("/")
        return cls(token, f"{root}/bot", f"{root}/file/bot")

    def __repr__(self) -> str:
        return f"Api({self.base_url})"


class GymBot(ExtBot[None]):
    """PTB's bot, with long polling that returns updates as Telegram sent them.

    The inbox keeps what came, not what PTB understood of it: a later version may understand more.
    """

    def __init__(self, *args: Any, health: MethodHealth, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._health = health

    @property
    def health(self) -> MethodHealth:
        """What its calls to each method have met lately."""
        return self._health

    async def raw_updates(self, offset: int | None, seconds: int, limit: int) -> list[object]:
        """One long poll (getUpdates): the updates as JSON values. Raises TelegramError."""
        wanted = {
            "offset": offset,
            "timeout": seconds,
            "limit": limit,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        answer: object = None
        with suppress(KeyError):  # PTB takes it for granted that an answer has a result
            answer = await self._post("getUpdates", wanted, read_timeout=seconds + 10)
        if not isinstance(answer, list):
            raise TelegramError("Invalid server response")
        return cast("list[object]", answer)


def make_bot(api: Api) -> GymBot:
    health = MethodHealth()
    return GymBot(
        api.token,
        base_url=api.base_url,
        base_file_url=api.file_url,
        request=AiohttpRequest(connections=64, read_seconds=15, note=health.note),
        get_updates_request=UpdatesRequest(connections=2, read_seconds=15, note=health.note),
        health=health,
    )


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of the bot, put together and not yet running."""

    gym: Gym
    application: BotApplication
    bot: GymBot
    inbox: Inbox
    services: Services


def assemble(gym: Gym, api: Api, routers: Iterable[Router]) -> Assembly:
    """The bot's parts over one gym. Raises ValueError when two routers answer the same thing."""
    sessions = AutocommitSessions(gym.database, gym.recovery)
    routes, chats = Routes(routers), ChatService(sessions)
    identities = IdentityResolver(gym.config, sessions, gym.clock)
    bot, forms = make_bot(api), FormEngine(chats, routes)
    above = {ROUTES: routes, FORMS: forms, LONG_TASKS: LongTasks()}
    services = Services(gym, chats, PictureLog(sessions), identities, bot.health, above)
    application: BotApplication = ApplicationBuilder().bot(bot).updater(None).job_queue(None).build()
    updates = InboxService(sessions, gym.clock)
    inbox = Inbox(updates, UpdateDispatcher(application, services, updates).handle, quotas=Quotas(gym.clock))
    return Assembly(gym, application, bot, inbox, services)
