"""Buttons of approvals: asking for a discount, void or refund; a request and its answers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from bot.ui.callbacks import ButtonStyle, Callback, UnknownButton, callback
from gym.core.money import CENT, to_cents
from gym.payments.models import Method
from gym.subscriptions.discounts import Discount, DiscountKind

DAY_ZERO: Final = date(2020, 1, 1)
"""Days in callback data are counted from here: a date would not fit beside two ids."""
_OFF: Final = re.compile(r"p[0-9]{1,3}(\.[0-9]{1,4})?|[0-9a-f]{1,10}")


@callback("ad")
class AskDiscount(Callback):
    """Ask an admin for a discount above the own limit; make it with `of`. Without a day it is a renewal."""

    client_id: UUID
    plan_id: UUID
    off: str
    """Cents in hexadecimal, or a percentage after a `p`: written out, a large sum would not fit."""
    day: int | None = None

    @classmethod
    def of(
        cls, client_id: UUID, plan_id: UUID, discount: Discount, starts_on: date | None = None
    ) -> AskDiscount:
        """For a sale that starts on a day, or for a renewal (`starts_on` is none)."""
        percent = discount.kind is DiscountKind.PERCENT
        off = f"p{discount.value.normalize():f}" if percent else f"{int(to_cents(discount.value) / CENT):x}"
        day = None if starts_on is None else (starts_on - DAY_ZERO).days
        return cls(client_id, plan_id, off, day)

    @property
    def discount(self) -> Discount:
        """The discount. Raises `UnknownButton` for a text that `of` does not write."""
        if not _OFF.fullmatch(self.off):
            raise UnknownButton
        if self.off.startswith("p"):
            return Discount.percent(Decimal(self.off[1:]))
        return Discount(int(self.off, 16) * CENT)

    @property
    def starts_on(self) -> date | None:
        return None if self.day is None else DAY_ZERO + timedelta(days=self.day)


@callback("askv")
class AskVoid(Callback):
    """Ask an admin to void a payment."""

    entry_id: UUID


@callback("askr")
class AskRefund(Callback):
    """Ask an admin to give money back; what is not given is asked for."""

    subscription_id: UUID
    amount: Decimal | None = None
    method: Method | None = None


@callback("asklf")
class AskLongFreeze(Callback):
    """Open the form of a freeze for which an admin is asked: the plan has no frozen days left."""

    subscription_id: UUID


@callback("apsee")
class SeeRequest(Callback):
    """Show one request: what is asked, and its state."""

    approval_id: UUID


@callback("apyes", changes=True, style=ButtonStyle.SUCCESS)
class ApproveRequest(Callback):
    approval_id: UUID


@callback("apno")
class RejectRequest(Callback):
    """Ask why, then reject."""

    approval_id: UUID


@callback("apuse")
class UseApproval(Callback):
    """Offer the sale with the approved discount, to be confirmed."""

    approval_id: UUID


@callback("apall")
class Requests(Callback):
    """List every request that waits for a decision."""

    page: int = 0
