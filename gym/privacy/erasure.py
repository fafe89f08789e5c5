"""Erasure of a client: asked for, taken back within a day, carried out by the register, kept in a journal.

Visits and money stay, pointing at a row that tells of nobody; sums do not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.clients.models import Client
from gym.clients.repository import ClientRepository
from gym.core.database.engine import violated_constraint
from gym.debts.schemas import total_of
from gym.debts.service import DebtService
from gym.faces.service import FaceRecognitionService
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.members import ErasureAskedPayload, ErasureStoppedPayload
from gym.payments.credit import ClientCredit
from gym.privacy.errors import ErasureDone
from gym.privacy.models import Erasure
from gym.privacy.repository import ErasureRepository, erasing, marks_of
from gym.privacy.schemas import ErasureNotice, JournalEntry, WaitingErasure
from gym.privacy.tables import REGISTER
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.staff.repository import StaffRepository
from gym.subscriptions.service import SubscriptionService
from gym.transfers.service import ProofService
from gym.unit_of_work import UnitOfWork

TIME_TO_RECONSIDER: Final = timedelta(hours=24)
ASKED: Final = "client.erasure_asked"
ASKED_A_DAY: Final = 3
"""How often a client asks on one day, having taken it back in between."""


class ErasureService:
    """For admins, and for a client in person."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._clients = ClientRepository(uow.session)
        self._erasures = ErasureRepository(uow.session)

    async def standing(self, client_id: UUID) -> Erasure | None:
        """The wish that waits or is done; None when nobody asked, or it was taken back."""
        self._require(client_id)
        return await self._erasures.open(client_id)

    async def due_at(self, client_id: UUID) -> datetime | None:
        """When a client will be erased, for everybody who sees the card; None when nobody asked, or it is
        done."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        wish = await self._erasures.open(client_id)
        return wish.due_at if wish is not None and wish.done_at is None else None

    async def waiting(self) -> Sequence[WaitingErasure]:
        """Every wish that waits for its day, the next first."""
        self.uow.actor.require(Permission.ERASE)
        return await self._erasures.waiting_people()

    async def notice(self, client_id: UUID) -> ErasureNotice:
        """What to know before asking: debts, credit, money on its way, a plan that runs.

        Raises `ClientNotFound`.
        """
        self._require(client_id)
        client = await self._clients.require(client_id)
        subscriptions = SubscriptionService(self.uow)
        owed = await DebtService(self.uow).of_client(client_id)
        current = await subscriptions.current(client_id)
        return ErasureNotice(
            client_id=client_id,
            client_name=client.full_name,
            owes=total_of(owed),
            credit=await ClientCredit(self.uow).balance(client_id),
            proofs=(await ProofService(self.uow).sum_open_of(client_id)).amount,
            plan_until=current.ends_on if current else None,
            due_at=self.uow.now + TIME_TO_RECONSIDER,
        )

    async def ask(self, client_id: UUID) -> Erasure:
        """Erase a client a day from now; asked again it is the same wish, also once it is done.

        Raises `ClientNotFound`, `OwnMembershipRefused` and, for the client in person, `TooOftenToday`.
        """
        self._require(client_id)
        await FourEyes(self.uow).require_another(client_id, Permission.ERASE)
        client = await self._clients.lock(client_id)
        known = await self._erasures.open(client_id)
        if known is not None:
            return known
        await self.uow.require_below_daily_limit(ASKED, ASKED_A_DAY)
        wish = Erasure(
            client_id=client_id,
            by_client=self.uow.actor.is_client(client_id),
            asked_by=self.uow.actor.staff_id,
            asked_at=self.uow.now,
            due_at=self.uow.now + TIME_TO_RECONSIDER,
        )
        await self._erasures.add(wish)
        self.uow.audit(ASKED, client, None, {"due_at": wish.due_at})
        await self._tell_admins(wish, client)
        return wish

    async def _tell_admins(self, wish: Erasure, client: Client) -> None:
        """All but whoever asked: what is owed can be settled, and nobody makes a person vanish unseen."""
        payload = ErasureAskedPayload(
            client_id=client.id,
            client_name=client.full_name,
            asked_by="" if wish.by_client else self.uow.actor.name,
            due_at=wish.due_at,
        )
        for admin in await StaffRepository(self.uow.session).active_admins():
            if admin != wish.asked_by:
                key = f"{_asked_key(wish)}:{admin}"
                self.uow.notify(Recipient.staff(admin), payload, dedup_key=key)

    async def take_back(self, client_id: UUID) -> None:
        """Nothing is erased; taking back what nobody asked for is no fault. Raises `ErasureDone`.

        A client whose own wish is stopped by the team is told: they may ask again.
        """
        self._require(client_id)
        wish = await self._erasures.open(client_id, lock=True)
        if wish is None:
            return
        if wish.done_at is not None:
            raise ErasureDone
        wish.canceled_at = self.uow.now
        self.uow.audit("client.erasure_taken_back", ("clients", client_id))
        await self.uow.call_off(_asked_key(wish))
        if wish.by_client and not self.uow.actor.is_client(client_id):
            key = f"erasure-stopped:{wish.id}"
            self.uow.notify(Recipient.client(client_id), ErasureStoppedPayload(), dedup_key=key)

    async def carry_out_due(self) -> int:
        """Whatever has waited its day; returns how many were erased."""
        self.uow.actor.require(Permission.RUN_JOBS)
        due = await self._erasures.due(self.uow.now)
        for wish in due:
            await self._carry_out(wish)
        return len(due)

    async def _carry_out(self, wish: Erasure) -> None:
        client = await self._clients.get(wish.client_id)
        if client is not None:
            await self._erase(client)
        wish.done_at = self.uow.now

    async def _erase(self, client: Client) -> None:
        """Every row that the register names, `clients` first: the database lets words go after that alone."""
        await FaceRecognitionService(self.uow).erase(client.id)
        values: dict[str, object] = {
            "client_id": client.id,
            "telegram_id": client.telegram_id,
            "marks": marks_of(client),
            "at": self.uow.now,
        }
        self.uow.audit("client.erased", ("clients", client.id))
        await self.uow.flush()
        for entry in REGISTER:
            statement = erasing(entry, entry.client) if entry.client else None
            if statement is not None:
                await self._erasures.run(statement, values)
        self.uow.session.expire(client)

    def _require(self, client_id: UUID) -> None:
        self.uow.actor.require_own_or(Permission.ERASE, client_id)


def _asked_key(wish: Erasure) -> str:
    """The common beginning of the `dedup_key`s of the messages to admins."""
    return f"erasure-asked:{wish.id}"


class ErasureJournal:
    """What a restored backup has to repeat: ids and days, nothing of a person. For the operator alone."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._erasures = ErasureRepository(uow.session)

    async def entries(self) -> Sequence[JournalEntry]:
        """Every wish that was not taken back, the oldest first."""
        self.uow.actor.require(Permission.ERASE)
        return [JournalEntry.model_validate(one) for one in await self._erasures.standing()]

    async def replay(self, entries: Sequence[JournalEntry], *, restored: bool = False) -> int:
        """Take over wishes that this database does not know, and carry out at once what was done.

        `restored` gives every wish that was not carried out yet another day: whoever took theirs back after
        the backup would be erased the moment the gym is restored, and nobody could undo that. Returns how
        many clients were erased. A client whom the backup does not know is only noted; what it knows already
        changes nothing.
        """
        self.uow.actor.require(Permission.ERASE)
        again: set[UUID] = set()
        for entry in entries:
            wish = await self._known(entry)
            if entry.done_at is not None and wish.done_at is None:
                wish.due_at = min(wish.due_at, self.uow.now)
                again.add(entry.client_id)
        await self.uow.session.flush()
        if restored:
            await self._erasures.postpone(self.uow.now + TIME_TO_RECONSIDER, all_but=again)
        await ErasureService(self.uow).carry_out_due()
        return len(again)

    async def _known(self, entry: JournalEntry) -> Erasure:
        known = await self._erasures.open(entry.client_id, lock=True)
        if known is not None:
            return known
        wish = Erasure(**entry.model_dump(exclude={"done_at"}))
        try:
            async with self.uow.session.begin_nested():
                return await self._erasures.add(wish)
        except IntegrityError as error:
            if violated_constraint(error) != "uq_erasures_open":
                raise
        found = await self._erasures.open(entry.client_id, lock=True)
        assert found is not None, "another process has just noted it"
        return found
