"""The page of a one-time link that shows an admin the backups' pass-phrase once and asks two groups back."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from gym.backup.errors import GroupsWrong, PassphraseThere
from gym.backup.files.passphrase import BackupKey
from gym.backup.keys.draft import PassphraseDraft
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.keys.links import PassphraseLinks
from gym.core.errors import GymError
from gym.core.language import N_
from gym.security.permissions import Actor
from gym.staff.models import Staff
from gym.staff.service import actor_of
from gym.unit_of_work import UnitOfWork
from web.http.keys import GYM
from web.pages.one_time_page import (
    TOKEN,
    LinkOwner,
    OneTimePage,
    fields_of,
    filled,
    form,
    owner_of,
    paragraphs,
    take_turn,
)

OFFER: Final = form("passphrase_offer.html")
SHOWN: Final = form("passphrase_shown.html")
ASKED: Final = form("passphrase_asked.html")
DRAFT: Final = "draft"
PAGE: Final = OneTimePage(
    title=N_("The pass-phrase of the backups"),
    used=N_(
        "This link was used before: a pass-phrase is shown only once, and one that was not confirmed opens "
        "nothing."
    ),
    again=N_("Open Backups in the chat and make a new one."),
)
routes = web.RouteTableDef()


@routes.get("/passphrase")
@PAGE
async def offer(request: web.Request) -> web.Response:
    """What will happen. It spends nothing: chats open links by themselves to draw a preview."""
    token = request.query.get(TOKEN, "")
    keys = BackupKeyStore(request.app[GYM].config)
    owner = await owner_of(request, token, lambda uow, secret: PassphraseLinks(uow, keys).owner(secret))
    keys.require_none()
    t = owner.t
    words = {
        "why": t(
            "{name}, every backup of the gym is sealed with this phrase. Whoever finds a backup reads "
            "nothing without it, and neither do you: nobody can tell it to you again.",
            name=owner.staff.name,
        ),
        "paper": t("Take paper and a pen. It is shown once, for as long as the next page is open."),
        "token": token,
        "show": t("Show the pass-phrase"),
    }
    return PAGE.shown(t, owner.gym_name, filled(OFFER, words))


@routes.post("/passphrase")
@PAGE
async def show(request: web.Request) -> web.Response:
    """The phrase, this once. It is in force only when it was typed back."""
    gym, token = request.app[GYM], (await fields_of(request)).get(TOKEN, "")
    keys = BackupKeyStore(gym.config)
    owner = await owner_of(request, token, lambda uow, secret: PassphraseLinks(uow, keys).owner(secret))
    await take_turn(request, owner)
    async with gym.unit_of_work(actor_of(owner.staff)) as uow:
        links = PassphraseLinks(uow, keys)
        sealed = await links.draw(token)
        draft = links.opened(sealed)
    t = owner.t
    words = {
        "write": t("Write these four groups on paper, in this order:"),
        **{f"group{number}": group for number, group in enumerate(draft.groups, 1)},
        "where": t(
            "Keep the paper somewhere else than the gym's computer. Take no photo, and send it to nobody."
        ),
        "draft": sealed,
        "written": t("I have written it down"),
    }
    return PAGE.shown(t, owner.gym_name, filled(SHOWN, words))


@routes.post("/passphrase/written")
@PAGE
async def ask(request: web.Request) -> web.Response:
    """Two of its groups are asked back."""
    sealed = (await fields_of(request)).get(DRAFT, "")
    owner, draft = await _reader(request, sealed)
    return _asked(owner, draft, sealed)


@routes.post("/passphrase/confirm")
@PAGE
async def confirm(request: web.Request) -> web.Response:
    """Put the phrase in force, stretched before the transaction. A second press says the same."""
    fields = await fields_of(request)
    sealed = fields.get(DRAFT, "")
    owner, draft = await _reader(request, sealed)
    await take_turn(request, owner)
    gym = request.app[GYM]
    keys = BackupKeyStore(gym.config)
    try:
        draft.require_written((fields.get("first", ""), fields.get("second", "")))
        key = await asyncio.to_thread(BackupKey.stretched, draft.passphrase)
        async with gym.unit_of_work(actor_of(owner.staff)) as uow:
            await PassphraseLinks(uow, keys).put_in_force(key)
    except GroupsWrong as error:
        return _asked(owner, draft, sealed, error)
    except PassphraseThere:
        if not await keys.is_of(draft.passphrase):
            return _too_late(owner)
    return _done(owner)


async def _reader(request: web.Request, sealed: str) -> tuple[LinkOwner, PassphraseDraft]:
    """Who was shown the phrase, and the phrase. Raises the faults of a link."""
    keys = BackupKeyStore(request.app[GYM].config)

    async def find(uow: UnitOfWork, secret: str) -> Staff:
        return await PassphraseLinks(uow, keys).reader(secret)

    owner = await owner_of(request, sealed, find)
    async with request.app[GYM].unit_of_work(Actor.system()) as uow:
        return owner, PassphraseLinks(uow, keys).opened(sealed)


def _asked(
    owner: LinkOwner, draft: PassphraseDraft, sealed: str, error: GymError | None = None
) -> web.Response:
    t, (first, second) = owner.t, draft.asked
    words = {
        "help": t("Type two of the groups from your paper. Then the phrase is in force."),
        "fault": t(error.message, **error.context) if error else "",
        "draft": sealed,
        "first_label": t("Group {number}", number=first),
        "second_label": t("Group {number}", number=second),
        "confirm": t("Confirm"),
        "lost": t(
            "Not on your paper? Nothing is in force yet: open Backups in the chat and make a new link."
        ),
    }
    return PAGE.shown(t, owner.gym_name, filled(ASKED, words), status=error.status if error else 200)


def _too_late(owner: LinkOwner) -> web.Response:
    t = owner.t
    lines = (
        t(
            "Somebody else has made the pass-phrase meanwhile. What you have written down opens nothing: "
            "cross it out."
        ),
        t("Ask the other admins who has it on paper."),
    )
    return PAGE.shown(t, owner.gym_name, paragraphs(*lines), status=PassphraseThere.status)


def _done(owner: LinkOwner) -> web.Response:
    t = owner.t
    lines = (
        t("Done. The first backup begins within a minute, and one is made every night from now on."),
        t("Backups in the chat shows how they stand. You can close this page."),
    )
    return PAGE.shown(t, owner.gym_name, paragraphs(*lines))
