"""A crawler of chats: presses what a person is offered, types nonsense, and judges each screen."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from babel.messages.pofile import read_po

from bot.forms.screens import FormAction, FormButton
from bot.routers import ROUTERS
from bot.routing.routes import Routes
from bot.ui.callbacks import STAYS, Home, unpack
from gym.app import Gym
from gym.core.language import LOCALE_DIR
from tests.bot.conftest import all_handled
from tests.support.sandbox.client import ControlApiError, Person
from tests.support.sandbox.seen import Button, Message, Tapped

LETTERS: Final = {1: 40, 2: 20, 3: 13, 4: 9, 5: 7, 6: 6, 7: 5, 8: 4}
"""Letters that fit each button of a row, by their number, in an app 390 pixels wide: 340 for the keyboard, of
them 16 for a button's margins and 8 for a letter. Rows of one or two are cut to fit by `bot.ui.keyboards`."""
ALIKE: Final = 10
"""Buttons of one code that are pressed; the ids in them do not count as different."""
NONSENSE: Final = "¿qué? zzxq 🤷"
ANSWERS: Final = ("10000", "Zoila Prueba", "100200300", "4 days", "tomorrow", "15/03/1990", "18:00", "1")
"""What fits most questions; the first that is taken leads to the next one."""
MOST_ANSWERS: Final = 16
ENGLISH: Final = re.compile(r"\b(?:the|and|of|is|are|was|with|from|your|you|not|this|that|who|have|has|to)\b")
SPANISH: Final = re.compile(r"\b(?:el|los|las|del|con|para|una|que|por|está|hoy|según|nadie|aún)\b")
TOKENS: Final = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+|/\w+|@\w+|\S*…")
"""Addresses, commands and cut words, which are of no language."""
SPEAKS: Final = frozenset({"English", "Español", "Inglés", "Spanish"})
"""Pressed, the rest of the walk would be in another language."""
CANCEL: Final = "/cancel"
ROUTES: Final = Routes(ROUTERS)


@cache
def _catalogue(language: str) -> tuple[str, ...]:
    """Texts without placeholders, as they read in a language."""
    with (LOCALE_DIR / "es" / "LC_MESSAGES" / "powergym.po").open("rb") as source:
        messages = [one for one in read_po(source, locale="es") if isinstance(one.id, str) and one.id]
    return tuple(
        str(one.string if language == "es" else one.id) for one in messages if "{" not in str(one.id)
    )


@cache
def _msgids() -> frozenset[str]:
    """English texts that read otherwise in Spanish."""
    with (LOCALE_DIR / "es" / "LC_MESSAGES" / "powergym.po").open("rb") as source:
        messages = [one for one in read_po(source, locale="es") if isinstance(one.id, str) and one.id]
    spanish = {str(one.string) for one in messages}
    return frozenset(str(one.id) for one in messages if one.id != one.string and one.id not in spanish)


@dataclass(frozen=True, slots=True)
class Offer:
    """A button, and how one comes to it."""

    message_id: int
    data: str
    trail: tuple[str, ...]


@dataclass
class Crawler:
    """One person's walk through everything that is offered; `faults` holds what was found wrong."""

    gym: Gym
    person: Person
    language: str
    unseen: Sequence[str] = ()
    """Words that this person may never read."""
    presses: int = 0
    screens: set[str] = field(default_factory=set[str])
    faults: dict[str, str] = field(default_factory=dict[str, str])
    codes: Counter[str] = field(default_factory=Counter[str])
    _offers: deque[Offer] = field(default_factory=deque[Offer])
    _known: set[str] = field(default_factory=set[str])

    async def walk(self, most: int, texts: Iterable[str]) -> None:
        """Write these texts, then press at most so many buttons, those nearest to the start first."""
        for text in texts:
            await self._say(text, (text,))
        while self._offers and self.presses < most:
            offer = self._offers.popleft()
            news = await self._press(offer)
            if any(self._form_buttons(message) for message in news):
                await self._fill_in(news, offer.trail)

    async def _say(self, text: str, trail: tuple[str, ...]) -> list[Message]:
        await self.person.sends(text)
        await self._answered()
        news = await self.person.news()
        self._judge(news, trail)
        if not news:
            self._note("no answer to a text", trail, text)
        return news

    async def _press(self, offer: Offer) -> list[Message]:
        self.presses += 1
        visible = offer.data in await self._shown()
        try:
            tapped = await self.person.taps_button_data(offer.message_id, offer.data)
            await self._answered()
        except ControlApiError:
            return []
        except TimeoutError:
            self._note("not handled in time", offer.trail, offer.data)
            return []
        news = await self.person.news()
        self._judge_tap(offer, tapped, news, visible=visible)
        self._judge(news, offer.trail, tapped)
        return news

    async def _answered(self) -> None:
        """Until the bot has fetched and handled everything."""
        while await self.person.client.pending_updates():  # noqa: ASYNC110 - the server rings nobody for it
            await asyncio.sleep(0.002)
        await all_handled(self.gym)

    async def _fill_in(self, news: list[Message], trail: tuple[str, ...]) -> None:
        """Answer a form's questions, nonsense first, until it is done or refuses everything."""
        self._judge(await self._form_text(NONSENSE, trail), trail)
        answers = deque(ANSWERS)
        for _ in range(MOST_ANSWERS):
            screen = await self._open_form(news)
            if screen is None:
                break
            button = _forward(screen)
            if button is not None:
                label = (*trail, button.label)
                news = await self._press(Offer(screen.message_id, button.data or "", label))
            elif answers:
                news = await self._form_text(answers.popleft(), trail)
            else:
                break
        await self._say(CANCEL, (*trail, CANCEL))

    async def _form_text(self, text: str, trail: tuple[str, ...]) -> list[Message]:
        return await self._say(text, (*trail, f"“{text}”"))

    async def _open_form(self, news: list[Message]) -> Message | None:
        """The newest message with a form's buttons."""
        shown = [one for one in await self.person.chat() if self._form_buttons(one)]
        recent = {one.message_id for one in news}
        return shown[-1] if shown and (not recent or shown[-1].message_id in recent) else None

    def _form_buttons(self, message: Message) -> bool:
        return any(_code(button) == FormButton.code for button in _callbacks(message))

    # Judging

    async def _shown(self) -> set[str]:
        """The data of all buttons that stand in the chat; others were there before their message changed."""
        return {button.data or "" for message in await self.person.chat() for button in _callbacks(message)}

    def _judge_tap(self, offer: Offer, tapped: Tapped, news: list[Message], *, visible: bool) -> None:
        if not tapped.answered:
            self._note("unanswered tap", offer.trail, "")
        elif visible and not (tapped.toast or tapped.alert or tapped.url or news):
            self._note("a tap without an effect", offer.trail, "")
        for words in (tapped.toast, tapped.alert):
            if words:
                self._judge_words(words, offer.trail)

    def _judge(self, news: list[Message], trail: tuple[str, ...], tapped: Tapped | None = None) -> None:
        for message in news:
            self._judge_message(message, trail)
        told = tapped is not None and (tapped.toast or tapped.alert or tapped.url)
        leads_on = any(one.buttons or one.document_url or one.photo_url for one in news)
        if news and not told and not leads_on:
            self._note("no way on", trail, news[-1].words)

    def _judge_message(self, message: Message, trail: tuple[str, ...]) -> None:
        self.screens.add(re.sub(r"\d+", "#", message.words))
        self._judge_words(message.words, trail)
        labels = message.labels
        for label in {one for one in labels if labels.count(one) > 1}:
            if len({b.data or b.url for row in message.buttons for b in row if b.label == label}) > 1:
                self._note("two buttons alike", trail, label)
        for row in message.buttons:
            for button in row:
                if len(button.label) > LETTERS.get(len(row), 4):
                    self._note(f"a label too long for a row of {len(row)}", trail, button.label)
                self._judge_words(button.label, trail)
                if self._is_cut(button.label):
                    self._note("words cut", trail, button.label)
        for button in _callbacks(message):
            self._offer(message, button, trail)

    def _judge_words(self, words: str, trail: tuple[str, ...]) -> None:
        plain = TOKENS.sub(" ", words)
        for line in plain.splitlines():
            foreign = ENGLISH if self.language == "es" else SPANISH
            if (self.language == "es" and line.strip() in _msgids()) or foreign.search(line.lower()):
                self._note("not translated", trail, line.strip())
        for secret in self.unseen:
            if secret in words:
                self._note(f"shows {secret}", trail, words)

    def _is_cut(self, label: str) -> bool:
        """Whether fixed words were cut to fit; names may be."""
        words = re.sub(r"^\W+", "", label.removesuffix("…")).strip()
        whole = (re.sub(r"^\W+", "", text) for text in _catalogue(self.language))
        return label.endswith("…") and any(text.startswith(words) and text != words for text in whole)

    def _note(self, what: str, trail: tuple[str, ...], words: str) -> None:
        """Keep a fault once, with the shortest way to it."""
        short = re.sub(r"\s+", " ", words)[:160]
        self.faults.setdefault(f"{what}: {short}" if short else f"{what}: {trail[-1]}", " › ".join(trail))

    def _offer(self, message: Message, button: Button, trail: tuple[str, ...]) -> None:
        code, data = _code(button), button.data or ""
        if code in (FormButton.code, Home.code) or button.label in SPEAKS:
            return
        signature = _signature(data)
        if signature in self._known or self.codes[code] >= ALIKE:
            return
        self._known.add(signature)
        self.codes[code] += 1
        self._offers.append(Offer(message.message_id, data, (*trail, button.label)))


def _callbacks(message: Message) -> list[Button]:
    return [button for row in message.buttons for button in row if button.data]


def _code(button: Button) -> str:
    return (button.data or "").removeprefix(STAYS).split("|")[0]


def _signature(data: str) -> str:
    """The data without ids and the minute it was shown."""
    code, *parts = data.removeprefix(STAYS).split("|")
    if parts and ROUTES.codes[code].changes:
        parts.pop(0)
    return "|".join([code, *("*" if len(part) > 20 else part for part in parts)])


def _of_action(message: Message, action: FormAction) -> Button | None:
    for button in _callbacks(message):
        if _code(button) == FormButton.code:
            press = unpack(ROUTES.codes, button.data or "").callback
            if isinstance(press, FormButton) and press.action is action:
                return button
    return None


def _forward(message: Message) -> Button | None:
    """What leads on in a form: a choice, the photos done, what may be left out, the confirmation."""
    wanted = (FormAction.REPLACE, FormAction.CONFIRM, FormAction.CHOOSE, FormAction.DONE, FormAction.SKIP)
    for action in wanted:
        button = _of_action(message, action)
        if button is not None:
            return button
    return None
