"""Rating of the team: how unlikely somebody's figure is beside the median of the others. Pure.

What happens rarely and by chance (voids, overrides, short tills) is counted in events for each unit of work
(payments, days, counts). The others' median rate says how many were to be expected; that so many or more came
about has the probability of a negative binomial, which knows that the median is itself an estimate. One in
ten thousand is a reason to look; a proof it is not, and the report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import exp, lgamma, log, log1p
from statistics import median
from typing import Final
from uuid import UUID

from gym.reports.person_facts import PersonFacts
from gym.reports.team.work import StaffWork

UNLIKELY: Final = 1e-4
"""With five people, six figures and a report a month an honest team is named once in about 25 years."""
FEWEST: Final = 4
"""Less often than that is nobody's habit."""
TIMES: Final = 2.5
"""Above the median at least."""


class TeamFigure(StrEnum):
    """Figures by which people are compared."""

    VOIDS = "voids"
    DISCOUNTS = "discounts"
    OVERRIDES = "overrides"
    UNDONE = "undone"
    SHORT_TILLS = "short_tills"
    REFUNDS = "refunds"
    WRITE_OFFS = "write_offs"
    CREDITS = "credits"


@dataclass(frozen=True, slots=True)
class StaffRecord:
    """Facts and work of one of the staff."""

    facts: PersonFacts
    work: StaffWork

    @property
    def staff_id(self) -> UUID:
        return self.work.staff_id


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: how often, out of how much work, and how much money it was about."""

    events: Callable[[StaffRecord], int]
    work: Callable[[StaffRecord], int]
    amount: Callable[[StaffRecord], Decimal] | None = None


MEASURES: Final[Mapping[TeamFigure, Measure]] = {
    TeamFigure.VOIDS: Measure(
        lambda one: one.facts.voids, lambda one: one.work.payments, lambda one: one.facts.void_amount
    ),
    TeamFigure.DISCOUNTS: Measure(
        lambda one: one.facts.discounts, lambda one: one.work.sales, lambda one: one.facts.discount_amount
    ),
    TeamFigure.OVERRIDES: Measure(lambda one: one.facts.overrides, lambda one: one.work.days),
    TeamFigure.UNDONE: Measure(lambda one: one.facts.undone, lambda one: one.work.days),
    TeamFigure.SHORT_TILLS: Measure(
        lambda one: one.work.short_counts, lambda one: one.work.counts, lambda one: one.work.short
    ),
    TeamFigure.REFUNDS: Measure(
        lambda one: one.facts.refunds, lambda one: one.work.payments, lambda one: one.facts.refund_amount
    ),
    TeamFigure.WRITE_OFFS: Measure(
        lambda one: one.facts.write_offs,
        lambda one: one.work.payments,
        lambda one: one.facts.write_off_amount,
    ),
    TeamFigure.CREDITS: Measure(
        lambda one: one.facts.credits, lambda one: one.work.payments, lambda one: one.facts.credit_amount
    ),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of one person beside the others' median."""

    figure: TeamFigure
    events: int
    work: int
    amount: Decimal | None
    expected: float
    """How often with the others' median rate."""
    probability: float
    """Of so many or more by chance."""

    @property
    def worth_a_look(self) -> bool:
        often = self.events >= max(FEWEST, TIMES * self.expected)
        return often and self.probability < UNLIKELY


@dataclass(frozen=True, slots=True)
class RatedStaff:
    """Somebody with the comparisons, the least likely one first."""

    record: StaffRecord
    comparisons: Sequence[Comparison]

    @property
    def reasons(self) -> Sequence[Comparison]:
        return [one for one in self.comparisons if one.worth_a_look]

    @property
    def least_likely(self) -> float:
        return min((one.probability for one in self.comparisons), default=1.0)


def rated(team: Sequence[StaffRecord]) -> list[RatedStaff]:
    """Whom an owner wants to look at stands first; who is alike stands by name."""
    people = [RatedStaff(one, _comparisons(one, team)) for one in team]
    return sorted(
        people,
        key=lambda one: (not one.reasons, one.least_likely, one.record.work.staff_name.casefold()),
    )


def _comparisons(one: StaffRecord, team: Sequence[StaffRecord]) -> list[Comparison]:
    """With those of the same role: who may not refund has no refunds, which says nothing about who may."""
    others = [other for other in team if other is not one and other.work.role is one.work.role]
    found = [_compared(figure, measure, one, others) for figure, measure in MEASURES.items()]
    return sorted((each for each in found if each is not None), key=lambda each: each.probability)


def _compared(
    figure: TeamFigure, measure: Measure, one: StaffRecord, others: Sequence[StaffRecord]
) -> Comparison | None:
    """None where there is nobody, or no work, to compare with."""
    work, peers = measure.work(one), [other for other in others if measure.work(other)]
    if not work or not peers:
        return None
    events = measure.events(one)
    rate = median(measure.events(other) / measure.work(other) for other in peers)
    whole = sum(measure.work(other) for other in peers)
    probability = chance_of(events, work, rate * whole, whole)
    amount = measure.amount(one) if measure.amount else None
    return Comparison(figure, events, work, amount, rate * work, probability)


def chance_of(events: int, work: float, known_events: float, known_work: float) -> float:
    """Probability of at least so many events in that much work, where as much as is known had so many.

    Negative binomial: the predictive distribution of a Poisson rate with a gamma prior of shape 1.
    """
    shape, share = known_events + 1, known_work / (known_work + work)
    below = sum(
        exp(lgamma(shape + k) - lgamma(shape) - lgamma(k + 1) + shape * log(share) + k * log1p(-share))
        for k in range(events)
    )
    return max(0.0, 1 - below)
