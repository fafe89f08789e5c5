"""Cards for everybody who needs one: members with a plan, without a chat and without a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, exists, func, select

from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.security.permissions import Permission
from gym.subscriptions.models import OPEN, Subscription
from gym.unit_of_work import UnitOfWork

MOST: Final = 50
"""Cards of one order: five sheets."""
BY_NAME: Final = (Client.last_name, Client.first_name, Client.id)


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A client, and what the card's QR holds."""

    client: Client
    payload: str


class CardSheets:
    """Whoever has a chat has a QR there; a card that is in use is not replaced."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def waiting(self) -> int:
        """How many need a card."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self.uow.session.scalar(select(func.count()).where(*_without())) or 0

    async def issue(self) -> Sequence[IssuedCard]:
        """Their cards, by name, fifty at most; nobody gets two, however often it is asked for."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        by_name = select(Client.id).where(*_without()).order_by(*BY_NAME).limit(MOST)
        keys = (await self.uow.session.scalars(by_name)).all()
        # Locked in an import's order, by id: neither waits for the other in a circle.
        locked = select(Client).where(Client.id.in_(keys), *_without()).order_by(Client.id).with_for_update()
        found = (await self.uow.session.scalars(locked)).all()
        clients = ClientService(self.uow)
        in_order = sorted(found, key=lambda one: keys.index(one.id))
        return [IssuedCard(one, await clients.new_card(one.id)) for one in in_order]


def _without() -> tuple[ColumnElement[bool], ...]:
    has_plan = exists().where(Subscription.client_id == Client.id, Subscription.status.in_(OPEN))
    return (Client.active.is_(True), Client.telegram_id.is_(None), Client.card_issued_at.is_(None), has_plan)
