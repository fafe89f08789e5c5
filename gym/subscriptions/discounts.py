"""Discounts: a percentage or an amount off a price, and the limit of employees. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from gym.core.errors import Forbidden, Invalid
from gym.core.language import N_
from gym.core.money import round_down, to_cents
from gym.core.reading.amounts import read_amount
from gym.core.reading.conventions import Conventions
from gym.core.reading.percentages import read_percent

HUNDRED = Decimal(100)


class DiscountKind(StrEnum):
    AMOUNT = "amount"
    PERCENT = "percent"


class DiscountInvalid(Invalid):
    """Below zero, or above 100 percent."""

    code = "discount_invalid"
    message = N_(
        "Write the discount as an amount, such as 15000, or as a percentage up to 100%, such as 10%."
    )


class DiscountAbovePrice(Invalid):
    code = "discount_above_price"
    message = N_("The discount is more than the price. Choose {price} or less.")

    def __init__(self, price: Decimal) -> None:
        super().__init__(price=price)
        self.price = price


class DiscountTooLarge(Forbidden):
    """Above what the actor may give: `limit` in percent of the price, `largest` in money."""

    code = "discount_too_large"
    message = N_("You can give up to {limit} off, here {largest}. An admin can give more.")

    def __init__(self, limit: Decimal, largest: Decimal) -> None:
        super().__init__(limit=f"{limit.normalize():f}%", largest=largest)
        self.limit = limit
        self.largest = largest


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off a price."""

    value: Decimal
    kind: DiscountKind = DiscountKind.AMOUNT

    @classmethod
    def percent(cls, value: Decimal) -> Discount:
        return cls(value, DiscountKind.PERCENT)

    @classmethod
    def of(cls, value: Discount | Decimal | int) -> Discount:
        """A bare number is an amount of money."""
        return value if isinstance(value, Discount) else cls(Decimal(value))

    def on(self, price: Decimal, smallest: Decimal) -> Decimal:
        """The money off a price; after a percentage a multiple of the smallest amount is left to pay.

        Raises `DiscountInvalid`, `DiscountAbovePrice`.
        """
        if self.value < 0 or (self.kind is DiscountKind.PERCENT and self.value > HUNDRED):
            raise DiscountInvalid
        if self.kind is DiscountKind.PERCENT:
            return rounded_off(price, price * self.value / HUNDRED, smallest)
        off = to_cents(self.value)
        if off > price:
            raise DiscountAbovePrice(price)
        return off


NO_DISCOUNT = Discount(Decimal(0))


def parse_discount(text: str, conventions: Conventions) -> Discount:
    """A discount as people type it: `10%`, `12,5 %`, `15 mil`. Raises `DiscountInvalid`, `NotAnAmount`."""
    percent = read_percent(text, bare=False)
    if percent is None:
        return Discount(read_amount(text, conventions))
    if percent > HUNDRED:
        raise DiscountInvalid
    return Discount.percent(percent)


def rounded_off(price: Decimal, off: Decimal, smallest: Decimal) -> Decimal:
    """A computed discount, raised so far that a multiple of the smallest amount is left to pay."""
    return price - round_down(price - off, smallest) if off else off


def require_within(off: Decimal, price: Decimal, limit: Decimal, smallest: Decimal) -> None:
    """Raise `DiscountTooLarge` when more than `limit` percent of the price is taken off."""
    largest = Discount.percent(limit).on(price, smallest)
    if off > largest:
        raise DiscountTooLarge(limit, largest)
