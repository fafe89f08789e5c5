"""Proofs of payment at the desk: listed, shown with their picture, and found on a statement."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import Debts
from bot.ui.buttons.transfers.proofs import (
    ApproveProof,
    AskAboutProof,
    ConfirmProof,
    ProofOtherAmount,
    Proofs,
    RejectProof,
    SeeProof,
    SeeProofFile,
    UnconfirmedProofs,
)
from bot.ui.keyboards import Keyboard, Row, button, nav, pager
from bot.ui.pictures.incoming_files import PictureGone
from bot.ui.screens import HtmlTranslator, Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import receipt_number
from bot.ui.wording.transfers.proofs import (
    proof_label,
    proof_lines,
    settled_line,
    sighting_lines,
    unreachable_line,
)
from gym.core.errors import GymError
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.transfers.errors import ProofDecided, ProofOver
from gym.transfers.models import PaymentProof, ProofKind
from gym.transfers.schemas import Booking, ReviewedProof
from gym.transfers.service import ProofService

router = Router(Audience.STAFF)
GONE: Final = N_(
    "⚠️ Telegram does not give this file any more. Look for the money on the bank statement, or ask for the"
    " proof again."
)
"""A file belongs to the bot that received it: one that was restored under another bot's token opens none."""


@router.on(Proofs)
async def proofs(context: UpdateContext, press: Proofs) -> None:
    """Those that wait for an answer, the oldest first, then those whose payment was voided lately."""
    async with context.unit_of_work() as uow:
        service = ProofService(uow)
        found, voided = await service.open_ones(press.page), await service.voided_lately()
    t = context.t
    rows: list[Row] = [[button(proof_label(t, one), SeeProof(one.id), wide=True)] for one in found.items]
    text = t("🧾 <b>Proofs of payment</b>\nWhich one?") if rows else t("No proof of payment is waiting.")
    if voided:
        text += "\n\n" + t("🚫 The payment was voided: that money has to be sent or shown again.")
        rows += [[button(f"🚫 {proof_label(t, one)}", SeeProof(one.id), wide=True)] for one in voided]
    if context.identity.may(Permission.COUNT_ALL_CASH):
        rows.append([button(t("🏦 Unconfirmed"), UnconfirmedProofs())])
    pages = pager(found.number, found.pages, Proofs)
    await context.show(Screen(text, [*rows, pages, nav(t, back=Debts())]))


@router.on(SeeProof)
async def see_proof(context: UpdateContext, press: SeeProof) -> None:
    async with context.unit_of_work() as uow:
        found = await ProofService(uow).get(press.proof_id)
    await context.show(await _with_picture(context, found))


async def _with_picture(context: UpdateContext, found: ReviewedProof) -> Screen:
    """The proof with its picture above it, where Telegram still has it."""
    screen, proof = proof_screen(context.t, found), found.proof
    if proof.kind is not ProofKind.PICTURE or proof.file_id is None:
        return screen
    try:
        picture = await context.download(proof.file_id)
    except PictureGone:
        return Screen(f"{screen.text}\n\n{context.t(GONE)}", screen.keyboard)
    except GymError as error:
        return Screen(f"{screen.text}\n\n{say_error(context.t, error)}", screen.keyboard)
    # A bank's slip shows names and accounts, but no face: it may stay longer than a picture of a person does.
    return Screen(screen.text, screen.keyboard, photo=picture, drawn=True)


def proof_screen(t: HtmlTranslator, found: ReviewedProof, note: str | None = None) -> Screen:
    """What was sent, what it is for, where it stands, and what can be done about it."""
    proof = found.proof
    head = note or settled_line(t, proof, waits=found.waits)
    lines = [head, "", *proof_lines(t, proof), *sighting_lines(t, found.seen_before)]
    if not found.is_reachable:
        lines.append(unreachable_line(t, proof))
    text = "\n".join(lines)
    back = [button(t("👤 Card"), Card(proof.client_id)), button(t("🧾 Proofs"), Proofs())]
    return Screen(text, [*(_answers(t, proof) if found.waits else []), _file(t, proof), back, nav(t)])


def _answers(t: HtmlTranslator, proof: PaymentProof) -> Keyboard:
    return [
        [button(t("❌ Not arrived"), RejectProof(proof.id)), button(t("✅ Approve"), ApproveProof(proof.id))],
        [
            button(t("✏️ Other amount"), ProofOtherAmount(proof.id)),
            button(t("❓ Ask"), AskAboutProof(proof.id)),
        ],
    ]


def _file(t: HtmlTranslator, proof: PaymentProof) -> Row:
    is_file = proof.kind is ProofKind.DOCUMENT and proof.file_id is not None
    return [button(t("📄 Open the file"), SeeProofFile(proof.id))] if is_file else []


@router.on(SeeProofFile)
async def see_file(context: UpdateContext, press: SeeProofFile) -> None:
    """The file as it was sent, in the person's own chat."""
    async with context.unit_of_work() as uow:
        proof = (await ProofService(uow).get(press.proof_id)).proof
    if proof.file_id is None:
        return
    try:
        data = await context.download(proof.file_id)
    except PictureGone:
        await context.answer(context.t(GONE), alert=True)
    else:
        ending = "pdf" if data.startswith(b"%PDF") else "jpg"
        await context.send_document(data, f"{proof.quote.reference}.{ending}")


@router.on(UnconfirmedProofs)
async def unconfirmed(context: UpdateContext, press: UnconfirmedProofs) -> None:
    """Approved transfers to be ticked off on the bank's statement, the oldest first; a tap ticks one."""
    await _show_unconfirmed(context, press.page)


@router.on(ConfirmProof)
async def confirm(context: UpdateContext, press: ConfirmProof) -> None:
    async with context.unit_of_work() as uow:
        proof = await ProofService(uow).confirm(press.proof_id)
    await context.answer(context.t("✅ {label}", label=proof_label(context.t, proof)))
    await _show_unconfirmed(context, press.page)


async def _show_unconfirmed(context: UpdateContext, page: int) -> None:
    async with context.unit_of_work() as uow:
        service = ProofService(uow)
        found, sums = await service.unconfirmed(page), await service.sum_unconfirmed()
    t = context.t
    lines = [t("🏦 <b>Unconfirmed transfers</b>")]
    if not found.total:
        lines += ["", t("Everything was found on the bank statement. 🎉")]
    else:
        total = sum(one.amount for one in sums.values())
        lines.append(
            t("{count} for {amount}. Tap what stands on the statement.", count=found.total, amount=total)
        )
    for one in found.items:
        facts = {"day": one.decided_at, "amount": one.standing, "client": one.client.full_name}
        line = t("{day}: {amount}, {client} · {reference}", reference=one.quote.reference, **facts)
        lines.append(line + " · " + t("by {name}", name=one.decided_by_name))
    ticks: list[Row] = [
        [button(f"☑️ {proof_label(t, one)}", ConfirmProof(one.id, page), wide=True)] for one in found.items
    ]
    pages = pager(found.number, found.pages, UnconfirmedProofs)
    await context.show(Screen("\n".join(lines), [*ticks, pages, nav(t, back=Proofs())]))


async def too_late(context: UpdateContext, proof_id: UUID, error: ProofDecided | ProofOver) -> None:
    """Say who decided before, and show how it ended; a second press of the same person is told nothing."""
    again = isinstance(error, ProofDecided) and error.by_id == context.identity.desk_actor.id
    if not again:
        await context.answer(say_error(context.t, error), alert=True)
    await go(context, SeeProof(proof_id))


def booked_screen(t: HtmlTranslator, booking: Booking) -> Screen:
    """What was booked and sold, with the way on."""
    proof, receipt = booking.proof, booking.receipt
    lines = [t("✅ <b>Booked: {amount}</b>", amount=receipt.total), ""]
    lines.append(t("👤 {client_name}", client_name=proof.client.full_name))
    numbers = ", ".join(receipt_number(t, part.number) for part in receipt.parts)
    lines.append(t("🧾 {numbers}, not confirmed on the bank statement yet", numbers=numbers))
    if booking.sold is not None:
        sold = booking.sold
        facts = {"plan": sold.plan.name, "starts_on": sold.starts_on, "ends_on": sold.ends_on}
        lines.append(t("🎫 {plan}: {starts_on} – {ends_on}", **facts))
        if sold.account.balance:
            lines.append(t("⏳ Still to pay: <b>{balance}</b>", balance=sold.account.balance))
    if not booking.is_reachable:
        lines.append(unreachable_line(t, proof))
    back = [button(t("👤 Card"), Card(proof.client_id)), button(t("🧾 Proofs"), Proofs())]
    return Screen("\n".join(lines), [back, nav(t)])
