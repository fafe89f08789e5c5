"""Faults of plans and prices."""

from __future__ import annotations

from datetime import date

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_


class PlanNotFound(NotFound):
    code = "plan_not_found"
    message = N_("That plan is not there any more. Go back and choose again.")


class PlanNameTaken(Conflict):
    code = "plan_name_taken"
    message = N_("There is a plan with this name already. Choose another name.")


class PlanNameInvalid(Invalid):
    code = "plan_name_invalid"
    message = N_("Write a name of 2 to 80 letters.")


class DurationInvalid(Invalid):
    code = "duration_invalid"
    message = N_("Write how long the plan lasts, such as 1 month, 15 days or 1 year.")


class VisitsInvalid(Invalid):
    code = "visits_invalid"
    message = N_("Write a number of visits from 1 to 1000.")


class PriceInvalid(Invalid):
    code = "price_invalid"
    message = N_("A price is 0 or more.")


class PriceStartInvalid(Invalid):
    """A scheduled price starts tomorrow or later."""

    code = "price_start_invalid"
    message = N_("A new price starts tomorrow or later. Choose a later day.")


class PriceChangePending(Conflict):
    code = "price_change_pending"
    message = N_("A new price is waiting for {day} already. Cancel it first.")

    def __init__(self, day: date) -> None:
        super().__init__(day=day)


class NoPriceChange(NotFound):
    code = "no_price_change"
    message = N_("No new price is waiting. Open the prices to see how they stand.")


class FreezeDaysInvalid(Invalid):
    code = "freeze_days_invalid"
    message = N_("Write the days a client may freeze, from 0 to 365.")


class WindowInvalid(Invalid):
    code = "window_invalid"
    message = N_("Write days and hours such as mon-fri 6:00-12:00, the end later than the start.")


class PriceStartTooFar(Invalid):
    code = "price_start_too_far"
    message = N_("A new price starts on {last} at the latest. Choose an earlier day.")

    def __init__(self, last: date) -> None:
        super().__init__(last=last)
