"""Queries of payment keys, quotes and proofs. Answers are conditional UPDATEs: the first one counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, update
from sqlalchemy.orm import selectinload

from gym.chats.models import ChatPerson
from gym.clients.models import Client
from gym.core.database.repository import Page, Repository
from gym.notifications.models import DeskChat
from gym.payments.models import Account, EntryKind, LedgerEntry
from gym.transfers.errors import PaymentKeyNotFound, ProofNotFound, TransferQuoteNotFound
from gym.transfers.models import BARE_NUMBER, PaymentKey, PaymentProof, ProofState, TransferQuote
from gym.transfers.schemas import EarlierSighting, ProofSums, bare_number

WHOLE = (selectinload(PaymentProof.client), selectinload(PaymentProof.quote))
FRESH = {"populate_existing": True}
MOST_SIGHTINGS = 5


class PaymentKeyRepository(Repository[PaymentKey, UUID]):
    model = PaymentKey
    missing = PaymentKeyNotFound

    async def in_order(self, *, shown_only: bool) -> Sequence[PaymentKey]:
        query = select(PaymentKey).order_by(PaymentKey.position, PaymentKey.created_at, PaymentKey.id)
        return (await self.session.scalars(query.where(PaymentKey.shown) if shown_only else query)).all()

    async def last_position(self) -> int:
        return await self.session.scalar(select(func.max(PaymentKey.position))) or 0


class TransferQuoteRepository(Repository[TransferQuote, UUID]):
    model = TransferQuote
    missing = TransferQuoteNotFound

    async def is_reference(self, reference: str) -> bool:
        query = select(TransferQuote.id).where(TransferQuote.reference == reference)
        return await self.session.scalar(query) is not None

    async def since(self, client_id: UUID, moment: datetime) -> Sequence[TransferQuote]:
        """What a client was quoted from then on, the newest first."""
        query = select(TransferQuote).where(
            TransferQuote.client_id == client_id, TransferQuote.created_at >= moment
        )
        newest = query.order_by(TransferQuote.created_at.desc(), TransferQuote.id.desc())
        return (await self.session.scalars(newest)).all()


class PaymentProofRepository(Repository[PaymentProof, UUID]):
    model = PaymentProof
    missing = ProofNotFound

    async def require_loaded(self, key: UUID) -> PaymentProof:
        """As it stands now, with its quote and client. Raises `ProofNotFound`."""
        query = select(PaymentProof).options(*WHOLE).where(PaymentProof.id == key)
        found = await self.session.scalar(query, execution_options=FRESH)
        if found is None:
            raise ProofNotFound
        return found

    async def of_quote(self, quote_id: UUID, state: ProofState) -> PaymentProof | None:
        query = select(PaymentProof).where(PaymentProof.quote_id == quote_id, PaymentProof.state == state)
        return await self.session.scalar(query, execution_options=FRESH)

    async def paid(self, quote_id: UUID) -> PaymentProof | None:
        """The approved proof of a quote, as long as its payment stands."""
        approved = await self.of_quote(quote_id, ProofState.APPROVED)
        return None if approved is None or approved.voided else approved

    async def replace_voided(self, quote_id: UUID) -> PaymentProof | None:
        """Take the approval from a proof whose payment was voided, so that another one can be approved; it
        keeps who had decided, and the entry. Called with the quote's row locked, when nothing stands."""
        old = await self.of_quote(quote_id, ProofState.APPROVED)
        if old is None:
            return None
        old.state = ProofState.REPLACED
        old.booked = old.decided_at = old.confirmed_at = old.confirmed_by = None
        await self.session.flush()
        return old

    async def first_sent(self, proof: PaymentProof) -> datetime:
        """When the quote's first proof was sent, rejected ones left out: a clearer copy that follows later
        keeps the price that was held for it."""
        query = select(func.min(PaymentProof.sent_at)).where(
            PaymentProof.quote_id == proof.quote_id, PaymentProof.state != ProofState.REJECTED
        )
        return await self.session.scalar(query) or proof.sent_at

    async def of_quotes(self, quote_ids: Sequence[UUID]) -> Sequence[PaymentProof]:
        """The open ones of several quotes, and those approved whose payment stands."""
        query = select(PaymentProof).where(
            PaymentProof.quote_id.in_(quote_ids),
            PaymentProof.state.in_((ProofState.OPEN, ProofState.APPROVED)),
        )
        found = await self.session.scalars(query, execution_options=FRESH)
        return [one for one in found if one.state is ProofState.OPEN or not one.voided]

    async def settle(
        self, key: UUID, state: ProofState, *, before: datetime | None = None, **values: object
    ) -> bool:
        """Leave `open` once, unless it has expired `before` then; False where something else came first."""
        waiting = and_(PaymentProof.id == key, PaymentProof.state == ProofState.OPEN)
        if before is not None:
            waiting = and_(waiting, PaymentProof.expires_at > before)
        statement = update(PaymentProof).where(waiting).values(state=state, **values)
        found = await self.session.scalar(
            statement.returning(PaymentProof.id), execution_options={"synchronize_session": False}
        )
        return found is not None

    async def confirm(self, key: UUID, staff_id: UUID | None, now: datetime) -> bool:
        """Mark an approved one as found on the bank's statement; False where it is, is not approved, or was
        voided."""
        unseen = and_(
            PaymentProof.id == key,
            PaymentProof.state == ProofState.APPROVED,
            PaymentProof.confirmed_at.is_(None),
            _STANDS,
        )
        statement = update(PaymentProof).where(unseen).values(confirmed_by=staff_id, confirmed_at=now)
        found = await self.session.scalar(
            statement.returning(PaymentProof.id), execution_options={"synchronize_session": False}
        )
        return found is not None

    async def expire(self, now: datetime) -> Sequence[PaymentProof]:
        """Close what nobody answered in time; the rows that this call has closed."""
        late = and_(PaymentProof.state == ProofState.OPEN, PaymentProof.expires_at <= now)
        statement = update(PaymentProof).where(late).values(state=ProofState.EXPIRED)
        keys = (await self.session.scalars(statement.returning(PaymentProof.id))).all()
        query = (
            select(PaymentProof).options(*WHOLE).where(PaymentProof.id.in_(keys)).order_by(PaymentProof.id)
        )
        return (await self.session.scalars(query, execution_options=FRESH)).all() if keys else []

    async def open_ones(self, now: datetime, number: int) -> Page[PaymentProof]:
        """Those that wait for an answer, the oldest first."""
        query = select(PaymentProof).options(*WHOLE).where(_open(now))
        return await self.page(query.order_by(PaymentProof.sent_at, PaymentProof.id), number)

    async def voided_since(self, day: date, most: int) -> Sequence[PaymentProof]:
        """Approved ones of which nothing stands, of members with a payment voided from then on, whenever it
        was taken; the newest first."""
        voids = (
            select(Account.client_id)
            .join(LedgerEntry, LedgerEntry.account_id == Account.id)
            .where(LedgerEntry.kind == EntryKind.VOID, LedgerEntry.gym_day >= day)
        )
        gone = and_(PaymentProof.state == ProofState.APPROVED, PaymentProof.client_id.in_(voids), ~_STANDS)
        query = select(PaymentProof).options(*WHOLE).where(gone)
        newest = query.order_by(PaymentProof.decided_at.desc(), PaymentProof.id).limit(most)
        return (await self.session.scalars(newest, execution_options=FRESH)).all()

    async def unconfirmed(self, number: int) -> Page[PaymentProof]:
        """Approved ones that nobody has found on the bank's statement yet, the oldest first."""
        query = select(PaymentProof).options(*WHOLE).where(_UNCONFIRMED)
        return await self.page(query.order_by(PaymentProof.decided_at, PaymentProof.id), number)

    async def sum_open(self, now: datetime, client_id: UUID | None = None) -> ProofSums:
        """Of everybody, or of one member."""
        query = select(func.count(), func.sum(PaymentProof.expected)).where(_open(now))
        if client_id is not None:
            query = query.where(PaymentProof.client_id == client_id)
        count, amount = (await self.session.execute(query)).one()
        return ProofSums(count, amount or Decimal(0))

    async def sum_unconfirmed(self) -> dict[UUID | None, ProofSums]:
        """By whoever approved them."""
        standing = PaymentProof.booked - PaymentProof.voided_amount
        query = select(PaymentProof.decided_by, func.count(), func.sum(standing))
        rows = await self.session.execute(query.where(_UNCONFIRMED).group_by(PaymentProof.decided_by))
        return {staff_id: ProofSums(count, amount or Decimal(0)) for staff_id, count, amount in rows.all()}

    async def seen_before(self, proof: PaymentProof) -> Sequence[EarlierSighting]:
        """Other proofs with the same file or number, the latest first; those that this one's member has
        replaced are no second use."""
        same: list[ColumnElement[bool]] = []
        if proof.digest is not None:
            same.append(PaymentProof.digest == proof.digest)
        if proof.number is not None:
            # In the index's own words, for a bound pattern would not be matched with it.
            same.append(literal_column(BARE_NUMBER) == bare_number(proof.number))
        if not same:
            return []
        query = (
            select(PaymentProof, Client)
            .join(Client, Client.id == PaymentProof.client_id)
            .where(or_(*same), PaymentProof.id != proof.id)
            .where(or_(PaymentProof.quote_id != proof.quote_id, PaymentProof.state != ProofState.REPLACED))
            .order_by(PaymentProof.sent_at.desc())
            .limit(MOST_SIGHTINGS)
        )
        rows = (await self.session.execute(query)).all()
        return [_sighting(other, client) for other, client in rows]

    async def is_reachable(self, client: Client) -> bool:
        """Whether the client has a chat with the bot, and has not blocked it there."""
        if client.telegram_id is None:
            return False
        query = select(ChatPerson.reachable).where(ChatPerson.user_id == client.telegram_id)
        return await self.session.scalar(query) is not False

    async def is_desk_chat(self) -> bool:
        """Whether a desk chat listens; without one the staff is told in their own chats."""
        query = select(DeskChat.id).where(DeskChat.active, DeskChat.gone_at.is_(None))
        return await self.session.scalar(query.limit(1)) is not None


_STANDS = PaymentProof.voided_amount < PaymentProof.booked
_UNCONFIRMED = and_(PaymentProof.state == ProofState.APPROVED, PaymentProof.confirmed_at.is_(None), _STANDS)


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(PaymentProof.state == ProofState.OPEN, PaymentProof.expires_at > now)


def _sighting(proof: PaymentProof, client: Client) -> EarlierSighting:
    approved = proof.state is ProofState.APPROVED
    return EarlierSighting(proof.id, client.full_name, proof.sent_at, approved)
