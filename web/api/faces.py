"""Faces for staff: enrolling with a verdict on each photo, forgetting, and comparing two photos."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from aiohttp import web
from pydantic import TypeAdapter

from gym.app import Gym
from gym.clients.errors import ClientNotFound
from gym.clients.service import ClientService
from gym.core.errors import Busy, Invalid, NotFound
from gym.core.language import N_, Translator
from gym.faces.engine.reader import Face, Purpose
from gym.faces.enrolment.comparison import PAIR, TwoPhotosNeeded, is_same_person
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.errors import PhotoFault, PhotoTooLarge
from gym.faces.refusals import (
    ConsentMissing,
    FaceOwnerMissing,
    ModelsMixed,
    NoPhotos,
    NotSamePerson,
    NotTheClient,
    PossibleDuplicate,
)
from gym.faces.schemas import EnrolmentFace
from gym.faces.service import MOST_PHOTOS, FaceRecognitionService
from web.api.schemas.clients import ClientPath
from web.api.schemas.faces import (
    EnrolmentAnswer,
    EnrolmentFields,
    EnrolmentForm,
    EnrolmentInBase64,
    PhotoAnswer,
    PhotoPair,
    PhotoPairForm,
    PhotosForm,
    PhotosInBase64,
    SameAnswer,
    VerdictsAnswer,
)
from web.api.schemas.fields import Request
from web.http.authentication import STAFF, acting
from web.http.errors import language_of
from web.http.json import read_path, reply, validate
from web.http.keys import GYM
from web.http.photos import read_body
from web.openapi.declaration import FormOrJson, Operation
from web.openapi.fault_groups import JSON, PHOTO, TOKEN
from web.openapi.routes import ApiRoutes

routes = ApiRoutes("Faces")
FIELDS: TypeAdapter[EnrolmentFields] = TypeAdapter(EnrolmentFields)
NOTHING: TypeAdapter[Request] = TypeAdapter(Request)
Judged = EnrolmentFace | PhotoFault
FIRST: Final = 1


class PhotosRefused(Invalid):
    """None of the photos can be used; `photos` says why, for each."""

    code = "photos_refused"
    message = N_("None of the photos can be used. See what is wrong with each, and take new ones.")

    def __init__(self, photos: Sequence[PhotoAnswer]) -> None:
        super().__init__(photos=[photo.model_dump(exclude_none=True) for photo in photos])


@routes.handles(
    Operation(
        "post",
        "/api/v1/faces/enrolments",
        "enrol",
        "Remember a client's face",
        {201: EnrolmentAnswer},
        STAFF,
        body=FormOrJson(EnrolmentForm, (EnrolmentInBase64,)),
        faults=(
            *TOKEN,
            *JSON,
            Busy,
            PhotoTooLarge,
            NoPhotos,
            PhotosRefused,
            FaceOwnerMissing,
            ConsentMissing,
            PossibleDuplicate,
            NotSamePerson,
            NotTheClient,
            ModelsMixed,
        ),
        description="Photos that are good enough replace what was remembered before; each gets its verdict. "
        "Another client's face is 409; who it is, is told to an admin only.",
    )
)
async def enrol(request: web.Request) -> web.Response:
    """Remember a face by the photos that are good enough, in place of what was remembered before."""
    gym = request.app[GYM]
    async with acting(request) as (uow, _):
        translator = uow.settings.translator(language_of(request))
    body = await read_body(request, most_photos=MOST_PHOTOS)
    fields = validate(FIELDS, body.fields)
    good, photos = await _judge(gym, body.photos, translator)
    async with acting(request) as (uow, _):
        recognition = FaceRecognitionService(uow, gym.gallery)
        done = await recognition.enrol(fields.client_id, good, gym.match_rule, at_kiosk=True)
    answer = EnrolmentAnswer(
        client_id=done.client_id, templates=done.templates, replaced=done.replaced, photos=photos
    )
    return reply(answer, status=201)


@routes.handles(
    Operation(
        "post",
        "/api/v1/faces/verdicts",
        "judgePhotos",
        "Whether photos are good enough to remember a face by",
        {200: VerdictsAnswer},
        STAFF,
        body=FormOrJson(PhotosForm, (PhotosInBase64,)),
        faults=(*TOKEN, *JSON, Busy, PhotoTooLarge, NoPhotos, PhotosRefused),
        description="For a camera that shows what to do better; nothing is kept.",
    )
)
async def verdicts(request: web.Request) -> web.Response:
    """What is wrong with each photo, while it can still be taken again; nothing is kept."""
    gym = request.app[GYM]
    async with acting(request) as (uow, _):
        translator = uow.settings.translator(language_of(request))
    body = await read_body(request, most_photos=MOST_PHOTOS)
    validate(NOTHING, body.fields)
    _, photos = await _judge(gym, body.photos, translator)
    return reply(VerdictsAnswer(photos=photos))


@routes.handles(
    Operation(
        "delete",
        "/api/v1/faces/{client_id}",
        "forget",
        "Forget a client's face; the consent stays",
        {204: None},
        STAFF,
        path_model=ClientPath,
        faults=(*TOKEN, NotFound, ClientNotFound),
        description="It is not known at the door from the next photo on.",
    )
)
async def forget(request: web.Request) -> web.Response:
    """Forget a client's face; the consent stays."""
    async with acting(request) as (uow, _):
        client = await ClientService(uow).get(read_path(request, ClientPath).client_id)
        await FaceRecognitionService(uow).remove(client.id)
    return web.Response(status=204)


@routes.handles(
    Operation(
        "post",
        "/api/v1/faces/compare",
        "compare",
        "Whether two photos show one person",
        {200: SameAnswer},
        STAFF,
        body=FormOrJson(PhotoPairForm, (PhotoPair,)),
        faults=(*TOKEN, *JSON, *PHOTO, TwoPhotosNeeded),
        description="How alike they are is not said.",
    )
)
async def compare(request: web.Request) -> web.Response:
    """Whether two photos show one person; how alike they are is not said."""
    gym = request.app[GYM]
    async with acting(request):
        pass
    body = await read_body(request, most_photos=PAIR)
    validate(NOTHING, body.fields)
    if len(body.photos) != PAIR:
        raise TwoPhotosNeeded
    one, other = await asyncio.gather(*(_face(gym, photo) for photo in body.photos))
    return reply(SameAnswer(same=is_same_person(one, other, gym.match_rule)))


async def _face(gym: Gym, photo: bytes) -> Face:
    return (await gym.faces.read(photo, Purpose.CHECK_IN)).face


async def _judge(
    gym: Gym, photos: Sequence[bytes], translator: Translator
) -> tuple[list[EnrolmentFace], list[PhotoAnswer]]:
    """The usable photos, and the verdict on each. Raises `NoPhotos`, and `PhotosRefused` when none is
    usable."""
    if not photos:
        raise NoPhotos
    judged = await asyncio.gather(*(_read(gym, photo) for photo in photos))
    answers = [_say(place, one, translator) for place, one in enumerate(judged, FIRST)]
    good = [one for one in judged if isinstance(one, EnrolmentFace)]
    if not good:
        raise PhotosRefused(answers)
    return good, answers


async def _read(gym: Gym, photo: bytes) -> Judged:
    try:
        return await enrolment_face(gym.faces, photo)
    except PhotoFault as fault:
        return fault


def _say(place: int, judged: Judged, translator: Translator) -> PhotoAnswer:
    if isinstance(judged, EnrolmentFace):
        return PhotoAnswer(photo=place, accepted=True)
    return PhotoAnswer(photo=place, accepted=False, code=judged.code, message=translator(judged.message))
