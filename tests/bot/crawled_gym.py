"""A gym in which the screens of seldom have something to show: for the crawler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from gym.app import Gym
from gym.approvals.requests import ApprovalRequests
from gym.broadcasts.segments import BroadcastAudience, Segment
from gym.broadcasts.service import BroadcastService
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.chats.intake import DeadReason
from gym.chats.models import DeadUpdate
from gym.clients.access.blocks import ClientBlocks
from gym.clients.models import Client
from gym.debts.service import DebtService
from gym.faces.models import ConsentMethod
from gym.faces.service import FaceRecognitionService
from gym.kiosks.service import KioskService
from gym.plans.models import Plan
from gym.plans.service import PlanService
from gym.security.permissions import Actor
from gym.staff.candidates import CandidateService, Newcomer
from gym.subscriptions.discounts import Discount, DiscountKind
from gym.subscriptions.freezes.service import FreezeService
from tests.support.memberships import DeskClerk
from tests.support.shop import Shop

DAY = timedelta(days=1)


@dataclass(frozen=True)
class SeldomRows:
    """Writes them, each as the person who would."""

    gym: Gym
    boss: Actor
    clerk: Actor
    month: Plan
    pack: Plan

    async def write(self, clients: list[Client]) -> None:
        """Seven clients without a plan: they get one, a debt, a freeze, a block, a wish."""
        desk, today = DeskClerk(self.gym, self.boss), self.gym.clock.now().date()
        waits, frozen, owes, blocked, asks, agrees, renewed = clients
        async with self.gym.unit_of_work(self.boss) as uow:
            await PlanService(uow).schedule_price(self.pack.id, Decimal(200_000), today + 10 * DAY)
        rests = await desk.sell(frozen, self.month, today)
        await desk.pay(rests)
        owed = await desk.sell(owes, self.month, today)
        await desk.pay(await desk.sell(renewed, self.month, today))
        await desk.renew(renewed)
        async with self.gym.unit_of_work(self.boss) as uow:
            await FreezeService(uow).freeze(rests.id, today, None, "de viaje", key=uuid4())
            await DebtService(uow).snooze(owed.id, today + 7 * DAY)
            await ClientBlocks(uow).block(blocked.id, today + 5 * DAY, "hizo ruido")
            await FaceRecognitionService(uow).give_consent(agrees.id, ConsentMethod.PAPER)
            await FreezeService(uow).close_gym(today + 20 * DAY, today + 21 * DAY, "de viaje", key=uuid4())
        async with self.gym.unit_of_work(self.clerk) as uow:
            half = Discount(Decimal(50), DiscountKind.PERCENT)
            for client in (waits, asks):
                await ApprovalRequests(uow).ask_discount(
                    client.id, self.month.id, half, renews=False, reason="su hermano entrena", starts_on=today
                )
        await self._house()

    async def _house(self) -> None:
        """A shelf, a tablet, groups, a broadcast, a candidate, and what could not be read."""
        await Shop(self.gym, self.boss).has(12, name="Agua")
        async with self.gym.unit_of_work(self.boss) as uow:
            code = await KioskService(uow).new_code("Puerta")
            await KioskService(uow).pair(code.code, "Puerta", "hizo ruido")
            await DeskChatService(uow).confirm(ChatPlace(-1001, None, "Uno"))
            await DeskChatService(uow).offer(ChatPlace(-1002, None, "Dos"))
            await BroadcastService(uow).begin(BroadcastAudience(Segment.ACTIVE), "de viaje", key=uuid4())
            uow.session.add(DeadUpdate(update_id=1, reason=DeadReason.REFUSED, at=uow.now))
        async with self.gym.unit_of_work(Actor.system()) as uow:
            await CandidateService(uow).add(Newcomer(999, "Nora", "en"), self.boss.id)
