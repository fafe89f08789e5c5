"""Updates that were handled and messages that have left keep nothing of what they said."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select, text, update
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.telegram.application import Api, GymBot, make_bot
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.intake import accept
from gym.chats.models import InboxUpdate
from gym.chats.schemas import IncomingUpdate
from gym.core.database.migrations import alembic_config
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.notifications.outbox import DESK
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Actor, Role
from tests.bot.conftest import settled
from tests.support.messages.samples import complete
from tests.support.people import people
from tests.support.sandbox.client import SandboxClient

CARD = "Rosa Vargas, CC 1020304050, +57 300 123 4567"
Hire = Callable[..., Awaitable[Actor]]


@pytest.fixture
async def bare(api: Api) -> GymBot:
    """The bot's own connection, with nobody behind it."""
    bot = make_bot(api)
    await bot.initialize()
    return bot


async def arrived(bot: GymBot) -> list[dict[str, Any]]:
    """What the inbox would keep of every update that waits."""
    taken = [accept(one) for one in await bot.raw_updates(None, 0, 100)]
    return [one.payload for one in taken if isinstance(one, IncomingUpdate)]


async def test_a_tap_is_kept_without_the_words_of_its_message(bare: GymBot, telegram: SandboxClient) -> None:
    ana = await telegram.person("Ana", last_name="Torres")
    await ana.sends("/start")
    link = "https://t.me/0sandbox_bot?start=iSecretOfAnInvitation"
    keys = [
        [InlineKeyboardButton("Rosa's card", callback_data="card:1")],
        [InlineKeyboardButton("Sell", callback_data="sell:1"), InlineKeyboardButton("Link", url=link)],
    ]
    shown = await bare.send_message(ana.id, f"{CARD}\n{link}", reply_markup=InlineKeyboardMarkup(keys))
    await ana.taps_button_data(shown.message_id, "sell:1")
    payload = (await arrived(bare))[-1]
    assert not any(word in json.dumps(payload) for word in ("Rosa", "1020304050", "300 123 4567", "Secret"))

    read = Update.de_json(payload, bare)
    assert read.callback_query is not None
    assert (read.callback_query.data, read.callback_query.from_user.full_name) == ("sell:1", "Ana Torres")
    message = read.effective_message
    assert message is not None
    assert (message.message_id, message.chat.id, message.chat.type) == (shown.message_id, ana.id, "private")
    markup = payload["callback_query"]["message"]["reply_markup"]
    assert [key["text"] for row in markup["inline_keyboard"] for key in row] == ["Sell"]


async def test_a_photo_under_a_tap_keeps_its_file_and_loses_its_caption(
    bare: GymBot, telegram: SandboxClient
) -> None:
    ana = await telegram.person("Ana")
    await ana.sends("/start")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Register", callback_data="register:1")]])
    shown = await bare.send_photo(ana.id, people()[0].photo(0), caption=CARD, reply_markup=keys)
    await ana.taps_button_data(shown.message_id, "register:1")
    payload = (await arrived(bare))[-1]
    assert "Rosa" not in json.dumps(payload)
    message = Update.de_json(payload, bare).effective_message
    assert message is not None
    assert message.photo[-1].file_id == shown.photo[-1].file_id


def test_a_reply_is_kept_without_what_it_replies_to() -> None:
    other = {
        "message_id": 6,
        "date": 1,
        "chat": {"id": 5, "type": "private", "first_name": "Rosa"},
        "text": CARD,
    }
    message = {
        "message_id": 7,
        "date": 2,
        "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": False, "first_name": "Ana"},
        "text": "who is this?",
        "quote": {"text": CARD, "position": 0},
        "reply_to_message": other | {"reply_to_message": other},
        "pinned_message": other,
    }
    taken = accept({"update_id": 1, "message": message})
    assert isinstance(taken, IncomingUpdate)
    kept = taken.payload["message"]
    assert kept["text"] == "who is this?"
    assert kept["reply_to_message"] == {"message_id": 6, "date": 1, "chat": {"id": 5, "type": "private"}}
    assert "Rosa" not in json.dumps(taken.payload)


async def test_what_was_handled_is_empty_at_once(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, gym: Gym
) -> None:
    ana = await telegram.person("Ana")
    await make_staff(ana, Role.ADMIN)
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.sends(CARD)
    await settled(gym, 5)
    async with gym.unit_of_work(Actor.system()) as uow:
        kept = list(await uow.session.scalars(select(InboxUpdate.payload)))
    assert kept == [{}] * 5, "a text, three presses, a text"


async def test_a_message_that_has_left_is_empty_and_one_that_failed_can_be_sent_again(gym: Gym) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        for number in range(4):
            uow.notify(DESK, complete(NotificationKind.DESK_JOB_FAILED, {"job": CARD, "code": str(number)}))
    async with gym.unit_of_work(Actor.system()) as uow:
        sent, muted, failed, unreachable = await uow.session.scalars(select(Notification.id))
        outbox, wall = OutboxRepository(uow.session), uow.context.wall
        await outbox.sent(sent, chat_id=1, message_id=1, wall=wall)
        await outbox.muted(muted)
        await outbox.failed(failed, "BadRequest")
        await outbox.unreachable(unreachable, "no chat")
    async with gym.unit_of_work(Actor.system()) as uow:
        kept = {row.state: row.payload for row in await uow.session.scalars(select(Notification))}
        assert [kept[state] for state in (NotificationState.SENT, NotificationState.MUTED)] == [{}, {}]
        assert CARD in str(kept[NotificationState.FAILED])
        assert CARD in str(kept[NotificationState.UNREACHABLE])
        await uow.session.execute(update(Notification).values(state=NotificationState.DISMISSED))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert {str(one) for one in await uow.session.scalars(select(Notification.payload))} == {"{}"}


def _migrated(connection: Any, *, down: str | None = None) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    if down is not None:
        command.downgrade(config, down)
    else:
        command.upgrade(config, "head")


async def test_a_gym_that_runs_is_emptied_of_what_it_has_kept(gym: Gym) -> None:
    """Updates that wait and messages that are due, or failed, are kept as they are."""
    now = gym.clock.now()
    script = ScriptDirectory.from_config(alembic_config()).get_revision("0019")
    before = str(script.down_revision)
    async with gym.database.engine.connect() as connection:
        await connection.run_sync(partial(_migrated, down=before))
        for number, done in enumerate((now, None), start=1):
            await connection.execute(
                text(
                    "INSERT INTO inbox_updates (update_id, chat_id, payload, received_at, done_at)"
                    " VALUES (:id, 1, CAST(:payload AS jsonb), :now, :done)"
                ),
                {"id": number, "payload": json.dumps({"text": CARD}), "now": now, "done": done},
            )
        for state in NotificationState:
            await connection.execute(
                text(
                    "INSERT INTO notifications (id, recipient_kind, kind, payload, dedup_key, rank, state,"
                    " created_at, due_at, next_try_at, attempts) VALUES (gen_random_uuid(), 'desk',"
                    " 'desk_job_failed', CAST(:payload AS jsonb), :state, 1, :state, :now, :now, :now, 0)"
                ),
                {"payload": json.dumps({"job": CARD}), "state": state.value, "now": now - timedelta(days=1)},
            )
        await connection.commit()
        await connection.run_sync(_migrated)
        updates = (await connection.scalars(text("SELECT payload FROM inbox_updates ORDER BY 1"))).all()
        told = {
            row.state
            for row in await connection.execute(text("SELECT state, payload FROM notifications"))
            if row.payload != {}
        }
    assert sorted(map(str, updates)) == sorted(["{}", str({"text": CARD})])
    assert told == {"pending", "failed", "unreachable"}
