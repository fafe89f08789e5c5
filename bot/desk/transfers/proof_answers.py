"""Answers to a proof of payment that take words or a number: another amount, not arrived, a question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from uuid import UUID

from bot.desk.transfers.bookings import book
from bot.desk.transfers.proofs import proof_screen, too_late
from bot.forms.definition import Choice, Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import amount_step, reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.transfers.proofs import AskAboutProof, ProofOtherAmount, RejectProof, SeeProof
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.transfers.division import ProofDivision
from gym.transfers.errors import ProofDecided, ProofOver, settled_before
from gym.transfers.service import ProofService

router = Router(Audience.STAFF)
Answer = Callable[[ProofService, UUID, str], Awaitable[object]]
"""An operation of the service that takes words."""


async def _open(context: UpdateContext, form: Form, proof_id: UUID) -> None:
    """Begin a form about a proof; where somebody was faster, say so instead."""
    async with context.unit_of_work() as uow:
        found = await ProofService(uow).get(proof_id)
    proof = found.proof
    if not found.waits:
        await too_late(context, proof_id, settled_before(proof))
        return
    values = {"proof_id": proof_id, "client": proof.client.full_name, "expected": proof.expected}
    await begin(context, form, values, back=SeeProof(proof_id))


async def _answer(ctx: FormContext, answer: Answer, said: str | None = None) -> Screen | None:
    """Hand the words to the service and show the proof; None where somebody was faster, which is said."""
    proof_id = ctx.value("proof_id", UUID)
    try:
        async with ctx.unit_of_work() as uow:
            service = ProofService(uow)
            await answer(service, proof_id, ctx.value("reason", str))
            found = await service.get(proof_id)
    except (ProofDecided, ProofOver) as error:
        await too_late(ctx.context, proof_id, error)
        return None
    return proof_screen(ctx.t, found, said)


# Other amount ─────────────────────────────────────────────────────────────────────────────────────────────


@router.on(ProofOtherAmount)
async def other_amount(context: UpdateContext, press: ProofOtherAmount) -> None:
    await _open(context, OTHER_AMOUNT, press.proof_id)


async def _ask_amount(ctx: FormContext) -> str:
    return ctx.t(
        "{client} was to send {expected}. How much has arrived? What is too much becomes credit.",
        client=ctx.value("client", str),
        expected=ctx.value("expected", Decimal),
    )


async def _divided(ctx: FormContext) -> str:
    """What the amount pays, before it is booked: a zero too many shows as credit."""
    amount = ctx.value("amount", Decimal)
    async with ctx.unit_of_work() as uow:
        divided = await ProofDivision(uow).divide(ctx.value("proof_id", UUID), amount)
    lines = [ctx.t("<b>{amount} of {client}</b>", amount=amount, client=ctx.value("client", str)), ""]
    if divided.debts:
        lines.append(ctx.t("⏳ For old debts: {amount}", amount=divided.debts))
    if divided.plan:
        lines.append(ctx.t("🎫 For {plan}: {amount}", plan=divided.plan_name, amount=divided.plan))
    if divided.credit:
        lines.append(ctx.t("👛 Becomes credit: <b>{amount}</b>", amount=divided.credit))
    return "\n".join(lines)


async def _book(ctx: FormContext) -> None:
    await book(ctx.context, ctx.value("proof_id", UUID), ctx.value("amount", Decimal))


OTHER_AMOUNT = router.form(
    Form(
        name="proof_amount",
        title=N_("Other amount"),
        steps=[amount_step(_ask_amount)],
        summary=_divided,
        submit=_book,
        confirm=N_("✅ Book it"),
    )
)

# Not arrived ──────────────────────────────────────────────────────────────────────────────────────────────

REASONS = (
    N_("It is not on our account."),
    N_("The picture cannot be read."),
    N_("It was sent to another account."),
)


@router.on(RejectProof)
async def reject(context: UpdateContext, press: RejectProof) -> None:
    await _open(context, REJECTION, press.proof_id)


async def _ask_why(ctx: FormContext) -> str:
    return ctx.t("What shall I tell {client}? Choose, or write it.", client=ctx.value("client", str))


async def _offered(ctx: FormContext) -> list[Choice]:
    return [Choice(ctx.t(one), ctx.t(one)) for one in REASONS]


async def _reject(ctx: FormContext) -> Screen | None:
    return await _answer(ctx, ProofService.reject)


REJECTION = router.form(
    Form(
        name="proof_rejection",
        title=N_("Not arrived"),
        steps=[reason_step(_ask_why, choices=_offered)],
        submit=_reject,
        confirm=None,
    )
)

# A question ───────────────────────────────────────────────────────────────────────────────────────────────


@router.on(AskAboutProof)
async def ask(context: UpdateContext, press: AskAboutProof) -> None:
    await _open(context, QUESTION, press.proof_id)


async def _ask_what(ctx: FormContext) -> str:
    return ctx.t("What do you want to ask {client}? Write it.", client=ctx.value("client", str))


async def _send_question(ctx: FormContext) -> Screen | None:
    said = ctx.t("❓ <b>The question was sent.</b> The proof goes on waiting.")
    return await _answer(ctx, ProofService.ask, said)


QUESTION = router.form(
    Form(
        name="proof_question",
        title=N_("Ask about a proof"),
        steps=[reason_step(_ask_what)],
        submit=_send_question,
        confirm=None,
    )
)
