"""Requests and answers of enrolment, of verdicts on photos, and of comparing two."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from gym.faces.enrolment.comparison import PAIR
from gym.faces.service import MOST_PHOTOS
from web.api.schemas.fields import PhotoPart, PhotoText, Request

Photos = Annotated[list[PhotoPart], Field(min_length=1, max_length=MOST_PHOTOS)]
PhotoTexts = Annotated[list[PhotoText], Field(min_length=1, max_length=MOST_PHOTOS)]


class EnrolmentFields(Request):
    """The fields beside the photos."""

    client_id: UUID


class EnrolmentForm(EnrolmentFields):
    """An enrolment as a form."""

    photo: Photos


class EnrolmentInBase64(EnrolmentFields):
    """An enrolment with the photos in base64."""

    image_base64: PhotoText | PhotoTexts


class PhotosForm(Request):
    """Photos to be judged, as a form."""

    photo: Photos


class PhotosInBase64(Request):
    """Photos to be judged, in base64."""

    image_base64: PhotoText | PhotoTexts


class PhotoPairForm(Request):
    """Two photos, as a form."""

    photo: Annotated[list[PhotoPart], Field(min_length=PAIR, max_length=PAIR)]


class PhotoPair(Request):
    """Two photos in base64."""

    image_base64: Annotated[list[PhotoText], Field(min_length=PAIR, max_length=PAIR)]


class PhotoAnswer(BaseModel):
    """What was made of one photo, in the order they came."""

    photo: int = Field(description="From 1")
    accepted: bool
    code: str | None = None
    message: str | None = None


class EnrolmentAnswer(BaseModel):
    client_id: UUID
    templates: int
    replaced: int
    photos: list[PhotoAnswer]


class VerdictsAnswer(BaseModel):
    photos: list[PhotoAnswer]


class SameAnswer(BaseModel):
    same: bool
