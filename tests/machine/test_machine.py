"""The machine itself, as far as every run of the tests may wait for it; the long run is a command."""

from __future__ import annotations

import ast
import os
import random
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from gym.attendance.models import VerdictCode
from gym.subscriptions.models import SubscriptionStatus
from tests.machine import book
from tests.machine.machine import RULES, GymMachine
from tests.machine.mutants import MUTANTS, WITHIN, found_after
from tests.machine.running import SEED, run
from tests.machine.tally import CODES, STATUSES
from tests.machine.world import World

STEPS = 600
FEW = 4
"""Rules, statuses and verdicts that so short a run may leave out."""
MANY = 50_000
A_SECOND = 15
"""Steps that two busy cores make in a second; four times as many when they are idle."""
OF_A_FACE = {"not_recognized", "uncertain", "spoof_suspected"}
BOOK = (
    *("rules", "book", "periods", "selling", "ending", "money", "resting", "door", "tally"),
    *("shop.goods", "shop.sales", "proofs.quotes", "proofs.approvals"),
)
"""The modules of the plain-Python model."""


@pytest.fixture
def world(database_url: str, run_home: Path) -> Generator[World]:
    opened = World.open(database_url, run_home)
    yield opened
    opened.close()


@pytest.mark.long
def test_the_gym_does_what_the_book_says(world: World) -> None:
    """The same steps in every run; `python -m tests.machine --seed N` draws others."""
    tally = run(world, STEPS, shrink=False)
    print(f"seed {SEED}: {tally.table()}")
    assert tally.steps >= STEPS
    missing = tally.missing(RULES, least=1)
    assert len(missing) <= FEW, missing


@pytest.mark.soak
def test_the_gym_does_what_the_book_says_for_fifty_thousand_steps(world: World) -> None:
    """Others in every run; or as many as fit into about SOAK_SECONDS. A whole run has seen everything."""
    seed, seconds = random.randrange(2**32), float(os.environ.get("SOAK_SECONDS", "inf"))
    print(f"seed {seed}", flush=True)
    steps = int(min(MANY, seconds * A_SECOND))
    tally = run(world, steps, seed, shrink=False)
    print(tally.table())
    assert tally.steps >= steps
    if steps == MANY:
        missing = tally.missing(RULES)
        assert not missing, missing


@pytest.mark.soak
@pytest.mark.parametrize("name", MUTANTS)
def test_a_rule_that_is_switched_off_is_found(world: World, name: str) -> None:
    assert found_after(world, name, SEED) <= WITHIN


def imported(module: str) -> set[str]:
    """What a module of the model asks for, directly."""
    path = Path(book.__file__).parent.joinpath(*module.split(".")).with_suffix(".py")
    source = path.read_text(encoding="utf-8")
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
