"""Routes: all routers joined, and the way from one button's handler to another's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from bot.forms.definition import Form
from bot.routing.router import (
    Audience,
    Claim,
    Command,
    MenuButton,
    Occasion,
    RefusalHandler,
    Route,
    Router,
)
from bot.ui.callbacks import Callback, registry
from bot.ui.identity import Identity
from bot.ui.surfaces import OnlyInPrivate
from bot.ui.update_context import UpdateContext
from gym.core.errors import GymError


class Routes:
    """All routers joined. Raises ValueError when two claim the same thing."""

    def __init__(self, routers: Iterable[Router]) -> None:
        self.presses: dict[type[Callback], Route] = {}
        self.starts: dict[str, Route] = {}
        self.commands: dict[str, Command] = {}
        self.forms: dict[str, Form] = {}
        self._form_audiences: dict[str, Audience] = {}
        self.occasions: dict[tuple[Occasion, Audience], Route] = {}
        self.refusals: dict[type[GymError], RefusalHandler[Any]] = {}
        self._menu: list[MenuButton] = []
        self._claims: list[tuple[Audience, Claim]] = []
        self._replies: list[tuple[Audience, Claim]] = []
        for router in routers:
            self._menu += router.menu_buttons
            self._claims += [(router.audience, claim) for claim in router.claims]
            self._replies += [(router.audience, claim) for claim in router.replies]
            _join(self.presses, router.presses)
            _join(self.starts, router.starts)
            _join(self.refusals, router.refusals)
            _join(self.commands, {command.name: command for command in router.commands})
            _join(self.forms, {form.name: form for form in router.forms})
            self._form_audiences |= {form.name: router.audience for form in router.forms}
            _join(self.occasions, {(it, router.audience): route for it, route in router.occasions.items()})
        self.codes = registry(self.presses)

    def press(self, kind: type[Callback]) -> Route:
        return self.presses[kind]

    async def go(self, context: UpdateContext, callback: Callback) -> None:
        """Answer as if that button had been pressed. Raises `NotForYou`, `OnlyInPrivate`."""
        route = self.press(type(callback))
        route.check(context.identity)
        if not route.answers_on(context.surface):
            raise OnlyInPrivate
        await route.handler(context, callback)

    def admits(self, form: str, identity: Identity) -> bool:
        """Whether this person may still answer a form; nobody may where this version does not know it."""
        return self._form_audiences.get(form, Audience.ANYONE).admits(identity)

    def occasion(self, occasion: Occasion, identity: Identity) -> Route | None:
        """The handler of an occasion for this person: the desk's before the member's, before anyone's."""
        for audience in Audience:
            route = self.occasions.get((occasion, audience))
            if route is not None and audience.admits(identity):
                return route
        return None

    async def takes_spare_file(self, context: UpdateContext) -> bool:
        """Whether another side of this person answers a picture or file that the desk cannot read."""
        return await _is_claimed(self._claims, context)

    async def takes_reply(self, context: UpdateContext) -> bool:
        """Whether what came replies to a message that waits for a reply, and was answered as that."""
        return await _is_claimed(self._replies, context)

    def start(self, payload: str) -> Route | None:
        """The handler of a deep link, by the longest prefix."""
        fitting = [prefix for prefix in self.starts if payload.startswith(prefix)]
        return self.starts[max(fitting, key=len)] if fitting else None

    def home(self, identity: Identity) -> list[MenuButton]:
        """This person's buttons of the home screen, in the order of the routers."""
        return [item for item in self._menu if item.group is None and item.is_for(identity)]

    def behind_manage(self, identity: Identity) -> list[MenuButton]:
        """This person's buttons behind *Manage*, in the order of the routers."""
        return [item for item in self._menu if item.group is not None and item.is_for(identity)]

    def menu(self, identity: Identity) -> list[Command]:
        """Commands with a description that this person may use, in the order of the routers."""
        return [
            command
            for command in self.commands.values()
            if command.description and command.route.audience.admits(identity)
        ]


async def _is_claimed(claims: Iterable[tuple[Audience, Claim]], context: UpdateContext) -> bool:
    for audience, claim in claims:
        if audience.admits(context.identity) and await claim(context):
            return True
    return False


Key = TypeVar("Key")


Value = TypeVar("Value")


def _join(known: dict[Key, Value], more: Mapping[Key, Value]) -> None:
    for key, value in more.items():
        if key in known:
            name: Any = getattr(key, "__name__", key)
            raise ValueError(f"two routers answer {name}")
        known[key] = value
