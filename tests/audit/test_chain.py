"""Nobody changes or deletes a row of the trail unseen, whatever the database allows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from bot.ui.surfaces import mask_payload
from gym.app import Gym
from gym.audit.chain import TrailChain, lowest_id
from gym.audit.models import AuditCheckpoint, AuditDetail, AuditEntry, AuditLink
from gym.audit.trail_head import NotedHead
from gym.audit.verification import TrailFault, TrailFaultKind, verify_trail
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.jobs.retention import Retention
from gym.jobs.runner import run_due
from gym.notifications.models import Notification, NotificationKind
from gym.privacy.erasure import ErasureService
from gym.reports.digest import DigestService
from gym.security.permissions import Actor
from gym.staff.service import StaffService
from tests.audit.conftest import Tamper, connected, finished, sealed, verified

KIND = TrailFaultKind


async def counted(gym: Gym, model: type) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(func.count()).select_from(model)) or 0


async def entry_at(gym: Gym, number: int) -> AuditEntry:
    async with gym.unit_of_work(Actor.system()) as uow:
        link = await uow.session.get_one(AuditLink, number)
        return await uow.session.get_one(AuditEntry, link.entry_id)


async def fault_of(gym: Gym) -> TrailFault:
    fault = (await verified(gym)).fault
    assert fault is not None
    return fault


async def test_every_entry_has_its_place_in_the_chain_in_the_order_of_the_ids(
    gym: Gym, berta: Client
) -> None:
    entries = await counted(gym, AuditEntry)
    assert entries >= 4
    assert await sealed(gym) == entries
    assert await sealed(gym) == 0, "what is in the chain is not added again"
    async with gym.unit_of_work(Actor.system()) as uow:
        by_number = (await uow.session.scalars(select(AuditLink.entry_id).order_by(AuditLink.number))).all()
        by_id = (await uow.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id))).all()
        assert (await uow.session.scalars(select(AuditLink.number).order_by(AuditLink.number))).all() == [
            *range(1, entries + 1)
        ]
    assert by_number == by_id
    found = await verified(gym)
    assert (found.is_whole, found.entries, found.head.number, found.waiting) == (True, entries, entries, 0)


async def test_the_job_seals_and_says_how_many(gym: Gym, berta: Client) -> None:
    entries = await counted(gym, AuditEntry)
    await finished(gym)
    report = await run_due(gym.run)
    assert report.failed == []
    assert report.done["audit_chain"] == entries
    assert (await verified(gym)).is_whole


async def test_an_empty_trail_is_whole(gym: Gym) -> None:
    found = await verified(gym)
    assert (found.is_whole, found.entries, found.head.number) == (True, 0, 0)


async def test_entries_wait_for_older_transactions_and_stand_in_the_order_of_their_ids(
    gym: Gym, admin: Actor
) -> None:
    await sealed(gym)
    async with gym.unit_of_work(admin) as slow:
        slow.audit("thing.first", ("thing", None))
        await slow.session.flush()
        async with gym.unit_of_work(admin) as quick:
            quick.audit("thing.second", ("thing", None))
        assert await sealed(gym, is_at_once=True) == 0, "the one that began before has not ended"
        assert (await verified(gym)).waiting == 1
    assert await sealed(gym) == 2
    assert [(await entry_at(gym, number)).action for number in (1, 2)] == ["thing.first", "thing.second"]


async def test_an_entry_that_appears_late_follows_with_a_higher_number(gym: Gym, admin: Actor) -> None:
    early = new_id()
    async with gym.unit_of_work(admin) as uow:
        uow.audit("thing.done", ("thing", None))
    await sealed(gym)
    async with gym.unit_of_work(admin) as uow:
        uow.session.add(
            AuditEntry(
                id=early, at=uow.now, actor_kind="staff", actor_name="A", action="x.y", subject_type="x"
            )
        )
    assert await sealed(gym) == 1
    assert (await entry_at(gym, 2)).id == early
    assert (await verified(gym)).is_whole


CHANGES = {
    "the action": ("UPDATE audit_entries SET action = 'client.viewed' WHERE id = $1", KIND.ENTRY_CHANGED),
    "who did it": ("UPDATE audit_entries SET actor_name = 'Somebody' WHERE id = $1", KIND.ENTRY_CHANGED),
    "by whose id": ("UPDATE audit_entries SET actor_id = NULL WHERE id = $1", KIND.ENTRY_CHANGED),
    "the moment": (
        "UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE id = $1",
        KIND.ENTRY_CHANGED,
    ),
    "a value": (
        """UPDATE audit_entries SET after = coalesce(after, '{}') || '{"amount": 1}' WHERE id = $1""",
        KIND.ENTRY_CHANGED,
    ),
    "the digest": ("UPDATE audit_entries SET digest = '\\x01' WHERE id = $1", KIND.ENTRY_CHANGED),
    "the row": ("DELETE FROM audit_entries WHERE id = $1", KIND.ENTRY_GONE),
    "its link": ("DELETE FROM audit_links WHERE entry_id = $1", KIND.LINK_GONE),
    "its hash": ("UPDATE audit_links SET hash = sha256('x') WHERE entry_id = $1", KIND.ENTRY_CHANGED),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_one_statement_is_found_and_the_row_is_named(
    gym: Gym, berta: Client, tamper: Tamper, name: str
) -> None:
    await sealed(gym)
    head = (await verified(gym)).head.number
    number = head // 2
    entry = await entry_at(gym, number)
    statement, kind = CHANGES[name]
    assert (await tamper(statement, entry.id)).endswith(" 1")
    fault = await fault_of(gym)
    assert (fault.kind, fault.number) == (kind, number)
    if kind is KIND.ENTRY_CHANGED:
        assert fault.entry_id == entry.id


async def test_personal_values_that_were_changed_or_taken_are_found(
    gym: Gym, berta: Client, tamper: Tamper
) -> None:
    await sealed(gym)
    async with gym.unit_of_work(Actor.system()) as uow:
        detail = (await uow.session.scalars(select(AuditDetail).order_by(AuditDetail.entry_id))).first()
    assert detail is not None
    await tamper(
        """UPDATE audit_details SET after = '{"first_name": "Eva"}' WHERE entry_id = $1""", detail.entry_id
    )
    fault = await fault_of(gym)
    assert (fault.kind, fault.entry_id) == (KIND.VALUES_CHANGED, detail.entry_id)
    await tamper("DELETE FROM audit_details WHERE entry_id = $1", detail.entry_id)
    assert (await fault_of(gym)).kind is KIND.VALUES_GONE


async def test_the_trail_of_an_erased_client_stays_whole(
    gym: Gym, admin: Actor, berta: Client, clock: FrozenClock
) -> None:
    await sealed(gym)
    async with gym.unit_of_work(admin) as uow:
        await ErasureService(uow).ask(berta.id)
    clock.advance(timedelta(days=1))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await ErasureService(uow).carry_out_due() == 1
    assert await counted(gym, AuditDetail) == 0
    assert (await verified(gym)).is_whole, "before the last entries are sealed"
    await sealed(gym)
    assert (await verified(gym)).is_whole


async def test_a_cut_end_is_found_by_a_head_that_was_noted(gym: Gym, berta: Client, tamper: Tamper) -> None:
    await sealed(gym)
    head = (await verified(gym)).head
    noted = NotedHead(head.number, head.mark)
    assert (await verified(gym, noted)).is_whole
    assert (await verified(gym, NotedHead(head.number, head.hash.hex()[:12]))).is_whole
    last = await entry_at(gym, head.number)
    await tamper("DELETE FROM audit_links WHERE entry_id = $1", last.id)
    await tamper("DELETE FROM audit_entries WHERE id = $1", last.id)
    assert (await verified(gym)).is_whole, "a chain does not know how long it was"
    fault = (await verified(gym, noted)).fault
    assert fault is not None
    assert (fault.kind, fault.number) == (KIND.OTHER_HEAD, head.number)
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.audit("thing.other", ("thing", None))
    await sealed(gym)
    assert not (await verified(gym, noted)).is_whole, "another entry in its place has another head"


async def test_a_chain_longer_than_one_slice_is_read_in_slices(
    gym: Gym, tamper: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gym.audit import verification

    monkeypatch.setattr(verification, "SLICE", 7)
    async with gym.unit_of_work(Actor.system()) as uow:
        for number in range(30):
            uow.audit("thing.done", ("thing", None), None, {"number": number})
    assert await sealed(gym) == 30
    assert (await verified(gym)).is_whole
    entry = await entry_at(gym, 7)
    await tamper("DELETE FROM audit_links WHERE number = 7")
    assert (await fault_of(gym)).number == 7
    await tamper("DELETE FROM audit_entries WHERE id = $1", entry.id)
    await tamper("DELETE FROM audit_links WHERE number = 1")
    assert (await fault_of(gym)).number == 1


async def test_the_digest_says_where_the_trail_ends_also_in_a_group(
    gym: Gym, berta: Client, clock: FrozenClock
) -> None:
    await sealed(gym)
    head = (await verified(gym)).head
    clock.advance(timedelta(hours=12))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await DigestService(uow).tell_due(uow.today) == 1
    async with gym.unit_of_work(Actor.system()) as uow:
        sent = select(Notification.payload).where(Notification.kind == NotificationKind.DESK_DIGEST)
        payload = mask_payload((await uow.session.scalars(sent)).one())
    assert (payload["trail_entries"], payload["trail_mark"]) == (head.number, head.mark)


# Retention


async def test_the_job_deletes_what_is_older_than_the_setting_and_says_so(
    gym: Gym, admin: Actor, berta: Client, clock: FrozenClock
) -> None:
    await sealed(gym)
    assert await forgotten(gym) == 0, "it is kept for ever unless somebody says otherwise"
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).change_settings({"keep_trail_years": 1})
    clock.advance(timedelta(days=800))
    assert await forgotten(gym) > 0
    async with gym.unit_of_work(Actor.system()) as uow:
        actions = (await uow.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))).all()
    assert actions == ["settings.changed", "trail.forgotten"], "what was not sealed yet stays"
    await sealed(gym, is_keyed=True)
    assert (await verified(gym)).is_whole


async def forgotten(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await Retention(uow).forget_old()


async def test_retention_deletes_the_beginning_and_the_rest_stays_whole(gym: Gym, clock: FrozenClock) -> None:
    year = timedelta(days=365)
    now = datetime.now(UTC)
    async with gym.unit_of_work(Actor.system()) as uow:
        for years in (4, 3, 2, 1):
            uow.session.add(
                AuditEntry(
                    id=lowest_id(now - years * year),
                    at=uow.now,
                    actor_kind="system",
                    actor_name="PowerGym",
                    action="thing.done",
                    subject_type="thing",
                )
            )
    await sealed(gym)
    head = (await verified(gym)).head
    async with gym.unit_of_work(Actor.system()) as uow:
        chain = TrailChain(uow.session)
        assert await chain.forget_before(now - 2.5 * year, now) == 2
        assert await chain.forget_before(now - 2.5 * year, now) == 0
    found = await verified(gym, NotedHead(head.number, head.mark))
    assert (found.is_whole, found.entries, found.head) == (True, 2, head)
    assert await counted(gym, AuditEntry) == 2
    assert await counted(gym, AuditCheckpoint) == 1
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await TrailChain(uow.session).forget_before(now, now) == 2
    found = await verified(gym, NotedHead(head.number, head.mark))
    assert (found.is_whole, found.entries, found.head) == (True, 0, head)
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.audit("thing.done", ("thing", None))
    await sealed(gym)
    found = await verified(gym)
    assert (found.is_whole, found.entries, found.head.number) == (True, 1, head.number + 1)


async def test_personal_values_go_with_the_entries_that_retention_deletes(gym: Gym, berta: Client) -> None:
    await sealed(gym)
    soon = datetime.now(UTC) + timedelta(hours=1)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await TrailChain(uow.session).forget_before(soon, soon) > 0
    assert await counted(gym, AuditEntry) == await counted(gym, AuditDetail) == 0
    assert (await verified(gym)).is_whole


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_entries",
        "DELETE FROM audit_links",
        "UPDATE audit_links SET number = number + 1",
        "TRUNCATE audit_links",
        "DELETE FROM audit_checkpoints",
        "UPDATE audit_checkpoints SET number = 9",
        "TRUNCATE audit_checkpoints",
    ],
)
async def test_nobody_who_works_with_the_tables_changes_the_chain(
    gym: Gym, berta: Client, statement: str
) -> None:
    await sealed(gym)
    if "checkpoints" in statement:
        async with gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(AuditCheckpoint(number=0, hash=bytes(32), made_at=uow.now))
    async with gym.unit_of_work(Actor.system()) as uow:
        with pytest.raises(DBAPIError, match="append-only"):
            await uow.session.execute(text(statement))
        await uow.session.rollback()


async def test_years_of_trail_from_before_the_chain_are_sealed_in_batches(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gym.audit import chain

    monkeypatch.setattr(chain, "MOST_BATCHES", 2)
    monkeypatch.setattr(chain, "BATCH", 50)
    async with connected(gym) as connection:
        await connection.execute(
            "INSERT INTO audit_entries (id, at, actor_kind, actor_name, action, subject_type)"
            " SELECT gen_random_uuid(), now(), 'system', 'PowerGym', 'thing.done', 'thing'"
            " FROM generate_series(1, 120)"
        )
        assert await sealed(gym) == 100
        assert (await verify_trail(connection)).waiting == 20
        assert await sealed(gym) == 20
        assert (await verify_trail(connection)).is_whole
