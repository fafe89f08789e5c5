"""The dispatcher: one update in, the right handler called, every fault answered in one place."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from telegram import Chat, Message, Update, User
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ContextTypes, TypeHandler

from bot.forms.screens import FormTap
from bot.telegram.admission.pressed_buttons import require_on_message, tapped_button
from bot.telegram.admission.quotas import TooMuchAtOnce
from bot.telegram.calls.delivery_status import ServerFault
from bot.telegram.calls.retries import retry_seconds
from bot.telegram.calls.trouble_reports import report_trouble
from bot.telegram.command_menu import CommandMenu
from bot.telegram.inbox import Done, Later, Outcome
from bot.ui.callbacks import Home, UnknownButton, unpack
from bot.ui.keyboards import Button, nav
from bot.ui.routing import Command, Occasion, Route
from bot.ui.screens import Screen
from bot.ui.sending import Ticker
from bot.ui.surfaces import OnlyInPrivate, Surface
from bot.ui.update_context import Turn, Workshop, topic_of
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


class Dispatcher:
    """PTB's only handler; flows are reached through the workshop's routes."""

    def __init__(self, application: BotApplication, workshop: Workshop, inbox: InboxService) -> None:
        self._application = application
        self._workshop = workshop
        self._menu = CommandMenu(workshop.routes)
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
            visitor = await self._workshop.reception.visitor(user, chat.id, topic_of(update))
        except DatabaseUnavailable:
            return Later()
        turn = Turn(self._workshop, self._application.bot, update, visitor, ticker)
        try:
            return await self._guarded(turn)
        finally:
            await turn.close()

    async def _move(self, old: int, new: int) -> None:
        async def move(uow: UnitOfWork) -> None:
            await DeskChatService(uow).moved(old, new)

        await self._workshop.gym.run(Actor.system(), move)

    async def _guarded(self, turn: Turn) -> Outcome:
        """The outermost edge: faults become sentences, surprises a short code."""
        try:
            await self._answered(turn)
        except Forbidden:
            if turn.is_private:
                await self._workshop.chats.set_reachable(turn.user_id, False)
        except ChatMigrated as error:
            await self._move(turn.chat_id, error.new_chat_id)
        except DatabaseUnavailable:
            return Later()
        except RetryAfter as error:
            return Later(retry_seconds(error))
        except BadRequest as error:
            return await self._surprise(turn, error)
        except NetworkError as error:
            return await self._unsaid(turn, error)
        except Exception as error:  # noqa: BLE001 - the chat's outermost edge
            return Later(RACE_SECONDS) if is_retryable(error) else await self._surprise(turn, error)
        return Done()

    async def _unsaid(self, turn: Turn, error: NetworkError) -> Outcome:
        """Handled again later, unless it is this answer alone that Telegram fails to take: then the rest of
        the chat goes on."""
        health, attempts = self._workshop.health, turn.attempts
        others_hear = attempts >= MOST_ALONE and health.works("sendMessage")
        if isinstance(error, ServerFault) and (
            others_hear or (attempts >= MOST_WHILE_ALIVE and health.works())
        ):
            log.error("answer_given_up", update=turn.update.update_id, attempts=attempts)
            await report_trouble(self._workshop.gym, "sendMessage")
            return Done(failed=True)
        log.warning("telegram_unreachable", update=turn.update.update_id)
        return Later()

    async def _answered(self, turn: Turn) -> None:
        try:
            await self._route(turn)
        except DatabaseUnavailable:
            turn.put_off()
            raise
        except GymError as error:
            await self._refused(turn, error)
        self._menu.refresh(turn)

    async def _refused(self, turn: Turn, error: GymError) -> None:
        """With the way on, where a flow knows one for the button that was tapped; else the sentence."""
        handler = self._workshop.routes.refusals.get(type(error))
        if handler is not None and turn.tap is not None and turn.is_private and not turn.in_form:
            await handler(turn, error)
        else:
            await turn.fail(error)

    async def _surprise(self, turn: Turn, error: Exception) -> Outcome:
        code = secrets.token_hex(3).upper()
        log.error("update_failed", code=code, update=turn.update.update_id, exc_info=error)
        text = turn.t(
            N_("Something went wrong on our side. If it happens again, tell an admin this code: {code}"),
            code=code,
        )
        try:
            await turn.warn(text)
        except TelegramError as silent:
            log.warning("code_not_told", code=code, reason=type(silent).__name__)
        return Done(failed=True, code=code)

    # Where to

    async def _route(self, turn: Turn) -> None:
        if turn.excess:
            raise TooMuchAtOnce
        if turn.membership is not None:
            await self._on_membership(turn)
            return
        if turn.is_private and not turn.visitor.reachable:
            # Whoever writes has let the bot in again, whether Telegram said so or not.
            await self._workshop.chats.set_reachable(turn.user_id, True)
        if turn.query is not None:
            await self._on_tap(turn)
        elif turn.message is not None:
            await self._on_message(turn, turn.message)

    async def _on_tap(self, turn: Turn) -> None:
        routes, query = self._workshop.routes, turn.query
        if query is None or query.data is None:
            raise UnknownButton
        turn.tap = unpack(routes.codes, query.data)
        route = routes.tap(type(turn.tap.callback))
        route.check(turn.visitor)
        if not turn.is_private:
            require_on_message(query)
        asks_again = turn.tap.is_stale(turn.now) and not turn.is_private
        if route.answers_on(turn.surface) and not (asks_again and route.moves):
            await self._answer_tap(turn, route)
        elif route.moves:
            await self._open_in_private(turn, route)
        else:
            raise OnlyInPrivate

    async def _answer_tap(self, turn: Turn, route: Route) -> None:
        assert turn.tap is not None
        if turn.tap.is_stale(turn.now):
            await self._ask_again(turn)
            return
        turn.in_form = isinstance(turn.tap.callback, FormTap)
        if not turn.in_form:
            await self._workshop.forms.park(turn)
        await route.handler(turn, turn.tap.callback)

    async def _open_in_private(self, turn: Turn, route: Route) -> None:
        """What was tapped where others read along is shown in the person's own chat."""
        own = await turn.in_private()
        try:
            await self._answer_tap(own, route)
        except DatabaseUnavailable:
            raise
        except GymError as error:
            await self._refused(own, error)
        except Forbidden:
            await self._workshop.chats.set_reachable(turn.user_id, False)
            await turn.answer(turn.t(WRITE_FIRST), alert=True)
            return
        finally:
            await own.close()
        await turn.answer(turn.t(OPENED_IN_PRIVATE), alert=True)

    async def _ask_again(self, turn: Turn) -> None:
        """An old button that changes something: a fresh one below says what it was.

        In the person's own chat: where others read along, somebody else could take it for their own question.
        """
        assert turn.tap is not None
        assert turn.query is not None
        button = tapped_button(turn.query)
        again = Button(button.text if button else turn.t(N_("Do it")), turn.tap.callback)
        text = turn.t(
            N_("That button was from {when}. Much may have changed since. Still do it?"),
            when=turn.tap.shown_at,
        )
        await turn.say(Screen(text, [[*nav(turn.t), again]]))

    async def _on_message(self, turn: Turn, message: Message) -> None:
        """In a group only a command is a word to the bot: people talk to each other there.

        What an inline bot wrote (`via_bot`) is no command of the person's, whatever it begins with.
        """
        if message.text and message.text.startswith("/") and message.via_bot is None:
            await self._on_command(turn, message.text)
        elif turn.is_private:
            await self._on_private_message(turn, message)

    async def _on_private_message(self, turn: Turn, message: Message) -> None:
        forms = self._workshop.forms
        if message.via_bot is not None:
            await self._on_occasion(turn, None)
        elif message.contact is not None:
            await self._on_occasion(turn, Occasion.CONTACT)
        elif turn.photo_id is not None:
            if not await forms.photo(turn):
                await self._on_occasion(turn, Occasion.PHOTO)
        elif message.document is not None:
            if not await forms.attachment(turn):
                await self._on_occasion(turn, Occasion.DOCUMENT)
        elif message.text:
            if not await forms.text(turn):
                await self._on_occasion(turn, Occasion.TEXT)
        elif message.effective_attachment is not None and not await forms.attachment(turn):
            await self._on_occasion(turn, None)

    async def _on_command(self, turn: Turn, text: str) -> None:
        head, _, turn.payload = text[1:].partition(" ")
        name, _, whom = head.partition("@")
        if whom and whom.lower() != (turn.bot.bot.username or "").lower():
            return
        turn.payload = turn.payload.strip()
        command = self._workshop.routes.commands.get(name.lower())
        if not turn.is_private:
            await self._on_group_command(turn, command)
        elif name.lower() == "start" and turn.payload:
            await self._on_deep_link(turn)
        elif command is None:
            await self._on_occasion(turn, None)
        else:
            command.route.check(turn.visitor)
            if name.lower() != "cancel":
                await self._workshop.forms.park(turn)
            await command.route.handler(turn)

    async def _on_group_command(self, turn: Turn, command: Command | None) -> None:
        """The team is answered, or told where to write; to everybody else nothing is said."""
        if turn.visitor.staff is None:
            return
        if command is not None and command.route.answers_on(turn.surface):
            await command.route.handler(turn)
        elif turn.surface is Surface.DESK:
            await turn.fail(OnlyInPrivate())

    async def _on_deep_link(self, turn: Turn) -> None:
        route = self._workshop.routes.start(turn.payload)
        await self._workshop.forms.park(turn)
        if route is None:
            await turn.home()
            return
        route.check(turn.visitor)
        await route.handler(turn)

    async def _on_occasion(self, turn: Turn, occasion: Occasion | None) -> None:
        route = self._workshop.routes.occasion(occasion, turn.visitor) if occasion else None
        if route is not None:
            await route.handler(turn)
        else:
            await turn.go(Home())

    async def _on_membership(self, turn: Turn) -> None:
        change = turn.membership
        assert change is not None
        if turn.is_private:
            reachable = change.new_chat_member.status == "member"
            await self._workshop.chats.set_reachable(turn.user_id, reachable)
            return
        route = self._workshop.routes.occasion(Occasion.GROUP, turn.visitor)
        if route is not None:
            await route.handler(turn)


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
