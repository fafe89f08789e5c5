"""Audit search: a page of the trail by person, client, kind and day, over a million rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import numpy as np

from gym.app import Gym
from gym.audit.actions import TrailKind, actions_of
from gym.core.database.ids import new_id
from gym.reports.trail.schemas import GYM_ITSELF, TrailQuery
from gym.reports.trail.service import TrailService
from gym.security.permissions import Actor
from tests.bench.figures import Figure, figure

ROWS = 1_000_000
WANTED_MS = 300.0
CLIENTS, COLLEAGUES, DAYS = 5_000, 8, 5 * 365
SHARES: Mapping[TrailKind, float] = {
    TrailKind.LOOKS: 0.45,
    TrailKind.DOOR: 0.35,
    TrailKind.MONEY: 0.1,
    TrailKind.PLANS: 0.06,
    TrailKind.CLIENTS: 0.035,
    TrailKind.FACES: 0.0048,
    TrailKind.TEAM: 0.0002,
}
"""As a busy desk leaves them; nothing of the other kinds, which is the longest search of all."""
COLUMNS = ("id", "at", "actor_kind", "actor_id", "actor_name", "action", "subject_type", "subject_id")
BATCH = 50_000
_CLIENTS = """
INSERT INTO clients (id, first_name, last_name, language, active, created_at, updated_at)
SELECT id, 'Audited', 'Client', 'en', true, now(), now() FROM unnest($1::uuid[]) AS id
"""


async def audit_search(gym: Gym, samples: int) -> list[Figure]:
    """Every question that the screen can ask, each as an admin asks it; the slowest is told."""
    people, clients = [new_id() for _ in range(COLLEAGUES)], [new_id() for _ in range(CLIENTS)]
    await _fill(gym, people, clients)
    took: dict[TrailQuery, list[float]] = {}
    for query in _questions(gym, people[0], clients[0]):
        took[query] = [await _asked(gym, query) for _ in range(samples)]
    slowest = max(took, key=lambda query: float(np.median(took[query])))
    p50, p95 = np.percentile(np.asarray(took[slowest]) * 1000, [50, 95])
    name = f"audit search, {ROWS:,} rows, {_words(slowest)}"
    ok = bool(p50 <= WANTED_MS)
    return [figure(name, p50, "ms", p95=p95, wanted=f"p50 ≤ {WANTED_MS:g} ms, the slowest", ok=ok)]


async def _fill(gym: Gym, people: list[UUID], clients: list[UUID]) -> None:
    async with gym.database.direct() as connection:
        await connection.execute(_CLIENTS, clients)
        for start in range(0, ROWS, BATCH):
            rows = list(_rows(gym.clock.now(), people, clients, range(start, start + BATCH)))
            await connection.copy_records_to_table("audit_entries", columns=COLUMNS, records=rows)
        await connection.execute("VACUUM (ANALYZE) audit_entries")


def _rows(
    now: datetime, people: list[UUID], clients: list[UUID], numbers: range
) -> Iterator[tuple[object, ...]]:
    """The oldest first. The gym itself has acted in the first month alone: whoever looks for that reads past
    everything since."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(share * 10_000))]
    actions = [names[place % len(names)] for place, kind in enumerate(kinds) for names in [actions_of(kind)]]
    for number in numbers:
        of_gym = number < ROWS * 30 // DAYS and number % 5 == 0
        who = ("system", None, "PowerGym") if of_gym else ("staff", people[number % len(people)], "Somebody")
        at = now - timedelta(days=DAYS * (ROWS - number) / ROWS)
        # Primes, so that nothing falls on the same rows again and again.
        action, client = actions[number * 7919 % len(actions)], clients[number * 104_729 % len(clients)]
        yield (new_id(), at, *who, action, "clients", client)


def _questions(gym: Gym, colleague: UUID, client: UUID) -> list[TrailQuery]:
    whos = [{}, {"by": colleague}, {"by": GYM_ITSELF}, {"by": new_id()}, {"client_id": client}]
    kinds = [None, TrailKind.LOOKS, TrailKind.TEAM, TrailKind.STOCK]
    today = gym.clock.now().date()
    days = [None, today, today - timedelta(days=DAYS // 2)]
    return [TrailQuery(**who, kind=kind, day=day) for who, kind, day in product(whos, kinds, days)]


async def _asked(gym: Gym, query: TrailQuery) -> float:
    began = time.perf_counter()
    async with gym.unit_of_work(Actor.system()) as uow:
        await TrailService(uow).page(query)
    return time.perf_counter() - began


def _words(query: TrailQuery) -> str:
    asked = {"person": query.by, "client": query.client_id, "kind": query.kind, "day": query.day}
    return "by " + ", ".join(name for name, value in asked.items() if value is not None)
