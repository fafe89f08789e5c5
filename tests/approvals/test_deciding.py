"""Decisions: the first answer counts, and what was approved is done in the same transaction or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from gym.app import Gym
from gym.approvals.errors import (
    AlreadyDecided,
    ApprovalExpired,
    ApprovalNotFound,
    FreezeDaysOver,
    NotYourRequest,
)
from gym.approvals.models import Approval, ApprovalState
from gym.approvals.service import ApprovalService
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.errors import GymError
from gym.jobs.runner import run_due
from gym.notifications.models import NotificationKind
from gym.payments.errors import AlreadyVoided
from gym.payments.models import EntryKind, Method
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed, Role
from gym.staff.errors import OwnMembershipRefused
from gym.staff.models import Staff
from gym.subscriptions.freezes.errors import FreezeBeyondPlan
from gym.subscriptions.models import Freeze
from tests.approvals.conftest import Voice
from tests.conftest import hire
from tests.support.memberships import DeskClerk, entries, told

TODAY = date(2026, 8, 3)
RIVALS = 32


async def race(*attempts: Callable[[], Awaitable[Approval]]) -> tuple[list[Approval], list[GymError]]:
    """All at once, in turns, 32 together: who won, and what the others were told."""
    runs = [attempts[number % len(attempts)]() for number in range(RIVALS)]
    results = await asyncio.gather(*runs, return_exceptions=True)
    faults = [one for one in results if isinstance(one, BaseException) and not isinstance(one, GymError)]
    assert not faults
    won = [one for one in results if isinstance(one, Approval)]
    return won, [one for one in results if isinstance(one, GymError)]


async def state_of(gym: Gym, approval: Approval) -> Approval:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.scalar(select(Approval).where(Approval.id == approval.id))
        assert found is not None
        return found


@pytest.fixture
async def void(
    bruno: Voice, desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock, ana: Voice
) -> Approval:
    """Yesterday's payment, which only an admin may void."""
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    clock.advance(timedelta(days=1))
    return await bruno.does("ask_void", receipt.entry_id, "wrong person")


async def test_thirty_two_approvals_at_once_have_one_effect(
    gym: Gym, ana: Voice, second_admin: Voice, void: Approval
) -> None:
    won, refused = await race(
        lambda: ana.does("approve", void.id), lambda: second_admin.does("approve", void.id)
    )
    assert (len(won), len(refused)) == (1, RIVALS - 1)
    winner = won[0].decided_by_name
    assert {(error.by, error.state) for error in refused if isinstance(error, AlreadyDecided)} == {
        (winner, ApprovalState.APPROVED)
    }
    assert [entry.kind for entry in await entries(gym)].count(EntryKind.VOID) == 1
    assert len(await told(gym, NotificationKind.APPROVAL_DECIDED)) == 1


async def test_yes_and_no_at_once_are_one_answer(
    gym: Gym, ana: Voice, second_admin: Voice, void: Approval
) -> None:
    won, refused = await race(
        lambda: ana.does("approve", void.id), lambda: second_admin.does("reject", void.id, "no")
    )
    assert (len(won), len(refused)) == (1, RIVALS - 1)
    voids = [entry.kind for entry in await entries(gym)].count(EntryKind.VOID)
    assert voids == (1 if won[0].state is ApprovalState.APPROVED else 0)
    assert (await state_of(gym, void)).state is won[0].state


async def test_an_approved_void_is_done_by_the_admin_and_the_asker_is_told(
    gym: Gym, ana: Voice, bruno: Voice, void: Approval
) -> None:
    approved = await ana.does("approve", void.id)
    last = (await entries(gym))[-1]
    assert (last.kind, last.staff_name, last.reason) == (EntryKind.VOID, "Ana Admin", "wrong person")
    assert (approved.state, approved.decided_by_name) == (ApprovalState.APPROVED, "Ana Admin")
    [payload] = await told(gym, NotificationKind.APPROVAL_DECIDED)
    assert (payload["state"], payload["decided_by"]) == ("approved", "Ana Admin")
    async with gym.unit_of_work(Actor.system()) as uow:
        trail = await uow.session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_id == void.id).order_by(AuditEntry.id)
        )
        assert list(trail) == ["approval.asked", "approval.approved"]


async def test_what_cannot_be_done_leaves_the_request_waiting(gym: Gym, ana: Voice, void: Approval) -> None:
    entry_id = (await entries(gym))[-1].id
    await DeskClerk(gym, ana.actor).void(entry_id)
    with pytest.raises(AlreadyVoided):
        await ana.does("approve", void.id)
    assert (await state_of(gym, void)).state is ApprovalState.PENDING
    rejected = await ana.does("reject", void.id, "it was voided before")
    assert (rejected.state, rejected.answer) == (ApprovalState.REJECTED, "it was voided before")


async def test_a_rejection_is_told_with_its_reason_and_does_nothing(
    gym: Gym, ana: Voice, void: Approval
) -> None:
    await ana.does("reject", void.id, "  keep it ")
    [payload] = await told(gym, NotificationKind.APPROVAL_DECIDED)
    assert (payload["state"], payload["answer"]) == ("rejected", "keep it")
    assert EntryKind.VOID not in [entry.kind for entry in await entries(gym)]


async def test_an_approved_refund_is_paid_out_once(
    gym: Gym, ana: Voice, bruno: Voice, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    asked = await bruno.does("ask_refund", sold.id, Decimal(50000), Method.CASH, "was ill for a week")
    won, refused = await race(lambda: ana.does("approve", asked.id))
    assert (len(won), len(refused)) == (1, RIVALS - 1)
    refunds = [entry for entry in await entries(gym) if entry.kind is EntryKind.REFUND]
    assert [(one.amount, one.method, one.staff_name) for one in refunds] == [
        (Decimal(50000), Method.CASH, "Ana Admin")
    ]
    assert (await desk.see(sold)).account.balance == 0


async def test_nobody_approves_an_own_request_except_an_admin(
    gym: Gym, bruno: Voice, ana: Voice, void: Approval
) -> None:
    with pytest.raises(NotAllowed):
        await bruno.does("approve", void.id)
    promoted = Actor.staff(bruno.actor.id or new_id(), "Bruno Employee", Role.ADMIN)
    assert (await Voice(gym, promoted).does("approve", void.id)).state is ApprovalState.APPROVED
    assert await told(gym, NotificationKind.APPROVAL_DECIDED) == [], "who decided knows"


async def test_what_a_colleague_asked_who_is_gone_can_still_be_decided(
    gym: Gym, ana: Voice, bruno: Voice, void: Approval
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            update(Staff).where(Staff.id == bruno.actor.id).values(active=False, telegram_id=None)
        )
    assert (await ana.does("approve", void.id)).asked_by_name == "Bruno Employee"


async def test_only_whoever_asked_takes_a_request_back(
    gym: Gym, ana: Voice, bruno: Voice, void: Approval
) -> None:
    with pytest.raises(NotYourRequest):
        await ana.does("withdraw", void.id)
    await bruno.does("withdraw", void.id)
    with pytest.raises(AlreadyDecided) as refused:
        await ana.does("approve", void.id)
    assert (refused.value.by, refused.value.state) == ("Bruno Employee", ApprovalState.WITHDRAWN)
    assert "taken this back" in refused.value.message


async def test_nobody_answers_after_the_time_is_over(
    gym: Gym, ana: Voice, bruno: Voice, void: Approval, clock: FrozenClock
) -> None:
    clock.advance(timedelta(hours=24))
    for operation in ("approve", "reject"):
        with pytest.raises(ApprovalExpired):
            await ana.does(operation, void.id)
    with pytest.raises(ApprovalExpired):
        await bruno.does("withdraw", void.id)
    assert EntryKind.VOID not in [entry.kind for entry in await entries(gym)]


async def test_the_job_closes_what_nobody_answered_and_tells_the_asker_once(
    gym: Gym, ana: Voice, void: Approval, clock: FrozenClock
) -> None:
    assert (await run_due(gym.run)).done["approvals"] == 0
    clock.advance(timedelta(hours=24))
    assert (await run_due(gym.run)).done["approvals"] == 1
    assert (await run_due(gym.run)).done["approvals"] == 0
    [payload] = await told(gym, NotificationKind.APPROVAL_DECIDED)
    assert (payload["state"], payload["decided_by"]) == ("expired", None)
    assert (await state_of(gym, void)).state is ApprovalState.EXPIRED


async def test_whoever_reads_it_first_closes_it_too(
    gym: Gym, ana: Voice, void: Approval, clock: FrozenClock
) -> None:
    clock.advance(timedelta(hours=24))
    assert (await ana.does("get", void.id)).state is ApprovalState.EXPIRED
    assert len(await told(gym, NotificationKind.APPROVAL_DECIDED)) == 1
    with pytest.raises(ApprovalNotFound):
        await ana.does("get", new_id())


# A member's freeze ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def trained(gym: Gym, desk: DeskClerk, rosa: Client, monthly: Plan) -> Client:
    """A client with a paid plan that may rest for ten days."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Plan).values(freeze_days=10))
    await desk.pay(await desk.sell(rosa, monthly))
    return rosa


async def wish(gym: Gym, client: Client, starts_on: date, ends_on: date | None) -> Approval:
    member = Voice(gym, Actor.member(client.id, client.full_name))
    return await member.does("ask_freeze", starts_on, ends_on, "a journey")


async def freezes(gym: Gym) -> list[tuple[date, date | None]]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return [(one.starts_on, one.ends_on) for one in await uow.session.scalars(select(Freeze))]


async def test_any_colleague_approves_a_freeze_once_and_the_member_is_told(
    gym: Gym, bruno: Voice, ana: Voice, trained: Client
) -> None:
    days = TODAY + timedelta(days=2), TODAY + timedelta(days=6)
    asked = await wish(gym, trained, *days)
    won, refused = await race(lambda: bruno.does("approve", asked.id), lambda: ana.does("approve", asked.id))
    assert (len(won), len(refused)) == (1, RIVALS - 1)
    assert await freezes(gym) == [days]
    assert await told(gym, NotificationKind.FROZEN) == [], "the answer says it"
    [payload] = await told(gym, NotificationKind.FREEZE_APPROVED)
    assert (payload["starts_on"], payload["ends_on"]) == days


async def test_a_member_hears_that_a_freeze_was_rejected_or_forgotten(
    gym: Gym, bruno: Voice, trained: Client, clock: FrozenClock
) -> None:
    days = TODAY + timedelta(days=2), TODAY + timedelta(days=6)
    await bruno.does("reject", (await wish(gym, trained, *days)).id, "it is high season")
    await wish(gym, trained, *days)
    clock.advance(timedelta(hours=24))
    await run_due(gym.run)
    payloads = await told(gym, NotificationKind.FREEZE_REJECTED)
    assert [(one["state"], one["answer"]) for one in payloads] == [
        ("rejected", "it is high season"),
        ("expired", None),
    ]


async def test_days_beyond_the_plan_wait_for_an_admin(
    gym: Gym, bruno: Voice, ana: Voice, trained: Client
) -> None:
    days = TODAY + timedelta(days=1), TODAY + timedelta(days=20)
    asked = await wish(gym, trained, *days)
    with pytest.raises(FreezeBeyondPlan):
        await bruno.does("approve", asked.id)
    assert (await state_of(gym, asked)).state is ApprovalState.PENDING
    await ana.does("approve", asked.id)
    assert await freezes(gym) == [days]


async def test_an_open_wish_gets_the_days_of_the_plan_from_an_employee(
    gym: Gym, bruno: Voice, trained: Client
) -> None:
    asked = await wish(gym, trained, TODAY, None)
    await bruno.does("approve", asked.id)
    [payload] = await told(gym, NotificationKind.FREEZE_APPROVED)
    assert (payload["starts_on"], payload["ends_on"]) == (TODAY, TODAY + timedelta(days=9))


async def test_an_answer_that_comes_late_freezes_the_days_that_are_left(
    gym: Gym, bruno: Voice, trained: Client, clock: FrozenClock
) -> None:
    asked = await wish(gym, trained, TODAY, TODAY + timedelta(days=4))
    clock.advance(timedelta(hours=23))
    await bruno.does("approve", asked.id)
    assert await freezes(gym) == [(TODAY + timedelta(days=1), TODAY + timedelta(days=4))]


async def test_a_freeze_of_days_that_are_over_is_refused_with_the_reason(
    gym: Gym, bruno: Voice, trained: Client, clock: FrozenClock
) -> None:
    asked = await wish(gym, trained, TODAY, TODAY)
    clock.advance(timedelta(hours=23))
    with pytest.raises(FreezeDaysOver):
        await bruno.does("approve", asked.id)
    assert (await state_of(gym, asked)).state is ApprovalState.PENDING


async def test_a_colleague_who_trains_here_does_not_decide_the_own_wish(
    gym: Gym, ana: Voice, trained: Client
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).values(telegram_id=77))
    eva = Voice(gym, await hire(gym, "Eva Employee", Role.EMPLOYEE, 77))
    asked = await wish(gym, trained, TODAY + timedelta(days=1), TODAY + timedelta(days=3))
    with pytest.raises(OwnMembershipRefused):
        await eva.does("approve", asked.id)
    await ana.does("approve", asked.id)


async def test_a_member_takes_the_own_wish_back(gym: Gym, bruno: Voice, trained: Client) -> None:
    asked = await wish(gym, trained, TODAY + timedelta(days=1), TODAY + timedelta(days=3))
    member = Actor.member(trained.id, trained.full_name)
    async with gym.unit_of_work(member) as uow:
        assert (await ApprovalService(uow).withdraw(asked.id)).decided_by is None
    with pytest.raises(AlreadyDecided):
        await bruno.does("approve", asked.id)
    assert await freezes(gym) == []
