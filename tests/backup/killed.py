"""`python -m tests.backup.killed PLACE …`: `python -m gym …` that kills itself with `kill -9` at one place.

A place is `module:name` of a function and `before` or `after` its call, all joined by colons.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from operator import attrgetter
from typing import Any


def die() -> None:
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def dying(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    async def awaited(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            await function(*args, **kwargs)
        die()

    def called(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            function(*args, **kwargs)
        die()

    return awaited if inspect.iscoroutinefunction(function) else called


def mine(place: str) -> None:
    module, name, when = place.split(":")
    owner, _, attribute = name.rpartition(".")
    holder = attrgetter(owner)(import_module(module)) if owner else import_module(module)
    setattr(holder, attribute, dying(getattr(holder, attribute), when))


if __name__ == "__main__":
    mine(sys.argv.pop(1))
    from gym.commands import app

    app()
