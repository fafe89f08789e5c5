"""Gallery of protected templates in PostgreSQL, searched exactly by inner product.

Approximate indexes turn recall into false denials, so every template of the probe's model is compared. What
the search needs is also given as a piece of SQL, so that the kiosk's one query can begin with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.faces.gallery.protection import protection_for
from gym.faces.schemas import NOBODY, Candidates, Probe, merge
from gym.security.cipher import Keyring

# `near` holds the closest templates; a client has at most five, so sixteen always hold two clients. The probe
# travels as binary real[] and is turned into a halfvec once, by the subselect. Clients who are deactivated
# are left out here, so they are gone with the commit that deactivates them.
NEAREST: Final = """
near AS MATERIALIZED (
    SELECT t.client_id, t.vector <#> (SELECT CAST(CAST(:probe AS real[]) AS halfvec)) AS distance
    FROM face_templates t
    WHERE t.model_id = :model AND t.key_id = :key
        AND NOT EXISTS (SELECT FROM clients gone WHERE gone.id = t.client_id AND NOT gone.active)
    ORDER BY distance LIMIT 16
), nearest AS MATERIALIZED (
    SELECT client_id, -min(distance) AS score FROM near GROUP BY client_id ORDER BY score DESC LIMIT 2
)
"""
SCORES: Final = """
(SELECT max(score) FROM nearest) AS score,
(SELECT score FROM nearest ORDER BY score DESC OFFSET 1 LIMIT 1) AS runner_up,
(SELECT count(DISTINCT t.client_id) FROM face_templates t WHERE t.model_id = :model
    AND NOT EXISTS (SELECT FROM clients gone WHERE gone.id = t.client_id AND NOT gone.active)) AS people
"""
_BEST: Final = "(SELECT client_id FROM nearest ORDER BY score DESC LIMIT 1) AS client_id"
SEARCH: Final = text(f"WITH {NEAREST} SELECT {_BEST}, {SCORES}")
_OTHERS: Final = NEAREST.replace("WHERE t.model_id", "WHERE t.client_id <> :other AND t.model_id")
SEARCH_OTHERS: Final = text(f"WITH {_OTHERS} SELECT {_BEST}, {SCORES}")
LIKENESS: Final = text("""
SELECT max(-(vector <#> (SELECT CAST(CAST(:probe AS real[]) AS halfvec)))) FROM face_templates
WHERE client_id = :client AND model_id = :model AND key_id = :key AND origin = 'enrolment'
""")


class Gallery(Protocol):
    """Whatever answers "who is nearest"; every implementation gives the same candidates."""

    async def search(self, probe: Probe, other_than: UUID | None = None) -> Candidates:
        """The best active client, the best other one, and how many people are enrolled."""
        ...


class PgGallery:
    """Exact search in PostgreSQL, inside the caller's transaction: never stale."""

    def __init__(self, session: AsyncSession, keyring: Keyring) -> None:
        self.session = session
        self.keyring = keyring

    async def search(self, probe: Probe, other_than: UUID | None = None) -> Candidates:
        found = NOBODY
        for terms in probe_parameters(probe, self.keyring):
            statement = SEARCH if other_than is None else SEARCH_OTHERS
            values = terms if other_than is None else {**terms, "other": other_than}
            row = (await self.session.execute(statement, values)).mappings().one()
            found = merge(found, candidates_of(row))
        return found

    async def likeness(self, probe: Probe, client_id: UUID) -> float | None:
        """How alike a probe is to what a client was enrolled with; None when there is nothing to compare.

        What the door has learnt is left out: a face drifts no further than from its enrolment.
        """
        scores: list[float] = []
        for terms in probe_parameters(probe, self.keyring):
            score = await self.session.scalar(LIKENESS, {**terms, "client": client_id})
            if score is not None:
                scores.append(float(score))
        return max(scores, default=None)


def probe_parameters(probe: Probe, keyring: Keyring) -> list[dict[str, Any]]:
    """What NEAREST is filled with: once for each live key, which is one unless keys are being rotated.

    The key in use comes last: a template moves only to it, so what moves between two queries is in the later
    one and never missed.
    """
    return [
        {
            "probe": protection_for(keyring, kid).protect(probe.embedding).tolist(),
            "model": probe.model_id,
            "key": kid,
        }
        for kid in reversed(keyring.ids)
    ]


def candidates_of(row: Mapping[Any, Any]) -> Candidates:
    """The candidates in a row that has `client_id` and the columns of SCORES."""
    if row["client_id"] is None:
        return Candidates(None, NOBODY.score, NOBODY.runner_up, row["people"])
    runner_up = NOBODY.runner_up if row["runner_up"] is None else float(row["runner_up"])
    return Candidates(row["client_id"], float(row["score"]), runner_up, row["people"])
