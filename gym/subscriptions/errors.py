"""Faults of subscriptions."""

from __future__ import annotations

from datetime import date

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_


class SubscriptionNotFound(NotFound):
    code = "subscription_not_found"
    message = N_("That membership is not here. Open the client's card and choose again.")


class PlanWithoutPrice(Conflict):
    """No price is in force on the first day."""

    code = "plan_without_price"
    message = N_("{plan} has no price on {day}. Set one, or choose another day.")

    def __init__(self, plan: str, day: date) -> None:
        super().__init__(plan=plan, day=day)


class ClientInactive(Conflict):
    """A deactivated client buys nothing."""

    code = "client_inactive"
    message = N_("{client} is deactivated. Reactivate the client first.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)
        self.client = client


class PlanInactive(Conflict):
    """A deactivated plan is not sold any more, nor renewed."""

    code = "plan_inactive"
    message = N_("{plan} is not sold any more. Choose another plan.")

    def __init__(self, plan: str) -> None:
        super().__init__(plan=plan)
        self.plan = plan


class PeriodTaken(Conflict):
    """Another open subscription of the client holds some of the days."""

    code = "period_taken"
    message = N_(
        "The client already has {plan} from {starts_on} to {ends_on}. Renew it, or choose other dates."
    )

    def __init__(self, plan: str, starts_on: date, ends_on: date) -> None:
        super().__init__(plan=plan, starts_on=starts_on, ends_on=ends_on)
        self.starts_on = starts_on
        self.ends_on = ends_on


class PlanStillOpen(Conflict):
    """Who writes off what an open plan costs gives the plan away."""

    code = "plan_still_open"
    message = N_(
        "{plan} still holds its days, so its price is not a lost debt yet. Cancel it first, then write off "
        "what is left to pay. To give something away, an admin uses Goodwill."
    )

    def __init__(self, plan: str) -> None:
        super().__init__(plan=plan)


class AlreadyWaiting(Conflict):
    """At most one subscription waits for its first day."""

    code = "already_waiting"
    message = N_("{plan} is already waiting and starts on {starts_on}. There can be only one.")

    def __init__(self, plan: str, starts_on: date) -> None:
        super().__init__(plan=plan, starts_on=starts_on)
        self.starts_on = starts_on


class FrozenOpenEnd(Conflict):
    """A freeze without an end holds every day to come."""

    code = "frozen_open_end"
    message = N_("{plan} is frozen until the client returns. Renew it, or end the freeze first.")

    def __init__(self, plan: str) -> None:
        super().__init__(plan=plan)
        self.plan = plan


class NotWaiting(Conflict):
    """It has begun, or is over: there is nothing to bring forward."""

    code = "not_waiting"
    message = N_("That plan is not waiting any more. Nothing was changed.")


class PackNotUsedUp(Conflict):
    """Only a pack without visits left gives its place to the renewal behind it."""

    code = "pack_not_used_up"
    message = N_("{plan} starts on {starts_on}: the plan before it is not used up yet.")

    def __init__(self, plan: str, starts_on: date) -> None:
        super().__init__(plan=plan, starts_on=starts_on)
        self.starts_on = starts_on


class NotRunning(Conflict):
    """A plan that has not begun is canceled and sold anew, not changed."""

    code = "not_running"
    message = N_("{plan} starts on {starts_on} only. Cancel it and sell the other plan instead.")

    def __init__(self, plan: str, starts_on: date) -> None:
        super().__init__(plan=plan, starts_on=starts_on)


class SamePlan(Invalid):
    code = "same_plan"
    message = N_("The client has {plan} already. Choose another plan.")

    def __init__(self, plan: str) -> None:
        super().__init__(plan=plan)


class JustChanged(Conflict):
    """Somebody else sold or renewed for this client at the same moment."""

    code = "subscription_just_changed"
    message = N_("This client's membership was just changed by somebody else. Have a look and try again.")


class NothingToRenew(Conflict):
    code = "nothing_to_renew"
    message = N_("There is no membership to renew. Sell a plan instead.")


class TrialUsed(Conflict):
    """A once-per-client plan was had before."""

    code = "trial_used"
    message = N_("The client has had {plan} before, and it is sold once. Choose another plan.")

    def __init__(self, plan: str) -> None:
        super().__init__(plan=plan)
        self.plan = plan


class StartTooFar(Invalid):
    code = "start_too_far"
    message = N_("Choose a first day up to {latest}: a year ahead at most.")

    def __init__(self, latest: date) -> None:
        super().__init__(latest=latest)
        self.latest = latest


class StartTooEarly(Invalid):
    code = "start_too_early"
    message = N_("Choose a first day from {earliest} on: 30 days back at most.")

    def __init__(self, earliest: date) -> None:
        super().__init__(earliest=earliest)
        self.earliest = earliest


class PeriodOver(Invalid):
    """Back-dated so far that nothing would be left of it."""

    code = "period_over"
    message = N_("That would have ended on {ends_on} already. Choose a later first day.")

    def __init__(self, ends_on: date) -> None:
        super().__init__(ends_on=ends_on)
        self.ends_on = ends_on


class AlreadyClosed(Conflict):
    """Expired, lapsed or canceled before."""

    code = "already_closed"
    message = N_("That membership is closed already. Nothing was changed.")
