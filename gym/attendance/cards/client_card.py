"""The card: everything the desk wants to know of a client, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from gym.attendance.models import CheckIn
from gym.attendance.repository import AttendanceRepository
from gym.clients.models import Client
from gym.clients.repository import ClientRepository
from gym.debts.schemas import Debt, DebtKind, total_of
from gym.debts.service import DebtService
from gym.faces.schemas import FaceState
from gym.faces.service import FaceRecognitionService
from gym.payments.credit import ClientCredit
from gym.rewards.models import Reward
from gym.rewards.redeeming import RewardRedemption
from gym.security.permissions import ActorKind, Permission
from gym.subscriptions.freezes.remaining_days import days_left
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from gym.subscriptions.status.plan_states import PlanStanding, standing_of
from gym.unit_of_work import UnitOfWork

LAST_VISITS = 5


@dataclass(frozen=True, slots=True)
class ClientCard:
    """A client with plan, money, visits and face."""

    client: Client
    current: Subscription | None
    waiting: Subscription | None
    latest: Subscription | None
    canceled: Subscription | None
    """The last one of somebody who has had no other."""
    owed: Sequence[Debt]
    """For plans, also closed ones, and for products; the oldest first."""
    visits: Sequence[CheckIn]
    face: FaceState
    days_left: int | None
    """Days after today on which the client can come: frozen ones are not counted."""
    visits_left: int | None
    rewards: Sequence[Reward]
    """What can be used today, the best first."""
    credit: Decimal
    """What the gym owes the client."""

    @property
    def standing(self) -> PlanStanding:
        """Where the client stands, and with which plan."""
        return standing_of(self.current, self.waiting, self.latest, self.canceled)

    @property
    def used_up(self) -> bool:
        """True when the visit pack of today has no visits left."""
        return self.visits_left == 0

    @property
    def balance(self) -> Decimal:
        """Everything that is owed, for plans and for products."""
        return total_of(self.owed)

    @property
    def for_products(self) -> Sequence[Debt]:
        """Of what is owed, what was bought on account."""
        return [one for one in self.owed if one.kind is DebtKind.PRODUCTS]


class CardService:
    """Looking at a card is recorded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def card(self, client_id: UUID) -> ClientCard:
        """Raises `ClientNotFound`."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        client = await ClientRepository(self.uow.session).require(client_id)
        subscriptions = SubscriptionService(self.uow)
        current = await subscriptions.current(client_id)
        latest = current or await subscriptions.latest(client_id)
        if self.uow.actor.kind is ActorKind.STAFF:
            self.uow.audit("client.viewed", client)
        return ClientCard(
            client=client,
            current=current,
            waiting=await subscriptions.waiting(client_id),
            latest=latest,
            canceled=None if latest else await subscriptions.last_canceled(client_id),
            owed=await DebtService(self.uow).of_client(client_id),
            visits=await AttendanceRepository(self.uow.session).last_visits(client_id, LAST_VISITS),
            face=await FaceRecognitionService(self.uow).state(client_id),
            days_left=days_left(current, self.uow.today) if current else None,
            visits_left=_visits_left(current),
            rewards=await RewardRedemption(self.uow).waiting(client_id),
            credit=await ClientCredit(self.uow).balance(client_id),
        )


def _visits_left(subscription: Subscription | None) -> int | None:
    if subscription is None or subscription.visits is None:
        return None
    return max(0, subscription.visits - subscription.visits_used)
