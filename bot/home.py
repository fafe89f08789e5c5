"""The front door: who may come in, the home screens, the deep links, the few commands everybody has."""

from __future__ import annotations

from datetime import datetime

from bot.forms.screens import FormTap
from bot.ui.callbacks import Callback, Home, UnknownButton, callback
from bot.ui.keyboards import Button, Row, button, grid, nav
from bot.ui.routing import Audience, HomeButton, Occasion, Router
from bot.ui.screens import Html, Screen
from bot.ui.update_context import Turn
from gym.clients.service import ClientService
from gym.core.errors import Invalid
from gym.core.language import LANGUAGES, N_
from gym.security.models import LinkPurpose
from gym.security.one_time_links import PREFIXES, LinkUsed
from gym.staff.candidates import CandidateService
from gym.staff.models import AdminCandidate
from gym.staff.service import StaffService

router = Router(Audience.ANYONE)
LANGUAGE_NAMES = {"en": "English", "es": "Español"}


class NotYourContact(Invalid):
    """A forwarded contact: anybody may have anybody's number."""

    code = "not_your_contact"
    message = N_("That is somebody else's contact. Share your own with the button.")


@callback("langs")
class Languages(Callback):
    """Pick a language."""


@callback("lang")
class SetLanguage(Callback):
    language: str


@router.on(Home)
async def home(turn: Turn, _: Home) -> None:
    """The home screen that fits the person; a stranger gets one polite sentence."""
    if turn.visitor.staff is not None:
        await turn.show(await _desk_home(turn))
    elif turn.visitor.client is not None:
        await turn.show(await _member_home(turn))
    elif turn.is_private:
        await turn.show(await _for_strangers(turn))


@router.command("start", N_("Home"))
async def start(turn: Turn) -> None:
    await turn.home()
    route = turn.workshop.routes.occasion(Occasion.STARTED, turn.visitor)
    if route is not None:
        await route.handler(turn)


@router.command("cancel", N_("Stop what I am doing"))
async def cancel(turn: Turn) -> None:
    if await turn.workshop.forms.cancel(turn):
        return
    await turn.show(Screen(turn.t(N_("There is nothing to cancel.")), [nav(turn.t)]))


@router.command("language", N_("Change the language"))
async def language(turn: Turn) -> None:
    await turn.go(Languages())


@router.command("help")
async def help_(turn: Turn) -> None:
    await turn.home()


@router.on(FormTap, moves=False)
async def form_tap(turn: Turn, tap: FormTap) -> None:
    await turn.workshop.forms.tap(turn, tap)


@router.on(Languages)
async def languages(turn: Turn, _: Languages) -> None:
    choices = [button(LANGUAGE_NAMES[code], SetLanguage(code)) for code in LANGUAGES]
    await turn.show(Screen(turn.t(N_("Which language do you speak?")), [*grid(choices), nav(turn.t)]))


@router.on(SetLanguage)
async def set_language(turn: Turn, tap: SetLanguage) -> None:
    visitor = turn.visitor
    if tap.language not in LANGUAGES:
        raise UnknownButton
    if visitor.staff is not None:
        async with turn.unit_of_work() as uow:
            await StaffService(uow).set_language(visitor.staff.id, tap.language)
    if visitor.client is not None:
        async with turn.member_unit_of_work() as uow:
            await ClientService(uow).set_language(visitor.client.id, tap.language)
    await turn.workshop.chats.set_language(turn.user_id, tap.language)
    await turn.refresh()
    await turn.home()


# Links


@router.start(PREFIXES[LinkPurpose.CLAIM_GYM])
@router.start(PREFIXES[LinkPurpose.INVITE_STAFF])
async def join_team(turn: Turn) -> None:
    """The claim link of a new gym, or an admin's invitation."""
    user = turn.update.effective_user
    assert user is not None
    async with turn.stranger_unit_of_work() as uow:
        service = StaffService(uow)
        joined = await service.accept(
            turn.payload, user.id, user.full_name, turn.visitor.language, user.username
        )
        until = CandidateService(uow).until(joined) if isinstance(joined, AdminCandidate) else None
    await turn.refresh()
    if isinstance(joined, AdminCandidate):
        await turn.say(_for_candidates(turn, joined, until))
        return
    text = turn.t(N_("Welcome to the team of {gym}, {name}!"), gym=turn.settings.name, name=joined.name)
    await turn.say(Screen(text, drop_keys=True))
    await turn.home()


@callback("linkme")
class LinkMe(Callback):
    """A staff member's own membership."""

    token: str


@router.start(PREFIXES[LinkPurpose.LINK_CLIENT])
async def link_by_token(turn: Turn) -> None:
    """A client opens the link that staff showed; staff who open it are asked first whom they mean."""
    if turn.visitor.staff is None:
        await _link(turn, turn.payload)
        return
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).link_owner(turn.payload)
    t = turn.t
    text = t(
        N_("This link is for <b>{client}</b>, to be opened on their own phone. Link your chat to {client}?"),
        client=client.full_name,
    )
    choices = [button(t(N_("No")), Home()), button(t(N_("Yes, this is me")), LinkMe(turn.payload))]
    await turn.show(Screen(text, [choices]))


@router.on(LinkMe)
async def link_me(turn: Turn, tap: LinkMe) -> None:
    await _link(turn, tap.token)


async def _link(turn: Turn, token: str) -> None:
    try:
        async with turn.stranger_unit_of_work() as uow:
            await ClientService(uow).accept_link(token, turn.user_id, turn.visitor.language)
    except LinkUsed:
        # The same update after a crash, or the person's own old link: they are in already.
        if turn.visitor.client is None:
            raise
        await turn.home()
        return
    await _linked(turn)


@router.contact
async def link_by_contact(turn: Turn) -> None:
    """A client shares their own contact.

    Telegram says whose number it is at the moment of sharing: a forwarded one may name the person beside a
    number that has long been somebody else's.
    """
    message = turn.message
    contact = message.contact if message else None
    if turn.visitor.client is not None or message is None or contact is None:
        await turn.home()
        return
    if contact.user_id != turn.user_id or message.forward_origin is not None:
        raise NotYourContact
    async with turn.stranger_unit_of_work() as uow:
        await ClientService(uow).link_contact(contact.phone_number, turn.user_id, turn.visitor.language)
    await _linked(turn)


async def _linked(turn: Turn) -> None:
    """The greeting itself is a message of the outbox."""
    await turn.refresh()
    await turn.say(Screen(turn.t(N_("✅ This chat is yours now.")), drop_keys=True))
    route = turn.workshop.routes.occasion(Occasion.LINKED, turn.visitor)
    if route is not None:
        await route.handler(turn)
    else:
        await turn.home()


# Screens


async def _desk_home(turn: Turn) -> Screen:
    text = turn.t(
        N_("<b>{gym}</b>\nSend a photo, or type a name, document or phone. Or choose:"),
        gym=turn.settings.name,
    )
    return Screen(text, await _doors(turn))


async def _member_home(turn: Turn) -> Screen:
    text = turn.t(N_("<b>{gym}</b>\nWhat would you like to see?"), gym=turn.settings.name)
    return Screen(text, await _doors(turn))


async def _doors(turn: Turn) -> list[Row]:
    resume = turn.workshop.forms.resume_button(turn)
    doors = [await _door(turn, item) for item in turn.workshop.routes.home(turn.visitor)]
    doors.append(button(turn.t(N_("🌐 Language")), Languages()))
    return [[resume] if resume else [], *grid(doors)]


async def _door(turn: Turn, item: HomeButton) -> Button:
    waiting = await item.badge(turn) if item.badge else 0
    label = turn.t(item.label)
    return button(f"{label} ({waiting})" if waiting else label, item.callback)


def _for_candidates(turn: Turn, candidate: AdminCandidate, until: datetime | None) -> Screen:
    """Who has to confirm them, and until when; nothing else is open to them."""
    t, who = turn.t, candidate.invited_by_name
    by = N_("{who} or another admin of {gym}") if who else N_("an admin of {gym}")
    text = t(
        N_(
            "⏳ Almost there, {name}: {by} has to confirm you first. They have been told. Until then"
            " nothing is open to you here; your invitation waits until {until}."
        ),
        name=candidate.name,
        by=Html(t(by, who=who, gym=turn.settings.name)),
        until=until,
    )
    return Screen(text, [nav(t)])


async def _for_strangers(turn: Turn) -> Screen:
    async with turn.stranger_unit_of_work() as uow:
        service = CandidateService(uow)
        candidate = await service.of_account(turn.user_id)
        until = service.until(candidate) if candidate else None
    if candidate is not None:
        return _for_candidates(turn, candidate, until)
    text = turn.t(
        N_(
            "Hello! This is the chat of {gym}. If you train here, share your phone number with the button"
            " below, or ask at the desk for your link."
        ),
        gym=turn.settings.name,
    )
    return Screen(text, contact=turn.t(N_("Share my phone")))
