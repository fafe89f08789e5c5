"""The real gym's transfers behind the machine: a member asks and sends, the desk answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from gym.core.errors import GymError
from gym.security.permissions import Actor
from gym.transfers.errors import QuoteOutdated, SoldMeanwhile
from gym.transfers.models import ProofKind
from gym.transfers.quotes import TransferQuotes
from gym.transfers.schemas import SentProof
from gym.transfers.service import ProofService
from gym.unit_of_work import UnitOfWork
from tests.machine.world import Refused, World, cents, money

KEY: Final = """
INSERT INTO payment_keys (id, kind, label, value, created_at) VALUES ($1, 'nequi', 'Nequi', $2, $3)
"""


@dataclass
class ProofServices:
    """`mark` is what the last refused approval wants to see again."""

    world: World
    mark: str | None = None

    def open(self) -> UUID:
        """A key of its own for every example."""
        key = uuid4()
        self.world.wait(self.world.rows.execute(KEY, key, str(key), self.world.clock.at))
        return key

    def quote(self, client: UUID, plan: UUID | None, key: UUID, *, with_debts: bool) -> Any:
        return self._member(
            client, lambda uow: TransferQuotes(uow).quote(client, plan, key, with_debts=with_debts)
        )

    def send(self, client: UUID, quote: UUID, slip: str) -> Any:
        sent = SentProof(ProofKind.PICTURE, file_id=slip, digest=slip.rjust(64, "0"))
        return self._member(client, lambda uow: ProofService(uow).send(quote, sent))

    def approve(self, admin: bool, proof: UUID, amount: int | None, *, sells: bool, seen: str | None) -> Any:
        async def work(uow: UnitOfWork) -> Any:
            booked = None if amount is None else money(amount)
            try:
                return await ProofService(uow).approve(proof, booked, sells=sells, seen=seen)
            except (SoldMeanwhile, QuoteOutdated) as error:
                self.mark = error.mark
                raise

        return self.world.run(admin, work)

    def reject(self, admin: bool, proof: UUID) -> Any:
        return self.world.run(admin, lambda uow: ProofService(uow).reject(proof, "it has not come"))

    def tick(self, admin: bool, proof: UUID) -> Any:
        return self.world.run(admin, lambda uow: ProofService(uow).confirm(proof))

    def expire(self) -> None:
        self.world.wait(self.world.gym.run(Actor.system(), lambda uow: ProofService(uow).expire_due()))

    def unconfirmed(self) -> dict[str, tuple[int, int]]:
        """As *Team* shows them: how many and how much, by name."""
        names = {actor.id: actor.name for actor in self.world.actors.values()}
        found = self.world.run(True, lambda uow: ProofService(uow).sum_unconfirmed())
        assert not isinstance(found, Refused), found
        return {names[key]: (one.count, cents(one.amount)) for key, one in found.items()}

    def _member(self, client: UUID, work: Any) -> Any:
        try:
            return self.world.wait(self.world.gym.run(Actor.member(client, "Somebody Known"), work))
        except GymError as error:
            return Refused(error.code)
