"""The privacy register's rows of chats: who writes, what waits to be read, filled in or sent."""

from __future__ import annotations

from typing import Final

from gym.privacy.register import ClientRows, Entry, Old
from gym.privacy.tables.conditions import CHAT, CLIENT, MINE, NOT_STAFF, STAFF_NAME, mentions
from gym.privacy.tables.reasons import DAY
from gym.settings.schemas import KeptFor

STRANGER: Final = (
    "NOT EXISTS (SELECT FROM staff s WHERE s.telegram_id = chat_people.user_id)"
    " AND NOT EXISTS (SELECT FROM clients c WHERE c.telegram_id = chat_people.user_id)"
)
UNTOLD: Final = "NOT EXISTS (SELECT FROM notifications n WHERE n.broadcast_id = broadcasts.id)"
OWN_CHAT: Final = f"chat_id = {CHAT} AND {NOT_STAFF}"
TO_CLIENT: Final = f"recipient_kind = 'client' AND recipient_id = {CLIENT}"

CHATS: Final = (
    Entry(
        "chat_people",
        {"user_id": "telegram", "home_message_id": "telegram"},
        "language reachable first_seen_at",
        # Whoever writes again is met again; of who never came back nothing is known but a number.
        (Old(f"first_seen_at < :moment AND {STRANGER}", KeptFor.STRANGERS),),
        stays="the chats of staff and members",
        whose="client staff stranger",
        why="in which language somebody is answered, and whether they can be reached",
        client=ClientRows(which=f"user_id = {CHAT} AND {NOT_STAFF}", deletes=True),
    ),
    Entry(
        "chat_pictures",
        {"chat_id": "telegram", "message_id": "telegram"},
        "own shown_at due_at form_key tries stays",
        (Old("stays IS NOT NULL AND due_at < :moment", 30 * DAY),),
        whose="client staff stranger",
        why="photos of faces are deleted from chats",
        # One that waits is needed to delete the picture from the chat: within minutes.
        client=ClientRows(which=f"stays IS NOT NULL AND {OWN_CHAT}", deletes=True),
    ),
    Entry(
        "conversations",
        {"answered_by_name": "name"},
        "id client_id waits_since waiting told told_at settled last_at answered_at answered_by",
        (Old("last_at < :moment", 90 * DAY),),
        whose="client staff",
        why="what a member asks is answered, and who answered is known",
        client=ClientRows(
            which=MINE,
            deletes=True,
            withheld={"answered_by_name": STAFF_NAME, "answered_by": STAFF_NAME},
        ),
    ),
    Entry(
        "conversation_messages",
        {
            "text": "words",
            "file_id": "telegram",
            "chat_id": "telegram",
            "message_id": "telegram",
            "origin": "telegram",
            "staff_name": "name",
        },
        "id conversation_id client_id side kind number sent_at staff_id",
        (Old("sent_at < :moment", 90 * DAY),),
        whose="client staff",
        why="what a member and the desk write to each other can be read by both",
        client=ClientRows(
            which=MINE,
            deletes=True,
            withheld={"staff_name": STAFF_NAME, "staff_id": STAFF_NAME, "origin": "the same number again"},
        ),
    ),
    Entry("dead_updates", {}, "id update_id reason code times at", (Old("at < :moment", 30 * DAY),)),
    Entry(
        "desk_chats",
        {"chat_id": "telegram", "topic_id": "telegram", "title": "words"},
        "id kinds active checks_in tells_messages offered_at gone_at created_at",
        (Old("gone_at < :moment", 365 * DAY),),
        stays="the groups that hear the desk",
        whose="staff",
        why="where the team reads what happens",
    ),
    Entry(
        "drafts",
        {
            "chat_id": "telegram",
            "user_id": "telegram",
            "data": "name document contact person telegram words digest",
            "message_id": "telegram",
        },
        "form step key revision last_update_id updated_at",
        # Finished and canceled forms are deleted at once; these were left open.
        (Old("updated_at < :moment", 7 * DAY),),
        whose="client staff",
        why="a form that is half filled in survives a restart",
        client=ClientRows(
            which=f"user_id = {CHAT} AND {NOT_STAFF} OR {mentions('data')}",
            deletes=True,
            exported=f"user_id = {CHAT} AND {NOT_STAFF}",
        ),
    ),
    Entry(
        "inbox_updates",
        # Emptied in the statement that marks it; until then it waits to be read.
        {"chat_id": "telegram", "payload": "name document contact person telegram words"},
        "update_id received_at leased_until attempts crashes sent done_at failed rank excess",
        (Old("done_at < :moment", 7 * DAY),),
        whose="client staff stranger",
        why="what was written is answered, also after a crash",
        # What waits is answered first: it may be the next thing that the person says.
        client=ClientRows(which=f"done_at IS NOT NULL AND {OWN_CHAT}", deletes=True),
    ),
    Entry(
        "newest_cards",
        {"chat_id": "telegram", "message_id": "telegram"},
        "shown_at",
        # One that shows something else now is deleted at once.
        (Old("shown_at < :moment", 30 * DAY),),
        whose="staff",
        why="a new client's card takes the buttons of the card before it",
    ),
    Entry(
        "notifications",
        # Emptied when it has left, was muted or laid aside.
        {
            "payload": "name document contact words",
            "chat_id": "telegram",
            "message_id": "telegram",
        },
        "id recipient_kind recipient_id caused_by kind dedup_key rank state created_at due_at next_try_at"
        " leased_until attempts unanswered sent_at error broadcast_id",
        (
            # A price is announced once for each member, perhaps a year ahead: that key must outlive the
            # announcement.
            Old("state <> 'pending' AND kind <> 'price_changed' AND created_at < :moment", KeptFor.MESSAGES),
            Old("state <> 'pending' AND created_at < :moment", 800 * DAY),
        ),
        whose="client staff",
        why="each message is written once and delivered",
        client=ClientRows(
            which=f"{TO_CLIENT} OR payload <> '{{}}' AND {mentions('payload')}",
            deletes=True,
            exported=TO_CLIENT,
            withheld={"caused_by": "who of the team did it", "dedup_key": "ids once more"},
        ),
    ),
    Entry(
        "notification_preferences",
        {},
        "recipient_kind recipient_id muted quiet_from quiet_until updated_at",
        stays="what a reader does not want to hear",
        whose="client staff",
        why="nobody is told what they do not want to hear",
        client=ClientRows(which=TO_CLIENT, deletes=True),
    ),
    Entry(
        "broadcasts",
        {"text": "words", "tag": "words", "chat_id": "telegram", "message_id": "telegram"},
        "id segment plan_id state total last_client_id asked_by idempotency_key created_at finished_at",
        (Old(f"finished_at < :moment AND {UNTOLD}", KeptFor.BROADCASTS),),
        whose="staff",
        why="one text for many clients",
    ),
)
