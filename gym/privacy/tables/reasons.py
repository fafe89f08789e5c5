"""Ages and reasons that several rows of the privacy register share."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MONEY: Final = (
    "what was bought, owed and paid is kept as long as the law keeps books; people stand in it by id"
)
OWN: Final = "the gym's own settings, not of a person"
TRAIL: Final = "who did what: the trail that answers for all the others, as long as the gym's setting says"
