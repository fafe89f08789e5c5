"""Leaving freely: an admin takes everything along. Who did is in the trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What an export says of the gym beside its rows."""

    gym_name: str
    settings: Mapping[str, Any]
    at: datetime


class WholeExportService:
    """Records the export before it is written: whoever takes it and loses the connection has had it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    def begin(self) -> ExportFacts:
        """Raises `NotAllowed` to whoever may not export."""
        self.uow.actor.require(Permission.EXPORT)
        self.uow.audit("gym.exported", ("gym_state", None))
        settings = self.uow.settings
        return ExportFacts(settings.name, settings.model_dump(mode="json"), self.uow.now)
