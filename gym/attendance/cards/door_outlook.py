"""Door outlook: the verdict that the door would give a client now; nothing is written."""

from __future__ import annotations

from uuid import UUID

from gym.attendance.checkin.access import verdict_code
from gym.attendance.checkin.facts.door_facts import AttemptContext, Match
from gym.attendance.checkin.facts.queries import CheckInQueries
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.verdict_builder import access_facts, verdict_of
from gym.attendance.models import CheckInMethod
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


class DoorOutlook:
    """For screens that end at the door: a receipt says whether the client may come in with it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._queries = CheckInQueries(uow.statements)

    async def verdict(self, client_id: UUID) -> Verdict:
        """As staff would be answered who check the client in now; its id stands for no attempt."""
        self.uow.actor.require(Permission.CHECK_IN)
        settings = self.uow.settings
        attempt = AttemptContext(CheckInMethod.STAFF, self.uow.now.astimezone(settings.zone), None, None)
        facts = await self._queries.facts(client_id, attempt.day, attempt.at)
        code = verdict_code(access_facts(Match(facts), attempt, settings))
        return verdict_of(facts, code, attempt, settings)
