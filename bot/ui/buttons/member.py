"""Buttons of the client's own chat: plan, visits, freeze, payments, face consent, preferences."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("myvis")
class MyVisits(Callback):
    """When I came."""

    page: int = 0


@callback("myfrz")
class MyFreeze(Callback):
    """What rests, and what I have asked for."""


@callback("mypays")
class MyPayments(Callback):
    """What I paid and got back."""

    page: int = 0


@callback("myrcpt")
class MyReceipt(Callback):
    """One of my receipts, as a file."""

    entry_id: UUID


@callback("myplan")
class MyPlan(Callback):
    """Dates, days or visits left, balance."""


@callback("mywant")
class WantToRenew(Callback):
    """Tells the desk, once a day; also from under a reminder of this morning."""


@callback("myfask")
class AskFreeze(Callback):
    """A wish for the desk."""


@callback("prefs")
class MyPreferences(Callback):
    """A member's own, or what a member of staff hears of the desk in their own chat."""

    desk: bool = False


@callback("fyes", changes=True)
class GiveConsent(Callback):
    pass


@callback("fno")
class AskWithdraw(Callback):
    pass
