"""The dispatcher: one update in, the right handler called, every fault answered in one place."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from telegram import Chat, Message, Update, User
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ContextTypes, TypeHandler

from bot.admission.pressed_buttons import require_on_message, pressed_button
from bot.admission.quotas import TooMuchAtOnce
from bot.bot_api.delivery_status import ServerFault
from bot.bot_api.retries import retry_seconds
from bot.bot_api.trouble_reports import report_trouble
from bot.forms.opening import FORMS
from bot.forms.screens import FormButton
from bot.routing.navigation import ROUTES, go_home
from bot.routing.router import Command, Occasion, Route
from bot.telegram.command_menu import CommandMenu
from bot.telegram.inbox import Done, Later, Outcome
from bot.ui.callbacks import UnknownButton, unpack
from bot.ui.keyboards import Button, nav
from bot.ui.screens import Screen
from bot.ui.sending.messenger import Ticker
from bot.ui.services import Services
from bot.ui.surfaces import OnlyInPrivate, Surface
from bot.ui.update_context import UpdateContext, topic_of
from gym.chats.desk_chats import DeskChatService
from gym.chats.intake import DeadReason
from gym.chats.repository import Claimed
from gym.chats.service import InboxService
from gym.core.database.engine import is_retryable
from gym.core.errors import DatabaseUnavailable, GymError
from gym.core.language import N_
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
RACE_SECONDS = 0.1
"""After so long an update is handled again whose transaction lost a deadlock; nothing of it was written."""
MOST_ALONE = 4
"""Attempts (14 s) of an answer that meets a 5xx while others hear from the bot."""
MOST_WHILE_ALIVE = 8
"""Attempts (4 minutes) of an answer that meets a 5xx while Telegram carries out anything else."""
OPENED_IN_PRIVATE = N_("Others read along here: I have opened it in your own chat with me.")
WRITE_FIRST = N_("Others read along here. Write to me in private first: open my profile and press Start.")
BotApplication = Application[Any, Any, Any, Any, Any, Any]


class UpdateDispatcher:
    """PTB's only handler; the bot's handlers are found through the routes."""

    def __init__(self, application: BotApplication, services: Services, inbox: InboxService) -> None:
        self._application = application
        self._services = services
        self._routes, self._forms = services[ROUTES], services[FORMS]
        self._menu = CommandMenu(self._routes)
        self._inbox = inbox
        self._claimed: dict[int, Claimed] = {}
        self._outcomes: dict[int, Outcome] = {}
        application.add_handler(TypeHandler(Update, self._on_update))

    async def handle(self, item: Claimed) -> Outcome:
        """An update out of the inbox; what became of it is in the outcome."""
        try:
            update = Update.de_json(item.payload, self._application.bot)
        except Exception as error:  # noqa: BLE001 - PTB checks no type: any error may come of a strange one
            log.warning("update_unreadable", update=item.update_id, reason=type(error).__name__)
            return Done(failed=True, reason=DeadReason.WRONG_SHAPE)
        self._claimed[item.update_id] = item
        await self._application.process_update(update)
        # PTB swallows what a handler raises before ours begins; then nothing was noted.
        return self._outcomes.pop(item.update_id, Done(failed=True))

    async def _on_update(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        item = self._claimed.pop(update.update_id)
        ticker = Ticker(item, self._inbox.count_sent)
        try:
            self._outcomes[update.update_id] = await self._outcome(update, ticker)
        except DatabaseUnavailable:
            self._outcomes[update.update_id] = Later()
        except DBAPIError as error:
            if not is_retryable(error):
                raise
            self._outcomes[update.update_id] = Later(RACE_SECONDS)

    async def _outcome(self, update: Update, ticker: Ticker) -> Outcome:
        moved = _migration(update)
        if moved is not None:
            await self._move(*moved)
            return Done()
        user, chat = _speaker(update), update.effective_chat
        if user is None or chat is None:
            return Done()
        try:
            identity = await self._services.reception.identity(user, chat.id, topic_of(update))
        except DatabaseUnavailable:
            return Later()
        context = UpdateContext(self._services, self._application.bot, update, identity, ticker)
        try:
            return await self._guarded(context)
        finally:
            await context.close()

    async def _move(self, old: int, new: int) -> None:
        async def move(uow: UnitOfWork) -> None:
            await DeskChatService(uow).moved(old, new)

        await self._services.gym.run(Actor.system(), move)

    async def _guarded(self, context: UpdateContext) -> Outcome:
        """The outermost edge: faults become sentences, surprises a short code."""
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
            return await self._surprise(context, error)
        except NetworkError as error:
            return await self._unsaid(context, error)
        except Exception as error:  # noqa: BLE001 - the chat's outermost edge
            return Later(RACE_SECONDS) if is_retryable(error) else await self._surprise(context, error)
        return Done()

    async def _unsaid(self, context: UpdateContext, error: NetworkError) -> Outcome:
        """Handled again later, unless it is this answer alone that Telegram fails to take: then the rest of
        the chat goes on."""
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
            await self._route(context)
        except DatabaseUnavailable:
            context.put_off()
            raise
        except GymError as error:
            await self._refused(context, error)
        self._menu.refresh(context)

    async def _refused(self, context: UpdateContext, error: GymError) -> None:
        """With the way on, where a router knows one for the button that was pressed; else the sentence."""
        handler = self._routes.refusals.get(type(error))
        if handler is not None and context.press is not None and context.is_private and not context.in_form:
            await handler(context, error)
        else:
            await context.fail(error)

    async def _surprise(self, context: UpdateContext, error: Exception) -> Outcome:
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

    # Where to

    async def _route(self, context: UpdateContext) -> None:
        if context.excess:
            raise TooMuchAtOnce
        if context.membership is not None:
            await self._on_membership(context)
            return
        if context.is_private and not context.identity.reachable:
            # Whoever writes has let the bot in again, whether Telegram said so or not.
            await self._services.chats.set_reachable(context.user_id, True)
        if context.query is not None:
            await self._on_press(context)
        elif context.message is not None:
            await self._on_message(context, context.message)

    async def _on_press(self, context: UpdateContext) -> None:
        routes, query = self._routes, context.query
        if query is None or query.data is None:
            raise UnknownButton
        context.press = unpack(routes.codes, query.data)
        route = routes.press(type(context.press.callback))
        route.check(context.identity)
        if not context.is_private:
            require_on_message(query)
        asks_again = context.press.is_stale(context.now) and not context.is_private
        if route.answers_on(context.surface) and not (asks_again and route.moves):
            await self._answer_press(context, route)
        elif route.moves:
            await self._open_in_private(context, route)
        else:
            raise OnlyInPrivate

    async def _answer_press(self, context: UpdateContext, route: Route) -> None:
        assert context.press is not None
        if context.press.is_stale(context.now):
            await self._ask_again(context)
            return
        context.in_form = isinstance(context.press.callback, FormButton)
        if not context.in_form:
            await self._forms.park(context)
        await route.handler(context, context.press.callback)

    async def _open_in_private(self, context: UpdateContext, route: Route) -> None:
        """What was tapped where others read along is shown in the person's own chat."""
        own = await context.in_private()
        try:
            await self._answer_press(own, route)
        except DatabaseUnavailable:
            raise
        except GymError as error:
            await self._refused(own, error)
        except Forbidden:
            await self._services.chats.set_reachable(context.user_id, False)
            await context.answer(context.t(WRITE_FIRST), alert=True)
            return
        finally:
            await own.close()
        await context.answer(context.t(OPENED_IN_PRIVATE), alert=True)

    async def _ask_again(self, context: UpdateContext) -> None:
        """An old button that changes something: a fresh one below says what it was.

        In the person's own chat: where others read along, somebody else could take it for their own question.
        """
        assert context.press is not None
        assert context.query is not None
        button = pressed_button(context.query)
        again = Button(button.text if button else context.t(N_("Do it")), context.press.callback)
        text = context.t(
            N_("That button was from {when}. Much may have changed since. Still do it?"),
            when=context.press.shown_at,
        )
        await context.say(Screen(text, [[*nav(context.t), again]]))

    async def _on_message(self, context: UpdateContext, message: Message) -> None:
        """In a group only a command is a word to the bot: people talk to each other there.

        What an inline bot wrote (`via_bot`) is no command of the person's, whatever it begins with.
        """
        if message.text and message.text.startswith("/") and message.via_bot is None:
            await self._on_command(context, message.text)
        elif context.is_private:
            await self._on_private_message(context, message)

    async def _on_private_message(self, context: UpdateContext, message: Message) -> None:
        forms = self._forms
        if message.via_bot is not None:
            await self._on_occasion(context, None)
        elif message.contact is not None:
            await self._on_occasion(context, Occasion.CONTACT)
        elif context.photo_id is not None:
            if not await forms.photo(context):
                await self._on_occasion(context, Occasion.PHOTO)
        elif message.document is not None:
            if not await forms.attachment(context):
                await self._on_occasion(context, Occasion.DOCUMENT)
        elif message.text:
            if not await forms.text(context):
                await self._on_occasion(context, Occasion.TEXT)
        elif message.effective_attachment is not None and not await forms.attachment(context):
            await self._on_occasion(context, None)

    async def _on_command(self, context: UpdateContext, text: str) -> None:
        head, _, context.payload = text[1:].partition(" ")
        name, _, whom = head.partition("@")
        if whom and whom.lower() != (context.bot.bot.username or "").lower():
            return
        context.payload = context.payload.strip()
        command = self._routes.commands.get(name.lower())
        if not context.is_private:
            await self._on_group_command(context, command)
        elif name.lower() == "start" and context.payload:
            await self._on_deep_link(context)
        elif command is None:
            await self._on_occasion(context, None)
        else:
            command.route.check(context.identity)
            if name.lower() != "cancel":
                await self._forms.park(context)
            await command.route.handler(context)

    async def _on_group_command(self, context: UpdateContext, command: Command | None) -> None:
        """The team is answered, or told where to write; to everybody else nothing is said."""
        if context.identity.staff is None:
            return
        if command is not None and command.route.answers_on(context.surface):
            await command.route.handler(context)
        elif context.surface is Surface.DESK:
            await context.fail(OnlyInPrivate())

    async def _on_deep_link(self, context: UpdateContext) -> None:
        route = self._routes.start(context.payload)
        await self._forms.park(context)
        if route is None:
            await go_home(context)
            return
        route.check(context.identity)
        await route.handler(context)

    async def _on_occasion(self, context: UpdateContext, occasion: Occasion | None) -> None:
        route = self._routes.occasion(occasion, context.identity) if occasion else None
        if route is not None:
            await route.handler(context)
        else:
            await go_home(context)

    async def _on_membership(self, context: UpdateContext) -> None:
        change = context.membership
        assert change is not None
        if context.is_private:
            reachable = change.new_chat_member.status == "member"
            await self._services.chats.set_reachable(context.user_id, reachable)
            return
        route = self._routes.occasion(Occasion.GROUP, context.identity)
        if route is not None:
            await route.handler(context)


def _migration(update: Update) -> tuple[int, int] | None:
    """The old and the new number of a group that became a supergroup; Telegram says so in both."""
    message = update.message
    if message is not None and message.migrate_to_chat_id is not None:
        return message.chat.id, message.migrate_to_chat_id
    if message is not None and message.migrate_from_chat_id is not None:
        return message.migrate_from_chat_id, message.chat.id
    return None


def _speaker(update: Update) -> User | None:
    """The person behind an update; None for bots, channels and anonymous admins.

    Whoever writes as a group or a channel (`sender_chat`) may be anybody of its admins, and what an inline
    bot has put into a group (`via_bot`) are not the words of the person who picked it.
    """
    user, message = update.effective_user, update.message
    if user is None or user.is_bot:
        return None
    if message is None:
        return user
    inline = message.via_bot is not None and message.chat.type != Chat.PRIVATE
    return None if inline or message.sender_chat is not None or message.is_automatic_forward else user
