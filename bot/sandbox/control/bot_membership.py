"""The bot's membership of chats: blocked by a person, added to a group, promoted and removed."""

from __future__ import annotations

from bot.sandbox.state.people import ADMINISTRATOR, SandboxGroup, SandboxPerson
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json


class BotMembership:
    """Changes where the bot may write: each saves the change and its `my_chat_member` update in one
    transaction."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    def block(self, person: SandboxPerson, blocked: bool) -> None:
        """Block or unblock the bot; twice changes nothing."""
        state = self._state
        before, after = _membership(not blocked), _membership(blocked)
        if state.people.require(person.id).blocked == blocked:
            return
        with state.store.transaction():
            state.people.mark_blocked(person.id, blocked)
            self._tell_membership(person, person.as_chat(), before, after)
        state.feed.next(person.id)

    def add_bot(self, person: SandboxPerson, group: SandboxGroup) -> None:
        """A person adds the bot to a group."""
        with self._state.store.transaction():
            self._state.groups.mark_kicked(group.id, False)
            self._tell_membership(person, group.as_chat(), "left", "member")

    def promote_bot(self, person: SandboxPerson, group: SandboxGroup) -> None:
        """A person makes the bot an administrator that may delete messages."""
        with self._state.store.transaction():
            self._state.groups.promote_bot(group.id)
            self._tell_membership(person, group.as_chat(), "member", "administrator")

    def kick_bot(self, person: SandboxPerson, group: SandboxGroup) -> None:
        with self._state.store.transaction():
            self._state.groups.mark_kicked(group.id, True)
            self._tell_membership(person, group.as_chat(), "member", "kicked")

    def _tell_membership(self, person: SandboxPerson, chat: Json, before: str, after: str) -> None:
        change: Json = {
            "chat": chat,
            "from": person.as_user(),
            "date": self._state.clock.seconds(),
            "old_chat_member": self._bot_as(before),
            "new_chat_member": self._bot_as(after),
        }
        self._state.updates.add("my_chat_member", change)

    def _bot_as(self, status: str) -> Json:
        member: Json = {"user": self._state.bot.as_user(), "status": status}
        if status == "administrator":
            return member | ADMINISTRATOR
        return {**member, "until_date": 0} if status == "kicked" else member


def _membership(blocked: bool) -> str:
    return "kicked" if blocked else "member"
