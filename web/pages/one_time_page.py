"""The frame of pages behind one-time links: who may open them, their forms, and their refusals in words."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from gym.app import Gym
from gym.core.errors import Forbidden, GymError
from gym.core.language import N_, Translator
from gym.security.one_time_links import LinkExpired, LinkUnknown, LinkUsed
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings, first_settings
from gym.staff.models import Staff
from gym.unit_of_work import UnitOfWork
from web.http.addresses import client_address, neighbourhood
from web.http.errors import language_of
from web.http.keys import GYM
from web.http.limits.rates import LIMITS, SecretGuess
from web.http.photos import ContentUnknown, Malformed

FOLDER: Final = Path(__file__).parent
FRAME: Final = Template((FOLDER / "frame.html").read_text("utf-8"))
STYLE: Final = (FOLDER / "page.css").read_bytes()
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
URLENCODED: Final = "application/x-www-form-urlencoded"
LARGEST_FORM: Final = 8 * 1024
"""Bytes of a form, which is read before it is known who sends it."""
MOST_FIELDS: Final = 8
TOKEN: Final = "start"  # noqa: S105 - called so in deep links too, so the log's redactor knows it
DEAD_LINKS: Final = (LinkUnknown, LinkUsed, LinkExpired)
routes = web.RouteTableDef()
Handler = Callable[[web.Request], Awaitable[web.Response]]
FindOwner = Callable[[UnitOfWork, str], Awaitable[Staff]]


class AskedByAWebsite(Forbidden):
    """A page of another site asked through a person's browser, and nobody followed a link."""

    code = "asked_by_a_website"
    message = N_("Another website asked for this page. Open the link of the chat yourself.")


@dataclass(frozen=True, slots=True)
class LinkOwner:
    """The owner of a link, in their language."""

    staff: Staff
    gym_name: str
    t: Translator


@dataclass(frozen=True, slots=True)
class OneTimePage:
    """One such page, in msgids."""

    title: str
    used: str
    """What is said of a link that was used."""
    again: str
    """Where a new link is made."""

    def __call__(self, handler: Handler) -> Handler:
        """Show faults on the page, in a person's words."""

        async def answer(request: web.Request) -> web.Response:
            try:
                _require_a_person(request)
                return await handler(request)
            except GymError as error:
                return await self._refusal(request, error)

        return answer

    def shown(
        self,
        t: Translator,
        gym_name: str,
        content: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        """The frame around `content`, which is HTML."""
        words = {"language": t.language, "gym": gym_name, "title": t(self.title)}
        text = FRAME.substitute(_escaped(words), content=content)
        return web.Response(
            text=text, content_type="text/html", status=status, headers={**HEADERS, **(headers or {})}
        )

    async def _refusal(self, request: web.Request, error: GymError) -> web.Response:
        """A fault without the form: a dead link, too many guesses, no database."""
        settings = await _settings(request.app[GYM], error)
        t = settings.translator(language_of(request))
        lines = [t(error.message, **error.context)]
        if isinstance(error, DEAD_LINKS):
            lines = [self._dead(t, error), t(self.again)]
        headers: dict[str, str] = {}
        if error.status in (429, 503) and "retry_after" in error.context:
            headers["Retry-After"] = str(error.context["retry_after"])
        return self.shown(t, settings.name, paragraphs(*lines), status=error.status, headers=headers)

    def _dead(self, t: Translator, error: GymError) -> str:
        match error:
            case LinkUsed():
                return t(self.used)
            case LinkExpired():
                return t("This link has run out, or a newer one has replaced it.")
            case _:
                return t("This link is not from this gym.")


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


async def owner_of(request: web.Request, secret: str, find: FindOwner) -> LinkOwner:
    """The owner of a link, or of what it led to. Each look-up is counted as a guess before, and given back
    when the secret is good.

    Raises `TooManyRequests` and the faults of `find`.
    """
    gym, limits = request.app[GYM], request.app[LIMITS]
    guess = SecretGuess(limits, gym.clock.now(), limits.page.of(neighbourhood(client_address(request))))
    await guess.allow()
    async with gym.unit_of_work(Actor.system()) as uow:
        staff = await find(uow, secret)
        owner = LinkOwner(staff, uow.settings.name, uow.settings.translator(staff.language))
    await guess.was_right()
    return owner


async def take_turn(request: web.Request, owner: LinkOwner) -> None:
    """Count a change by its person. Raises `TooManyRequests`."""
    limits = request.app[LIMITS]
    await limits.take(request.app[GYM].clock.now(), limits.staff.of(owner.staff.id))


async def fields_of(request: web.Request) -> dict[str, str]:
    """The fields of a plain form. Raises `ContentUnknown`, `Malformed`."""
    if request.content_type != URLENCODED:
        raise ContentUnknown
    raw = await request.clone(client_max_size=LARGEST_FORM).read()
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Malformed from None
    return dict(pairs)


async def _settings(gym: Gym, error: GymError) -> GymSettings:
    """The gym's settings, or without a database those of the environment."""
    if error.status in (429, 503):
        return GymSettings.model_validate(first_settings(gym.config))
    return await gym.settings()


# HTML


def form(name: str) -> Template:
    """A form of this folder."""
    return Template((FOLDER / name).read_text("utf-8"))


def filled(template: Template, words: dict[str, str]) -> str:
    """With every word escaped."""
    return template.substitute(_escaped(words))


def paragraphs(*lines: str) -> str:
    return "\n".join(f"    <p>{html.escape(line)}</p>" for line in lines)


def _escaped(words: dict[str, str]) -> dict[str, str]:
    return {name: html.escape(word) for name, word in words.items()}
