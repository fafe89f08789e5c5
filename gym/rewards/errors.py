"""Faults of rewards."""

from __future__ import annotations

from datetime import date

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_


class RewardNotFound(NotFound):
    code = "reward_not_found"
    message = N_("That reward is not there. Go back and choose again.")


class RewardGone(Conflict):
    """Used already, or taken back because its visit was undone."""

    code = "reward_gone"
    message = N_("That reward is used up. Renew without it.")


class RewardExpired(Conflict):
    code = "reward_expired"
    message = N_("That reward was good until {expires_on}. Renew without it.")

    def __init__(self, expires_on: date) -> None:
        super().__init__(expires_on=expires_on)
        self.expires_on = expires_on


class NotYourReward(Invalid):
    """A reward lowers the price of its own client's subscription, nobody else's."""

    code = "not_your_reward"
    message = N_("That reward belongs to another client. Choose one of this client's own.")
