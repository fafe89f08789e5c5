"""A member's own data in chat: a complete export, who looked, withdrawing, erasing and taking it back."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from zipfile import ZipFile

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.attendance.cards.client_card import CardService
from gym.core.clock import FrozenClock
from gym.faces.models import ConsentMethod, FaceConsent
from gym.faces.service import FaceRecognitionService
from gym.jobs.runner import run_due
from gym.privacy.erasure import TIME_TO_RECONSIDER
from gym.privacy.models import Erasure
from gym.privacy.tables import REGISTER
from gym.security.permissions import Actor
from tests.findings.reading.conftest import Chat
from tests.privacy.life import rows_of
from tests.privacy.test_privacy_in_chat import only_client
from tests.privacy.test_privacy_in_chat import rosa as rosa
from tests.support.sandbox.client import SandboxClient


async def test_the_export_has_every_table_and_column_that_the_register_calls_the_members(
    rosa: Chat, telegram: SandboxClient
) -> None:
    await rosa.sends("/privacy")
    await rosa.taps("📦 Export")
    sent = await rosa.person.sees_document()
    file = ZipFile(io.BytesIO(await telegram.download(sent.document_url or "")))
    told = json.loads(file.read("data.json"))["tables"]
    mine = {entry.table: entry for entry in REGISTER if entry.client is not None}
    assert told.keys() == mine.keys()
    for name, entry in mine.items():
        assert entry.client is not None
        columns = set(entry.columns) - set(entry.client.withheld)
        assert all(set(row) == columns for row in told[name]["rows"]), name
        assert set(told[name]["left_out"]) == set(entry.client.withheld), name
    filled = {"clients", "subscriptions", "accounts", "ledger_entries", "chat_people"}
    assert [name for name in filled if not told[name]["rows"]] == []


async def test_a_member_sees_how_often_the_card_was_opened_and_not_by_whom(
    rosa: Chat, gym: Gym, clock: FrozenClock
) -> None:
    client = await only_client(gym)
    for _ in range(2):
        async with gym.unit_of_work(rosa.clerk.actor) as uow:
            await CardService(uow).card(client.id)
        clock.advance(timedelta(minutes=5))
    await rosa.sends("/privacy")
    one = "👁 The team opened the card {count} time in the last 90 days, last on {at}."
    many = "👁 The team opened the card {count} times in the last 90 days, last on {at}."
    last = clock.now() - timedelta(minutes=5)
    shown = await rosa.person.sees(rosa.t.plural(one, many, 2, at=last))
    assert rosa.clerk.actor.name not in shown.words
    clock.advance(timedelta(days=91))
    await rosa.sends("/privacy")
    await rosa.sees("👁 Nobody opened the card in the last 90 days.")


async def test_a_member_withdraws_and_sees_both_days(rosa: Chat, gym: Gym, clock: FrozenClock) -> None:
    client = await only_client(gym)
    given = clock.now()
    async with gym.unit_of_work(Actor.member(client.id, client.full_name)) as uow:
        await FaceRecognitionService(uow).give_consent(client.id, ConsentMethod.CHAT)
    await rosa.sends("/privacy")
    await rosa.sees("🙂 Face check-in: agreed on {given}.", given=given)
    clock.advance(timedelta(hours=2))
    await rosa.taps("🙂 Face check-in", "Withdraw")
    [consent] = await rows_of(gym, FaceConsent)
    assert consent.withdrawn_at is None, "asked once more"
    await rosa.taps("Forget my face")
    await rosa.sees("Done. Your face is forgotten.")
    await rosa.sends("/privacy")
    ended = clock.now()
    await rosa.sees("🙂 Face check-in: agreed on {given}, ended on {ended}.", given=given, ended=ended)


async def test_erasing_is_asked_twice_and_taken_back_within_the_day(
    rosa: Chat, gym: Gym, desk_bot: RunningBot, clock: FrozenClock
) -> None:
    await rosa.sends("/privacy")
    await rosa.taps("🗑 Erase")
    assert await rows_of(gym, Erasure) == []
    await rosa.taps("Go on")
    assert await rows_of(gym, Erasure) == [], "asked twice"
    await rosa.taps("Yes, erase")
    due = clock.now() + TIME_TO_RECONSIDER
    await rosa.sees("🗑 Everything is erased on {at}. Until then it can be taken back.", at=due)
    assert rosa.t("🗑 Erase") not in await rosa.person.keyboard(), "one wish at a time"

    clock.advance(TIME_TO_RECONSIDER - timedelta(minutes=1))
    await run_due(gym.run)
    assert (await only_client(gym)).erased_at is None, "the day is not over"
    await rosa.sends("/privacy")
    await rosa.taps("↩️ Take it back", "🗑 Erase")
    await rosa.sees("🗑 Erase everything about you?")
    clock.advance(timedelta(days=3))
    await run_due(gym.run)
    client = await only_client(gym)
    assert (client.erased_at, client.first_name) == (None, "Rosa")
    [wish] = await rows_of(gym, Erasure)
    assert (wish.canceled_at is not None, wish.done_at) == (True, None)
