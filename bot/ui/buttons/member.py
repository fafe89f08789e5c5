"""Buttons of the client's own chat: plan, visits, freeze, payments, face consent, preferences."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("myvis")
class MyVisits(Callback):
    """List my visits."""

    page: int = 0


@callback("myfrz")
class MyFreeze(Callback):
    """Show my freezes and freeze requests."""


@callback("mypays")
class MyPayments(Callback):
    """List my payments and refunds."""

    page: int = 0


@callback("myrcpt")
class MyReceipt(Callback):
    """Send one of my receipts as a file."""

    entry_id: UUID


@callback("myplan")
class MyPlan(Callback):
    """Show my plan: dates, days or visits left, balance."""


@callback("mywant")
class WantToRenew(Callback):
    """Tell the desk that I want to renew, once a day; also from under a reminder of this morning."""


@callback("myfask")
class AskFreeze(Callback):
    """Ask the desk for a freeze."""


@callback("prefs")
class MyPreferences(Callback):
    """Show my preferences; for staff, what they hear of the desk in their own chat."""

    desk: bool = False


@callback("mydata")
class MyData(Callback):
    """Show what is kept of me, and why."""


@callback("myface")
class MyFace(Callback):
    """Show whether the gym may recognise me by face."""


@callback("fyes", changes=True)
class GiveConsent(Callback):
    pass


@callback("fno")
class AskWithdraw(Callback):
    pass


@callback("mywhy")
class MyWhy(Callback):
    """Explain what the door says of me, my plan's days and status, and my balances."""
