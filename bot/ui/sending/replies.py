"""Replies to one update: screens shown in place, new messages, records that stay, and files.

A picture or file that Telegram fails to take is left out, with a sentence in its place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import Chat, Message

from bot.bot_api.delivery_status import ServerFault, Unanswered
from bot.bot_api.trouble_reports import report_trouble
from bot.ui.callbacks import Callback
from bot.ui.keyboards import Keyboard, button
from bot.ui.newest_cards import NewestCardTracker
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.sending.background import BackgroundTasks
from bot.ui.sending.editing import MessageEditor
from bot.ui.sending.messenger import Messenger
from bot.ui.sending.press_answer import PressAnswer
from gym.app import Gym
from gym.core.language import N_


@dataclass(frozen=True, slots=True)
class Reader:
    """The translator of a reply's reader, and the button that shows the reply once more."""

    t: HtmlTranslator
    again: Callback | None
    """The pressed button, where it only shows something: what it changed has been done."""


class Replies:
    """Sends to the chat of one update; `now` is business time."""

    def __init__(
        self,
        gym: Gym,
        messenger: Messenger,
        press: PressAnswer,
        background: BackgroundTasks,
        newest_card: NewestCardTracker,
        now: datetime,
        target: Message | None,
    ) -> None:
        self._gym = gym
        self._messenger = messenger
        self._editor = MessageEditor(messenger)
        self._press = press
        self._background = background
        self._newest_card = newest_card
        self._now = now
        self._bare: set[int] = set()
        self.target = target
        """The message that `show` edits: the pressed one unless it stays or is out of reach, later the one
        shown last."""

    async def show(self, screen: Screen, reader: Reader) -> None:
        """Edit the target in place; without one send a message, which a second `show` edits."""
        if self.target is None:
            self.target = await self.say(screen, reader)
            return
        self._press.give_silently()
        target = self.target
        self.target = await self._in_another_way(
            screen, reader, lambda shown: self._editor.edit(target, shown, self._now)
        )
        await self._note(screen, self.target)

    def answer_in(self, chat_id: int, message_id: int) -> None:
        """Let `show` edit an earlier message of this chat."""
        self.target = Message(message_id, self._now, Chat(chat_id, Chat.PRIVATE))

    async def say(self, screen: Screen, reader: Reader) -> Message:
        """Always a new message."""
        self._press.give_silently()
        sent = await self._in_another_way(
            screen, reader, lambda shown: self._messenger.send(shown, self._now)
        )
        await self._note(screen, sent)
        return sent

    async def keep(self, screen: Screen, reader: Reader) -> None:
        """A record that stays in the chat; the question above loses its keys."""
        question = self.target
        self.target = None
        await self.say(replace(screen, stays=True), reader)
        if question is not None:
            self.take_keys(question.message_id)

    def take_keys(self, message_id: int) -> None:
        """Take the buttons off an earlier message, beside the answer."""
        if message_id not in self._bare:
            self._bare.add(message_id)
            self._background.start(self._editor.take_keys(message_id))

    async def send_document(self, data: bytes, filename: str, caption: str, reader: Reader) -> None:
        """A file; `caption` is HTML."""
        self._press.give_silently()
        try:
            await self._messenger.send_document(data, filename, caption)
        except ServerFault:
            word = reader.t(N_("📄 Telegram does not take files just now. Ask for it again in some minutes."))
            text = f"{caption}\n\n{word}" if caption else word
            await self.say(Screen(text, _once_more(reader)), reader)
            await report_trouble(self._gym, "sendDocument")

    async def answer(self, toast: str, reader: Reader, *, alert: bool) -> None:
        """A toast or alert over the chat; where no press waits any more, a message.

        After a press, whether one waits depends on how long the handler took. So that message is not counted:
        the next attempt would take the receipt for it.
        """
        if not self._press.given:
            self._press.give(toast, alert=alert)
        elif self._press.is_press:
            await self._messenger.send_beside(Screen(toast), self._now)
        else:
            await self.say(Screen(toast), reader)

    async def _note(self, screen: Screen, message: Message) -> None:
        """A card takes the buttons of the card before it: pressed by mistake, they would act on somebody
        else."""
        older = await self._newest_card.note(message.message_id, is_card=screen.of_client)
        if older is not None:
            self.take_keys(older)

    async def _in_another_way(
        self, screen: Screen, reader: Reader, show: Callable[[Screen], Awaitable[Message]]
    ) -> Message:
        """Show the screen, without its picture where Telegram fails to take that; the failure is reported."""
        try:
            return await show(screen)
        except (ServerFault, Unanswered):
            if screen.photo is None:
                raise
        shown = await show(_without_picture(screen, reader))
        await report_trouble(self._gym, "sendPhoto")
        return shown


def _without_picture(screen: Screen, reader: Reader) -> Screen:
    word = reader.t(N_("🖼 Telegram does not take pictures just now; the rest works."))
    text = f"{screen.text}\n\n{word}" if screen.text else word
    return replace(screen, photo=None, text=text, keyboard=[*screen.keyboard, *_once_more(reader)])


def _once_more(reader: Reader) -> Keyboard:
    if reader.again is None:
        return ()
    return [[button(reader.t(N_("🔄 Try again")), reader.again)]]
