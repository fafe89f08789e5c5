"""Corrections by staff: an override of a denial, and the undoing of a visit."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from gym.attendance.checkin import notices
from gym.attendance.checkin.attempt_writer import AttemptWriter
from gym.attendance.checkin.facts.door_facts import AttemptContext
from gym.attendance.checkin.facts.queries import CheckInQueries
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.errors import NothingToAdmit, NothingToUndo, NotYourCheckIn, OverrideTooLate, UndoTooLate
from gym.attendance.models import CheckIn, CheckInMethod, Outcome
from gym.attendance.repository import AttendanceRepository
from gym.core.clock import gym_day
from gym.payments.errors import parse_reason
from gym.rewards.granting import after_undo
from gym.security.permissions import ActorKind, Permission
from gym.staff.four_eyes import FourEyes
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork


class CheckInCorrections:
    """Both are audited, and refused for the own membership."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._attendance = AttendanceRepository(uow.session)

    async def admit_anyway(self, check_in_id: UUID, reason: str, *, key: UUID | None = None) -> Verdict:
        """Let somebody in against the verdict, on the same day; kept with its reason and told to the admins.

        The denial stays and says by its reason that it was overridden, so a second tap finds nothing.
        Raises `NothingToAdmit`, `OverrideTooLate`, `ReasonNeeded`.
        """
        self.uow.actor.require(Permission.OVERRIDE_DENIAL)
        reason = parse_reason(reason)
        denied = await self._attendance.lock(check_in_id)
        writer = AttemptWriter(self.uow)
        if key is not None and (done := await self._attendance.by_key(key)) is not None:
            return await writer.as_written(done)
        client_id = self._overridable(denied)
        await FourEyes(self.uow).require_another(client_id, Permission.OVERRIDE_DENIAL)
        denied.override_reason = reason
        at = self.uow.now.astimezone(self.uow.settings.zone)
        attempt = AttemptContext(CheckInMethod.STAFF, at, None, key)
        facts = await CheckInQueries(self.uow.statements).facts(client_id, attempt.day, attempt.at)
        verdict = await writer.override(facts, attempt, reason)
        after = {"reason": reason, "check_in": verdict.id}
        self.uow.audit("check_in.overridden", denied, {"code": denied.code}, after)
        notices.tell_override(
            self.uow, verdict, denied.code, await StaffRepository(self.uow.session).active_admins()
        )
        return verdict

    async def undo(self, check_in_id: UUID) -> CheckIn:
        """Take a visit back within minutes. Raises `NothingToUndo`, `UndoTooLate`, `NotYourCheckIn`."""
        row = await self._attendance.lock(check_in_id)
        self._require_undo(row)
        await FourEyes(self.uow).require_another(row.client_id, Permission.UNDO_OWN_CHECK_IN)
        row.undone_at = self.uow.now
        row.undone_by = self.uow.actor.id if self.uow.actor.kind is ActorKind.STAFF else None
        if row.counted and row.visit_number is not None and row.subscription_id is not None:
            await self._attendance.give_back_visit(row.subscription_id)
        if row.counted and row.client_id is not None:
            await after_undo(self.uow, row.client_id, row.subscription_id)
        self.uow.audit("check_in.undone", row, None, {"client": row.client_id, "at": row.at})
        return row

    def _overridable(self, denied: CheckIn) -> UUID:
        """The client of a denial that may still be overridden."""
        if denied.client_id is None or denied.outcome is Outcome.ADMITTED or denied.override_reason:
            raise NothingToAdmit
        if gym_day(denied.received_at, self.uow.settings.zone) != self.uow.today:
            raise OverrideTooLate
        return denied.client_id

    def _require_undo(self, row: CheckIn) -> None:
        own = row.staff_id is not None and row.staff_id == self.uow.actor.id
        if not self.uow.actor.may(Permission.UNDO_ANY_CHECK_IN):
            self.uow.actor.require(Permission.UNDO_OWN_CHECK_IN)
            if not own:
                raise NotYourCheckIn
        if row.outcome is not Outcome.ADMITTED or row.undone_at is not None:
            raise NothingToUndo
        minutes = self.uow.settings.undo_minutes
        if self.uow.now - row.received_at > timedelta(minutes=minutes):
            raise UndoTooLate(minutes)
