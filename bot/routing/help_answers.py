"""Help answers: words that ask how something is done are answered by how, and the button that leads there."""

from __future__ import annotations

from collections.abc import Sequence

from bot.routing.navigation import routes_of
from bot.routing.router import Audience, MenuButton
from bot.ui.buttons.clients import ClientSearch
from bot.ui.callback_fields import carried_words
from bot.ui.keyboards import Button, button, grid, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.help.help_search import asks_for_help, is_question, topics_for
from bot.ui.wording.help.help_topics import DESK_TOPICS, MEMBER_TOPICS, HelpTopic
from gym.core.language import N_

CARRIED_LETTERS = 20


async def answer_help(context: UpdateContext, text: str, *, all_words: bool = False) -> bool:
    """Answer a text that asks for help; False where it asks for nothing that is known here.

    A sentence is taken for a question by its sign or its first word; with `all_words` it need not be one, but
    every word of it must name a topic: `import clients`.
    """
    if asks_for_help(text):
        await show_help(context)
        return True
    if not (all_words or is_question(text)):
        return False
    doors = {item.callback.code: item for item in _menu(context)}
    known = [topic for topic in _topics(context) if topic.opens in doors]
    found = topics_for(text, known, all_words=all_words)
    if not found:
        return False
    await context.show(_answer(context, text, found, [doors[topic.opens] for topic in found]))
    return True


async def show_help(context: UpdateContext) -> None:
    """What can be asked, and the buttons of every day."""
    t = context.t
    if context.identity.staff is not None:
        text = t(
            N_(
                "💡 <b>How can I help?</b>\n"
                "Ask in your own words: “how do I freeze a plan?”, “import my clients”. "
                "A photo, a name, a document or a phone opens a client's card."
            )
        )
    else:
        text = t(
            N_(
                "💡 <b>How can I help?</b>\n"
                "Ask in your own words: “when does my plan end?”, “how do I freeze?”."
            )
        )
    home = [item for item in routes_of(context).home(context.identity) if item.audience is _audience(context)]
    await context.show(Screen(text, [*grid([_button(context, item) for item in home]), nav(t)]))


def _answer(
    context: UpdateContext, text: str, found: Sequence[HelpTopic], doors: Sequence[MenuButton]
) -> Screen:
    t = context.t
    lines = [t(topic.how) for topic in found]
    buttons = list(dict.fromkeys(_button(context, item) for item in doors))
    if context.identity.staff is not None:
        words = carried_words(text[:CARRIED_LETTERS])
        buttons.append(button(t(N_("🔎 Search: {words}"), words=words), ClientSearch(words)))
    return Screen("\n\n".join(lines), [*grid(buttons), nav(t)])


def _button(context: UpdateContext, item: MenuButton) -> Button:
    return button(context.t(item.label), item.callback)


def _audience(context: UpdateContext) -> Audience:
    return Audience.STAFF if context.identity.staff is not None else Audience.MEMBER


def _topics(context: UpdateContext) -> Sequence[HelpTopic]:
    return DESK_TOPICS if context.identity.staff is not None else MEMBER_TOPICS


def _menu(context: UpdateContext) -> list[MenuButton]:
    routes, audience = routes_of(context), _audience(context)
    items = [*routes.home(context.identity), *routes.behind_manage(context.identity)]
    return [item for item in items if item.audience is audience]
