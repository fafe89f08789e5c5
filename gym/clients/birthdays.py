"""Birthdays on a day, in SQL. Who was born on 29 February has it on the 28th in other years."""

from __future__ import annotations

from calendar import isleap
from datetime import date

from sqlalchemy import ColumnElement, and_, extract, or_

from gym.clients.models import Client


def birth_dates(day: date) -> list[tuple[int, int]]:
    """Month and day of birth of those who have their birthday on a day."""
    dates = [(day.month, day.day)]
    if dates == [(2, 28)] and not isleap(day.year):
        dates.append((2, 29))
    return dates


def is_birthday(born: date | None, day: date) -> bool:
    return born is not None and (born.month, born.day) in birth_dates(day)


def born_for(day: date) -> ColumnElement[bool]:
    """The same as a condition on clients."""
    return or_(
        *(
            and_(extract("month", Client.birth_date) == month, extract("day", Client.birth_date) == number)
            for month, number in birth_dates(day)
        )
    )
