"""Rows of faces: consent, protected templates and encrypted pictures."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column

DIMENSION = 512


class ConsentMethod(StrEnum):
    """How a client said yes: in their own chat, or on paper witnessed by staff."""

    CHAT = "chat"
    PAPER = "paper"


class TemplateOrigin(StrEnum):
    ENROLMENT = "enrolment"
    AUTOMATIC = "automatic"


class FaceConsent(Base):
    """A client's consent to one version of the text; withdrawn, never rewritten."""

    __tablename__ = "face_consents"
    __table_args__ = (
        Index(
            "uq_face_consents_given", "client_id", unique=True, postgresql_where=sql("withdrawn_at IS NULL")
        ),
    )

    id: Mapped[Id]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    version: Mapped[int]
    method: Mapped[ConsentMethod] = mapped_column(enum_column(ConsentMethod))
    witness_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    asked_version: Mapped[int | None]
    """The newest text that the client was asked about in their own chat, answered or not."""


class FaceTemplate(Base):
    """A protected unit vector; comparable only with vectors of the same model and key."""

    __tablename__ = "face_templates"

    id: Mapped[Id]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    model_id: Mapped[str] = mapped_column(String(120))
    key_id: Mapped[str] = mapped_column(String(32))
    vector: Mapped[Any] = mapped_column(HALFVEC(DIMENSION))
    origin: Mapped[TemplateOrigin] = mapped_column(enum_column(TemplateOrigin))
    created_at: Mapped[datetime]


class FacePicture(Base):
    """The aligned crop and the thumbnail of one template, encrypted for that client and purpose."""

    __tablename__ = "face_pictures"

    template_id: Mapped[UUID] = mapped_column(
        ForeignKey("face_templates.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    crop: Mapped[bytes]
    thumbnail: Mapped[bytes]
    at_kiosk: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    """Taken at the kiosk, so that it never passes through Telegram: no card in chat shows it."""


class GalleryChange(Base):
    """The last change of a person's place in the gallery; written by triggers, at the commit.

    The client may be gone: that was the change.
    """

    __tablename__ = "gallery_changes"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
