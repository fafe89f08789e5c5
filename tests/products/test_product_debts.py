"""What is owed for products stands wherever debts stand: lists, sums, reports, reminders, the card."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import text

from bot.messages import render
from gym.app import Gym
from gym.approvals.service import ApprovalService
from gym.attendance.cards.client_card import CardService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.debts.errors import DebtSnoozed, NoChatToRemind, RemindedToday
from gym.debts.joint_payments import JointPayments, JointReceipt
from gym.debts.reminders import ProductReminders
from gym.debts.schemas import AgeBand, Debt, DebtKind, DebtSum
from gym.debts.service import DebtService
from gym.debts.write_offs import DebtWriteOffs
from gym.notifications.models import NotificationKind as Kind
from gym.payments.errors import NothingOwed, PaymentKeyReused, ReasonNeeded
from gym.payments.models import EntryCause, EntryKind, Method
from gym.payments.receipts.pdf import draw_together
from gym.payments.receipts.wording import worded_together
from gym.payments.tills.cash_counts import CashService
from gym.privacy.erasure import ErasureService
from gym.products.sales.errors import SaleTooFresh
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import PaidPart, SaleReceipt, WantedPieces
from gym.products.sales.service import SaleService
from gym.reports.person_facts import PersonFactsService
from gym.reports.ranges import DayRange
from gym.reports.service import ReportService
from gym.reports.today import TodayService
from gym.security.permissions import Actor, NotAllowed
from gym.staff.errors import OwnMembershipRefused
from gym.staff.models import OwnMembership
from gym.subscriptions.errors import JustChanged
from tests.races.test_money_leaves_once import BROKEN
from tests.support.front_desk import statements
from tests.support.memberships import PRICE, DeskClerk, entries, told
from tests.support.shop import Shop

TODAY: Final = date(2026, 8, 3)
DAY: Final = timedelta(days=1)


async def on_account(shop: Shop, client: Client, pieces: int = 2, paid: int = 0) -> SaleReceipt:
    """So many bottles of water, of which `paid` was paid in cash at once."""
    water = await shop.has(pieces, name=f"Water {pieces}")
    parts = [PaidPart(Method.CASH, Decimal(paid))] if paid else []
    async with shop.gym.unit_of_work(shop.actor) as uow:
        return await SaleService(uow).sell([WantedPieces(water.id, pieces)], parts, client.id)


async def of_client(desk: DeskClerk, client: Client) -> list[Debt]:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return list(await DebtService(uow).of_client(client.id))


async def test_a_bar_tab_stands_in_every_list_and_sum_of_debts(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, shop: Shop, clock: FrozenClock
) -> None:
    rosa = await desk.client("Rosa", 7)
    sold = await desk.sell(rosa, await desk.plan())
    clock.advance(2 * DAY)
    tab = await on_account(shop, rosa, paid=2000)
    clock.advance(6 * DAY)
    found = await of_client(desk, rosa)
    assert [(one.id, one.kind, one.what, one.since, one.balance, one.days) for one in found] == [
        (sold.id, DebtKind.PLAN, "Monthly", TODAY, PRICE, 8),
        (tab.id, DebtKind.PRODUCTS, "2 × Water 2", TODAY + 2 * DAY, 4000, 6),
    ]
    async with gym.unit_of_work(boss.actor) as uow:
        debts = DebtService(uow)
        assert [one.id for one in (await debts.by_age()).items] == [sold.id, tab.id]
        assert [one.id for one in (await debts.by_age(band=AgeBand.FRESH)).items] == [tab.id]
        assert (await debts.overview()).total == DebtSum(2, PRICE + 4000)
        assert (await debts.get(tab.id)).balance == 4000
        day = (await TodayService(uow).today()).figures
        assert (day.debts, day.owed) == (2, PRICE + 4000)
        card = await CardService(uow).card(rosa.id)
        assert (card.balance, [one.id for one in card.for_products]) == (PRICE + 4000, [tab.id])
        assert (await ErasureService(uow).notice(rosa.id)).owes == PRICE + 4000
        home = await ReportService(uow).home()
        assert {"owed": PRICE + 4000, "debts": 2} in [dict(one.values) for one in home.sentences]


async def test_the_report_knows_what_was_owed_on_an_earlier_day_and_what_was_collected(
    boss: DeskClerk, shop: Shop, rosa: Client, clock: FrozenClock
) -> None:
    tab = await on_account(shop, rosa)
    clock.advance(9 * DAY)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SaleService(uow).take_payment(tab.id, Decimal(5000), Method.CASH)
    clock.advance(DAY)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        then = await ReportService(uow).report("debts", DayRange(TODAY, TODAY + 8 * DAY))
        now = await ReportService(uow).report("debts", DayRange(TODAY, TODAY + 10 * DAY))
    [(debts, figures), (debts_now, figures_now)] = [
        (one.result.table("debts"), {figure.key: figure.value for figure in one.result.figures})
        for one in (then, now)
    ]
    assert debts is not None
    assert debts_now is not None
    row = (rosa.full_name, "2 × Water 2", TODAY, 8, None, Decimal(6000))
    assert [one.cells for one in debts.rows] == [row]
    assert [one.cells[3:] for one in debts_now.rows] == [(10, None, Decimal(1000))]
    assert (figures["collected"], figures_now["collected"]) == (0, 5000), "what is paid at once was no debt"


async def test_it_is_put_off_and_reminded_of_once_a_day_by_hand_and_by_night(
    gym: Gym, desk: DeskClerk, shop: Shop, clock: FrozenClock
) -> None:
    rosa = await desk.client("Rosa", 7)
    tab = await on_account(shop, rosa)
    nobody = await on_account(shop, await desk.client("Otto"), 3)

    async def night(today: date | None = None) -> int:
        async with gym.unit_of_work(Actor.system()) as uow:
            return await ProductReminders(uow).remind_due(today)

    clock.advance(DAY)
    assert [await night(), await night()] == [1, 1]
    async with gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(RemindedToday):
            await DebtService(uow).remind(tab.id)
        with pytest.raises(NoChatToRemind):
            await DebtService(uow).remind(nobody.id)
    clock.advance(DAY)
    async with gym.unit_of_work(desk.actor) as uow:
        await DebtService(uow).remind(tab.id)
        assert (await DebtService(uow).snooze(tab.id, uow.today + 2 * DAY)).snoozed_until == TODAY + 4 * DAY
    clock.advance(DAY)
    assert await night() == 0, "it is put off on the third day"
    async with gym.unit_of_work(desk.actor) as uow:
        assert (await DebtService(uow).snoozed()).total == 1
        with pytest.raises(DebtSnoozed):
            await DebtService(uow).remind(tab.id)
        await DebtService(uow).snooze(tab.id, None)
    clock.advance(4 * DAY)
    assert await night() == 1
    first, by_hand, last = await told(gym, Kind.PRODUCTS_DUE)
    assert (first, by_hand) == ({}, {}), "laid aside, for the last one says it better"
    assert (last["what"], last["owed"], last["days"]) == ("2 × Water 2", 6000, 7)
    overdue = await told(gym, Kind.DESK_PRODUCTS_OVERDUE)
    assert sorted(str(one["client_name"]) for one in overdue) == ["Otto Vargas", "Rosa Vargas"]
    async with gym.unit_of_work(desk.actor) as uow:
        await SaleService(uow).take_payment(tab.id, Decimal(6000), Method.CASH)
        with pytest.raises(NothingOwed):
            await DebtService(uow).get(tab.id)


async def test_a_day_that_was_missed_is_not_reminded_of_beside_the_later_one(
    gym: Gym, desk: DeskClerk, shop: Shop, clock: FrozenClock
) -> None:
    await on_account(shop, await desk.client("Rosa", 7))
    clock.advance(DAY)
    async with gym.unit_of_work(Actor.system()) as uow:
        await ProductReminders(uow).remind_due(TODAY + 3 * DAY)
    clock.advance(2 * DAY)
    async with gym.unit_of_work(Actor.system()) as uow:
        await ProductReminders(uow).remind_due()
        rows = await uow.session.scalars(
            text("SELECT state FROM notifications WHERE kind = 'products_due' ORDER BY id")
        )
        assert rows.all() == ["dismissed", "pending"]
    [said] = [one for one in await told(gym, Kind.PRODUCTS_DUE) if one]
    assert (said["what"], said["owed"], said["days"]) == ("2 × Water 2", 6000, 3)


async def test_charge_everything_takes_plan_and_tab_with_a_payment_each_and_one_receipt(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, shop: Shop, clock: FrozenClock
) -> None:
    rosa = await desk.client("Rosa", 7)
    tab = await on_account(shop, rosa)
    clock.advance(DAY)
    plan = await desk.sell(rosa, await desk.plan())
    late = await on_account(shop, rosa, 3)
    all_, key = PRICE + 6000 + 9000, uuid4()

    async def charge(expected: Decimal = all_) -> JointReceipt:
        async with gym.unit_of_work(desk.actor) as uow:
            return await JointPayments(uow).take_everything(rosa.id, expected, Method.CASH, key=key)

    with pytest.raises(JustChanged):
        await charge(PRICE)
    done, *again = await asyncio.gather(*(charge() for _ in range(8)))
    assert {tuple(one.number for one in each.parts) for each in (done, *again)} == {(1, 2, 3)}
    assert [(one.what, one.amount) for one in done.parts] == [
        ("2 × Water 2", 6000),
        ("Monthly", PRICE),
        ("3 × Water 3", 9000),
    ]
    assert await of_client(desk, rosa) == []
    [receipt] = await told(gym, Kind.RECEIPT)
    settings = await gym.settings()
    said = render(Kind.RECEIPT, receipt, settings, "en", gym.clock.now()).text
    for part in (
        "Paid <b>$165,000</b> (Cash)",
        "№ 1: $6,000 for 2 × Water 2, Mon, 3 Aug",
        "№ 2: $150,000 for Mo",
    ):
        assert part in said
    assert await told(gym, Kind.PRODUCTS_PAID) == [], "one message for all of it"
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        seen = await JointPayments(uow).receipts(done.parts[2].entry_id)
    paper = worded_together(seen.parts, settings, settings.translator("en"))
    assert ("№ 1", "2 × Water 2: $6,000") in paper.rows
    assert paper.total[1] == "$165,000"
    assert draw_together(seen.parts, settings, settings.translator("es")).startswith(b"%PDF")
    async with gym.unit_of_work(boss.actor) as uow:
        await SaleReturns(uow).void(late.id, "not eaten")
        after = await JointPayments(uow).receipts(done.parts[0].entry_id)
    assert ([one.voided for one in after.parts], after.total) == ([False, False, True], PRICE + 6000)
    assert (await desk.see(plan)).account.balance == 0
    assert await of_client(desk, rosa) == []
    assert tab.balance == 6000


async def test_a_tab_that_is_paid_later_is_told_with_what_it_was_for(
    gym: Gym, desk: DeskClerk, shop: Shop
) -> None:
    rosa = await desk.client("Rosa", 7)
    tab, key = await on_account(shop, rosa), uuid4()
    for _ in range(2):
        async with gym.unit_of_work(desk.actor) as uow:
            await SaleService(uow).take_payment(tab.id, Decimal(2000), Method.CASH, key=key)
    other = await on_account(shop, rosa, 3)
    async with gym.unit_of_work(desk.actor) as uow:
        await JointPayments(uow).take_everything(rosa.id, Decimal(13000), Method.CARD, key=uuid4())
    settings, now = await gym.settings(), gym.clock.now()
    part, rest = await told(gym, Kind.PRODUCTS_PAID)
    said = render(Kind.PRODUCTS_PAID, part, settings, "en", now).text
    assert "№ 1: $2,000 for 2 × Water 2" in said
    assert "Still to pay: <b>$4,000</b>" in said
    said = render(Kind.PRODUCTS_PAID, rest, settings, "es", now).text
    assert "N.º 3: $9.000 por 3 × Water 3" in said, said
    assert "Pagado por completo" in said or "Paid in full" not in said
    assert len(await told(gym, Kind.DESK_PRODUCTS_PAID)) == 2
    assert other.balance == 9000


async def test_a_sale_to_somebody_who_was_erased_is_taken_back_and_told_to_nobody_else(
    gym: Gym, boss: DeskClerk, shop: Shop, rosa: Client, clock: FrozenClock
) -> None:
    paid, tab = await on_account(shop, rosa, paid=6000), await on_account(shop, rosa, 3)
    async with gym.unit_of_work(boss.actor) as uow:
        await ErasureService(uow).ask(rosa.id)
    clock.advance(2 * DAY)
    async with gym.unit_of_work(Actor.system()) as uow:
        await ErasureService(uow).carry_out_due()
    async with gym.unit_of_work(boss.actor) as uow:
        await SaleReturns(uow).refund(paid.id, Method.CASH, "was warm")
        await SaleReturns(uow).void(tab.id, "not eaten")
    assert await of_client(boss, rosa) == []
    assert [one["paid_out"] for one in await told(gym, Kind.DESK_PRODUCTS_RETURNED)] == [6000, None]
    assert await told(gym, Kind.PRODUCTS_RETURNED) == []


async def test_a_tab_is_written_off_after_a_week_of_reminders_by_who_may_with_a_reason(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, shop: Shop, clock: FrozenClock
) -> None:
    rosa, key = await desk.client("Rosa", 7), uuid4()
    tab = await on_account(shop, rosa, paid=2000)
    other = await on_account(shop, rosa, 3)

    async def gives_up(actor: Actor, sale: SaleReceipt = tab, reason: str = "moved away") -> None:
        async with gym.unit_of_work(actor) as uow:
            await DebtWriteOffs(uow).write_off(sale.id, reason, key=key)

    clock.advance(7 * DAY)
    for refusal, work in (
        (SaleTooFresh, gives_up(boss.actor)),
        (NotAllowed, gives_up(desk.actor)),
    ):
        with pytest.raises(refusal):
            await work
    async with gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(SaleTooFresh):
            await ApprovalService(uow).ask_write_off(tab.id, "moved away")
    clock.advance(DAY)
    with pytest.raises(ReasonNeeded):
        await gives_up(boss.actor, reason=" ")
    await asyncio.gather(*(gives_up(boss.actor) for _ in range(4)))
    with pytest.raises(PaymentKeyReused):
        await gives_up(boss.actor, other)
    async with gym.unit_of_work(desk.actor) as uow:
        asked = await ApprovalService(uow).ask_write_off(other.id, "moved away")
    async with gym.unit_of_work(boss.actor) as uow:
        await ApprovalService(uow).approve(asked.id)
    assert await of_client(desk, rosa) == []
    given = [(one.amount, one.cause) for one in await entries(gym) if one.kind is EntryKind.CREDIT]
    assert given == [(4000, EntryCause.WRITTEN_OFF), (9000, EntryCause.WRITTEN_OFF)]
    async with gym.unit_of_work(boss.actor) as uow:
        facts = await PersonFactsService(uow).of_days(uow.today, uow.today)
        assert [(one.write_offs, one.write_off_amount) for one in facts if one.write_offs] == [(2, 13000)]
        assert (await uow.session.execute(text(BROKEN))).all() == []
    assert [one["amount"] for one in await told(gym, Kind.PRODUCTS_WRITTEN_OFF)] == [4000, 9000]
    assert [one["reason"] for one in await told(gym, Kind.DESK_PRODUCTS_WRITTEN_OFF)] == ["moved away"] * 2
    async with gym.unit_of_work(boss.actor) as uow:
        await SaleReturns(uow).refund(tab.id, Method.CASH, "found")
    assert await of_client(desk, rosa) == []


async def test_the_owner_sees_who_takes_sales_back_and_what_was_counted_in_a_till_without_movements(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, shop: Shop, rosa: Client
) -> None:
    sales = [await on_account(shop, rosa, pieces) for pieces in (2, 3, 4)]
    async with gym.unit_of_work(boss.actor) as uow:
        for one in sales[:2]:
            await SaleReturns(uow).void(one.id, "warm")
    async with gym.unit_of_work(desk.actor) as uow:
        assert desk.actor.staff_id is not None
        counted = {Method.CASH: Decimal(500)}
        await CashService(uow).count(uow.today, desk.actor.staff_id, counted, "found")
    async with gym.unit_of_work(boss.actor) as uow:
        days = DayRange(uow.today, uow.today)
        work = (await ReportService(uow).report("team", days)).result.table("work")
        with statements(gym) as seen:
            tills = (await ReportService(uow).table("money", days, "tills")).rows
    assert work is not None
    assert {row.cells[0]: row.cells[-1] for row in work.rows} == {"Ana Admin": 2, "Bruno Employee": 0}
    [till] = tills
    assert (till.cells[0], till.cells[2:6], till.cells[6:8]) == ("Bruno Employee", (0, 0, 0, 0), (1, 500))
    assert sum("cash_counts" in one for one in seen) == 1


async def test_nobody_puts_off_the_own_tab(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, shop: Shop, rosa: Client
) -> None:
    tab = await on_account(shop, rosa)
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(OwnMembership(staff_id=desk.actor.staff_id, client_id=rosa.id))
    async with gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(OwnMembershipRefused):
            await DebtService(uow).snooze(tab.id, uow.today + DAY)


async def test_a_member_sees_the_own_debts_and_nobody_elses(
    gym: Gym, desk: DeskClerk, shop: Shop, rosa: Client
) -> None:
    await on_account(shop, rosa)
    otto = await desk.client("Otto")
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        assert len(await DebtService(uow).of_client(rosa.id)) == 1
        with pytest.raises(NotAllowed):
            await DebtService(uow).of_client(otto.id)
