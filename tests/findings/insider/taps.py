"""An employee's buttons at the desk as operations, each an act of the search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from gym.approvals.models import ApprovalKind
from gym.approvals.service import ApprovalService
from gym.attendance.checkin.service import AttendanceService
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.debts.joint_payments import JointPayments
from gym.debts.schemas import total_of
from gym.debts.service import DebtService
from gym.debts.write_offs import DebtWriteOffs
from gym.payments.models import Method
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import PaidPart, WantedPieces
from gym.products.sales.service import SaleService
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.discounts import Discount
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.findings.insider.evening import Evening
from tests.support.shop import WATER

DAY: Final = timedelta(days=1)
TEN: Final = Discount.percent(Decimal(10))
THIRTY: Final = Discount.percent(Decimal(30))


@dataclass(frozen=True)
class Seen:
    """What the card of a client shows: the ids that its buttons carry."""

    client: UUID
    open: tuple[UUID, ...]
    owing: tuple[tuple[UUID, Decimal], ...]
    receipts: tuple[UUID, ...]
    visits: tuple[UUID, ...]
    denied: tuple[UUID, ...]
    credit: Decimal
    closed: tuple[UUID, ...]


CARD: Final = """
SELECT
  (SELECT array_agg(s.id ORDER BY s.starts_on) FROM subscriptions s WHERE s.client_id = :c
     AND s.status IN ('scheduled','pending_payment','active','frozen')),
  (SELECT array_agg(s.id ORDER BY s.id) FROM subscriptions s JOIN accounts a ON a.id = s.account_id
     WHERE s.client_id = :c AND a.balance > 0),
  (SELECT array_agg(a.balance ORDER BY s.id) FROM subscriptions s JOIN accounts a ON a.id = s.account_id
     WHERE s.client_id = :c AND a.balance > 0),
  (SELECT array_agg(e.id ORDER BY e.id) FROM ledger_entries e JOIN accounts a ON a.id = e.account_id
     WHERE a.client_id = :c AND e.kind = 'payment'
     AND NOT EXISTS (SELECT FROM ledger_entries v WHERE v.voids_id = e.id)),
  (SELECT array_agg(id ORDER BY id) FROM check_ins WHERE client_id = :c AND outcome = 'admitted'
     AND undone_at IS NULL),
  (SELECT array_agg(id ORDER BY id) FROM check_ins WHERE client_id = :c AND outcome = 'denied'),
  (SELECT balance FROM accounts WHERE client_id = :c AND kind = 'credit'),
  (SELECT array_agg(s.id ORDER BY s.id) FROM subscriptions s WHERE s.client_id = :c AND s.status = 'canceled')
"""


async def see(e: Evening, client: UUID) -> Seen:
    row = (await e.rows(CARD, c=client))[0]
    owing = tuple(zip(row[1] or (), row[2] or (), strict=True))
    lists = [tuple(row[place] or ()) for place in (0, 3, 4, 5, 7)]
    return Seen(client, lists[0], owing, lists[1], lists[2], lists[3], row[6] or Decimal(0), lists[4])


Act = Callable[[Evening, Seen, Random], Awaitable[object]]


async def _sell(e: Evening, s: Seen, r: Random, discount: Discount | None = None, days: int = 0) -> object:
    plan, first = r.choice(e.plans), e.today + days * DAY
    off = discount or Discount(Decimal(0))
    return await e.act(
        e.iris, lambda u: SubscriptionService(u).sell(s.client, plan, starts_on=first, discount=off)
    )


async def sell(e: Evening, s: Seen, r: Random) -> object:
    return await _sell(e, s, r)


async def sell_for_later(e: Evening, s: Seen, r: Random) -> object:
    return await _sell(e, s, r, days=r.choice((-5, 3, 40)))


async def sell_cheaper(e: Evening, s: Seen, r: Random) -> object:
    return await _sell(e, s, r, r.choice((TEN, THIRTY)))


async def renew(e: Evening, s: Seen, r: Random) -> object:
    plan = r.choice((None, *e.plans))
    return await e.act(e.iris, lambda u: SubscriptionService(u).renew(s.client, plan))


async def renew_cheaper(e: Evening, s: Seen, r: Random) -> object:
    return await e.act(e.iris, lambda u: SubscriptionService(u).renew(s.client, discount=TEN))


async def _pay(e: Evening, s: Seen, r: Random, method: Method, part: int = 1) -> object:
    if not s.owing:
        return None
    one, balance = r.choice(s.owing)
    amount = (min(balance, s.credit) if method is Method.CREDIT else balance) / part
    return await e.act(e.iris, lambda u: SubscriptionService(u).take_payment(one, amount, method))


async def pay_cash(e: Evening, s: Seen, r: Random) -> object:
    return await _pay(e, s, r, Method.CASH)


async def pay_half(e: Evening, s: Seen, r: Random) -> object:
    return await _pay(e, s, r, Method.CASH, 2)


async def pay_by_credit(e: Evening, s: Seen, r: Random) -> object:
    return await _pay(e, s, r, Method.CREDIT) if s.credit else None


async def pay_by_transfer(e: Evening, s: Seen, r: Random) -> object:
    return await _pay(e, s, r, r.choice((Method.TRANSFER, Method.QR, Method.CARD)))


async def void(e: Evening, s: Seen, r: Random) -> object:
    if not s.receipts:
        return None
    one = r.choice(s.receipts)
    return await e.act(e.iris, lambda u: SubscriptionService(u).void_payment(one, "mistyped"))


async def _cancel(e: Evening, s: Seen, r: Random, mode: RefundMode, method: Method) -> object:
    if not s.open:
        return None
    one = r.choice(s.open)
    return await e.act(
        e.iris, lambda u: SubscriptionService(u).cancel(one, "moves away", refund=mode, method=method)
    )


async def cancel(e: Evening, s: Seen, r: Random) -> object:
    return await _cancel(e, s, r, RefundMode.NONE, Method.CASH)


async def cancel_for_credit(e: Evening, s: Seen, r: Random) -> object:
    return await _cancel(e, s, r, RefundMode.PRO_RATA, Method.CREDIT)


async def cancel_for_cash(e: Evening, s: Seen, r: Random) -> object:
    return await _cancel(e, s, r, RefundMode.PRO_RATA, Method.CASH)


async def change(e: Evening, s: Seen, r: Random) -> object:
    if not s.open:
        return None
    one, plan = r.choice(s.open), r.choice(e.plans)
    return await e.act(e.iris, lambda u: PlanChangeService(u).change(one, plan))


async def freeze(e: Evening, s: Seen, r: Random) -> object:
    if not s.open:
        return None
    one, first = r.choice(s.open), e.today + r.choice((0, 1, 2)) * DAY
    last = first + r.choice((1, 4, 9)) * DAY
    return await e.act(e.iris, lambda u: FreezeService(u).freeze(one, first, last, "travels"))


async def end_freeze(e: Evening, s: Seen, r: Random) -> object:
    if not s.open:
        return None
    one = r.choice(s.open)
    return await e.act(e.iris, lambda u: FreezeService(u).end(one))


async def start_now(e: Evening, s: Seen, r: Random) -> object:
    if not s.open:
        return None
    one = r.choice(s.open)
    return await e.act(e.iris, lambda u: SubscriptionService(u).start_now(one))


async def snooze(e: Evening, s: Seen, r: Random) -> object:
    if not s.owing:
        return None
    one = r.choice(s.owing)[0]
    return await e.act(e.iris, lambda u: DebtService(u).snooze(one, e.today + 30 * DAY))


async def check_in(e: Evening, s: Seen, r: Random) -> object:
    return await e.act(e.iris, lambda u: AttendanceService(u).check_in_client(s.client))


async def undo(e: Evening, s: Seen, r: Random) -> object:
    if not s.visits:
        return None
    one = r.choice(s.visits)
    return await e.act(e.iris, lambda u: AttendanceService(u).undo(one))


async def admit_anyway(e: Evening, s: Seen, r: Random) -> object:
    if not s.denied:
        return None
    one = r.choice(s.denied)
    return await e.act(e.iris, lambda u: AttendanceService(u).admit_anyway(one, "is nice"))


async def block(e: Evening, s: Seen, r: Random) -> object:
    return await e.act(e.iris, lambda u: ClientService(u).block(s.client, e.today + DAY, "shouts"))


async def unblock(e: Evening, s: Seen, r: Random) -> object:
    return await e.act(e.iris, lambda u: ClientService(u).unblock(s.client))


async def unlink(e: Evening, s: Seen, r: Random) -> object:
    return await e.act(e.iris, lambda u: ClientService(u).unlink(s.client))


async def deactivate(e: Evening, s: Seen, r: Random) -> object:
    return await e.act(e.iris, lambda u: ClientService(u).deactivate(s.client))


async def reactivate(e: Evening, s: Seen, r: Random) -> object:
    return await e.act(e.iris, lambda u: ClientService(u).reactivate(s.client))


async def register(e: Evening, s: Seen, r: Random) -> object:
    data = ClientInput(first_name="New", last_name="Friend", referred_by=s.client)
    return await e.act(e.iris, lambda u: ClientService(u).register(data))


async def ask_refund(e: Evening, s: Seen, r: Random) -> object:
    """Ana gives money back only for a plan that has ended, and looks at nothing else."""
    if not s.closed:
        return None
    one = r.choice(s.closed)
    asked = await e.act(
        e.iris, lambda u: ApprovalService(u).ask_refund(one, Decimal(45000), Method.CASH, "has left")
    )
    return asked and await e.act(e.ana, lambda u: ApprovalService(u).approve(asked.id))


async def ask_void(e: Evening, s: Seen, r: Random) -> object:
    if not s.receipts:
        return None
    one = r.choice(s.receipts)
    return await e.act(e.iris, lambda u: ApprovalService(u).ask_void(one, "mistyped"))


async def ask_discount(e: Evening, s: Seen, r: Random) -> object:
    plan = r.choice(e.plans)
    return await e.act(
        e.iris,
        lambda u: ApprovalService(u).ask_discount(s.client, plan, THIRTY, renews=False, reason="old friend"),
    )


async def approve(e: Evening, s: Seen, r: Random) -> object:
    """Also what Iris has asked for herself."""
    waiting = await e.rows("SELECT id FROM approvals WHERE state = 'pending' ORDER BY id")
    if not waiting:
        return None
    one = r.choice(waiting)[0]
    return await e.act(e.iris, lambda u: ApprovalService(u).approve(one))


async def sell_as_approved(e: Evening, s: Seen, r: Random) -> object:
    found = await e.rows(
        "SELECT id FROM approvals WHERE kind = :kind ORDER BY id", kind=ApprovalKind.DISCOUNT.value
    )
    if not found:
        return None
    one = r.choice(found)[0]
    return await e.act(e.iris, lambda u: ApprovalService(u).sell(one))


async def pay_everything(e: Evening, s: Seen, r: Random) -> object:
    if not s.owing:
        return None
    owed = await e.act(e.iris, lambda u: DebtService(u).of_client(s.client)) or ()
    total, key = total_of(owed), UUID(int=r.getrandbits(128))
    method = r.choice((Method.CASH, Method.CREDIT))
    return await e.act(e.iris, lambda u: JointPayments(u).take_everything(s.client, total, method, key=key))


async def take_back(e: Evening, s: Seen, r: Random) -> object:
    """Money that was handed back is said to have come in again, in cash or out of the credit."""
    sold = (*s.open, *s.closed)
    if not sold:
        return None
    one, method = r.choice(sold), r.choice((Method.CASH, Method.CREDIT))
    return await e.act(e.iris, lambda u: SubscriptionService(u).take_back(one, method, "was a mistake"))


async def ask_write_off(e: Evening, s: Seen, r: Random) -> object:
    """Ana writes off only the debt of a plan that nobody has come in with, and looks at nothing else."""
    if not s.owing:
        return None
    one = r.choice(s.owing)[0]
    asked = await e.act(e.iris, lambda u: ApprovalService(u).ask_write_off(one, "moved away"))
    came = await e.rows(
        "SELECT id FROM check_ins WHERE subscription_id = :one AND outcome = 'admitted'", one=one
    )
    if asked is None or came:
        return asked
    return await e.act(e.ana, lambda u: ApprovalService(u).approve(asked.id))


async def ask_long_freeze(e: Evening, s: Seen, r: Random) -> object:
    """Ana grants every one: who rests comes on as many days, only later."""
    if not s.open:
        return None
    one, first = r.choice(s.open), e.today + r.choice((0, 1)) * DAY
    last = r.choice((None, first + 60 * DAY))
    asked = await e.act(e.iris, lambda u: ApprovalService(u).ask_long_freeze(one, first, last, "is ill"))
    if asked is None:
        return None
    return await e.act(e.ana, lambda u: ApprovalService(u).approve(asked.id))


async def write_off(e: Evening, s: Seen, r: Random) -> object:
    if not s.owing:
        return None
    one = r.choice(s.owing)[0]
    return await e.act(e.iris, lambda u: SubscriptionService(u).write_off(one, "moved away"))


async def write_off_sale(e: Evening, s: Seen, r: Random) -> object:
    owing = await _sales(e, "a.balance > 0")
    if not owing:
        return None
    one = r.choice(owing)
    asked = await e.act(e.iris, lambda u: ApprovalService(u).ask_write_off(one, "moved away"))
    if asked is not None:
        return await e.act(e.ana, lambda u: ApprovalService(u).approve(asked.id))
    return await e.act(e.iris, lambda u: DebtWriteOffs(u).write_off(one, "moved away"))


async def goodwill(e: Evening, s: Seen, r: Random) -> object:
    if not s.open:
        return None
    one = r.choice(s.open)
    return await e.act(e.iris, lambda u: SubscriptionService(u).credit(one, Decimal(45000), "is nice"))


async def refund(e: Evening, s: Seen, r: Random) -> object:
    if not s.closed:
        return None
    one = r.choice(s.closed)
    return await e.act(
        e.iris, lambda u: SubscriptionService(u).refund(one, Decimal(45000), Method.CASH, "has left")
    )


async def gift(e: Evening, s: Seen, r: Random) -> object:
    if not s.open:
        return None
    one, key = r.choice(s.open), UUID(int=r.getrandbits(128))
    return await e.act(e.iris, lambda u: FreezeService(u).gift(one, 5, "is nice", key=key))


async def close_gym(e: Evening, s: Seen, r: Random) -> object:
    day, key = e.today + DAY, UUID(int=r.getrandbits(128))
    return await e.act(e.iris, lambda u: FreezeService(u).close_gym(day, day + 4 * DAY, "is tired", key=key))


async def withdraw(e: Evening, s: Seen, r: Random) -> object:
    waiting = await e.rows("SELECT id FROM approvals WHERE state = 'pending' ORDER BY id")
    if not waiting:
        return None
    one = r.choice(waiting)[0]
    return await e.act(e.iris, lambda u: ApprovalService(u).withdraw(one))


async def _sell_water(
    e: Evening, s: Seen, r: Random, method: Method | None, *, nobody: bool = False
) -> object:
    if e.water is None:
        return None
    pieces = r.choice((1, 1, 2))
    wanted, price = [WantedPieces(e.water, pieces)], pieces * WATER
    paid = [PaidPart(method, price)] if method else []
    client = None if nobody else s.client
    return await e.act(e.iris, lambda u: SaleService(u).sell(wanted, paid, client))


async def sell_product(e: Evening, s: Seen, r: Random) -> object:
    return await _sell_water(e, s, r, Method.CASH, nobody=r.random() < 0.5)


async def sell_product_by_credit(e: Evening, s: Seen, r: Random) -> object:
    return await _sell_water(e, s, r, Method.CREDIT)


async def sell_product_on_account(e: Evening, s: Seen, r: Random) -> object:
    return await _sell_water(e, s, r, None)


async def _sales(e: Evening, condition: str) -> list[UUID]:
    """Sales that were not taken back, those of nobody too."""
    rows = await e.rows(
        "SELECT s.id FROM sales s JOIN accounts a ON a.id = s.account_id"
        f" WHERE s.returned_at IS NULL AND {condition} ORDER BY s.id"
    )
    return [row[0] for row in rows]


async def pay_sale(e: Evening, s: Seen, r: Random) -> object:
    owing = await _sales(e, "a.balance > 0")
    if not owing:
        return None
    one, method = r.choice(owing), r.choice((Method.CASH, Method.CREDIT))
    left = (
        await e.rows(
            "SELECT a.balance FROM accounts a JOIN sales s ON s.account_id = a.id WHERE s.id = :s", s=one
        )
    )[0][0]
    return await e.act(e.iris, lambda u: SaleService(u).take_payment(one, left, method))


async def void_sale(e: Evening, s: Seen, r: Random) -> object:
    made = await _sales(e, "TRUE")
    if not made:
        return None
    one = r.choice(made)
    return await e.act(e.iris, lambda u: SaleReturns(u).void(one, "wrong bottle"))


async def refund_sale(e: Evening, s: Seen, r: Random) -> object:
    made = await _sales(e, "TRUE")
    if not made:
        return None
    one = r.choice(made)
    return await e.act(e.iris, lambda u: SaleReturns(u).refund(one, Method.CASH, "was warm"))
