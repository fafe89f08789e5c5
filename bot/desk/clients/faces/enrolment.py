"""Face enrolment at the desk: the state of a client's face, new photos, removal and withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.desk.clients.faces.face_steps import (
    AT_KIOSK,
    CONSENT,
    PHOTOS,
    TWIN,
    consent_question,
    consented,
    is_twin,
    note_likeness,
    read_faces,
)
from bot.forms.definition import Form, FormContext
from bot.forms.opening import begin
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, EnrolFace
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, button, nav, yes_no
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.face_consent import OUT_OF_REACH
from gym.clients.fields.parsers import is_minor
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.faces.models import ConsentMethod
from gym.faces.refusals import PossibleDuplicate
from gym.faces.schemas import Enrolment, EnrolmentFace, FaceState
from gym.faces.service import FaceRecognitionService
from gym.unit_of_work import UnitOfWork

router = Router(Audience.STAFF)
IN_CHATS: Final = N_(
    "Photos sent in chat pass through Telegram; the bot deletes them from the chats: those of an "
    "enrolment when it is saved or canceled, all others and cards with a picture after ten minutes. At "
    "the kiosk no picture leaves the gym's own system."
)
"""Which pictures leave the building, said to those who take them."""


@callback("photos")
class NewPhotos(Callback):
    client_id: UUID


@callback("askrm")
class AskForgetFace(Callback):
    """Ask whether the face may be forgotten; `withdraw` takes the consent back too."""

    client_id: UUID
    withdraw: bool


@callback("rmface", changes=True)
class ForgetFace(Callback):
    client_id: UUID
    withdraw: bool


@callback("newtxt")
class AskNewText(Callback):
    """Ask about the text in force, for a client who agreed to an older one."""

    client_id: UUID


@callback("signed", changes=True)
class SignedNewText(Callback):
    client_id: UUID


# The screen ───────────────────────────────────────────────────────────────────────────────────────────────


@router.on(EnrolFace)
async def face(context: UpdateContext, press: EnrolFace) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        state = await FaceRecognitionService(uow).state(press.client_id)
    if state.consent is None:
        await _begin(context, client, agreed=False)
        return
    await context.show(Screen(_state(context.t, client, state), _keyboard(context.t, client, state)))


def _state(t: HtmlTranslator, client: Client, state: FaceState) -> str:
    lines = [t("🙂 <b>{client}</b>: face check-in", client=client.full_name), ""]
    if state.consent is not None:
        lines.append(t("Consent given on {given_at}.", given_at=state.consent.given_at))
        if not state.consent.current:
            lines.append(t("⚠️ The text has changed since: new photos need a new consent."))
            lines.append(t("The face opens the door as before until the client says no."))
    if state.enrolled:
        lines.append(
            t.plural("{count} photo is remembered.", "{count} photos are remembered.", state.templates)
        )
    else:
        lines.append(t("No photo yet: take one now."))
    return "\n".join([*lines, "", t(IN_CHATS)])


def _keyboard(t: HtmlTranslator, client: Client, state: FaceState) -> Keyboard:
    remove = [button(t("Remove photos"), AskForgetFace(client.id, False))] if state.enrolled else []
    outdated = state.consent is not None and not state.consent.current
    asking = [button(t("✍️ Ask about the new text"), AskNewText(client.id), wide=True)] if outdated else []
    return [
        asking,
        [button(t("📸 New photos"), NewPhotos(client.id))],
        [*remove, button(t("Withdraw consent"), AskForgetFace(client.id, True))],
        nav(t, back=Card(client.id)),
    ]


@router.on(AskNewText)
async def ask_new_text(context: UpdateContext, press: AskNewText) -> None:
    """Ask at the desk: a yes is signed on paper, a no forgets the face."""
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
    t, minor = context.t, is_minor(client.birth_date, context.today)
    text = consent_question(t, context.settings.name, client.guardian_name if minor else None)
    rows = [
        [button(t("Yes, signed on paper"), SignedNewText(press.client_id), wide=True)],
        [button(t("No, forget the face"), AskForgetFace(press.client_id, True), wide=True)],
        nav(t, back=EnrolFace(press.client_id)),
    ]
    await context.show(Screen(text, rows))


@router.on(SignedNewText)
async def signed_new_text(context: UpdateContext, press: SignedNewText) -> None:
    async with context.unit_of_work() as uow:
        await FaceRecognitionService(uow).give_consent(press.client_id, ConsentMethod.PAPER)
    await context.answer(context.t("The consent is noted."))
    await go(context, EnrolFace(press.client_id))


@router.on(NewPhotos)
async def new_photos(context: UpdateContext, press: NewPhotos) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        state = await FaceRecognitionService(uow).state(press.client_id)
    await _begin(context, client, agreed=state.consent is not None and state.consent.current)


async def _begin(context: UpdateContext, client: Client, *, agreed: bool) -> None:
    values: dict[str, object] = {"client_id": client.id, "client": client.full_name}
    if agreed:
        values["consent"] = True
    await begin(context, ENROLMENT, values, back=Card(client.id))


# Enrolling ────────────────────────────────────────────────────────────────────────────────────────────────


async def remember(
    ctx: FormContext, uow: UnitOfWork, client_id: UUID, faces: Sequence[EnrolmentFace]
) -> Enrolment | None:
    """Save the consent on paper and the face, in the caller's transaction; None while the kiosk is to take
    it."""
    recognition = FaceRecognitionService(uow)
    await recognition.give_consent(client_id, ConsentMethod.PAPER)
    if not faces:
        return None
    try:
        return await recognition.enrol(
            client_id, faces, ctx.context.gym.match_rule, allow_duplicate=is_twin(ctx)
        )
    except PossibleDuplicate as found:
        note_likeness(ctx, found)
        raise


def _at_kiosk(ctx: FormContext) -> str:
    client = ctx.value("client", str)
    return (
        ctx.t("✅ The consent of {client} is noted.", client=client) + "\n" + ctx.t(AT_KIOSK, client=client)
    )


async def _enrol(ctx: FormContext) -> Screen:
    t, client_id = ctx.t, ctx.value("client_id", UUID)
    back = [nav(t, back=Card(client_id))]
    if not consented(ctx):
        return Screen(t("No face is kept. QR and document open the door just as well."), back)
    faces = await read_faces(ctx.context, [photo.file_id for photo in ctx.photos("faces")])
    async with ctx.unit_of_work() as uow:
        enrolment = await remember(ctx, uow, client_id, faces)
    if enrolment is None:
        return Screen(_at_kiosk(ctx), back)
    done = t("✅ {client} is recognised at the door from now on.", client=ctx.value("client", str))
    count = t.plural("{count} photo is remembered.", "{count} photos are remembered.", enrolment.templates)
    return Screen(f"{done}\n{count}", back)


ENROLMENT = router.form(
    Form(
        name="enrolment",
        title=N_("Face check-in"),
        steps=[CONSENT, PHOTOS, TWIN],
        submit=_enrol,
        confirm=None,
    )
)


# Forgetting ───────────────────────────────────────────────────────────────────────────────────────────────


@router.on(AskForgetFace)
async def ask_forget(context: UpdateContext, press: AskForgetFace) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
    t = context.t
    question = t("Remove the face photos of <b>{client}</b>? The consent stays.", client=client.full_name)
    if press.withdraw:
        question = t(
            "Withdraw the consent of <b>{client}</b>? Every face photo is deleted at once and for good.",
            client=client.full_name,
        )
    yes = t("Withdraw") if press.withdraw else t("Remove")
    row = yes_no(t, button(yes, ForgetFace(client.id, press.withdraw)), EnrolFace(client.id))
    await context.show(Screen(f"{question}\n\n{t(OUT_OF_REACH)}", [row]))


@router.on(ForgetFace)
async def forget(context: UpdateContext, press: ForgetFace) -> None:
    async with context.unit_of_work() as uow:
        if press.withdraw:
            await FaceRecognitionService(uow).withdraw_consent(press.client_id)
        else:
            await FaceRecognitionService(uow).remove(press.client_id)
    await context.answer(context.t("The face is forgotten."))
    await go(context, Card(press.client_id))
