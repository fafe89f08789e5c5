"""Buttons of proofs of payment: listed, shown, answered, and found on a statement."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from bot.ui.callbacks import ButtonStyle, Callback, callback


@callback("prlist")
class Proofs(Callback):
    """List the proofs of payment that wait for an answer."""

    page: int = 0


@callback("prsee")
class SeeProof(Callback):
    """Show one proof with its picture."""

    proof_id: UUID


@callback("prfile")
class SeeProofFile(Callback):
    """Send the file of a proof that is no picture."""

    proof_id: UUID


@callback("pryes", changes=True, style=ButtonStyle.SUCCESS)
class ApproveProof(Callback):
    """Approve it at what was expected; `seen` marks one more period or today's price, as agreed to."""

    proof_id: UUID
    seen: str | None = None


@callback("prbook", changes=True)
class BookWithoutPlan(Callback):
    """Book the money of a proof, and sell no plan."""

    proof_id: UUID


@callback("pramt", changes=True, style=ButtonStyle.SUCCESS)
class ApproveAmount(Callback):
    """Approve it at what has arrived; `seen` as of `ApproveProof`."""

    proof_id: UUID
    amount: Decimal
    seen: str | None = None


@callback("prbamt", changes=True)
class BookAmount(Callback):
    """Book what has arrived for a proof, and sell no plan."""

    proof_id: UUID
    amount: Decimal


@callback("proth")
class ProofOtherAmount(Callback):
    """Ask how much has arrived."""

    proof_id: UUID


@callback("prno")
class RejectProof(Callback):
    """Ask what the member is told, then reject."""

    proof_id: UUID


@callback("prask")
class AskAboutProof(Callback):
    """Ask the member something about a proof."""

    proof_id: UUID


@callback("prunc")
class UnconfirmedProofs(Callback):
    """List approved transfers that nobody has found on the bank's statement."""

    page: int = 0


@callback("prconf", changes=True)
class ConfirmProof(Callback):
    """Tick one off the list, as found on the bank's statement."""

    proof_id: UUID
    page: int = 0
