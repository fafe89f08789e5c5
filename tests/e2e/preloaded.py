"""A Python that has imported the gym once and forks a `python -m bot` whenever it is told.

For tests that kill a gym again and again: four fifths of what a start computes are imports. What is forked
holds no thread, connection or model of the parent's.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Final, Never

IMPORTED: Final = (
    "bot.serving",
    "gym.faces.engine.engines",
    "gym.faces.liveness.passive",
    "gym.faces.pool",
)
"""What `python -m bot` imports beside its own few lines."""


@dataclass(frozen=True, slots=True)
class Order:
    """One start: its whole environment, and the file that takes what it says."""

    environment: dict[str, str]
    log: str

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def main() -> None:
    """For each order on standard input: prints the process's number, and how it has ended when it has."""
    for name in IMPORTED:
        import_module(name)
    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if child == 0:
            _become_gym(order)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become_gym(order: Order) -> Never:
    log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(order.environment)
    status = 1
    try:
        runpy.run_module("bot", run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as end:
        print(end.code, file=sys.stderr, flush=True)
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
