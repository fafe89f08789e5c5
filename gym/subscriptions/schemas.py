"""Value types of subscriptions: quotes to confirm, price reductions, balances owed."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from gym.clients.models import Client
from gym.core.money import round_down
from gym.plans.models import Plan
from gym.rewards.models import Reward
from gym.subscriptions.discounts import NO_DISCOUNT, Discount, rounded_off
from gym.subscriptions.intervals import Interval
from gym.subscriptions.models import Subscription
from gym.subscriptions.periods import Period


@dataclass(frozen=True, slots=True)
class PriceReductions:
    """What lowers a price: a discount, the one an admin has approved, an earned reward.

    A discount that equals `granted` is not held against the actor's limit; alone, `granted` is the discount.
    """

    discount: Discount = NO_DISCOUNT
    granted: Discount | None = None
    reward: Reward | None = None

    @property
    def given(self) -> Discount:
        return self.discount if self.discount.value or self.granted is None else self.granted

    @property
    def limited(self) -> bool:
        """True when the actor's own limit counts."""
        return self.given != self.granted

    def on(self, price: Decimal, smallest: Decimal) -> Decimal:
        """The money off: discount and reward add up, never above the price."""
        off = self.given.on(price, smallest)
        if self.reward is None:
            return off
        earned = Discount.percent(self.reward.percent).on(price, smallest)
        return rounded_off(price, min(price, off + earned), smallest)


NO_REDUCTION = PriceReductions()


@dataclass(frozen=True, slots=True)
class Quote:
    """What would be sold if it were confirmed now. `renews` is the subscription it follows."""

    client: Client
    plan: Plan
    period: Period
    base_price: Decimal
    discount: Decimal
    renews: Subscription | None = None
    closes_pack: bool = False
    """The renewed subscription is a used-up visit pack, closed today so that this one can start."""
    closed: tuple[Interval, ...] = ()
    """Days of the period on which the gym will be closed: they are why it ends later."""
    price_today: Decimal | None = None
    """What a sale from today on would cost, where that is another price."""
    priced_from: date | None = None
    """Since when, or from when on, the plan costs `base_price`; set with `price_today`."""
    priced_later: bool = False
    """The plan begins to cost `base_price` after today."""
    held: bool = False
    """The renewed one is frozen until the client returns: the dates move when that is."""
    reward: Reward | None = None
    replaces: Subscription | None = None
    """The one that a change of plan closes."""

    @property
    def starts_on(self) -> date:
        return self.period.starts_on

    @property
    def ends_on(self) -> date:
        return self.period.ends_on

    @property
    def anchor(self) -> date:
        return self.period.anchor

    @property
    def final_price(self) -> Decimal:
        return self.base_price - self.discount

    @property
    def mark(self) -> str:
        """Six letters that change with the price or the dates: what was confirmed is what is sold."""
        return mark_of(self.final_price, self.starts_on, self.ends_on)

    @property
    def renews_id(self) -> UUID | None:
        return self.renews.id if self.renews else None


class OwedSubscription(NamedTuple):
    """A subscription with money still owed on it."""

    subscription: Subscription
    balance: Decimal


class RefundMode(StrEnum):
    """What a client gets for the days that a cancellation takes away."""

    NONE = "none"
    PRO_RATA = "pro_rata"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class CancellationQuote:
    """What canceling now with a pro-rata credit would mean: `credit` off the debt, `money` handed back."""

    subscription: Subscription
    unused_days: int
    value: Decimal
    credit: Decimal
    money: Decimal
    most: Decimal
    """What is owed and was paid together: nobody gets back more."""
    begun: bool = True
    """False before its first day: then `credit` comes off by itself, and only about `money` is asked."""
    paid_before: Decimal = Decimal(0)
    """Of a plan that came with a list: paid before the import, and part of the figures above."""


@dataclass(frozen=True, slots=True)
class ChangeQuote:
    """What changing the plan now would mean: where the unused days' `value` goes, and what is left to pay."""

    old: Subscription
    plan: Plan
    period: Period
    price: Decimal
    unused_days: int
    value: Decimal
    to_debt: Decimal
    """Off what the old plan still owes."""
    to_new: Decimal
    """Paid onto the new plan."""
    to_credit: Decimal
    """Left over: stays as the client's credit."""
    smallest: Decimal
    """The gym's smallest amount: what is left to pay is a multiple of it."""
    visits_moved: int = 0
    """Visits of today, which count on the new plan."""
    renewal: Subscription | None = None
    renewal_starts_on: date | None = None
    paid_before: Decimal = Decimal(0)
    """As of a cancellation."""
    closed: tuple[Interval, ...] = ()
    """Like those of a `Quote`."""

    @property
    def to_pay(self) -> Decimal:
        return round_down(self.price - self.to_new, self.smallest) if self.to_new else self.price

    @property
    def debt_left(self) -> Decimal:
        """Owed for the days that were used."""
        left = self.old.account.balance - self.to_debt
        return left if left >= self.smallest else Decimal(0)

    @property
    def mark(self) -> str:
        """Like that of a `Quote`."""
        shares = self.to_debt, self.to_new, self.to_credit
        return mark_of(self.price, self.period.starts_on, self.period.ends_on, *shares)


def mark_of(*shown: object) -> str:
    """Six letters that change with what was shown."""
    text = ":".join(map(str, shown)).encode()
    return urlsafe_b64encode(blake2b(text, digest_size=4).digest()).decode().rstrip("=")
