"""Buttons of subscriptions: sale, renewal, change, freeze, cancellation, gift days."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import ButtonStyle, Callback, callback


@callback("sell")
class SellPlan(Callback):
    """Choose a plan for a client."""

    client_id: UUID


@callback("renew")
class RenewPlan(Callback):
    """Offer the next period of a client's plan."""

    client_id: UUID


@callback("cancel", style=ButtonStyle.DANGER)
class CancelSubscription(Callback):
    """Open the form that ends a subscription now."""

    subscription_id: UUID


@callback("endfrz")
class EndFreeze(Callback):
    """Ask whether the freeze ends today."""

    subscription_id: UUID


@callback("start1", changes=True)
class StartNow(Callback):
    """Begin a waiting renewal today, because the visit pack before it is used up."""

    subscription_id: UUID


@callback("freeze")
class FreezePlan(Callback):
    """Open the form of a freeze."""

    subscription_id: UUID


@callback("frzs")
class Freezes(Callback):
    """List the freezes of a subscription."""

    subscription_id: UUID


@callback("gift")
class GiftPlanDays(Callback):
    """Give days to one subscription (admins)."""

    subscription_id: UUID


@callback("closeg")
class CloseGym(Callback):
    """Show the gym's closings, and gift days for everybody (admins)."""

    page: int = 0


@callback("plman")
class ManagePlan(Callback):
    """Show what can be done with a plan that was sold: change it, refund it, end it."""

    subscription_id: UUID


@callback("chplan")
class ChangePlan(Callback):
    """Choose another plan from today, paid with what is left of this one."""

    subscription_id: UUID


@callback("refund")
class RefundPlan(Callback):
    """Refund a part of what was paid for a plan."""

    subscription_id: UUID


@callback("gdwill")
class CreditPlan(Callback):
    """Credit goodwill for a plan."""

    subscription_id: UUID
