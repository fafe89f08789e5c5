"""Every state of a plan has its own words and acts, on the card and in *My plan*; what rests is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import uuid4

import pytest

from bot.desk.clients.card.card_buttons import card_keyboard, more_keyboard
from bot.desk.clients.card.card_screen import card_text
from bot.desk.money.receipts import receipt_screen
from bot.member.plan import plan_lines
from bot.ui.buttons.clients import Card
from bot.ui.callbacks import pack
from bot.ui.keyboards import Keyboard
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.memberships.plan_states import STATES
from gym.app import Gym
from gym.attendance.cards.client_card import CardService, ClientCard
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.payments.receipts.wording import worded
from gym.plans.models import DurationUnit
from gym.security.permissions import Actor
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from gym.subscriptions.status.plan_states import PlanState
from tests.bot.conftest import MakeMember
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

TODAY: Final = date(2026, 8, 3)
DAY: Final = timedelta(days=1)
LANGUAGES: Final = ("en", "es")
SAID: Final = {
    PlanState.NONE: {"en": ("No plan yet", "no plan yet"), "es": ("Aún sin plan", "no tienes un plan")},
    PlanState.SCHEDULED: {
        "en": ("starts on Thu, 3 Sep 2026", "starts on Thu, 3 Sep 2026 and runs until"),
        "es": ("empieza el jue 3 sept 2026", "Empieza el jue 3 sept 2026 y va hasta"),
    },
    PlanState.PENDING_PAYMENT: {"en": ("🟠 to pay", "To pay: "), "es": ("🟠 por pagar", "Por pagar: ")},
    PlanState.ACTIVE: {"en": ("🟢 active", "days left"), "es": ("🟢 activo", "días")},
    PlanState.FROZEN: {
        "en": ("Frozen Mon, 3 Aug 2026 – Wed, 5 Aug 2026, back on Thu, 6 Aug 2026",) * 2,
        "es": ("Congelado: lun 3 ago 2026 – mié 5 ago 2026; vuelve el jue 6 ago 2026",) * 2,
    },
    PlanState.EXPIRED: {"en": ("⚪ ended on", "ended on"), "es": ("⚪", "terminó el")},
    PlanState.LAPSED: {
        "en": ("ended unpaid on", "is not paid in full"),
        "es": ("terminó sin pagar el", "falta por pagar"),
    },
    PlanState.CANCELED: {
        "en": ("canceled on Mon, 3 Aug 2026", "was canceled on Mon, 3 Aug 2026"),
        "es": ("cancelado el lun 3 ago 2026", "se canceló el lun 3 ago 2026"),
    },
}
"""What the card says, and what *My plan* says."""
OFFERED: Final = {
    PlanState.NONE: {"🏷 Sell plan"},
    PlanState.SCHEDULED: {"🏷 Sell plan", "⚙️ Plan"},
    PlanState.PENDING_PAYMENT: {"🔁 Renew", "💵 Collect", "❄️ Freeze", "⚙️ Plan"},
    PlanState.ACTIVE: {"🔁 Renew", "❄️ Freeze", "⚙️ Plan"},
    PlanState.FROZEN: {"🔁 Renew", "☀️ End freeze", "⚙️ Plan"},
    PlanState.EXPIRED: {"🔁 Renew", "🏷 Sell plan"},
    PlanState.LAPSED: {"🔁 Renew", "🏷 Sell plan", "💵 Collect"},
    PlanState.CANCELED: {"🏷 Sell plan"},
}
OF_PLANS: Final = set[str]().union(*OFFERED.values())


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


def translator(language: str) -> HtmlTranslator:
    return HtmlTranslator(language, currency="COP", timezone="America/Bogota")


async def brought_to(state: PlanState, boss: DeskClerk, rosa: Client, clock: FrozenClock) -> None:
    if state is PlanState.NONE:
        return
    starts = TODAY + 31 * DAY if state is PlanState.SCHEDULED else TODAY
    sold = await boss.sell(rosa, await boss.plan(), starts)
    if state not in (PlanState.PENDING_PAYMENT, PlanState.LAPSED, PlanState.CANCELED):
        await boss.pay(sold)
    if state is PlanState.FROZEN:
        await freeze(boss, sold, 0, 2)
    if state is PlanState.CANCELED:
        async with boss.gym.unit_of_work(boss.actor) as uow:
            await SubscriptionService(uow).cancel(sold.id, "moved away", refund=RefundMode.PRO_RATA)
    if state in (PlanState.EXPIRED, PlanState.LAPSED):
        clock.advance(40 * DAY)


async def freeze(boss: DeskClerk, one: Subscription, first: int, last: int | None) -> None:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        days = TODAY + first * DAY, None if last is None else TODAY + last * DAY
        await FreezeService(uow).freeze(one.id, *days, "a journey")


async def card_of(boss: DeskClerk, rosa: Client) -> tuple[ClientCard, date]:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        return await CardService(uow).card(rosa.id), uow.today


def labels(rows: Keyboard | Sequence[Sequence[object]]) -> set[str]:
    return {str(getattr(button, "label", getattr(button, "text", ""))) for row in rows for button in row}


@pytest.mark.parametrize("state", list(PlanState))
async def test_each_state_says_what_it_is_and_offers_what_can_be_done(
    boss: DeskClerk, rosa: Client, clock: FrozenClock, state: PlanState
) -> None:
    await brought_to(state, boss, rosa, clock)
    card, today = await card_of(boss, rosa)
    assert card.standing.state is state
    for language in LANGUAGES:
        t = translator(language)
        at_desk, in_chat = SAID[state][language]
        assert at_desk in card_text(t, card, today)
        assert in_chat in "\n".join(plan_lines(t, card, today))
    t = translator("en")
    offered = labels(card_keyboard(t, card)) | labels(more_keyboard(t, card, today))
    assert offered & OF_PLANS == OFFERED[state]
    assert STATES[state].member_acts, "a member is never left without a way on"


async def test_a_plan_that_starts_next_month_has_not_ended_and_another_can_be_sold(
    desk_bot: object, gym: Gym, telegram: SandboxClient, boss: DeskClerk, make_staff: object, rosa: Client
) -> None:
    await boss.sell(rosa, await boss.plan(), TODAY + 31 * DAY)
    bruno = await _hired(telegram, make_staff)
    await bruno.taps_button_data(await bruno.last(), pack(Card(rosa.id), gym.clock.now()))
    shown = await bruno.sees("starts on Thu, 3 Sep 2026")
    assert "ended on" not in shown.words
    await boss.plan(unit=DurationUnit.WEEK, name="One week")
    for label in ("🏷 Sell plan", "One week", "✅ Sell"):
        await bruno.taps(label)
    await bruno.sees("Sold")


async def test_a_member_reads_when_the_plan_rests_and_asks_for_one_without(
    desk_bot: object, gym: Gym, telegram: SandboxClient, boss: DeskClerk, make_member: MakeMember
) -> None:
    person = await telegram.person("Rosa")
    rosa = await make_member(person, "Rosa", "Vargas")
    await person.sends("/plan")
    assert "I want a plan" in (await person.sees("You have no plan yet")).labels
    sold = await boss.sell(rosa, await boss.plan())
    await boss.pay(sold)
    await freeze(boss, sold, 4, 6)
    await person.sends("/plan")
    shown = await person.sees("Freeze planned Fri, 7 Aug 2026 – Sun, 9 Aug 2026, back on Mon, 10 Aug 2026")
    assert "30 days left" in shown.words, "frozen days are not left"
    assert "❄️ Freeze" in shown.labels


async def test_a_freeze_without_a_last_day_and_what_waits_behind_it_are_shown(
    boss: DeskClerk, rosa: Client
) -> None:
    sold = await boss.sell(rosa, await boss.plan())
    await boss.pay(sold)
    await boss.renew(rosa)
    await freeze(boss, sold, 0, None)
    card, today = await card_of(boss, rosa)
    text = card_text(translator("en"), card, today)
    assert "Frozen from Mon, 3 Aug 2026 until they return" in text
    assert "31 days left; the last day is set by the return" in text
    assert "Next: Monthly, once the client is back and this plan is over" in text
    mine = "\n".join(plan_lines(translator("en"), card, today))
    assert "until you return" in mine


async def test_the_return_is_the_first_day_on_which_nothing_rests(boss: DeskClerk, rosa: Client) -> None:
    sold = await boss.sell(rosa, await boss.plan())
    await boss.pay(sold)
    await freeze(boss, sold, 0, 2)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await FreezeService(uow).close_gym(TODAY + 3 * DAY, TODAY + 4 * DAY, "painting", key=uuid4())
    card, today = await card_of(boss, rosa)
    text = card_text(translator("en"), card, today)
    assert "Wed, 5 Aug 2026, back on Sat, 8 Aug 2026" in text
    assert "🔒 Gym closed Thu, 6 Aug 2026 – Fri, 7 Aug 2026, open again on Sat, 8 Aug 2026" in text


async def test_a_receipt_printed_later_shows_the_frozen_and_the_closed_days(
    boss: DeskClerk, rosa: Client
) -> None:
    sold = await boss.sell(rosa, await boss.plan())
    entry = (await boss.pay(sold)).entry_id
    await freeze(boss, sold, 1, 3)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await FreezeService(uow).close_gym(TODAY + 8 * DAY, TODAY + 8 * DAY, "painting", key=uuid4())
    async with boss.gym.unit_of_work(boss.actor) as uow:
        receipt, settings = await SubscriptionService(uow).receipt(entry), uow.settings
    shown = receipt_screen(translator("en"), receipt).text
    assert "📅 Mon, 3 Aug 2026 – Sun, 6 Sep 2026\n❄️ Tue, 4 Aug 2026 – Thu, 6 Aug 2026\n🔒 on Tue, 11" in shown
    rows = worded(receipt, settings, settings.translator("es")).rows
    assert ("Congelado", "mar 4 ago 2026 – jue 6 ago 2026") in rows
    assert ("Gimnasio cerrado", "mar 11 ago 2026") in rows


async def _hired(telegram: SandboxClient, make_staff: object) -> Person:
    person = await telegram.person("Bruno")
    await make_staff(person)  # type: ignore[operator]
    await person.sends("/start")
    await person.sees("Send a photo")
    return person
