"""The page of a one-time link, where a staff member chooses an API password."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from gym.app import Gym
from gym.core.errors import Forbidden, GymError, Invalid
from gym.core.language import N_, Translator
from gym.security.one_time_links import LinkExpired, LinkUnknown, LinkUsed
from gym.security.passwords import PasswordTooWeak, check_strength, hash_secret
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings, first_settings
from gym.staff.errors import UsernameInvalid, UsernameTaken
from gym.staff.models import Staff
from gym.staff.password_links import parse_username
from gym.staff.service import StaffService, actor_of
from web.http.addresses import client_address, neighbourhood
from web.http.errors import language_of
from web.http.keys import GYM
from web.http.limits.rates import LIMITS, SecretGuess
from web.http.photos import ContentUnknown, Malformed

FOLDER: Final = Path(__file__).parent
FRAME: Final = Template((FOLDER / "frame.html").read_text("utf-8"))
FORM: Final = Template((FOLDER / "password.html").read_text("utf-8"))
STYLE: Final = (FOLDER / "page.css").read_bytes()
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
URLENCODED: Final = "application/x-www-form-urlencoded"
LARGEST_FORM: Final = 8 * 1024
"""Bytes of the form, which is read before it is known who sends it."""
MOST_FIELDS: Final = 8
"""Fields of the form; it has four."""
TOKEN: Final = "start"  # noqa: S105 - called so in deep links too, so the log's redactor knows it
TITLE: Final = N_("Your API password")
routes = web.RouteTableDef()
Handler = Callable[[web.Request], Awaitable[web.Response]]


class PasswordsDiffer(Invalid):
    """The second time something else was typed."""

    code = "passwords_differ"
    message = N_("The two passwords are not the same. Type it twice.")


class AskedByAWebsite(Forbidden):
    """A page of another site asked through a person's browser, and nobody followed a link."""

    code = "asked_by_a_website"
    message = N_("Another website asked for this page. Open the link of the chat yourself.")


FIXABLE: Final = (PasswordTooWeak, PasswordsDiffer, UsernameInvalid, UsernameTaken)
"""Faults shown above the form, which stays open."""
DEAD_LINKS: Final = (LinkUnknown, LinkUsed, LinkExpired)


@dataclass(frozen=True, slots=True)
class LinkOwner:
    """The owner of a link, in their language."""

    staff: Staff
    gym_name: str
    t: Translator


def _as_page(handler: Handler) -> Handler:
    """Show faults on the page, in a person's words."""

    async def answer(request: web.Request) -> web.Response:
        try:
            _require_a_person(request)
            return await handler(request)
        except GymError as error:
            return await _refusal(request, error)

    return answer


@routes.get("/password")
@_as_page
async def show(request: web.Request) -> web.Response:
    """The form. Showing it does not spend the link: chats open links by themselves to draw a preview."""
    token = request.query.get(TOKEN, "")
    owner = await _owner(request, token)
    return _form(owner, token, owner.staff.username or "")


@routes.post("/password")
@_as_page
async def save(request: web.Request) -> web.Response:
    """Save the password, checked and hashed before the transaction; the link is spent only if it is saved."""
    fields = await _fields(request)
    token, username = fields.get(TOKEN, ""), fields.get("username", "")
    owner = await _owner(request, token)
    limits = request.app[LIMITS]
    await limits.take(request.app[GYM].clock.now(), limits.staff.of(owner.staff.id))
    try:
        hashed = await _hashed(fields)
        async with request.app[GYM].unit_of_work(actor_of(owner.staff)) as uow:
            await StaffService(uow).set_password(token, username, hashed)
    except FIXABLE as error:
        return _form(owner, token, username, error)
    return _saved(owner, username.strip())


@routes.get("/pages/page.css")
async def style(_: web.Request) -> web.Response:
    return web.Response(body=STYLE, content_type="text/css", headers={"Cache-Control": "no-cache"})


# Requests


def _require_a_person(request: web.Request) -> None:
    """Raises `AskedByAWebsite`, before anything is counted or looked up.

    Browsers say who began a request (https://www.w3.org/TR/fetch-metadata); other programs say nothing. The
    link is followed from Telegram's web page too, which is another site: such a visit opens the page.
    """
    site = request.headers.get("Sec-Fetch-Site", "none")
    how = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    is_visit = request.method in ("GET", "HEAD") and how == ("navigate", "document")
    if site not in ("none", "same-origin") and not is_visit:
        raise AskedByAWebsite


async def _owner(request: web.Request, token: str) -> LinkOwner:
    """The owner of the link. Each look-up is counted as a guess before, and given back when the link is good.

    Raises `TooManyRequests` and the faults of a link.
    """
    gym, limits = request.app[GYM], request.app[LIMITS]
    guess = SecretGuess(limits, gym.clock.now(), limits.page.of(neighbourhood(client_address(request))))
    await guess.allow()
    async with gym.unit_of_work(Actor.system()) as uow:
        staff = await StaffService(uow).password_owner(token)
        owner = LinkOwner(staff, uow.settings.name, uow.settings.translator(staff.language))
    await guess.was_right()
    return owner


async def _fields(request: web.Request) -> dict[str, str]:
    """The fields of a plain form. Raises `ContentUnknown`, `Malformed`."""
    if request.content_type != URLENCODED:
        raise ContentUnknown
    raw = await request.clone(client_max_size=LARGEST_FORM).read()
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Malformed from None
    return dict(pairs)


async def _hashed(fields: dict[str, str]) -> str:
    """The password's hash. Raises the `FIXABLE` faults."""
    username, password = parse_username(fields.get("username", "")), fields.get("password", "")
    check_strength(password, username)
    if password != fields.get("again", ""):
        raise PasswordsDiffer
    return await asyncio.to_thread(hash_secret, password)


# Pages


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
    return _page(t, owner.gym_name, _fill(FORM, words), status=error.status if error else 200)


def _saved(owner: LinkOwner, username: str) -> web.Response:
    t = owner.t
    done = t("Saved. You sign in as {username} from now on; older sign-ins have ended.", username=username)
    return _page(t, owner.gym_name, _paragraphs(done, t("You can close this page.")))


async def _refusal(request: web.Request, error: GymError) -> web.Response:
    """A fault without the form: a dead link, too many guesses, no database."""
    settings = await _settings(request.app[GYM], error)
    t = settings.translator(language_of(request))
    lines = [t(error.message, **error.context)]
    if isinstance(error, DEAD_LINKS):
        lines = [_dead(t, error), t("Open My account in the chat and make a new one.")]
    headers: dict[str, str] = {}
    if error.status in (429, 503) and "retry_after" in error.context:
        headers["Retry-After"] = str(error.context["retry_after"])
    return _page(t, settings.name, _paragraphs(*lines), status=error.status, headers=headers)


async def _settings(gym: Gym, error: GymError) -> GymSettings:
    """The gym's settings, or without a database those of the environment."""
    if error.status in (429, 503):
        return GymSettings.model_validate(first_settings(gym.config))
    return await gym.settings()


def _dead(t: Translator, error: GymError) -> str:
    match error:
        case LinkUsed():
            return t("This link was used before; it works only once. If that was you, your password is set.")
        case LinkExpired():
            return t("This link has run out, or a newer one has replaced it.")
        case _:
            return t("This link is not from this gym.")


def _page(
    t: Translator, gym_name: str, content: str, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    words = {"language": t.language, "gym": gym_name, "title": t(TITLE)}
    text = FRAME.substitute({name: html.escape(word) for name, word in words.items()}, content=content)
    return web.Response(
        text=text, content_type="text/html", status=status, headers={**HEADERS, **(headers or {})}
    )


def _fill(template: Template, words: dict[str, str]) -> str:
    return template.substitute({name: html.escape(word) for name, word in words.items()})


def _paragraphs(*lines: str) -> str:
    return "\n".join(f"    <p>{html.escape(line)}</p>" for line in lines)
