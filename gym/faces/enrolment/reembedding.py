"""Re-embedding: templates of another model made anew from the enrolment crops, while the door is open.

How far it has come stands in the rows themselves: each says which model made it, so a run that was killed
goes on where it stopped. A client's old templates stay until all new ones take their place at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, delete, func, select, update

from gym.clients.models import Client
from gym.core.errors import GymError
from gym.faces.engine.images import decode
from gym.faces.engine.reader import FaceReader
from gym.faces.gallery.matching import moved_to_mean
from gym.faces.gallery.protection import protection_for
from gym.faces.models import FacePicture, FaceTemplate
from gym.faces.repository import FaceRepository
from gym.faces.schemas import Vector
from gym.faces.thresholds import scale_of
from gym.security.cipher import Cipher, CipherError
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

CROP_SHAPE: Final = (112, 112, 3)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A client with templates of another model; `crops` are JPEGs by template, as many as can be opened."""

    client_id: UUID
    name: str
    crops: Mapping[UUID, bytes] = field(repr=False)


class ReembeddingService:
    """What a change of the model asks of the gallery; one client a transaction."""

    def __init__(self, uow: UnitOfWork, model_id: str) -> None:
        self.uow = uow
        self.model_id = model_id
        self._cipher = Cipher(uow.secrets.data)

    async def count(self) -> int:
        """Clients who wait."""
        people = select(func.count(FaceTemplate.client_id.distinct())).where(self._foreign())
        return await self.uow.session.scalar(people) or 0

    async def waiting(self, after: UUID, most: int) -> list[Waiting]:
        """The next clients who wait, in the order of their ids."""
        self.uow.actor.require(Permission.MANAGE_FACES)
        owners = select(FaceTemplate.client_id).where(self._foreign(), FaceTemplate.client_id > after)
        query = select(Client).where(Client.id.in_(owners)).order_by(Client.id).limit(most)
        clients = (await self.uow.session.scalars(query)).all()
        return [Waiting(one.id, one.full_name, await self._crops(one.id)) for one in clients]

    async def replace(self, client_id: UUID, made: Mapping[UUID, Vector]) -> int | None:
        """Put the new vectors in the old ones' place; how many took it, or None when the client still waits.

        Old ones without a crop go as soon as the client has new ones. Somebody who was enrolled again, or
        withdrew, since the crops were read has nothing left to replace.
        """
        self.uow.actor.require(Permission.MANAGE_FACES)
        await FaceRepository(self.uow.session).lock_client(client_id)
        own = select(FaceTemplate.id).where(FaceTemplate.client_id == client_id, self._foreign())
        there = (await self.uow.session.scalars(own.with_for_update())).all()
        replaced = [one for one in there if one in made]
        if not replaced and (not there or not await self._is_known(client_id)):
            return None if there else 0
        vectors = moved_to_mean([made[one] for one in replaced], scale_of(self.model_id).lean)
        for template_id, vector in zip(replaced, vectors, strict=True):
            await self._put(template_id, vector)
        await self.uow.session.execute(
            delete(FaceTemplate).where(FaceTemplate.client_id == client_id, self._foreign())
        )
        after = {"templates": len(replaced), "model": self.model_id}
        self.uow.audit("face.reembedded", ("clients", client_id), {"templates": len(there)}, after)
        return len(replaced)

    async def _is_known(self, client_id: UUID) -> bool:
        """Whether the client has templates of this model."""
        own = select(FaceTemplate.id).where(FaceTemplate.client_id == client_id, ~self._foreign())
        return await self.uow.session.scalar(own.limit(1)) is not None

    async def _put(self, template_id: UUID, vector: Vector) -> None:
        keyring = self.uow.secrets.data
        new = {
            "model_id": self.model_id,
            "key_id": keyring.first,
            "vector": protection_for(keyring, keyring.first).protect(vector),
        }
        await self.uow.session.execute(update(FaceTemplate).where(FaceTemplate.id == template_id).values(new))

    async def _crops(self, client_id: UUID) -> dict[UUID, bytes]:
        query = select(FacePicture.template_id, FacePicture.crop).join(
            FaceTemplate, FaceTemplate.id == FacePicture.template_id
        )
        query = query.where(FaceTemplate.client_id == client_id, self._foreign())
        rows = await self.uow.session.execute(query)
        opened = {row.template_id: self._open(client_id, row.crop) for row in rows}
        return {template: crop for template, crop in opened.items() if crop is not None}

    def _open(self, client_id: UUID, sealed: bytes) -> bytes | None:
        """None when its key is gone or it is damaged: as if there were none."""
        try:
            return self._cipher.decrypt(sealed, context=f"crop:{client_id}")
        except CipherError:
            return None

    def _foreign(self) -> ColumnElement[bool]:
        return FaceTemplate.model_id != self.model_id


def embed_crops(reader: FaceReader, crops: Mapping[UUID, bytes]) -> dict[UUID, Vector]:
    """Blocking: a vector for every crop that is one."""
    decoded = {template: _pixels(crop) for template, crop in crops.items()}
    return {template: reader.embed(crop) for template, crop in decoded.items() if crop is not None}


def _pixels(crop: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None:
    try:
        pixels = decode(crop)
    except GymError:
        return None
    return pixels if pixels.shape == CROP_SHAPE else None
