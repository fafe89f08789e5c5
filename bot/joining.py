"""Joining by deep link or contact: staff by an invitation, clients by the desk's link or their own
contact."""

from __future__ import annotations

from typing import Final

from bot.home import candidate_screen, unread
from bot.routing.navigation import go, go_home, routes_of
from bot.routing.router import Audience, Occasion, Router
from bot.ui.buttons.clients import ClientSearch
from bot.ui.callbacks import Callback, Home, callback
from bot.ui.keyboards import button, yes_no
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.clients.service import ClientService
from gym.core.errors import Invalid
from gym.core.language import N_
from gym.security.models import LinkPurpose
from gym.security.one_time_links import PREFIXES, LinkUsed
from gym.staff.candidates import CandidateService
from gym.staff.models import AdminCandidate
from gym.staff.service import StaffService

router = Router(Audience.ANYONE)
LONGEST_NUMBER: Final = 30
"""Of a shared contact, which may be forged."""


class ForeignContact(Invalid):
    """A forwarded contact: anybody may have anybody's number."""

    code = "not_your_contact"
    message = N_("That is somebody else's contact. Share your own with the button.")


@router.start(PREFIXES[LinkPurpose.CLAIM_GYM])
@router.start(PREFIXES[LinkPurpose.INVITE_STAFF])
async def join_team(context: UpdateContext) -> None:
    """Join by the set-up link of a new gym, or by an admin's invitation."""
    user = context.update.effective_user
    assert user is not None
    async with context.stranger_unit_of_work() as uow:
        service = StaffService(uow)
        joined = await service.accept(
            context.payload, user.id, user.full_name, context.identity.language, user.username
        )
        until = CandidateService(uow).until(joined) if isinstance(joined, AdminCandidate) else None
    await context.refresh()
    if isinstance(joined, AdminCandidate):
        await context.say(candidate_screen(context, joined, until))
        return
    text = context.t(N_("Welcome to the team of {gym}, {name}!"), gym=context.settings.name, name=joined.name)
    await context.say(Screen(text, drop_keys=True))
    await go_home(context)


@callback("linkme")
class LinkMe(Callback):
    """Link the own membership of a staff member."""

    token: str


@router.start(PREFIXES[LinkPurpose.LINK_CLIENT])
async def link_by_token(context: UpdateContext) -> None:
    """A client opens the link that staff showed; staff who open it are asked whether it is theirs."""
    if context.identity.staff is None:
        await _link(context, context.payload)
        return
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).link_owner(context.payload)
    t = context.t
    text = t(
        N_("This link is for <b>{client}</b>, to be opened on their own phone. Link your chat to {client}?"),
        client=client.full_name,
    )
    choices = yes_no(t, button(t(N_("Yes, this is me")), LinkMe(context.payload)), Home(), N_("No"))
    await context.show(Screen(text, [choices]))


@router.on(LinkMe)
async def link_me(context: UpdateContext, press: LinkMe) -> None:
    await _link(context, press.token)


async def _link(context: UpdateContext, token: str) -> None:
    try:
        async with context.stranger_unit_of_work() as uow:
            await ClientService(uow).accept_link(token, context.user_id, context.identity.language)
    except LinkUsed:
        # The same update after a crash, or the person's own old link: the chat is linked already.
        if context.identity.client is None:
            raise
        await go_home(context)
        return
    await _linked(context)


@router.contact
async def link_by_contact(context: UpdateContext) -> None:
    """A client shares their own contact; whose contact staff forward is looked for by its number.

    At that moment Telegram vouches for the number. A forwarded contact may name the person beside a number
    that has long been somebody else's.
    """
    message = context.message
    contact = message.contact if message else None
    if message is None or contact is None:
        await go_home(context)
        return
    own = contact.user_id == context.user_id and message.forward_origin is None
    if context.identity.staff is not None and not own:
        await go(context, ClientSearch(contact.phone_number[:LONGEST_NUMBER]))
        return
    if context.identity.client is not None:
        if own:
            await go_home(context)
        else:
            await unread(context)
        return
    if not own:
        raise ForeignContact
    async with context.stranger_unit_of_work() as uow:
        await ClientService(uow).link_contact(
            contact.phone_number, context.user_id, context.identity.language
        )
    await _linked(context)


async def _linked(context: UpdateContext) -> None:
    """The home screen after linking; the greeting itself is a message of the outbox."""
    await context.refresh()
    await context.say(Screen(context.t(N_("✅ This chat is yours now.")), drop_keys=True))
    route = routes_of(context).occasion(Occasion.LINKED, context.identity)
    if route is not None:
        await route.handler(context)
    else:
        await go_home(context)
