"""The update context: one update being handled, with everything a handler needs to answer it.

Handlers are `async def handler(context: UpdateContext) -> None`, those of buttons take `(context,
press)`. They read `context.text`, `context.payload`, `context.photo_bytes()`, open
`context.unit_of_work()`, call one service and `context.show(Screen(…))`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import structlog
from telegram import Bot, CallbackQuery, Chat, ChatMemberUpdated, Document, Message, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.admission.pressed_buttons import tapped_message
from bot.admission.slots import SLOW_CALL, lending
from bot.bot_api.delivery_status import ServerFault, Unanswered
from bot.bot_api.method_health import MethodHealth
from bot.bot_api.retries import patiently
from bot.bot_api.trouble_reports import report_trouble
from bot.ui.callbacks import ButtonPress, Callback, Home, stays
from bot.ui.identity import Identity, IdentityResolver
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.picture_register import PictureRegister
from bot.ui.screens import HtmlTranslator, Screen, plain, say_error
from bot.ui.sending import Messenger, Ticker
from bot.ui.surfaces import OnlyInPrivate, Surface
from gym.app import Gym
from gym.chats.models import Draft
from gym.chats.pictures import PictureNotes
from gym.chats.service import ChatService
from gym.core.errors import GymError, Invalid
from gym.core.language import N_
from gym.core.reading.conventions import Conventions
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.forms.definition import Form
    from bot.forms.engine import FormEngine
    from bot.ui.routing import Routes

log = structlog.get_logger()
Result = TypeVar("Result")
PUT_OFF = N_("The gym's data is out of reach for a moment. What you tapped is done as soon as it is back.")
SLOW_SECONDS = 0.3
"""After this a tap's spinner is stopped and the chat shows that the bot is busy."""
MOST_DOWNLOADS = 3
"""How often an update is handled for the sake of a file; then the person is told."""
MOST_BYTES = 20 * 1024 * 1024
"""What a bot may download (Bot API)."""


PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic")


class PictureTooBig(Invalid):
    """More than Telegram hands to a bot."""

    code = "picture_too_big"
    status = 413
    message = N_("That file is too big. Send it as a photo, or a picture under 20 MB.")


class PictureGone(Invalid):
    """Telegram no longer has the file."""

    code = "picture_gone"
    message = N_("That picture is not available any more. Send it again.")


class PictureNotHandedOver(GymError):
    """Telegram has the file, and fails to give it to the bot."""

    code = "picture_not_handed_over"
    status = 503
    message = N_(
        "Telegram does not hand over pictures just now. Type a name, document or phone instead, or send it"
        " again in some minutes."
    )


class PictureExpected(Invalid):
    """A photo was needed."""

    code = "picture_expected"
    message = N_("Send a photo, please.")


@dataclass(frozen=True)
class Services:
    """What all turns share; made once by the application."""

    gym: Gym
    chats: ChatService
    pictures: PictureNotes
    reception: IdentityResolver
    routes: Routes
    forms: FormEngine
    health: MethodHealth


class UpdateContext:
    """One update of one person, answered in one chat: where it came from, or in the person's own."""

    def __init__(
        self,
        services: Services,
        bot: Bot,
        update: Update,
        identity: Identity,
        ticker: Ticker,
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
        self.tap: ButtonPress | None = None
        self.in_form = False
        """Whether the tap answers a form's question; the form has gone on then."""
        self._ticker = ticker
        self._topic_id = None if moved else topic_of(update)
        self._pictures = PictureRegister(services.pictures, identity.chat_id, identity.now)
        self.attempts = ticker.attempts
        self.excess = ticker.excess
        self.messenger = Messenger(
            bot,
            identity.chat_id,
            ticker,
            self._pictures,
            services.health,
            self._topic_id,
            identity.surface,
        )
        query = None if moved else update.callback_query
        self.target: Message | None = tapped_message(query) if query and not stays(query.data) else None
        """The message that `show` edits: the tapped one unless it stays or is out of reach, later the one
        shown last."""
        self._answered = query is None
        self._is_tap = query is not None
        self._bare: set[int] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._slow = (
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._show_busy) if self.is_private else None
        )

    # Who and when

    @property
    def user_id(self) -> int:
        return self.identity.telegram_id

    @property
    def chat_id(self) -> int:
        return self.identity.chat_id

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
        """Speaks this person's language, in HTML."""
        return self.translator(self.identity.language)

    def translator(self, language: str) -> HtmlTranslator:
        """The same gym in another language, for whoever just changed it."""
        return HtmlTranslator(language, currency=self.settings.currency, timezone=self.settings.timezone)

    async def refresh(self) -> None:
        """Read the person again, after this turn has changed who they are."""
        user = self.update.effective_user
        assert user is not None
        self.identity = await self.services.reception.identity(user, self.chat_id, self._topic_id)
        self.messenger.surface = self.surface
        self.__dict__.pop("t", None)

    async def in_private(self) -> UpdateContext:
        """The same update, answered in the person's own chat. Whoever asks for it closes it."""
        user = self.update.effective_user
        assert user is not None
        identity = await self.services.reception.identity(user, user.id)
        own = UpdateContext(self.services, self.bot, self.update, identity, self._ticker, moved=True)
        own.tap = self.tap
        return own

    # What came in

    @property
    def query(self) -> CallbackQuery | None:
        return self.update.callback_query

    @property
    def message(self) -> Message | None:
        """What the person sent; None for a tap."""
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
        message = self.message
        if message is None:
            return None
        if message.photo:
            return message.photo[-1].file_id
        document = message.document
        return document.file_id if document is not None and _is_picture(document) else None

    async def photo_bytes(self, form_key: UUID | None = None) -> bytes:
        """The picture that came; from here on its message is due to be deleted, see `note_photo`.

        Raises `PictureExpected`, `PictureTooBig`, `PictureGone`.
        """
        if self.photo_id is None:
            raise PictureExpected
        await self.note_photo(form_key)
        return await self.download(self.photo_id)

    async def note_photo(self, form_key: UUID | None = None) -> None:
        """What came may show a face: it goes after ten minutes, or with the form that it belongs to."""
        if self.message is not None:
            await self._pictures.received(self.message.message_id, form_key)

    async def download(self, file_id: str) -> bytes:
        """A file of Telegram's, in memory only.

        Raises `PictureTooBig`, `PictureGone`, and `PictureNotHandedOver` when that was so before.
        """
        try:
            if self.services.health.is_broken("getFile"):
                raise ServerFault("getFile fails")
            file = await patiently(lambda: self.bot.get_file(file_id))
            if (file.file_size or 0) > MOST_BYTES:
                raise PictureTooBig
            return bytes(await patiently(file.download_as_bytearray))
        except BadRequest as error:
            raise (PictureTooBig if "too big" in error.message.lower() else PictureGone) from error
        except NetworkError as error:
            if self.attempts < MOST_DOWNLOADS and not isinstance(error, ServerFault):
                raise
            await report_trouble(self.gym, "getFile")
            raise PictureNotHandedOver from error

    # The gym

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
        """`unit_of_work` around `work`, again when it lost a deadlock."""
        return await self.gym.run(self.identity.desk_actor, work)

    async def run_member(self, work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result:
        """`member_unit_of_work` around `work`, again when it lost a deadlock."""
        return await self.gym.run(self.identity.member_actor, work)

    # Answers

    async def show(self, screen: Screen) -> None:
        """Edit the tapped message in place; after a text or photo send one, which a second `show` edits."""
        if self.target is None:
            self.target = await self.say(screen)
            return
        self.answer_silently()
        target = self.target
        self.target = await self._in_another_way(
            screen, lambda shown: self.messenger.edit(target, shown, self.now)
        )

    def answer_in(self, message_id: int) -> None:
        """Let `show` edit an earlier message of this chat."""
        chat = Chat(self.chat_id, Chat.PRIVATE)
        self.target = Message(message_id, self.now, chat)

    async def say(self, screen: Screen | str) -> Message:
        """Always a new message: check-ins, alerts."""
        self.answer_silently()
        screen = Screen(screen) if isinstance(screen, str) else screen
        return await self._in_another_way(screen, lambda shown: self.messenger.send(shown, self.now))

    async def _in_another_way(self, screen: Screen, show: Callable[[Screen], Awaitable[Message]]) -> Message:
        """Show it; a picture that Telegram fails to take is left out, and nobody waits for it any longer."""
        try:
            return await show(screen)
        except (ServerFault, Unanswered):
            if screen.photo is None:
                raise
        shown = await show(self._without_picture(screen))
        await report_trouble(self.gym, "sendPhoto")
        return shown

    def _without_picture(self, screen: Screen) -> Screen:
        word = self.t(N_("🖼 Telegram does not take pictures just now; the rest works."))
        text = f"{screen.text}\n\n{word}" if screen.text else word
        return replace(screen, photo=None, text=text, keyboard=[*screen.keyboard, *self._once_more()])

    def _once_more(self) -> Keyboard:
        """The tap again, for what it only shows; what it changed has been done."""
        tapped = self.tap.callback if self.tap else None
        if tapped is None or tapped.changes or self.in_form:
            return ()
        return [[button(self.t(N_("🔄 Try again")), tapped)]]

    async def keep(self, screen: Screen) -> None:
        """A record that stays in the chat (a receipt): a new message; the question above loses its keys."""
        question = self.target
        self.target = None
        await self.say(replace(screen, stays=True))
        if question is not None:
            self.take_keys(question.message_id)

    def take_keys(self, message_id: int) -> None:
        """Take the buttons off an earlier message, beside the answer."""
        if message_id not in self._bare:
            self._bare.add(message_id)
            self.later(self.messenger.take_keys(message_id))

    async def send_document(self, data: bytes, filename: str, caption: str = "") -> None:
        """A file, in private only; `caption` is HTML."""
        self.answer_silently()
        try:
            await self.messenger.send_document(data, filename, caption)
        except ServerFault:
            word = self.t(N_("📄 Telegram does not take files just now. Ask for it again in some minutes."))
            await self.say(Screen(f"{caption}\n\n{word}" if caption else word, self._once_more()))
            await report_trouble(self.gym, "sendDocument")

    async def answer(self, toast: str, *, alert: bool = False) -> None:
        """A line over the chat that goes away (`alert`: stays until closed). Once per tap, before `show`.

        Where there is no tap to answer any more, it becomes a message. After a tap whether it does hangs on
        how long the handler took, so it is not counted: the next attempt would take the receipt for it.
        """
        if not self._answered:
            self._send_answer(plain(toast), alert)
        elif self._is_tap:
            await self.messenger.send_beside(Screen(toast), self.now)
        else:
            await self.say(toast)

    def put_off(self) -> None:
        """The update is handled again later: a tap that still waits is told, else nothing is said.

        A message would count as this update's first answer, and the next attempt would leave that out.
        """
        if not self._answered:
            self._send_answer(plain(self.t(PUT_OFF)), alert=True)

    def answer_silently(self) -> None:
        """Stop the spinner of the tapped button."""
        if not self._answered:
            self._send_answer(None, alert=False)

    async def fail(self, error: GymError) -> None:
        """Say a fault: over the screen for a tap, so that it stays; else as a message with the way home."""
        await self.warn(say_error(self.t, error))

    async def warn(self, sentence: str) -> None:
        """Something to be read before going on; where nothing may be said, a tap alone is told."""
        if not self._answered:
            await self.answer(sentence, alert=True)
        elif self.surface is not Surface.ELSEWHERE:
            await self.say(Screen(sentence, [nav(self.t)]))

    async def go(self, callback: Callback) -> None:
        """Answer as if that button had been tapped. Raises `NotForYou`, `OnlyInPrivate`."""
        route = self.services.routes.tap(type(callback))
        route.check(self.identity)
        if not route.answers_on(self.surface):
            raise OnlyInPrivate
        await route.handler(self, callback)

    async def home(self) -> None:
        await self.go(Home())

    async def begin(
        self, form: Form, values: Mapping[str, object] | None = None, *, back: Callback | None = None
    ) -> None:
        """Open a form; steps whose value is given are not asked. Cancel and the first Back lead to `back`.

        Raises `OnlyInPrivate`: in a group the words of everybody would be its answers.
        """
        if not self.is_private:
            raise OnlyInPrivate
        await self.services.forms.begin(self, form, values or {}, back)

    # The end

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Work beside the answer that ends before the turn does."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """Every tap is answered, nothing is left running."""
        if self._slow is not None:
            self._slow.cancel()
        self.answer_silently()
        if self._background:
            async with lending(after=SLOW_CALL):
                await asyncio.gather(*self._background)

    def _send_answer(self, text: str | None, alert: bool) -> None:
        self._answered = True
        self.later(self._answer(text, alert))

    async def _answer(self, text: str | None, alert: bool) -> None:
        if self.query is None:
            return
        try:
            await self.query.answer(text, show_alert=alert)
        except TelegramError as error:
            # Too old or already gone: the screen itself still tells.
            log.info("tap_not_answered", reason=error.message)

    def _show_busy(self) -> None:
        self.answer_silently()
        self.later(self._busy())

    async def _busy(self) -> None:
        try:
            await self.bot.send_chat_action(
                self.chat_id, ChatAction.TYPING, message_thread_id=self.messenger.thread_id
            )
        except TelegramError as error:
            log.info("chat_action_failed", reason=error.message)


def topic_of(update: Update) -> int | None:
    """The forum topic an update belongs to; threads of answers in other groups are none."""
    message = update.effective_message
    topic = isinstance(message, Message) and bool(message.is_topic_message)
    return message.message_thread_id if isinstance(message, Message) and topic else None


def _is_picture(document: Document) -> bool:
    """By its type, or by its name where a phone did not say the type."""
    named = (document.file_name or "").lower().endswith(PICTURES)
    return named or (document.mime_type or "").startswith("image/")
