"""The update dispatcher: one update out of the inbox, its person identified, every fault answered here."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from telegram import Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ContextTypes, TypeHandler

from bot.bot_api.delivery_status import ServerFault
from bot.bot_api.retries import retry_seconds
from bot.bot_api.trouble_reports import report_trouble
from bot.routing.navigation import ROUTES
from bot.telegram.command_menu import CommandMenu
from bot.telegram.inbox import Done, Later, Outcome
from bot.telegram.update_origin import migration_of, speaker_of
from bot.telegram.update_routing import UpdateRouting
from bot.ui.sending.answer_counter import AnswerCounter
from bot.ui.services import Services
from bot.ui.update_context import UpdateContext, topic_of
from gym.chats.desk_chats import DeskChatService
from gym.chats.intake import DeadReason
from gym.chats.schemas import ClaimedUpdate
from gym.chats.service import InboxService
from gym.core.database.engine import is_retryable
from gym.core.errors import DatabaseUnavailable, GymError
from gym.core.language import N_
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
RACE_SECONDS = 0.1
"""Seconds after which an update whose transaction lost a deadlock is handled again; nothing of it was
written."""
MOST_ALONE = 4
"""Attempts (14 s) of an answer that meets a 5xx while others' messages get through."""
MOST_WHILE_ALIVE = 8
"""Attempts (4 minutes) of an answer that meets a 5xx while Telegram carries out any other method."""
BotApplication = Application[Any, Any, Any, Any, Any, Any]


class UpdateDispatcher:
    """PTB's only handler: the bot's own handlers are found through its routes, not through PTB's filters."""

    def __init__(self, application: BotApplication, services: Services, inbox: InboxService) -> None:
        self._application = application
        self._services = services
        self._routing = UpdateRouting(services)
        self._menu = CommandMenu(services[ROUTES])
        self._inbox = inbox
        self._claimed: dict[int, ClaimedUpdate] = {}
        self._outcomes: dict[int, Outcome] = {}
        application.add_handler(TypeHandler(Update, self._on_update))

    async def handle(self, item: ClaimedUpdate) -> Outcome:
        """Handle an update of the inbox; the outcome says whether it is done, and when to try again."""
        try:
            update = Update.de_json(item.payload, self._application.bot)
        except Exception as error:  # noqa: BLE001 - PTB checks no type: any error may come of a strange one
            log.warning("update_unreadable", update=item.update_id, reason=type(error).__name__)
            return Done(failed=True, reason=DeadReason.WRONG_SHAPE)
        self._claimed[item.update_id] = item
        await self._application.process_update(update)
        # PTB swallows what is raised before our handler begins; then no outcome was noted.
        return self._outcomes.pop(item.update_id, Done(failed=True))

    async def _on_update(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        item = self._claimed.pop(update.update_id)
        counter = AnswerCounter(item, self._inbox.count_sent)
        try:
            self._outcomes[update.update_id] = await self._outcome(update, counter)
        except DatabaseUnavailable:
            self._outcomes[update.update_id] = Later()
        except DBAPIError as error:
            if not is_retryable(error):
                raise
            self._outcomes[update.update_id] = Later(RACE_SECONDS)

    async def _outcome(self, update: Update, counter: AnswerCounter) -> Outcome:
        moved = migration_of(update)
        if moved is not None:
            await self._move(*moved)
            return Done()
        user, chat = speaker_of(update), update.effective_chat
        if user is None or chat is None:
            return Done()
        try:
            identity = await self._services.identities.identity(user, chat.id, topic_of(update))
        except DatabaseUnavailable:
            return Later()
        context = UpdateContext(self._services, self._application.bot, update, identity, counter)
        try:
            return await self._guarded(context)
        finally:
            await context.close()

    async def _move(self, old: int, new: int) -> None:
        async def move(uow: UnitOfWork) -> None:
            await DeskChatService(uow).moved(old, new)

        await self._services.gym.run(Actor.system(), move)

    async def _guarded(self, context: UpdateContext) -> Outcome:
        """The outermost edge: a `GymError` becomes its sentence, anything unexpected a short code."""
        try:
            await self._answered(context)
        except Forbidden:
            if context.is_private:
                await self._services.chats.set_reachable(context.user_id, False)
        except ChatMigrated as error:
            await self._move(context.chat_id, error.new_chat_id)
        except DatabaseUnavailable:
            return Later()
        except RetryAfter as error:
            return Later(retry_seconds(error))
        except BadRequest as error:
            return await self._unexpected(context, error)
        except NetworkError as error:
            return await self._unsent(context, error)
        except Exception as error:  # noqa: BLE001 - the chat's outermost edge
            return Later(RACE_SECONDS) if is_retryable(error) else await self._unexpected(context, error)
        return Done()

    async def _unsent(self, context: UpdateContext, error: NetworkError) -> Outcome:
        """Later, unless Telegram fails to take this answer alone: it is given up, and the chat goes on."""
        health, attempts = self._services.health, context.attempts
        others_hear = attempts >= MOST_ALONE and health.works("sendMessage")
        if isinstance(error, ServerFault) and (
            others_hear or (attempts >= MOST_WHILE_ALIVE and health.works())
        ):
            log.error("answer_given_up", update=context.update.update_id, attempts=attempts)
            await report_trouble(self._services.gym, "sendMessage")
            return Done(failed=True)
        log.warning("telegram_unreachable", update=context.update.update_id)
        return Later()

    async def _answered(self, context: UpdateContext) -> None:
        try:
            await self._routing.route(context)
        except DatabaseUnavailable:
            context.put_off()
            raise
        except GymError as error:
            await self._routing.refuse(context, error)
        self._menu.refresh(context)

    async def _unexpected(self, context: UpdateContext, error: Exception) -> Outcome:
        code = secrets.token_hex(3).upper()
        log.error("update_failed", code=code, update=context.update.update_id, exc_info=error)
        text = context.t(
            N_("Something went wrong on our side. If it happens again, tell an admin this code: {code}"),
            code=code,
        )
        try:
            await context.warn(text)
        except TelegramError as silent:
            log.warning("code_not_told", code=code, reason=type(silent).__name__)
        return Done(failed=True, code=code)
