"""Messages about proofs of payment: to the desk or its staff, and to the member who sent one."""

from __future__ import annotations

from bot.messages.register import WordingContext, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.transfers.paying import TypeTransferNumber
from bot.ui.buttons.transfers.proofs import ApproveProof, RejectProof, SeeProof
from bot.ui.callbacks import Home
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.transfers.details import client_line, detail_lines
from bot.ui.wording.transfers.proofs import SETTLED
from gym.core.language import N_
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.transfers import (
    DeskProofSentPayload,
    DeskProofSettledPayload,
    ProofAnsweredPayload,
    ProofQuestionPayload,
    ProofSentPayload,
    ProofSettledPayload,
)
from gym.transfers.models import ProofState

TITLE = N_("🧾 <b>{client_name} has sent a proof of payment</b>")


@says(ProofSentPayload)
def _sent(t: HtmlTranslator, p: ProofSentPayload, _: WordingContext) -> str:
    proof = p.proof
    lines = [t(TITLE, client_name=proof.client_name), "", *detail_lines(t, proof)]
    if proof.seen_before:
        lines += ["", t("🔴 <b>The same file or number was sent before.</b> Look at it.")]
    return "\n".join([*lines, "", t("Good until {expires_at}.", expires_at=proof.expires_at)])


@says(ProofSettledPayload)
def _settled(t: HtmlTranslator, p: ProofSettledPayload, _: WordingContext) -> str:
    """Replaces the question; without buttons, for there is nothing to decide any more."""
    proof = p.proof
    title = t(SETTLED[ProofState(proof.state)], decided_by=proof.decided_by)
    answer = [t("💬 {answer}", answer=proof.answer)] if proof.answer else []
    return "\n".join([title, *answer, "", client_line(t, proof), *detail_lines(t, proof)])


@says(DeskProofSentPayload)
def _desk_sent(t: HtmlTranslator, p: DeskProofSentPayload, _: WordingContext) -> str:
    """A group reads who it is, and nothing of money and proof."""
    return t(TITLE, client_name=p.proof.client_name)


@says(DeskProofSettledPayload)
def _desk_settled(t: HtmlTranslator, p: DeskProofSettledPayload, _: WordingContext) -> str:
    title = t(SETTLED[ProofState(p.proof.state)], decided_by=p.proof.decided_by)
    return f"{title}\n{client_line(t, p.proof)}"


@says(ProofAnsweredPayload)
def _answered(t: HtmlTranslator, p: ProofAnsweredPayload, _: WordingContext) -> str:
    proof = p.proof
    if proof.state == ProofState.EXPIRED:
        text = t(
            "⌛ <b>Nobody at the gym has answered your proof of payment of {amount} in time.</b> Send it"
            " again, or ask at the desk.",
            amount=proof.amount,
        )
    else:
        text = t(
            "❌ <b>The gym could not find your payment of {amount}.</b> Look whether your bank sent it, and"
            " ask at the desk.",
            amount=proof.amount,
        )
    answer = ["", t("💬 {answer}", answer=proof.answer)] if proof.answer else []
    return "\n".join([text, *answer, "", *detail_lines(t, proof)])


@says(ProofQuestionPayload)
def _question(t: HtmlTranslator, p: ProofQuestionPayload, context: WordingContext) -> str:
    title = t(
        "❓ <b>{gym} asks about your payment of {amount}</b>",
        gym=context.settings.name,
        amount=p.proof.amount,
    )
    way = t("Send another picture here, type the number, or ask at the desk.")
    return "\n".join([title, "", t("💬 {answer}", answer=p.question), "", way])


@offers(ProofSentPayload)
def _answers(t: HtmlTranslator, p: ProofSentPayload) -> Keyboard:
    key = p.proof.proof_id
    return [
        [button(t("❌ Not arrived"), RejectProof(key)), button(t("✅ Approve"), ApproveProof(key))],
        [button(t("Look at it"), SeeProof(key)), button(t("👤 Card"), Card(p.proof.client_id))],
    ]


@offers(DeskProofSentPayload)
def _open(t: HtmlTranslator, p: DeskProofSentPayload) -> Keyboard:
    return [[button(t("Open in private"), SeeProof(p.proof.proof_id))]]


@offers(ProofQuestionPayload)
def _answer(t: HtmlTranslator, p: ProofQuestionPayload) -> Keyboard:
    return [[button(t("🔢 Type the number"), TypeTransferNumber(p.quote_id))], [button(t("Home"), Home())]]


@offers(ProofAnsweredPayload)
def _home(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("Home"), Home())]]
