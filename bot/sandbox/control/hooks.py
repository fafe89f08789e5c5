"""What the process around the sandbox lends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SandboxHooks:
    """All optional; what is missing is not offered (501) and not shown on the page."""

    advance_clock: Callable[[timedelta], Awaitable[datetime]] | None = None
    read_clock: Callable[[], Awaitable[datetime]] | None = None
    load_demo: Callable[[], Awaitable[str]] | None = None
    kiosk_url: str | None = None
    before_jump: Callable[[timedelta], Awaitable[None]] | None = None
    """What the bot would have done within the jump, while the chats' messages are still young."""
