"""The page of a one-time link, where a staff member chooses an API password."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from gym.core.errors import GymError, Invalid
from gym.core.language import N_
from gym.security.passwords import PasswordTooWeak, check_strength, hash_secret
from gym.staff.errors import UsernameInvalid, UsernameTaken
from gym.staff.models import Staff
from gym.staff.password_links import parse_username
from gym.staff.service import StaffService, actor_of
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

FORM: Final = form("password.html")
PAGE: Final = OneTimePage(
    title=N_("Your API password"),
    used=N_("This link was used before; it works only once. If that was you, your password is set."),
    again=N_("Open My account in the chat and make a new one."),
)
routes = web.RouteTableDef()


class PasswordsDiffer(Invalid):
    """The second time something else was typed."""

    code = "passwords_differ"
    message = N_("The two passwords are not the same. Type it twice.")


FIXABLE: Final = (PasswordTooWeak, PasswordsDiffer, UsernameInvalid, UsernameTaken)
"""Faults shown above the form, which stays open."""


@routes.get("/password")
@PAGE
async def show(request: web.Request) -> web.Response:
    """The form. Showing it does not spend the link: chats open links by themselves to draw a preview."""
    token = request.query.get(TOKEN, "")
    owner = await owner_of(request, token, _find)
    return _form(owner, token, owner.staff.username or "")


@routes.post("/password")
@PAGE
async def save(request: web.Request) -> web.Response:
    """Save the password, checked and hashed before the transaction; the link is spent only if it is saved."""
    fields = await fields_of(request)
    token, username = fields.get(TOKEN, ""), fields.get("username", "")
    owner = await owner_of(request, token, _find)
    await take_turn(request, owner)
    try:
        hashed = await _hashed(fields)
        async with request.app[GYM].unit_of_work(actor_of(owner.staff)) as uow:
            await StaffService(uow).set_password(token, username, hashed)
    except FIXABLE as error:
        return _form(owner, token, username, error)
    return _saved(owner, username.strip())


async def _find(uow: UnitOfWork, token: str) -> Staff:
    return await StaffService(uow).password_owner(token)


async def _hashed(fields: dict[str, str]) -> str:
    """The password's hash. Raises the `FIXABLE` faults."""
    username, password = parse_username(fields.get("username", "")), fields.get("password", "")
    check_strength(password, username)
    if password != fields.get("again", ""):
        raise PasswordsDiffer
    return await asyncio.to_thread(hash_secret, password)


def _form(owner: LinkOwner, token: str, username: str, error: GymError | None = None) -> web.Response:
    t = owner.t
    words = {
        "help": t(
            "{name}, with this name and password you sign in where there is no chat: at the kiosk and in "
            "programs that talk to the gym.",
            name=owner.staff.name,
        ),
        "fault": t(error.message, **error.context) if error else "",
        "token": token,
        "username": username,
        "username_label": t("User name"),
        "password_label": t("Password, at least 10 characters"),
        "again_label": t("The same password again"),
        "save": t("Save password"),
    }
    return PAGE.shown(t, owner.gym_name, filled(FORM, words), status=error.status if error else 200)


def _saved(owner: LinkOwner, username: str) -> web.Response:
    t = owner.t
    done = t("Saved. You sign in as {username} from now on; older sign-ins have ended.", username=username)
    return PAGE.shown(t, owner.gym_name, paragraphs(done, t("You can close this page.")))
