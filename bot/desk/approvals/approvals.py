"""Approval requests at the desk: listed, shown, approved, rejected and withdrawn."""

from __future__ import annotations

from uuid import UUID

from bot.forms.definition import Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import (
    ApproveRequest,
    AskDiscount,
    RejectRequest,
    Requests,
    SeeRequest,
    UseApproval,
)
from bot.ui.buttons.clients import Card
from bot.ui.buttons.conversations import Conversations, waiting_row
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, Keyboard, Row, button, nav, pager
from bot.ui.screens import Screen, say_error
from bot.ui.surfaces import Surface
from bot.ui.update_context import UpdateContext
from bot.ui.wording.requests import short_label, whole_text
from gym.approvals.errors import (
    AlreadyDecided,
    ApprovalExpired,
    decided_before,
)
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.schemas import discount_of
from gym.approvals.service import ApprovalService, decidable_by
from gym.conversations.service import ConversationService
from gym.core.language import N_
from gym.payments.errors import parse_note
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

router = Router(Audience.STAFF)


@callback("apback", changes=True)
class WithdrawRequest(Callback):
    """Withdraw the own request."""

    approval_id: UUID


async def _waiting(context: UpdateContext) -> int:
    async with context.unit_of_work() as uow:
        asked = await ApprovalService(uow).count_pending()
        return asked + await ConversationService(uow).count_waiting()


router.home(N_("🙋 Requests"), Requests(), Permission.FREEZE, badge=_waiting)


@router.on(Requests)
async def requests(context: UpdateContext, press: Requests) -> None:
    """Members who wait for an answer, then the requests that wait for a decision, each the oldest first."""
    async with context.unit_of_work() as uow:
        page, written = (
            await ApprovalService(uow).pending(press.page),
            await ConversationService(uow).waiting(),
        )
    t = context.t
    rows: list[Row] = [waiting_row(t, one) for one in written.items if not page.number]
    if written.has_next and not page.number:
        rows.append([button(t("💬 All messages: {count}", count=written.total), Conversations(), wide=True)])
    rows += [[button(short_label(t, one), SeeRequest(one.id), wide=True)] for one in page.items]
    text = t("<b>Requests</b>\nWhich one?") if rows else t("Nobody is waiting for an answer.")
    await context.show(Screen(text, [*rows, pager(page.number, page.pages, Requests), nav(t)]))


@router.on(SeeRequest, Surface.DESK)
async def see(context: UpdateContext, press: SeeRequest) -> None:
    await _show(context, press.approval_id)


async def _show(context: UpdateContext, approval_id: UUID) -> None:
    async with context.unit_of_work() as uow:
        approval = await ApprovalService(uow).get(approval_id)
    await context.show(request_screen(context, approval))


def request_screen(context: UpdateContext, approval: Approval, note: str | None = None) -> Screen:
    """What is asked, where it stands, and what this person can do about it."""
    t = context.t
    text = whole_text(t, approval, masked=not context.is_private)
    keyboard: Keyboard = [
        *_answers(context, approval),
        _next(context, approval),
        [button(t("👤 Card"), Card(approval.client_id)), button(t("🙋 Requests"), Requests())],
        nav(t),
    ]
    return Screen(f"{note}\n\n{text}" if note else text, keyboard)


def _answers(context: UpdateContext, approval: Approval) -> list[Row]:
    """Approve and Reject for those who may, Withdraw for the requester. The service checks again."""
    if approval.state is not ApprovalState.PENDING:
        return []
    t, key, actor = context.t, approval.id, context.identity.desk_actor
    mine = approval.asked_by == actor.id
    rows: list[Row] = []
    if approval.kind in decidable_by(actor) and (actor.is_admin or not mine):
        rows.append(
            [button(t("❌ Reject"), RejectRequest(key)), button(t("✅ Approve"), ApproveRequest(key))]
        )
    if mine:
        rows.append([button(t("Cancel request"), WithdrawRequest(key))])
    return rows


def _next(context: UpdateContext, approval: Approval) -> Row:
    """The next step of an approved discount, or of one that ended without being decided or used."""
    over = approval.expires_at <= context.now
    if approval.kind is not ApprovalKind.DISCOUNT or approval.used_at:
        return []
    if approval.state is ApprovalState.APPROVED and not over:
        return [button(context.t("Go on to the sale"), UseApproval(approval.id))]
    if over or approval.state is ApprovalState.WITHDRAWN:
        return [ask_again(context, approval)]
    return []


def ask_again(context: UpdateContext, approval: Approval) -> Button:
    """The same discount asked for once more, at the price of now."""
    facts = discount_of(approval)
    starts_on = None if facts.renews_id else facts.starts_on or context.today
    again = AskDiscount.of(approval.client_id, facts.plan_id, facts.discount, starts_on)
    return button(context.t("Ask again"), again)


# Answering ────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(ApproveRequest, Surface.DESK)
async def approve(context: UpdateContext, press: ApproveRequest) -> None:
    """Carry the request out at once, except a discount, which is used at the sale."""

    async def work(uow: UnitOfWork) -> Approval:
        return await ApprovalService(uow).approve(press.approval_id)

    try:
        approval = await context.run(work)
    except (AlreadyDecided, ApprovalExpired) as error:
        await _too_late(context, press.approval_id, error, ApprovalState.APPROVED)
        return
    await context.show(request_screen(context, approval))


async def _too_late(
    context: UpdateContext, approval_id: UUID, error: AlreadyDecided | ApprovalExpired, wanted: ApprovalState
) -> None:
    """Say who decided before, and show how it ended; a second press of the same person is told nothing."""
    me = context.identity.desk_actor.id
    again = isinstance(error, AlreadyDecided) and error.by_id == me and error.state is wanted
    if not again:
        await context.answer(say_error(context.t, error), alert=True)
    await go(context, SeeRequest(approval_id))


@router.on(RejectRequest)
async def reject(context: UpdateContext, press: RejectRequest) -> None:
    """Ask why, in the admin's own chat: in a group the request stays as it is for the others."""
    async with context.unit_of_work() as uow:
        approval = await ApprovalService(uow).get(press.approval_id)
    if approval.state is not ApprovalState.PENDING:
        await _reject_too_late(context, approval)
        return
    values = {"approval_id": approval.id, "request": whole_text(context.t, approval)}
    await begin(context, REJECTION, values, back=SeeRequest(approval.id))


async def _reject_too_late(context: UpdateContext, approval: Approval) -> None:
    error = decided_before(approval)
    await _too_late(context, approval.id, error, ApprovalState.REJECTED)


def _read_answer(text: str, ctx: FormContext) -> str | None:
    return parse_note(text)


async def _ask_why_not(ctx: FormContext) -> str:
    return f"{ctx.value('request', str)}\n\n" + ctx.t("Why not? Write it in a few words, or skip it.")


async def _reject(ctx: FormContext) -> Screen | None:
    approval_id, context = ctx.value("approval_id", UUID), ctx.context
    try:
        async with ctx.unit_of_work() as uow:
            approval = await ApprovalService(uow).reject(approval_id, ctx.maybe("answer", str))
    except (AlreadyDecided, ApprovalExpired) as error:
        await _too_late(context, approval_id, error, ApprovalState.REJECTED)
        return None
    return request_screen(context, approval)


REJECTION = router.form(
    Form(
        name="rejection",
        title=N_("Reject a request"),
        steps=[Step("answer", N_("Answer"), _ask_why_not, parse=_read_answer, optional=True)],
        submit=_reject,
        confirm=None,
    )
)


@router.on(WithdrawRequest, Surface.DESK)
async def withdraw(context: UpdateContext, press: WithdrawRequest) -> None:
    try:
        async with context.unit_of_work() as uow:
            approval = await ApprovalService(uow).withdraw(press.approval_id)
    except (AlreadyDecided, ApprovalExpired) as error:
        await _too_late(context, press.approval_id, error, ApprovalState.WITHDRAWN)
        return
    await context.show(request_screen(context, approval))
