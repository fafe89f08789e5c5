"""Notifications of subscriptions: to the client, and to the desk with who acted.

What nobody waits for (activated, expired, reminders) leaves after the quiet hours.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.plans import (
    CancellationDetails,
    ChangeDetails,
    DeskActivatedPayload,
    DeskCanceledPayload,
    DeskExpiredPayload,
    DeskPlanChangedPayload,
    DeskRenewedPayload,
    DeskSoldPayload,
    PaymentDuePayload,
    PlanChangedPayload,
    PlanDetails,
    PriceDetails,
    SubscriptionActivatedPayload,
    SubscriptionCanceledPayload,
    SubscriptionExpiredPayload,
    SubscriptionRenewedPayload,
    SubscriptionSoldPayload,
)
from gym.notifications.quiet_hours import after_quiet
from gym.payments.schemas import GivenBack
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import ChangeQuote
from gym.unit_of_work import UnitOfWork


def plan_details(subscription: Subscription, balance: Decimal | None = None) -> PlanDetails:
    """A subscription as a message tells of it; `balance` is another one than is owed now."""
    return PlanDetails(
        subscription_id=subscription.id,
        client_id=subscription.client_id,
        client_name=subscription.client.full_name,
        plan_name=subscription.plan.name,
        starts_on=subscription.starts_on,
        ends_on=subscription.ends_on,
        status=subscription.status,
        final_price=subscription.final_price,
        balance=subscription.account.balance if balance is None else balance,
    )


def price_details(subscription: Subscription) -> PriceDetails:
    return PriceDetails(
        base_price=subscription.base_price, discount=subscription.discount, visits=subscription.visits
    )


def tell_sold(uow: UnitOfWork, subscription: Subscription) -> None:
    about, sale = plan_details(subscription), price_details(subscription)
    client = Recipient.client(subscription.client_id)
    uow.notify(client, SubscriptionSoldPayload(about=about, sale=sale), dedup_key=f"sold:{subscription.id}")
    desk = DeskSoldPayload(about=about, sale=sale, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-sold:{subscription.id}")


def tell_renewed(uow: UnitOfWork, subscription: Subscription) -> None:
    about, sale = plan_details(subscription), price_details(subscription)
    client = Recipient.client(subscription.client_id)
    told = SubscriptionRenewedPayload(about=about, sale=sale)
    uow.notify(client, told, dedup_key=f"renewed:{subscription.id}")
    desk = DeskRenewedPayload(about=about, sale=sale, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-renewed:{subscription.id}")


def tell_canceled(
    uow: UnitOfWork,
    subscription: Subscription,
    given: GivenBack,
    last_day: date,
    *,
    begun: bool,
    stays: Subscription | None,
) -> None:
    """`last_day` is the one that it had before it was canceled, which is the one the client knows."""
    about = plan_details(subscription).model_copy(update={"ends_on": last_day})
    outcome = CancellationDetails(
        begun=begun,
        running_plan=stays.plan.name if stays else None,
        running_until=stays.ends_on if stays else None,
        reason=subscription.cancel_reason,
        credited=given.credited,
        refunded=given.refunded,
        kept=given.kept,
    )
    client = Recipient.client(subscription.client_id)
    told = SubscriptionCanceledPayload(about=about, outcome=outcome)
    uow.notify(client, told, dedup_key=f"canceled:{subscription.id}")
    desk = DeskCanceledPayload(about=about, outcome=outcome, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-canceled:{subscription.id}")


def tell_changed(uow: UnitOfWork, new: Subscription, quote: ChangeQuote, receipt: int | None) -> None:
    about, client = plan_details(new), Recipient.client(new.client_id)
    change = ChangeDetails(
        old_plan=quote.old.plan.name,
        value=quote.value,
        to_debt=quote.to_debt,
        to_new=quote.to_new,
        to_credit=quote.to_credit,
        debt_left=quote.old.account.balance,
        receipt_number=receipt,
        renewal_starts_on=quote.renewal.starts_on if quote.renewal else None,
    )
    uow.notify(client, PlanChangedPayload(about=about, change=change), dedup_key=f"changed:{new.id}")
    desk = DeskPlanChangedPayload(about=about, change=change, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-changed:{new.id}")


def tell_activated(uow: UnitOfWork, subscription: Subscription) -> None:
    """To the client, unless deactivated: their plan opens no door."""
    about = plan_details(subscription)
    if subscription.client.active:
        told = SubscriptionActivatedPayload(about=about)
        _tell_later(uow, about, told, f"activated:{subscription.id}")
    desk = DeskActivatedPayload(about=about, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-activated:{subscription.id}")


def tell_expired(uow: UnitOfWork, subscription: Subscription, *, leaves: bool) -> None:
    """The client hears of it only without another subscription to go on with, and while active."""
    about = plan_details(subscription)
    if leaves and subscription.client.active:
        told = SubscriptionExpiredPayload(about=about)
        _tell_later(uow, about, told, f"expired:{subscription.id}")
    desk = DeskExpiredPayload(about=about, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-expired:{subscription.id}")


def tell_due(uow: UnitOfWork, subscription: Subscription, days: int, key: str) -> None:
    """A reminder of what is to pay, `days` after the first day."""
    about = plan_details(subscription)
    _tell_later(uow, about, PaymentDuePayload(about=about, days=days), key)


def _tell_later(uow: UnitOfWork, about: PlanDetails, payload: Payload, key: str) -> None:
    client = Recipient.client(about.client_id)
    uow.notify(client, payload, dedup_key=key, due_at=after_quiet(uow.now, uow.settings))
