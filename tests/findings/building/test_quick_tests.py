"""`make fast` leaves out what starts programs, opens pages, loads models, chats, or takes long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.live import ROOT
from tests.support.quick import is_quick, may_hold_quick


class Item:
    """A collected test, as far as it is asked."""

    def __init__(self, file: str, *fixtures: str, marks: tuple[str, ...] = ()) -> None:
        self.path: Path = ROOT / file
        self.fixturenames = fixtures
        self._marks = marks

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self._marks else None


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Item("tests/plans/test_plans.py", "gym", "database_url"), True),
        (Item("tests/findings/reading/test_days.py"), True),
        (Item("tests/findings/test_lost_races.py", "database_url"), False),
        (Item("tests/plans/test_plans.py", "face_pool"), False),
        (Item("tests/bot/desk/test_till.py", "sandbox"), False),
        (Item("tests/core/test_catalogue.py"), False),
        (Item("tests/races/test_money_leaves_once.py", "gym", "database_url"), False),
        (Item("tests/plans/test_plans.py", marks=("long",)), False),
        (Item("tests/plans/test_plans.py", marks=("browser",)), False),
    ],
)
def test_quick_is_what_needs_neither_program_nor_page_nor_model_nor_chat_nor_long(
    item: Item, expected: bool
) -> None:
    assert is_quick(item) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("tests/plans/test_plans.py", True),
        ("tests/findings/money/test_smallest_amount.py", True),
        ("tests/core/test_catalogue.py", False),
        ("tests/races/test_money_leaves_once.py", False),
        ("tests/web/kiosk/test_kiosk_page.py", False),
    ],
)
def test_a_file_that_starts_programs_or_is_live_is_not_even_collected(file: str, expected: bool) -> None:
    assert may_hold_quick(ROOT / file) is expected
