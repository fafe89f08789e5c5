"""The machine itself, as far as every run of the tests may wait for it; the long run is a command."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from gym.attendance.models import VerdictCode
from gym.subscriptions.models import SubscriptionStatus
from tests.machine import book
from tests.machine.machine import RULES, GymMachine
from tests.machine.running import SEED, run
from tests.machine.tally import CODES, STATUSES
from tests.machine.world import World

STEPS = 2000
OF_A_FACE = {"not_recognized", "uncertain", "spoof_suspected"}
BOOK = ("rules", "book", "periods", "selling", "money", "resting", "door", "tally")
"""The modules of the plain-Python model."""


@pytest.mark.long
def test_the_gym_does_what_the_book_says(database_url: str, run_home: Path) -> None:
    """The same steps in every run; `python -m tests.machine --seed N` draws others."""
    world = World.open(database_url, run_home)
    try:
        tally = run(world, STEPS)
    finally:
        world.close()
    print(f"seed {SEED}: {tally.table()}")
    assert tally.steps >= STEPS
    missing = tally.missing(RULES, least=1)
    assert not missing, missing


def imported(module: str) -> set[str]:
    """What a module of the model asks for, directly."""
    source = Path(book.__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in found if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in found if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("module", BOOK)
def test_the_book_knows_nothing_of_the_gym(module: str) -> None:
    own = {f"tests.machine.{name}" for name in BOOK}
    foreign = {name for name in imported(module) - own if name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign == set()


def test_the_book_knows_every_status_and_verdict() -> None:
    assert set(STATUSES) == {one.value for one in SubscriptionStatus}
    assert set(CODES) == {one.value for one in VerdictCode} - OF_A_FACE


def test_every_rule_is_counted() -> None:
    assert {rule.function.__name__ for rule in GymMachine().rules} == set(RULES)
