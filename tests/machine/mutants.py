"""Rules of the gym switched off, one at a time: the machine must find each within so many steps."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID

from gym.core import money
from gym.payments.ledger import Ledger
from gym.payments.schemas import GivenBack
from gym.payments.service import PaymentService
from gym.payments.surpluses import Surpluses
from gym.products.models import Product, StockMovement, StockMovementKind
from gym.products.sales.returns import SaleReturns
from gym.products.stock import StockWriter
from gym.subscriptions.changes.cancellation import Cancellation
from gym.subscriptions.models import OPEN, SubscriptionStatus
from gym.subscriptions.status import statuses
from gym.transfers import booking
from tests.machine.running import run
from tests.machine.tally import Tally
from tests.machine.world import World

WITHIN: Final = 6000
"""Steps in which each must be found."""
TRIGGER: Final = "ALTER TABLE ledger_entries {} TRIGGER paid_out_once"
WHOLE: Final = "ALTER TABLE sales {} TRIGGER comes_back_whole"
ONCE: Final = "uq_stock_movements_once"
Mutant = Callable[[World], AbstractContextManager[object]]


async def _nothing(*_: object) -> Decimal:
    return Decimal(0)


async def _given_nothing(*_: object) -> GivenBack:
    return GivenBack()


@contextmanager
def money_leaves_twice(world: World) -> Generator[None]:
    """Neither the desk nor the database minds a void of money that was handed back."""
    world.wait(world.rows.execute(TRIGGER.format("DISABLE")))
    try:
        with patch.object(PaymentService, "given_back", _nothing):
            yield
    finally:
        world.wait(world.rows.execute(TRIGGER.format("ENABLE")))


def parts_of_a_coin(world: World) -> AbstractContextManager[object]:
    """What is computed is rounded to the cent."""
    return patch.object(money, "_to_multiple", lambda amount, *_: money.to_cents(amount))


def rests_stay_owed(world: World) -> AbstractContextManager[object]:
    """What a payment leaves that nobody can pay is still owed."""
    return patch.object(Ledger, "_forgive_rest", _nothing)


def ended_stays_as_it_ended(world: World) -> AbstractContextManager[object]:
    """A debt of the past that is paid, or a payment that is void, changes no status."""
    agreed = statuses.status_on

    def closed_for_good(day: date, *, status: SubscriptionStatus, **facts: Any) -> SubscriptionStatus:
        return agreed(day, status=status, **facts) if status in OPEN else status

    return patch.object(statuses, "status_on", closed_for_good)


def what_never_began_stays_owed(world: World) -> AbstractContextManager[object]:
    """A cancellation before the first day leaves the ledger alone."""
    return patch.object(Cancellation, "_undo_charge", _given_nothing)


async def _from_today(self: Cancellation, _: object) -> date:
    return self.uow.today


def a_day_of_training_is_given_back(world: World) -> AbstractContextManager[object]:
    """Whoever has trained today and cancels gets today's share back too."""
    return patch.object(Cancellation, "_unused_from", _from_today)


@contextmanager
def pieces_come_back_twice(world: World) -> Generator[None]:
    """A void or a refund of a sale puts each piece on the shelf two times, and the database lets it."""
    write = StockWriter.write

    async def doubled(
        self: StockWriter, product: Product, kind: StockMovementKind, quantity: int, **named: Any
    ) -> StockMovement:
        return await write(self, product, kind, (1 + (kind == "return")) * quantity, **named)

    world.wait(world.rows.execute(WHOLE.format("DISABLE")))
    try:
        with patch.object(StockWriter, "write", doubled):
            yield
    finally:
        world.wait(world.rows.execute(WHOLE.format("ENABLE")))


@contextmanager
def a_sale_comes_back_twice(world: World) -> Generator[None]:
    """What was refunded can be void as well; its money is gone already, but its pieces come once more."""
    locked = SaleReturns._locked

    async def forgetful(self: SaleReturns, sale_id: UUID) -> Any:
        sale = await self._sales.require(sale_id)
        sale.returned_at = sale.returned_by = sale.return_reason = None
        await self.uow.session.flush()
        return await locked(self, sale_id)

    world.wait(world.rows.execute(WHOLE.format("DISABLE")))
    world.wait(world.rows.execute(f"DROP INDEX {ONCE}"))
    try:
        with patch.object(SaleReturns, "_locked", forgetful):
            yield
    finally:
        world.wait(world.rows.execute("SET session_replication_role = replica"))
        world.wait(world.rows.execute("DELETE FROM stock_movements"))
        world.wait(world.rows.execute("RESET session_replication_role"))
        again = f"CREATE UNIQUE INDEX {ONCE} ON stock_movements (sale_line_id, kind)"
        world.wait(world.rows.execute(again))
        world.wait(world.rows.execute(WHOLE.format("ENABLE")))


def a_period_is_sold_twice(world: World) -> AbstractContextManager[object]:
    """What the desk has sold since the quote does not matter to the approval of its proof."""
    return patch.object(booking, "_expected", lambda quote, offered, seen: offered.mark)


def a_surplus_outlives_its_void(world: World) -> AbstractContextManager[object]:
    """The void of money that came above what was owed leaves the credit that it became."""
    return patch.object(Surpluses, "is_one", lambda self, payment: False)


MUTANTS: Final[dict[str, Mutant]] = {
    mutant.__name__: mutant
    for mutant in (
        money_leaves_twice,
        parts_of_a_coin,
        rests_stay_owed,
        ended_stays_as_it_ended,
        what_never_began_stays_owed,
        a_day_of_training_is_given_back,
        pieces_come_back_twice,
        a_sale_comes_back_twice,
        a_period_is_sold_twice,
        a_surplus_outlives_its_void,
    )
}


def found_after(world: World, name: str, seed: int) -> int:
    """After how many steps the machine finds a mutant. Raises AssertionError when it does not."""
    tally = Tally()
    with MUTANTS[name](world):
        try:
            run(world, WITHIN, seed, shrink=False, tally=tally)
        except AssertionError as fault:
            print(f"{name}: found after {tally.steps} steps: {str(fault).splitlines()[0][:160]}", flush=True)
            return tally.steps
    raise AssertionError(f"{name} was not found in {tally.steps} steps")
