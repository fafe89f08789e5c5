"""Outreach by staff: the drafted message sent, or a call noted; once a member and gym day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from gym.clients.repository import ClientRepository
from gym.core.database.ids import new_id
from gym.core.database.repository import Page
from gym.notifications.outbox import Recipient, is_told
from gym.notifications.payloads.members import AbsentPayload
from gym.reports.absence import absent_key
from gym.reports.figures.risk import RiskRepository, RiskyMember
from gym.reports.outreach.errors import AlreadyContacted, NotAtRisk, NotLinked
from gym.reports.outreach.models import Outreach, OutreachKind
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DraftedMessage:
    """What a member would be sent, and in which language."""

    member: RiskyMember
    payload: AbsentPayload | None
    """None without a chat to write to."""
    language: str


class OutreachService:
    """For everybody at the desk."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def at_risk(self, page: int, size: int) -> Page[RiskyMember]:
        """Whose rhythm broke, what is worth most first; beyond the last page the first one."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        found = await self._broken()
        number = page if 0 <= page * size < max(1, len(found)) else 0
        return Page(found[number * size : (number + 1) * size], number, len(found), size)

    async def draft(self, client_id: UUID) -> DraftedMessage:
        """The message that a tap would send. Raises `NotAtRisk`."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        member = await self._member(client_id)
        client = await ClientRepository(self.uow.session).require(client_id)
        payload = AbsentPayload(
            first_name=client.first_name, days=member.days, since=member.since, last_visit=member.last_visit
        )
        return DraftedMessage(member, payload if member.is_linked else None, client.language)

    async def send(self, client_id: UUID) -> RiskyMember:
        """Write to the member, unless the job has. Raises `NotAtRisk`, `NotLinked`, `AlreadyContacted`."""
        drafted = await self.draft(client_id)
        if drafted.payload is None:
            raise NotLinked(drafted.member.held.client_name)
        key = absent_key(client_id, drafted.member.since, drafted.member.days)
        if await is_told(self.uow.session, key):
            raise AlreadyContacted(drafted.member.held.client_name)
        await self._note(drafted.member, OutreachKind.MESSAGE)
        self.uow.notify(Recipient.client(client_id), drafted.payload, dedup_key=key)
        return drafted.member

    async def called(self, client_id: UUID) -> RiskyMember:
        """Note that somebody called. Raises `NotAtRisk`, `AlreadyContacted`."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        member = await self._member(client_id)
        await self._note(member, OutreachKind.CALL)
        return member

    async def _member(self, client_id: UUID) -> RiskyMember:
        found = (one for one in await self._broken() if one.held.client_id == client_id)
        member = next(found, None)
        if member is None:
            raise NotAtRisk
        return member

    async def _broken(self) -> Sequence[RiskyMember]:
        return await RiskRepository(self.uow.session, self.uow.settings).broken(self.uow.today)

    async def _note(self, member: RiskyMember, kind: OutreachKind) -> None:
        """The unique key decides between two who tap at once."""
        held = member.held
        values = {
            "id": new_id(),
            "client_id": held.client_id,
            "kind": kind,
            "staff_id": self.uow.actor.staff_id,
            "staff_name": self.uow.actor.name,
            "at": self.uow.now,
            "gym_day": self.uow.today,
            "days_away": member.days,
            "value": member.value,
        }
        made = insert(Outreach).values(values).on_conflict_do_nothing().returning(Outreach.id)
        key = await self.uow.session.scalar(made)
        if key is None:
            raise AlreadyContacted(held.client_name)
        after = {"kind": kind, "days": member.days}
        self.uow.audit("client.contacted", ("clients", held.client_id), after=after)
