"""Hooks of the control API into the process around it, such as the gym's clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SandboxHooks:
    """All optional: what is missing is not offered (501) and not shown on the page."""

    advance_clock: Callable[[timedelta], Awaitable[datetime]] | None = None
    read_clock: Callable[[], Awaitable[datetime]] | None = None
    load_demo: Callable[[], Awaitable[str]] | None = None
    kiosk_url: str | None = None
    before_jump: Callable[[timedelta], Awaitable[None]] | None = None
    """Called before the clock jumps, for work that would have been due within the jump."""
