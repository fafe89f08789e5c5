"""Faults of product sales."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_


class SaleNotFound(NotFound):
    code = "sale_not_found"
    message = N_("That sale is not here. Open the list and choose again.")


class BasketGone(NotFound):
    """A basket of yesterday, or somebody else's."""

    code = "basket_gone"
    message = N_("That basket is gone. Begin a new sale.")


class BasketEmpty(Invalid):
    code = "basket_empty"
    message = N_("Choose something to sell first.")


class ProductNotOnSale(Conflict):
    code = "product_not_on_sale"
    message = N_("{product} is not on sale any more. Take it out.")

    def __init__(self, product: str) -> None:
        super().__init__(product=product)


class SaleTotalChanged(Conflict):
    """A price that changed since it was shown."""

    code = "sale_total_changed"
    message = N_("The price has changed: it is {total} now. Look at it and sell again.")

    def __init__(self, total: Decimal) -> None:
        super().__init__(total=total)
        self.total = total


class SaleUnpaid(Invalid):
    """Sold to nobody and not paid in full: nobody could be asked for the rest."""

    code = "sale_unpaid"
    message = N_("{rest} would stay to pay. Take all of it, or sell it to a client and put it on account.")

    def __init__(self, rest: Decimal) -> None:
        super().__init__(rest=rest)


class SaleTooFresh(Conflict):
    """Its client is still reminded, and what was sold wrongly is taken back."""

    code = "sale_too_fresh"
    message = N_("It can be written off from {day} on. If the sale was a mistake, take it back.")

    def __init__(self, day: date) -> None:
        super().__init__(day=day)


class AlreadyReturned(Conflict):
    code = "already_returned"
    message = N_("That sale was taken back before. Nothing was changed.")
