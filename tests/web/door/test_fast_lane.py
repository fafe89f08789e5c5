"""The door's hot path: few statements, and the same effects as the ordinary transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import event, select, text, update

from gym.app import Gym
from gym.attendance.models import CheckIn
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.engine import Database
from gym.core.database.statements import DirectStatements, Statement
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.hot_path import request_authentication
from gym.hot_path.hot_path import HotPath
from gym.hot_path.request_authentication import AuthenticatedRequest, RequestAuthentication
from gym.kiosks.models import Kiosk
from gym.notifications.models import Notification
from gym.rewards.models import Reward
from gym.security.idempotency import AnswerProtection, Idempotency, StoredAnswer
from gym.security.models import IdempotencyKey
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from gym.unit_of_work import SessionNeeded, UnitOfWork
from tests.support.door import Door
from tests.support.lock_waits import until_waiting
from tests.support.people import landscape, people
from web.http.limits.rates import LIMITS

DOCUMENT = {"document_number": "1020304050", "phone_last4": "4567"}


@pytest.fixture
def gym_with_faces(gym: Gym, remembered_faces: Any) -> Gym:
    """As a running gym: with the gallery in memory."""
    return replace(
        gym, face_pool=remembered_faces, gallery=MemoryGallery(gym.secrets.data, remembered_faces.model_id)
    )


class Spy:
    """What the lane and the sessions are asked."""

    def __init__(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        self.on_lane: list[str] = []
        self.in_sessions: list[str] = []
        ask = DirectStatements.row

        async def asked(direct_pool: DirectStatements, statement: Any, values: Any) -> Any:
            self.on_lane.append(statement.sql.strip().split(maxsplit=1)[0])
            return await ask(direct_pool, statement, values)

        def executed(_: Any, __: Any, statement: str, *___: Any) -> None:
            self.in_sessions.append(statement)

        monkeypatch.setattr(DirectStatements, "row", asked)
        event.listen(door.gym.database.engine.sync_engine, "before_cursor_execute", executed)


async def test_a_face_at_the_door_costs_one_query_for_facts_and_no_session(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks, with the key's claim; all facts; and whatever is written, if nothing has changed since."""
    member = await door.member("Rosa")
    await door.enrol(member.id, people()[0])
    await door.show(people()[0].photo(2), key="warm")  # the gallery is read, the kiosk noted as seen
    await _forget_visits(door.gym)
    spy = Spy(door, monkeypatch)
    answer = await door.show(people()[0].photo(3), key="visit-1")
    assert (await answer.json())["code"] == "admitted"
    assert spy.on_lane == ["WITH", "WITH", "WITH"]
    assert spy.in_sessions == []


async def _forget_visits(gym: Gym) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("UPDATE check_ins SET undone_at = at"))
        await uow.session.execute(text("UPDATE subscriptions SET visits_used = 0"))


async def _everything(gym: Gym) -> list[Any]:
    """What a check-in leaves behind, but for random ids and instants of writing."""
    async with gym.unit_of_work(Actor.system()) as uow:
        attempts = (await uow.session.scalars(select(CheckIn).order_by(CheckIn.received_at))).all()
        told = (await uow.session.scalars(select(Notification).order_by(Notification.id))).all()
        keys = (await uow.session.scalars(select(IdempotencyKey).order_by(IdempotencyKey.key))).all()
        used = (await uow.session.scalars(select(Subscription.visits_used))).all()
    visits = [
        (row.client_id, row.subscription_id, row.outcome, row.code, row.method, row.counted, row.visit_number,
         row.balance, row.kiosk_id, row.staff_id, row.at, row.received_at, row.gym_day, row.override_reason)
        for row in attempts
    ]  # fmt: skip
    messages = [
        (row.recipient_kind, row.recipient_id, row.kind, row.payload, row.rank, row.state, row.created_at,
         row.due_at, row.next_try_at, row.attempts, row.caused_by, row.broadcast_id)
        for row in told
        if row.kind in ("checked_in", "desk_checked_in", "denied", "desk_denied")
    ]  # fmt: skip
    answered = [(row.key, row.status, len(row.answer or b"")) for row in keys]
    return [visits, messages, answered, list(used)]


async def _a_morning(door: Door, clock: FrozenClock) -> list[tuple[int, str]]:
    """Admitted, again, by document, on another day, refused for debt, nobody, and nothing to see."""
    said: list[tuple[int, str]] = []
    rosa = people()[0].photo(2)
    for number, step in enumerate((
        lambda key: door.show(rosa, key=key),
        lambda key: door.show(rosa, key=key),
        lambda key: door.say(key=key, **DOCUMENT),
        lambda key: door.say(key=key, document_number="999999", phone_last4="0000"),
        lambda key: door.show(people()[1].photo(1), key=key),
        lambda key: door.show(landscape(), key=key),
    )):  # fmt: skip
        clock.advance(timedelta(minutes=11))
        answer = await step(f"step-{number}")
        body = await answer.json()
        said.append((answer.status, body.get("code") or body["error"]["code"]))
    clock.advance(timedelta(days=40))
    door.tokens = await (await door.sign_in()).json()
    said.append((201, (await (await door.show(rosa, key="later")).json())["code"]))
    return said


async def test_both_ways_leave_the_same_behind(
    door: Door, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await door.member("Rosa")
    await door.enrol(member.id, people()[0])
    begun = clock.at
    said = await _a_morning(door, clock)
    assert said == [
        (201, "admitted"), (201, "reentry"), (201, "reentry"), (201, "not_recognized"),
        (201, "not_recognized"), (422, "no_face"), (201, "expired"),
    ]  # fmt: skip
    fast = await _everything(door.gym)
    assert fast[1], "somebody was told"
    async with door.gym.unit_of_work(Actor.system()) as uow:
        for table in ("check_ins", "notifications", "idempotency_keys"):
            await uow.session.execute(text(f"DELETE FROM {table}"))
        await uow.session.execute(text("UPDATE subscriptions SET visits_used = 0"))

    def no_lane(*_: object) -> AbstractAsyncContextManager[UnitOfWork]:
        raise SessionNeeded

    monkeypatch.setattr(HotPath, "unit_of_work", no_lane)
    clock.at = begun
    door.client.app[LIMITS].buckets.full_at.clear()  # which knows no way back in time
    door.tokens = await (await door.sign_in()).json()
    assert await _a_morning(door, clock) == said
    assert await _everything(door.gym) == fast


async def test_a_visit_that_earns_a_reward_is_done_in_an_ordinary_transaction(door: Door) -> None:
    member = await door.member("Rosa")
    async with door.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Subscription).values(visits_used=19))
    answer = await door.say(key="twentieth", **DOCUMENT)
    body = await answer.json()
    assert (body["code"], body["visit_number"]) == ("admitted", 20)
    async with door.gym.unit_of_work(Actor.system()) as uow:
        rewards = (await uow.session.scalars(select(Reward))).all()
        kept = await uow.session.scalar(select(IdempotencyKey.answer))
    assert [reward.client_id for reward in rewards] == [member.id]
    assert kept is not None
    opened = AnswerProtection(door.gym.secrets.jwt).unseal(StoredAnswer(201, kept), "twentieth")
    assert opened.body == await answer.read()


async def test_what_postgres_refuses_on_the_lane_is_tried_in_an_ordinary_transaction(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.member("Rosa")
    ask = DirectStatements.row
    refused: list[str] = []

    async def lose_once(direct_pool: DirectStatements, statement: Any, values: Any) -> Any:
        if "INSERT INTO check_ins" in statement.sql and not refused:
            refused.append(statement.sql)
            raise asyncpg.DeadlockDetectedError
        return await ask(direct_pool, statement, values)

    monkeypatch.setattr(DirectStatements, "row", lose_once)
    answer = await door.say(key="visit-1", **DOCUMENT)
    assert refused
    assert (await answer.json())["code"] == "admitted"
    assert await door.visits() == 1


async def test_a_kiosk_that_is_revoked_claims_nothing(door: Door) -> None:
    await door.member("Rosa")
    async with door.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Kiosk).values(active=False))
    answer = await door.say(key="visit-1", **DOCUMENT)
    assert (answer.status, (await answer.json())["error"]["code"]) == (401, "invalid_token")
    async with door.gym.unit_of_work(Actor.system()) as uow:
        assert (await uow.session.scalars(select(IdempotencyKey))).all() == []
    assert await door.visits() == 0


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Awaitable[None]]], None]:
    """Something that happens after the caller has arrived, while the model still reads."""

    def set_up(happens: Callable[[], Awaitable[None]]) -> None:
        arrived = HotPath.authenticate

        async def arrive(hot_path: HotPath, asking: RequestAuthentication) -> AuthenticatedRequest:
            result = await arrived(hot_path, asking)
            await happens()
            return result

        monkeypatch.setattr(HotPath, "authenticate", arrive)

    return set_up


async def test_a_kiosk_that_is_revoked_while_the_model_reads_lets_nobody_in(
    door: Door, meanwhile: Callable[[Callable[[], Awaitable[None]]], None]
) -> None:
    await door.member("Rosa")

    async def revoke() -> None:
        async with door.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(Kiosk).values(token_generation=Kiosk.token_generation + 1))

    meanwhile(revoke)
    answer = await door.say(key="visit-1", **DOCUMENT)
    assert (answer.status, (await answer.json())["error"]["code"]) == (401, "invalid_token")
    assert await door.visits() == 0


async def test_a_clock_that_moves_while_the_model_reads_is_the_visits_clock(
    door: Door, meanwhile: Callable[[Callable[[], Awaitable[None]]], None]
) -> None:
    await door.member("Rosa")

    async def move() -> None:
        async with door.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(text("UPDATE gym_state SET clock_offset_seconds = 40 * 86400"))

    meanwhile(move)
    assert (await (await door.say(key="visit-1", **DOCUMENT)).json())["code"] == "expired"


async def test_an_outage_after_the_claim_leaves_the_key_free(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.member("Rosa")

    async def fail(*_: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError

    with monkeypatch.context() as broken:
        broken.setattr(request_authentication, "note_seen", fail)
        assert (await door.say(key="visit-1", **DOCUMENT)).status == 503
    answer = await door.say(key="visit-1", **DOCUMENT)
    assert (await answer.json())["code"] == "admitted"


async def test_a_twin_that_had_to_wait_for_the_first_one_gets_its_answer(door: Door) -> None:
    """The first request's transaction is open while the twin looks; it commits, and the twin has waited."""
    kiosk, wall = UUID(door.kiosk_id), door.gym.clock.now()
    asking = RequestAuthentication(kiosk, True, 0, door.family, wall, "visit-1", b"body")
    hot_path = door.gym.hot_path
    assert (await hot_path.authenticate(asking)).first is None
    async with door.gym.database.direct() as connection, connection.transaction():
        assert asking.claim is not None
        await Idempotency(DirectStatements(connection), asking.claim).keep(StoredAnswer(201, b"{}"))
        twin = asyncio.create_task(hot_path.authenticate(replace(asking, wall=wall + timedelta(minutes=1))))
        await until_waiting(door.gym)
        assert not twin.done()
    assert (await twin).first == StoredAnswer(201, b"{}")


@pytest.mark.parametrize("options", ["?ssl=prefer", "?ssl=disable&prepared_statement_cache_size=0"])
async def test_sqlalchemys_own_options_of_an_address_do_not_close_the_lane(
    database_url: str, options: str
) -> None:
    separator = "&" if "?" in database_url else "?"
    database = Database(database_url + options.replace("?", separator))
    try:
        row = await database.direct_pool.row(Statement("SELECT CAST(:one AS int) AS one"), {"one": 1})
        assert row is not None
        assert row["one"] == 1
    finally:
        await database.close()


async def test_who_is_deactivated_is_refused_by_the_very_next_photo(door: Door) -> None:
    member = await door.member("Rosa")
    await door.enrol(member.id, people()[0])
    assert (await (await door.show(people()[0].photo(2))).json())["code"] == "admitted"
    await _set_active(door.gym, member.id, active=False)
    assert (await (await door.show(people()[0].photo(3))).json())["code"] == "not_recognized"
    await _set_active(door.gym, member.id, active=True)
    assert (await (await door.show(people()[0].photo(3))).json())["code"] == "reentry"


async def _set_active(gym: Gym, client_id: UUID, *, active: bool) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).where(Client.id == client_id).values(active=active))
