"""Payment keys: where members can send money, listed for them and kept by admins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.core.database.engine import violated_constraint
from gym.security.permissions import Permission
from gym.transfers.errors import PaymentKeyInvalid, PaymentKeyTaken
from gym.transfers.models import PaymentKey, PaymentKeyKind
from gym.transfers.repository import PaymentKeyRepository
from gym.unit_of_work import UnitOfWork

LONGEST_LABEL: Final = 40
LONGEST_VALUE: Final = 100


class PaymentKeys:
    """Everybody reads those that are shown; admins read and change them all."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._keys = PaymentKeyRepository(uow.session)

    async def shown(self) -> Sequence[PaymentKey]:
        """Those that members are offered, in their order."""
        return await self._keys.in_order(shown_only=True)

    async def all(self) -> Sequence[PaymentKey]:
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        return await self._keys.in_order(shown_only=False)

    async def get(self, key_id: UUID) -> PaymentKey:
        """Raises `PaymentKeyNotFound`."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        return await self._keys.require(key_id)

    async def add(self, kind: PaymentKeyKind, label: str, value: str) -> PaymentKey:
        """Put a key at the end of the list, shown. Raises `PaymentKeyInvalid`, `PaymentKeyTaken`."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        label, value = " ".join(label.split()), " ".join(value.split())
        if not (0 < len(label) <= LONGEST_LABEL and 0 < len(value) <= LONGEST_VALUE):
            raise PaymentKeyInvalid(label=LONGEST_LABEL, value=LONGEST_VALUE)
        row = PaymentKey(
            kind=kind,
            label=label,
            value=value,
            shown=True,
            position=await self._keys.last_position() + 1,
            created_at=self.uow.now,
        )
        await self._insert(row)
        self.uow.audit("payment_key.added", row, after={"kind": kind, "label": label, "value": value})
        return row

    async def show(self, key_id: UUID, *, shown: bool) -> PaymentKey:
        """Offer it to members, or no longer. Raises `PaymentKeyNotFound`."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        row = await self._keys.lock(key_id)
        row.shown = shown
        self.uow.audit_changes("payment_key.changed", row)
        return row

    async def move_first(self, key_id: UUID) -> PaymentKey:
        """Put it before all others. Raises `PaymentKeyNotFound`."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        row = await self._keys.lock(key_id)
        first = await self._keys.in_order(shown_only=False)
        if first[0].id != key_id:
            row.position = first[0].position - 1
            self.uow.audit_changes("payment_key.changed", row)
        return row

    async def remove(self, key_id: UUID) -> None:
        """Take it off the list; quotes keep its name. Raises `PaymentKeyNotFound`."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        row = await self._keys.lock(key_id)
        before = {"kind": row.kind, "label": row.label, "value": row.value}
        self.uow.audit("payment_key.removed", row, before)
        await self._keys.delete(row)

    async def _insert(self, row: PaymentKey) -> None:
        try:
            async with self.uow.session.begin_nested():
                await self._keys.add(row)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_payment_keys_value":
                raise PaymentKeyTaken from None
            raise
