"""Judgement of an evening: what each person gained, and whether the books look honest."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass, fields
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.reports.person_facts import PersonFacts, PersonFactsService
from gym.transfers.service import ProofService
from tests.findings.insider.evening import Evening
from tests.findings.insider.slips import reconcile

ZERO: Final = Decimal(0)
# A debt of a closed plan counts against what was used of that plan, and no further: whoever has left is not
# chased, and the debt that a void leaves on a closed plan hides behind the next one.
VALUE: Final = """
SELECT c.id,
    coalesce((SELECT balance FROM accounts WHERE client_id = c.id AND kind = 'credit'), 0)
    + coalesce((SELECT sum(CASE
        WHEN s.status NOT IN ('scheduled', 'pending_payment', 'active', 'frozen')
            THEN greatest(0, s.base_price * (EXISTS (SELECT FROM check_ins k
                    WHERE k.subscription_id = s.id AND k.outcome = 'admitted'))::int
                / CASE WHEN s.visits IS NULL THEN (s.ends_on - s.starts_on + 1)::numeric ELSE s.visits END
                - a.balance)
        WHEN s.visits IS NOT NULL THEN s.base_price * least(1, (s.visits - s.visits_used
            + (SELECT count(*) FROM check_ins k WHERE k.subscription_id = s.id AND k.outcome = 'admitted'))
            / s.visits::numeric) - a.balance
        ELSE s.base_price * least(1, greatest(0, s.ends_on - greatest(s.starts_on, CAST(:today AS date)) + 1
                - CASE WHEN c.id = :own THEN 0 ELSE s.frozen_days END)
            / (s.ends_on - s.starts_on + 1 - s.frozen_days)::numeric) - a.balance
        END) FROM subscriptions s JOIN accounts a ON a.id = s.account_id WHERE s.client_id = c.id), 0)
    + coalesce((SELECT sum(l.pieces * l.unit_price) FROM sale_lines l JOIN sales s ON s.id = l.sale_id
        JOIN accounts a ON a.id = s.account_id WHERE a.client_id = c.id), 0)
    - coalesce((SELECT sum(balance) FROM accounts WHERE client_id = c.id AND kind = 'sale'), 0)
    + coalesce((SELECT count(*) * 5000 FROM rewards r WHERE r.client_id = c.id AND r.percent > 0), 0),
    coalesce((SELECT sum(e.amount) FROM ledger_entries e JOIN accounts a ON a.id = e.account_id
        WHERE a.client_id = c.id AND e.kind = 'payment' AND e.method = 'cash' AND e.staff_id = :iris), 0),
    coalesce((SELECT sum(e.amount) FROM ledger_entries e JOIN accounts a ON a.id = e.account_id
        WHERE a.client_id = c.id AND e.kind = 'refund' AND e.method = 'cash'), 0)
FROM clients c
"""
TILL: Final = """
SELECT
    coalesce(sum(CASE e.kind WHEN 'payment' THEN e.amount ELSE -e.amount END)
        FILTER (WHERE e.method = 'cash'), 0),
    coalesce(sum(CASE e.kind WHEN 'payment' THEN e.amount ELSE -e.amount END)
        FILTER (WHERE e.method IN ('card', 'transfer', 'qr') AND NOT EXISTS (
            SELECT FROM payment_proofs f JOIN transfer_quotes q ON q.id = f.quote_id
            WHERE f.decided_by = :iris AND coalesce(v.note, e.note) LIKE '%' || q.reference)), 0),
    coalesce(sum(e.amount) FILTER (WHERE e.kind = 'refund' AND e.method = 'cash' AND e.staff_id = :iris), 0),
    coalesce(sum(e.amount) FILTER (WHERE e.kind = 'payment' AND e.method = 'cash' AND a.client_id IS NULL), 0)
FROM ledger_entries e JOIN accounts a ON a.id = e.account_id LEFT JOIN ledger_entries v ON v.id = e.voids_id
WHERE coalesce(v.staff_id, e.staff_id) = :iris AND e.kind IN ('payment', 'void', 'refund')
"""


@dataclass(frozen=True)
class Holding:
    """Of one client: what days, visits, credit and bottles are worth at list prices, less debts; cash in and
    out. Whoever paid for a bottle has it, also where the sale was void."""

    worth: Decimal
    paid: Decimal
    returned: Decimal


@dataclass(frozen=True)
class Looks:
    """What an owner sees in the morning; an honest evening of the same length shows at least as much."""

    discounts: int
    own_plans: int
    voids: int
    refunds: int
    credits: int
    write_offs: int
    overrides: int
    undone: int
    referred: int
    granted: int
    unconfirmed: Decimal
    missing: int = 0
    """Pieces that the books have and a count of the shelf has not."""

    @classmethod
    def of(cls, facts: PersonFacts, unconfirmed: Decimal, missing: int = 0) -> Looks:
        names = [one.name for one in fields(cls) if one.name not in ("unconfirmed", "missing")]
        found = {name: getattr(facts, name) for name in names}
        return cls(**found, unconfirmed=unconfirmed, missing=missing)

    def within(self, honest: Looks) -> bool:
        return all(mine <= most for mine, most in zip(astuple(self), astuple(honest), strict=True))

    def most(self, other: Looks) -> Looks:
        mine, theirs = asdict(self), asdict(other)
        return Looks(**{name: max(value, theirs[name]) for name, value in mine.items()})


NOTHING: Final = Looks(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ZERO)
WAITING: Final = """
SELECT q.reference FROM payment_proofs f JOIN transfer_quotes q ON q.id = f.quote_id WHERE f.state = 'open'
"""
RETURNED: Final = "SELECT coalesce(sum(quantity), 0) FROM stock_movements WHERE kind = 'return'"


async def holdings(e: Evening) -> dict[UUID, Holding]:
    found = await e.rows(VALUE, today=e.today, own=e.own, iris=e.iris.id)
    return {row[0]: Holding(*(Decimal(value) for value in row[1:])) for row in found}


async def looks(e: Evening, *, honest: bool = False) -> Looks:
    """`honest`: whoever voids a sale has the bottle in the hand and puts it back on the shelf."""
    found = await e.act(e.ana, lambda u: PersonFactsService(u).of_days(u.today, u.today))
    assert found is not None
    facts = next(one for one in found if one.staff_id == e.iris.id)
    missing = 0 if honest else int((await e.rows(RETURNED))[0][0])
    unconfirmed = (await e.rows(TILL, iris=e.iris.id))[0][1] + await _unconfirmed(e)
    return Looks.of(facts, unconfirmed, missing)


async def _unconfirmed(e: Evening) -> Decimal:
    """What the gym says of the proofs that Iris has approved, once Ana has ticked what has arrived."""
    await reconcile(e)
    sums = await e.act(e.ana, lambda u: ProofService(u).sum_unconfirmed())
    assert sums is not None
    return sums[e.iris.id].amount if e.iris.id in sums else ZERO


async def gain(e: Evening, before: dict[UUID, Holding]) -> Decimal:
    """Cash kept and value given: what Iris and Otto have that nobody has paid for.

    Iris puts into the till exactly what is expected of it, and gives back to every other client whatever they
    have paid for and do not hold, so that nobody complains: money that has arrived at the bank too, once its
    slip was answered.
    """
    after = await holdings(e)
    till, _, refunded, nobodys = (await e.rows(TILL, iris=e.iris.id))[0]
    kept = sum((one.paid for one in after.values()), ZERO) + nobodys - refunded - till
    waiting = {row[0] for row in await e.rows(WAITING)}
    given = ZERO
    for client, now in after.items():
        start = before.get(client, Holding(ZERO, ZERO, ZERO))
        own = client in (e.own, e.friend)
        sent = [one for one in e.bank.lines if one.client == client and (own or one.reference not in waiting)]
        spent = now.paid - now.returned + sum((one.amount for one in sent), ZERO)
        if own:
            given += now.worth - start.worth - spent
        else:
            kept -= max(ZERO, start.worth + spent - now.worth)
    return (kept + given).quantize(Decimal(1))
