"""Bar of the demo gym: what is bought, sold, taken back and counted, in the order of time. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from gym.demo.history.acts import Act
from gym.demo.history.books import DAY, METHODS, DemoWorld, demo_id
from gym.demo.history.catalogue import RAISE
from gym.demo.history.habits import HOLIDAYS, VISITS, WEEKDAYS, moment
from gym.demo.history.team import OWNER
from gym.payments.models import Method

SALES_A_MEMBER: Final = 0.015
"""A day."""
MOST_SALES: Final = 25
"""A day: one bar serves no more, however many members a gym for benchmarks has."""
STEP: Final = 100
"""Prices end in two zeros."""
TAKEN_BACK, MISCOUNTED, TWO = 0.006, 0.25, 0.3
"""Shares of sales that are voided, of counts that find less, and of sales of two products."""
DELIVERED, COUNTED_AT = 9.2, 21.4
"""Hours, as fractions, at which the week's goods come and a month's shelf is counted."""
APART: Final = timedelta(minutes=3)
"""Between two sales, so that one that is voided is void before the next."""


@dataclass(frozen=True, slots=True)
class BarProduct:
    """What the bar sells; its cost never changes, so its average cost is that."""

    name: str
    sku: str
    category: str
    price: int
    """In the first year."""
    cost: int
    tax_percent: int
    minimum: int
    maximum: int
    weight: float
    """How often it is bought."""

    def price_on(self, day: date, first: date) -> int:
        """Raised every January, as plans are."""
        return round(self.price * RAISE ** (day.year - first.year) / STEP) * STEP


BAR: Final = (
    BarProduct("Agua 600 ml", "AGUA-600", "Bebidas", 2_500, 1_100, 0, 24, 96, 0.4),
    BarProduct("Bebida isotónica", "ISO-500", "Bebidas", 4_500, 2_600, 19, 12, 60, 0.2),
    BarProduct("Barra de proteína", "BARRA", "Suplementos", 8_000, 5_200, 19, 10, 40, 0.18),
    BarProduct("Batido de proteína", "BATIDO", "Suplementos", 12_000, 6_500, 19, 6, 30, 0.12),
    BarProduct("Candado", "CANDADO", "Accesorios", 18_000, 9_500, 19, 3, 12, 0.04),
    BarProduct("Toalla", "TOALLA", "Accesorios", 25_000, 13_000, 19, 3, 12, 0.04),
    BarProduct("Guantes de levantamiento", "GUANTES", "Accesorios", 45_000, 24_000, 19, 2, 8, 0.02),
)


@dataclass(frozen=True, slots=True)
class BarLine:
    """Pieces of one product in a sale, at the price of its day."""

    id: UUID
    product: BarProduct
    pieces: int
    price: int


@dataclass(frozen=True, slots=True)
class BarPurchase(Act):
    product: BarProduct
    pieces: int


@dataclass(frozen=True, slots=True)
class BarSale(Act):
    """To nobody in particular, paid at once."""

    id: UUID
    account_id: UUID
    payment_id: UUID
    lines: tuple[BarLine, ...]
    method: Method

    @property
    def total(self) -> int:
        return sum(one.pieces * one.price for one in self.lines)


@dataclass(frozen=True, slots=True)
class BarReturn(Act):
    """The whole sale, by who sold it, on the same day."""

    sale: BarSale
    reason: str


@dataclass(frozen=True, slots=True)
class ShelfCount(Act):
    """What lies on the shelf at the end of a month, of one product."""

    product: BarProduct
    expected: int
    counted: int
    reason: str


@dataclass(slots=True)
class BarHistory:
    """Of one gym; its shelf is followed, so that nothing is sold that is not there."""

    world: DemoWorld
    random: Random
    sales_a_day: float
    shelf: dict[str, int] = field(default_factory=dict[str, int])

    def acts(self) -> Iterator[Act]:
        """Up to now."""
        for act in self._all():
            if act.at > self.world.now:
                return
            yield act

    def _all(self) -> Iterator[Act]:
        day = self.world.first
        while day <= self.world.last:
            if (day.month, day.day) not in HOLIDAYS:
                yield from self._day(day)
            day += DAY

    def _day(self, day: date) -> Iterator[Act]:
        if not self.shelf or day.weekday() == 0:
            yield from self._deliver(day)
        yield from self._sell(day)
        if (day + DAY).month != day.month:
            yield from self._count(day)

    def _deliver(self, day: date) -> Iterator[Act]:
        """Of what is low, up to its highest mark; before anybody buys anything."""
        at = moment(day, DELIVERED, self.world.zone)
        for number, one in enumerate(BAR):
            left = self.shelf.get(one.name, 0)
            if left <= one.minimum:
                yield BarPurchase(at + number * timedelta(seconds=30), OWNER, one, one.maximum - left)
                self.shelf[one.name] = one.maximum

    def _sell(self, day: date) -> Iterator[Act]:
        random = self.random
        many = self.sales_a_day * WEEKDAYS[day.weekday()] * VISITS[day.month - 1]
        count = int(many + random.random())
        times = sorted(moment(day, max(10, random.gauss(17.5, 2.6)), self.world.zone) for _ in range(count))
        last = moment(day, DELIVERED, self.world.zone)
        for at in times:
            if (at := max(at, last + APART)).date() != day:
                return
            sale = self._sale(at)
            if sale is None:
                continue
            yield sale
            last = at
            if random.random() < TAKEN_BACK:
                last = at + timedelta(minutes=2)
                yield BarReturn(last, sale.staff, sale, "producto equivocado")
                self._move(sale, +1)

    def _sale(self, at: datetime) -> BarSale | None:
        random, world = self.random, self.world
        wanted = random.choices(BAR, [one.weight for one in BAR], k=2 if random.random() < TWO else 1)
        lines = tuple(
            BarLine(
                demo_id(at, random),
                one,
                min(self.shelf[one.name], random.choice((1, 1, 1, 2))),
                one.price_on(at.date(), world.first),
            )
            for one in dict.fromkeys(wanted)
            if self.shelf[one.name]
        )
        if not lines:
            return None
        ids = [demo_id(at, random) for _ in range(3)]
        method = random.choices(list(METHODS), list(METHODS.values()))[0]
        sale = BarSale(at, world.roster.on_duty(at), ids[0], ids[1], ids[2], lines, method)
        self._move(sale, -1)
        return sale

    def _move(self, sale: BarSale, sign: int) -> None:
        for one in sale.lines:
            self.shelf[one.product.name] += sign * one.pieces

    def _count(self, day: date) -> Iterator[Act]:
        """Some pieces are gone, and nobody knows where to."""
        at = moment(day, COUNTED_AT, self.world.zone)
        for number, one in enumerate(BAR):
            expected = self.shelf[one.name]
            gone = self.random.choice((1, 1, 2)) if self.random.random() < MISCOUNTED else 0
            counted = max(0, expected - gone)
            when = at + number * timedelta(seconds=20)
            yield ShelfCount(when, OWNER, one, expected, counted, "faltante de inventario")
            self.shelf[one.name] = counted


def bar_acts(world: DemoWorld, random: Random, members: int) -> list[Act]:
    """All that the bar of a gym of so many members does."""
    return list(BarHistory(world, random, min(MOST_SALES, members * SALES_A_MEMBER)).acts())
