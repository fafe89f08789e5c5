"""What the operator asks of `python -m gym import`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gym.importing.schemas import ImportChoices


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What the operator asked for."""

    file: Path
    choices: ImportChoices
    dry_run: bool
    good_rows: bool
    as_json: bool
    sheet_back: Path | None
