"""Money, days and numbers in the words of each language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import RFC_4122

from gym.core.database.ids import new_id
from gym.core.database.json_values import decode, encode
from gym.core.language import Translator, nearest_language
from gym.core.money import to_cents


def test_halves_of_a_cent_round_up() -> None:
    assert to_cents(Decimal("0.005")) == Decimal("0.01")


def test_values_are_written_in_the_readers_language() -> None:
    english, spanish = Translator("en"), Translator("es")
    assert english("{a}", a=Decimal(150000)) == "$150,000"
    assert spanish("{a}", a=Decimal("150000.5")) == "$150.000,50"
    assert english("{d}", d=date(2026, 8, 3)) == "Mon, 3 Aug 2026"
    assert english("{m}", m=datetime(2026, 8, 4, 3, 0, tzinfo=UTC)) == "3 Aug 2026, 22:00"


def test_an_unknown_language_falls_back() -> None:
    assert nearest_language("es-CO") == "es"
    assert nearest_language("de", "es") == "es"


def test_typed_values_survive_a_json_column() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    values = {"a": Decimal("5.10"), "d": date(2026, 1, 1), "i": new_id(), "l": [moment, None]}
    assert decode(encode(values)) == values


def test_identifiers_grow_with_time() -> None:
    made = [new_id() for _ in range(9000)]
    assert made == sorted(set(made))
    assert all(key.version == 7 and key.variant == RFC_4122 for key in made)
