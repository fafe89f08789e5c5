"""The bot's profile: name, descriptions, commands by scope, webhook address."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from bot.sandbox.state.people import SandboxPerson
from bot.sandbox.state.store import Json, Store


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass(frozen=True, slots=True)
class CommandScope:
    """A BotCommandScope as one word, to serve as a key."""

    key: str

    @property
    def chat_id(self) -> int | None:
        parts = self.key.split(":")
        return int(parts[1]) if len(parts) > 1 and parts[1].lstrip("-").isdecimal() else None


@dataclass(slots=True)
class BotProfile:
    """The bot as getMe returns it, and what it has set about itself."""

    store: Store
    token: str
    username: str
    id: int = field(init=False)

    def __post_init__(self) -> None:
        self.id = int(self.token.split(":", 1)[0])

    @property
    def name(self) -> str:
        return self.text("name") or "PowerGym"

    def as_user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def text(self, what: str, language: str = "") -> str:
        """`name`, `description` or `short_description`; falls back to the one without a language."""
        own: str = self.store.recall(f"bot_{what}:{language}", "")
        return own or self.store.recall(f"bot_{what}:", "")

    def set_text(self, what: str, language: str, text: str) -> None:
        self.store.remember(f"bot_{what}:{language}", text)

    def webhook(self) -> WebhookAddress:
        return WebhookAddress(**self.store.recall("webhook", {}))

    def set_webhook(self, webhook: WebhookAddress) -> None:
        self.store.remember("webhook", asdict(webhook))

    def commands(self, scope: CommandScope, language: str) -> list[Json]:
        row = self.store.one(
            "SELECT commands FROM commands WHERE scope = ? AND language = ?", scope.key, language
        )
        return json.loads(row["commands"]) if row else []

    def set_commands(self, scope: CommandScope, language: str, commands: list[Json]) -> None:
        if not commands:
            self.store.run("DELETE FROM commands WHERE scope = ? AND language = ?", scope.key, language)
            return
        self.store.run(
            "INSERT OR REPLACE INTO commands (scope, language, commands) VALUES (?, ?, ?)",
            scope.key,
            language,
            json.dumps(commands),
        )

    def commands_for(self, person: SandboxPerson) -> list[Json]:
        """The commands that this person sees in the private chat: the narrowest scope wins, the own language
        first."""
        language = (person.language_code or "")[:2]
        for scope in (f"chat:{person.id}", "all_private_chats", "default"):
            for spoken in (language, ""):
                if commands := self.commands(CommandScope(scope), spoken):
                    return commands
        return []
