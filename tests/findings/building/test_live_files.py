"""At every hour of a day pytest gets each file that has a test of the machine's time."""

from __future__ import annotations

import pytest

from tests.instants import FEW, GYM, hours, live_at, names_a_file
from tests.support.live import MARK, ROOT, live_files


def test_no_live_test_of_this_run_is_left_out(request: pytest.FixtureRequest) -> None:
    """Said of everything by the whole suite, where all tests are collected."""
    live = {item.path for item in request.session.items if item.get_closest_marker("live") is not None}
    assert live <= set(live_files())


def test_some_are_live_by_their_path_and_some_by_a_mark_of_their_own() -> None:
    found = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in live_files()}
    assert MARK not in found["tests/e2e/test_story.py"]
    assert MARK in found["tests/findings/dump/test_a_stolen_dump.py"]
    assert "tests/plans/test_plans.py" not in found


def test_the_long_ones_run_just_after_midnight_before_opening_at_night_and_when_the_clocks_change() -> None:
    at = [hour for number, hour in enumerate(hours()) if "not long" not in live_at(number)]
    assert [(hour.tzinfo, hour.hour) for hour in at[: len(FEW)]] == [(GYM, 0), (GYM, 6), (GYM, 22)]
    assert [str(hour.tzinfo) for hour in at[len(FEW) :]] == ["Europe/Madrid"] * 2
    assert all(live_at(number).startswith("live and not soak") for number in range(len(hours())))


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("tests/e2e", True),
        ("tests/e2e/test_story.py", True),
        ("tests/e2e/test_story.py::test_a_gyms_first_weeks", True),
        ("-n", False),
        ("3", False),
        ("worksteal", False),
    ],
)
def test_whoever_names_a_file_gets_that_file_alone(argument: str, expected: bool) -> None:
    assert names_a_file(argument) is expected
