"""The computer burns: another one, the pass-phrase on paper and the admin's chat bring the gym back."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from bot.sandbox.server import SandboxServer
from gym.app import Gym, open_gym
from gym.backup.facts import DatabaseFacts
from gym.backup.files.manifest import BackupManifest
from gym.backup.files.parts import MANIFEST_ENDING
from gym.core.config import Config
from gym.core.postgres import EmbeddedPostgres
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.operations import DeskJobFailedPayload
from gym.privacy.erasure import ErasureService
from gym.security.permissions import Actor, Role
from gym.staff.repository import StaffRepository
from gym.transfers.models import PaymentKeyKind
from gym.transfers.payment_keys import PaymentKeys
from tests.backup.conftest import facts_at
from tests.bot.desk.test_transfers_chat import slip
from tests.e2e.desk import claim_gym, create_plan, link, pair_kiosk, register
from tests.e2e.door import Door
from tests.e2e.process import PATIENCE, ROOT, GymProcess, Records, until
from tests.products.test_sales import Seller
from tests.support.people import people
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient
from tests.support.shop import Shop

WANTED_SECONDS: Final = 600
"""From an empty computer to a door that opens."""
UNSAID: Final = timedelta(seconds=90)
"""Longer than it takes until the backup is made; the old gym may say it after that, and burn."""
LATE: Final = "job_failed:digest:late"
CODE: Final = "send this: "


@dataclass(frozen=True)
class Computer:
    """One home with the operator's environment, and no database of anybody else's."""

    home: Path
    environment: dict[str, str]

    def gym(self) -> GymProcess:
        self.home.mkdir(parents=True, exist_ok=True)
        return GymProcess(self.home, self.environment)

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[Gym]:
        """Beside the process, on the same embedded server."""
        config = Config(_env_file=None, powergym_home=self.home)  # type: ignore[call-arg]
        async with open_gym(config, faces=False, migrate=False) as gym:
            yield gym

    async def burns(self) -> None:
        """Once its server has noticed that nobody is there any more."""
        assert await asyncio.to_thread(EmbeddedPostgres(self.home).wait_gone, PATIENCE)
        await asyncio.to_thread(shutil.rmtree, self.home)

    async def operator(self, *command: str) -> Operator:
        """`python -m gym …`"""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gym", *command),
            cwd=ROOT,
            env=GymProcess(self.home, self.environment).environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return Operator(process)


@dataclass(frozen=True)
class Operator:
    """A command that somebody has begun."""

    process: asyncio.subprocess.Process

    async def reads(self, words: str) -> str:
        """What stands behind `words` in the first line that has them."""
        assert self.process.stderr is not None
        said: list[str] = []
        while line := (await self.process.stderr.readline()).decode():
            said.append(line)
            if words in line:
                return line.split(words, 1)[1].strip()
        raise AssertionError("".join(said))

    async def ends(self, typed: str = "") -> dict[str, Any]:
        """Its last line, which is JSON."""
        out, err = await self.process.communicate(typed.encode())
        assert self.process.returncode == 0, err.decode()
        return json.loads(out.decode().splitlines()[-1])


@pytest.fixture
async def telegram_server() -> AsyncGenerator[SandboxServer]:
    """Telegram, which does not burn."""
    server = SandboxServer(store_path=None)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def telegram(telegram_server: SandboxServer) -> AsyncGenerator[SandboxClient]:
    async with SandboxClient(telegram_server.url) as client:
        yield client


@pytest.fixture
def environment(telegram_server: SandboxServer, config: Config) -> dict[str, str]:
    return {
        "FACE_ROOT": str(config.packs_root),
        "TELEGRAM_BOT_TOKEN": telegram_server.token,
        "TELEGRAM_API_URL": telegram_server.url,
    }


@pytest.mark.long
async def test_a_burned_gym_comes_back_out_of_the_chat(
    telegram: SandboxClient, environment: dict[str, str], tmp_path: Path
) -> None:
    old, new = Computer(tmp_path / "old", environment), Computer(tmp_path / "new", environment)
    rosa, mateo = people()[0], people()[2]
    async with running(old) as gym, old.opened() as beside:
        records = Records(beside.database.url)
        ana = await telegram_admin(telegram, gym)
        async with Door(gym.web_url) as door:
            await pair_kiosk(ana, door)
            links: dict[str, str] = {}
            for person, document in ((rosa, "CC 10203040"), (mateo, "CC 10203041")):
                links[person.name] = await joins_and_pays(ana, person.name, document)
                assert (await door.photo(person.photo(3)))["code"] == "admitted"
            token = door.token
        await sells_water(beside, records)
        for name in links:
            await sends_a_slip(ana, telegram, links[name], name)
        money = await (await old.operator("report", "money", "--range", "this-month", "--json")).ends()
        late = await is_due_when_nobody_is_there(beside)
        before = await facts_at(beside.database.url)
        # From here on everything happens by itself: the backup, its proof, the way into the chat.
        phrase = (await (await old.operator("backup", "phrase", "--json")).ends())["passphrase"]
        await ana.sees("Encrypted: only the pass-phrase", PATIENCE)
        await is_erased(beside, records, "Mateo")
        await until(lambda: pinned_names_somebody(ana), PATIENCE)
        assert await records.value("SELECT max(made_at) FROM backups") < late, "the backup has it as waiting"
    await old.burns()
    await until(lambda: past(late), PATIENCE)

    async with asyncio.timeout(WANTED_SECONDS):
        restoring = await new.operator("restore", "--from-chat", "--json")
        await ana.sends(await restoring.reads(CODE))
        report = await restoring.ends(f"{phrase}\n")
        assert report["sums"] == before.sums
        assert report["erased_again"] == 1
        assert report["held_messages"] == 1
        async with running(new) as gym, new.opened() as beside, Door(gym.web_url) as door:
            require_same(before, await facts_at(beside.database.url))
            door.token = token
            admitted = await door.photo(rosa.photo(4))
            assert (admitted["code"], admitted["visit_number"]) == ("reentry", 1)
            assert (await door.photo(mateo.photo(4)))["code"] == "not_recognized"
            records = Records(beside.database.url)
            assert await records.value("SELECT count(*) FROM clients WHERE first_name = 'Mateo'") == 0
            again = await (await new.operator("report", "money", "--range", "this-month", "--json")).ends()
            assert again["figures"] == money["figures"], "an erasure moves no sum"
            await only_one_slip_waits(ana, records)
            await it_is_approved(ana, records)
            await nothing_was_said_without_an_admin(ana, records)


@asynccontextmanager
async def running(computer: Computer) -> AsyncGenerator[GymProcess]:
    """Until it is killed."""
    gym = computer.gym()
    try:
        await gym.start()
        yield gym
    finally:
        await gym.kill()


async def telegram_admin(telegram: SandboxClient, gym: GymProcess) -> Phone:
    async def linked() -> bool:
        return "Set-up link" in gym.said

    await until(linked, PATIENCE)
    ana = await claim_gym(telegram, gym.line_after("Set-up link"))
    await create_plan(ana, "Monthly", "1 month", "150000")
    return ana


async def joins_and_pays(desk: Phone, name: str, document: str) -> str:
    """With three photos; the address that links their chat."""
    person = next(one for one in people() if one.name == name)
    phone = f"300 123 45{document[-2:]}"
    address = await register(desk, person, name, "Perez", phone=phone, document=document)
    for label in ("Sell plan", "Monthly", "✅ Sell", "💵 Take payment", "Cash"):
        await desk.taps(label)
    await desk.sees("Paid in full")
    return address


async def sells_water(gym: Gym, records: Records) -> None:
    """Two bottles, one of them on account and taken back; money keys for those who pay from afar."""
    staff_id = await records.value("SELECT id FROM staff")
    ana = Actor.staff(staff_id, "Ana", Role.ADMIN, "en")
    bar = Seller(gym, ana)
    water = await Shop(gym, ana).has(9, "Water")
    await bar.sells(water)
    await bar.voids(await bar.sells(water, 2))
    async with gym.unit_of_work(ana) as uow:
        await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", "300 123 4567")


async def sends_a_slip(desk: Phone, telegram: SandboxClient, address: str, name: str) -> None:
    """For a renewal, which nobody at the desk answers before the computer burns."""
    member = await link(telegram, address, name)
    await member.sees("reminders of your plan come here")
    for label in ("My plan", "I want to renew", "Monthly", "Nequi"):
        await member.taps(label)
    await member.sees_photo()
    await member.sends_photo(slip(len(name)))
    await member.sees("The gym has your proof of $150,000")
    await desk.sees(f"{name} Perez has sent a proof of payment", PATIENCE)


async def only_one_slip_waits(admin: Phone, records: Records) -> None:
    """Of whom was erased nobody is asked."""
    await admin.sends("/start")
    for label in ("Collect", "Proofs"):
        await admin.taps(label)
    labels = (await admin.sees("Which one?")).labels
    assert "Rosa Perez · $150,000" in labels
    assert not any("Mateo" in label for label in labels)
    assert await records.value("SELECT count(*) FROM payment_proofs WHERE state = 'open'") == 1


async def it_is_approved(admin: Phone, records: Records) -> None:
    """With its picture, which the same bot still gets: what was quoted before is sold and paid now."""
    await admin.taps("Rosa Perez · $150,000")
    await admin.sees_photo()
    await admin.taps("Approve")
    await admin.sees("Booked: $150,000", PATIENCE)
    assert await records.value("SELECT count(*) FROM payment_proofs WHERE state = 'approved'") == 1
    assert await records.value("SELECT sum(balance) FROM accounts") == 0, "renewed, and nothing is owed"


async def is_erased(gym: Gym, records: Records, name: str) -> None:
    """Asked for, and a day later carried out."""
    client = await records.value("SELECT id FROM clients WHERE first_name = $1", name)
    async with gym.unit_of_work(Actor.system()) as uow:
        await ErasureService(uow).ask(client)
    await records.value("UPDATE erasures SET asked_at = asked_at - interval '1 day', due_at = asked_at")
    async with gym.unit_of_work(Actor.system()) as uow:
        await ErasureService(uow).carry_out_due()
    assert await records.value("SELECT done_at IS NOT NULL FROM erasures")


async def is_due_when_nobody_is_there(gym: Gym) -> datetime:
    """A message that the backup has as waiting, and when it is due."""
    due_at = datetime.now(UTC) + UNSAID
    async with gym.unit_of_work(Actor.system()) as uow:
        payload = DeskJobFailedPayload(job="digest", code="late")
        [admin] = await StaffRepository(uow.session).active_admins()
        uow.notify(Recipient.staff(admin), payload, dedup_key=LATE, due_at=due_at)
    return due_at


async def past(moment: datetime) -> bool:
    return datetime.now(UTC) > moment


async def nothing_was_said_without_an_admin(admin: Phone, records: Records) -> None:
    """It waits under *Undelivered*, and leaves when an admin says so."""
    state = "SELECT state || ' ' || coalesce(error, '') FROM notifications WHERE dedup_key = $1"
    assert await records.value(state, LATE) == "failed restored"
    await admin.sends("/start")
    for label in ("Messages", "Undelivered"):
        await admin.taps(label)
    await admin.sees("Look at it, or decide right here")


async def pinned_names_somebody(admin: Phone) -> bool:
    """Whether the manifest in the chat says whose erasure is done."""
    [pinned] = [one for one in await admin.chat() if (one.file_name or "").endswith(MANIFEST_ENDING)]
    assert pinned.document_url is not None
    manifest = BackupManifest.read(await admin.client.download(pinned.document_url), "it")
    return any(entry.done_at is not None for entry in manifest.erased)


SAME: Final[Sequence[str]] = (
    *("clients", "subscriptions", "plans", "plan_prices", "accounts", "ledger_entries", "check_ins"),
    *("kiosks", "staff"),
)
"""What neither an erasure nor a new start changes the number of."""


def require_same(before: DatabaseFacts, after: DatabaseFacts) -> None:
    assert after.sums == before.sums
    assert after.schema_digest == before.schema_digest
    assert {table: after.rows[table] for table in SAME} == {table: before.rows[table] for table in SAME}
    assert after.rows["audit_entries"] > before.rows["audit_entries"]
    assert after.rows["face_templates"] == before.rows["face_templates"] // 2
