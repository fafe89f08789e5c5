"""Frauds that were possible once, planted by switching their guards off: the search finds each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.payments.money_back import MoneyBack
from gym.payments.service import PaymentService
from gym.security.permissions import Actor, Permission
from gym.staff.four_eyes import FourEyes, OwnMembershipRepository
from gym.subscriptions.changes.cancellation import Cancellation
from gym.subscriptions.changes.todays_visit import TodaysVisit
from gym.subscriptions.models import Subscription
from gym.transfers.models import ProofState
from gym.transfers.repository import PaymentProofRepository
from tests.findings.insider import slips, taps
from tests.findings.insider.acts import ACTS
from tests.findings.insider.evening import evening
from tests.findings.insider.search import Fraud, honest_evenings, search
from tests.findings.insider.taps import Act

pytestmark = [pytest.mark.soak, pytest.mark.long]
ATTEMPTS = 1500


async def look_for(gym: Gym, *, only: Collection[Act]) -> Fraud:
    """The first fraud with these buttons; the other ones belong to other frauds."""
    others = [act for act in ACTS if act not in only]
    async with evening(gym) as e:
        honest = await honest_evenings(e, 1, 15)
        found = await search(e, 3, ATTEMPTS, honest, without=others)
    assert found, "not found"
    return found[0]


@pytest.fixture
async def voids_at_will(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    """Money that was given back can be voided, as before: neither the service nor the database objects."""

    async def nothing(*_: Any) -> Decimal:
        return Decimal(0)

    monkeypatch.setattr(PaymentService, "given_back", nothing)
    monkeypatch.setattr(MoneyBack, "given_back", nothing)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER paid_out_once"))


async def test_training_before_a_cancellation_is_found(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search found this one itself: a day that was used was given back with the unused ones."""

    async def today(self: Cancellation, _: Subscription) -> date:
        return self.uow.today

    monkeypatch.setattr(Cancellation, "_unused_from", today)
    fraud = await look_for(gym, only=(*SELLS, taps.cancel_for_credit))
    assert any(act.startswith("check_in") for act in fraud.acts), str(fraud)


SELLS = (taps.sell, taps.pay_cash, taps.pay_by_credit, taps.void, taps.check_in)


async def test_a_void_after_the_money_was_kept_as_credit_is_found(gym: Gym, voids_at_will: None) -> None:
    fraud = await look_for(gym, only=(*SELLS, taps.cancel_for_credit))
    assert fraud.gain >= 10000, str(fraud)
    assert any(act.startswith("void") for act in fraud.acts), str(fraud)


async def test_a_void_after_a_change_of_plan_is_found(gym: Gym, voids_at_will: None) -> None:
    fraud = await look_for(gym, only=(*SELLS, taps.change))
    assert any(act.startswith("change") for act in fraud.acts)


async def test_the_own_freeze_is_found(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    async def anybody(*_: Any, **__: Any) -> None: ...

    monkeypatch.setattr(FourEyes, "require_another", anybody)
    fraud = await look_for(gym, only=(*SELLS, taps.freeze, taps.end_freeze))
    assert "freeze(own)" in fraud.acts


async def test_the_own_freeze_after_unlinking_oneself_is_found(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four eyes that look only at the chat that is linked now, and unlinking that is free."""

    async def linked_now(self: OwnMembershipRepository, staff_id: UUID, client_id: UUID) -> bool:
        query = text(
            "SELECT 1 FROM staff s JOIN clients c ON c.telegram_id = s.telegram_id"
            " WHERE s.id = :s AND c.id = :c"
        )
        return await self.session.scalar(query, {"s": staff_id, "c": client_id}) is not None

    monkeypatch.setattr(OwnMembershipRepository, "is_own", linked_now)
    checked = FourEyes.require_another

    async def unlinking_is_free(self: FourEyes, client_id: UUID | None, permission: Any, **more: Any) -> None:
        if permission is not Permission.MANAGE_CLIENTS:
            await checked(self, client_id, permission, **more)

    monkeypatch.setattr(FourEyes, "require_another", unlinking_is_free)
    fraud = await look_for(gym, only=(*SELLS, taps.freeze, taps.unlink))
    names = list(fraud.acts)
    assert names.index("unlink(own)") < max(place for place, act in enumerate(names) if act == "freeze(own)")


async def test_a_visit_that_stays_behind_a_change_of_plan_is_found(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search found this one itself: whoever had trained today changed plan and had not trained."""

    async def stays(self: TodaysVisit, old: Subscription, new: Subscription) -> None: ...

    monkeypatch.setattr(TodaysVisit, "move", stays)
    fraud = await look_for(gym, only=(*SELLS, taps.change))
    assert {act.partition("(")[0] for act in fraud.acts} >= {"check_in", "change"}, str(fraud)


async def test_a_slip_without_money_whose_tick_is_taken_for_granted_is_found(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An approval that counts as found on the statement: nobody looks for what never arrived."""
    settle = PaymentProofRepository.settle

    async def ticks(self: PaymentProofRepository, key: UUID, state: ProofState, **values: Any) -> bool:
        if state is ProofState.APPROVED:
            values["confirmed_at"] = values["decided_at"]
        return await settle(self, key, state, **values)

    monkeypatch.setattr(PaymentProofRepository, "settle", ticks)
    fraud = await look_for(gym, only=(*SELLS, slips.send_slip, slips.send_false_slip, slips.approve_proof))
    assert {act.partition("(")[0] for act in fraud.acts} >= {"send_false_slip", "approve_proof"}, str(fraud)
