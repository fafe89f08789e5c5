"""Changes of the gym's settings: validated, audited, and kept in the gym's one row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from gym.security.permissions import Permission
from gym.settings.models import GymState
from gym.settings.reading import read_settings
from gym.settings.schemas import GymSettings
from gym.staff.setting_validation import changed_settings
from gym.unit_of_work import UnitOfWork


class SettingChanges:
    """Only admins change settings. The gym's row is locked, so of two changes the second sees the first."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def change_settings(self, changes: Mapping[str, object]) -> GymSettings:
        """Change settings, all of them or none; in force from the next transaction on.

        Raises `UnknownSetting` and the kinds of `SettingInvalid`.
        """
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        state = await self.uow.session.scalar(
            select(GymState).with_for_update(), execution_options={"populate_existing": True}
        )
        assert state is not None, "the migration made the row"
        first = self.uow.settings.model_dump(mode="json", exclude_unset=True)
        current = read_settings(first, state.settings)
        fresh = changed_settings(current, changes)
        before, after = _difference(current, fresh)
        if after:
            state.settings = state.settings | after
            self.uow.audit("settings.changed", ("gym_state", None), before, after)
        return fresh


def _difference(old: GymSettings, new: GymSettings) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after of what changed; a default that nobody has set is not written down."""
    was, now = old.model_dump(mode="json"), new.model_dump(mode="json")
    given = old.model_fields_set | new.model_fields_set
    changed = [name for name in now if name in given and now[name] != was[name]]
    return {name: was[name] for name in changed}, {name: now[name] for name in changed}
