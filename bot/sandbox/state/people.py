"""People, groups and chats: who can talk to the bot, and who has blocked it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import BadRequest, ChatForbidden, UnknownChat, UnknownPerson
from bot.sandbox.state.store import Json, Store

FIRST_GROUP = -1_001_000_000_000
TOPIC_COLOUR = 0x6FB9F0
_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
ADMINISTRATOR: Json = {**dict.fromkeys(_RIGHTS, False), "can_manage_chat": True, "can_delete_messages": True}
"""The rights of a bot that was made an administrator here."""


def without_none(**values: object) -> Json:
    return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class SandboxPerson:
    """A Telegram user; the private chat with the bot carries the same number."""

    id: int
    first_name: str
    last_name: str | None
    username: str | None
    language_code: str | None
    phone_number: str | None
    started: bool
    blocked: bool

    @classmethod
    def of(cls, row: sqlite3.Row) -> SandboxPerson:
        values: dict[str, Any] = dict(row)
        values |= {"started": bool(row["started"]), "blocked": bool(row["blocked"])}
        return cls(**values)

    def as_user(self) -> Json:
        return without_none(
            id=self.id,
            is_bot=False,
            first_name=self.first_name,
            last_name=self.last_name,
            username=self.username,
            language_code=self.language_code,
        )

    def as_chat(self) -> Json:
        return without_none(
            id=self.id,
            type="private",
            first_name=self.first_name,
            last_name=self.last_name,
            username=self.username,
        )


@dataclass(frozen=True, slots=True)
class SandboxGroup:
    """A supergroup; `topics` maps thread numbers to names, empty when it is no forum."""

    id: int
    title: str
    topics: dict[int, str]
    kicked: bool

    @classmethod
    def of(cls, row: sqlite3.Row) -> SandboxGroup:
        topics = {int(number): str(name) for number, name in json.loads(row["topics"]).items()}
        return cls(row["id"], row["title"], topics, bool(row["kicked"]))

    def as_chat(self) -> Json:
        chat: Json = {"id": self.id, "type": "supergroup", "title": self.title}
        return {**chat, "is_forum": True} if self.topics else chat

    def topic(self, thread: int) -> Json:
        """The fields of every message of a topic: its thread, and the message that opened the topic."""
        place: Json = {"message_thread_id": thread, "is_topic_message": True}
        if thread not in self.topics:
            return place
        created: Json = {"name": self.topics[thread], "icon_color": TOPIC_COLOUR}
        opened: Json = {
            "message_id": thread,
            "date": 0,
            "chat": self.as_chat(),
            "forum_topic_created": created,
        }
        return {**place, "reply_to_message": {**place, **opened}}


class People:
    """Everybody in the sandbox."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        first_name: str,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
        phone_number: str | None = None,
    ) -> SandboxPerson:
        made = self._store.run(
            "INSERT INTO people (first_name, last_name, username, language_code, phone_number)"
            " VALUES (?, ?, ?, ?, ?)",
            first_name, last_name, username, language_code, phone_number,
        )  # fmt: skip
        return self.require(made.lastrowid or 0)

    def find(self, number: int) -> SandboxPerson | None:
        row = self._store.one("SELECT * FROM people WHERE id = ?", number)
        return SandboxPerson.of(row) if row else None

    def require(self, number: int) -> SandboxPerson:
        person = self.find(number)
        if person is None:
            raise UnknownPerson(number)
        return person

    def everyone(self) -> list[SandboxPerson]:
        return [SandboxPerson.of(row) for row in self._store.rows("SELECT * FROM people ORDER BY id")]

    def mark_started(self, number: int) -> None:
        self._store.run("UPDATE people SET started = 1 WHERE id = ? AND NOT started", number)

    def mark_blocked(self, number: int, blocked: bool) -> None:
        self._store.run("UPDATE people SET blocked = ? WHERE id = ?", blocked, number)

    def remove(self, number: int) -> None:
        """Remove a person and the private chat."""
        with self._store.transaction():
            for table, key in (
                ("people", "id"), ("messages", "chat_id"), ("keyboards", "chat_id"),
                ("members", "person_id"), ("callbacks", "person_id"),
            ):  # fmt: skip
                self._store.run(f"DELETE FROM {table} WHERE {key} = ?", number)  # noqa: S608 - names above


class Groups:
    """Supergroups with the bot in them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, title: str, members: list[int], topics: list[str]) -> SandboxGroup:
        """Add a group. Topics get thread numbers from 2 on, for 1 is the general topic's."""
        lowest = self._store.one("SELECT min(id) AS id FROM groups")
        number = min((lowest["id"] if lowest else None) or FIRST_GROUP, FIRST_GROUP) - 1
        threads = dict(enumerate(topics, start=2))
        with self._store.transaction():
            self._store.run(
                "INSERT INTO groups (id, title, topics) VALUES (?, ?, ?)", number, title, json.dumps(threads)
            )
            for member in members:
                self.join(number, member)
        return SandboxGroup(number, title, threads, False)

    def join(self, group: int, person: int) -> None:
        self._store.run("INSERT OR IGNORE INTO members (group_id, person_id) VALUES (?, ?)", group, person)

    def find(self, number: int) -> SandboxGroup | None:
        row = self._store.one("SELECT * FROM groups WHERE id = ?", number)
        return SandboxGroup.of(row) if row else None

    def everything(self) -> list[SandboxGroup]:
        return [SandboxGroup.of(row) for row in self._store.rows("SELECT * FROM groups ORDER BY id DESC")]

    def members(self, group: int) -> list[int]:
        rows = self._store.rows("SELECT person_id FROM members WHERE group_id = ?", group)
        return [row["person_id"] for row in rows]

    def bot_deletes(self, group: int) -> bool:
        """Whether the bot is an administrator there that may delete everybody's messages."""
        return self._store.one("SELECT 1 FROM bot_admin WHERE group_id = ?", group) is not None

    def promote_bot(self, group: int) -> None:
        self._store.run("INSERT OR IGNORE INTO bot_admin (group_id) VALUES (?)", group)

    def mark_kicked(self, number: int, kicked: bool) -> None:
        """Note that a person was removed; one who comes back is a plain member."""
        self._store.run("DELETE FROM bot_admin WHERE group_id = ?", number)
        self._store.run("UPDATE groups SET kicked = ? WHERE id = ?", kicked, number)


class Chats:
    """Private chats and groups in one number space, as the bot sees them."""

    def __init__(self, people: People, groups: Groups) -> None:
        self._people = people
        self._groups = groups

    def require(self, chat_id: int) -> SandboxPerson | SandboxGroup:
        chat = self._people.find(chat_id) if chat_id > 0 else self._groups.find(chat_id)
        if chat is None:
            raise BadRequest("chat not found")
        return chat

    def require_reachable(self, chat_id: int, thread: int | None = None) -> SandboxPerson | SandboxGroup:
        """Raises what Telegram raises when the bot may not write there."""
        match chat := self.require(chat_id):
            case SandboxPerson(blocked=True):
                raise ChatForbidden("bot was blocked by the user")
            case SandboxPerson(started=False):
                raise ChatForbidden("bot can't initiate conversation with a user")
            case SandboxGroup(kicked=True):
                raise ChatForbidden("bot was kicked from the supergroup chat")
            case SandboxGroup(topics=topics) if thread is not None and thread not in topics:
                raise BadRequest("message thread not found")
            case _:
                return chat

    def require_member(self, person: SandboxPerson, chat_id: int | None) -> SandboxPerson | SandboxGroup:
        """The chat a person speaks in: the private one, or a group the person belongs to."""
        if chat_id is None or chat_id == person.id:
            return person
        group = self._groups.find(chat_id)
        if group is None or person.id not in self._groups.members(chat_id):
            raise UnknownChat(chat_id)
        return group
