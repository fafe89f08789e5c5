"""Payloads about people: colleagues who join, and admins who wait to be confirmed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from gym.notifications.payloads.base import Flat, Payload


class CandidateDetails(Payload):
    """Who was invited as an admin, and what was decided."""

    candidate_id: UUID
    telegram_id: int
    name: str
    username: str | None
    """Without the @."""
    invited_by: str | None
    """A name; None for an invitation from the gym's computer."""
    state: str
    """A `CandidateState`."""
    decided_by: str | None


class AdminWaitingPayload(Payload):
    candidate: Flat[CandidateDetails]
    expires_at: datetime


class AdminWaitOverPayload(Payload):
    candidate: Flat[CandidateDetails]
    replaces: str
    """The key of the messages whose place this one takes."""


class AdminConfirmedPayload(Payload):
    decided_by: str | None


class DeskNewStaffPayload(Payload):
    staff_id: UUID
    name: str
    role: str
    """A `Role`."""
