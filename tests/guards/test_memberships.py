"""Plain SQL about memberships, freezes and rewards: each guard is named by its constraint."""

from __future__ import annotations

import pytest

from tests.guards.conftest import World

COPY = """
INSERT INTO subscriptions (id, client_id, plan_id, account_id, status, starts_on, ends_on, anchor,
    base_price, discount, final_price, sold_at, replaces_id)
SELECT :fresh, {client}, plan_id, {account}, '{status}', starts_on + {later}, ends_on + {later}, anchor,
    base_price, discount, final_price, sold_at, {replaces} FROM subscriptions WHERE id = :running
"""
FREEZE = """
INSERT INTO freezes (id, subscription_id, kind, starts_on, ends_on, reason, staff_name, created_at)
SELECT :fresh, id, 'client', starts_on + {first}, {last}, 'by hand', 'nobody', now()
FROM subscriptions WHERE id = :running
"""
REWARD = """
INSERT INTO rewards (id, client_id, kind, subscription_id, threshold, percent, granted_on, expires_on, granted_at)
VALUES (:fresh, :rosa, '{kind}', {earned}, {threshold}, {percent}, '2026-08-03', '{expires}', now())
"""  # noqa: E501


def copy(
    *,
    client: str = ":rosa",
    status: str = "active",
    later: int = 0,
    account: str = ":spare",
    replaces: str = "NULL",
) -> str:
    """A second membership like Rosa's."""
    return COPY.format(client=client, account=account, status=status, later=later, replaces=replaces)


def freeze(first: int, last: str = "NULL") -> str:
    return FREEZE.format(first=first, last=last)


def reward(
    kind: str = "visits",
    earned: str = ":running",
    threshold: int = 20,
    percent: int = 20,
    expires: str = "2026-08-10",
) -> str:
    return REWARD.format(kind=kind, earned=earned, threshold=threshold, percent=percent, expires=expires)


def change(values: str, row: str = ":running", table: str = "subscriptions") -> str:
    return f"UPDATE {table} SET {values} WHERE id = {row}"


REFUSED = {
    "two open memberships on the same days": (copy(), "ex_subscriptions_no_overlap"),
    "two that touch on one day": (copy(later=30), "ex_subscriptions_no_overlap"),
    "a membership given to somebody who has one": (
        change("client_id = :otto"),
        "ex_subscriptions_no_overlap",
    ),
    "a longer period that runs into the renewal": (
        change("ends_on = ends_on + 1"),
        "ex_subscriptions_no_overlap",
    ),
    "a second renewal that waits": (
        copy(status="scheduled", later=200),
        "uq_subscriptions_one_waiting",
    ),
    "a period that ends before it begins": (
        change("ends_on = starts_on - 1"),
        "ck_subscriptions_period",
    ),
    "a chain that begins after its period": (
        change("anchor = starts_on + 1"),
        "ck_subscriptions_anchor",
    ),
    "a price below zero": (
        change("base_price = -1, final_price = -1"),
        "ck_subscriptions_discount",
    ),
    "a discount below zero": (
        change("discount = -1, final_price = base_price + 1"),
        "ck_subscriptions_discount",
    ),
    "a discount above the price": (
        change("discount = base_price + 1, final_price = -1"),
        "ck_subscriptions_discount",
    ),
    "a final price that is not price less discount": (
        change("final_price = final_price - 1"),
        "ck_subscriptions_final_price",
    ),
    "visits below zero": (change("visits_used = -1"), "ck_subscriptions_visits"),
    "more visits than the pack has": (
        change("visits = 1, visits_used = 2"),
        "ck_subscriptions_visits",
    ),
    "frozen days below zero": (change("frozen_days = -1"), "ck_subscriptions_extra_days"),
    "gift days below zero": (change("gift_days = -1"), "ck_subscriptions_extra_days"),
    "a running membership that is held": (change("held = true"), "ck_subscriptions_held_waits"),
    "a status nobody knows": (
        change("status = 'asleep'"),
        "ck_subscriptions_subscriptionstatus",
    ),
    "two memberships on one account": (
        copy(account=":account", status="canceled"),
        "uq_subscriptions_account_id",
    ),
    "a plan with a history deleted": (
        "DELETE FROM plans WHERE id = :plan",
        "fk_plan_prices_plan_id",
    ),
    "a client with a history deleted": ("DELETE FROM clients WHERE id = :rosa", None),
    "two prices on one day": (
        "INSERT INTO plan_prices (id, plan_id, amount, valid_from) VALUES (:fresh, :plan, 5, '2026-08-03')",
        "ex_plan_prices_one_at_a_time",
    ),
    "a plan's price below zero": (
        "UPDATE plan_prices SET amount = -1 WHERE plan_id = :plan",
        "ck_plan_prices_amount",
    ),
    "a plan of no visits": (change("visits = 0", ":plan", "plans"), "ck_plans_visits"),
    "a plan that freezes backwards": (
        change("freeze_days = -1", ":plan", "plans"),
        "ck_plans_freeze_days",
    ),
    "two freezes on the same day": (freeze(12, "starts_on + 20"), "ex_freezes_no_overlap"),
    "an open freeze over a planned one": (freeze(0), "ex_freezes_no_overlap"),
    "a freeze that ends before it begins": (freeze(20, "starts_on + 19"), "ck_freezes_period"),
    "the same reward twice": (reward(), "uq_rewards_earned"),
    "a second reward for one membership's visits": (
        reward(threshold=21),
        "uq_rewards_one_a_subscription",
    ),
    "a reward spent on the membership that earned it": (
        change("redeemed_by = :running", ":reward", "rewards"),
        "ck_rewards_for_another",
    ),
    "a referral of nobody": (reward(kind="referral", earned="NULL", threshold=0), "ck_rewards_friend"),
    "the same milestone twice": (
        reward(kind="milestone", earned="NULL", threshold=50),
        "uq_rewards_earned",
    ),
    "two rewards on one membership": (
        change("redeemed_at = now(), redeemed_by = :waiting", ":milestone", "rewards"),
        "uq_rewards_redeemed_by",
    ),
    "a reward spent on nothing": (
        change("redeemed_at = now()", ":milestone", "rewards"),
        "ck_rewards_redeemed",
    ),
    "a reward taken back after it was spent": (
        change("revoked_at = now()", ":reward", "rewards"),
        "ck_rewards_one_end",
    ),
    "a reward above the whole price": (reward(threshold=21, percent=101), "ck_rewards_percent"),
    "a reward that is over before it is given": (
        reward(threshold=21, expires="2026-08-02"),
        "ck_rewards_period",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_postgresql_refuses(world: World, what: str) -> None:
    statement, constraint = REFUSED[what]
    refusal = await world.refuses(statement)
    assert refusal == constraint if constraint else refusal in FOREIGN


FOREIGN = {
    "fk_accounts_client_id",
    "fk_subscriptions_client_id",
    "fk_check_ins_client_id",
    "fk_rewards_client_id",
}
"""Whichever of these is looked at first."""


async def test_one_membership_is_replaced_once(world: World) -> None:
    await world.does(copy(status="canceled", replaces=":ottos"))
    again = "UPDATE subscriptions SET replaces_id = :ottos WHERE id = :waiting"
    assert await world.refuses(again) == "uq_subscriptions_replaces_id"


@pytest.mark.parametrize(
    "statement",
    [
        copy(later=200),
        copy(status="canceled"),
        copy(client=":otto", later=31),
        freeze(13, "starts_on + 20"),
        reward(earned=":waiting"),
        reward(kind="milestone", earned="NULL", threshold=100),
    ],
)
async def test_postgresql_lets_through_what_breaks_no_rule(world: World, statement: str) -> None:
    """Or the refusals above would prove nothing but a broken statement."""
    await world.does(statement)
