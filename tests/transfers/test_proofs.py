"""Proofs of payment: what they sell and pay, once, at the quoted price, and who may decide."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from bot.messages import render
from bot.ui.surfaces import mask_payload
from gym.app import Gym
from gym.clients.models import Client
from gym.core.errors import GymError
from gym.jobs.runner import run_due
from gym.notifications.models import DeskChat, Notification
from gym.notifications.models import NotificationKind as Kind
from gym.payments.credit import ClientCredit
from gym.payments.errors import SurplusNeedsAdmin
from gym.payments.models import EntryKind, LedgerEntry, Method
from gym.plans.models import Plan
from gym.reports.today import TodayService
from gym.rewards.models import RewardKind
from gym.rewards.repository import RewardRepository
from gym.security.permissions import Actor, NotAllowed, Role
from gym.staff.errors import OwnMembershipRefused
from gym.subscriptions.errors import AlreadyWaiting
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from gym.transfers.errors import (
    PaymentKeyTaken,
    ProofDecided,
    ProofInvalid,
    ProofOver,
    ProofVoided,
    QuoteOutdated,
    QuotePaid,
    SoldMeanwhile,
)
from gym.transfers.models import PaymentKeyKind, PaymentProof, ProofState
from gym.transfers.payment_keys import PaymentKeys
from gym.transfers.quotes import TransferQuotes
from gym.transfers.schemas import Booking
from gym.unit_of_work import UnitOfWork
from tests.conftest import hire
from tests.support.memberships import PRICE, DeskClerk, entries, told
from tests.transfers.conftest import MONTH, TransferCase, Transfers, number, picture

RIVALS = 32


async def payments(gym: Gym) -> Sequence[LedgerEntry]:
    return [one for one in await entries(gym) if one.kind is EntryKind.PAYMENT]


async def credit_of(gym: Gym, client: Client) -> Decimal:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await ClientCredit(uow).balance(client.id)


async def set_price(gym: Gym, plan: Plan, amount: int) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            text("UPDATE plan_prices SET amount = :amount WHERE plan_id = :plan"),
            {"amount": amount, "plan": plan.id},
        )


async def test_an_approved_proof_sells_the_plan_and_pays_the_old_debt_in_one_transaction(
    case: TransferCase,
) -> None:
    old = await case.ended_with_debt()
    quote = await case.quotes(seen="180000.00")
    assert (quote.price, quote.amount, len(quote.reference)) == (PRICE, PRICE + 30000, 6)
    proof = await case.member.sends(quote, picture("slip"))
    again = await case.member.sends(quote, picture("slip"))
    assert again.id == proof.id, "the same file twice is one proof"
    with pytest.raises(NotAllowed):
        await case.member.does("approve", proof.id)

    done: Booking = await case.bruno.does("approve", proof.id)
    assert done.sold is not None
    assert [one.amount for one in done.receipt.parts] == [Decimal(30000), PRICE]
    [_, first, second] = await payments(case.gym)
    assert (first.method, first.note, first.staff_name) == (
        Method.TRANSFER,
        f"Nequi · {quote.reference}",
        "Bruno Employee",
    )
    assert (done.proof.entry_id, second.idempotency_key is not None) == (first.id, True)
    assert (await case.desk.see(done.sold)).status is SubscriptionStatus.ACTIVE
    assert (await case.desk.see(old)).status is SubscriptionStatus.EXPIRED
    assert len(await told(case.gym, Kind.RECEIPT)) == 2, (
        "the desk's of last month, and one for everything now"
    )

    with pytest.raises(QuotePaid):
        await case.member.sends(quote, picture("another"))
    assert set(await case.ana.does("sum_unconfirmed")) == {case.bruno.actor.id}
    with pytest.raises(NotAllowed):
        await case.bruno.does("confirm", proof.id)
    for _ in range(2):
        assert (await case.ana.does("confirm", proof.id)).confirmed_by == case.ana.actor.id
    assert not await case.ana.does("sum_unconfirmed")


@pytest.mark.parametrize(
    ("amount", "paid", "owes", "credit"),
    [(100000, [100000], 50000, 0), (150000, [150000], 0, 0), (190000, [150000, 40000], 0, 40000)],
    ids=["too little", "right", "too much"],
)
async def test_what_arrived_is_booked_and_what_is_left_becomes_credit(
    case: TransferCase, amount: int, paid: list[int], owes: int, credit: int
) -> None:
    proof = await case.member.sends(await case.quotes(), number("m-12 34"))
    assert proof.number == "M-1234"
    if credit:
        with pytest.raises(SurplusNeedsAdmin) as refused:
            await case.bruno.does("approve", proof.id, Decimal(amount))
        assert refused.value.owed == PRICE
        assert (await case.bruno.does("get", proof.id)).proof.state is ProofState.OPEN
        assert not await payments(case.gym)
    done: Booking = await (case.ana if credit else case.bruno).does("approve", proof.id, Decimal(amount))
    assert [one.amount for one in await payments(case.gym)] == paid
    assert [one.amount for one in done.receipt.parts] == paid
    assert done.proof.booked == done.receipt.total == amount
    assert done.sold is not None
    async with case.gym.unit_of_work(case.bruno.actor) as uow:
        sold = await uow.session.get_one(Subscription, done.sold.id)
        balance = await uow.session.scalar(
            text("SELECT balance FROM accounts WHERE id = :id"), {"id": sold.account_id}
        )
    assert (balance, await credit_of(case.gym, case.rosa)) == (owes, credit)
    assert sold.status is (SubscriptionStatus.PENDING_PAYMENT if owes else SubscriptionStatus.ACTIVE)
    assert len(await told(case.gym, Kind.REFUNDED)) == (1 if credit else 0)


async def test_thirty_two_answers_at_once_make_one_payment(case: TransferCase) -> None:
    proof = await case.member.sends(await case.quotes(), picture("slip"))
    acts = (
        lambda: case.bruno.does("approve", proof.id),
        lambda: case.ana.does("approve", proof.id),
        lambda: case.ana.does("reject", proof.id, "it has not come"),
    )
    results = await asyncio.gather(*(acts[one % 3]() for one in range(RIVALS)), return_exceptions=True)
    refused = [one for one in results if isinstance(one, GymError)]
    assert {type(one) for one in refused} == {ProofDecided}
    assert len(refused) == RIVALS - 1
    [won] = [one for one in results if not isinstance(one, BaseException)]
    sold = 1 if isinstance(won, Booking) else 0
    assert len(await payments(case.gym)) == sold
    assert (
        len(await told(case.gym, Kind.SUBSCRIPTION_SOLD)) == len(await told(case.gym, Kind.RECEIPT)) == sold
    )


async def test_a_quoted_price_holds_for_a_proof_in_time_and_is_asked_again_for_a_late_one(
    case: TransferCase,
) -> None:
    in_time = await case.quotes()
    case.clock.advance(timedelta(hours=47))
    proof = await case.member.sends(in_time, picture("in time"))
    await set_price(case.gym, case.monthly, 170000)
    case.clock.advance(timedelta(hours=20))
    done: Booking = await case.bruno.does("approve", proof.id)
    assert done.sold is not None
    assert (done.sold.base_price, done.sold.final_price) == (170000, PRICE)
    assert (await case.desk.see(done.sold)).status is SubscriptionStatus.ACTIVE

    case.clock.advance(MONTH)
    quote = await case.quotes()
    assert quote.amount == 170000
    case.clock.advance(timedelta(hours=49))
    late = await case.member.sends(quote, picture("late"))
    await set_price(case.gym, case.monthly, 180000)
    with pytest.raises(QuoteOutdated) as outdated:
        await case.bruno.does("approve", late.id)
    assert (await case.bruno.does("get", late.id)).proof.state is ProofState.OPEN
    agreed: Booking = await case.bruno.does("approve", late.id, seen=outdated.value.mark)
    assert agreed.sold is not None
    assert agreed.sold.final_price == 180000
    assert (await case.desk.see(agreed.sold)).status is SubscriptionStatus.PENDING_PAYMENT

    case.clock.advance(MONTH)
    quote = await case.quotes(with_debts=False)
    cheaper = await case.member.sends(quote, picture("cheaper"))
    await set_price(case.gym, case.monthly, 150000)
    before = await credit_of(case.gym, case.rosa)
    await case.bruno.does("approve", cheaper.id)
    assert (before, await credit_of(case.gym, case.rosa)) == (0, 30000), "a price that fell is today's"


async def test_money_whose_plan_was_sold_at_the_desk_meanwhile_is_booked_without_the_plan(
    case: TransferCase,
) -> None:
    await case.desk.pay(await case.desk.sell(case.rosa, case.monthly))
    proof = await case.member.sends(await case.quotes(), picture("slip"))
    renewed = await case.desk.renew(case.rosa)
    earlier = await case.desk.pay(renewed, Decimal(100000))
    case.clock.advance(timedelta(minutes=5))
    with pytest.raises(AlreadyWaiting):
        await case.bruno.does("approve", proof.id)
    done: Booking = await case.ana.does("approve", proof.id, Decimal(90000), sells=False)
    assert done.sold is None
    async with case.gym.unit_of_work(case.bruno.actor) as uow:
        row = await uow.session.get_one(Subscription, renewed.id)
        owes = await uow.session.scalar(
            text("SELECT balance FROM accounts WHERE id = :id"), {"id": row.account_id}
        )
        receipts = [
            await SubscriptionService(uow).receipt(one) for one in (earlier.entry_id, done.proof.entry_id)
        ]
    assert (owes, await credit_of(case.gym, case.rosa)) == (0, 40000), "it pays what the desk has sold"
    assert [one.balance_after for one in receipts] == [50000, 0], "as when they were printed"


async def test_nobody_approves_the_own_and_nobody_sends_for_another(case: TransferCase) -> None:
    trains_here = Transfers(
        case.gym, await hire(case.gym, "Rosa herself", Role.EMPLOYEE, case.rosa.telegram_id)
    )
    quote = await case.quotes()
    proof = await case.member.sends(quote, picture("slip"))
    with pytest.raises(OwnMembershipRefused):
        await trains_here.does("approve", proof.id)
    with pytest.raises(OwnMembershipRefused):
        await trains_here.does("reject", proof.id, "not here")
    other = await case.desk.client("Iván", telegram_id=7002)
    ivan = Transfers(case.gym, Actor.member(other.id, other.full_name))
    with pytest.raises(NotAllowed):
        await ivan.sends(quote, picture("his"))
    assert not await payments(case.gym)

    mine = await ivan.quotes(other, case.monthly, case.nequi)
    copied = await ivan.sends(mine, picture("slip"))
    reviewed = await case.bruno.does("get", copied.id)
    assert [(one.client_name, one.approved) for one in reviewed.seen_before] == [("Rosa Vargas", False)]
    [*_, asked] = await told(case.gym, Kind.PROOF_SENT)
    assert asked["seen_before"] == 1


async def test_a_proof_is_replaced_rejected_asked_about_and_expires(case: TransferCase) -> None:
    await hire(case.gym, "Carla", Role.EMPLOYEE, telegram_id=9001)
    quote = await case.quotes()
    with pytest.raises(ProofInvalid):
        await case.member.sends(quote, number("hello"))
    blurred = await case.member.sends(quote, picture("blurred"))
    clear = await case.member.sends(quote, picture("clear"))
    with pytest.raises(ProofOver):
        await case.ana.does("approve", blurred.id)
    assert not (await case.ana.does("get", clear.id)).seen_before
    await case.ana.does("ask", clear.id, "Which bank did you send it from?")
    rejected = await case.ana.does("reject", clear.id, "it has not arrived")
    assert [payload["answer"] for payload in await told(case.gym, Kind.PROOF_ANSWERED)] == [rejected.answer]
    third = await case.member.sends(quote, number("AB 12345"))
    case.clock.advance(timedelta(hours=73))
    assert (await run_due(case.gym.run)).done["proofs"] == 1
    with pytest.raises(ProofOver):
        await case.ana.does("approve", third.id)
    assert len(await told(case.gym, Kind.PROOF_QUESTION)) == 1
    settled = [payload["state"] for payload in await told(case.gym, Kind.PROOF_SETTLED)]
    assert settled == ["replaced", "rejected", "expired"]
    async with case.gym.unit_of_work(Actor.system()) as uow:
        state = select(Notification.state, func.count()).where(Notification.kind == Kind.PROOF_SENT)
        rows = (await uow.session.execute(state.group_by(Notification.state))).all()
        states = await uow.session.scalars(select(PaymentProof.state).order_by(PaymentProof.sent_at))
        assert [row.count for row in rows] == [3], "none of them waits: they were called off"
        assert list(states) == [ProofState.REPLACED, ProofState.REJECTED, ProofState.EXPIRED]


async def test_a_desk_chat_reads_only_who_has_sent_a_proof(case: TransferCase) -> None:
    await hire(case.gym, "Carla", Role.EMPLOYEE, telegram_id=9001)
    async with case.gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(DeskChat(chat_id=-100, title="Desk", created_at=uow.now))
    proof = await case.member.sends(await case.quotes(), number("AB 12345"))
    assert not await told(case.gym, Kind.PROOF_SENT)
    [payload] = await told(case.gym, Kind.DESK_PROOF_SENT)
    async with case.gym.unit_of_work(Actor.system()) as uow:
        said = render(Kind.DESK_PROOF_SENT, mask_payload(payload), uow.settings, "en", uow.now)
    assert said.text == "🧾 <b>Rosa Vargas has sent a proof of payment</b>"
    assert said.keyboard is not None
    assert [one.text for row in said.keyboard.inline_keyboard for one in row] == ["Open in private"]
    await case.bruno.does("approve", proof.id)
    [settled] = await told(case.gym, Kind.DESK_PROOF_SETTLED)
    assert (settled["state"], settled["decided_by"]) == ("approved", "Bruno Employee")


async def test_payment_keys_are_kept_by_admins_and_members_see_those_that_are_shown(
    case: TransferCase,
) -> None:
    async with case.gym.unit_of_work(case.ana.actor) as uow:
        keys = PaymentKeys(uow)
        with pytest.raises(PaymentKeyTaken):
            await keys.add(PaymentKeyKind.NEQUI, "Again", "300 123 4567")
        breb = await keys.add(PaymentKeyKind.BRE_B, "Bre-B", "@powergym")
        await keys.move_first(breb.id)
        assert [one.label for one in await keys.shown()] == ["Bre-B", "Nequi"]
        await keys.show(case.nequi.id, shown=False)
        assert [one.label for one in await keys.shown()] == ["Bre-B"]
    quote = await case.member.quotes(case.rosa, case.monthly, breb)
    with pytest.raises(GymError):
        await case.quotes()
    async with case.gym.unit_of_work(case.ana.actor) as uow:
        await PaymentKeys(uow).remove(breb.id)
    async with case.gym.unit_of_work(case.bruno.actor) as uow:
        assert (await TransferQuotes(uow).get(quote.id)).key_label == "Bre-B"
        with pytest.raises(NotAllowed):
            await PaymentKeys(uow).all()


async def test_a_plan_that_the_desk_has_sold_meanwhile_is_not_sold_twice_by_a_proof(
    case: TransferCase,
) -> None:
    """The member is told to renew and sends the money; the desk renews unpaid, for the transfer is coming."""
    await case.desk.pay(await case.desk.sell(case.rosa, case.monthly))
    case.clock.advance(MONTH)
    slip = await case.member.sends(await case.quotes(), picture("slip"))
    today = await case.desk.renew(case.rosa)
    with pytest.raises(SoldMeanwhile) as meanwhile:
        await case.bruno.does("approve", slip.id)
    assert meanwhile.value.context["starts_on"] == today.starts_on
    done: Booking = await case.bruno.does("approve", slip.id, sells=False)
    assert (done.sold, (await case.desk.see(today)).account.balance) == (None, 0), "it pays today's period"
    assert await credit_of(case.gym, case.rosa) == 0

    ivan = await case.desk.client("Iván", telegram_id=7002)
    newcomer = Transfers(case.gym, Actor.member(ivan.id, ivan.full_name))
    quote = await newcomer.quotes(ivan, case.monthly, case.nequi)
    case.clock.advance(timedelta(hours=49))
    late = await newcomer.sends(quote, picture("his"))
    first = await case.desk.sell(ivan, case.monthly)
    await set_price(case.gym, case.monthly, 160000)
    with pytest.raises(SoldMeanwhile) as meanwhile:
        await case.bruno.does("approve", late.id)
    with pytest.raises(QuoteOutdated) as outdated:
        await case.bruno.does("approve", late.id, seen=meanwhile.value.mark)
    agreed: Booking = await case.bruno.does("approve", late.id, seen=outdated.value.mark)
    assert agreed.sold is not None
    assert agreed.sold.starts_on > first.ends_on, "both were agreed to, one after the other"


async def test_a_reward_lowers_one_quoted_price_and_a_clearer_copy_keeps_the_held_one(
    case: TransferCase,
) -> None:
    first = await case.desk.sell(case.rosa, case.monthly)
    await case.desk.pay(first)
    async with case.gym.unit_of_work(Actor.system()) as uow:
        reward = await RewardRepository(uow.session).earn(reward_of(case.rosa, first, uow))
    assert reward is not None
    case.clock.advance(MONTH)
    quote = await case.quotes()
    assert (quote.price, quote.reward_id) == (PRICE / 2, reward.id)
    proof = await case.member.sends(quote, picture("slip"))
    async with case.gym.unit_of_work(case.bruno.actor) as uow:
        used = await SubscriptionService(uow).renew(case.rosa.id, reward_id=reward.id)
        await SubscriptionService(uow).take_payment(used.id, PRICE / 2, Method.CASH)
    case.clock.advance(MONTH)
    with pytest.raises(ProofOver):
        await case.bruno.does("approve", proof.id)
    again = await case.member.sends(quote, picture("again"))
    with pytest.raises(SoldMeanwhile) as meanwhile:
        await case.bruno.does("approve", again.id)
    with pytest.raises(QuoteOutdated) as outdated:
        await case.bruno.does("approve", again.id, seen=meanwhile.value.mark)
    assert "reward" in outdated.value.message
    done: Booking = await case.bruno.does("approve", again.id, seen=outdated.value.mark)
    assert done.sold is not None
    assert done.sold.final_price == PRICE, "half of it was given once"

    case.clock.advance(MONTH)
    held = await case.quotes(with_debts=False)
    await case.member.sends(held, picture("blurred"))
    case.clock.advance(timedelta(hours=50))
    clear = await case.member.sends(held, picture("clear"))
    await set_price(case.gym, case.monthly, 170000)
    sold: Booking = await case.bruno.does("approve", clear.id)
    assert sold.sold is not None
    assert sold.sold.final_price == PRICE, "the first proof came in time"

    case.clock.advance(MONTH)
    lost = await case.quotes(with_debts=False)
    wrong = await case.member.sends(lost, picture("wrong"))
    await case.bruno.does("reject", wrong.id, "it is another gym's")
    case.clock.advance(timedelta(hours=50))
    late = await case.member.sends(lost, picture("late"))
    await set_price(case.gym, case.monthly, 180000)
    with pytest.raises(QuoteOutdated):
        await case.bruno.does("approve", late.id)


def reward_of(client: Client, earned_by: Subscription, uow: UnitOfWork) -> dict[str, object]:
    """Half off the next period."""
    return {
        "kind": RewardKind.VISITS,
        "client_id": client.id,
        "subscription_id": earned_by.id,
        "threshold": 12,
        "percent": Decimal(50),
        "granted_on": uow.today,
        "expires_on": uow.today + timedelta(days=300),
        "granted_at": uow.now,
    }


async def test_a_payment_voided_weeks_after_it_was_approved_is_shown_to_the_desk_for_a_week(
    case: TransferCase,
) -> None:
    proof = await case.member.sends(await case.quotes(), picture("slip"))
    done: Booking = await case.bruno.does("approve", proof.id)
    case.clock.advance(timedelta(days=20))
    assert not await case.bruno.does("voided_lately")
    await DeskClerk(case.gym, case.ana.actor).void(done.receipt.parts[0].entry_id)
    assert [one.id for one in await case.bruno.does("voided_lately")] == [proof.id]
    case.clock.advance(timedelta(days=8))
    assert not await case.bruno.does("voided_lately")


async def test_a_voided_payment_takes_its_proof_off_every_list_and_lets_another_one_follow(
    case: TransferCase,
) -> None:
    await case.ended_with_debt()
    quote = await case.quotes()
    proof = await case.member.sends(quote, picture("slip"))
    done: Booking = await case.bruno.does("approve", proof.id)
    debt, price = done.receipt.parts
    bank = case.bruno.actor.id
    assert (await case.ana.does("sum_unconfirmed"))[bank].amount == PRICE + 30000
    async with case.gym.unit_of_work(case.ana.actor) as uow:
        assert (await TodayService(uow).figures(uow.today)).proofs_approved == 1

    await case.desk.void(price.entry_id)
    [left] = (await case.ana.does("unconfirmed")).items
    assert (left.standing, left.voided) == (30000, False), "the other part of it stands"
    assert (await case.ana.does("sum_unconfirmed"))[bank].amount == 30000
    with pytest.raises(QuotePaid):
        await case.member.sends(quote, picture("slip"))

    await case.desk.void(debt.entry_id)
    assert not (await case.ana.does("unconfirmed")).items
    assert not await case.ana.does("sum_unconfirmed")
    async with case.gym.unit_of_work(case.ana.actor) as uow:
        assert (await TodayService(uow).figures(uow.today)).proofs_approved == 0
    with pytest.raises(ProofVoided):
        await case.ana.does("confirm", proof.id)
    assert (await case.bruno.does("get", proof.id)).proof.confirmed_at is None

    case.clock.advance(timedelta(minutes=5))
    again = await case.member.sends(quote, picture("slip"))
    assert again.id != proof.id
    with pytest.raises(ProofOver):
        await case.bruno.does("approve", proof.id)
    repaid: Booking = await case.bruno.does("approve", again.id)
    assert done.sold is not None
    assert repaid.sold is not None
    assert repaid.sold.id == done.sold.id, "its plan was sold by the first one"
    assert [one.amount for one in repaid.receipt.parts] == [30000, PRICE]
    assert (await case.ana.does("confirm", again.id)).confirmed_by == case.ana.actor.id


async def test_a_proof_that_has_expired_waits_no_more_before_the_job_has_closed_it(
    case: TransferCase,
) -> None:
    quote = await case.quotes()
    proof = await case.member.sends(quote, picture("slip"))
    case.clock.advance(timedelta(hours=73))
    seen = await case.bruno.does("get", proof.id)
    assert (seen.waits, seen.proof.state) == (False, ProofState.OPEN)
    with pytest.raises(ProofOver):
        await case.bruno.does("ask", proof.id, "Which bank is it?")
    again = await case.member.sends(quote, picture("slip"))
    assert again.id != proof.id, "the same slip is a new proof"
    assert (await case.bruno.does("get", again.id)).waits
