"""Reading an export into an empty gym: the same rows with the same ids, or nothing at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Column, MetaData, Table, bindparam, cast, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError

from gym.attendance.models import CheckIn
from gym.audit.chain_key import TrailKeyStore
from gym.audit.restore_mark import mark_restored
from gym.clients.models import Client
from gym.core.database.engine import is_retryable
from gym.exporting.described.table import ExportedTable
from gym.exporting.errors import ExportUnreadable, GymNotEmpty
from gym.exporting.reading import ExportArchive
from gym.payments.models import Account, LedgerEntry
from gym.payments.repository import RECEIPTS
from gym.plans.models import Plan
from gym.privacy.erasure import ErasureJournal
from gym.privacy.models import Erasure
from gym.privacy.schemas import JournalEntry
from gym.products.models import Product, StockMovement
from gym.security.permissions import Permission
from gym.settings.models import Counter, GymState
from gym.settings.schemas import GymSettings
from gym.staff.models import Staff
from gym.subscriptions.models import Subscription
from gym.unit_of_work import UnitOfWork

AT_ONCE: Final = 1000
IN_ORDER: Final = (LedgerEntry, StockMovement)
"""Read by id, as money and stock moved: triggers refuse another order, and older releases wrote the ledger by
the instant at which a transaction began."""
ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(6949354)")
"""The lock of imports: a list and an export at once would each find the gym empty."""
Row = dict[str, Any]
Progress = Callable[[int, int], None]
"""Called with the rows done and all of them."""


class GymRestore:
    """What triggers keep is put there by the triggers, and compared with what the export says.

    Members of staff come without a chat and inactive: they are named by what they did, and are let in again
    under *Team*.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._later: list[tuple[UUID, UUID]] = []
        self._visits: list[Row] = []
        self._balances: dict[UUID, Decimal] = {}
        self._stock: dict[UUID, tuple[int, Decimal]] = {}
        self._done = 0
        self._erasures: Sequence[JournalEntry] = ()

    async def restore(self, archive: ExportArchive, progress: Progress | None = None) -> Mapping[str, int]:
        """How many rows of each table were read. Raises `GymNotEmpty`, `ExportUnreadable`."""
        self.uow.actor.require(Permission.IMPORT)
        await self.uow.session.execute(ONE_AT_A_TIME)
        await self._require_empty()
        await self._set_erasures_aside()
        try:
            rows = {table.name: await self._table(archive, table, progress) for table in archive.tables()}
            await self._finish(archive)
        except DBAPIError as refused:
            if is_retryable(refused):
                raise
            raise ExportUnreadable from refused
        if rows != dict(archive.manifest.rows):
            raise ExportUnreadable
        self.uow.audit("gym.restored", ("gym_state", None), None, dict(rows))
        # Backups that lie here already are of another gym, with another trail.
        await mark_restored(TrailKeyStore(self.uow.session, self.uow.secrets.data), self.uow.context.wall)
        return rows

    async def _require_empty(self) -> None:
        """Raises `GymNotEmpty`."""
        for model in (Client, Plan, Product, LedgerEntry, CheckIn):
            if await self.uow.session.scalar(select(exists(select(model.id)))):
                raise GymNotEmpty

    async def _set_erasures_aside(self) -> None:
        """Those replayed from a journal into this gym: the export has the same wishes, as they stood then."""
        self._erasures = await ErasureJournal(self.uow).entries()
        await self.uow.session.execute(delete(Erasure).where(Erasure.canceled_at.is_(None)))

    async def _table(self, archive: ExportArchive, table: ExportedTable, progress: Progress | None) -> int:
        count, rows = 0, archive.rows(table)
        total = sum(archive.manifest.rows.values())
        sorting = await self._sorting(table) if table.model in IN_ORDER else None
        while part := await asyncio.to_thread(_part, rows):
            made = [self._prepared(table, row) for row in part]
            adding = insert(table.model if sorting is None else sorting)
            if table.model in (Staff, Erasure):  # a gym that reads its own export has them already
                adding = adding.on_conflict_do_nothing()
            await self.uow.session.execute(adding, made)
            count += len(part)
            if count > archive.manifest.rows.get(table.name, 0):  # before an endless file has filled the disk
                raise ExportUnreadable
            self._done += len(part)
            if progress is not None:
                progress(self._done, total)
        if sorting is not None:
            await self._sorted(table, sorting)
        return count

    async def _sorting(self, table: ExportedTable) -> Table:
        """A temporary table: millions of rows are put in order without standing in memory."""
        name = f"unsorted_{table.name}"
        kept = "INCLUDING DEFAULTS INCLUDING INDEXES"
        made = text(f"CREATE TEMPORARY TABLE {name} (LIKE {table.name} {kept}) ON COMMIT DROP")
        await self.uow.session.execute(made)
        columns = table.model.__table__.columns
        return Table(name, MetaData(), *(Column(one, columns[one].type) for one in table.columns))

    async def _sorted(self, table: ExportedTable, unsorted: Table) -> None:
        session, last = self.uow.session, UUID(int=0)
        query = select(unsorted).order_by(unsorted.c.id).limit(AT_ONCE)
        while part := (await session.execute(query.where(unsorted.c.id > last))).mappings().all():
            await session.execute(insert(table.model), [dict(row) for row in part])
            last = part[-1]["id"]

    def _prepared(self, table: ExportedTable, row: Row) -> Row:
        """What refers to later rows, or is moved by triggers, comes afterwards."""
        if table.model is Staff:
            return row | {"active": False}
        if table.model is Client and row.get("referred_by"):
            self._later.append((row["id"], row["referred_by"]))
            return row | {"referred_by": None}
        if table.model is Product:
            self._stock[row["id"]] = (row["quantity"], row["average_cost"])
            return row | {"quantity": 0, "average_cost": Decimal(0)}
        if table.model is Account:
            self._balances[row["id"]] = row["balance"]
            return row | {"balance": Decimal(0)}
        if table.model is Subscription:
            self._visits.append({"key": row["id"], "most": row["visits"], "used": row["visits_used"]})
            return row | {"visits": None, "visits_used": 0}
        return row

    async def _finish(self, archive: ExportArchive) -> None:
        session = self.uow.session
        for client_id, referrer in self._later:
            await session.execute(update(Client).where(Client.id == client_id).values(referred_by=referrer))
        if self._visits:
            # A trigger has counted every visit, also those taken back later.
            visits = update(Subscription.__table__).where(  # pyright: ignore[reportArgumentType]
                Subscription.__table__.c.id == bindparam("key")
            )
            connection = await session.connection()
            await connection.execute(
                visits.values(visits=bindparam("most"), visits_used=bindparam("used")), self._visits
            )
        highest = select(func.coalesce(func.max(LedgerEntry.receipt_number), 0)).scalar_subquery()
        counter = update(Counter).where(Counter.name == RECEIPTS)
        await session.execute(counter.values(value=func.greatest(Counter.value, highest)))
        # Joined with what is there: the register of this gym's keys stands beside the settings.
        named = GymState.settings.op("||")(cast(_settings_of(archive), JSONB))
        await session.execute(update(GymState).values(settings=named))
        # Whoever took theirs back after the export would be erased at once, and nobody could undo that.
        # Whom this gym knows as erased since then is erased again.
        await ErasureJournal(self.uow).replay(self._erasures, restored=True)
        found = await session.execute(select(Account.id, Account.balance))
        balances = {row.id: row.balance for row in found}
        counted = await session.execute(select(Product.id, Product.quantity, Product.average_cost))
        stock = {row.id: (row.quantity, row.average_cost) for row in counted}
        if (balances, stock) != (self._balances, self._stock):
            raise ExportUnreadable


def _settings_of(archive: ExportArchive) -> dict[str, Any]:
    """Those that this release knows. Raises `ExportUnreadable`: with a wrong one the gym would not open."""
    try:
        read = GymSettings.model_validate(dict(archive.settings))
    except ValidationError as broken:
        raise ExportUnreadable from broken
    return read.model_dump(mode="json", include=archive.settings.keys() & GymSettings.model_fields.keys())


def _part(rows: Iterator[Row]) -> list[Row]:
    return list(islice(rows, AT_ONCE))
