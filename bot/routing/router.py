"""Router: registers the handlers of one module for buttons, texts, photos, deep links and commands.

A module has one `router = Router(Audience.STAFF)` and decorates its handlers; `Routes` joins all routers and
refuses two handlers of one thing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from bot.forms.definition import Form
from bot.ui.buttons.menu import MenuGroup
from bot.ui.callbacks import Callback
from bot.ui.identity import Identity, NotForYou
from bot.ui.surfaces import Surface
from bot.ui.update_context import UpdateContext
from gym.core.errors import GymError
from gym.security.permissions import Permission

Data = TypeVar("Data", bound=Callback)
Handler = Callable[[UpdateContext], Awaitable[None]]
Claim = Callable[[UpdateContext], Awaitable[bool]]
PressHandler = Callable[[UpdateContext, Data], Awaitable[None]]
Badge = Callable[[UpdateContext], Awaitable[int]]
Fault = TypeVar("Fault", bound=GymError)
RefusalHandler = Callable[[UpdateContext, Fault], Awaitable[None]]


class Audience(StrEnum):
    """Whom a router serves; checked on every update."""

    STAFF = "staff"
    MEMBER = "member"
    STRANGER = "stranger"
    ANYONE = "anyone"

    def admits(self, identity: Identity) -> bool:
        match self:
            case Audience.STAFF:
                return identity.staff is not None
            case Audience.MEMBER:
                return identity.client is not None
            case Audience.STRANGER:
                return identity.staff is None and identity.client is None
            case Audience.ANYONE:
                return True


class Occasion(StrEnum):
    """What may happen in a chat besides a button press or a command."""

    TEXT = "text"
    PHOTO = "photo"
    DOCUMENT = "document"
    CONTACT = "contact"
    GROUP = "group"
    GROUP_PHOTO = "group_photo"
    LINKED = "linked"
    STARTED = "started"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Route:
    """A handler, its audience, and the widest surface on which it answers."""

    handler: Callable[..., Awaitable[None]]
    audience: Audience
    surface: Surface = Surface.PRIVATE
    moves: bool = True
    """Pressed in a group, it is answered in the person's own chat."""

    def answers_on(self, surface: Surface) -> bool:
        return surface <= self.surface

    def check(self, identity: Identity) -> None:
        """Raises `NotForYou` for a person outside of the audience."""
        if not self.audience.admits(identity):
            raise NotForYou


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command; one with a description may stand in the menu."""

    name: str
    description: str | None
    route: Route


@dataclass(frozen=True, slots=True)
class MenuButton:
    """A button of the home screen, or of a group behind *Manage*."""

    label: str
    callback: Callback
    audience: Audience
    permission: Permission | None
    badge: Badge | None = None
    """A count that is shown beside the label when it is not zero."""
    group: MenuGroup | None = None
    """Behind *Manage*; None on the home screen itself."""

    def is_for(self, identity: Identity) -> bool:
        return self.audience.admits(identity) and (self.permission is None or identity.may(self.permission))


class Router:
    """Collects the handlers of one module."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.presses: dict[type[Callback], Route] = {}
        self.occasions: dict[Occasion, Route] = {}
        self.starts: dict[str, Route] = {}
        self.commands: list[Command] = []
        self.forms: list[Form] = []
        self.menu_buttons: list[MenuButton] = []
        self.refusals: dict[type[GymError], RefusalHandler[Any]] = {}
        self.claims: list[Claim] = []
        self.replies: list[Claim] = []

    def home(
        self,
        label: str,
        callback: Callback,
        permission: Permission | None = None,
        badge: Badge | None = None,
    ) -> None:
        """Put a button (its label a msgid) on the audience's home screen, for those who have the
        permission."""
        self.menu_buttons.append(MenuButton(label, callback, self.audience, permission, badge))

    def manage(
        self,
        group: MenuGroup,
        label: str,
        callback: Callback,
        permission: Permission | None = None,
        badge: Badge | None = None,
    ) -> None:
        """Put a button (its label a msgid) into a group behind *Manage*, for those who have the
        permission."""
        self.menu_buttons.append(MenuButton(label, callback, self.audience, permission, badge, group))

    def on(
        self, kind: type[Data], surface: Surface = Surface.PRIVATE, *, moves: bool = True
    ) -> Callable[[PressHandler[Data]], PressHandler[Data]]:
        """Answer presses of buttons of this type; in private only, unless it says otherwise."""

        def register(handler: PressHandler[Data]) -> PressHandler[Data]:
            if kind in self.presses:
                raise ValueError(f"two handlers for {kind.__name__}")
            self.presses[kind] = Route(handler, self.audience, surface, moves)
            return handler

        return register

    def text(self, handler: Handler) -> Handler:
        """Answer plain text that no form waits for."""
        return self._occasion(Occasion.TEXT, handler)

    def photo(self, handler: Handler) -> Handler:
        """Answer a photo, or a picture sent as a document, that no form waits for."""
        return self._occasion(Occasion.PHOTO, handler)

    def document(self, handler: Handler) -> Handler:
        """Answer a document that is no picture."""
        return self._occasion(Occasion.DOCUMENT, handler)

    def spare_file(self, claim: Claim) -> Claim:
        """Asked about a picture or file in which the desk has found nothing; True where it was answered."""
        self.claims.append(claim)
        return claim

    def replied(self, claim: Claim) -> Claim:
        """Asked about a reply to a message, before forms and other routes, also in a desk chat; True where it
        was answered."""
        self.replies.append(claim)
        return claim

    def contact(self, handler: Handler) -> Handler:
        """Answer a shared contact."""
        return self._occasion(Occasion.CONTACT, handler)

    def unread(self, handler: Handler) -> Handler:
        """Answer what nothing else answers: a voice, a sticker, an unknown command."""
        return self._occasion(Occasion.UNREAD, handler)

    def group(self, handler: Handler) -> Handler:
        """Called when the bot is added to a group, promoted there or removed (`context.membership`)."""
        return self._occasion(Occasion.GROUP, handler)

    def group_photo(self, handler: Handler) -> Handler:
        """Answer a photo that somebody sent into a desk chat."""
        return self._occasion(Occasion.GROUP_PHOTO, handler)

    def linked(self, handler: Handler) -> Handler:
        """Called when a client has just linked this chat; answers instead of the home screen."""
        return self._occasion(Occasion.LINKED, handler)

    def started(self, handler: Handler) -> Handler:
        """Lines below the home screen, after /start."""
        return self._occasion(Occasion.STARTED, handler)

    def start(self, prefix: str) -> Callable[[Handler], Handler]:
        """Answer deep links whose payload has this prefix; `context.payload` is the whole payload."""

        def register(handler: Handler) -> Handler:
            self.starts[prefix] = Route(handler, self.audience)
            return handler

        return register

    def refused(self, fault: type[Fault]) -> Callable[[RefusalHandler[Fault]], RefusalHandler[Fault]]:
        """Answer, in private, a button of any router that was refused by this fault: a screen with the way
        on."""

        def register(handler: RefusalHandler[Fault]) -> RefusalHandler[Fault]:
            self.refusals[fault] = handler
            return handler

        return register

    def command(
        self, name: str, description: str | None = None, surface: Surface = Surface.PRIVATE
    ) -> Callable[[Handler], Handler]:
        """Answer `/name`; with a `description` (a msgid) it stands in the audience's menu."""

        def register(handler: Handler) -> Handler:
            self.commands.append(Command(name, description, Route(handler, self.audience, surface)))
            return handler

        return register

    def form(self, form: Form) -> Form:
        """Register a form, so that its drafts go on after a restart."""
        self.forms.append(form)
        return form

    def _occasion(self, occasion: Occasion, handler: Handler) -> Handler:
        self.occasions[occasion] = Route(handler, self.audience)
        return handler
