"""The search: honest evenings first, then random ones, each judged at its end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from tests.findings.insider import slips, taps
from tests.findings.insider.acts import ACTS
from tests.findings.insider.evening import Evening
from tests.findings.insider.judging import NOTHING, Looks, gain, holdings, looks
from tests.findings.insider.taps import Act, see

LENGTH: Final = 20
CREDITED: Final = Decimal(1000)
"""What rounding in the client's favour can give in twenty taps: 50 each at most."""
HONEST: Final[tuple[tuple[Act, ...], ...]] = (
    (taps.sell, taps.pay_cash),
    (taps.sell, taps.pay_cash, taps.check_in),
    (taps.sell, taps.pay_cash, taps.void, taps.pay_cash),
    (taps.sell, taps.pay_cash, taps.cancel_for_credit, taps.sell, taps.pay_by_credit, taps.pay_cash),
    (taps.sell, taps.pay_cash, taps.change, taps.pay_cash),
    (taps.renew, taps.pay_cash),
    (taps.check_in,),
    (taps.freeze,),
    (taps.sell,),
    (taps.sell, taps.pay_cash, taps.cancel, taps.ask_refund),
    (taps.sell, taps.cancel, taps.ask_write_off),
    (taps.sell_product, taps.sell_product),
    (taps.sell_product, taps.void_sale, taps.sell_product),
    (slips.send_slip, slips.approve_proof),
    (slips.send_slip, slips.reject_proof, slips.send_slip, slips.approve_proof),
)
"""What honest people come for, mistakes and changes of mind among it."""


@dataclass(frozen=True)
class Fraud:
    """A sequence whose end looks honest and is not."""

    gain: Decimal
    looks: Looks
    acts: Sequence[str]

    def __str__(self) -> str:
        return f"{self.gain} kept or given, looks honest: " + ", ".join(self.acts)


async def honest_evenings(e: Evening, seed: int, count: int) -> Looks:
    """The most that honest evenings of the same length show of each fact."""
    random, most = Random(seed), NOTHING
    for _ in range(count):
        async with e.again():
            played = 0
            while played < LENGTH:
                reason, client = random.choice(HONEST), random.choice(e.others)
                for act in reason:
                    await act(e, await see(e, client), random)
                played += len(reason)
            most = most.most(await looks(e, honest=True))
    return most


async def search(
    e: Evening, seed: int, count: int, honest: Looks, *, without: Collection[Act] = (), enough: int = 1
) -> list[Fraud]:
    """Random sequences; stops at so many frauds. `without` leaves buttons out."""
    random, found = Random(seed), list[Fraud]()
    acts = {act: weight for act, weight in ACTS.items() if act not in without}
    before = await holdings(e)
    for _ in range(count):
        async with e.again():
            played = await _play(e, random, acts)
            brought = await gain(e, before)
            if brought > CREDITED and (shown := await looks(e)).within(honest):
                found.append(Fraud(brought, shown, played))
                if len(found) >= enough:
                    return found
    return found


async def _play(e: Evening, random: Random, acts: dict[Act, int]) -> list[str]:
    """Up to twenty taps, mostly about the same client."""
    played: list[str] = []
    client = random.choice(e.people)
    for _ in range(random.randint(3, LENGTH)):
        if random.random() < 0.15:
            client = random.choice(e.people)
        act = random.choices(list(acts), list(acts.values()))[0]
        if await act(e, await see(e, client), random) is not None:
            played.append(f"{act.__name__}({_who(e, client)})")
    return played


def _who(e: Evening, client: UUID) -> str:
    names = {e.own: "own", e.friend: "friend"}
    return names.get(client, f"other {e.people.index(client) - 1}")
