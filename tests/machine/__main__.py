"""`python -m tests.machine --steps 50000 --seed 7`: drives the gym, prints the counts, fails when short.

`--mutants` switches rules of the gym off instead, each by itself, and prints the steps until it is found.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time

import structlog

from tests.machine.machine import RULES
from tests.machine.mutants import MUTANTS, found_after
from tests.machine.running import own_world, run
from tests.machine.tally import Tally


def main() -> int:
    arguments = _parsed()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(f"seed {arguments.seed}", flush=True)
    if arguments.mutants is not None:
        return _mutants(arguments.mutants, arguments.seed)
    began, tally = time.monotonic(), Tally()
    try:
        with own_world() as world:
            shrink = not arguments.raw
            run(world, arguments.steps, arguments.seed, shrink=shrink, told=_tell, tally=tally)
    finally:  # also of a run that found something, or that somebody ended
        took = time.monotonic() - began
        print(tally.table())
        print(f"{tally.steps / took:.0f} steps a second, {took:.0f} seconds", flush=True)
    missing = tally.missing(RULES, arguments.least)
    for line in missing:
        print(f"missing: {line}")
    return 1 if missing else 0


def _mutants(names: list[str], seed: int) -> int:
    with own_world() as world:
        for name in names or MUTANTS:
            found_after(world, name, seed)
    return 0


def _tell(tally: Tally) -> None:
    print(f"{tally.steps} steps", file=sys.stderr, flush=True)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.machine")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--least", type=int, default=50, help="how often every rule must have run")
    parser.add_argument("--raw", action="store_true", help="do not shrink what fails")
    parser.add_argument(
        "--mutants", nargs="*", choices=[*MUTANTS], help="switch rules of the gym off and find each"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
