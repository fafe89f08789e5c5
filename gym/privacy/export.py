"""Export of one client: every row that the register calls theirs, the pictures, and the receipts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from gym.clients.models import Client
from gym.clients.repository import ClientRepository
from gym.faces.service import FaceRecognitionService
from gym.payments.models import Account, AccountKind, EntryKind, LedgerEntry
from gym.payments.schemas import JointPart
from gym.privacy.repository import ErasureRepository, marks_of, reading
from gym.privacy.schemas import PersonalData
from gym.privacy.tables import REGISTER
from gym.products.sales.receipts import ProductReceipts
from gym.security.permissions import Permission
from gym.subscriptions.money.receipts import SubscriptionReceipts
from gym.unit_of_work import UnitOfWork

EXPORTED: Final = "client.exported"
EXPORTS_A_DAY: Final = 5
"""How often a client asks for the own data on one day: each is a file to be drawn."""


class ExportService:
    """For admins, and for a client in person."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def collect(self, client_id: UUID, *, for_chat: bool) -> PersonalData:
        """Everything that is kept of a client; recorded, as every look is.

        A file that goes through a chat has no picture that was taken at the kiosk: those never pass through
        Telegram. Raises `ClientNotFound` and, for the client in person, `TooOftenToday`.
        """
        self.uow.actor.require_own_or(Permission.EXPORT, client_id)
        client = await ClientRepository(self.uow.session).require(client_id)
        await self.uow.require_below_daily_limit(EXPORTED, EXPORTS_A_DAY)
        faces = FaceRecognitionService(self.uow)
        shown = await faces.pictures(client_id, for_chat=for_chat)
        found = PersonalData(
            client_id=client_id,
            client_name=client.full_name,
            language=client.language,
            made_at=self.uow.now,
            tables=await self._rows(client),
            pictures=tuple(shown),
            pictures_left_out=len(await faces.pictures(client_id, for_chat=False)) - len(shown),
            receipts=tuple([one async for one in self._receipts(client_id)]),
        )
        self.uow.audit(EXPORTED, client, None, {"for_chat": for_chat})
        return found

    async def _rows(self, client: Client) -> dict[str, list[Any]]:
        """By table, in the order of the register; tables without a row are there, empty."""
        values = {
            "client_id": client.id,
            "telegram_id": client.telegram_id,
            "marks": marks_of(client),
        }
        rows = ErasureRepository(self.uow.session)
        return {
            entry.table: await rows.read(reading(entry, entry.client), values)
            for entry in REGISTER
            if entry.client is not None
        }

    async def _receipts(self, client_id: UUID) -> AsyncIterator[JointPart]:
        """Every receipt of a plan or of products on the client's account, the oldest first."""
        payments = (
            select(LedgerEntry)
            .join(Account, Account.id == LedgerEntry.account_id)
            .where(
                Account.client_id == client_id,
                Account.kind.in_((AccountKind.SUBSCRIPTION, AccountKind.SALE)),
                LedgerEntry.kind == EntryKind.PAYMENT,
            )
            .order_by(LedgerEntry.receipt_number)
        )
        plans, products = SubscriptionReceipts(self.uow), ProductReceipts(self.uow)
        for entry in (await self.uow.session.scalars(payments)).all():
            yield await products.seen(entry) or await plans.seen(entry)
