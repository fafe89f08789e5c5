"""The demo gym is loaded once, into an empty sandbox, and holds every invariant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from gym.app import Gym
from gym.clients.models import Client
from gym.commands.data.demo import enrol_people
from gym.demo import service
from gym.demo.errors import DemoInconsistent, DemoNeedsEmptyGym, DemoOnlyInSandbox
from gym.demo.history.story import DemoOrder
from gym.demo.history.team import Fraud
from gym.demo.service import DemoService
from gym.notifications.models import Notification
from gym.payments.models import Account, LedgerEntry
from gym.security.permissions import Actor
from gym.settings.models import GymKind
from gym.subscriptions.models import Subscription
from tests.demo.gyms import Fill, filled
from tests.support.memberships import DeskClerk

SMALL = DemoOrder(clients=30, years=1, frauds=frozenset(Fraud))
SERVED = replace(SMALL, copied=False)
COPIED = DemoOrder(clients=30, years=1, frauds=frozenset(Fraud), copied=True)


async def entries(gym: Gym) -> list[tuple[object, ...]]:
    """Amounts by day, kind of account, kind, method, cause and who wrote it."""
    row = LedgerEntry
    key = (row.gym_day, Account.kind, row.kind, row.method, row.cause, row.staff_name, row.receipt_number)
    query = select(*key, func.sum(row.amount)).join(Account, Account.id == row.account_id).group_by(*key)
    query = query.order_by(row.gym_day, row.receipt_number, row.kind, row.staff_name, func.sum(row.amount))
    async with gym.unit_of_work(Actor.system()) as uow:
        return [tuple(row) for row in (await uow.session.execute(query)).all()]


async def periods(gym: Gym) -> list[tuple[object, ...]]:
    """Every period with its client's document, status, price, visits and balance."""
    one = Subscription
    query = (
        select(
            *(Client.document_number, one.starts_on, one.ends_on, one.anchor, one.status, one.base_price),
            *(one.discount, one.frozen_days, one.visits_used, Account.balance, one.renews_id.is_(None)),
        )
        .join(Client, Client.id == one.client_id)
        .join(Account, Account.id == one.account_id)
        .order_by(Client.document_number, one.starts_on)
    )
    async with gym.unit_of_work(Actor.system()) as uow:
        return [tuple(row) for row in (await uow.session.execute(query)).all()]


async def attempts(gym: Gym) -> list[tuple[object, ...]]:
    query = text(
        "SELECT gym_day, code, method, counted, visit_number, at FROM check_ins ORDER BY at, code, 5"
    )
    async with gym.unit_of_work(Actor.system()) as uow:
        return [tuple(row) for row in (await uow.session.execute(query)).all()]


async def counts(gym: Gym) -> list[tuple[object, ...]]:
    query = text("SELECT gym_day, counted_by_name, expected, counted FROM cash_counts ORDER BY 1, 2")
    async with gym.unit_of_work(Actor.system()) as uow:
        return [tuple(row) for row in (await uow.session.execute(query)).all()]


async def bar(gym: Gym) -> list[tuple[object, ...]]:
    """What came to the shelf and went from it, with sales and returns; what lies there, and its prices."""
    moved = text(
        "SELECT p.name, m.kind, m.quantity, m.unit_cost, m.reason, m.staff_name, m.at, l.unit_price,"
        " l.tax_percent, l.unit_cost, s.seller_name, s.returned_at, s.return_reason"
        " FROM stock_movements m JOIN products p ON p.id = m.product_id"
        " LEFT JOIN sale_lines l ON l.id = m.sale_line_id LEFT JOIN sales s ON s.id = l.sale_id"
        " ORDER BY m.at, p.name, m.kind"
    )
    lies = text(
        "SELECT p.name, p.quantity, p.average_cost, r.amount, r.valid_from FROM products p"
        " JOIN product_prices r ON r.product_id = p.id ORDER BY p.name, r.valid_from"
    )
    async with gym.unit_of_work(Actor.system()) as uow:
        return [tuple(row) for query in (moved, lies) for row in (await uow.session.execute(query)).all()]


@dataclass(frozen=True)
class Told:
    """What a gym's tables say, without ids."""

    tables: Sequence[Sequence[object]]

    @classmethod
    async def of(cls, gym: Gym) -> Told:
        return cls([await told(gym) for told in (entries, periods, attempts, counts, bar)])


async def told_of(fill: Fill, order: DemoOrder) -> Told:
    async with fill(order) as gym:
        return await Told.of(gym)


async def test_services_and_copies_write_the_same_gym(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """All by services, all copied, and copied up to a day, be it in the middle or eight weeks ago."""
    served, copied = await told_of(fill, SERVED), await told_of(fill, COPIED)
    usual = await told_of(fill, SMALL)
    monkeypatch.setattr(service, "RECENT", timedelta(days=170, hours=5))
    for told in (copied, usual, await told_of(fill, SMALL)):
        for found, right in zip(told.tables, served.tables, strict=True):
            assert len(found) > 20
            assert found == right


async def test_the_same_number_is_the_same_gym_and_another_number_another(fill: Fill) -> None:
    first, again = await told_of(fill, COPIED), await told_of(fill, COPIED)
    assert first == again
    assert (await told_of(fill, replace(COPIED, seed=2))).tables[1] != first.tables[1]


async def test_nobody_is_told_of_a_made_up_past(gym: Gym) -> None:
    await filled(gym, SMALL)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(select(func.count()).select_from(Notification)) == 0


async def test_a_gym_with_anything_in_it_is_left_alone(gym: Gym) -> None:
    await filled(gym, COPIED)
    with pytest.raises(DemoNeedsEmptyGym):
        await gym.run(Actor.system(), lambda uow: DemoService(uow).load(COPIED))


async def test_a_real_gym_is_left_alone(gym: Gym) -> None:
    await gym.stamp(GymKind.REAL)
    with pytest.raises(DemoOnlyInSandbox):
        await gym.run(Actor.system(), lambda uow: DemoService(uow).load(COPIED))
    assert await periods(gym) == []


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE subscriptions SET visits_used = visits_used + 1 WHERE visits IS NULL",
        "UPDATE subscriptions SET status = 'lapsed' WHERE status = 'expired'",
        "UPDATE subscriptions SET ends_on = ends_on + 5 WHERE status = 'expired' AND frozen_days = 0",
        "UPDATE subscriptions SET final_price = final_price - 1, base_price = base_price - 1",
        "UPDATE counters SET value = value + 1 WHERE name = 'receipt'",
        "UPDATE check_ins SET gym_day = gym_day + 4000 WHERE counted AND subscription_id IS NOT NULL",
        "DELETE FROM freezes",
    ],
)
async def test_a_broken_history_is_not_kept(gym: Gym, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check = DemoService._check  # pyright: ignore[reportPrivateUsage]

    async def harmed(self: DemoService) -> None:
        await self.uow.session.execute(text(harm))
        await check(self)

    monkeypatch.setattr(DemoService, "_check", harmed)
    with pytest.raises(DemoInconsistent):
        await filled(gym, COPIED)
    assert await periods(gym) == []


async def test_only_people_whose_photos_were_taken_count_as_enrolled(
    gym: Gym, admin: Actor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = DeskClerk(gym, admin)
    for name in ("Rosa", "Otto"):
        await desk.pay(await desk.sell(await desk.client(name), await desk.plan(name=f"Plan of {name}")))
    (tmp_path / "people" / "somebody").mkdir(parents=True)
    (tmp_path / "people" / "else").mkdir()
    await enrol_people(gym, tmp_path / "people")
    assert "0 of 2 people" in capsys.readouterr().out
