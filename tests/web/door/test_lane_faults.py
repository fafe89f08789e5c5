"""Faults of the hot path between authentication and the visit: twins, outages, poolers, dead lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiohttp import ClientConnectionError, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from gym.app import Gym
from gym.attendance.checkin.facts.queries import CheckInQueries
from gym.attendance.models import CheckIn
from gym.core.clock import FrozenClock
from gym.core.database.statements import DirectStatements, SessionStatements
from gym.hot_path.hot_path import HotPath
from gym.hot_path.request_authentication import AuthenticatedRequest, RequestAuthentication
from gym.notifications.models import Notification
from gym.security.models import IdempotencyKey
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from gym.unit_of_work import SessionNeeded
from tests.support.door import API, Door
from tests.support.tokens import token_of
from web.app import make_app

DOCUMENT = {"document_number": "1020304050", "phone_last4": "4567"}
Happening = Callable[[], Awaitable[None]]


async def attempts(gym: Gym) -> list[CheckIn]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(CheckIn).order_by(CheckIn.received_at)))


async def codes(gym: Gym) -> list[tuple[str, bool, int | None]]:
    return [(row.code.value, row.counted, row.visit_number) for row in await attempts(gym)]


async def told(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = await uow.session.scalars(select(Notification.kind))
        return sum(kind in ("checked_in", "desk_checked_in") for kind in rows)


class AsServed(TestServer):
    """A server as the programs run it: whoever hangs up does not stop what was begun."""

    async def _make_runner(self, **options: Any) -> web.BaseRunner:
        return await super()._make_runner(**options | {"handler_cancellation": False})


@asynccontextmanager
async def as_served(door: Door) -> AsyncGenerator[Door]:
    async with TestClient(AsServed(make_app(door.gym))) as client:
        yield replace(door, client=client)


@pytest.fixture
def after_arrival(monkeypatch: pytest.MonkeyPatch) -> Callable[[Happening], None]:
    """Something that happens once, after a request has claimed its key and before its visit is written."""

    def set_up(happens: Happening) -> None:
        arrived = HotPath.authenticate

        async def arrive(hot_path: HotPath, asking: RequestAuthentication) -> AuthenticatedRequest:
            result = await arrived(hot_path, asking)
            monkeypatch.setattr(HotPath, "authenticate", arrived)
            await happens()
            return result

        monkeypatch.setattr(HotPath, "authenticate", arrive)

    return set_up


@pytest.fixture
def after_facts(monkeypatch: pytest.MonkeyPatch) -> Callable[[Happening], None]:
    """Something that happens once, after a request has read the facts and before its visit is written."""

    def set_up(happens: Happening) -> None:
        asked = CheckInQueries.facts

        async def facts(self: CheckInQueries, *arguments: Any) -> Any:
            result = await asked(self, *arguments)
            monkeypatch.setattr(CheckInQueries, "facts", asked)
            await happens()
            return result

        monkeypatch.setattr(CheckInQueries, "facts", facts)

    return set_up


# A lease that runs out ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by_session", [False, True])
async def test_who_is_slower_than_the_lease_leaves_nothing_beside_the_retrys_answer(
    door: Door,
    clock: FrozenClock,
    after_arrival: Callable[[Happening], None],
    monkeypatch: pytest.MonkeyPatch,
    *,
    by_session: bool,
) -> None:
    """The retry has taken the key over: its answer is the first one, and stays it."""
    await door.member("Rosa")
    answers: list[bytes] = []

    async def retry() -> None:
        clock.advance(timedelta(seconds=31))
        answers.append(await (await door.say(key="visit-1", **DOCUMENT)).read())
        if by_session:
            monkeypatch.setattr(HotPath, "unit_of_work", no_lane)

    after_arrival(retry)
    late = await door.say(key="visit-1", **DOCUMENT)
    assert (late.status, (await late.json())["error"]["code"]) == (409, "in_flight")
    assert await codes(door.gym) == [("admitted", True, 1)]
    again = await door.say(key="visit-1", **DOCUMENT)
    assert [await again.read()] == answers


def no_lane(*_: object) -> Any:
    raise SessionNeeded


async def test_who_has_lost_the_key_does_not_set_it_free_under_the_one_who_has_it(
    door: Door, clock: FrozenClock, after_arrival: Callable[[Happening], None]
) -> None:
    await door.member("Rosa")
    nobody = {"qr": "https://t.me/gym_bot?start=qAAAA"}  # refused after the claim

    async def retry() -> None:
        clock.advance(timedelta(seconds=31))
        async with door.gym.unit_of_work(Actor.system()) as uow:
            lease = clock.now() + timedelta(seconds=30)
            await uow.session.execute(update(IdempotencyKey).values(leased_until=lease))

    after_arrival(retry)
    assert (await door.say(key="visit-1", **nobody)).status == 422
    async with door.gym.unit_of_work(Actor.system()) as uow:
        [kept] = await uow.session.scalars(select(IdempotencyKey))
    assert (kept.key, kept.status) == ("visit-1", None)


async def test_a_server_that_died_before_the_visit_leaves_the_door_time_to_the_queue(
    door: Door, clock: FrozenClock
) -> None:
    """Asked again hours later, the body has a time, so it is another one; nothing was answered before."""
    await door.member("Rosa")
    asked_at = clock.now()
    asking = RequestAuthentication(
        UUID(door.kiosk_id), True, 0, door.family, asked_at, "visit-1", b"the body without a time"
    )
    await door.gym.hot_path.authenticate(asking)
    clock.advance(timedelta(hours=3))
    answer = await door.say(key="visit-1", captured_at=asked_at.isoformat(), **DOCUMENT)
    assert (answer.status, (await answer.json())["code"]) == (201, "admitted")
    assert [row.at for row in await attempts(door.gym)] == [asked_at]


# Between the facts and the visit ──────────────────────────────────────────────────────────────────────────


async def test_another_door_that_counts_the_day_in_between_makes_it_one_visit_and_one_return(
    door: Door, after_facts: Callable[[Happening], None]
) -> None:
    await door.member("Rosa")
    other: list[dict[str, Any]] = []

    async def count() -> None:
        other.append(await (await door.say(key="visit-2", **DOCUMENT)).json())

    after_facts(count)
    mine = await (await door.say(key="visit-1", **DOCUMENT)).json()
    assert (other[0]["code"], other[0]["visit_number"]) == ("admitted", 1)
    assert (mine["outcome"], mine["code"]) == ("denied", "already_inside"), "the document was passed back"
    assert await codes(door.gym) == [("admitted", True, 1), ("already_inside", False, None)]
    async with door.gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(select(Subscription.visits_used)) == 1


async def test_a_number_that_another_visit_took_in_between_is_not_told_twice(
    door: Door, after_facts: Callable[[Happening], None]
) -> None:
    """A day recorded offline is confirmed in the same moment: both are counted, each by its own number."""
    await door.member("Rosa")

    async def confirm() -> None:
        async with door.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(Subscription).values(visits_used=7))

    after_facts(confirm)
    answer = await (await door.say(key="visit-1", **DOCUMENT)).json()
    assert (answer["code"], answer["visit_number"]) == ("admitted", 8)
    assert await codes(door.gym) == [("admitted", True, 8)]


async def test_settings_that_change_in_between_are_the_ones_that_count(
    door: Door, after_facts: Callable[[Happening], None]
) -> None:
    await door.member("Rosa")
    await door.say(key="visit-1", **DOCUMENT)

    async def forbid() -> None:
        async with door.gym.unit_of_work(Actor.system()) as uow:
            denied = """UPDATE gym_state SET settings = settings || '{"reentry": "deny"}'"""
            await uow.session.execute(text(denied))

    after_facts(forbid)
    answer = await (await door.say(key="visit-2", **DOCUMENT)).json()
    assert (answer["outcome"], answer["code"]) == ("denied", "already_inside")
    assert len(await attempts(door.gym)) == 2


@pytest.mark.parametrize("is_committed", [False, True])
async def test_a_connection_that_dies_at_the_write_gives_the_one_visit_on_the_retry(
    door: Door, monkeypatch: pytest.MonkeyPatch, *, is_committed: bool
) -> None:
    """Whether PostgreSQL has written it or not: nobody knows, and the key does."""
    await door.member("Rosa")
    ask = DirectStatements.row
    died: list[str] = []

    async def die_once(direct_pool: DirectStatements, statement: Any, values: Any) -> Any:
        if "INSERT INTO check_ins" not in statement.sql or died:
            return await ask(direct_pool, statement, values)
        died.append(statement.sql)
        if is_committed:
            await ask(direct_pool, statement, values)
        raise asyncpg.ConnectionDoesNotExistError

    monkeypatch.setattr(DirectStatements, "row", die_once)
    lost = await door.say(key="visit-1", **DOCUMENT)
    assert (lost.status, died != []) == (503, True)
    assert int(lost.headers["Retry-After"]) >= 1
    answer = await door.say(key="visit-1", **DOCUMENT)
    body = await answer.json()
    assert (answer.status, body["code"], body["visit_number"]) == (201, "admitted", 1)
    assert (answer.headers.get("Idempotent-Replay") == "true") is is_committed
    assert await codes(door.gym) == [("admitted", True, 1)]
    assert await told(door.gym) == 1


async def test_a_verdict_that_loses_two_deadlocks_in_a_row_is_made_once_more(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First on the lane, then in the ordinary transaction."""
    await door.member("Rosa")
    lost: list[str] = []

    def losing(ask: Any, fault: Exception) -> Any:
        async def row(self: Any, statement: Any, values: Any) -> Any:
            if "INSERT INTO check_ins" in statement.sql and type(self).__name__ not in lost:
                lost.append(type(self).__name__)
                raise fault
            return await ask(self, statement, values)

        return row

    deadlock = asyncpg.DeadlockDetectedError("deadlock detected")
    in_session = DBAPIError("INSERT", {}, deadlock)
    monkeypatch.setattr(DirectStatements, "row", losing(DirectStatements.row, deadlock))
    monkeypatch.setattr(SessionStatements, "row", losing(SessionStatements.row, in_session))
    answer = await door.say(key="visit-1", **DOCUMENT)
    assert lost == ["DirectStatements", "SessionStatements"]
    assert (answer.status, (await answer.json())["code"]) == (201, "admitted")
    assert await codes(door.gym) == [("admitted", True, 1)]
    assert await told(door.gym) == 1


async def test_a_kiosk_that_hangs_up_in_the_middle_has_its_visit_and_its_answer(
    door: Door, after_arrival: Callable[[Happening], None]
) -> None:
    await door.member("Rosa")
    claimed, gone = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        claimed.set()
        await gone.wait()

    after_arrival(wait)
    async with as_served(door) as served:
        hanging = asyncio.create_task(served.say(key="visit-1", **DOCUMENT))
        await claimed.wait()
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
        busy = await served.say(key="visit-1", **DOCUMENT)
        assert (busy.status, (await busy.json())["error"]["code"]) == (409, "in_flight")
        gone.set()
        while not (written := await attempts(door.gym)):
            assert written == [], "asked until it is there"
        answer = await served.say(key="visit-1", **DOCUMENT)
    assert (answer.status, answer.headers["Idempotent-Replay"]) == (201, "true")
    assert await codes(door.gym) == [("admitted", True, 1)]


async def test_a_request_that_is_cut_off_leaves_its_key_until_the_lease_ends(
    door: Door, clock: FrozenClock, after_arrival: Callable[[Happening], None]
) -> None:
    """A server that stops in the middle: nothing was written, and nothing is in the way for long."""
    await door.member("Rosa")

    async def stop() -> None:
        raise asyncio.CancelledError

    after_arrival(stop)
    with pytest.raises(ClientConnectionError):
        await door.say(key="visit-1", **DOCUMENT)
    assert (await door.say(key="visit-1", **DOCUMENT)).status == 409
    clock.advance(timedelta(seconds=31))
    assert (await (await door.say(key="visit-1", **DOCUMENT)).json())["code"] == "admitted"
    assert await codes(door.gym) == [("admitted", True, 1)]


# Other callers ────────────────────────────────────────────────────────────────────────────────────────────


async def test_staff_check_in_on_the_lane_too_by_their_own_name(
    door: Door, employee: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.member("Rosa")

    def refused(*_: object, **__: object) -> Any:
        raise AssertionError("an ordinary transaction")

    headers = {"Authorization": f"Bearer {await token_of(door.gym, employee)}", "Idempotency-Key": "visit-1"}
    with monkeypatch.context() as watched:
        watched.setattr(Gym, "unit_of_work", refused)
        first = await door.client.post(f"{API}/check-ins", json=DOCUMENT, headers=headers)
        again = await door.client.post(f"{API}/check-ins", json=DOCUMENT, headers=headers)
    assert (first.status, (await first.json())["code"]) == (201, "admitted")
    assert await again.read() == await first.read()
    [row] = await attempts(door.gym)
    assert (row.staff_id, row.kiosk_id) == (employee.id, None)


async def test_without_a_key_nothing_is_claimed_and_the_day_is_still_counted_once(door: Door) -> None:
    await door.member("Rosa")
    answers = await asyncio.gather(*(door.say(**DOCUMENT) for _ in range(32)))
    said = sorted([(await answer.json())["code"] for answer in answers])
    assert said == ["admitted"] + ["already_inside"] * 31
    assert sum(row.counted for row in await attempts(door.gym)) == 1
    async with door.gym.unit_of_work(Actor.system()) as uow:
        assert (await uow.session.scalars(select(IdempotencyKey))).all() == []
        assert await uow.session.scalar(select(Subscription.visits_used)) == 1
