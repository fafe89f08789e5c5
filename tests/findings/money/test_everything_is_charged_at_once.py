"""An older debt is named when somebody renews, and one press charges everything: all of it, or nothing."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from bot.messages import render
from bot.ui.buttons.memberships import RenewPlan
from bot.ui.buttons.money import TakeEverything, TakePayment
from bot.ui.callbacks import pack
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.debts.joint_payments import JointPayments, JointReceipt
from gym.notifications.models import NotificationKind as Kind
from gym.payments.credit import ClientCredit
from gym.payments.errors import NotEnoughCredit, PaymentKeyReused
from gym.payments.models import EntryKind, Method
from gym.payments.receipts.pdf import draw_together
from gym.payments.receipts.wording import worded_together
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.models import SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.attendance.conftest import settle
from tests.findings.money.conftest import credit_of
from tests.support.memberships import PRICE, DeskClerk, entries, told
from tests.support.sandbox.client import Person, SandboxClient

TODAY: Final = date(2026, 8, 3)
DAY: Final = timedelta(days=1)
BOTH: Final = PRICE + Decimal(50_000)


@pytest.fixture
async def owing(desk: DeskClerk, rosa: Client, clock: FrozenClock) -> Client:
    """50,000 of last month are owed, and nothing of the new one is paid."""
    old = await desk.sell(rosa, await desk.plan(name="Old month"))
    await desk.pay(old, PRICE - Decimal(50_000))
    clock.advance(40 * DAY)
    await desk.sell(rosa, await desk.plan())
    return rosa


async def charge(
    desk: DeskClerk, rosa: Client, expected: Decimal = BOTH, key: UUID | None = None
) -> JointReceipt:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await JointPayments(uow).take_everything(rosa.id, expected, Method.CASH, key=key or uuid4())


async def payments(gym: Gym) -> list[tuple[int | None, Decimal]]:
    return [(one.receipt_number, one.amount) for one in await entries(gym) if one.kind is EntryKind.PAYMENT]


async def test_each_account_gets_its_payment_and_its_number_and_nothing_is_owed(
    gym: Gym, desk: DeskClerk, owing: Client
) -> None:
    done = await charge(desk, owing)
    assert [(one.number, one.plan_name, one.amount) for one in done.parts] == [
        (2, "Old month", Decimal(50_000)),
        (3, "Monthly", PRICE),
    ]
    assert await payments(gym) == [(1, Decimal(100_000)), (2, Decimal(50_000)), (3, PRICE)]
    current = await desk.current(owing)
    assert current is not None
    assert (current.status, current.account.balance) == (SubscriptionStatus.ACTIVE, 0)


async def test_credit_pays_everything_or_nothing(gym: Gym, desk: DeskClerk, owing: Client) -> None:
    """The client holds less than is owed first, then just as much."""

    async def by_credit() -> JointReceipt:
        async with gym.unit_of_work(desk.actor) as uow:
            return await JointPayments(uow).take_everything(owing.id, BOTH, Method.CREDIT, key=uuid4())

    await keep(gym, owing, BOTH - 1)
    before = await payments(gym)
    with pytest.raises(NotEnoughCredit):
        await by_credit()
    assert await payments(gym) == before
    await keep(gym, owing, Decimal(1))
    assert (await by_credit()).total == BOTH
    assert await credit_of(desk, owing) == 0
    async with gym.unit_of_work(desk.actor) as uow:
        assert await SubscriptionService(uow).owed(owing.id) == []


async def keep(gym: Gym, client: Client, amount: Decimal) -> None:
    """Put money on the client's credit."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await ClientCredit(uow).put(client.id, amount, "a surplus")


async def test_the_client_and_the_desk_hear_of_it_once(gym: Gym, desk: DeskClerk, owing: Client) -> None:
    before = len(await told(gym, Kind.RECEIPT))
    await charge(desk, owing)
    [receipt] = (await told(gym, Kind.RECEIPT))[before:]
    settings, now = await gym.settings(), gym.clock.now()
    english = render(Kind.RECEIPT, receipt, settings, "en", now).text
    for part in ("Paid <b>$200,000</b> (Cash)", "№ 2: $50,000 for Old month", "№ 3: $150,000 for Monthly"):
        assert part in english
    assert "N.º 2: $50.000 por Old month" in render(Kind.RECEIPT, receipt, settings, "es", now).text
    [_, desk_told] = await told(gym, Kind.DESK_PAYMENT)
    said = render(Kind.DESK_PAYMENT, desk_told, settings, "es", now).text
    assert "Rosa Vargas pagó todo, $200.000 (Efectivo), recibos N.º 2, N.º 3" in said


async def test_the_same_tap_twice_and_thirty_two_at_once_pay_once(
    gym: Gym, desk: DeskClerk, owing: Client
) -> None:
    key = uuid4()
    found = await asyncio.gather(*(charge(desk, owing, key=key) for _ in range(32)))
    assert {tuple(one.number for one in done.parts) for done in found} == {(2, 3)}
    assert len(await payments(gym)) == 3


async def test_another_sum_than_the_one_on_the_screen_takes_nothing(
    gym: Gym, desk: DeskClerk, owing: Client
) -> None:
    with pytest.raises(JustChanged):
        await charge(desk, owing, BOTH - 1)
    assert len(await payments(gym)) == 1


async def test_a_key_that_has_paid_for_somebody_else_is_refused(desk: DeskClerk, owing: Client) -> None:
    key, otto = uuid4(), await desk.client("Otto")
    await charge(desk, owing, key=key)
    await desk.sell(otto, await desk.plan(name="Other"))
    with pytest.raises(PaymentKeyReused):
        await charge(desk, otto, PRICE, key=key)


async def test_the_paper_names_each_part_from_whichever_it_is_asked_for(
    gym: Gym, desk: DeskClerk, owing: Client
) -> None:
    done = await charge(desk, owing)
    for part in done.parts:
        async with gym.unit_of_work(desk.actor) as uow:
            again = await JointPayments(uow).receipts(part.entry_id)
        assert [one.number for one in again.parts] == [2, 3]
    settings = await gym.settings()
    paper = worded_together(done.parts, settings, settings.translator("es"))
    assert paper.title == "Recibos N.º 2, 3"
    assert ("N.º 2", "Old month: $50.000") in paper.rows
    assert paper.total[1] == "$200.000"
    assert draw_together(done.parts, settings, settings.translator("es")).startswith(b"%PDF")


async def test_one_part_is_voided_alone(gym: Gym, desk: DeskClerk, owing: Client) -> None:
    done = await charge(desk, owing)
    await desk.void(done.parts[0].entry_id)
    async with gym.unit_of_work(desk.actor) as uow:
        again = await JointPayments(uow).receipts(done.parts[1].entry_id)
    assert ([one.voided for one in again.parts], again.total) == ([True, False], PRICE)


@pytest.mark.parametrize(
    ("language", "offered", "sold", "all_", "paid"),
    [
        ("en", "⚠️ Older debt: $50,000 for Old month", "✅ Renew", "💵 Charge everything", "Paid $200,000"),
        ("es", "⚠️ Deuda anterior: $50.000 de Old month", "✅ Renovar", "💵 Cobrar todo", "Pagado $200.000"),
    ],
)
async def test_a_renewal_names_the_older_debt_and_one_tap_charges_everything(
    desk_bot: object,
    gym: Gym,
    telegram: SandboxClient,
    desk: DeskClerk,
    rosa: Client,
    make_staff: Any,
    clock: FrozenClock,
    language: str,
    offered: str,
    sold: str,
    all_: str,
    paid: str,
) -> None:
    old = await desk.sell(rosa, await desk.plan(name="Old month"))
    await desk.pay(old, PRICE - Decimal(50_000))
    bruno = await _speaking(gym, telegram, make_staff, language)
    await bruno.taps_button_data(await bruno.last(), pack(RenewPlan(rosa.id), gym.clock.now()))
    assert offered in (await bruno.sees(offered)).words
    await bruno.taps(sold)
    await bruno.taps(all_)
    await bruno.taps("Cash" if language == "en" else "Efectivo")
    await bruno.sees(paid)
    assert await payments(gym) == [(1, Decimal(100_000)), (2, Decimal(50_000)), (3, PRICE)]


async def test_a_transfer_says_to_which_account(
    desk_bot: object, gym: Gym, telegram: SandboxClient, desk: DeskClerk, owing: Client, make_staff: Any
) -> None:
    await settle(gym, bank_accounts=["Bancolombia 123", "Nequi 300"])
    bruno = await _speaking(gym, telegram, make_staff, "en")
    current = await desk.current(owing)
    assert current is not None
    await bruno.taps_button_data(await bruno.last(), pack(TakePayment(current.id), gym.clock.now()))
    for label in ("💵 Charge everything", "Transfer", "Nequi 300"):
        await bruno.taps(label)
    await bruno.sees("Paid $200,000")
    found = [one.destination for one in await entries(gym) if one.kind is EntryKind.PAYMENT]
    assert found == [None, "Nequi 300", "Nequi 300"]


async def test_the_card_collects_all_of_it_in_two_taps_and_still_offers_each_alone(
    desk_bot: object, gym: Gym, telegram: SandboxClient, owing: Client, make_staff: Any
) -> None:
    bruno = await _speaking(gym, telegram, make_staff, "en")
    await bruno.sends("rosa")
    await bruno.sees("May not come in")
    await bruno.taps("💵 Collect")
    shown = await bruno.sees("Charge everything: $200,000")
    assert {"Only Old month: $50,000", "Only Monthly: $150,000"} <= set(shown.labels)
    await bruno.taps("Cash")
    await bruno.sees("Paid $200,000")


async def test_credit_that_is_enough_is_offered_for_all_of_it(
    desk_bot: object, gym: Gym, telegram: SandboxClient, owing: Client, make_staff: Any
) -> None:
    bruno = await _speaking(gym, telegram, make_staff, "en")
    for kept, offered in ((BOTH - 1, False), (Decimal(1), True)):
        await keep(gym, owing, kept)
        await bruno.taps_button_data(await bruno.last(), pack(TakeEverything(owing.id), gym.clock.now()))
        shown = await bruno.sees("💳 Credit")
        assert ("💳 Use credit: $200,000" in shown.labels) is offered, shown.labels
    await bruno.taps("💳 Use credit: $200,000")
    await bruno.sees("Paid $200,000")


async def _speaking(gym: Gym, telegram: SandboxClient, make_staff: Any, language: str) -> Person:
    person = await telegram.person("Bruno")
    staff = await make_staff(person, Role.EMPLOYEE)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Staff).where(Staff.id == staff.id).values(language=language))
    await person.sends("/start")
    await person.catch_up()
    return person
