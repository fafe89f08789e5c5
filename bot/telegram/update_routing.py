"""Routing of one update: its membership change, button press, message, command or link, to a handler."""

from __future__ import annotations

from typing import Final

from telegram import Document, Message
from telegram.error import Forbidden

from bot.admission.pressed_buttons import pressed_button, require_on_message
from bot.admission.quotas import TooMuchAtOnce
from bot.forms.opening import FORMS
from bot.forms.screens import FormButton
from bot.routing.navigation import ROUTES, go_home
from bot.routing.router import Command, Occasion, Route
from bot.ui.callbacks import UnknownButton, unpack
from bot.ui.identity import Identity, IdentityKind
from bot.ui.keyboards import Button, nav
from bot.ui.screens import Screen
from bot.ui.services import Services
from bot.ui.surfaces import OnlyInPrivate, Surface
from bot.ui.update_context import UpdateContext
from gym.core.errors import DatabaseUnavailable, GymError
from gym.core.language import N_
from gym.security.permissions import Permission

OPENED_IN_PRIVATE = N_("Others read along here: I have opened it in your own chat with me.")
WRITE_FIRST = N_("Others read along here. Write to me in private first: open my profile and press Start.")

LISTS: Final = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".zip")
"""Endings of what an import reads, or says in a sentence why it cannot."""


class UpdateRouting:
    """Finds the handler of an update and calls it; forms that wait for an answer come before routes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._routes, self._forms = services[ROUTES], services[FORMS]

    async def route(self, context: UpdateContext) -> None:
        """Call the handler. Raises what the handler raises, `TooMuchAtOnce`, `UnknownButton`, `NotForYou`,
        `OnlyInPrivate`."""
        if context.excess:
            raise TooMuchAtOnce
        if context.membership is not None:
            await self._on_membership(context)
            return
        if context.is_private and not context.identity.reachable:
            # Whoever writes has unblocked the bot, whether Telegram reported it or not.
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
        """A button pressed in a group whose answer is private: show it in the person's own chat."""
        own = await context.in_private()
        try:
            await self._answer_press(own, route)
        except DatabaseUnavailable:
            raise
        except GymError as error:
            await self.refuse(own, error)
        except Forbidden:
            await self._services.chats.set_reachable(context.user_id, False)
            await context.answer(context.t(WRITE_FIRST), alert=True)
            return
        finally:
            await own.close()
        await context.answer(context.t(OPENED_IN_PRIVATE), alert=True)

    async def _ask_again(self, context: UpdateContext) -> None:
        """An old button that changes something: a fresh one below asks whether it is still meant.

        In the person's own chat, for in a group somebody else could take it for their own question.
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
        """In a group only commands are read, and a desk chat's photos and replies: people talk to each other
        there.

        What an inline bot wrote (`via_bot`) is no command of the person's, whatever it begins with.
        """
        if message.text and message.text.startswith("/") and message.via_bot is None:
            await self._on_command(context, message.text)
        elif await self._is_reply(context, message):
            return
        elif context.is_private:
            await self._on_private_message(context, message)
        elif context.surface is Surface.DESK and context.photo_id is not None:
            route = self._routes.occasion(Occasion.GROUP_PHOTO, context.identity)
            if route is not None:
                await route.handler(context)

    async def _is_reply(self, context: UpdateContext, message: Message) -> bool:
        """Whether it answers the message that it replies to, whatever form is open."""
        if message.reply_to_message is None or context.surface is Surface.ELSEWHERE:
            return False
        return await self._routes.takes_reply(context)

    async def _on_private_message(self, context: UpdateContext, message: Message) -> None:
        forms = self._forms
        if message.via_bot is not None:
            await self._on_occasion(context, None)
        elif message.contact is not None:
            if not await forms.contact(context, message.contact):
                await self._on_occasion(context, Occasion.CONTACT)
        elif context.photo_id is not None:
            if not await forms.photo(context):
                await self._on_occasion(context, Occasion.PHOTO)
        elif message.document is not None and message.animation is None:  # an animation comes with both
            await self._on_document(context, message.document)
        elif message.text:
            if not await forms.text(context):
                await self._on_occasion(context, Occasion.TEXT)
        elif message.effective_attachment is not None and not await forms.attachment(context):
            await self._on_occasion(context, None)

    async def _on_document(self, context: UpdateContext, document: Document) -> None:
        if _is_brought(context.identity, document) or not await self._forms.attachment(context):
            await self._on_occasion(context, Occasion.DOCUMENT)

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
        elif command is None or _is_beyond_stranger(context.identity, command):
            await self._on_occasion(context, None)
        else:
            command.route.check(context.identity)
            if name.lower() != "cancel":
                await self._forms.park(context)
            await command.route.handler(context)

    async def _on_group_command(self, context: UpdateContext, command: Command | None) -> None:
        """In a group staff are answered, or told to write in private; everybody else gets no answer."""
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
        route = route or self._routes.occasion(Occasion.UNREAD, context.identity)
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

    async def refuse(self, context: UpdateContext, error: GymError) -> None:
        """Answer a fault: by the screen that a router registered for it (`Router.refused`), else by its
        sentence."""
        handler = self._routes.refusals.get(type(error))
        if handler is not None and context.press is not None and context.is_private and not context.in_form:
            await handler(context, error)
        else:
            await context.fail(error)


def _is_brought(identity: Identity, document: Document) -> bool:
    """Whether an admin sends a list or a ZIP: no question is answered by one, so it is read as at any other
    time, and the open form asks before it goes."""
    name = (document.file_name or "").lower()
    return identity.may(Permission.IMPORT) and name.endswith(LISTS)


def _is_beyond_stranger(identity: Identity, command: Command) -> bool:
    """Whether a stranger sent a command of others: they hear how to be let in, not that it is closed now."""
    return identity.kind is IdentityKind.STRANGER and not command.route.audience.admits(identity)
