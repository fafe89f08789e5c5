"""The audit in chat, for admins: who did what, by person, client, kind and day, and as a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from bot.desk.admin.audit.buttons import AuditRows, AuditSheet, NarrowAudit, TrailPart
from bot.desk.admin.audit.wording import KINDS, row_text
from bot.forms.answers import read_day
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.keyboards import Button, Row, button, grid, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.audit.actions import TrailKind
from gym.clients.errors import NobodyFound
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.core.reading.days import past
from gym.reports.trail.schemas import GYM_ITSELF, TrailPage, TrailQuery
from gym.reports.trail.service import TrailService
from gym.reports.trail.spreadsheet import write_trail
from gym.security.permissions import Permission
from gym.staff.service import StaffService

router = Router(Audience.STAFF)
DAYS_OFFERED: Final = 4
MOST_IN_CHAT: Final = 20_000
"""Rows of a spreadsheet that is made while the admin waits."""
LONGEST_SEARCH: Final = 80

router.manage(MenuGroup.MONEY, N_("🧾 Audit"), AuditRows(), Permission.READ_AUDIT)


@router.on(AuditRows)
async def rows(context: UpdateContext, press: AuditRows) -> None:
    await context.show(await _page_screen(context, press))


async def _page_screen(context: UpdateContext, press: AuditRows) -> Screen:
    async with context.unit_of_work() as uow:
        page = await TrailService(uow).page(query_of(press), press.page)
    return _screen(context.t, press, page)


@router.on(AuditSheet)
async def sheet(context: UpdateContext, press: AuditSheet) -> None:
    """The newest rows, as many as a chat takes within seconds."""
    t, data = context.settings.translator(context.identity.language), io.BytesIO()
    async with context.unit_of_work() as uow:
        count = await write_trail(data, TrailService(uow).stream(query_of(press), MOST_IN_CHAT), t)
    caption = t.plural("{count} row", "{count} rows", count)
    if count == MOST_IN_CHAT:
        caption = t("The newest {count} rows. All of them: python -m gym audit export FILE", count=count)
    await context.send_document(data.getvalue(), f"{context.settings.name} {t('Audit')}.xlsx", caption)


def query_of(press: AuditRows | AuditSheet) -> TrailQuery:
    """What a button asks for."""
    by, about = (None, press.of) if press.about else (press.of, None)
    return TrailQuery(by=by, client_id=about, kind=press.kind, day=press.day)


def _screen(t: HtmlTranslator, press: AuditRows, page: TrailPage) -> Screen:
    lines = [_heading(t, press, page)]
    lines += [row_text(t, row) for row in page.rows] or [t("Nothing of that kind was recorded.")]
    if page.capped and page.number + 1 == page.pages:
        lines.append(t("<i>Older rows: choose a day, or take the spreadsheet.</i>"))
    turning = pager(
        page.number,
        page.pages,
        lambda number: AuditRows(press.of, press.about, press.kind, press.day, number),
    )
    return Screen(
        "\n\n".join(lines), [turning, *_narrowing(t, press), nav(t, back=ManageGroup(MenuGroup.MONEY))]
    )


def _heading(t: HtmlTranslator, press: AuditRows, page: TrailPage) -> str:
    narrowed = [_whose(t, press, page.subject)] if press.of is not None else []
    narrowed += [t(KINDS[press.kind])] if press.kind is not None else []
    narrowed += [t.day(press.day)] if press.day is not None else []
    title = t("🧾 <b>Audit</b>: who did what")
    return "\n".join([title, " · ".join(narrowed)]) if narrowed else title


def _whose(t: HtmlTranslator, press: AuditRows, name: str) -> str:
    if press.of == GYM_ITSELF:
        return t("by the gym itself")
    shown = name or "–"
    return t("about {client}", client=shown) if press.about else t("by {name}", name=shown)


def _narrowing(t: HtmlTranslator, press: AuditRows) -> list[Row]:
    def narrow(part: TrailPart) -> NarrowAudit:
        return NarrowAudit(part, press.of, press.about, press.kind, press.day)

    buttons = [
        button(t("🧑‍💼 By whom"), narrow(TrailPart.BY)),
        button(t("👥 About whom"), narrow(TrailPart.CLIENT)),
        button(t("🗂 Kind"), narrow(TrailPart.KIND)),
        button(t("📅 Day"), narrow(TrailPart.DAY)),
    ]
    buttons.append(button(t("📄 Spreadsheet"), AuditSheet(press.of, press.about, press.kind, press.day)))
    if (press.of, press.kind, press.day) != (None, None, None):
        buttons.append(button(t("Show all"), AuditRows()))
    return grid(buttons)


# Narrowing ────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(NarrowAudit)
async def narrow(context: UpdateContext, press: NarrowAudit) -> None:
    context.identity.desk_actor.require(Permission.READ_AUDIT)
    shown = AuditRows(press.of, press.about, press.kind, press.day)
    match press.part:
        case TrailPart.KIND:
            await context.show(_kinds(context.t, shown))
        case TrailPart.BY:
            await context.show(await _people(context, shown, press.page))
        case TrailPart.CLIENT:
            await begin(context, AUDIT_CLIENT, {"kind": press.kind, "day": press.day}, back=shown)
        case TrailPart.DAY:
            await begin(
                context,
                AUDIT_DAY,
                {"of": press.of, "about": press.about, "kind": press.kind},
                back=shown,
            )


def _kinds(t: HtmlTranslator, shown: AuditRows) -> Screen:
    buttons = [
        button(t(label), AuditRows(shown.of, shown.about, kind, shown.day)) for kind, label in KINDS.items()
    ]
    return Screen(t("🗂 What kind of rows?"), [*grid(buttons), nav(t, back=shown)])


async def _people(context: UpdateContext, shown: AuditRows, number: int) -> Screen:
    """Everybody who works or worked here, and the gym itself: jobs and the operator's shell."""
    t = context.t
    async with context.unit_of_work() as uow:
        team = await StaffService(uow).page(number)
    buttons: list[Button] = [
        button(one.name if one.active else f"⚪ {one.name}", AuditRows(one.id, False, shown.kind, shown.day))
        for one in team.items
    ]
    buttons.append(button(t("The gym itself"), AuditRows(GYM_ITSELF, False, shown.kind, shown.day)))
    turning = pager(
        team.number,
        team.pages,
        lambda page: NarrowAudit(TrailPart.BY, shown.of, shown.about, shown.kind, shown.day, page),
    )
    return Screen(t("🧑‍💼 Who did it?"), [*grid(buttons), turning, nav(t, back=shown)])


async def _found(ctx: FormContext) -> Sequence[Choice]:
    async with ctx.unit_of_work() as uow:
        found = await ClientService(uow).search(ctx.value("words", str))
    return [Choice(one.id, _label(one.full_name, one.document_number or one.phone)) for one in found.items]


def _label(name: str, hint: str | None) -> str:
    return f"{name} · {hint}" if hint else name


async def _read_words(text: str, ctx: FormContext) -> str:
    """The typed words, if they find anybody. Raises `NobodyFound`."""
    async with ctx.unit_of_work() as uow:
        found = await ClientService(uow).search(text)
    if not found.total:
        raise NobodyFound(text[:LONGEST_SEARCH])
    return text[:LONGEST_SEARCH]


async def _about(ctx: FormContext) -> Screen:
    kind, day = ctx.maybe("kind", TrailKind), ctx.maybe("day", date)
    return await _page_screen(ctx.context, AuditRows(ctx.value("client_id", UUID), True, kind, day))


AUDIT_CLIENT = router.form(
    Form(
        name="audit_client",
        title=N_("Audit"),
        steps=[
            Step(
                "words",
                N_("Search"),
                N_("About whom? Type a name, document or phone."),
                parse=_read_words,
                resets=("client_id",),
            ),
            Step("client_id", N_("Client"), N_("Which one?"), choices=_found),
        ],
        submit=_about,
        confirm=None,
    )
)


async def _days(ctx: FormContext) -> Sequence[Choice]:
    days = [ctx.context.today - timedelta(days=back) for back in range(DAYS_OFFERED)]
    return [Choice(day, ctx.t.day(day)) for day in days]


def _read_past_day(text: str, ctx: FormContext) -> date:
    return read_day(text, ctx, past(ctx.context.today))


async def _of_day(ctx: FormContext) -> Screen:
    of, kind = ctx.maybe("of", UUID), ctx.maybe("kind", TrailKind)
    press = AuditRows(of, bool(ctx.maybe("about", bool)), kind, ctx.value("day", date))
    return await _page_screen(ctx.context, press)


AUDIT_DAY = router.form(
    Form(
        name="audit_day",
        title=N_("Audit"),
        steps=[
            Step(
                "day",
                N_("Day"),
                N_("Which day? Choose, or type it."),
                parse=_read_past_day,
                choices=_days,
                columns=2,
            )
        ],
        submit=_of_day,
        confirm=None,
    )
)
