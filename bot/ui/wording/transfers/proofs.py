"""Wordings of proofs of payment: what a quote is for, where a proof stands, where it was seen before."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.transfers.models import PaymentProof, ProofState
from gym.transfers.schemas import EarlierSighting, debts_of_quote

SETTLED: Final = {
    ProofState.OPEN: N_("⌛ <b>This proof waits for an answer.</b>"),
    ProofState.APPROVED: N_("✅ <b>{decided_by} has approved this payment.</b>"),
    ProofState.REJECTED: N_("❌ <b>{decided_by} has rejected this proof.</b>"),
    ProofState.EXPIRED: N_("⌛ <b>Nobody has answered this proof in time.</b>"),
    ProofState.REPLACED: N_("🔁 <b>The member has sent another proof instead.</b>"),
}


def purpose_lines(
    t: HtmlTranslator, plan_name: str | None, price: Decimal | None, owed: Decimal | None
) -> list[str]:
    """What is paid: the plan with its price, debts with their sum, or both."""
    lines: list[str] = []
    if plan_name is not None:
        lines.append(t("🎫 {plan}: {price}", plan=plan_name, price=price))
    if owed:
        lines.append(t("💵 Debts: {owed}", owed=owed))
    return lines


def settled_line(t: HtmlTranslator, proof: PaymentProof, *, waits: bool) -> str:
    """Where a proof stands, and who has decided it; an open one that `waits` no more has expired."""
    if proof.voided:
        return t(
            "🚫 <b>{decided_by} approved this, and the payment was voided.</b>",
            decided_by=proof.decided_by_name,
        )
    state = ProofState.EXPIRED if proof.state is ProofState.OPEN and not waits else proof.state
    return t(SETTLED[state], decided_by=proof.decided_by_name)


def proof_lines(t: HtmlTranslator, proof: PaymentProof) -> list[str]:
    """Who has sent it, what is expected, what for, and by which key. Its quote and client are loaded."""
    quote = proof.quote
    owed = sum((one.amount for one in debts_of_quote(quote)), Decimal(0))
    lines = [
        t("👤 {client_name}", client_name=proof.client.full_name),
        t("💵 Expected: <b>{amount}</b>", amount=proof.expected),
        *purpose_lines(t, quote.plan_name, quote.price, owed),
        t("🏦 {key} · reference <b>{reference}</b>", key=quote.key_label, reference=quote.reference),
        t("🕒 Sent {at}", at=proof.sent_at),
    ]
    if proof.number:
        lines.append(t("🔢 Number of the transfer: {number}", number=proof.number))
    if proof.booked is not None and proof.booked != proof.expected:
        lines.append(t("💵 Booked: <b>{amount}</b>", amount=proof.booked))
    if proof.answer:
        lines.append(t("💬 {answer}", answer=proof.answer))
    if proof.voided_amount:
        lines.append(t("🚫 Voided of it: <b>{amount}</b>", amount=proof.voided_amount))
    if proof.state is ProofState.APPROVED and not proof.voided:
        found = N_("🏦 Found on the bank statement") if proof.confirmed_at else N_("🏦 Unconfirmed")
        lines.append(t(found))
    return lines


def unreachable_line(t: HtmlTranslator, proof: PaymentProof) -> str:
    """For whoever decides: no receipt and no answer arrives."""
    return t("🔕 I cannot write to {client_name}: tell them yourself.", client_name=proof.client.full_name)


def sighting_lines(t: HtmlTranslator, seen: Sequence[EarlierSighting]) -> list[str]:
    """Where the same file or number was sent before, in red."""
    if not seen:
        return []
    message = N_("🔴 {client_name}, {at}"), N_("🔴 {client_name}, {at}: <b>approved</b>")
    lines = [t(message[one.approved], client_name=one.client_name, at=one.sent_at) for one in seen]
    return ["", t("🔴 <b>The same file or number was sent before:</b>"), *lines]


def proof_label(t: HtmlTranslator, proof: PaymentProof) -> str:
    """A proof as a button of a list."""
    amount = proof.standing
    if proof.booked is None or proof.voided:
        amount = proof.booked or proof.expected
    return f"{proof.client.full_name} · {t.money(amount)}"
