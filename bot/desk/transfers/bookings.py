"""Approval of a proof at the desk: at what was expected or another amount, with the plan or without it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from bot.desk.transfers.proofs import booked_screen, too_late
from bot.routing.router import Audience, Router
from bot.ui.buttons.transfers.proofs import (
    ApproveAmount,
    ApproveProof,
    BookAmount,
    BookWithoutPlan,
    SeeProof,
)
from bot.ui.callbacks import Callback
from bot.ui.keyboards import Row, button, nav
from bot.ui.screens import Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.transfers.proofs import proof_lines
from gym.core.errors import Busy, Forbidden, GymError
from gym.transfers.errors import ProofDecided, ProofOver, QuoteOutdated, SoldMeanwhile
from gym.transfers.schemas import Booking
from gym.transfers.service import ProofService
from gym.unit_of_work import UnitOfWork

router = Router(Audience.STAFF)


@router.on(ApproveProof)
async def approve(context: UpdateContext, press: ApproveProof) -> None:
    await book(context, press.proof_id, None, press.seen)


@router.on(ApproveAmount)
async def approve_amount(context: UpdateContext, press: ApproveAmount) -> None:
    await book(context, press.proof_id, press.amount, press.seen)


@router.on(BookWithoutPlan)
async def book_without_plan(context: UpdateContext, press: BookWithoutPlan) -> None:
    await _book_alone(context, press.proof_id, None)


@router.on(BookAmount)
async def book_amount(context: UpdateContext, press: BookAmount) -> None:
    await _book_alone(context, press.proof_id, press.amount)


async def book(
    context: UpdateContext, proof_id: UUID, amount: Decimal | None, seen: str | None = None
) -> None:
    """Sell and book at once; where the plan cannot be sold as quoted, say why and offer the other ways.

    `amount` is what arrived, None for what was expected; the buttons of the other ways carry it.
    """

    async def work(uow: UnitOfWork) -> Booking:
        return await ProofService(uow).approve(proof_id, amount, seen=seen)

    try:
        booking = await context.run(work)
    except (ProofDecided, ProofOver) as error:
        await too_late(context, proof_id, error)
    except QuoteOutdated as error:
        again = button(context.t("✅ At today's price"), _agreed(proof_id, amount, error.mark))
        await _offer_without_plan(context, proof_id, amount, error, [again])
    except SoldMeanwhile as error:
        too = button(context.t("➕ Sell it too"), _agreed(proof_id, amount, error.mark))
        await _offer_without_plan(context, proof_id, amount, error, [too])
    except (Forbidden, Busy):
        raise
    except GymError as error:
        await _offer_without_plan(context, proof_id, amount, error, [])
    else:
        await context.show(booked_screen(context.t, booking))


def _agreed(proof_id: UUID, amount: Decimal | None, seen: str) -> Callback:
    return ApproveProof(proof_id, seen) if amount is None else ApproveAmount(proof_id, amount, seen)


async def _offer_without_plan(
    context: UpdateContext, proof_id: UUID, amount: Decimal | None, error: GymError, more: Row
) -> None:
    """Why the plan was not sold: the money has come all the same, and can be booked alone."""
    async with context.unit_of_work() as uow:
        proof = (await ProofService(uow).get(proof_id)).proof
    if proof.quote.plan_id is None:
        raise error
    t = context.t
    lines = [say_error(t, error), "", *proof_lines(t, proof)]
    if amount is not None:
        lines.append(t("💵 Arrived: <b>{amount}</b>", amount=amount))
    money = BookWithoutPlan(proof_id) if amount is None else BookAmount(proof_id, amount)
    alone = [button(t("💵 Only the money"), money), *more]
    await context.show(Screen("\n".join(lines), [alone, nav(t, back=SeeProof(proof_id))]))


async def _book_alone(context: UpdateContext, proof_id: UUID, amount: Decimal | None) -> None:
    async def work(uow: UnitOfWork) -> Booking:
        return await ProofService(uow).approve(proof_id, amount, sells=False)

    try:
        booking = await context.run(work)
    except (ProofDecided, ProofOver) as error:
        await too_late(context, proof_id, error)
    else:
        await context.show(booked_screen(context.t, booking))
