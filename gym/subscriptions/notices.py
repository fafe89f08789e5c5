"""What subscriptions tell clients and the desk: the payload of every kind, for whoever writes the sentence.

Every payload here has: `subscription_id`, `client_id` (UUID), `client_name`, `plan_name` (text), `starts_on`,
`ends_on` (date), `status` (text, a `SubscriptionStatus`), `final_price`, `balance` (Decimal, owed now).
Every DESK_ kind has also `staff_name` (who acted). On top of that:

| kinds | more keys |
|---|---|
| SUBSCRIPTION_SOLD, DESK_SOLD, SUBSCRIPTION_RENEWED, DESK_RENEWED | `base_price`, `discount` (Decimal), `visits` (int or none) |
| RECEIPT, DESK_PAYMENT | `receipt_number` (int), `amount` (Decimal), `method` (text, a `Method`), `at` (datetime), `note` (text or none), `entry_id` (UUID); `balance` is what is owed after it; of a charge of several debts also `total` (Decimal) and `parts` (list of `plan_name`, `starts_on`, `ends_on`, `amount`, `receipt_number`), the rest being of the first part |
| VOIDED, DESK_VOID | `receipt_number`, `amount`, `method`, `reason`, `entry_id` (of the payment); `balance` after it |
| SUBSCRIPTION_CANCELED, DESK_CANCELED | `reason`, `credited`, `refunded`, `kept` (Decimal: off the debt, handed out, left as the client's credit), `begun` (bool), `running_plan` (text or none: what the client has now), `running_until` (date or none) |
| REFUNDED, DESK_REFUND | the same; `method` (text or none: how money was handed out) and `entry_id` (UUID or none), `cause` (text: `written_off` for a debt that is) |
| PLAN_CHANGED, DESK_PLAN_CHANGED | `old_plan` (text), `value`, `to_debt`, `to_new`, `to_credit`, `debt_left` (Decimal), `receipt_number` (int or none: of what the credit paid), `renewal_starts_on` (date or none) |
| SUBSCRIPTION_ACTIVATED, DESK_ACTIVATED | nothing; `balance` above zero means it began unpaid |
| SUBSCRIPTION_EXPIRED, DESK_EXPIRED | nothing; `balance` above zero means it lapsed and the debt stays |
| ENDS_SOON | `days` (int: 7, 3, 1 or 0 for today) |
| ENDED | `days` (int: 3 or 10 days ago) |
| PAYMENT_DUE | `days` (int: 1, 3 or 7 days since it began) |

Messages that nobody waits for (activated, expired, reminders) leave after the quiet hours.
"""  # noqa: E501 - a table

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gym.core.database.ids import new_id
from gym.notifications.models import NotificationKind, Priority
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.quiet_hours import after_quiet
from gym.payments.models import EntryCause, LedgerEntry, Method
from gym.payments.schemas import GivenBack, Receipt
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import ChangeQuote
from gym.unit_of_work import UnitOfWork

Payload = dict[str, object]


def subscription_payload(subscription: Subscription) -> Payload:
    """The keys that every kind has."""
    return {
        "subscription_id": subscription.id,
        "client_id": subscription.client_id,
        "client_name": subscription.client.full_name,
        "plan_name": subscription.plan.name,
        "starts_on": subscription.starts_on,
        "ends_on": subscription.ends_on,
        "status": subscription.status,
        "final_price": subscription.final_price,
        "balance": subscription.account.balance,
    }


def sale_payload(subscription: Subscription) -> Payload:
    return subscription_payload(subscription) | {
        "base_price": subscription.base_price,
        "discount": subscription.discount,
        "visits": subscription.visits,
    }


def receipt_payload(receipt: Receipt, subscription: Subscription) -> Payload:
    return subscription_payload(subscription) | {
        "receipt_number": receipt.number,
        "amount": receipt.amount,
        "method": receipt.method,
        "at": receipt.at,
        "note": receipt.note,
        "entry_id": receipt.entry_id,
        "balance": receipt.balance_after,
    }


def void_payload(payment: LedgerEntry, reason: str, subscription: Subscription) -> Payload:
    return subscription_payload(subscription) | {
        "receipt_number": payment.receipt_number,
        "amount": payment.amount,
        "method": payment.method,
        "reason": reason,
        "entry_id": payment.id,
    }


def cancellation_payload(
    subscription: Subscription, given: GivenBack, *, begun: bool, stays: Subscription | None
) -> Payload:
    return subscription_payload(subscription) | {
        "begun": begun,
        "running_plan": stays.plan.name if stays else None,
        "running_until": stays.ends_on if stays else None,
        "reason": subscription.cancel_reason,
        "credited": given.credited,
        "refunded": given.refunded,
        "kept": given.kept,
    }


def refund_payload(subscription: Subscription, given: GivenBack, reason: str) -> Payload:
    return subscription_payload(subscription) | {
        "reason": reason,
        "credited": given.credited,
        "refunded": given.refunded,
        "kept": given.kept,
        "method": None,
        "entry_id": None,
    }


def change_payload(new: Subscription, quote: ChangeQuote, receipt: int | None) -> Payload:
    return subscription_payload(new) | {
        "old_plan": quote.old.plan.name,
        "value": quote.value,
        "to_debt": quote.to_debt,
        "to_new": quote.to_new,
        "to_credit": quote.to_credit,
        "debt_left": quote.old.account.balance,
        "receipt_number": receipt,
        "renewal_starts_on": quote.renewal.starts_on if quote.renewal else None,
    }


def tell_sold(uow: UnitOfWork, subscription: Subscription) -> None:
    _tell_both(
        uow,
        subscription,
        "sold",
        (NotificationKind.SUBSCRIPTION_SOLD, NotificationKind.DESK_SOLD),
        sale_payload(subscription),
    )


def tell_renewed(uow: UnitOfWork, subscription: Subscription) -> None:
    _tell_both(
        uow,
        subscription,
        "renewed",
        (NotificationKind.SUBSCRIPTION_RENEWED, NotificationKind.DESK_RENEWED),
        sale_payload(subscription),
    )


def tell_canceled(
    uow: UnitOfWork,
    subscription: Subscription,
    given: GivenBack,
    *,
    begun: bool,
    stays: Subscription | None,
) -> None:
    _tell_both(
        uow,
        subscription,
        "canceled",
        (NotificationKind.SUBSCRIPTION_CANCELED, NotificationKind.DESK_CANCELED),
        cancellation_payload(subscription, given, begun=begun, stays=stays),
    )


def tell_refunded(uow: UnitOfWork, entry: LedgerEntry, subscription: Subscription) -> None:
    """Money handed back, or kept as credit when that is the method."""
    kept = entry.method is Method.CREDIT
    given = GivenBack(kept=entry.amount) if kept else GivenBack(refunded=entry.amount)
    payload = refund_payload(subscription, given, entry.reason or "")
    _tell_given(uow, subscription, payload | {"method": entry.method, "entry_id": entry.id}, str(entry.id))


def tell_credited(uow: UnitOfWork, subscription: Subscription, given: GivenBack, reason: str) -> None:
    """Goodwill."""
    _tell_given(uow, subscription, refund_payload(subscription, given, reason), str(new_id()))


def tell_written_off(
    uow: UnitOfWork, subscription: Subscription, given: GivenBack, entry: LedgerEntry
) -> None:
    """A debt that nobody pays any more."""
    payload = refund_payload(subscription, given, entry.reason or "") | {"cause": EntryCause.WRITTEN_OFF}
    _tell_given(uow, subscription, payload, str(entry.id))


def tell_changed(uow: UnitOfWork, new: Subscription, quote: ChangeQuote, receipt: int | None) -> None:
    kinds = NotificationKind.PLAN_CHANGED, NotificationKind.DESK_PLAN_CHANGED
    _tell_both(uow, new, "changed", kinds, change_payload(new, quote, receipt))


def tell_paid(uow: UnitOfWork, receipt: Receipt, subscription: Subscription) -> None:
    tell_receipt(uow, receipt, subscription)
    payload = receipt_payload(receipt, subscription)
    _tell_desk(uow, NotificationKind.DESK_PAYMENT, payload, f"desk-payment:{receipt.entry_id}")


def tell_paid_together(
    uow: UnitOfWork, parts: Sequence[Receipt], subscriptions: Sequence[Subscription]
) -> None:
    """One message for everything that was paid at once, to the client and to the desk."""
    first = parts[0]
    if len(parts) == 1:
        tell_paid(uow, first, subscriptions[0])
        return
    payload = receipt_payload(first, subscriptions[0]) | {
        "total": sum((one.amount for one in parts), Decimal(0)),
        "parts": [
            {
                "plan_name": one.plan_name,
                "starts_on": one.starts_on,
                "ends_on": one.ends_on,
                "amount": one.amount,
                "receipt_number": one.number,
            }
            for one in parts
        ],
    }
    client, key = Recipient.client(first.client_id), f"receipt:{first.entry_id}"
    uow.notify(client, NotificationKind.RECEIPT, payload, dedup_key=key, priority=Priority.URGENT)
    _tell_desk(uow, NotificationKind.DESK_PAYMENT, payload, f"desk-payment:{first.entry_id}")


def tell_receipt(uow: UnitOfWork, receipt: Receipt, subscription: Subscription) -> None:
    """To the client only: the desk reads of what a plan change has paid in the change itself."""
    payload, key = receipt_payload(receipt, subscription), f"receipt:{receipt.entry_id}"
    client = Recipient.client(subscription.client_id)
    uow.notify(client, NotificationKind.RECEIPT, payload, dedup_key=key, priority=Priority.URGENT)


def tell_voided(uow: UnitOfWork, payment: LedgerEntry, reason: str, subscription: Subscription) -> None:
    payload = void_payload(payment, reason, subscription)
    client = Recipient.client(subscription.client_id)
    uow.notify(client, NotificationKind.VOIDED, payload, dedup_key=f"voided:{payment.id}")
    _tell_desk(uow, NotificationKind.DESK_VOID, payload, f"desk-void:{payment.id}")


def tell_activated(uow: UnitOfWork, subscription: Subscription) -> None:
    payload = subscription_payload(subscription)
    _tell_later(
        uow, subscription, NotificationKind.SUBSCRIPTION_ACTIVATED, payload, f"activated:{subscription.id}"
    )
    _tell_desk(uow, NotificationKind.DESK_ACTIVATED, payload, f"desk-activated:{subscription.id}")


def tell_expired(uow: UnitOfWork, subscription: Subscription, *, leaves: bool) -> None:
    """The client hears of it only without another subscription to go on with."""
    payload = subscription_payload(subscription)
    if leaves:
        kind = NotificationKind.SUBSCRIPTION_EXPIRED
        _tell_later(uow, subscription, kind, payload, f"expired:{subscription.id}")
    _tell_desk(uow, NotificationKind.DESK_EXPIRED, payload, f"desk-expired:{subscription.id}")


def remind(uow: UnitOfWork, subscription: Subscription, kind: NotificationKind, days: int, key: str) -> None:
    _tell_later(uow, subscription, kind, subscription_payload(subscription) | {"days": days}, key)


def _tell_given(uow: UnitOfWork, subscription: Subscription, payload: Payload, which: str) -> None:
    client = Recipient.client(subscription.client_id)
    uow.notify(client, NotificationKind.REFUNDED, payload, dedup_key=f"refunded:{which}")
    _tell_desk(uow, NotificationKind.DESK_REFUND, payload, f"desk-refunded:{which}")


def _tell_both(
    uow: UnitOfWork,
    subscription: Subscription,
    event: str,
    kinds: tuple[NotificationKind, NotificationKind],
    payload: Payload,
) -> None:
    client = Recipient.client(subscription.client_id)
    uow.notify(client, kinds[0], payload, dedup_key=f"{event}:{subscription.id}")
    _tell_desk(uow, kinds[1], payload, f"desk-{event}:{subscription.id}")


def _tell_later(
    uow: UnitOfWork, subscription: Subscription, kind: NotificationKind, payload: Payload, key: str
) -> None:
    client = Recipient.client(subscription.client_id)
    uow.notify(client, kind, payload, dedup_key=key, due_at=after_quiet(uow.now, uow.settings))


def _tell_desk(uow: UnitOfWork, kind: NotificationKind, payload: Payload, key: str) -> None:
    uow.notify(DESK, kind, payload | {"staff_name": uow.actor.name}, dedup_key=key)
