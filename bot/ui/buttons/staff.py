"""Buttons of the staff: team, invitations, admin candidates, sign-ins."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from bot.ui.callbacks import ButtonStyle, Callback, callback


@callback("team")
class Team(Callback):
    page: int = 0


@callback("invs")
class Invitations(Callback):
    """List the open invitations."""

    page: int = 0


@callback("cand")
class Candidate(Callback):
    """Show an admin candidate, who waits for an admin to confirm them."""

    candidate_id: UUID


@callback("candok", changes=True, style=ButtonStyle.SUCCESS)
class ConfirmCandidate(Callback):
    candidate_id: UUID


@callback("candno", changes=True)
class RefuseCandidate(Callback):
    candidate_id: UUID


class SignInsOf(StrEnum):
    """Whose sign-ins are shown, which decides where Back leads."""

    OWN = "me"
    COLLEAGUE = "person"
    KIOSK = "kiosk"


@callback("signs")
class SignIns(Callback):
    """List the sign-ins of a staff member or of a kiosk."""

    subject_id: UUID
    of: SignInsOf
    page: int = 0
