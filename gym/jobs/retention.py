"""Retention: rows older than the register allows are deleted or stripped of their person, in batches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import CursorResult, TextClause, text

from gym.audit.chain import TrailChain
from gym.audit.chain_key import TrailKeyStore
from gym.privacy.register import Old
from gym.privacy.tables import REGISTER
from gym.security.permissions import Permission
from gym.settings.schemas import KeptFor
from gym.unit_of_work import UnitOfWork

BATCH: Final = 2500
"""Rows of one statement. A visit lies in a dozen indexes: five thousand took 1.1 s."""
YEAR: Final = timedelta(days=365.25)
MOST_BATCHES: Final = 4
"""Of one kind in one transaction: forty of twice the size were one of 45 s in the first night of a gym of
years. The rest comes in the job's next rounds.
"""


def statement(table: str, old: Old) -> TextClause:
    """One batch of what is old; table, condition and assignments are constants of the register."""
    chosen = f"SELECT ctid FROM {table} WHERE {old.condition} LIMIT {BATCH}"  # noqa: S608
    act = f"UPDATE {table} SET {old.sets}" if old.sets else f"DELETE FROM {table}"  # noqa: S608
    return text(f"{act} WHERE ctid = ANY (ARRAY({chosen}))")


class Retention:
    """Ages are counted in wall time, whatever the business clock says."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def forget_old(self) -> int:
        """How many rows went, or lost their person."""
        self.uow.actor.require(Permission.RUN_JOBS)
        gone = sum([await self._forget(entry.table, old) for entry in REGISTER for old in entry.old])
        return gone + await self._forget_trail()

    async def _forget_trail(self) -> int:
        """The beginning of the audit trail, where the gym does not keep it for ever; recorded in the rest."""
        years, wall = self.uow.settings.keep_trail_years, self.uow.context.wall
        if not years:
            return 0
        chain = TrailChain(self.uow.session, TrailKeyStore(self.uow.session, self.uow.secrets.data))
        gone = await chain.forget_before(wall - years * YEAR, wall)
        if gone:
            begin = await chain.checkpoint()
            self.uow.audit(
                "trail.forgotten", ("audit_entries", None), {"entries": gone}, {"number": begin.number}
            )
        return gone

    async def _forget(self, table: str, old: Old) -> int:
        age = self.uow.settings.kept_for(old.age) if isinstance(old.age, KeptFor) else old.age
        moment = self.uow.context.wall - age
        gone = 0
        for _ in range(MOST_BATCHES):
            batch = await self._drop(statement(table, old), moment)
            gone += batch
            if batch < BATCH:
                break
        return gone

    async def _drop(self, batch: TextClause, moment: datetime) -> int:
        result = await self.uow.session.execute(batch, {"moment": moment})
        assert isinstance(result, CursorResult)
        return result.rowcount
