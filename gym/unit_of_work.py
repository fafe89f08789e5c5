"""The unit of work: one session, one actor, one instant, one commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gym.audit import daily_limits, trail
from gym.core.clock import day_start, gym_day
from gym.core.database.engine import Base
from gym.core.database.statements import SessionStatements, Statements
from gym.notifications import outbox
from gym.notifications.models import Priority
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.base import Payload
from gym.security.keys.secrets import Secrets
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings


@dataclass(frozen=True, slots=True)
class Context:
    """The facts of one transaction: who acts, when (business time, its gym day), under which settings."""

    actor: Actor
    now: datetime
    today: date
    settings: GymSettings
    wall: datetime
    """Wall time, for tokens, leases and links; equal to `now` on a real gym."""
    is_past: bool = False
    """True while a job catches up on an earlier day."""
    tells_nobody: bool = False
    """True while history is written: messages of years ago would reach people today."""


class SessionNeeded(Exception):
    """The work turned out to need more than the hot path has; nothing was written."""


class UnitOfWork:
    """Handed to every service. Made and committed by `Gym.unit_of_work`, never by a service.

    On the hot path (`Gym.hot_path`) there is no session: whoever asks for it raises `SessionNeeded`, and the
    same work is done again in an ordinary transaction.
    """

    def __init__(
        self,
        session: AsyncSession | None,
        context: Context,
        secrets: Secrets,
        statements: Statements | None = None,
    ) -> None:
        self._session = session
        self._statements = statements
        self.context = context
        self.secrets = secrets
        self._outbox: list[dict[str, Any]] = []
        self.seconded: set[UUID] = set()
        """Clients about whom a second person has decided in this transaction (`gym.staff.four_eyes`)."""

    @property
    def session(self) -> AsyncSession:
        """The mapped rows of this transaction."""
        if self._session is None:
            raise SessionNeeded
        return self._session

    @property
    def statements(self) -> Statements:
        """Runs statements written by hand, in this transaction."""
        if self._statements is None:
            self._statements = SessionStatements(self.session)
        return self._statements

    @property
    def actor(self) -> Actor:
        return self.context.actor

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def today(self) -> date:
        return self.context.today

    @property
    def is_past(self) -> bool:
        return self.context.is_past

    @property
    def settings(self) -> GymSettings:
        return self.context.settings

    def acting_as(self, actor: Actor) -> UnitOfWork:
        """The same transaction for somebody who was recognised inside of it."""
        self.context = replace(self.context, actor=actor)
        return self

    def write_history(self, actor: Actor, at: datetime) -> UnitOfWork:
        """The same transaction for somebody at a moment of the past, of which nobody is told.

        For a made-up history (`gym.demo`) whose acts the services carry out one after another.
        """
        today = gym_day(at, self.settings.zone)
        now = at.astimezone(UTC)
        self.context = replace(
            self.context, actor=actor, now=now, today=today, is_past=True, tells_nobody=True
        )
        return self

    def audit(
        self,
        action: str,
        subject: trail.Subject,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        *,
        person_id: UUID | None = None,
    ) -> None:
        """Record `noun.verb` on a subject in the same transaction.

        `person_id` is the client whom it is about, where the subject does not say so itself: words about a
        client are kept where they can be erased with the client.
        """
        context = self.context
        found = trail.rows(context.actor, context.now, action, subject, before, after, person_id)
        self.session.add_all(found)

    def audit_changes(self, action: str, row: Base) -> bool:
        """Record the changes waiting in a row, before and after; False when there are none."""
        before, after = trail.changes(row)
        if after:
            self.audit(action, row, before, after)
        return bool(after)

    async def require_below_daily_limit(self, action: str, most: int) -> None:
        """For what a member may do `most` times a gym day: `action` is what the trail calls it.

        Raises `TooOftenToday`. Whoever works at the desk is not counted.
        """
        if self.actor.client_id is not None:
            since = day_start(self.today, self.settings.zone)
            await daily_limits.require_below(self.session, self.actor.client_id, action, most, since)

    async def call_off(self, dedup_key: str) -> None:
        """Lay aside what has not left: the messages of this key, and those they were spread into."""
        await outbox.call_off(self.session, dedup_key, self.context.wall)

    async def amend(self, dedup_key: str, payload: Payload, new_key: str) -> set[Recipient]:
        """Let the messages that wait under keys that begin with this one say something newer, under a new
        key; whose they are."""
        return await outbox.amend(self.session, dedup_key, payload, new_key, self.context.wall)

    async def put_off(self, dedup_key: str, due_at: datetime) -> bool:
        """Let the message of this key leave later; False where none waits."""
        return await outbox.put_off(self.session, dedup_key, due_at, self.context.wall)

    def notify(
        self,
        recipient: Recipient,
        payload: Payload,
        *,
        dedup_key: str | None = None,
        due_at: datetime | None = None,
        priority: Priority | None = None,
        caused_by: UUID | None = None,
    ) -> None:
        """Tell somebody, if and only if this transaction commits. `due_at` is business time.

        Of several admins who hear of it for the desk, whoever `caused_by` says, else the actor, does not.
        The payload's class says which kind it is, and the kind's row its priority, unless another is given.
        """
        if self.context.tells_nobody:
            return
        self._outbox.append(
            outbox.row(
                recipient,
                payload,
                dedup_key=dedup_key,
                due_at=due_at or self.now,
                wall=self.context.wall,
                priority=priority,
                caused_by=caused_by or self.actor.staff_id,
            )
        )

    async def flush(self) -> None:
        """Write everything that is waiting; called once before the commit."""
        if self._session is not None:
            await self._session.flush()
        if self._outbox:
            await outbox.insert_rows(self.statements, self._outbox)
            self._outbox = []
