"""What a member writes reaches the desk once, is answered as it was read, and goes after 90 days."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from telegram import Chat, Document, Message

from bot.desk.messaging.conversations import SHOWS_PEOPLE
from bot.messages import render
from bot.ui.screens import bare
from bot.ui.written_messages import written_of
from gym.audit.models import AuditEntry
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.clients.models import Client
from gym.conversations.errors import AnswerInvalid, WrittenMeanwhile
from gym.conversations.models import Conversation, ConversationMessage, MessageKind
from gym.core.text import telegram_length
from gym.jobs.retention import Retention
from gym.notifications.kinds import KindGroup
from gym.notifications.models import NotificationKind as Kind
from gym.notifications.models import NotificationState as State
from gym.security.permissions import Actor, NotAllowed
from gym.settings.schemas import GymSettings
from gym.staff.service import StaffService
from tests.conversations.conftest import MINUTE, Talk, words


async def test_a_message_reaches_each_of_the_staff_once_however_often_its_update_is_handled(
    talk: Talk,
) -> None:
    first = await talk.does(talk.member, "receive", talk.rosa.id, words("Do you open on Sunday?", 1))
    again = await talk.does(talk.member, "receive", talk.rosa.id, words("Do you open on Sunday?", 1))
    assert (first.is_new, first.is_first, again.is_new) == (True, True, False)
    rows = await talk.rows(Kind.MEMBER_WROTE)
    assert sorted(one.recipient_id for one in rows) == sorted([talk.bruno.id, talk.ana.id])
    assert rows[0].payload["said"] == [{"kind": "text", "text": "Do you open on Sunday?"}]
    assert (await talk.conversation()).waiting == 1


async def test_of_two_hundred_messages_a_notification_leaves_a_minute_and_says_how_many(talk: Talk) -> None:
    told: list[int] = []
    for number in range(200):
        await talk.writes(f"message {number}")
        told += [payload["count"] for kind, who, payload in await talk.leaves() if who == talk.bruno.id]
        talk.clock.advance(timedelta(seconds=1))
    talk.clock.advance(MINUTE)
    told += [payload["count"] for kind, who, payload in await talk.leaves() if who == talk.bruno.id]
    assert told == [1, 61, 121, 181, 200]
    opened = await talk.does(talk.bruno, "open", (await talk.conversation()).id)
    assert opened.pages == 25, "and all of them can be read"


async def test_what_was_not_read_yet_goes_on_waiting_when_the_desk_answers(talk: Talk) -> None:
    await talk.writes("Hello")
    await talk.leaves()
    await talk.writes("May I freeze my plan?")
    sent = await talk.answers(talk.bruno, "Hello Rosa", seen=1)
    assert sent.conversation.waiting == 1, "the question waits"
    talk.clock.advance(MINUTE)
    left = [payload for kind, _, payload in await talk.leaves() if kind == Kind.MEMBER_WROTE]
    assert [one["said"] for one in left] == [[{"kind": "text", "text": "May I freeze my plan?"}]] * 2
    await talk.answers(talk.bruno, "Yes, with the button Freeze", seen=2)
    assert (await talk.conversation()).waits_since is None
    (waits,) = await talk.rows(Kind.GYM_ANSWERED, State.PENDING)
    assert waits.payload["text"] == "Yes, with the button Freeze"


async def test_an_answer_that_was_handled_twice_is_sent_once_and_colleagues_hear_who_gave_it(
    talk: Talk,
) -> None:
    await talk.writes("Hello")
    await talk.leaves()
    conversation = await talk.conversation()
    for _ in range(2):
        await talk.does(talk.bruno, "answer", conversation.id, words("Hi", 50, chat=99), 1)
    assert len(await talk.rows(Kind.GYM_ANSWERED)) == 1
    edits = await talk.rows(Kind.MEMBER_ANSWERED)
    assert {(one.recipient_id, one.payload["answered_by"]) for one in edits} == {
        (talk.ana.id, "Bruno Employee"),
        (talk.bruno.id, "Bruno Employee"),
    }
    assert edits[0].payload["replaces"] == f"member-wrote:{conversation.id}:1"
    later = await talk.answers(talk.ana, "And bring a towel", seen=1)
    assert later.answered_before is not None
    assert later.answered_before[0] == "Bruno Employee"
    assert len(await talk.rows(Kind.GYM_ANSWERED)) == 2, "the first answer is not the last"
    async with talk.gym.unit_of_work(Actor.system()) as uow:
        query = select(AuditEntry.actor_name).where(AuditEntry.action == "client.answered")
        assert sorted(await uow.session.scalars(query)) == ["Ana Admin", "Bruno Employee"]


async def test_members_do_not_read_who_answered_unless_the_gym_says_so(talk: Talk) -> None:
    await talk.writes("Hello")
    await talk.answers(talk.bruno, "Hi", seen=1)
    (told,) = await talk.rows(Kind.GYM_ANSWERED)
    assert told.payload["signed"] is None
    async with talk.gym.unit_of_work(talk.ana) as uow:
        await StaffService(uow).change_settings({"sign_answers": "yes"})
    await talk.answers(talk.bruno, "Hi again", seen=1)
    assert (await talk.rows(Kind.GYM_ANSWERED))[-1].payload["signed"] == "Bruno Employee"


async def test_a_message_that_came_meanwhile_is_not_closed_unread(talk: Talk) -> None:
    await talk.writes("Thanks")
    await talk.writes("One more thing")
    conversation = await talk.conversation()
    with pytest.raises(WrittenMeanwhile):
        await talk.does(talk.bruno, "close", conversation.id, 1)
    await talk.does(talk.bruno, "close", conversation.id, 2)
    await talk.does(talk.ana, "close", conversation.id, 2)
    assert (await talk.conversation()).waits_since is None
    assert not await talk.rows(Kind.MEMBER_WROTE, State.PENDING), "nobody is told of it any more"


async def test_a_desk_chat_that_hears_of_clients_is_told_and_one_that_does_not_is_not(talk: Talk) -> None:
    async with talk.gym.unit_of_work(talk.ana) as uow:
        service = DeskChatService(uow)
        chat = await service.confirm(ChatPlace(-100, None, "Desk"))
        await service.set_group(chat.id, KindGroup.DESK_CLIENTS, wanted=False)
    await talk.writes("Hello")
    assert not await talk.rows(Kind.DESK_MEMBER_WROTE)
    assert len(await talk.rows(Kind.MEMBER_WROTE)) == 2, "staff are told, for nobody else is"
    async with talk.gym.unit_of_work(talk.ana) as uow:
        await DeskChatService(uow).set_group(chat.id, KindGroup.DESK_CLIENTS, wanted=True)
    await talk.leaves()
    talk.clock.advance(MINUTE)
    await talk.writes("Anybody?")
    left = await talk.leaves()
    assert [(kind, who) for kind, who, _ in left] == [(Kind.DESK_MEMBER_WROTE, chat.id)]


async def test_a_reply_finds_its_conversation_by_the_message_it_answers(talk: Talk) -> None:
    await talk.writes("Hello")
    await talk.leaves()
    conversation = await talk.conversation()
    assert await talk.does(talk.bruno, "asked_in", 500, 1000) == (conversation.id, 1)
    assert await talk.does(talk.bruno, "asked_in", 501, 1000) is None


async def test_only_the_member_writes_and_only_staff_answer_and_read(talk: Talk) -> None:
    await talk.writes("Hello")
    conversation = await talk.conversation()
    stranger = Actor.member(conversation.id, "Somebody")
    with pytest.raises(NotAllowed):
        await talk.does(stranger, "receive", talk.rosa.id, words("I am Rosa", 70))
    for operation, arguments in {
        "answer": (conversation.id, words("Hi", 71), 1),
        "close": (conversation.id, 1),
        "open": (conversation.id,),
        "waiting": (),
        "asked_in": (1, 1),
    }.items():
        with pytest.raises(NotAllowed):
            await talk.does(talk.member, operation, *arguments)
    with pytest.raises(AnswerInvalid):
        await talk.does(talk.bruno, "answer", conversation.id, words("x" * 3501, 72), 1)
    with pytest.raises(AnswerInvalid):
        await talk.does(talk.bruno, "answer", conversation.id, words("  ", 73), 1)


async def test_thirty_two_messages_at_once_are_all_kept_and_told_in_one_notification(talk: Talk) -> None:
    texts = [words(f"message {number}", number) for number in range(1, 33)]
    await asyncio.gather(*(talk.does(talk.member, "receive", talk.rosa.id, one) for one in texts))
    assert (await talk.conversation()).waiting == 32
    rows = await talk.rows(Kind.MEMBER_WROTE)
    assert len(rows) == 2
    assert {one.payload["count"] for one in rows} == {32}


async def test_messages_are_kept_and_told_once_though_two_notifications_of_one_reader_have_come_back(
    talk: Talk,
) -> None:
    """As after a 429, or a worker that was killed: what was being sent waits again beside what came later."""
    for number in range(1, 4):
        await talk.writes(f"message {number}")
        if number == 1:
            await talk.leased(1, until=MINUTE)
    await talk.leased(1, until=None)
    await talk.writes("message 4")
    assert (await talk.conversation()).waiting == 4
    waits = await talk.rows(Kind.MEMBER_WROTE, State.PENDING)
    assert sorted(one.recipient_id for one in waits) == sorted([talk.bruno.id, talk.ana.id])
    assert {(one.payload["told"], one.dedup_key.split(":")[2]) for one in waits} == {(4, "4")}
    dismissed = await talk.rows(Kind.MEMBER_WROTE, State.DISMISSED)
    assert {one.error for one in dismissed} == {"told by a newer one"}


async def test_a_notification_that_comes_back_is_not_sent_after_one_that_has_told_more(talk: Talk) -> None:
    await talk.writes("Hello")
    await talk.leaves()
    talk.clock.advance(MINUTE)
    await talk.writes("May I freeze my plan?")
    await talk.leased(2, until=2 * MINUTE)
    await talk.writes("For two weeks")
    talk.clock.advance(MINUTE)
    left = await talk.leaves()
    assert {one["told"] for _, _, one in left if "told" in one} == {3}
    await talk.leased(2, until=None)
    await talk.answers(talk.bruno, "Hello Rosa", seen=1)
    assert (await talk.conversation()).waiting == 2
    assert not await talk.rows(Kind.MEMBER_WROTE, State.PENDING), "the later one has told of both"


async def test_an_answer_from_an_earlier_page_settles_only_what_that_page_shows(talk: Talk) -> None:
    for number in range(1, 11):
        await talk.writes(f"message {number}")
    conversation = await talk.conversation()
    seen = [(await talk.does(talk.bruno, "open", conversation.id, page)).seen for page in (0, 1)]
    assert seen == [10, 2]


async def test_what_an_answer_settled_is_told_without_what_goes_on_waiting(talk: Talk) -> None:
    await talk.writes("Hello")
    await talk.leaves()
    for number in range(2, 5):
        await talk.writes(f"message {number}")
    sent = await talk.answers(talk.bruno, "Hello Rosa", seen=1)
    assert {one.payload["count"] for one in await talk.rows(Kind.MEMBER_ANSWERED)} == {1}
    assert (sent.conversation.waiting, sent.conversation.waits_since) == (3, talk.clock.now())


async def test_messages_of_emoji_fit_into_what_telegram_takes(talk: Talk) -> None:
    for _ in range(5):
        await talk.writes("🏋" * 600)
    (told, *_), settings = await talk.rows(Kind.MEMBER_WROTE), GymSettings()
    worded = render(told.kind, told.payload, settings, "en", talk.clock.now())
    assert 2500 < telegram_length(bare(worded.text)) <= 4096
    with pytest.raises(AnswerInvalid):
        await talk.answers(talk.bruno, "🏋" * 1750 + "!", seen=5)
    await talk.answers(talk.bruno, "🏋" * 1750, seen=5)


async def test_an_answer_to_somebody_who_has_no_chat_is_not_reported_a_second_time(talk: Talk) -> None:
    await talk.writes("Hello")
    async with talk.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).values(telegram_id=None))
    sent = await talk.answers(talk.bruno, "Hello Rosa", seen=1)
    assert not sent.is_reachable, "who answers is told at once"
    assert not await talk.rows(Kind.GYM_ANSWERED), "so that the outbox has nothing to report"


@pytest.mark.parametrize(
    ("mime", "name", "kind"),
    [
        ("image/heic", None, MessageKind.PHOTO),
        ("application/octet-stream", "knee.JPG", MessageKind.PHOTO),
        ("video/mp4", None, MessageKind.VIDEO),
        ("application/pdf", "note.pdf", MessageKind.DOCUMENT),
    ],
)
def test_a_picture_that_is_sent_as_a_file_is_a_picture(
    mime: str, name: str | None, kind: MessageKind
) -> None:
    sent = Document("AgAD", "u1", file_name=name, mime_type=mime)
    written = written_of(Message(1, datetime.now(UTC), Chat(7001, Chat.PRIVATE), document=sent))
    assert written is not None
    assert (written.kind, written.file_id) == (kind, "AgAD")
    assert (kind in SHOWS_PEOPLE) is (kind is not MessageKind.DOCUMENT), "its copy goes after ten minutes"


async def test_messages_go_after_ninety_days(talk: Talk) -> None:
    await talk.writes("Hello")
    talk.clock.advance(timedelta(days=91))
    async with talk.gym.unit_of_work(Actor.system()) as uow:
        await Retention(uow).forget_old()
    async with talk.gym.unit_of_work(Actor.system()) as uow:
        for model in (Conversation, ConversationMessage):
            assert not await uow.session.scalar(select(func.count()).select_from(model))
