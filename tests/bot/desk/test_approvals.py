"""Requests through the real bot: an employee asks, admins answer with a button, the sale goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from bot.desk.memberships.renewals import RenewalDetails
from bot.desk.memberships.sales import SaleDetails
from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from bot.ui.buttons.approvals import ApproveRequest, AskDiscount, AskRefund, AskVoid
from bot.ui.callbacks import Callback, pack, unpack
from gym.app import Gym
from gym.approvals.models import Approval, ApprovalState
from gym.approvals.service import ApprovalService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.money import LARGEST
from gym.jobs.runner import run_due
from gym.notifications.models import DeskChat
from gym.payments.models import EntryKind
from gym.plans.models import Plan, PlanPrice
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from gym.subscriptions.discounts import Discount
from gym.subscriptions.models import Freeze, Subscription
from tests.support.memberships import DeskClerk, entries
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]
Tell = Callable[[], Awaitable[int]]
TODAY = date(2026, 8, 3)
HALF = Discount.percent(Decimal(50))


async def _no_waiting(_: float) -> None: ...


@pytest.fixture
def tell(gym: Gym, desk_bot: RunningBot) -> Tell:
    """Let everything leave that waits in the outbox."""
    bot = desk_bot.assembly.bot
    return OutboxWorker(gym, bot, SendRateLimits(gym.clock, sleep=_no_waiting)).drain


async def hired(telegram: SandboxClient, make_staff: Hire, name: str, role: Role) -> Person:
    person = await telegram.person(name)
    await make_staff(person, role)
    await person.sends("/start")
    await person.sees("Send a photo")
    return person


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    return await hired(telegram, make_staff, "Bruno", Role.EMPLOYEE)


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    return await hired(telegram, make_staff, "Ana", Role.ADMIN)


@pytest.fixture
async def berta(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    return await hired(telegram, make_staff, "Berta", Role.ADMIN)


@pytest.fixture
async def desk(gym: Gym, bruno: Person) -> DeskClerk:
    """The service as Bruno uses it."""
    async with gym.unit_of_work(Actor.system()) as uow:
        key = await uow.session.scalar(select(Staff.id).where(Staff.telegram_id == bruno.id))
    assert key is not None
    return DeskClerk(gym, Actor.staff(key, "Bruno", Role.EMPLOYEE))


@pytest.fixture
async def rosa(desk: DeskClerk) -> Client:
    return await desk.client("Rosa")


@pytest.fixture
async def monthly(desk: DeskClerk) -> Plan:
    return await desk.plan()


async def touches(gym: Gym, person: Person, tap: Callback) -> None:
    """Tap a button of another flow, as it stands on the newest message."""
    await person.taps_button_data(await person.last(), pack(tap, gym.clock.now()))


async def asks_half(gym: Gym, person: Person, client: Client, plan: Plan) -> None:
    """Half off a sale of today, with a reason."""
    await touches(gym, person, AskDiscount.of(client.id, plan.id, HALF, TODAY))
    await person.sees("every admin reads it now")
    await person.sends("her brother trains here")
    await person.sees("Waiting for an admin")


async def one(gym: Gym) -> Approval:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.scalar(select(Approval))
        assert found is not None
        return found


async def sales(gym: Gym) -> list[Subscription]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(Subscription)))


async def test_two_admins_are_asked_one_answers_and_the_employees_sale_goes_on(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, berta: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    for admin in (ana, berta):
        asked = await admin.sees("Bruno asks an admin")
        for part in ("$75,000 off (50%)", "Rosa Vargas", "instead of $150,000", "her brother trains here"):
            assert part in asked.words
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    await berta.taps("✅ Approve")
    await berta.sees("Ana has approved this already")
    await berta.sees("Approved by Ana")
    await tell()
    await bruno.sees("Ana has approved this")
    await bruno.taps("Go on to the sale")
    confirm = await bruno.sees("Sell this plan?")
    assert "$75,000" in confirm.words
    await bruno.taps("✅ Sell")
    await bruno.sees("To pay: $75,000")
    [sold] = await sales(gym)
    assert (sold.final_price, sold.base_price) == (Decimal(75000), Decimal(150000))
    assert (await one(gym)).used_at is not None


async def test_from_the_sales_form_to_the_sale_in_the_employees_own_chat(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, rosa: Client, monthly: Plan
) -> None:
    await touches(gym, bruno, SaleDetails(rosa.id, monthly.id))
    await bruno.taps("Today")
    await bruno.sends("50%")
    await bruno.sees("An admin can give more")
    await bruno.taps("Confirm")
    await bruno.taps("📨 Ask an admin")
    await bruno.sends("her brother trains here")
    await bruno.sees("Waiting for an admin")
    await tell()
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    await tell()
    await bruno.taps("Go on to the sale")
    await bruno.taps("✅ Sell")
    await bruno.sees("To pay: $75,000")
    assert [sold.final_price for sold in await sales(gym)] == [Decimal(75000)]


async def test_an_approved_renewal_goes_on_as_a_renewal(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    first = await desk.sell(rosa, monthly)
    await touches(gym, bruno, RenewalDetails(first.id, monthly.id))
    await bruno.sends("100.000")
    await bruno.taps("Confirm")
    await bruno.taps("📨 Ask an admin")
    await bruno.sends("she brought five friends")
    await bruno.sees("Waiting for an admin")
    await tell()
    asked = await ana.sees("Bruno asks an admin")
    assert "$100,000 off (67%) a renewal with Monthly" in asked.words
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    await tell()
    await bruno.taps("Go on to the sale")
    await bruno.sees("Renew this plan?")
    await bruno.taps("✅ Renew")
    await bruno.sees("To pay: $50,000")
    assert [sold.renews_id for sold in await sales(gym)] == [None, first.id]


async def test_a_client_who_has_a_plan_by_now_is_not_sold_another_one(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    await tell()
    await bruno.taps("Go on to the sale")
    await bruno.sees("Sell this plan?")
    await desk.sell(rosa, monthly)
    await bruno.taps("✅ Sell")
    await bruno.sees("already has Monthly")
    assert (await one(gym)).used_at is None


async def test_a_rejection_carries_its_reason_and_a_skipped_one_none(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    await ana.taps("❌ Reject")
    await ana.sees("Why not?")
    await ana.sends("ten percent is enough")
    await ana.sees("Rejected by Ana")
    await tell()
    await bruno.sees("ten percent is enough")
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    await ana.taps("❌ Reject")
    await ana.taps("Skip")
    await ana.sees("Rejected by Ana")
    assert await sales(gym) == []


async def test_whoever_is_slower_at_rejecting_sees_how_it_ended(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, berta: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    await ana.taps("❌ Reject")
    await ana.sees("Why not?")
    await berta.taps("✅ Approve")
    await berta.sees("Approved by Berta")
    await ana.sends("too much")
    seen = await ana.sees("Approved by Berta")
    assert (await one(gym)).state is ApprovalState.APPROVED
    assert "❌ Reject" not in [button.label for row in seen.buttons for button in row]


async def test_a_double_tap_is_one_answer_and_no_surprise(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    message = await ana.sees("Bruno asks an admin")
    packed = pack(ApproveRequest((await one(gym)).id), gym.clock.now())
    await ana.taps_button_data(message, packed)
    await ana.sees("Approved by Ana")
    again = await ana.taps_button_data(message, packed)
    assert again.alert is None
    assert (await one(gym)).decided_by_name == "Ana"


async def test_an_old_button_asks_again_before_it_decides(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    clock.advance(timedelta(hours=2))
    await ana.taps("✅ Approve")
    await ana.sees("Still do it?")
    assert (await one(gym)).state is ApprovalState.PENDING
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")


async def test_the_home_screen_counts_what_waits_and_the_list_leads_to_it(
    gym: Gym, bruno: Person, ana: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await ana.sends("/start")
    await ana.taps("🙋 Requests (1)")
    await ana.taps("🏷 50% off · Rosa Vargas")
    await ana.sees("Waits for an answer")
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    await ana.taps("🙋 Requests")
    await ana.sees("Nobody is waiting")
    await bruno.sends("/start")
    home = await bruno.sees("Send a photo")
    assert "🙋 Requests" in [button.label for row in home.buttons for button in row], "nothing to count"


async def test_an_employee_takes_a_request_back_and_the_admin_comes_too_late(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    await bruno.taps("Cancel request")
    await bruno.sees("Taken back by Bruno")
    await ana.taps("✅ Approve")
    await ana.sees("Bruno has taken this back")


async def test_asking_twice_shows_the_request_that_waits(
    gym: Gym, bruno: Person, ana: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await touches(gym, bruno, AskDiscount.of(rosa.id, monthly.id, HALF, TODAY))
    await bruno.sends("once more, please")
    await bruno.sees("it waits for an answer")
    await bruno.taps("Cancel request")
    await bruno.sees("Taken back by Bruno")


async def test_an_employee_has_no_say_in_money(
    gym: Gym, bruno: Person, ana: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await touches(gym, bruno, ApproveRequest((await one(gym)).id))
    await bruno.sees("You may not do this")
    assert (await one(gym)).state is ApprovalState.PENDING


async def test_when_nobody_answers_the_employee_hears_of_it_and_asks_again(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    clock.advance(timedelta(hours=24))
    await run_due(gym.run)
    await tell()
    await bruno.sees("Nobody has answered in time")
    await bruno.taps("Look at it")
    await bruno.taps("Ask again")
    await bruno.sees("every admin reads it now")


async def test_a_price_that_changed_is_asked_for_again(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    await tell()
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(PlanPrice).values(amount=Decimal(200000)))
    await bruno.taps("Go on to the sale")
    await bruno.sees("The price was $150,000")
    await bruno.taps("Ask again")
    asked = await bruno.sees("every admin reads it now")
    assert "$100,000" in asked.words
    assert await sales(gym) == []


async def test_an_approved_discount_is_not_sold_twice(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, rosa: Client, monthly: Plan
) -> None:
    await asks_half(gym, bruno, rosa, monthly)
    await tell()
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    await tell()
    told = await bruno.sees("Ana has approved this")
    go_on = next(button for row in told.buttons for button in row if "Go on" in button.label)
    await bruno.taps("Go on to the sale")
    await bruno.taps("✅ Sell")
    await bruno.sees("Sold")
    await bruno.taps_button_data(told, go_on.data or "")
    await bruno.sees("was used before")
    assert len(await sales(gym)) == 1


async def test_a_void_is_asked_and_done_by_the_admins_tap(
    gym: Gym,
    tell: Tell,
    bruno: Person,
    ana: Person,
    desk: DeskClerk,
    rosa: Client,
    monthly: Plan,
    clock: FrozenClock,
) -> None:
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    clock.advance(timedelta(days=1))
    await touches(gym, bruno, AskVoid(receipt.entry_id))
    await bruno.sees("Void receipt № 1 of $150,000")
    await bruno.sends("x")
    await bruno.sees("3 to 300 characters")
    await bruno.sends("it was her sister")
    await bruno.sees("Waiting for an admin")
    await tell()
    await ana.sees("Void receipt № 1 of $150,000")
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    assert [entry.kind for entry in await entries(gym)].count(EntryKind.VOID) == 1
    await tell()
    await bruno.sees("Ana has approved this")


async def test_a_void_that_was_done_meanwhile_says_so_and_waits(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    await touches(gym, bruno, AskVoid(receipt.entry_id))
    await bruno.sends("it was her sister")
    await bruno.sees("Waiting for an admin")
    await desk.void(receipt.entry_id)
    await tell()
    await ana.sees("Bruno asks an admin")
    await ana.taps("✅ Approve")
    await ana.sees("was voided before")
    assert (await one(gym)).state is ApprovalState.PENDING


async def test_a_refund_asks_how_much_and_how(
    gym: Gym, tell: Tell, bruno: Person, ana: Person, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    await touches(gym, bruno, AskRefund(sold.id))
    await bruno.sees("How much is given back?")
    await bruno.sends("50.000")
    await bruno.taps("Transfer")
    await bruno.sees("every admin reads it now")
    await bruno.sends("ill for a week")
    await bruno.sees("Give $50,000 back (Transfer)")
    await tell()
    await ana.sees("Bruno asks an admin")
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    [refund] = [entry for entry in await entries(gym) if entry.kind is EntryKind.REFUND]
    assert refund.amount == 50000


@pytest.mark.parametrize(
    "discount",
    [
        Discount(Decimal(99999999)),
        Discount(Decimal("99999.99")),
        Discount(LARGEST),
        Discount.percent(Decimal("12.55")),
        Discount.percent(Decimal(100)),
    ],
)
def test_a_request_for_any_discount_and_day_fits_into_a_button(
    discount: Discount, clock: FrozenClock
) -> None:
    tap = AskDiscount.of(new_id(), new_id(), discount, date(2027, 8, 3))
    again = unpack({AskDiscount.code: AskDiscount}, pack(tap, clock.now())).callback
    assert again == tap
    assert isinstance(again, AskDiscount)
    assert (again.discount, again.starts_on) == (discount, date(2027, 8, 3))


# A member's freeze ────────────────────────────────────────────────────────────────────────────────────────


async def wants_to_freeze(gym: Gym, desk: DeskClerk, client: Client, plan: Plan) -> None:
    """From tomorrow, three days."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Plan).values(freeze_days=10))
    await desk.pay(await desk.sell(client, plan))
    async with gym.unit_of_work(Actor.member(client.id, client.full_name)) as uow:
        days = TODAY + timedelta(days=1), TODAY + timedelta(days=3)
        await ApprovalService(uow).ask_freeze(*days, "a journey")


async def frozen(gym: Gym) -> list[Freeze]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(Freeze)))


async def desk_group(gym: Gym, telegram: SandboxClient, *people: Person) -> list[Person]:
    """Those people in the topic where the desk listens."""
    group = await telegram.group("Front desk", list(people), ["Desk"])
    [topic] = group["topics"]
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(
            DeskChat(chat_id=group["id"], topic_id=topic["thread"], title="Front desk", created_at=uow.now)
        )
    return [person.in_group(group["id"], topic["thread"]) for person in people]


async def test_a_members_wish_is_approved_by_any_colleague_in_the_groups_topic(
    gym: Gym,
    tell: Tell,
    telegram: SandboxClient,
    bruno: Person,
    ana: Person,
    desk: DeskClerk,
    monthly: Plan,
) -> None:
    rosa_person = await telegram.person("Rosa")
    await rosa_person.sends("/start")
    rosa = await desk.client("Rosa", rosa_person.id)
    bruno_there, ana_there = await desk_group(gym, telegram, bruno, ana)
    await wants_to_freeze(gym, desk, rosa, monthly)
    await tell()
    wanted = await bruno_there.sees("A member asks for a freeze")
    assert "a journey" in wanted.words
    await ana_there.sees("A member asks for a freeze")
    await bruno_there.taps("✅ Approve")
    await bruno_there.sees("Approved by Bruno")
    assert len(await frozen(gym)) == 1
    late = await ana_there.taps_button_data(
        wanted, pack(ApproveRequest((await one(gym)).id), gym.clock.now())
    )
    assert "Look at the message again" in (late.alert or "")
    await tell()
    await rosa_person.sees("has approved your freeze")
    assert len(await frozen(gym)) == 1


async def test_in_a_group_the_reason_is_asked_in_private_and_the_request_stays_for_the_others(
    gym: Gym,
    tell: Tell,
    telegram: SandboxClient,
    bruno: Person,
    ana: Person,
    desk: DeskClerk,
    monthly: Plan,
) -> None:
    rosa_person = await telegram.person("Rosa")
    await rosa_person.sends("/start")
    rosa = await desk.client("Rosa", rosa_person.id)
    bruno_there, ana_there = await desk_group(gym, telegram, bruno, ana)
    await wants_to_freeze(gym, desk, rosa, monthly)
    await tell()
    await bruno_there.sees("A member asks for a freeze")
    await bruno_there.taps("❌ Reject")
    await bruno.sees("Why not?")
    await ana_there.taps("✅ Approve")
    await ana_there.sees("Approved by Ana")
    await bruno.taps("Skip")
    await bruno.sees("Ana has approved this already")
    assert not [one for one in await bruno_there.chat() if "Why not" in one.text]
    assert len(await frozen(gym)) == 1


async def test_a_rejected_wish_is_told_to_the_member_with_the_reason(
    gym: Gym,
    tell: Tell,
    telegram: SandboxClient,
    bruno: Person,
    desk: DeskClerk,
    monthly: Plan,
) -> None:
    rosa_person = await telegram.person("Rosa")
    await rosa_person.sends("/start")
    rosa = await desk.client("Rosa", rosa_person.id)
    [bruno_there] = await desk_group(gym, telegram, bruno)
    await wants_to_freeze(gym, desk, rosa, monthly)
    await tell()
    await bruno_there.taps("❌ Reject")
    await bruno.sees("Why not?")
    await bruno.sends("we are short of days")
    await bruno.sees("Rejected by Bruno")
    await tell()
    await rosa_person.sees("cannot freeze your plan")
    await rosa_person.sees("we are short of days")
    assert await frozen(gym) == []
