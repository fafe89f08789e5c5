"""The consent register in chat: who agreed to which text, when, how and until when; as a spreadsheet too."""

from __future__ import annotations

import asyncio

from bot.desk.privacy.buttons import ConsentList, ConsentSheet, PrivacyMenu
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import ClientData
from bot.ui.keyboards import button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_, Translator
from gym.privacy.consents.consent_register import ConsentLine, ConsentRegister, ConsentStanding
from gym.privacy.consents.consent_sheet import METHODS, consent_sheet

router = Router(Audience.STAFF)
SIGNS = {ConsentStanding.IN_FORCE: "🟢", ConsentStanding.OLDER_TEXT: "🕗", ConsentStanding.ENDED: "⬜"}


@router.on(ConsentList)
async def consent_list(context: UpdateContext, press: ConsentList) -> None:
    async with context.unit_of_work() as uow:
        page = await ConsentRegister(uow).page(press.page)
    t = context.t
    lines = [t("🙂 <b>Consents to face check-in</b>"), ""]
    lines += [_line(t, one) for one in page.items] or [t("Nobody has agreed yet.")]
    known = [one for one in page.items if not one.erased]
    rows = [[button(one.client_name, ClientData(one.client_id), wide=True)] for one in known]
    sheet = [button(t("📊 As a spreadsheet"), ConsentSheet(), wide=True)] if page.total else []
    await context.show(
        Screen(
            "\n".join(lines),
            [*rows, pager(page.number, page.pages, ConsentList), sheet, nav(t, back=PrivacyMenu())],
        )
    )


def _line(t: HtmlTranslator, one: ConsentLine) -> str:
    words = N_("{sign} {client}: text {version}, {given}, {how}")
    if one.ended_at is not None:
        words = N_("{sign} {client}: text {version}, {given} – {ended}, {how}")
    return t(
        words,
        sign=SIGNS[one.standing],
        client=one.who(Translator(t.language)),
        version=one.version,
        given=one.given_at,
        ended=one.ended_at,
        how=_how(t, one),
    )


def _how(t: HtmlTranslator, one: ConsentLine) -> str:
    plain = Translator(t.language)
    return ", ".join(filter(None, [plain(METHODS[one.method]), one.witness]))


@router.on(ConsentSheet)
async def send_consents(context: UpdateContext, _: ConsentSheet) -> None:
    """In private only, as every list with documents."""
    async with context.unit_of_work() as uow:
        lines = await ConsentRegister(uow).everything()
    settings, t = context.settings, context.settings.translator(context.identity.language)
    data = await asyncio.to_thread(consent_sheet, lines, settings.name, t)
    name = f"{settings.name} - {t(N_('Consents')).lower()} {context.today:%Y-%m-%d}.xlsx"
    await context.send_document(data, name)
