"""Faults of plans and their prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_


class PlanNotFound(NotFound):
    code = "plan_not_found"
    message = N_("That plan is not here. Open the plans and choose again.")


class PlanNameInvalid(Invalid):
    code = "plan_name_invalid"
    message = N_("Write a name of 1 to 80 characters with at least one letter or digit.")


class PlanNameTaken(Conflict):
    """Names that differ only in accents, case or signs count as the same."""

    code = "plan_name_taken"
    message = N_("There is a plan called {name} already, perhaps a deactivated one. Choose another name.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class DurationInvalid(Invalid):
    code = "duration_invalid"
    message = N_("Write how long the plan lasts, such as “1 month”, “15 days” or “2 weeks”.")


class VisitsInvalid(Invalid):
    code = "visits_invalid"
    message = N_("Write the number of visits as 1 to 10000, or leave it out for any number of visits.")


class FreezeDaysInvalid(Invalid):
    code = "freeze_days_invalid"
    message = N_("Write the days a client may freeze as 0 to 366.")


class WindowInvalid(Invalid):
    code = "window_invalid"
    message = N_("Write days and hours, such as “mon-fri 6:00-12:00”, the end later than the start.")


class DescriptionTooLong(Invalid):
    code = "description_too_long"
    message = N_("That description is too long. Write 1000 characters at most.")


class PriceInvalid(Invalid):
    code = "price_invalid"
    message = N_("A price is zero or more. Write digits only, such as 150000.")


class PriceDateOutOfRange(Invalid):
    code = "price_date_out_of_range"
    message = N_("Choose a day from {first} to {last} for the new price.")

    def __init__(self, first: date, last: date) -> None:
        super().__init__(first=first, last=last)


class PricePending(Conflict):
    """One change at a time."""

    code = "price_pending"
    message = N_("A change to {amount} is planned for {valid_from}. Cancel it first.")

    def __init__(self, amount: Decimal, valid_from: date) -> None:
        super().__init__(amount=amount, valid_from=valid_from)


class NoPricePending(Conflict):
    code = "no_price_pending"
    message = N_("No price change is planned for this plan.")
