"""Identification of a face at the door: probe in, the client's door facts out, in one query."""

from __future__ import annotations

from gym.attendance.checkin.facts.door_facts import AttemptContext, Match
from gym.attendance.checkin.facts.queries import CheckInQueries
from gym.faces.gallery import matching
from gym.faces.gallery.memory_gallery import MemoryGallery, search
from gym.faces.gallery.postgres_gallery import PgGallery, probe_parameters
from gym.faces.schemas import MatchOutcome, MatchRule, Probe
from gym.unit_of_work import UnitOfWork


class FaceIdentification:
    """Searches the gallery in memory where there is one for the probe's model, else PostgreSQL's."""

    def __init__(self, uow: UnitOfWork, gallery: MemoryGallery | None) -> None:
        self.uow = uow
        self._queries = CheckInQueries(uow.statements)
        self._memory = gallery

    async def match(self, probe: Probe, rule: MatchRule, attempt: AttemptContext) -> Match:
        """Who it is and all about them."""
        if self._memory is not None and self._memory.model_id == probe.model_id:
            return await self._in_memory(self._memory, probe, rule, attempt)
        terms = probe_parameters(probe, self.uow.secrets.data)
        if len(terms) > 1:  # keys are being rotated: each key's templates need a search of their own
            return await self._under_several_keys(probe, rule, attempt)
        facts, candidates = await self._queries.facts_of_face(terms[0], attempt.day, attempt.at, attempt.key)
        outcome = matching.identification_of(candidates, rule).outcome
        return Match(facts if outcome is MatchOutcome.FOUND else None, outcome)

    async def _under_several_keys(self, probe: Probe, rule: MatchRule, attempt: AttemptContext) -> Match:
        gallery = PgGallery(self.uow.session, self.uow.secrets.data)
        known = matching.identification_of(await gallery.search(probe), rule)
        if known.client_id is None:
            return Match(None, known.outcome)
        return Match(await self._queries.facts(known.client_id, attempt.day, attempt.at, attempt.key))

    async def _in_memory(
        self, gallery: MemoryGallery, probe: Probe, rule: MatchRule, attempt: AttemptContext
    ) -> Match:
        """The query for the facts says too whether the gallery has changed since; then once more."""
        gallery.learn(self.uow.secrets.data)
        while True:
            snapshot = gallery.snapshot
            known = matching.identification_of(await search(snapshot, gallery.keyring, probe), rule)
            facts = await self._queries.facts(known.client_id, attempt.day, attempt.at, attempt.key)
            if facts.gallery_number <= snapshot.number:
                return Match(facts if known.client_id else None, known.outcome)
            await gallery.fresh(self.uow.session, facts.gallery_number)
