"""Face enrolment at the desk: consent, photos, re-enrolment, removal and withdrawal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.forms.definition import Choice, Form, FormContext, PhotoNote, Step
from bot.forms.opening import begin
from bot.forms.steps import yes_no_choices
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, EnrolFace
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, button, nav, yes_no
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.face_consent import OUT_OF_REACH
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.faces.enrolment.consent import consent_text
from gym.faces.enrolment.photos import enrolment_face
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
"""Which pictures leave the building, for whoever takes them."""
RESEMBLES: Final = "resembles"
"""The client whose face it looks like, once the save was refused to somebody who may know."""
CONSENTS: Final = yes_no_choices(N_("Yes, signed on paper"), N_("No, without face"))


@callback("photos")
class NewPhotos(Callback):
    client_id: UUID


@callback("askrm")
class AskForgetFace(Callback):
    """`withdraw` takes the consent back too."""

    client_id: UUID
    withdraw: bool


@callback("rmface", changes=True)
class ForgetFace(Callback):
    client_id: UUID
    withdraw: bool


@callback("newtxt")
class AskNewText(Callback):
    """About the text in force, for a client who agreed to an older one."""

    client_id: UUID


@callback("signed", changes=True)
class SignedNewText(Callback):
    client_id: UUID


# Consent and photos, asked here and when a client is registered ───────────────────────────────────────────


async def ask_consent(ctx: FormContext) -> str:
    """The text as the client reads it on paper; staff witnesses the signature."""
    return consent_question(ctx.t, ctx.context.settings.name)


def consent_question(t: HtmlTranslator, gym: str) -> str:
    return consent_words(t, gym) + "\n\n" + t("Has the client signed this in front of you?")


def consent_words(t: HtmlTranslator, gym: str) -> str:
    """The text in force, set apart from what the desk itself is told."""
    return t("<i>{text}</i>", text=t(consent_text(), gym=gym))


def consented(ctx: FormContext) -> bool:
    return ctx.maybe("consent", bool) is True


async def judge_photo(ctx: FormContext, photo: bytes) -> PhotoNote:
    """A photo that may be remembered; a fault says what to do better."""
    await enrolment_face(ctx.context.gym.faces, photo)
    return PhotoNote(ctx.t("✅ Good photo."))


CONSENT: Final = Step("consent", N_("Face check-in"), ask_consent, choices=CONSENTS)
PHOTOS: Final = Step(
    "faces",
    N_("Face"),
    N_(
        "Now the face: send three photos, from the front, with light on the face. One is enough to start.\n\n"
        "They pass through Telegram and are deleted from this chat when you have saved. At the kiosk no "
        "picture leaves the gym's own system."
    ),
    photo=judge_photo,
    choices=[Choice([], N_("🚪 At the kiosk"))],
    photos=(1, 3),
    when=consented,
    resets=("twin", RESEMBLES),
)


AT_KIOSK: Final = N_(
    "Now at the kiosk: ☰ › <i>Sign in</i> with your user name and password (<i>My account</i>) › <i>Enrol a "
    "face</i> › {client}. No picture passes through Telegram, and none is shown in chat later."
)


# Twins ────────────────────────────────────────────────────────────────────────────────────────────────────


def note_likeness(ctx: FormContext, found: PossibleDuplicate) -> None:
    """Whoever may look is asked whether these are two people; anybody else is told to fetch an admin."""
    if found.client_id is not None:
        ctx.state.put(RESEMBLES, found.client_id)
        ctx.state.given.append(RESEMBLES)


def is_twin(ctx: FormContext) -> bool:
    return ctx.maybe(TWIN.name, bool) is True


async def _ask_twin(ctx: FormContext) -> str:
    async with ctx.unit_of_work() as uow:
        other = await ClientService(uow).get(ctx.value(RESEMBLES, UUID))
    return ctx.t(
        "This face looks like <b>{client}</b>. If they are two people who look alike, both can be kept: "
        "the door then asks them for a QR or document when it is not sure.",
        client=other.full_name,
    )


def _resembles(ctx: FormContext) -> bool:
    return consented(ctx) and ctx.has(RESEMBLES)


TWIN: Final = Step(
    "twin",
    N_("Twin"),
    _ask_twin,
    choices=[Choice(True, N_("Two people, save anyway"))],
    when=_resembles,
)


async def read_faces(context: UpdateContext, file_ids: Sequence[str]) -> list[EnrolmentFace]:
    """Fetch the photos again and read them for good; nothing of them was kept in between."""
    pictures = await asyncio.gather(*(context.download(file_id) for file_id in file_ids))
    return list(await asyncio.gather(*(enrolment_face(context.gym.faces, picture) for picture in pictures)))


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
    """For clients without a chat, or who would rather answer at the desk: yes by signature, no forgets."""
    t = context.t
    text = consent_question(t, context.settings.name)
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
    """Consent on paper and the face, in the caller's transaction; None while the kiosk is to take it."""
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
