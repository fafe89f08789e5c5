"""What every transaction reads first: the gym's one row, parsed anew only when it has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gym.core.statements import Row, Statement
from gym.security.key_register import registered
from gym.settings.schemas import GymSettings

STATE_COLUMNS: Final = (
    "g.clock_offset_seconds, CAST(g.settings AS text) AS settings, CAST(g.xmin AS text) AS state_version"
)
STATE: Final = Statement(f"SELECT {STATE_COLUMNS} FROM gym_state g")  # noqa: S608 - the columns above


@dataclass(frozen=True, slots=True)
class State:
    """The business clock's offset, the settings, and the ids of the data keys that rows may carry."""

    offset_seconds: int
    settings: GymSettings
    data_keys: tuple[str, ...]


class StateReader:
    """Remembers the last text of the settings and what it meant."""

    def __init__(self, first: Mapping[str, str]) -> None:
        self._first = first
        """What the environment says until an admin says otherwise."""
        self._known: tuple[str, GymSettings, tuple[str, ...]] | None = None

    def read(self, row: Row) -> State:
        """The state in a row that has STATE_COLUMNS."""
        text: str = row["settings"]
        known = self._known
        if known is None or known[0] != text:
            stored = json.loads(text)
            settings = GymSettings.model_validate({**self._first, **stored})
            self._known = known = (text, settings, registered(stored))
        return State(row["clock_offset_seconds"], known[1], known[2])
