"""Buttons of reports: the day's chart and plans that end soon."""

from __future__ import annotations

from datetime import date

from bot.ui.callbacks import Callback, callback


@callback("daypic")
class DayChart(Callback):
    """Send a chart of one day (admins)."""

    day: date


@callback("daydrk")
class DarkDayChart(Callback):
    """The same for a dark chat."""

    day: date


@callback("ending")
class EndingSoon(Callback):
    """List plans that end this week with no renewal."""

    page: int = 0
