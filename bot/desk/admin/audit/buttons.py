"""Buttons of the audit: its rows, by whom, about whom, of a kind, of a day."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from bot.ui.callbacks import Callback, callback
from gym.audit.actions import TrailKind


class TrailPart(StrEnum):
    """What the rows are narrowed by."""

    BY = "by"
    CLIENT = "client"
    KIND = "kind"
    DAY = "day"


@callback("aud")
class AuditRows(Callback):
    """Show one page of the audit."""

    of: UUID | None = None
    about: bool = False
    """`of` is the client whom it is about, and not who did it; both do not fit into a button."""
    kind: TrailKind | None = None
    day: date | None = None
    page: int = 0


@callback("audxls")
class AuditSheet(Callback):
    """Send the rows that are shown now as a spreadsheet."""

    of: UUID | None = None
    about: bool = False
    kind: TrailKind | None = None
    day: date | None = None


@callback("audby")
class NarrowAudit(Callback):
    """Ask by what to narrow the rows that are shown now."""

    part: TrailPart
    of: UUID | None = None
    about: bool = False
    kind: TrailKind | None = None
    day: date | None = None
    page: int = 0
