"""Wordings of the payloads of proofs: who sent one, what is expected, and by which key."""

from __future__ import annotations

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.transfers.proofs import purpose_lines
from gym.notifications.payloads.transfers import ProofDetails


def client_line(t: HtmlTranslator, proof: ProofDetails) -> str:
    return t("👤 {client_name}", client_name=proof.client_name)


def detail_lines(t: HtmlTranslator, proof: ProofDetails) -> list[str]:
    lines = [
        t("💵 Expected: <b>{amount}</b>", amount=proof.amount),
        *purpose_lines(t, proof.plan_name, proof.price, proof.owed),
        t("🏦 {key} · reference <b>{reference}</b>", key=proof.key_label, reference=proof.reference),
    ]
    if proof.number:
        lines.append(t("🔢 Number of the transfer: {number}", number=proof.number))
    return lines
