"""Chart of a day as PNG: the door by the hour, the money by method. Pure, slow: call it in a thread.

Matplotlib takes a second to load, so this module is imported only where somebody asks for a picture.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from gym.core.language import N_, Translator
from gym.payments.models import TILL, Method
from gym.reports.digest import DayInNumbers

WIDTH: Final = 6.4
HEIGHT: Final = 5.12
DOTS: Final = 150
"""Inches, inches, dots an inch: 960 × 768 pixels, with letters that a phone shows readably."""
FIRST_HOUR: Final = 5
LAST_HOUR: Final = 22
"""Hours that are shown even when nobody comes."""
INK: Final = "#1d2330"
FAINT: Final = "#9ca3af"
GREEN: Final = "#16a34a"
RED: Final = "#dc2626"
BLUE: Final = "#2563eb"
DRAWING: Final = threading.Lock()
"""Matplotlib's settings and font cache belong to the whole process, so one chart is drawn at a time."""
METHODS: Final = {
    Method.CASH: N_("Cash"),
    Method.CARD: N_("Card"),
    Method.TRANSFER: N_("Transfer"),
    Method.QR: N_("QR payment"),
}


def draw_day(found: DayInNumbers, t: Translator) -> bytes:
    """PNG, 960 × 768. Matplotlib's object interface only: nothing of pyplot's global state is touched."""
    with DRAWING:
        figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DOTS, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        door, money = figure.subplots(2, 1, height_ratios=(3, 2))
        figure.suptitle(t.day(found.day), color=INK, fontsize=16, fontweight="bold")
        _draw_door(door, found, t)
        _draw_money(money, found, t)
        out = io.BytesIO()
        canvas.print_png(out)
    return out.getvalue()


def _draw_door(axes: Axes, found: DayInNumbers, t: Translator) -> None:
    by_hour = {one.hour: one for one in found.hours}
    hours = list(range(min([FIRST_HOUR, *by_hour]), max([LAST_HOUR, *by_hour]) + 1))
    visits = [by_hour[hour].visits if hour in by_hour else 0 for hour in hours]
    denials = [by_hour[hour].denials if hour in by_hour else 0 for hour in hours]
    axes.bar(hours, visits, color=GREEN, label=t(N_("Visits")))
    axes.bar(hours, denials, bottom=visits, color=RED, label=t(N_("Refused")))
    axes.set_xticks(hours, [f"{hour:02}" for hour in hours])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(0, max([4, *(sum(pair) for pair in zip(visits, denials, strict=True))]) * 1.15)
    axes.legend(frameon=False, loc="upper left", ncols=2, labelcolor=INK)
    _plain(axes)


def _draw_money(axes: Axes, found: DayInNumbers, t: Translator) -> None:
    net = {one.method: one.net for one in found.money}
    methods = [method for method in TILL if method in net] or [Method.CASH]
    amounts = [net.get(method, Decimal(0)) for method in methods]
    names = [t(METHODS[method]) for method in methods]
    bars = axes.barh(names, [float(one) for one in amounts], height=0.6, color=BLUE)
    axes.bar_label(bars, [t.money(one) for one in amounts], padding=4, color=INK)
    axes.set_ylim(max(len(methods), 2) - 0.5, -0.5)  # the first on top, a single one no wall
    top, low = max(float(max(amounts)), 1.0), min(float(min(amounts)), 0.0)
    # Room for what is written beside the bars.
    axes.set_xlim(low - (0.2 * (top - low) if low else 0), top + 0.25 * (top - low))
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(_money(t)))
    _plain(axes)


def _money(t: Translator) -> Callable[[float, int], str]:
    def write(value: float, _: int) -> str:
        return t.money(Decimal(round(value)))

    return write


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=10)
