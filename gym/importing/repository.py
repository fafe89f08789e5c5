"""Queries of imports: registered clients, plans on sale, earlier imports and whether they are in use."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, String, cast, exists, select, text
from sqlalchemy.orm import InstrumentedAttribute

from gym.clients.fields.documents import Document
from gym.clients.fields.table import CLIENT_FIELDS
from gym.clients.models import Client
from gym.clients.schemas import ClientInput
from gym.core.database.lock_patience import LockWaitTooLong, waiting_at_most
from gym.core.database.repository import Page, Repository
from gym.faces.enrolment.consent import consent_version
from gym.faces.models import FaceConsent
from gym.importing.errors import ImportNotFound, ImportRunning
from gym.importing.memberships import KnownPlan
from gym.importing.models import ClientImport, ClientImportRow
from gym.importing.preview import HadPlan, KnownClient
from gym.plans.models import Plan, PlanPrice
from gym.subscriptions.models import OPEN, Subscription

PATIENCE: Final = timedelta(seconds=5)
"""Nobody looks at a screen that says nothing for longer."""
AT_ONCE: Final = 200
"""Clients that are read and judged before others have their turn: some thousand at once would keep the door
waiting for a tenth of a second."""
ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(6949354)")
COLUMNS: Final[Sequence[InstrumentedAttribute[Any]]] = [
    getattr(Client, key) for key in CLIENT_FIELDS if key not in ("document", "referred_by")
]
"""Fields of one column that a list may fill; a list says of nobody who brought them."""
_IN_USE: Final = text("""
SELECT btrim(c.first_name || ' ' || c.last_name) AS name
FROM client_import_rows r JOIN clients c ON c.id = r.client_id
    LEFT JOIN subscriptions own ON own.id = r.subscription_id
WHERE r.import_id = :import_id AND (
    EXISTS (SELECT FROM check_ins v WHERE v.subscription_id = r.subscription_id)
    OR EXISTS (SELECT FROM ledger_entries e WHERE e.account_id = own.account_id
        AND e.kind <> 'opening' AND e.cause IS DISTINCT FROM 'paid_before')
    OR own.status = 'canceled'
    OR (r.made OR own.id IS NOT NULL) AND EXISTS (
        SELECT FROM payment_proofs p WHERE p.client_id = c.id AND p.state = 'open')
    OR EXISTS (SELECT FROM freezes z WHERE z.subscription_id = own.id AND z.kind = 'client'
        AND z.canceled_at IS NULL)
    OR r.made AND (
        c.telegram_id IS NOT NULL OR c.card_issued_at IS NOT NULL
        OR EXISTS (SELECT FROM check_ins v WHERE v.client_id = c.id)
        OR EXISTS (SELECT FROM notifications n WHERE n.recipient_kind = 'client' AND n.recipient_id = c.id
            AND n.sent_at IS NOT NULL)
        OR EXISTS (SELECT FROM face_templates f WHERE f.client_id = c.id)
        OR EXISTS (SELECT FROM subscriptions s WHERE s.client_id = c.id AND s.status <> 'canceled'
            AND s.id IS DISTINCT FROM r.subscription_id)
        OR EXISTS (SELECT FROM accounts a JOIN ledger_entries e ON e.account_id = a.id
            WHERE a.client_id = c.id
                AND (e.kind IN ('payment', 'void', 'refund') OR a.kind <> 'subscription'))
    )
)
ORDER BY r.line
""")
"""Whoever has begun to use what the list gave them. A closing, announced to everybody, is no use of it."""
_UNDONE: Final = exists().where(
    ClientImportRow.client_id == Client.id,
    ClientImportRow.made,
    ClientImport.id == ClientImportRow.import_id,
    ClientImport.undone_at.is_not(None),
    ~Client.active,
)


_AGREED: Final = exists().where(
    FaceConsent.client_id == Client.id,
    FaceConsent.withdrawn_at.is_(None),
    FaceConsent.version == consent_version(),
)


class ImportRepository(Repository[ClientImport, UUID]):
    model = ClientImport
    missing = ImportNotFound

    async def wait_for_turn(self) -> None:
        """Two imports at once would each register the people of both. Raises `ImportRunning`."""
        try:
            async with waiting_at_most(self.session, PATIENCE):
                await self.session.execute(ONE_AT_A_TIME)
        except LockWaitTooLong:
            raise ImportRunning from None

    async def by_key(self, key: UUID | None) -> ClientImport | None:
        if key is None:
            return None
        return await self.session.scalar(select(ClientImport).where(ClientImport.idempotency_key == key))

    async def known_clients(self) -> list[KnownClient]:
        plans = await self._had_plans()
        standing = _UNDONE.label("undone"), _AGREED.label("agreed")
        query = select(Client.id, *standing, Client.document_type, Client.document_number, *COLUMNS)
        found: list[KnownClient] = []
        result = (await self.session.stream(query, execution_options={"yield_per": AT_ONCE})).mappings()
        async for rows in result.partitions(AT_ONCE):
            found += await asyncio.to_thread(_known, rows, plans)
        return found

    async def _had_plans(self) -> dict[UUID, list[HadPlan]]:
        query = select(
            Subscription.client_id,
            Subscription.plan_id,
            Subscription.starts_on,
            Subscription.ends_on,
            Subscription.status.in_(OPEN),
        )
        found: dict[UUID, list[HadPlan]] = defaultdict(list)
        for client_id, plan_id, starts_on, ends_on, is_open in await self.session.execute(query):
            found[client_id].append(HadPlan(plan_id, starts_on, ends_on, is_open))
        return found

    async def known_plans(self) -> list[KnownPlan]:
        """Those that are sold."""
        query = select(PlanPrice.plan_id, PlanPrice.valid_from, PlanPrice.amount)
        query = query.order_by(PlanPrice.valid_from)
        prices: dict[UUID, list[tuple[date, Decimal]]] = defaultdict(list)
        for plan_id, since, amount in await self.session.execute(query):
            prices[plan_id].append((since, amount))
        plans = await self.session.scalars(select(Plan).where(Plan.active).order_by(Plan.name))
        return [
            KnownPlan(
                plan.id, plan.name, plan.duration_unit, plan.duration_count, plan.visits, prices[plan.id]
            )
            for plan in plans
        ]

    async def in_use(self, import_id: UUID) -> list[str]:
        """Names of clients for whom the import cannot be taken back."""
        return list(await self.session.scalars(_IN_USE, {"import_id": import_id}))

    async def latest(self, number: int) -> Page[ClientImport]:
        return await self.page(select(ClientImport).order_by(ClientImport.at.desc(), ClientImport.id), number)

    async def beginning_with(self, text: str) -> ClientImport | None:
        begins = cast(ClientImport.id, String).startswith(text.lower(), autoescape=True)
        found = (await self.session.scalars(select(ClientImport).where(begins).limit(2))).all()
        return found[0] if len(found) == 1 else None

    async def rows(self, import_id: UUID) -> list[ClientImportRow]:
        query = select(ClientImportRow).where(ClientImportRow.import_id == import_id)
        return list(await self.session.scalars(query.order_by(ClientImportRow.line)))


def _known(rows: Sequence[RowMapping], plans: Mapping[UUID, Sequence[HadPlan]]) -> list[KnownClient]:
    return [
        KnownClient(
            row["id"],
            ClientInput(
                document=Document(row["document_type"], row["document_number"])
                if row["document_type"]
                else None,
                **{column.key: row[column.key] for column in COLUMNS},
            ),
            plans.get(row["id"], ()),
            row["undone"],
            row["agreed"],
        )
        for row in rows
    ]
