"""Queries of rewards; each grant is one statement, unique by a constraint, so that a race grants once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, text, update
from sqlalchemy.dialects.postgresql import Insert, insert

from gym.clients.models import Client
from gym.core.database.repository import Page, Repository
from gym.rewards.errors import RewardNotFound
from gym.rewards.models import Reward, RewardKind

AGAIN: Final = ("percent", "granted_on", "expires_on", "granted_at", "subscription_id", "threshold")
"""What a reward that was taken back and is earned again has anew."""

# The friend's first paid period: a price that was paid, nothing owed, and no other period paid before it.
REFERRER: Final = text("""
WITH paid AS (
    SELECT s.id FROM subscriptions s JOIN accounts a ON a.id = s.account_id
    WHERE s.client_id = :friend_id AND s.final_price > 0 AND a.balance = 0
        AND (SELECT sum(CASE e.kind WHEN 'payment' THEN e.amount WHEN 'void' THEN -e.amount
            WHEN 'refund' THEN -e.amount END) FROM ledger_entries e WHERE e.account_id = a.id) > 0
)
SELECT r.id, btrim(r.first_name || ' ' || r.last_name) AS client_name, f.first_name AS friend_name
FROM clients f JOIN clients r ON r.id = f.referred_by AND r.active
WHERE f.id = :friend_id AND :subscription_id = ALL (SELECT id FROM paid) AND EXISTS (SELECT FROM paid)
""")

# A reward that is not spent goes when the visits that earned it are not there any more.
REVOKE: Final = text("""
UPDATE rewards SET revoked_at = :now
WHERE client_id = :client_id AND redeemed_at IS NULL AND revoked_at IS NULL
    AND (kind = 'visits' AND subscription_id = :subscription_id AND threshold >
            (SELECT visits_used FROM subscriptions WHERE id = :subscription_id)
        OR kind = 'milestone' AND threshold > (SELECT count(*) FROM check_ins i
            WHERE i.client_id = :client_id AND i.counted AND i.undone_at IS NULL))
RETURNING id
""")


class RewardRepository(Repository[Reward, UUID]):
    model = Reward
    missing = RewardNotFound

    async def earn(self, values: Mapping[str, Any]) -> Reward | None:
        """Write a reward; None with nothing written when it has been granted before.

        One that was taken back is earned anew.
        """
        statement = insert(Reward).values(**values)
        again = {name: statement.excluded[name] for name in AGAIN} | {"revoked_at": None}
        revoked = Reward.revoked_at.is_not(None)
        kept = _once(statement, RewardKind(values["kind"]), again, revoked)
        return await self.session.scalar(
            kept.returning(Reward), execution_options={"populate_existing": True}
        )

    async def revoke_unearned(
        self, client_id: UUID, subscription_id: UUID | None, now: datetime
    ) -> list[UUID]:
        """Take back what the visits that are left do not earn; the ids of it."""
        values = {"client_id": client_id, "subscription_id": subscription_id, "now": now}
        return list(await self.session.scalars(REVOKE, values))

    async def revoke_referral(self, subscription_id: UUID, now: datetime) -> list[UUID]:
        """Take back what a friend's payment has earned, unless it is spent."""
        unspent = update(Reward).where(
            Reward.kind == RewardKind.REFERRAL,
            Reward.subscription_id == subscription_id,
            Reward.redeemed_at.is_(None),
            Reward.revoked_at.is_(None),
        )
        return list(await self.session.scalars(unspent.values(revoked_at=now).returning(Reward.id)))

    async def referrer(self, friend_id: UUID, subscription_id: UUID) -> Mapping[Any, Any] | None:
        """Who brought a client whose first paid period this is: `id`, `client_name`, `friend_name`."""
        values = {"friend_id": friend_id, "subscription_id": subscription_id}
        found = await self.session.execute(REFERRER, values)
        return found.mappings().one_or_none()

    async def waiting(self, client_id: UUID, day: date) -> Sequence[Reward]:
        """What a client may use on a day: the highest percentage first, then what expires first."""
        query = select(Reward).where(Reward.client_id == client_id, _usable(day))
        return (await self.session.scalars(query.order_by(Reward.percent.desc(), Reward.expires_on))).all()

    async def of_client(self, client_id: UUID, number: int) -> Page[Reward]:
        """Everything a client has earned, newest first; what was taken back was never earned."""
        query = select(Reward).where(Reward.client_id == client_id, Reward.revoked_at.is_(None))
        return await self.page(query.order_by(Reward.granted_at.desc(), Reward.id.desc()), number)

    async def expiring(self, day: date, until: date) -> Sequence[tuple[Reward, Client]]:
        """What expires soon and was not granted just now, of active clients who can be told."""
        query = (
            select(Reward, Client)
            .join(Client, Client.id == Reward.client_id)
            .where(
                _usable(day),
                Reward.expires_on <= until,
                Reward.granted_on < day,
                Client.active,
                Client.telegram_id.is_not(None),
            )
        )
        rows = await self.session.execute(query.order_by(Reward.expires_on, Reward.id))
        return [(reward, client) for reward, client in rows]


def _usable(day: date) -> ColumnElement[bool]:
    unspent = and_(Reward.redeemed_at.is_(None), Reward.revoked_at.is_(None))
    return and_(unspent, Reward.granted_on <= day, Reward.expires_on >= day, Reward.percent > 0)


def _once(
    statement: Insert, kind: RewardKind, again: Mapping[str, Any], revoked: ColumnElement[bool]
) -> Insert:
    """By the constraint that says what "once" means for a kind."""
    match kind:
        case RewardKind.VISITS:
            return statement.on_conflict_do_update(
                index_elements=[Reward.subscription_id],
                index_where=text("kind = 'visits'"),
                set_=again,
                where=revoked,
            )
        case RewardKind.MILESTONE:
            return statement.on_conflict_do_update(constraint="uq_rewards_earned", set_=again, where=revoked)
        case RewardKind.REFERRAL:
            return statement.on_conflict_do_update(
                index_elements=[Reward.friend_id], set_=again, where=revoked
            )
