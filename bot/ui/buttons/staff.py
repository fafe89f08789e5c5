"""Buttons of the staff: team, invitations, admin candidates, sign-ins."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("team")
class Team(Callback):
    page: int = 0


@callback("invs")
class Invitations(Callback):
    """Those that are open."""

    page: int = 0


@callback("cand")
class Candidate(Callback):
    """Somebody who was invited as an admin and waits for an admin's word."""

    candidate_id: UUID


@callback("candok", changes=True)
class ConfirmCandidate(Callback):
    candidate_id: UUID


@callback("candno", changes=True)
class RefuseCandidate(Callback):
    candidate_id: UUID


class SignInsOf(StrEnum):
    """Whose sign-ins are shown, which is where the way back leads."""

    OWN = "me"
    COLLEAGUE = "person"
    KIOSK = "kiosk"


@callback("signs")
class SignIns(Callback):
    """The sign-ins of a member of staff or of a kiosk."""

    subject_id: UUID
    of: SignInsOf
    page: int = 0
