"""Rules of the gym switched off, one at a time: the machine must find each within so many steps."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import Final
from unittest.mock import patch

from gym.core import money
from gym.payments.ledger import Ledger
from gym.payments.service import PaymentService
from tests.machine.running import run
from tests.machine.tally import Tally
from tests.machine.world import World

WITHIN: Final = 6000
"""Steps in which each must be found."""
TRIGGER: Final = "ALTER TABLE ledger_entries {} TRIGGER paid_out_once"
Mutant = Callable[[World], AbstractContextManager[object]]


async def _nothing(*_: object) -> Decimal:
    return Decimal(0)


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


MUTANTS: Final[dict[str, Mutant]] = {
    mutant.__name__: mutant for mutant in (money_leaves_twice, parts_of_a_coin, rests_stay_owed)
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
