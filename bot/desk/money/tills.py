"""Tills at the desk: the own cash count of today; for admins every till of any day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from bot.forms.answers import read_amount
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import METHODS
from gym.core.language import N_
from gym.payments.errors import parse_note
from gym.payments.models import TILL, CashCount, Method
from gym.payments.tills.cash_counts import CashService
from gym.payments.tills.tills import OtherActs, Till, TillMethod
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("cash")
class Cash(Callback):
    """Show an employee's own till, or an admin's list of tills."""


@callback("tills")
class Tills(Callback):
    """List all tills of a day."""

    day: date


@callback("till")
class ShowTill(Callback):
    """Show one till of one day with its counts."""

    day: date
    staff_id: UUID


@callback("count")
class CountTill(Callback):
    day: date
    staff_id: UUID


router.manage(MenuGroup.MONEY, N_("🧮 Cash count"), Cash(), permission=Permission.COUNT_OWN_CASH)


@router.on(Cash)
async def cash(context: UpdateContext, _: Cash) -> None:
    staff = context.identity.staff
    assert staff is not None, "the router lets in nobody else"
    if context.identity.may(Permission.COUNT_ALL_CASH):
        await go(context, Tills(context.today))
    else:
        await go(context, ShowTill(context.today, staff.id))


@router.on(Tills)
async def tills(context: UpdateContext, press: Tills) -> None:
    async with context.unit_of_work() as uow:
        found = await CashService(uow).tills(press.day)
    t, staff = context.t, context.identity.staff
    assert staff is not None, "the router lets in nobody else"
    lines = [line for till in found for line in _till_lines(t, till)] or [t("No money moved on this day.")]
    owners = {till.staff_id: till.staff_name for till in found}
    if press.day == context.today:
        owners.setdefault(staff.id, staff.name)
    rows = [[button(name, ShowTill(press.day, key), wide=True)] for key, name in owners.items()]
    heading = t("🧮 <b>Tills</b>, {day}", day=press.day)
    await context.show(
        Screen(
            "\n".join([heading, "", *lines]),
            [*rows, _other_days(context, press.day), nav(context.t, back=ManageGroup(MenuGroup.MONEY))],
        )
    )


def _other_days(context: UpdateContext, day: date) -> Row:
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    row = [button(f"◀ {context.t.day(before, short=True)}", Tills(before))]
    if after <= context.today:
        row.append(button(f"{context.t.day(after, short=True)} ▶", Tills(after)))
    return row


def _till_lines(t: HtmlTranslator, till: Till) -> list[str]:
    return [_till_line(t, till), *besides_lines(t, till.besides)]


def _till_line(t: HtmlTranslator, till: Till) -> str:
    line = t("👤 {name}: {expected}", name=till.staff_name, expected=till.expected)
    if till.difference is None:
        return f"{line}, " + t("not counted")
    return f"{line}, {_off(t, till.difference)}"


def besides_lines(t: HtmlTranslator, besides: OtherActs) -> list[str]:
    """Lines about what has moved no money in the till, such as payments with credit."""
    lines: list[str] = []
    if besides.voided:
        lines.append(t("   ↩️ voided: {amount}", amount=besides.voided))
    if besides.kept:
        lines.append(t("   💳 kept as clients' credit: {amount}", amount=besides.kept))
    if besides.written_off:
        lines.append(t("   🧹 written off: {amount}", amount=besides.written_off))
    if besides.by_credit:
        lines.append(t("   💳 paid with clients' credit: {amount}", amount=besides.by_credit))
    return lines


def _off(t: HtmlTranslator, difference: Decimal) -> str:
    """A count's difference in words."""
    if not difference:
        return t("✅ it adds up")
    if difference < 0:
        return t("⚠️ {amount} missing", amount=-difference)
    return t("⚠️ {amount} too much", amount=difference)


@router.on(ShowTill)
async def show_till(context: UpdateContext, press: ShowTill) -> None:
    async with context.unit_of_work() as uow:
        service = CashService(uow)
        till = await service.expected(press.day, press.staff_id)
        counts = await service.counts(press.day, press.staff_id)
    t = context.t
    lines = [
        t("🧮 <b>Till of {name}</b>, {day}", name=till.staff_name, day=till.day),
        "",
        t("Payments less voids and refunds:"),
        *(_method_line(t, one) for one in till.methods),
    ]
    if till.besides.any:
        lines += ["", t("Beside the till:"), *besides_lines(t, till.besides)]
    if counts:
        lines += ["", t("Counted:"), *(_count_line(t, count) for count in counts)]
    label = t("Count again") if counts else t("Count")
    rows = [[button(label, CountTill(press.day, press.staff_id), wide=True)]]
    back = (
        Tills(press.day) if context.identity.may(Permission.COUNT_ALL_CASH) else ManageGroup(MenuGroup.MONEY)
    )
    await context.show(Screen("\n".join(lines), [*rows, nav(t, back=back)]))


def _method_line(t: HtmlTranslator, one: TillMethod) -> str:
    return t("{method}: <b>{expected}</b>", method=t(METHODS[one.method]), expected=one.expected)


def _count_line(t: HtmlTranslator, count: CashCount) -> str:
    line = f"{t.moment(count.at)}, {_counted_line(t, count.method, count.counted, count.expected)}"
    if count.counted_by != count.staff_id:
        line += ", " + t("counted by {name}", name=count.counted_by_name)
    return f"{line}\n📝 {t.text(count.note)}" if count.note else line


def _counted_line(t: HtmlTranslator, method: Method, counted: Decimal, expected: Decimal) -> str:
    """What was counted, what was expected, and the difference."""
    line = t(
        "{method}: {counted} of {expected}", method=t(METHODS[method]), counted=counted, expected=expected
    )
    return f"{line}, {_off(t, counted - expected)}"


# Counting ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(CountTill)
async def count_till(context: UpdateContext, press: CountTill) -> None:
    """Count a till: cash always, and every other method that moved."""
    async with context.unit_of_work() as uow:
        till = await CashService(uow).expected(press.day, press.staff_id)
    values = {
        "day": press.day,
        "staff_id": press.staff_id,
        "name": till.staff_name,
        "methods": [one.method.value for one in till.methods],
    }
    await begin(context, COUNT, values, back=ShowTill(press.day, press.staff_id))


def _read_note(text: str, ctx: FormContext) -> str | None:
    return parse_note(text)


def _counted(ctx: FormContext) -> Mapping[Method, Decimal]:
    return {method: ctx.value(method, Decimal) for method in TILL if ctx.has(method)}


async def _expected(ctx: FormContext) -> Mapping[Method, Decimal]:
    """The expected sum as of now, for payments may come in during the count."""
    async with ctx.unit_of_work() as uow:
        till = await CashService(uow).expected(ctx.value("day", date), ctx.value("staff_id", UUID))
    return {one.method: one.expected for one in till.methods}


async def _summary(ctx: FormContext) -> str:
    t, expected = ctx.t, await _expected(ctx)
    lines = [
        t("🧮 <b>Till of {name}</b>, {day}", name=ctx.value("name", str), day=ctx.value("day", date)),
        "",
    ]
    for method, counted in _counted(ctx).items():
        lines.append(_counted_line(t, method, counted, expected.get(method, Decimal(0))))
    if ctx.has("note"):
        lines += ["", t("📝 {note}", note=ctx.value("note", str))]
    return "\n".join(lines)


async def _count(ctx: FormContext) -> Screen:
    day, staff_id = ctx.value("day", date), ctx.value("staff_id", UUID)
    async with ctx.unit_of_work() as uow:
        rows = await CashService(uow).count(day, staff_id, _counted(ctx), ctx.maybe("note", str), key=ctx.key)
    t = ctx.t
    lines = [t("🧮 Counted."), *(_count_line(t, row) for row in rows)]
    return Screen("\n".join(lines), [nav(t, back=ShowTill(day, staff_id))])


async def _offered(ctx: FormContext, method: Method) -> Sequence[Choice]:
    """The expected sum as a button. Not for cash: it has to be counted, not agreed to."""
    expected = (await _expected(ctx)).get(method, Decimal(0))
    return [Choice(expected, ctx.t.money(expected))] if expected >= 0 else []


def _step(method: Method, ask: str) -> Step:
    async def choices(ctx: FormContext) -> Sequence[Choice]:
        return [] if method is Method.CASH else await _offered(ctx, method)

    def applies(ctx: FormContext) -> bool:
        return method in ctx.value("methods", list)

    return Step(method, METHODS[method], ask, parse=read_amount, choices=choices, when=applies)


COUNT = router.form(
    Form(
        name="cash_count",
        title=N_("Cash count"),
        steps=[
            _step(Method.CASH, N_("How much cash is in the till? Count it and type the amount.")),
            _step(Method.CARD, N_("What do the card slips add up to?")),
            _step(Method.TRANSFER, N_("What do the transfers add up to?")),
            _step(Method.QR, N_("What do the QR payments add up to?")),
            Step("note", N_("Note"), N_("Anything to note?"), parse=_read_note, optional=True),
        ],
        summary=_summary,
        submit=_count,
    )
)
