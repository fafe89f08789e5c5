"""Who works here and trains here is served by a colleague; who works here alone is marked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text, update

from gym.approvals.service import ApprovalService
from gym.attendance.models import CheckIn
from gym.audit.models import AuditEntry
from gym.clients.own_memberships import OwnClients
from gym.clients.service import ClientService
from gym.payments.credit import ClientCredit
from gym.payments.models import Method
from gym.plans.models import DurationUnit
from gym.security.permissions import Actor, Role
from gym.staff.errors import LinkedByYourself, OwnMembershipRefused
from gym.staff.four_eyes import ACTED_ALONE
from gym.staff.models import OwnMembership, Staff
from gym.subscriptions.discounts import NO_DISCOUNT, Discount
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.attendance.conftest import change
from tests.conftest import hire
from tests.findings.own.conftest import ANA, PART, World
from tests.findings.own.judged import REFUSED, Act
from tests.support.memberships import DeskClerk

EVERY = pytest.mark.parametrize("act", list(REFUSED.values()), ids=list(REFUSED))


async def others_leave(world: World) -> None:
    async with world.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Staff).where(Staff.id != world.ana.id).values(active=False))


async def ready_for(world: World, act: Act) -> None:
    """A denial is overridden on a day without a visit, a paid visit is undone, a closed plan's debt is
    written off."""
    if act is REFUSED["WriteOffs.write_off"]:
        async with world.gym.unit_of_work(world.carla) as uow:
            await SubscriptionService(uow).cancel(world.one.id, "moves away", refund=RefundMode.NONE)
    if act is REFUSED["AttendanceService.admit_anyway"]:
        async with world.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(CheckIn).values(override_reason=None))


@EVERY
async def test_nothing_is_done_for_the_own_membership(world: World, act: Act) -> None:
    with pytest.raises(OwnMembershipRefused) as refused:
        async with world.gym.unit_of_work(world.ana) as uow:
            await act(uow, world)
    assert "Carla Admin" in str(refused.value.context["colleagues"])


@EVERY
async def test_a_colleague_does_the_same(world: World, act: Act) -> None:
    await ready_for(world, act)
    async with world.tries(world.carla) as uow:
        await act(uow, world)


@EVERY
async def test_the_only_one_who_works_here_may_and_is_marked(world: World, act: Act) -> None:
    await ready_for(world, act)
    await others_leave(world)
    async with world.tries(world.ana) as uow:
        await act(uow, world)
        await uow.flush()
        marked = select(func.count()).where(AuditEntry.action == ACTED_ALONE)
        looks = ".quote" in _name(act) or act is REFUSED["BasketService.begin"]
        assert await uow.session.scalar(marked) == (0 if looks else 1)
        own = await OwnClients(uow).of_colleague(world.ana.id)
        assert [one.acted_alone for one in own] == [0 if looks else 1]


def _name(act: Act) -> str:
    return next(name for name, one in REFUSED.items() if one is act)


async def test_a_refusal_names_those_who_can_do_it(world: World) -> None:
    with pytest.raises(OwnMembershipRefused) as refused:
        async with world.gym.unit_of_work(world.ana) as uow:
            await SubscriptionService(uow).renew(world.client.id)
    assert refused.value.context == {"colleagues": "Bruno Employee, Carla Admin"}


async def test_without_another_admin_a_gift_says_what_to_do(world: World) -> None:
    """An employee may not give days: the way on is a second admin."""
    async with world.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Staff).where(Staff.id == world.carla.id).values(active=False))
    with pytest.raises(OwnMembershipRefused) as refused:
        async with world.gym.unit_of_work(world.ana) as uow:
            await FreezeService(uow).gift(world.one.id, 7, "birthday")
    assert "Make a colleague an admin" in refused.value.message


async def test_a_client_remains_ones_own_after_the_chat_was_unlinked(world: World) -> None:
    async with world.gym.unit_of_work(world.carla) as uow:
        await ClientService(uow).unlink(world.client.id)
    for actor in (world.ana,):
        with pytest.raises(OwnMembershipRefused):
            async with world.gym.unit_of_work(actor) as uow:
                await SubscriptionService(uow).credit(world.one.id, PART, "goodwill")
        with pytest.raises(OwnMembershipRefused):
            async with world.gym.unit_of_work(actor) as uow:
                await ClientService(uow).issue_link(world.client.id)


async def test_a_client_whose_chat_went_to_another_row_remains_ones_own(world: World) -> None:
    """Deactivated, the first one gives its chat up to a second one: both are Ana's."""
    second = await DeskClerk(world.gym, world.carla).client("Anita")
    await change(world.gym, world.client, active=False)
    async with world.gym.unit_of_work(world.carla) as uow:
        issued = await ClientService(uow).issue_link(second.id)
    async with world.gym.unit_of_work(Actor.system()) as uow:
        await ClientService(uow).accept_link(issued.token, ANA, "en")
    async with world.gym.unit_of_work(Actor.system()) as uow:
        own = set(await uow.session.scalars(select(OwnMembership.client_id)))
    assert own == {world.client.id, second.id}


async def test_whoever_joins_the_team_later_is_known_at_once(world: World) -> None:
    eva = await DeskClerk(world.gym, world.carla).client("Eva", telegram_id=815)
    actor = await hire(world.gym, "Eva", Role.EMPLOYEE, 815)
    with pytest.raises(OwnMembershipRefused):
        async with world.gym.unit_of_work(actor) as uow:
            await SubscriptionService(uow).sell(eva.id, world.pack.id)


async def test_plain_sql_is_noted_too(world: World) -> None:
    row = await DeskClerk(world.gym, world.carla).client("Third")
    async with world.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("UPDATE clients SET telegram_id = NULL"))
        await uow.session.execute(
            text("UPDATE clients SET telegram_id = :ana WHERE id = :row"), {"ana": ANA, "row": row.id}
        )
    async with world.gym.unit_of_work(world.bruno) as uow:
        pairs = set(await uow.session.scalars(select(OwnMembership.client_id)))
    assert row.id in pairs


async def test_a_colleague_shows_the_link_to_the_own_membership(world: World) -> None:
    row = await DeskClerk(world.gym, world.carla).client("Bruno")
    async with world.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Staff).where(Staff.id == world.bruno.id).values(telegram_id=900))
    links = {}
    for maker in (world.bruno, world.carla):
        async with world.gym.unit_of_work(maker) as uow:
            links[maker.id] = (await ClientService(uow).issue_link(row.id)).token
        if maker is world.bruno:
            with pytest.raises(LinkedByYourself):
                async with world.gym.unit_of_work(Actor.system()) as uow:
                    await ClientService(uow).accept_link(links[maker.id], 900, "en")
    async with world.gym.unit_of_work(Actor.system()) as uow:
        assert (await ClientService(uow).accept_link(links[world.carla.id], 900, "en")).id == row.id


async def paid_up(world: World) -> Subscription:
    async with world.gym.unit_of_work(world.carla) as uow:
        await SubscriptionService(uow).take_payment(world.one.id, world.one.final_price - PART, Method.CASH)
    return world.one


async def test_the_own_plan_is_not_frozen_at_the_desk(world: World) -> None:
    one = await paid_up(world)
    first = world.gym.clock.now().date() + timedelta(days=2)
    with pytest.raises(OwnMembershipRefused):
        async with world.gym.unit_of_work(world.ana) as uow:
            await FreezeService(uow).quote(one.id, first, first)
    with pytest.raises(OwnMembershipRefused):
        async with world.gym.unit_of_work(world.ana) as uow:
            await FreezeService(uow).freeze(one.id, first, first, "travels")
    async with world.tries(world.carla) as uow:
        await FreezeService(uow).freeze(one.id, first, first, "travels")
    member = Actor.member(world.client.id, "Ana")
    async with world.gym.unit_of_work(member) as uow:
        wish = await ApprovalService(uow).ask_freeze(first, first, "travels")
    with pytest.raises(OwnMembershipRefused):
        async with world.gym.unit_of_work(world.ana) as uow:
            await ApprovalService(uow).approve(wish.id)
    async with world.gym.unit_of_work(world.carla) as uow:
        await ApprovalService(uow).approve(wish.id)


async def test_the_own_waiting_renewal_is_not_brought_forward(world: World) -> None:
    desk = DeskClerk(world.gym, world.carla)
    client = await desk.client("Ana again")
    day = await desk.plan(unit=DurationUnit.MONTH, visits=1, name="One visit")
    pack = await desk.sell(client, day)
    waiting = await desk.renew(client)
    await change(world.gym, pack, visits_used=1)
    await change(world.gym, world.client, telegram_id=None)
    await change(world.gym, client, telegram_id=ANA)
    with pytest.raises(OwnMembershipRefused):
        async with world.gym.unit_of_work(world.ana) as uow:
            await SubscriptionService(uow).start_now(waiting.id)
    async with world.tries(world.carla) as uow:
        await SubscriptionService(uow).start_now(waiting.id)


@pytest.mark.parametrize("discount", [NO_DISCOUNT, Discount.percent(Decimal(30))], ids=["full price", "30 %"])
async def test_the_own_plan_is_sold_at_the_price_that_a_colleague_approves(
    world: World, discount: Discount
) -> None:
    """Asked even for the full price; whoever asked sells it then, and the money is taken by a colleague."""
    async with world.gym.unit_of_work(world.ana) as uow:
        asked = await ApprovalService(uow).ask_discount(
            world.client.id, world.pack.id, discount, renews=True, reason="goes on training"
        )
    with pytest.raises(OwnMembershipRefused):
        async with world.gym.unit_of_work(world.ana) as uow:
            await ApprovalService(uow).approve(asked.id)
    async with world.gym.unit_of_work(world.carla) as uow:
        await ApprovalService(uow).approve(asked.id)
    async with world.gym.unit_of_work(world.ana) as uow:
        await ApprovalService(uow).quote(asked.id)
    async with world.gym.unit_of_work(world.ana) as uow:
        sold = await ApprovalService(uow).sell(asked.id)
    assert sold.discount == discount.on(sold.base_price, Decimal(50))
    with pytest.raises(OwnMembershipRefused):
        async with world.gym.unit_of_work(world.ana) as uow:
            await SubscriptionService(uow).take_payment(sold.id, sold.final_price, Method.CARD)


async def test_what_is_given_to_others_is_as_before(world: World) -> None:
    """Ana's refusals are about herself only."""
    rosa = await DeskClerk(world.gym, world.carla).client("Rosa")
    async with world.gym.unit_of_work(world.ana) as uow:
        sold = await SubscriptionService(uow).sell(rosa.id, world.pack.id)
    async with world.gym.unit_of_work(world.ana) as uow:
        await SubscriptionService(uow).take_payment(sold.id, sold.final_price, Method.CASH)
    async with world.gym.unit_of_work(world.ana) as uow:
        await ClientCredit(uow).put(rosa.id, PART, "goodwill")
        assert await uow.session.scalar(select(func.count()).where(AuditEntry.action == ACTED_ALONE)) == 0
