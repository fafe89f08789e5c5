"""Buttons of reports: the day's chart and plans that end soon."""

from __future__ import annotations

from datetime import date

from bot.ui.callbacks import Callback, callback


@callback("daypic")
class DayChart(Callback):
    """A day drawn (admins)."""

    day: date


@callback("ending")
class EndingSoon(Callback):
    """Plans that end this week with nothing after them."""

    page: int = 0
