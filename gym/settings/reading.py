"""Reader of the gym's state, the first query of every transaction; parsed anew only when it has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import structlog
from pydantic import ValidationError

from gym.core.config import Config
from gym.core.database.statements import Row, Statement
from gym.settings.key_register import registered
from gym.settings.schemas import GymSettings, first_settings

log = structlog.get_logger()
STATE_COLUMNS: Final = (
    "g.clock_offset_seconds, CAST(g.settings AS text) AS settings, CAST(g.xmin AS text) AS state_version"
)
STATE: Final = Statement(f"SELECT {STATE_COLUMNS} FROM gym_state g")  # noqa: S608 - the columns above

NOT_STORED: Final = "default_factory_not_called"
"""What pydantic says of a default that follows from another value when any value is wrong."""


@dataclass(frozen=True, slots=True)
class State:
    """The business clock's offset, the settings, and the ids of the data keys that rows may carry."""

    offset_seconds: int
    settings: GymSettings
    data_keys: tuple[str, ...]


def read_settings(first: Mapping[str, Any], stored: Mapping[str, Any]) -> GymSettings:
    """The settings of a row over their first values.

    A stored value that this release does not take gives way to the first one and is named in the log: every
    transaction reads this, so a fault raised here would shut the whole gym.
    """
    try:
        return GymSettings.model_validate({**first, **stored})
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        wrong = {str(fault["loc"][0]) for fault in faults if fault["type"] != NOT_STORED}
        log.warning("settings_ignored", names=sorted(wrong), hint="an admin sets them again under Settings")
        kept = {name: value for name, value in stored.items() if name not in wrong}
        return GymSettings.model_validate({**first, **kept})


class SettingsReader:
    """Reads the settings of a row; remembers the last ones and what they meant."""

    def __init__(self, first: Mapping[str, Any], bot_id: int | None = None) -> None:
        self._first = first
        """What the environment says until an admin says otherwise."""
        self._bot_id = bot_id
        self._known: tuple[Mapping[str, Any], GymSettings] | None = None

    @classmethod
    def of(cls, config: Config) -> Self:
        """For the gym and the bot that a configuration names."""
        return cls(first_settings(config), config.bot_id)

    def read(self, stored: Mapping[str, Any]) -> GymSettings:
        known = self._known
        if known is None or known[0] != stored:
            self._known = known = (stored, self._named(read_settings(self._first, stored)))
        return known[1]

    def _named(self, settings: GymSettings) -> GymSettings:
        """Without the name of the bot of an earlier token, which may be anybody's by now."""
        if self._bot_id is None or settings.bot_id == self._bot_id:
            return settings
        return settings.model_copy(update={"bot_username": None, "bot_id": None})


class StateReader:
    """Remembers the last text of the settings and what it meant."""

    def __init__(self, settings: SettingsReader) -> None:
        self._settings = settings
        self._known: tuple[str, GymSettings, tuple[str, ...]] | None = None

    def read(self, row: Row) -> State:
        """The state in a row that has STATE_COLUMNS."""
        text: str = row["settings"]
        known = self._known
        if known is None or known[0] != text:
            stored = json.loads(text)
            self._known = known = (text, self._settings.read(stored), registered(stored))
        return State(row["clock_offset_seconds"], known[1], known[2])
