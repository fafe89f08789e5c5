"""Form steps of a face: consent, photos and likeness, for enrolment and for registration."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.forms.definition import Choice, FormContext, PhotoNote, Step
from bot.forms.steps import yes_no_choices
from bot.ui.screens import HtmlTranslator
from bot.ui.update_context import UpdateContext
from gym.clients.service import ClientService
from gym.core.errors import Invalid
from gym.core.language import N_
from gym.faces.enrolment.consent import consent_text
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.refusals import NotSamePerson, PossibleDuplicate
from gym.faces.schemas import EnrolmentFace
from gym.faces.service import require_one_person

RESEMBLES: Final = "resembles"
"""The client whose face the new one resembles, kept once the save was refused to somebody who may know."""
FIRST_PHOTO: Final = "first_photo"
"""The file id of a photo that came before the form; put into the form only after consent."""
CONSENTS: Final = yes_no_choices(N_("Yes, signed on paper"), N_("No, without face"))
AT_KIOSK: Final = N_(
    "Now at the kiosk: ☰ › <i>Sign in</i> with your user name and password (<i>My account</i>) › <i>Enrol a "
    "face</i> › {client}. No picture passes through Telegram, and none is shown in chat later."
)

# Consent and photos, asked here and when a client is registered ───────────────────────────────────────────


async def ask_consent(ctx: FormContext) -> str:
    """The text as the client reads it on paper; staff witness the signature, a guardian's for a minor."""
    return consent_question(ctx.t, ctx.context.settings.name, ctx.maybe("guardian_name", str))


def consent_question(t: HtmlTranslator, gym: str, guardian: str | None = None) -> str:
    asked = t("Has the client signed this in front of you?")
    if guardian:
        asked = t("Has {guardian} signed this in front of you, as the guardian?", guardian=guardian)
    return f"{consent_words(t, gym)}\n\n{asked}"


def consent_words(t: HtmlTranslator, gym: str) -> str:
    """The consent's text in force, folded up: 1,800 letters pushed the desk's own question off the screen."""
    return f"<blockquote expandable>{t(consent_text(), gym=gym)}</blockquote>"


def consented(ctx: FormContext) -> bool:
    return ctx.maybe("consent", bool) is True


async def judge_photo(ctx: FormContext, photo: bytes) -> PhotoNote:
    """Accept a photo that is good enough to be remembered, and of the same person as those before it.

    Those are read again, as nothing of a face is kept with a form. Raises what the enrolment finds wrong with
    it, `PhotoOfAnother`.
    """
    face = await enrolment_face(ctx.context.gym.faces, photo)
    try:
        require_one_person([*await read_faces(ctx.context, _sent_before(ctx)), face])
    except NotSamePerson:
        raise PhotoOfAnother from None
    return PhotoNote(ctx.t("✅ Good photo."))


class PhotoOfAnother(Invalid):
    """A photo of another person than those before it, told at once and not when everything is saved."""

    code = "photo_of_another"
    message = N_("This photo does not look like the one before. Send another, or start the photos again.")


def _sent_before(ctx: FormContext) -> list[str]:
    """File ids of the photos of this form so far."""
    first = ctx.maybe(FIRST_PHOTO, str)
    more = [photo.file_id for name in (PHOTOS.name, "more_faces") for photo in ctx.photos(name)]
    return [first, *more] if first else more


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


# Likeness


def note_likeness(ctx: FormContext, found: PossibleDuplicate) -> None:
    """Let somebody who may see other clients decide whether these are two people; others are told to ask an
    admin."""
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
    """Download the photos again and read them: nothing but their ids was kept since they were sent."""
    pictures = await asyncio.gather(*(context.download(file_id) for file_id in file_ids))
    return list(await asyncio.gather(*(enrolment_face(context.gym.faces, picture) for picture in pictures)))
