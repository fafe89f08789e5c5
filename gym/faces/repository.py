"""Queries of faces: the gallery in PostgreSQL, searched exactly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.faces.models import FaceConsent, FacePicture, FaceTemplate
from gym.faces.schemas import Candidates

# Inactive clients are left out here, so that a deactivated one is gone at once. Several templates of a client
# count as that client, and the window counts the people in the gallery on the same pass.
NEAREST = text("""
SELECT t.client_id, max(-(t.vector <#> CAST(:probe AS halfvec(512)))) AS similarity, count(*) OVER () AS people
FROM face_templates t JOIN clients c ON c.id = t.client_id AND c.active
WHERE t.model_id = :model AND t.key_id = :key AND (CAST(:other AS uuid) IS NULL OR t.client_id <> :other)
GROUP BY t.client_id ORDER BY similarity DESC LIMIT 2
""")


NOBODY = Candidates(None, -1.0, -1.0, 0)


def as_text(vector: NDArray[np.float32]) -> str:
    """pgvector's text form; five digits are more than a half-precision number holds."""
    return "[" + ",".join(f"{value:.5g}" for value in vector.tolist()) + "]"


class FaceRepository:
    """Rows of faces, on a plain session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def nearest(
        self, vector: NDArray[np.float32], model_id: str, key_id: str, other_than: UUID | None
    ) -> Candidates:
        """The nearest client, the best other one, and how many people the gallery holds; an exact scan."""
        values = {"probe": as_text(vector), "model": model_id, "key": key_id, "other": other_than}
        rows = (await self.session.execute(NEAREST, values)).all()
        if not rows:
            return NOBODY
        runner_up = float(rows[1].similarity) if len(rows) > 1 else NOBODY.runner_up
        return Candidates(rows[0].client_id, float(rows[0].similarity), runner_up, int(rows[0].people))

    async def consent(self, client_id: UUID) -> FaceConsent | None:
        """The consent in force."""
        query = select(FaceConsent).where(
            FaceConsent.client_id == client_id, FaceConsent.withdrawn_at.is_(None)
        )
        return await self.session.scalar(query)

    async def withdraw(self, client_id: UUID, at: datetime) -> bool:
        """End the consent in force; False when there was none."""
        given = update(FaceConsent).where(
            FaceConsent.client_id == client_id, FaceConsent.withdrawn_at.is_(None)
        )
        ended = await self.session.scalar(given.values(withdrawn_at=at).returning(FaceConsent.id))
        return ended is not None

    async def remove(self, client_id: UUID) -> int:
        """Delete every template and picture; rows, not flags."""
        gone = delete(FaceTemplate).where(FaceTemplate.client_id == client_id).returning(FaceTemplate.id)
        return len((await self.session.scalars(gone)).all())

    async def count(self, client_id: UUID) -> int:
        query = select(func.count()).select_from(FaceTemplate).where(FaceTemplate.client_id == client_id)
        return await self.session.scalar(query) or 0

    async def picture(self, client_id: UUID) -> FacePicture | None:
        """The client's newest picture."""
        query = select(FacePicture).where(FacePicture.client_id == client_id)
        return await self.session.scalar(query.order_by(FacePicture.template_id.desc()).limit(1))

    async def add(self, rows: Sequence[Any]) -> None:
        self.session.add_all(rows)
        await self.session.flush()
