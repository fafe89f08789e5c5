"""Several workers begin with what waits beside what computes, and end with the shortest tests."""

from __future__ import annotations

from itertools import accumulate, pairwise
from pathlib import Path

import pytest

from tests.support.live import ROOT
from tests.support.order import UNKNOWN, Cost, arranged, costs, rooms
from tests.support.seconds import Table


class Item:
    """A collected test, as far as it is asked."""

    def __init__(self, file: str, number: int, *, long: bool = False) -> None:
        self.path: Path = ROOT / file
        self.name = f"{file}:{number}"
        self._long = long

    def get_closest_marker(self, name: str) -> str | None:
        return name if self._long and name == "long" else None


KNOWN = {
    "page": Cost(8.0, 6.0),
    "program": Cost(20.0, 19.0),
    "years": Cost(60.0, 5.0),
    "chat": Cost(1.0, 0.2),
    "rules": Cost(0.01, 0.0),
}
NUMBERS = {"chat": 40, "page": 10, "program": 4, "rules": 60, "unmeasured": 5, "years": 1}


def collected(**numbers: int) -> list[Item]:
    """Tests in the order of their files; the only one of `years` is marked as long."""
    return [
        Item(file, number, long=file == "years")
        for file, count in (numbers or NUMBERS).items()
        for number in range(count)
    ]


def pieces(items: list[Item], workers: int) -> list[list[str]]:
    """The files of the tests that each worker begins with, in their order."""
    found = [item.path.name for item in arranged(items, workers, KNOWN)]  # type: ignore[arg-type]
    return [found[first:last] for first, last in pairwise([0, *accumulate(rooms(len(items), workers))])]


def test_half_of_the_workers_begin_with_what_waits_and_the_others_with_what_computes() -> None:
    one, two, three, four = pieces(collected(), 4)
    assert {one[0], two[0]} == {"page", "program"}
    assert three[0] == "years"
    assert four[0] == "chat"
    assert {"page", "program"}.isdisjoint(three + four)


@pytest.mark.parametrize("workers", [2, 3, 4, 5])
def test_the_longest_come_first_and_the_shortest_behind_what_waits(workers: int) -> None:
    """So that whoever has nothing left takes short ones from the end of another's."""
    found = pieces(collected(), workers)
    for piece in found:
        computing = [KNOWN.get(file, UNKNOWN).seconds for file in piece if file not in ("page", "program")]
        assert computing == sorted(computing, reverse=True)
    assert found[0][-1] == "rules"


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(
    "numbers", [NUMBERS, {"page": 3}, {"rules": 5}, {"page": 30, "rules": 1}, {"chat": 0}]
)
def test_each_test_is_run_once_and_every_worker_is_given_the_same_list(
    workers: int, numbers: dict[str, int]
) -> None:
    items = collected(**numbers)
    first = [item.name for item in arranged(items, workers, KNOWN)]  # type: ignore[arg-type]
    again = [item.name for item in arranged(items, workers, KNOWN)]  # type: ignore[arg-type]
    assert first == again
    assert sorted(first) == sorted(item.name for item in items)


def test_tests_of_one_file_stay_side_by_side_in_their_order() -> None:
    items = collected(page=4, chat=9, rules=11)
    found = [item.name for item in arranged(items, 2, KNOWN)]  # type: ignore[arg-type]
    chats = [f"chat:{number}" for number in range(9)]
    assert found[12:21] == chats
    assert found[:4] == [f"page:{number}" for number in range(4)]


def test_nearly_all_of_the_table_names_files_that_are_there() -> None:
    gone = [path for path in costs() if not (ROOT / path).is_file()]
    assert len(gone) < len(costs()) / 10, gone


def test_what_is_measured_becomes_a_line_of_the_table() -> None:
    table = Table()
    for seconds, waited in ((3.0, 2.0), (1.0, 1.0)):
        report = pytest.TestReport("tests/a.py::test", ("", 0, ""), {}, "passed", None, "teardown")
        report.user_properties = [("seconds", seconds), ("waited", waited)]
        table.pytest_runtest_logreport(report)
    assert table.lines() == ["2.00 1.50 tests/a.py"]
