"""Refused sales, renewals and changes: the reason, and a button for the next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import RenewPlan, SellPlan
from bot.ui.callbacks import Callback
from bot.ui.keyboards import Button, button, nav
from bot.ui.screens import HtmlTranslator, Screen, say_error
from gym.core.errors import GymError
from gym.rewards.errors import NotYourReward, RewardExpired, RewardGone, RewardNotFound
from gym.subscriptions.errors import (
    AlreadyClosed,
    AlreadyWaiting,
    ClientInactive,
    FrozenOpenEnd,
    JustChanged,
    NothingToRenew,
    NotRunning,
    NotWaiting,
    PackNotUsedUp,
    PeriodOver,
    PeriodTaken,
    PlanInactive,
    PlanWithoutPrice,
    SamePlan,
    StartTooEarly,
    StartTooFar,
    TrialUsed,
)

REFUSALS: Final = (
    AlreadyClosed,
    AlreadyWaiting,
    ClientInactive,
    FrozenOpenEnd,
    JustChanged,
    NotRunning,
    NotWaiting,
    NothingToRenew,
    PackNotUsedUp,
    PeriodOver,
    PeriodTaken,
    PlanInactive,
    PlanWithoutPrice,
    RewardExpired,
    RewardGone,
    RewardNotFound,
    NotYourReward,
    SamePlan,
    StartTooEarly,
    StartTooFar,
    TrialUsed,
)
"""Faults that are shown as a screen of their own instead of an alert."""
RENEWABLE: Final = (PeriodTaken, FrozenOpenEnd, RewardExpired, RewardGone, RewardNotFound, NotYourReward)


def refusal_screen(
    t: HtmlTranslator, error: GymError, client_id: UUID, *, again: Callback | None = None
) -> Screen:
    """The refusal, a button for the next step, and the card; `again` shows the screen before, read anew."""
    text = f"⚠️ {say_error(t, error)}"
    return Screen(text, [_next(t, error, client_id, again), nav(t, back=Card(client_id))])


def _next(t: HtmlTranslator, error: GymError, client_id: UUID, again: Callback | None) -> Sequence[Button]:
    if isinstance(error, RENEWABLE):
        return [button(t("🔁 Renew"), RenewPlan(client_id))]
    if isinstance(error, NothingToRenew):
        return [button(t("🏷 Sell plan"), SellPlan(client_id))]
    if isinstance(error, ClientInactive):
        return [button(t("👤 Open the card"), Card(client_id))]
    if again is None:
        return []
    other = isinstance(error, PlanInactive | PlanWithoutPrice | TrialUsed | SamePlan)
    return [button(t("Other plan") if other else t("Look again"), again)]
