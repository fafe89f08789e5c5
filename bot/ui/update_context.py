"""The update context: one update being handled, with everything a handler needs to answer it.

Handlers are `async def handler(context: UpdateContext) -> None`, those of buttons take `(context,
press)`. They read `context.text`, `context.payload`, `context.photo_bytes()`, open
`context.unit_of_work()`, call one service and `context.show(Screen(…))`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import UUID

from telegram import Bot, CallbackQuery, ChatMemberUpdated, Message, Update

from bot.admission.pressed_buttons import pressed_message
from bot.ui.callbacks import ButtonPress, stays
from bot.ui.identity import Identity
from bot.ui.keyboards import nav
from bot.ui.newest_cards import NewestCardTracker
from bot.ui.pictures.incoming_files import IncomingFiles
from bot.ui.pictures.picture_register import PictureRegister
from bot.ui.screens import HtmlTranslator, Screen, say_error
from bot.ui.sending.answer_counter import AnswerCounter
from bot.ui.sending.background import BackgroundTasks
from bot.ui.sending.busy_indicator import BusyIndicator
from bot.ui.sending.copies import SentCopy
from bot.ui.sending.messenger import Messenger
from bot.ui.sending.press_answer import PressAnswer
from bot.ui.sending.replies import Reader, Replies
from bot.ui.services import Services
from bot.ui.surfaces import Surface
from gym.chats.models import Draft
from gym.core.errors import GymError
from gym.core.language import N_
from gym.core.reading.conventions import Conventions
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork

Result = TypeVar("Result")
PUT_OFF: Final = N_(
    "The gym's data is out of reach for a moment. What you tapped is done as soon as it is back."
)


class UpdateContext:
    """One update of one person, answered in one chat: where it came from, or in the person's own."""

    def __init__(
        self,
        services: Services,
        bot: Bot,
        update: Update,
        identity: Identity,
        counter: AnswerCounter,
        *,
        moved: bool = False,
    ) -> None:
        self.services = services
        self.gym = services.gym
        self.bot = bot
        self.update = update
        self.identity = identity
        self.draft: Draft | None = identity.draft
        self.payload = ""
        """What follows a command, or the prefix of a deep link."""
        self.press: ButtonPress | None = None
        self.in_form = False
        """Whether the button answers a form's question; the form has gone on then."""
        self.attempts = counter.attempts
        self.excess = counter.excess
        self._counter = counter
        self._topic_id = None if moved else topic_of(update)
        pictures = PictureRegister(services.pictures, identity.chat_id, identity.now)
        self._files = IncomingFiles(services, bot, update.message, pictures, counter.attempts)
        self._messenger = Messenger(
            bot, identity.chat_id, counter, pictures, services.health, self._topic_id, identity.surface
        )
        query = None if moved else update.callback_query
        self._background = BackgroundTasks()
        self._press_answer = PressAnswer(query, self._background)
        target = pressed_message(query) if query and not stays(query.data) else None
        self._replies = Replies(
            self.gym,
            self._messenger,
            self._press_answer,
            self._background,
            NewestCardTracker(services.chats, identity.chat_id, identity.newest_card, self.now),
            self.now,
            target,
        )
        self._busy = (
            BusyIndicator(bot, self.chat_id, self._topic_id, self._press_answer, self._background)
            if self.is_private
            else None
        )

    # Identity

    @property
    def user_id(self) -> int:
        return self.identity.telegram_id

    @property
    def chat_id(self) -> int:
        return self.identity.chat_id

    @property
    def topic_id(self) -> int | None:
        """The forum topic that answers go to."""
        return self._messenger.thread_id

    @property
    def surface(self) -> Surface:
        """Where the answer would be read."""
        return self.identity.surface

    @property
    def is_private(self) -> bool:
        return self.surface is Surface.PRIVATE

    @property
    def settings(self) -> GymSettings:
        return self.identity.settings

    @property
    def conventions(self) -> Conventions:
        """How this person writes money and days at this gym."""
        return self.settings.conventions(self.identity.language)

    @property
    def now(self) -> datetime:
        """Business time."""
        return self.identity.now

    @property
    def today(self) -> date:
        return self.identity.today

    @cached_property
    def t(self) -> HtmlTranslator:
        """Translates into this person's language, in HTML."""
        return self.translator(self.identity.language)

    def translator(self, language: str) -> HtmlTranslator:
        """A translator into another language, for whoever has just changed it."""
        return HtmlTranslator(language, currency=self.settings.currency, timezone=self.settings.timezone)

    async def refresh(self) -> None:
        """Read the person again, after this update has changed who they are."""
        user = self.update.effective_user
        assert user is not None
        self.identity = await self.services.identities.identity(user, self.chat_id, self._topic_id)
        self._messenger.surface = self.surface
        self.__dict__.pop("t", None)

    async def in_private(self) -> UpdateContext:
        """The same update, answered in the person's own chat; the caller closes it."""
        user = self.update.effective_user
        assert user is not None
        identity = await self.services.identities.identity(user, user.id)
        own = UpdateContext(self.services, self.bot, self.update, identity, self._counter, moved=True)
        own.press = self.press
        return own

    # The update

    @property
    def query(self) -> CallbackQuery | None:
        return self.update.callback_query

    @property
    def message(self) -> Message | None:
        """What the person sent; None for a button press."""
        return self.update.message

    @property
    def membership(self) -> ChatMemberUpdated | None:
        return self.update.my_chat_member

    @property
    def text(self) -> str:
        return (self.message.text or "").strip() if self.message else ""

    @property
    def caption(self) -> str:
        return (self.message.caption or "").strip() if self.message else ""

    @property
    def photo_id(self) -> str | None:
        """The largest size of the photo, or the picture sent as a document."""
        return self._files.photo_id

    async def photo_bytes(self, form_key: UUID | None = None) -> bytes:
        """The picture that came; from here on its message is due for deletion, see `note_photo`.

        Raises `PictureExpected`, `PictureTooBig`, `PictureGone`, `PictureNotHandedOver`.
        """
        return await self._files.photo_bytes(form_key)

    async def note_photo(self, form_key: UUID | None = None, message_id: int | None = None) -> None:
        """Note that the message, or an earlier one of this chat, may show a face: it goes after ten minutes,
        or with the form it belongs to."""
        await self._files.note_photo(form_key, message_id)

    async def download(self, file_id: str) -> bytes:
        """A file of Telegram's, in memory only.

        Raises `PictureTooBig`, `PictureGone`, and `PictureNotHandedOver` when that was so before.
        """
        return await self._files.download(file_id)

    # Transactions

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction of the staff member. Raises `NotForYou` for others."""
        return self.gym.unit_of_work(self.identity.desk_actor)

    def member_unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction of the member. Raises `NotForYou` for others."""
        return self.gym.unit_of_work(self.identity.member_actor)

    def stranger_unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction of the gym itself, for somebody who is about to be linked."""
        return self.gym.unit_of_work(Actor.system())

    async def run(self, work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result:
        """`unit_of_work` around `work`, repeated when it lost a deadlock."""
        return await self.gym.run(self.identity.desk_actor, work)

    async def run_member(self, work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result:
        """`member_unit_of_work` around `work`, repeated when it lost a deadlock."""
        return await self.gym.run(self.identity.member_actor, work)

    # Answers

    @property
    def target(self) -> Message | None:
        """The message that `show` edits; none before the first answer to a text or photo."""
        return self._replies.target

    async def show(self, screen: Screen) -> None:
        """Edit the pressed message in place; after a text or photo send one, which a second `show` edits."""
        await self._replies.show(screen, self._reader)

    def answer_in(self, message_id: int) -> None:
        """Let `show` edit an earlier message of this chat."""
        self._replies.answer_in(self.chat_id, message_id)

    async def say(self, screen: Screen | str) -> Message:
        """Always a new message, such as a check-in or an alert."""
        return await self._replies.say(Screen(screen) if isinstance(screen, str) else screen, self._reader)

    async def quote(self, screen: Screen) -> None:
        """A new message that replies to the one that came."""
        await self.say(replace(screen, quotes=self.message.message_id if self.message else None))

    async def keep(self, screen: Screen) -> None:
        """A record that stays in the chat (a receipt): a new message; the question above loses its keys."""
        await self._replies.keep(screen, self._reader)

    def take_keys(self, message_id: int) -> None:
        """Take the buttons off an earlier message, beside the answer."""
        self._replies.take_keys(message_id)

    async def react(self, emoji: str) -> bool:
        """Put a reaction under the message that came; False where that cannot be done."""
        return self.message is not None and await self._messenger.react(self.message.message_id, emoji)

    async def send_document(self, data: bytes, filename: str, caption: str = "") -> None:
        """A file, in private only; `caption` is HTML."""
        await self._replies.send_document(data, filename, caption, self._reader)

    async def copy(self, copied: SentCopy) -> bool:
        """Show a message of another chat in the person's own; False where Telegram has it no more."""
        self.answer_silently()
        return await self._messenger.copy(copied, self.now) is not None

    async def answer(self, toast: str, *, alert: bool = False) -> None:
        """A line over the chat that goes away (`alert`: stays until closed). Once per press, before `show`.

        Where there is no press to answer any more, it becomes a message.
        """
        await self._replies.answer(toast, self._reader, alert=alert)

    def put_off(self) -> None:
        """The update is handled again later: a press that still waits is told so, else nothing is said.

        A message would count as this update's first answer, and the next attempt would leave that out.
        """
        if not self._press_answer.given:
            self._press_answer.give(self.t(PUT_OFF), alert=True)

    def answer_silently(self) -> None:
        """Stop the spinner of the pressed button."""
        self._press_answer.give_silently()

    async def fail(self, error: GymError) -> None:
        """Say a fault: over the screen for a press, so that it stays; else as a message with the way home."""
        await self.warn(say_error(self.t, error))

    async def warn(self, sentence: str) -> None:
        """A sentence to be read before going on; where nothing may be said, only a press is answered."""
        if not self._press_answer.given:
            await self.answer(sentence, alert=True)
        elif self.surface is not Surface.ELSEWHERE:
            await self.say(Screen(sentence, [nav(self.t)]))

    @property
    def _reader(self) -> Reader:
        pressed = self.press.callback if self.press else None
        repeatable = pressed is not None and not pressed.changes and not self.in_form
        return Reader(self.t, pressed if repeatable else None)

    # End

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work beside the answer; it ends before the update's handling does."""
        self._background.start(work)

    async def close(self) -> None:
        """Answer every press and end what runs."""
        if self._busy is not None:
            self._busy.stop()
        self.answer_silently()
        await self._background.finish()


def topic_of(update: Update) -> int | None:
    """The forum topic of an update; threads of replies in other groups are none."""
    message = update.effective_message
    topic = isinstance(message, Message) and bool(message.is_topic_message)
    return message.message_thread_id if isinstance(message, Message) and topic else None
