"""Registration of a client: a few questions, consent and photos, saved in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.desk.clients.faces.enrolment import remember
from bot.desk.clients.faces.face_steps import (
    AT_KIOSK,
    CONSENT,
    CONSENTS,
    FIRST_PHOTO,
    PHOTOS,
    TWIN,
    consent_words,
    consented,
    judge_photo,
    read_faces,
)
from bot.desk.clients.fields import parser_of, value_of_answer
from bot.desk.clients.linking import link_offer
from bot.desk.clients.profile import EditClient
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.screens import asked_steps, shown_answer
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, RegisterClient, RegisterNamed, RegisterWithPhoto
from bot.ui.buttons.memberships import SellPlan
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav
from bot.ui.screens import Html, Screen
from bot.ui.update_context import UpdateContext
from gym.clients.fields.parsers import is_minor, parse_name
from gym.clients.fields.readers import PHONE
from gym.clients.fields.row import ClientField, Registration
from gym.clients.fields.table import CLIENT_FIELDS
from gym.clients.models import Client
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.importing.reading.names import split_name
from gym.security.one_time_links import IssuedLink
from gym.unit_of_work import UnitOfWork

router = Router(Audience.STAFF)
router.home(N_("➕ Register"), RegisterClient())


@callback("regyes")
class PhotoConsent(Callback):
    agreed: bool


# Ways in ──────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(RegisterClient)
async def register(context: UpdateContext, _: RegisterClient) -> None:
    await begin(context, REGISTRATION)


@router.on(RegisterNamed)
async def register_named(context: UpdateContext, press: RegisterNamed) -> None:
    """With the name that the search had no one for; what of it is wrong is changed in the summary."""
    names = zip(("first_name", "last_name"), split_name(press.name), strict=True)
    await begin(context, REGISTRATION, {key: parse_name(name) for key, name in names if name})


@router.command("register", N_("Register a client"))
async def register_command(context: UpdateContext) -> None:
    await begin(context, REGISTRATION)


@router.on(RegisterWithPhoto)
async def register_with_photo(context: UpdateContext, _: RegisterWithPhoto) -> None:
    """Ask for consent first. The chat's message keeps the photo meanwhile; the draft begins after the
    answer."""
    photo_id = _photo_above(context)
    if photo_id is None:
        await begin(context, REGISTRATION)
        return
    picture = await context.download(photo_id)
    question = context.t("The client reads the text above. Has the client signed it in front of you?")
    rows = [
        [button(context.t(choice.label), PhotoConsent(choice.value is True), wide=True)]
        for choice in CONSENTS
    ]
    if context.target is not None:
        context.take_keys(context.target.message_id)
    # In a message of its own, before the question: a caption holds 1,024 letters, and with the text below it
    # the question's buttons stood out of sight.
    await context.say(consent_words(context.t, context.settings.name))
    await context.say(Screen(question, [*rows, nav(context.t)], photo=picture))


@router.on(PhotoConsent)
async def photo_consent(context: UpdateContext, press: PhotoConsent) -> None:
    photo_id = _photo_above(context)
    if not press.agreed or photo_id is None:
        await begin(context, REGISTRATION, {"consent": press.agreed})
        return
    await begin(context, REGISTRATION, {"consent": True, FIRST_PHOTO: photo_id})


def _photo_above(context: UpdateContext) -> str | None:
    """The photo of the pressed message."""
    return context.target.photo[-1].file_id if context.target and context.target.photo else None


# Questions ────────────────────────────────────────────────────────────────────────────────────────────────


def _is_minor(ctx: FormContext) -> bool:
    return is_minor(ctx.maybe("birth_date", date), ctx.context.today)


def _step(row: ClientField) -> Step:
    choices = [Choice(value, label) for value, label in row.choices.items()] if row.choices else None
    of_minors = row.registration is Registration.OF_MINORS
    return Step(
        row.key,
        row.label,
        row.question,
        parse=parser_of(row),
        choices=choices,
        columns=3 if choices else 1,
        optional=not (row.required or of_minors),
        when=_is_minor if of_minors else None,
        takes_contact=row.reader is PHONE,
    )


def _needs_first_photo(ctx: FormContext) -> bool:
    return consented(ctx) and not ctx.has(FIRST_PHOTO)


def _has_first_photo(ctx: FormContext) -> bool:
    return consented(ctx) and ctx.has(FIRST_PHOTO)


FIELD_STEPS: Final = {
    row.key: _step(row) for row in CLIENT_FIELDS.values() if row.registration is not Registration.NOT_ASKED
}
STEPS: Final = [
    *FIELD_STEPS.values(),
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
        restarts=(FIRST_PHOTO,),
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
    name = f"{ctx.value('first_name', str)} {ctx.maybe('last_name', str) or ''}".strip()
    async with ctx.unit_of_work() as uow:
        return await ClientService(uow).similar(name, ctx.maybe("phone", str))


def _data(ctx: FormContext) -> ClientInput:
    """The answers without those to questions that are not asked any more, such as an adult's guardian."""
    given = {
        key: value_of_answer(CLIENT_FIELDS[key], ctx.value(key, object))
        for key, step in FIELD_STEPS.items()
        if step.applies(ctx) and ctx.has(key)
    }
    return ClientInput.model_validate({"last_name": "", **given})


def _sent(ctx: FormContext) -> list[str]:
    """File ids of all photos, the one that came first in front."""
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
    """The next steps, in a message below the link, which stays for the client to scan."""
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
