"""An erased client leaves visits and money, and nothing that tells who it was."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from gym.app import Gym
from gym.audit.models import AuditDetail, AuditEntry
from gym.audit.personal_values import PersonalValues
from gym.clients.errors import ClientErased
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.jobs.runner import run_due
from gym.privacy.erasure import ErasureJournal, ErasureService
from gym.privacy.errors import ErasureDone
from gym.privacy.models import Erasure
from gym.privacy.schemas import JournalEntry
from gym.security.permissions import Actor, NotAllowed
from gym.staff.errors import OwnMembershipRefused
from gym.transfers.errors import ProofOver
from gym.transfers.models import ProofKind, TransferQuote
from gym.transfers.schemas import SentProof
from gym.transfers.service import ProofService
from tests.privacy.life import WORDS, Life, found_in, rows_of, sums

DAY = timedelta(hours=24)
HERS = list(WORDS.values())


async def ask(life: Life) -> Erasure:
    async with life.gym.unit_of_work(life.boss.actor) as uow:
        return await ErasureService(uow).ask(life.client_id)


async def carry_out(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await ErasureService(uow).carry_out_due()


async def erased(life: Life, clock: FrozenClock) -> None:
    await ask(life)
    clock.advance(DAY)
    assert await carry_out(life.gym) == 1


async def test_nothing_of_an_erased_client_stands_in_any_column(life: Life, clock: FrozenClock) -> None:
    before = await found_in(life.gym, HERS)
    assert set(before) == set(HERS), "everything was there to be found"
    counted = await sums(life.gym)
    await erased(life, clock)
    assert await found_in(life.gym, HERS) == {}
    assert await sums(life.gym) == counted


async def test_the_job_erases_a_day_after_it_was_asked_and_other_clients_stay(
    life: Life, clock: FrozenClock
) -> None:
    otto = await life.desk.client("Otto", telegram_id=55)
    await ask(life)
    clock.advance(DAY - timedelta(minutes=1))
    await run_due(life.gym.run)
    assert (await rows_of(life.gym, Erasure))[0].done_at is None
    clock.advance(timedelta(minutes=20))
    await run_due(life.gym.run)
    clients = {one.id: one for one in await rows_of(life.gym, Client)}
    assert (clients[otto.id].full_name, clients[otto.id].erased_at) == ("Otto Vargas", None)
    gone = clients[life.client_id]
    assert (gone.full_name, gone.active, gone.telegram_id, gone.tags) == ("—", False, None, [])
    assert gone.erased_at is not None
    assert await found_in(life.gym, HERS) == {}


async def test_asked_twice_it_is_one_wish_and_taken_back_nothing_goes(life: Life, clock: FrozenClock) -> None:
    first, second = await ask(life), await ask(life)
    assert first.id == second.id
    async with life.gym.unit_of_work(life.boss.actor) as uow:
        await ErasureService(uow).take_back(life.client_id)
        await ErasureService(uow).take_back(life.client_id)
    clock.advance(2 * DAY)
    assert await carry_out(life.gym) == 0
    assert set(await found_in(life.gym, HERS)) == set(HERS)
    await erased(life, clock)
    assert (await ask(life)).done_at is not None, "asked once more it is the same wish"
    async with life.gym.unit_of_work(life.boss.actor) as uow:
        with pytest.raises(ErasureDone):
            await ErasureService(uow).take_back(life.client_id)
    assert await carry_out(life.gym) == 0


async def test_an_employee_may_not_and_nobody_erases_the_own_membership(life: Life, admin: Actor) -> None:
    async with life.gym.unit_of_work(life.desk.actor) as uow:
        with pytest.raises(NotAllowed):
            await ErasureService(uow).ask(life.client_id)
    async with life.gym.unit_of_work(Actor.member(new_id(), "Otto")) as uow:
        with pytest.raises(NotAllowed):
            await ErasureService(uow).ask(life.client_id)
    async with life.gym.unit_of_work(Actor.system()) as uow:
        pair = {"staff": admin.id, "client": life.client_id}
        await uow.session.execute(
            text("INSERT INTO own_memberships (staff_id, client_id) VALUES (:staff, :client)"), pair
        )
    async with life.gym.unit_of_work(admin) as uow:
        with pytest.raises(OwnMembershipRefused):
            await ErasureService(uow).ask(life.client_id)
    async with life.gym.unit_of_work(life.member) as uow:
        assert (await ErasureService(uow).ask(life.client_id)).by_client


async def test_who_asks_is_told_of_debt_credit_and_a_plan_that_runs(life: Life) -> None:
    async with life.gym.unit_of_work(life.member) as uow:
        notice = await ErasureService(uow).notice(life.client_id)
    assert notice.owes > 0
    assert notice.credit == 20000
    assert notice.plan_until is not None
    assert notice.due_at == life.gym.clock.now() + DAY


async def test_who_asks_is_told_of_money_whose_proof_waits_for_the_desk(life: Life) -> None:
    """Nobody could book it for her any more."""
    await a_proof_waits(life)
    async with life.gym.unit_of_work(life.member) as uow:
        notice = await ErasureService(uow).notice(life.client_id)
    assert notice.proofs == 5000


async def test_a_proof_that_waited_is_answered_by_nobody_after_its_member_is_erased(
    life: Life, clock: FrozenClock
) -> None:
    proof = await a_proof_waits(life)
    counted = await sums(life.gym)
    await erased(life, clock)
    async with life.gym.unit_of_work(life.boss.actor) as uow:
        with pytest.raises(ProofOver):
            await ProofService(uow).approve(proof)
    assert await sums(life.gym) == counted


async def a_proof_waits(life: Life) -> UUID:
    """A picture of a transfer that nobody has answered; the proof's id."""
    async with life.gym.unit_of_work(life.member) as uow:
        quote = (await uow.session.scalars(select(TransferQuote))).one()
        picture = SentProof(ProofKind.PICTURE, file_id="file-1", digest="1" * 64)
        return (await ProofService(uow).send(quote.id, picture)).id


async def test_an_erased_client_is_found_by_nobody_and_changed_by_nobody(
    life: Life, clock: FrozenClock
) -> None:
    await erased(life, clock)
    async with life.gym.unit_of_work(life.desk.actor) as uow:
        service = ClientService(uow)
        assert (await service.search("Rosalinda")).total == 0
        assert (await service.search("")).total == 0
        with pytest.raises(ClientErased):
            await service.reactivate(life.client_id)


async def test_the_trail_keeps_its_rows_and_the_digest_of_what_went(life: Life, clock: FrozenClock) -> None:
    entries = {one.id: one for one in await rows_of(life.gym, AuditEntry)}
    details = await rows_of(life.gym, AuditDetail)
    assert len(details) > 10
    for one in details:
        values = PersonalValues(one.actor_name, one.before, one.after)
        assert entries[one.entry_id].digest == values.digest(one.salt)
    await erased(life, clock)
    after = {one.id: one for one in await rows_of(life.gym, AuditEntry)}
    assert all(vars_of(after[key]) == vars_of(one) for key, one in entries.items())
    assert await rows_of(life.gym, AuditDetail) == []


def vars_of(entry: AuditEntry) -> tuple[object, ...]:
    return tuple(getattr(entry, column.key) for column in AuditEntry.__table__.columns)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET note = NULL",
        "UPDATE ledger_entries SET reason = '—', note = NULL WHERE reason IS NOT NULL",
        "DELETE FROM audit_details",
        "UPDATE audit_details SET salt = salt",
        "TRUNCATE audit_details",
    ],
)
async def test_words_of_a_client_who_is_not_erased_are_kept_by_the_database(
    life: Life, statement: str
) -> None:
    with pytest.raises(DBAPIError):
        async with life.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(text(statement))


async def test_a_sum_of_an_erased_client_is_changed_by_nobody(life: Life, clock: FrozenClock) -> None:
    await erased(life, clock)
    for statement in (
        "UPDATE ledger_entries SET amount = amount + 1, note = NULL",
        "UPDATE ledger_entries SET reason = 'x'",
        "DELETE FROM ledger_entries",
    ):
        with pytest.raises(DBAPIError):
            async with life.gym.unit_of_work(Actor.system()) as uow:
                await uow.session.execute(text(statement))


async def test_a_restored_backup_repeats_the_erasures_of_its_journal(life: Life, clock: FrozenClock) -> None:
    """The gym as the backup knows it, and a journal that is newer."""
    now = clock.now()
    done = JournalEntry(client_id=life.client_id, by_client=True, asked_at=now, due_at=now, done_at=now)
    unknown = done.model_copy(update={"client_id": new_id()})
    waiting = done.model_copy(update={"client_id": new_id(), "due_at": now + DAY, "done_at": None})
    journal = [done, unknown, waiting]
    for _ in range(2):
        async with life.gym.unit_of_work(Actor.system()) as uow:
            await ErasureJournal(uow).replay(journal)
        assert await found_in(life.gym, HERS) == {}
    async with life.gym.unit_of_work(Actor.system()) as uow:
        known = await ErasureJournal(uow).entries()
    assert {one.client_id: one.done_at is None for one in known} == {
        done.client_id: False,
        unknown.client_id: False,
        waiting.client_id: True,
    }
    assert [JournalEntry.model_validate_json(one.model_dump_json()) for one in known] == list(known)


async def test_who_works_here_too_goes_on_writing(life: Life, clock: FrozenClock, gym: Gym) -> None:
    """The chat is a colleague's as well: only the client goes."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            text("UPDATE staff SET telegram_id = :chat WHERE id = :id"),
            {"chat": int(WORDS["chat"]), "id": life.desk.actor.id},
        )
    await erased(life, clock)
    left = await found_in(gym, HERS)
    assert set(left) == {WORDS["chat"], WORDS["said"]}
    assert "staff.telegram_id" in left[WORDS["chat"]]
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(select(Client.erased_at)) is not None
