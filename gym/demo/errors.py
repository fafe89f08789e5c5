"""Faults of the demo gym."""

from __future__ import annotations

from collections.abc import Mapping

from gym.core.errors import Conflict, Forbidden
from gym.core.language import N_


class DemoOnlyInSandbox(Forbidden):
    code = "demo_only_in_sandbox"
    message = N_("A demo gym is only made where things are tried out, never in a gym that is real.")


class DemoNeedsEmptyGym(Conflict):
    code = "demo_needs_empty_gym"
    message = N_("A demo gym needs an empty database: here are clients, plans or visits already.")


class DemoInconsistent(Exception):
    """The history breaks an invariant: a mistake of the program, and nothing was kept."""

    def __init__(self, broken: Mapping[str, int]) -> None:
        super().__init__(", ".join(f"{name}: {count}" for name, count in broken.items()))
