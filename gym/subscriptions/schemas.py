"""What subscriptions hand out: offers to confirm, and what somebody owes."""

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
from gym.plans.models import Plan
from gym.subscriptions.models import Subscription
from gym.subscriptions.periods import Period


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
        shown = f"{self.final_price}:{self.starts_on}:{self.ends_on}".encode()
        return urlsafe_b64encode(blake2b(shown, digest_size=4).digest()).decode().rstrip("=")

    @property
    def renews_id(self) -> UUID | None:
        return self.renews.id if self.renews else None


class Owed(NamedTuple):
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
    """What cancelling now with a pro-rata credit would mean: `credit` off the debt, `money` handed back."""

    subscription: Subscription
    unused_days: int
    value: Decimal
    credit: Decimal
    money: Decimal
