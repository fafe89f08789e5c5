"""The state of the sandbox, shared by the Bot API and the control API, on one store."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.state.call_log import CallLog
from bot.sandbox.state.callback_queries import Callbacks
from bot.sandbox.state.conditions.clock import SandboxClock
from bot.sandbox.state.conditions.faults import Faults
from bot.sandbox.state.conditions.flood_limits import FloodLimits
from bot.sandbox.state.feed import Feed
from bot.sandbox.state.marks import Marks
from bot.sandbox.state.media.files import Files
from bot.sandbox.state.messages import MessageStore
from bot.sandbox.state.people import Chats, Groups, People
from bot.sandbox.state.profile import BotProfile
from bot.sandbox.state.signals import Signals
from bot.sandbox.state.store import Store
from bot.sandbox.state.updates import Updates


class SandboxState:
    """All parts of the state; none of them knows HTTP."""

    def __init__(
        self, store_path: Path | None, token: str, bot_username: str, limits: FloodLimits | None = None
    ) -> None:
        self.store = Store(store_path)
        self.signals = Signals()
        self.feed = Feed(self.store, self.signals)
        self.files = Files(store_path)
        self.people = People(self.store)
        self.groups = Groups(self.store)
        self.chats = Chats(self.people, self.groups)
        self.clock = SandboxClock()
        self.messages = MessageStore(self.store, self.feed, self.clock)
        self.marks = Marks(self.store)
        self.updates = Updates(self.store, self.signals)
        self.callbacks = Callbacks(self.store, self.signals)
        self.bot = BotProfile(self.store, token, bot_username)
        self.calls = CallLog(self.signals)
        self.faults = Faults()
        self.limits = limits or FloodLimits()

    def close(self) -> None:
        self.files.close()
        self.store.close()
