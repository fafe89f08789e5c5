"""Buttons of subscriptions: sale, renewal, change, freeze, cancellation, gift days."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("sell")
class SellPlan(Callback):
    """A plan for a client."""

    client_id: UUID


@callback("renew")
class RenewPlan(Callback):
    """The next period of a client's plan."""

    client_id: UUID


@callback("cancel")
class CancelSubscription(Callback):
    """End a subscription now."""

    subscription_id: UUID


@callback("endfrz")
class EndFreeze(Callback):
    """The client is back: end the freeze today."""

    subscription_id: UUID


@callback("start1", changes=True)
class StartNow(Callback):
    """Begin a waiting renewal today, because the visit pack before it is used up."""

    subscription_id: UUID


@callback("freeze")
class FreezePlan(Callback):
    """Let a subscription rest."""

    subscription_id: UUID


@callback("frzs")
class Freezes(Callback):
    """When a subscription rests and rested."""

    subscription_id: UUID


@callback("gift")
class GiftPlanDays(Callback):
    """Days as a gift for one subscription (admins)."""

    subscription_id: UUID


@callback("closeg")
class CloseGym(Callback):
    """The gym's closings, and days for everybody (admins)."""

    page: int = 0


@callback("plman")
class ManagePlan(Callback):
    """What can be done with a plan that was sold: change it, give money back, end it."""

    subscription_id: UUID


@callback("chplan")
class ChangePlan(Callback):
    """Another plan from today, with what is left of this one."""

    subscription_id: UUID


@callback("refund")
class RefundPlan(Callback):
    """Money back for a plan."""

    subscription_id: UUID


@callback("gdwill")
class CreditPlan(Callback):
    """Goodwill for a plan."""

    subscription_id: UUID
