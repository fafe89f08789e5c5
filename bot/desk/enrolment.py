"""A client's face: consent first, then photos; taken again, removed, withdrawn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.callbacks import Callback, callback
from bot.desk.buttons import Card, EnrolFace
from bot.forms import Choice, Form, FormContext, PhotoNote, Step
from bot.keyboards import Keyboard, button, nav
from bot.render import HtmlTranslator, Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.faces.consent import consent_text
from gym.faces.enrolment import enrolment_face
from gym.faces.models import ConsentMethod
from gym.faces.schemas import EnrolmentFace, FaceState
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
CONSENTS: Final = [Choice(True, N_("Yes, signed on paper")), Choice(False, N_("No, without face"))]


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


# Consent and photos, asked here and when a client is registered ───────────────────────────────────────────


async def ask_consent(ctx: FormContext) -> str:
    """The text as the client reads it on paper; staff witnesses the signature."""
    return consent_question(ctx.t, ctx.turn.settings.name)


def consent_question(t: HtmlTranslator, gym: str) -> str:
    text = t(consent_text(), gym=gym)
    return t("<i>{text}</i>", text=text) + "\n\n" + t("Has the client signed this in front of you?")


def consented(ctx: FormContext) -> bool:
    return ctx.maybe("consent", bool) is True


async def judge_photo(ctx: FormContext, photo: bytes) -> PhotoNote:
    """A photo that may be remembered; a fault says what to do better."""
    await enrolment_face(ctx.turn.gym.faces, photo)
    return PhotoNote(ctx.t("✅ Good photo."))


CONSENT: Final = Step("consent", N_("Face check-in"), ask_consent, choices=CONSENTS)
PHOTOS: Final = Step(
    "faces",
    N_("Face"),
    N_("Now the face: send three photos, from the front, with light on the face. One is enough to start."),
    photo=judge_photo,
    photos=(1, 3),
    when=consented,
)


async def read_faces(turn: Turn, file_ids: Sequence[str]) -> list[EnrolmentFace]:
    """Fetch the photos again and read them for good; nothing of them was kept in between."""
    pictures = await asyncio.gather(*(turn.download(file_id) for file_id in file_ids))
    return list(await asyncio.gather(*(enrolment_face(turn.gym.faces, picture) for picture in pictures)))


# The screen ───────────────────────────────────────────────────────────────────────────────────────────────


@router.on(EnrolFace)
async def face(turn: Turn, tap: EnrolFace) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
        state = await FaceRecognitionService(uow).state(tap.client_id)
    if state.consent is None:
        await _begin(turn, client, agreed=False)
        return
    await turn.show(Screen(_state(turn.t, client, state), _keyboard(turn.t, client, state)))


def _state(t: HtmlTranslator, client: Client, state: FaceState) -> str:
    lines = [t("🙂 <b>{client}</b>: face check-in", client=client.full_name), ""]
    if state.consent is not None:
        lines.append(t("Consent given on {given_at}.", given_at=state.consent.given_at))
    if state.enrolled:
        lines.append(
            t.plural("{count} photo is remembered.", "{count} photos are remembered.", state.templates)
        )
    else:
        lines.append(t("No photo yet: take one now."))
    return "\n".join(lines)


def _keyboard(t: HtmlTranslator, client: Client, state: FaceState) -> Keyboard:
    remove = [button(t("Remove photos"), AskForgetFace(client.id, False))] if state.enrolled else []
    return [
        [button(t("📸 New photos"), NewPhotos(client.id))],
        [*remove, button(t("Withdraw consent"), AskForgetFace(client.id, True))],
        nav(t, back=Card(client.id)),
    ]


@router.on(NewPhotos)
async def new_photos(turn: Turn, tap: NewPhotos) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
        state = await FaceRecognitionService(uow).state(tap.client_id)
    await _begin(turn, client, agreed=state.consent is not None)


async def _begin(turn: Turn, client: Client, *, agreed: bool) -> None:
    values: dict[str, object] = {"client_id": client.id, "client": client.full_name}
    if agreed:
        values["consent"] = True
    await turn.begin(ENROLMENT, values, back=Card(client.id))


# Enrolling ────────────────────────────────────────────────────────────────────────────────────────────────


def _may_decide_twins(ctx: FormContext) -> bool:
    return consented(ctx) and ctx.turn.visitor.may(Permission.ALLOW_DUPLICATE_FACE)


async def _enrol(ctx: FormContext) -> Screen:
    t, client_id = ctx.t, ctx.value("client_id", UUID)
    back = [nav(t, back=Card(client_id))]
    if not consented(ctx):
        return Screen(t("No face is kept. QR and document open the door just as well."), back)
    faces = await read_faces(ctx.turn, [photo.file_id for photo in ctx.photos("faces")])
    async with ctx.unit_of_work() as uow:
        recognition = FaceRecognitionService(uow)
        await recognition.give_consent(client_id, ConsentMethod.PAPER)
        enrolment = await recognition.enrol(
            client_id,
            faces,
            ctx.turn.gym.match_rule,
            allow_duplicate=ctx.maybe("twin", bool) is True,
        )
    done = t("✅ {client} is recognised at the door from now on.", client=ctx.value("client", str))
    count = t.plural("{count} photo is remembered.", "{count} photos are remembered.", enrolment.templates)
    return Screen(f"{done}\n{count}", back)


ENROLMENT = router.form(
    Form(
        name="enrolment",
        title=N_("Face check-in"),
        steps=[
            CONSENT,
            PHOTOS,
            Step(
                "twin",
                N_("Has a twin here"),
                N_("Is there a twin of this client in the gym?"),
                choices=[Choice(False, N_("No")), Choice(True, N_("Yes, a twin"))],
                columns=2,
                when=_may_decide_twins,
            ),
        ],
        submit=_enrol,
        confirm=None,
    )
)


# Forgetting ───────────────────────────────────────────────────────────────────────────────────────────────


@router.on(AskForgetFace)
async def ask_forget(turn: Turn, tap: AskForgetFace) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
    t = turn.t
    question = t("Remove the face photos of <b>{client}</b>? The consent stays.", client=client.full_name)
    if tap.withdraw:
        question = t(
            "Withdraw the consent of <b>{client}</b>? Every face photo is deleted at once and for good.",
            client=client.full_name,
        )
    yes = t("Withdraw") if tap.withdraw else t("Remove")
    row = [button(t("Keep"), EnrolFace(client.id)), button(yes, ForgetFace(client.id, tap.withdraw))]
    await turn.show(Screen(question, [row]))


@router.on(ForgetFace)
async def forget(turn: Turn, tap: ForgetFace) -> None:
    async with turn.unit_of_work() as uow:
        if tap.withdraw:
            await FaceRecognitionService(uow).withdraw_consent(tap.client_id)
        else:
            await FaceRecognitionService(uow).remove(tap.client_id)
    await turn.answer(turn.t("The face is forgotten."))
    await turn.go(Card(tap.client_id))
