"""Counts and lengths of time as people write them: a number of something else is asked again."""

from __future__ import annotations

import pytest

from gym.core.reading.counts import DAYS, VISITS, read_count
from gym.core.reading.durations import read_length
from gym.settings.schemas import GymSettings
from gym.staff.errors import NumberOutside
from gym.staff.setting_validation import changed_settings

COUNTS = {
    "12": (12, 12),
    "012": (12, 12),
    "doce": (12, 12),
    "ten": (10, 10),
    "12 visitas": (12, None),
    "12 visits": (12, None),
    "diez visitas": (10, None),
    "10 clases": (10, None),
    "10 sesiones": (10, None),
    "8 entradas": (8, None),
    "8 times": (8, None),
    "una visita": (1, None),
    "45 days": (None, 45),
    "45 días": (None, 45),
    "quince dias": (None, 15),
    "10d": (None, 10),
    "un día": (None, 1),
    **dict.fromkeys(
        [
            "",
            "a",
            "visits",
            "-1",
            "1.5",
            "1,5",
            "10 pesos",
            "10 o 12",
            "10-12",
            "2 semanas",
            "12 meses",
            "²",
            "٣",
        ],
        (None, None),
    ),
    **dict.fromkeys(["mil visitas diarias", "1e3", "0x10", "1234567", "10 visitas 5 dias"], (None, None)),
}
LENGTHS = {
    "10 días": "10 day",
    "10 dias.": "10 day",
    "10days": "10 day",
    "diez días": "10 day",
    "2 semanas": "2 week",
    "two weeks": "2 week",
    "un mes": "1 month",
    "a month": "1 month",
    "mes": "1 month",
    "mensual": "1 month",
    "3 meses": "3 month",
    "3m": "3 month",
    "quincena": "15 day",
    "una quincena": "15 day",
    "a fortnight": "2 week",
    "trimestre": "3 month",
    "un semestre": "6 month",
    "semestral": "6 month",
    "un año": "1 year",
    "anual": "1 year",
    **dict.fromkeys(
        ["", "10", "mes y medio", "1.5 meses", "24 horas", "0 days", "-1 day", "m", "d", "10 visitas"]
    ),
    **dict.fromkeys(["2 quincenas", "medio mes", "10 días 2 semanas", "unos días", "varios meses"]),
}


@pytest.mark.parametrize(("typed", "visits", "days"), [(typed, *counts) for typed, counts in COUNTS.items()])
def test_a_number_counts_only_what_was_asked_for(typed: str, visits: int | None, days: int | None) -> None:
    assert (read_count(typed, VISITS), read_count(typed, DAYS)) == (visits, days)


@pytest.mark.parametrize(("typed", "length"), LENGTHS.items())
def test_a_length_has_its_unit(typed: str, length: str | None) -> None:
    found = read_length(typed)
    assert (found and f"{found.count} {found.unit}") == length


def test_a_setting_counts_what_its_name_says() -> None:
    settings = GymSettings()  # type: ignore[call-arg]
    assert changed_settings(settings, {"grace_days": "3 días"}).grace_days == 3
    assert changed_settings(settings, {"approval_hours": "48 horas"}).approval_hours == 48
    for name in ("grace_days", "reward_visits"):
        with pytest.raises(NumberOutside):
            changed_settings(settings, {name: "3 horas"})
