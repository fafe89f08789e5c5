"""Memberships followed once: each figure still is that of the raw rows, whatever is sold, moved or undone."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update

from gym.app import Gym
from gym.reports.figures.movement import MovementRepository, count_movements
from gym.reports.figures.renewals import RenewalRepository
from gym.reports.rollup.service import MembershipRollupService
from gym.security.permissions import Actor
from gym.settings.models import GymState
from tests.reports.figures.asking import RANGES, asked
from tests.reports.figures.random_gym import SETTINGS, open_random_gym
from tests.reports.figures.raw_rows import RawGym, read_gym
from tests.reports.figures.test_membership_figures import movements_again, renewals_again

CHANGED = text("SELECT DISTINCT client_id FROM changed_memberships")
COLUMNS = text("""
    SELECT string_agg(quote_ident(column_name), ',') FROM information_schema.columns
    WHERE table_name = 'clients' AND is_generated = 'NEVER' AND column_name NOT IN
        ('id', 'telegram_id', 'phone', 'document_number', 'document_type', 'card_number', 'email')
""")
FREE = text("SELECT count(*) FROM (SELECT id FROM clients FOR UPDATE SKIP LOCKED) free")
OVER = "WHERE status IN ('expired', 'lapsed') AND ends_on < CAST(:today AS date) - 60"
CHANGES = {
    "sold": """
        WITH old AS (SELECT * FROM subscriptions {over} ORDER BY id LIMIT 1), account AS (
            INSERT INTO accounts (id, client_id, kind, created_at)
            SELECT gen_random_uuid(), client_id, 'subscription', sold_at FROM old RETURNING id)
        INSERT INTO subscriptions (id, client_id, plan_id, account_id, status, starts_on, ends_on, anchor,
            base_price, discount, final_price, sold_at)
        SELECT gen_random_uuid(), o.client_id, o.plan_id, a.id, 'expired', o.ends_on + 33, o.ends_on + 40,
            o.ends_on + 33, 0, 0, 0, o.sold_at + interval '50 days'
        FROM old o, account a RETURNING client_id""",
    "cancelled": """
        UPDATE subscriptions SET status = 'canceled', closed_at = CAST(starts_on + 3 AS timestamp),
            cancel_reason = 'moved' WHERE id = (SELECT id FROM subscriptions {over}
            AND ends_on > starts_on + 8 ORDER BY id LIMIT 1) RETURNING client_id""",
    "moved": """
        UPDATE subscriptions SET ends_on = ends_on + 9 WHERE id = (SELECT id FROM subscriptions {over}
            ORDER BY id DESC LIMIT 1) RETURNING client_id""",
    "resting": """
        WITH rest AS (
            INSERT INTO freezes (id, subscription_id, kind, starts_on, reason, staff_name, created_at)
            SELECT gen_random_uuid(), id, 'client', starts_on, 'travels', 'Ana', sold_at FROM subscriptions
            {over} AND id NOT IN (SELECT subscription_id FROM freezes) ORDER BY starts_on, id LIMIT 1
            RETURNING subscription_id)
        SELECT client_id FROM subscriptions WHERE id IN (SELECT subscription_id FROM rest)""",
    "called off": """
        WITH rest AS (
            UPDATE freezes SET canceled_at = now() WHERE ends_on IS NULL AND canceled_at IS NULL
                AND subscription_id = (SELECT f.subscription_id FROM freezes f WHERE f.ends_on IS NULL
                    AND f.canceled_at IS NULL ORDER BY f.id LIMIT 1)
            RETURNING subscription_id)
        SELECT client_id FROM subscriptions WHERE id IN (SELECT subscription_id FROM rest)""",
    "import undone": """
        WITH list AS (
            UPDATE client_imports SET undone_at = now() WHERE id = (SELECT id FROM client_imports
                WHERE undone_at IS NULL ORDER BY id LIMIT 1) RETURNING id)
        SELECT client_id FROM client_import_rows WHERE import_id IN (SELECT id FROM list)""",
    "forgotten": """
        DELETE FROM client_import_rows WHERE subscription_id = (SELECT r.subscription_id
            FROM client_import_rows r ORDER BY r.import_id LIMIT 1) RETURNING client_id""",
}


async def roll(gym: Gym) -> int:
    """As many nights as it takes; how many clients were followed."""
    total = 0
    while done := await gym.run(Actor.system(), lambda uow: MembershipRollupService(uow).roll_due()):
        total += done
    return total


async def admit(gym: Gym, count: int) -> None:
    """Copies of one member, without plans."""
    async with gym.unit_of_work(Actor.system()) as uow:
        columns = await uow.session.scalar(COLUMNS)
        await uow.session.execute(
            text(
                f"INSERT INTO clients (id, {columns}) SELECT gen_random_uuid(), {columns}"
                " FROM (SELECT * FROM clients LIMIT 1) c, generate_series(1, :count)"
            ),
            {"count": count},
        )


async def changed(gym: Gym) -> set[UUID]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return set(await uow.session.scalars(CHANGED))


async def agree(gym: Gym) -> RawGym:
    """Every list and sum of every range."""
    raw = await read_gym(gym)
    for first, last in RANGES:
        async with asked(gym, first, last) as (uow, terms):
            moved = (await MovementRepository(uow.session).movements(terms)).items
            sums = count_movements(await MovementRepository(uow.session).tallies(terms))
            ended = (await RenewalRepository(uow.session).ended(terms)).items
        found = Counter((one.kind.value, one.day, one.subscription_id) for one in moved)
        assert found == movements_again(raw, first, last), (first, last)
        kinds = Counter(one.kind.value for one in moved)
        assert (sums.new, sums.back, sums.left, sums.not_yet) == tuple(
            kinds[kind] for kind in ("new", "back", "left", "not_yet")
        )
        outcomes = Counter((one.outcome.value, one.subscription_id) for one in ended)
        assert outcomes == renewals_again(raw, first, last), (first, last)
    return raw


@pytest.mark.parametrize("seed", [1, 2])
async def test_whoever_has_changed_is_followed_anew_and_nobody_else(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed, visited=False)
    raw = await agree(gym)
    assert await roll(gym) >= len(raw.ordered)
    assert await changed(gym) == set()
    await agree(gym)
    for name, statement in CHANGES.items():
        async with gym.unit_of_work(Actor.system()) as uow:
            moved = text(statement.format(over=OVER))
            values = {"today": raw.today} if "{over}" in statement else {}
            whose = {row.client_id for row in await uow.session.execute(moved, values)}
        assert len(whose) == 1, name
        assert await changed(gym) == whose, name
        await agree(gym)
        assert await roll(gym) == 1, name
        await agree(gym)


async def test_a_plan_that_expires_changes_nobody(gym: Gym) -> None:
    await open_random_gym(gym, 3, clients=15, visited=False)
    await roll(gym)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            text("UPDATE subscriptions SET status = 'lapsed', closed_at = now() WHERE status = 'expired'")
        )
        await uow.session.execute(text("UPDATE subscriptions SET visits_used = 1 WHERE visits IS NOT NULL"))
    assert await changed(gym) == set()
    assert await roll(gym) == 0


async def test_memberships_of_another_zone_are_followed_anew(gym: Gym) -> None:
    """A plan sold or cancelled late in the evening was so on another day there."""
    await open_random_gym(gym, 1, visited=False)
    assert (whole := await roll(gym))
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            update(GymState).values(settings=SETTINGS | {"timezone": "Pacific/Auckland"})
        )
    await agree(gym)
    assert await roll(gym) == whole
    await agree(gym)


async def test_reports_read_what_the_night_has_followed(gym: Gym) -> None:
    """What stands in the roll-up is used: a wrong row is seen in the report."""
    await open_random_gym(gym, 1, visited=False)
    await roll(gym)
    days = (date(2023, 1, 1), date(2026, 8, 3))
    async with asked(gym, *days) as (uow, terms):
        before = count_movements(await MovementRepository(uow.session).tallies(terms))
        await uow.session.execute(text("UPDATE membership_periods SET begins = NULL"))
        after = count_movements(await MovementRepository(uow.session).tallies(terms))
        await uow.session.rollback()
    assert before.new > 0
    assert (after.new, after.back, after.left) == (0, 0, before.left)
    assert terms.today - days[0] > timedelta(days=365)


async def test_a_night_keeps_the_desk_from_a_hundred_members_at_most(gym: Gym) -> None:
    """Whoever sells a member a drink waits for the transaction that follows their memberships."""
    await open_random_gym(gym, 3, clients=15, visited=False)
    await admit(gym, 400)
    async with gym.unit_of_work(Actor.system()) as night:
        followed = await MembershipRollupService(night).roll_due()
        async with gym.unit_of_work(Actor.system()) as desk:
            free = await desk.session.scalar(FREE)
    assert (followed, free) == (100, 315)
    assert await roll(gym) == 315
