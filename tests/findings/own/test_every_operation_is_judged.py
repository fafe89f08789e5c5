"""A new operation about clients says whether it may be done for the own membership."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from tests.findings.own import judged

ROOMS = (
    *("clients", "payments", "rewards", "subscriptions", "approvals", "attendance"),
    *("products", "debts", "transfers"),
)


def operations() -> Iterator[str]:
    """Every public coroutine of a class that works in a transaction."""
    for room in ROOMS:
        package = import_module(f"gym.{room}")
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            for name, kind in vars(import_module(found.name)).items():
                if inspect.isclass(kind) and kind.__module__ == found.name and _works(kind):
                    yield from (f"{name}.{one}" for one in _public(kind))


def _works(kind: type) -> bool:
    return "uow" in inspect.signature(kind.__init__).parameters


def _public(kind: type) -> Iterator[str]:
    for name, member in vars(kind).items():
        if not name.startswith("_") and inspect.iscoroutinefunction(member):
            yield name


def judgements() -> list[str]:
    refused = {name.partition(",")[0] for name in judged.REFUSED}
    return [*refused, *judged.ELSEWHERE, *judged.ASKS, *judged.MAY, *judged.STEPS, *judged.LOOKS]


def test_every_operation_is_judged_once() -> None:
    known, found = judgements(), list(operations())
    assert len(found) > 100
    missing = sorted(set(found) - set(known))
    assert not missing, f"refused for the own membership, or why not? {missing}"
    assert len(known) == len(set(known)), "judged twice"
