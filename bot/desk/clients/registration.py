"""A new client at the desk: a few questions, consent, photos, saved in one go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.desk.clients.enrolment import (
    AT_KIOSK,
    CONSENT,
    CONSENTS,
    PHOTOS,
    TWIN,
    consent_words,
    consented,
    judge_photo,
    read_faces,
    remember,
)
from bot.desk.clients.fields import GENDERS, QUESTIONS, Field
from bot.desk.clients.linking import link_offer
from bot.desk.clients.profile import EditClient
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.screens import asked_steps, shown_answer
from bot.ui.buttons.clients import Card, RegisterClient, RegisterWithPhoto
from bot.ui.buttons.memberships import SellPlan
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav
from bot.ui.routing import Audience, Router
from bot.ui.screens import Html, Screen
from bot.ui.update_context import UpdateContext
from gym.clients.documents import parse_document
from gym.clients.fields import is_minor
from gym.clients.models import Client, Gender
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.security.one_time_links import IssuedLink
from gym.unit_of_work import UnitOfWork

router = Router(Audience.STAFF)
router.home(N_("➕ Register"), RegisterClient())
FIRST_PHOTO: Final = "first_photo"
"""The file id of a photo that came before the form, put into it only after consent."""


@callback("regyes")
class PhotoConsent(Callback):
    agreed: bool


# Ways in ──────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(RegisterClient)
async def register(context: UpdateContext, _: RegisterClient) -> None:
    await context.begin(REGISTRATION)


@router.command("register", N_("Register a client"))
async def register_command(context: UpdateContext) -> None:
    await context.begin(REGISTRATION)


@router.on(RegisterWithPhoto)
async def register_with_photo(context: UpdateContext, _: RegisterWithPhoto) -> None:
    """The message keeps the photo while the question about it is open; the draft begins after the answer."""
    photo_id = _photo_above(context)
    if photo_id is None:
        await context.begin(REGISTRATION)
        return
    picture = await context.download(photo_id)
    question = context.t("The client reads the text below. Has the client signed it in front of you?")
    rows = [
        [button(context.t(choice.label), PhotoConsent(choice.value is True), wide=True)]
        for choice in CONSENTS
    ]
    await context.show(Screen(question, [*rows, nav(context.t)], photo=picture))
    # Apart, for a caption holds 1024 letters: what is over went below it, and the buttons with it.
    await context.say(consent_words(context.t, context.settings.name))


@router.on(PhotoConsent)
async def photo_consent(context: UpdateContext, tap: PhotoConsent) -> None:
    photo_id = _photo_above(context)
    if not tap.agreed or photo_id is None:
        await context.begin(REGISTRATION, {"consent": tap.agreed})
        return
    await context.begin(REGISTRATION, {"consent": True, FIRST_PHOTO: photo_id})


def _photo_above(context: UpdateContext) -> str | None:
    """The photo of the tapped message."""
    return context.target.photo[-1].file_id if context.target and context.target.photo else None


# Questions ────────────────────────────────────────────────────────────────────────────────────────────────


def _step(field: Field, *, optional: bool = True) -> Step:
    question = QUESTIONS[field]
    return Step(field, question.label, question.ask, parse=question.parse, optional=optional)


def _is_minor(ctx: FormContext) -> bool:
    return is_minor(ctx.maybe(Field.BIRTH_DATE, date), ctx.context.today)


def _needs_first_photo(ctx: FormContext) -> bool:
    return consented(ctx) and not ctx.has(FIRST_PHOTO)


def _has_first_photo(ctx: FormContext) -> bool:
    return consented(ctx) and ctx.has(FIRST_PHOTO)


STEPS: Final = [
    _step(Field.FIRST_NAME, optional=False),
    _step(Field.LAST_NAME),
    _step(Field.DOCUMENT),
    _step(Field.PHONE),
    _step(Field.BIRTH_DATE),
    Step(
        Field.GENDER,
        QUESTIONS[Field.GENDER].label,
        QUESTIONS[Field.GENDER].ask,
        choices=[Choice(gender, label) for gender, label in GENDERS.items()],
        columns=3,
        optional=True,
    ),
    Step(
        Field.GUARDIAN,
        QUESTIONS[Field.GUARDIAN].label,
        QUESTIONS[Field.GUARDIAN].ask,
        parse=QUESTIONS[Field.GUARDIAN].parse,
        when=_is_minor,
    ),
    CONSENT,
    Step(
        PHOTOS.name,
        PHOTOS.label,
        PHOTOS.ask,
        photo=judge_photo,
        choices=PHOTOS.choices,
        photos=PHOTOS.photos,
        when=_needs_first_photo,
        resets=PHOTOS.resets,
    ),
    Step(
        "more_faces",
        N_("More photos"),
        N_("Two more photos make it surer: from the front, with light on the face. Or skip."),
        photo=judge_photo,
        photos=(1, 2),
        optional=True,
        when=_has_first_photo,
        resets=PHOTOS.resets,
    ),
    TWIN,
]


# Saving ───────────────────────────────────────────────────────────────────────────────────────────────────


async def _summary(ctx: FormContext) -> str:
    t = ctx.t
    lines = [
        t("{label}: <b>{value}</b>", label=t(step.label), value=Html(shown_answer(ctx, step)))
        for step in asked_steps(ctx)
    ]
    alike = await _similar(ctx)
    if alike:
        names = ", ".join(client.full_name for client in alike)
        lines += ["", t("⚠️ Registered already? Look at {names} first.", names=names)]
    return "\n".join(lines)


async def _similar(ctx: FormContext) -> Sequence[Client]:
    name = f"{ctx.value(Field.FIRST_NAME, str)} {ctx.maybe(Field.LAST_NAME, str) or ''}".strip()
    async with ctx.unit_of_work() as uow:
        return await ClientService(uow).similar(name, ctx.maybe(Field.PHONE, str))


def _data(ctx: FormContext) -> ClientInput:
    document = ctx.maybe(Field.DOCUMENT, str)
    return ClientInput(
        first_name=ctx.value(Field.FIRST_NAME, str),
        last_name=ctx.maybe(Field.LAST_NAME, str) or "",
        document=parse_document(document) if document else None,
        phone=ctx.maybe(Field.PHONE, str),
        birth_date=ctx.maybe(Field.BIRTH_DATE, date),
        gender=ctx.maybe(Field.GENDER, Gender),
        guardian_name=ctx.maybe(Field.GUARDIAN, str) if _is_minor(ctx) else None,
    )


def _sent(ctx: FormContext) -> list[str]:
    """File ids of every photo, the one that came first in front."""
    first = ctx.maybe(FIRST_PHOTO, str)
    names = ("more_faces",) if first else (PHOTOS.name,)
    more = [photo.file_id for name in names for photo in ctx.photos(name)]
    return [first, *more] if first else more


async def _register(ctx: FormContext) -> None:
    faces = await read_faces(ctx.context, _sent(ctx)) if consented(ctx) else []

    async def work(uow: UnitOfWork) -> tuple[Client, IssuedLink]:
        client = await ClientService(uow).register(_data(ctx), ctx.key)
        if consented(ctx):
            await remember(ctx, uow, client.id, faces)
        return client, await ClientService(uow).issue_link(client.id)

    client, link = await ctx.run(work)
    await ctx.context.keep(await link_offer(ctx.context, client, link, []))
    await ctx.context.keep(_registered(ctx, client, len(faces)))


def _registered(ctx: FormContext, client: Client, photos: int) -> Screen:
    """The next steps, below the link: the link stays for the client to scan."""
    t = ctx.t
    heading = t("✅ <b>{client}</b> is registered.", client=client.full_name)
    if consented(ctx) and not photos:
        heading += "\n" + t(AT_KIOSK, client=client.full_name)
    if photos:
        heading += " " + t.plural("{count} face photo saved.", "{count} face photos saved.", photos)
    row = [button(t("🏷 Sell plan"), SellPlan(client.id)), button(t("👤 Card"), Card(client.id))]
    more = [button(t("✏️ More details"), EditClient(client.id))]
    return Screen(heading, [row, more, nav(t)])


REGISTRATION = router.form(
    Form(
        name="registration",
        title=N_("Register a client"),
        steps=STEPS,
        summary=_summary,
        submit=_register,
        confirm=N_("Save"),
    )
)
