"""My freeze: current and planned freezes, a freeze request, and ending a freeze early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.freeze_days import OPEN, START, last_day, lengths, read_until
from bot.forms.opening import begin
from bot.forms.steps import REASON
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.member import AskFreeze, MyFreeze, MyPlan
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, Row, button, nav
from bot.ui.screens import Html, HtmlTranslator, Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import freeze_line, left_words, span
from gym.approvals.errors import NothingToFreeze
from gym.approvals.models import Approval, ApprovalState
from gym.approvals.schemas import FreezeFacts, facts_of
from gym.approvals.service import ApprovalService
from gym.core.errors import GymError
from gym.core.language import N_
from gym.subscriptions.freezes.errors import FreezeBeyondPlan
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.intervals import Interval, from_day
from gym.subscriptions.models import Freeze, FreezeKind, Subscription
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.MEMBER)


@callback("myback")
class IAmBack(Callback):
    """Ask whether my freeze ends today."""


@callback("mybak2", changes=True)
class IAmBackNow(Callback):
    subscription_id: UUID
    freeze_id: UUID


@callback("myfoff", changes=True)
class TakeWishBack(Callback):
    approval_id: UUID


router.home(N_("❄️ Freeze"), MyFreeze())


@router.on(MyFreeze)
async def my_freeze(context: UpdateContext, _: MyFreeze) -> None:
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        wish = await ApprovalService(uow).own_freeze_request()
        one = await SubscriptionService(uow).current(client.id)
        found = await FreezeService(uow).freezes(one.id) if one else []
        left = await FreezeService(uow).allowance_left(one) if one else 0
    pending = wish if wish is not None and wish.state is ApprovalState.PENDING else None
    await context.show(_screen(context.t, one, _coming(found, context.today), left, pending, context.today))


def _coming(found: Sequence[Freeze], today: date) -> list[Freeze]:
    """Freezes and closings that are not over, the first day first."""
    left = {rest.freeze_id for rest in from_day(today, map(Interval.of, found))}
    return [one for one in found if one.id in left]


def _mine(coming: Sequence[Freeze]) -> Freeze | None:
    return next((one for one in coming if one.kind is FreezeKind.CLIENT), None)


def _screen(
    t: HtmlTranslator,
    one: Subscription | None,
    coming: Sequence[Freeze],
    left: int,
    wish: Approval | None,
    today: date,
) -> Screen:
    title = t("<b>My freeze</b>")
    if one is None:
        return Screen(f"{title}\n\n" + t("You have no running plan."), [nav(t, back=MyPlan())])
    lines = [title, "", t("🏷 {plan}, until {day}", plan=one.plan.name, day=one.ends_on)]
    lines += [freeze_line(t, freeze) for freeze in coming] or [t("Nothing is frozen.")]
    lines.append(left_words(t, left))
    rows: list[Row] = []
    if wish is not None:
        lines += ["", t("⏳ The desk has your request: {days}", days=Html(_wished(t, wish)))]
        rows.append([button(t("✖️ Take it back"), TakeWishBack(wish.id))])
    elif one.account.balance:
        lines += ["", t("💵 There are {balance} to pay before you can freeze.", balance=one.account.balance)]
    else:
        rows.append([button(t("❄️ Ask for a freeze"), AskFreeze())])
    mine = _mine(coming)
    if mine is not None:
        label = t("☀️ I am back") if mine.starts_on <= today else t("✖️ I do come")
        rows.append([button(label, IAmBack())])
    return Screen("\n".join(lines), [*rows, nav(t, back=MyPlan())])


def _wished(t: HtmlTranslator, wish: Approval) -> str:
    facts = facts_of(wish)
    assert isinstance(facts, FreezeFacts)
    return span(t, facts.starts_on, facts.ends_on)


@router.on(TakeWishBack)
async def take_wish_back(context: UpdateContext, press: TakeWishBack) -> None:
    await context.run_member(lambda uow: ApprovalService(uow).withdraw(press.approval_id))
    await go(context, MyFreeze())


# Returning


@router.on(IAmBack)
async def ask_back(context: UpdateContext, _: IAmBack) -> None:
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        one = await SubscriptionService(uow).current(client.id)
        found = await FreezeService(uow).freezes(one.id) if one else []
    mine = _mine(_coming(found, context.today))
    t = context.t
    if one is None or mine is None:
        await context.show(Screen(t("Nothing is frozen. You can come in."), [nav(t, back=MyFreeze())]))
        return
    lines = [t("<b>Are you coming again?</b>"), "", freeze_line(t, mine)]
    lines.append(t("The frozen days that are not over yet go back; from today on you can come in."))
    rows: Keyboard = [[button(t("✅ I am back"), IAmBackNow(one.id, mine.id))], nav(t, back=MyFreeze())]
    await context.show(Screen("\n".join(lines), rows))


@router.on(IAmBackNow)
async def back_now(context: UpdateContext, press: IAmBackNow) -> None:
    one = await context.run_member(
        lambda uow: FreezeService(uow).end(press.subscription_id, freeze_id=press.freeze_id)
    )
    t = context.t
    text = t("☀️ Welcome back! <b>{plan}</b> runs until {day}.", plan=one.plan.name, day=one.ends_on)
    await context.show(Screen(text, [nav(t, back=MyPlan())]))


# Asking ───────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(AskFreeze)
async def ask(context: UpdateContext, _: AskFreeze) -> None:
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        one = await SubscriptionService(uow).current(client.id)
        if one is None:
            raise NothingToFreeze
        left = await FreezeService(uow).allowance_left(one)
        days = await FreezeService(uow).days_of_start(one)
    values = {"subscription_id": one.id, "left": left, "first": days.first, "last_start": days.last}
    await begin(context, WISH, values, back=MyFreeze())


async def _lengths(ctx: FormContext) -> Sequence[Choice]:
    left = ctx.value("left", int)
    return [*lengths(ctx, left or None), Choice(OPEN, ctx.t("Until I come again"))]


def _show_until(ctx: FormContext, value: str) -> str:
    return ctx.t("until I come again") if value == OPEN else ctx.t.day(date.fromisoformat(value))


async def _summary(ctx: FormContext) -> str:
    t, starts_on, ends_on = ctx.t, ctx.value("starts_on", date), last_day(ctx)
    lines = ["❄️ " + span(t, starts_on, ends_on), t("✍️ {reason}", reason=ctx.value("reason", str)), ""]
    return "\n".join([*lines, await _outcome(ctx, starts_on, ends_on)])


async def _outcome(ctx: FormContext, starts_on: date, ends_on: date | None) -> str:
    """The last day of the plan with this freeze, or what stands in its way."""
    t = ctx.t
    try:
        async with ctx.member_unit_of_work() as uow:
            service = FreezeService(uow)
            quote = await service.quote(ctx.value("subscription_id", UUID), starts_on, ends_on)
    except FreezeBeyondPlan:
        return t("⚠️ That is more than your plan allows, so an admin has to agree.")
    except GymError as error:
        return f"⚠️ {say_error(t, error)}"
    if quote.new_ends_on is None or ends_on is None:
        return t("The desk answers here. Nothing is frozen before that.")
    text = t("If the desk agrees, your plan runs until <b>{day}</b>.", day=quote.new_ends_on)
    return text + "\n" + t("The desk answers here. Nothing is frozen before that.")


async def _ask(ctx: FormContext) -> Screen:
    starts_on, ends_on = ctx.value("starts_on", date), last_day(ctx)
    reason = ctx.value("reason", str)
    async with ctx.member_unit_of_work() as uow:
        await ApprovalService(uow).ask_freeze(starts_on, ends_on, reason, key=ctx.key)
    t = ctx.t
    text = t("🙋 <b>The desk has your request.</b> You will get the answer here.")
    return Screen(text, [nav(t, back=MyFreeze())])


WISH = router.form(
    Form(
        name="freeze_wish",
        title=N_("Ask for a freeze"),
        steps=[
            START,
            Step(
                "until",
                N_("Last day"),
                N_("Until when? Choose, or type how many days or the last day, such as 31 December."),
                choices=_lengths,
                parse=read_until,
                show=_show_until,
            ),
            REASON,
        ],
        summary=_summary,
        submit=_ask,
        confirm=N_("Send"),
    )
)
