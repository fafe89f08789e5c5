"""One run of the machine: a server, a database, a number of steps, the counts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from gym.core.postgres import EmbeddedPostgres
from tests.machine.machine import GymMachine
from tests.machine.tally import Tally
from tests.machine.world import World
from tests.support.databases import TEMPLATE, administration, database_url, in_memory, make_template

STEPS = 50
"""In one example: long enough for a year of somebody's life."""
MOST_EXAMPLES = 40
"""Under one seed; then the next one begins, because a long search repeats itself."""
SEED = 20260803
"""Of the run that every test run makes."""


def run(
    world: World,
    steps: int,
    with_seed: int = SEED,
    *,
    shrink: bool = True,
    told: Callable[[Tally], None] = lambda _: None,
    tally: Tally | None = None,
) -> Tally:
    """At least so many steps; raises what the machine found, shrunk to few of them.

    `tally` counts also those of a run that ends with a fault.
    """

    class Machine(GymMachine):
        pass

    Machine.world, Machine.tally = world, tally or Tally()
    turn = 0
    while Machine.tally.steps < steps:
        left = steps - Machine.tally.steps
        machine = seed(with_seed + turn)(Machine)
        run_state_machine_as_test(machine, settings=profile(left, shrink=shrink))
        turn += 1
        told(Machine.tally)
    return Machine.tally


def profile(steps: int, *, shrink: bool) -> settings:
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    return settings(
        max_examples=min(MOST_EXAMPLES, max(1, steps // STEPS)),
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


@contextmanager
def own_world() -> Generator[World]:
    """A gym on a server of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pg-run-", dir=in_memory(), ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        with EmbeddedPostgres(home, durable=False) as server:
            address = server.start()
            world = World.open(_fresh(address), home)
            try:
                yield world
            finally:
                world.close()
        assert server.wait_gone(30)


def _fresh(address: str) -> str:
    import asyncio

    async def make() -> str:
        await make_template(address)
        async with administration(address) as connection:
            await connection.execute(f"CREATE DATABASE machine TEMPLATE {TEMPLATE}")
        return database_url(address, "machine")

    return asyncio.run(make())
