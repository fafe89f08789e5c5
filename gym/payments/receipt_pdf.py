"""Receipts on paper: the words of one, and the PDF they are drawn on. Pure, slow: call it in a thread.

Matplotlib takes a second to load, so this module is imported only where somebody asks for a PDF.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from gym.core.clock import gym_day
from gym.core.language import N_, Translator
from gym.core.text_layout import DRAWING, POINT, fitting, font, wrapped
from gym.payments.models import Method
from gym.payments.schemas import Receipt, RestDays
from gym.settings.schemas import GymSettings

WORDS: Final = {
    Method.CASH: N_("Cash"),
    Method.CARD: N_("Card"),
    Method.TRANSFER: N_("Transfer"),
    Method.QR: N_("QR payment"),
    Method.CREDIT: N_("Client credit"),
}
WIDTH: Final = 105.0
MARGIN: Final = 10.0
INNER: Final = WIDTH - 2 * MARGIN
VALUES: Final = INNER * 0.66
"""Millimetres: the paper, its edges, what is between them, and how far a value may reach to the left."""
LEADING: Final = 1.35

INK: Final = "#1d2330"
FAINT: Final = "#6b7280"
GREEN: Final = "#15803d"
RED: Final = "#b91c1c"


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything a receipt says, in the words of one language."""

    gym: str
    title: str
    moment: str
    rows: Sequence[tuple[str, str]]
    """Label and value."""
    total: tuple[str, str]
    rest: tuple[str, str]
    """What is still owed; the value is empty when it is nothing."""
    remark: str
    footer: str
    stamp: str
    """Across a receipt that does not count any more."""


def draw_receipt(receipt: Receipt, settings: GymSettings, t: Translator) -> bytes:
    """A one-page PDF as wide as a till's paper and as long as it needs to be; the same facts, the same bytes.

    `t` speaks the client's language and escapes nothing.
    """
    return _drawn(worded(receipt, settings, t), receipt, settings)


def draw_together(parts: Sequence[Receipt], settings: GymSettings, t: Translator) -> bytes:
    """One page for payments that were taken at once; one of them alone looks as it always does."""
    if len(parts) == 1:
        return draw_receipt(parts[0], settings, t)
    return _drawn(worded_together(parts, settings, t), parts[0], settings)


def _drawn(paper: Paper, receipt: Receipt, settings: GymSettings) -> bytes:
    metadata = {
        "Title": paper.title,
        "Author": settings.name,
        "Creator": "PowerGym",
        "CreationDate": receipt.at.astimezone(settings.zone),
    }
    with DRAWING, rc_context({"pdf.fonttype": 42, "axes.unicode_minus": False}):
        canvas = FigureCanvasPdf(lay_out(paper))
        data = io.BytesIO()
        canvas.print_pdf(data, metadata=metadata)
    return data.getvalue()


def worded(receipt: Receipt, settings: GymSettings, t: Translator) -> Paper:
    """The receipt in words."""
    on_credit = receipt.method is Method.CREDIT
    left = receipt.balance_after
    return Paper(
        gym=settings.name,
        title=t(N_("Receipt № {number}"), number=str(receipt.number)),
        moment=t.moment(receipt.at),
        rows=_rows(receipt, settings, t),
        total=(t(N_("Paid")), t.money(receipt.amount)),
        rest=(t(N_("Still to pay")), t.money(left)) if left else (t(N_("Paid in full.")), ""),
        remark=t(N_("Paid with the client's credit: no money changed hands.")) if on_credit else "",
        footer=settings.receipt_footer or t(N_("Thank you!")),
        stamp=t(N_("VOID")) if receipt.voided else "",
    )


def worded_together(parts: Sequence[Receipt], settings: GymSettings, t: Translator) -> Paper:
    """Every part with its number, plan and amount; one that was voided says so and is left out of the sum."""
    first, counting = parts[0], [one for one in parts if not one.voided]
    rows = [(t(N_("Client")), first.client_name)]
    for one in parts:
        rows.append((f"№ {one.number}", f"{one.plan_name}: {t.money(one.amount)}"))
        days = f"{t.day(one.starts_on)} – {t.day(one.ends_on)}"
        rows.append((t(N_("VOID")) if one.voided else "", days))
    rows.append((t(N_("Method")), t(WORDS[first.method])))
    if first.destination:
        rows.append((t(N_("Account")), first.destination))
    rows.append((t(N_("Received by")), first.staff_name))
    total = sum((one.amount for one in counting), Decimal(0))
    return Paper(
        gym=settings.name,
        title=t(N_("Receipts № {numbers}"), numbers=", ".join(str(one.number) for one in parts)),
        moment=t.moment(first.at),
        rows=rows,
        total=(t(N_("Paid")), t.money(total)),
        rest=("", ""),
        remark="",
        footer=settings.receipt_footer or t(N_("Thank you!")),
        stamp="" if counting else t(N_("VOID")),
    )


def _rows(receipt: Receipt, settings: GymSettings, t: Translator) -> list[tuple[str, str]]:
    rows = [
        (t(N_("Client")), receipt.client_name),
        (t(N_("Plan")), receipt.plan_name),
        (t(N_("From")), t.day(receipt.starts_on)),
        (t(N_("Until")), t.day(receipt.ends_on)),
        *(_rest(one, t) for one in receipt.rests),
        (t(N_("Method")), t(WORDS[receipt.method])),
    ]
    if receipt.destination:
        rows.append((t(N_("Account")), receipt.destination))
    if receipt.paid_on not in (None, gym_day(receipt.at, settings.zone)):
        rows.append((t(N_("Paid on")), t.show(receipt.paid_on)))
    rows.append((t(N_("Received by")), receipt.staff_name))
    if receipt.note:
        rows.append((t(N_("Note")), receipt.note))
    return rows


def _rest(one: RestDays, t: Translator) -> tuple[str, str]:
    label = t(N_("Gym closed")) if one.closed else t(N_("Frozen"))
    if one.ends_on is None:
        return label, t(N_("from {day} on"), day=t.day(one.starts_on))
    if one.ends_on == one.starts_on:
        return label, t.day(one.starts_on)
    return label, f"{t.day(one.starts_on)} – {t.day(one.ends_on)}"


# Drawing ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of text: its baseline in millimetres from the top, where it stands, how it looks."""

    text: str
    x: float
    y: float
    size: float
    align: str = "left"
    bold: bool = False
    colour: str = INK


class _Roll:
    """A roll of paper that is written from the top downwards."""

    def __init__(self) -> None:
        self.y = MARGIN
        self.lines: list[_Line] = []
        self.rules: list[float] = []

    def centred(self, text: str, size: float, *, bold: bool = False, colour: str = INK) -> None:
        for piece in wrapped(text, INNER, size, bold):
            self._down(size)
            self.lines.append(_Line(piece, WIDTH / 2, self.y, size, "center", bold, colour))

    def pair(self, label: str, value: str, size: float, *, bold: bool = False, colour: str = INK) -> None:
        """A label at the left, a value at the right, which may take several lines."""
        room = VALUES if value else 0
        for number, piece in enumerate(wrapped(value, room, size, bold) if value else [""]):
            self._down(size)
            if number == 0:
                self.lines.append(_Line(label, MARGIN, self.y, min(size, 9), colour=FAINT))
            self.lines.append(_Line(piece, WIDTH - MARGIN, self.y, size, "right", bold, colour))

    def gap(self, millimetres: float) -> None:
        self.y += millimetres

    def rule(self) -> None:
        self.gap(3)
        self.rules.append(self.y)
        self.gap(2)

    def _down(self, size: float) -> None:
        self.y += size * LEADING * POINT


def lay_out(paper: Paper) -> Figure:
    """The paper with everything in its place."""
    roll = _written(paper)
    height = roll.y + MARGIN
    figure = Figure(figsize=(WIDTH / 25.4, height / 25.4), facecolor="white")
    for line in roll.lines:
        figure.text(
            line.x / WIDTH,
            1 - line.y / height,
            line.text,
            color=line.colour,
            fontproperties=font(line.size, line.bold),
            horizontalalignment=line.align,
            verticalalignment="baseline",
            parse_math=False,
        )
    for y in roll.rules:
        _dashes(figure, 1 - y / height)
    _edges(figure, height)
    if paper.stamp:
        _stamp(figure, paper.stamp)
    return figure


def _written(paper: Paper) -> _Roll:
    roll = _Roll()
    roll.centred(paper.gym, 16, bold=True)
    roll.gap(2)
    roll.centred(paper.title, 11, bold=True)
    roll.centred(paper.moment, 8.5, colour=FAINT)
    roll.rule()
    for label, value in paper.rows:
        roll.pair(label, value, 9)
        roll.gap(1)
    roll.rule()
    label, amount = paper.total
    roll.pair(label, amount, fitting(amount, VALUES, 17), bold=True)
    roll.gap(1.5)
    label, value = paper.rest
    if value:
        roll.pair(label, value, 11, bold=True, colour=RED)
    else:
        roll.pair("", label, 9, bold=True, colour=GREEN)
    if paper.remark:
        roll.gap(1.5)
        roll.centred(paper.remark, 8, colour=FAINT)
    roll.rule()
    for line in paper.footer.splitlines():
        roll.centred(line, 8.5, colour=FAINT)
    return roll


def _dashes(figure: Figure, y: float) -> None:
    sides = (MARGIN / WIDTH, 1 - MARGIN / WIDTH)
    figure.add_artist(Line2D(sides, (y, y), color="#9ca3af", linewidth=0.8, linestyle=(0, (3, 3))))


def _edges(figure: Figure, height: float) -> None:
    """The torn ends of the roll."""
    teeth = 35
    for base, tip in ((0.0, 2.2), (height, height - 2.2)):
        zigzag = [
            (number / teeth / 2, (tip if number % 2 else base) / height) for number in range(2 * teeth + 1)
        ]
        figure.add_artist(Polygon(zigzag, closed=True, facecolor="#e5e7eb", edgecolor="none"))


def _stamp(figure: Figure, words: str) -> None:
    frame = {"boxstyle": "round,pad=0.25", "facecolor": "none", "edgecolor": RED, "linewidth": 3}
    figure.text(
        0.5,
        0.5,
        words,
        color=RED,
        alpha=0.6,
        rotation=24,
        fontproperties=font(fitting(words, INNER * 0.75, 44), bold=True),
        horizontalalignment="center",
        verticalalignment="center",
        parse_math=False,
        bbox={**frame, "alpha": 0.6},
    )
