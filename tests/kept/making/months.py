"""Three months of sales, visits, rests and mistakes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from gym.clients.service import ClientService
from gym.core.database.ids import new_id
from gym.payments.models import Method
from gym.payments.tills.cash_counts import CashService
from gym.plans.service import PlanService
from gym.rewards.service import RewardService
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.kept.making.story import (
    MONTH,
    Story,
)


async def first_month(story: Story) -> None:
    """Plans that will be over, rewards earned, used and lost, and money that was given back twice."""
    await story.sells("Gloria", method=Method.CARD)
    await story.sells("Hugo", paid=Decimal(60000))
    await story.sells("Santi", method=Method.TRANSFER)
    await story.sells("Andrés", "Old plan", Decimal(120000))
    await story.does("Ana", PlanService, "deactivate", story.plans["Old plan"].id)
    for name in ("Pablo", "Quique"):
        await story.sells(name)
    await credit_twice(story)
    await refund_and_void(story)
    await story.until(8, "Rosa", "Pablo", "Quique")
    await story.until(10, "Gloria")
    await redeem(story)
    await write_off(story)
    await story.until(20, "Rosa")
    await story.sells("Marta", method=Method.QR)
    await story.sells("Fabio")
    await story.until(27, "Marta")


async def credit_twice(story: Story) -> None:
    """Cash, canceled pro rata as credit, the receipt voided all the same, the credit spent at a new sale."""
    sold = await story.sells("Rita", paid=None)
    receipt = await story.pays(sold)
    await story.until(1, "Rosa", "Pablo", "Quique")
    await story.does(
        "Bruno",
        SubscriptionService,
        "cancel",
        sold.id,
        "moves away",
        refund=RefundMode.PRO_RATA,
        method=Method.CREDIT,
    )
    await story.does("Ana", SubscriptionService, "void_payment", receipt.entry_id, "typed twice")
    async with story.gym.unit_of_work(story.staff["Bruno"]) as uow:
        held = await uow.session.scalar(
            text("SELECT balance FROM accounts WHERE kind = 'credit' AND client_id = :who"),
            {"who": story.clients["Rita"].id},
        )
    again = await story.sells("Rita", paid=None)
    await story.pays(again, Decimal(held), method=Method.CREDIT)
    if held < MONTH:
        await story.pays(again, MONTH - held)


async def refund_and_void(story: Story) -> None:
    """The same money handed back, then voided."""
    sold = await story.sells("Saúl", paid=None)
    receipt = await story.pays(sold)
    await story.does(
        "Ana", SubscriptionService, "refund", sold.id, MONTH, Method.CASH, "not satisfied", key=new_id()
    )
    await story.does("Ana", SubscriptionService, "void_payment", receipt.entry_id, "by mistake")


async def redeem(story: Story) -> None:
    """Pablo's reward is used; Quique's ends by itself."""
    client = story.clients["Pablo"].id
    waiting = await story.does("Bruno", RewardService, "waiting", client)
    renewed = await story.renews("Pablo", None, reward_id=waiting[0].id)
    await story.pays(renewed, renewed.final_price)


async def write_off(story: Story) -> None:
    """Goodwill takes off what Teresa owes, a payment of hers is voided and taken again."""
    sold = await story.sells("Teresa", paid=None)
    receipt = await story.pays(sold, Decimal(100000))
    await story.does("Bruno", SubscriptionService, "void_payment", receipt.entry_id, "wrong person")
    await story.pays(sold, Decimal(120000), method=Method.TRANSFER)
    await story.does(
        "Ana", SubscriptionService, "credit", sold.id, Decimal(30000), "the shower was cold", key=new_id()
    )


async def second_month(story: Story) -> None:
    """Rosa renews in chat, the gym closes for two days, a till does not add up."""
    await rosa_renews(story)
    await story.until(38, "Rosa", "Marta")
    closing = (date(2026, 10, 3), date(2026, 10, 4))
    await story.does("Ana", FreezeService, "close_gym", *closing, "painting", key=new_id())
    await story.until(45, "Rosa")
    await story.sells("Jaime", by="Bruno")
    await story.sells("Inés", "Quarter", Decimal(400000), method=Method.TRANSFER)
    counted = {Method.CASH: Decimal(140000)}
    bruno = story.staff["Bruno"].id
    await story.does("Bruno", CashService, "count", story.today, bruno, counted, "ten are missing", new_id())
    await story.until(52, "Jaime", "Inés")
    await story.renews("Marta")
    client = (await story.does("Ana", SubscriptionService, "current", story.clients["Jaime"].id)).id
    await story.does(
        "Ana",
        SubscriptionService,
        "cancel",
        client,
        "moves to Cali",
        refund=RefundMode.PRO_RATA,
        method=Method.CASH,
    )
    quarter = (await story.does("Ana", SubscriptionService, "current", story.clients["Inés"].id)).id
    await story.does(
        "Bruno",
        SubscriptionService,
        "cancel",
        quarter,
        "a broken foot",
        refund=RefundMode.PRO_RATA,
        method=Method.CREDIT,
    )
    await story.until(58)


async def rosa_renews(story: Story) -> None:
    """In four taps, prepaid."""
    bruno = story.phones["Bruno"]
    await bruno.sends("Rosa Pérez")
    for label in ("Renew", "✅ Renew", "💵 Take payment", "Cash"):
        await bruno.taps(label)
    await bruno.sees("Paid in full")


async def third_month(story: Story) -> None:
    """What still runs, waits, rests or is owed on the last day."""
    await story.renews("Rosa")
    await story.until(66, "Rosa")
    await story.sells("Luis", "Pack of 10", Decimal(90000))
    await story.until(75, "Luis")
    await story.renews("Luis", Decimal(90000))
    await story.until(76, "Luis")
    for name in ("Lucía", "Mateo", "Camila", "Karen", "Olga", "Pedro", "Yolanda", "Zoe"):
        await story.sells(name)
    await story.renews("Marta")
    await story.sells("Fabio", paid=Decimal(75000))
    await story.sells("Rocío", "Mornings", Decimal(95000))
    await story.sells("Nicolás", "Day pass", Decimal(15000))
    renewal = await story.renews("Karen", None)
    await story.does("Bruno", SubscriptionService, "cancel", renewal.id, "changed her mind")
    await story.does("Ana", ClientService, "deactivate", story.clients["Yolanda"].id)
    block = (story.clients["Zoe"].id, date(2027, 1, 31), "took a weight home")
    await story.does("Ana", ClientService, "block", *block)
    await story.until(80, "Mateo", "Marta")
    await story.sells("Nicolás", "Quarter", Decimal(400000))
    await story.until(85, "Nicolás", "Mateo", "Marta")
    await change_plan(story)
    await story.renews("Rosa")
    dearer = (Decimal(165000), date(2026, 12, 15))
    await story.does("Ana", PlanService, "schedule_price", story.plans["Monthly"].id, *dearer)
    await story.until(88, "Olga")
    gifted = await story.does("Ana", SubscriptionService, "current", story.clients["Olga"].id)
    await story.does("Ana", FreezeService, "gift", gifted.id, 3, "her birthday", key=new_id())
    await story.until(93, "Olga")


async def change_plan(story: Story) -> None:
    """From a quarter to a month: what is left pays it, the rest is the client's credit."""
    current = await story.does("Bruno", SubscriptionService, "current", story.clients["Nicolás"].id)
    await story.does(
        "Bruno", PlanChangeService, "change", current.id, story.plans["Monthly"].id, key=new_id()
    )
