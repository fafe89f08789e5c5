"""Sign-ins at kiosks and in programs: the own ones, a colleague's or a kiosk's, and their end."""

from __future__ import annotations

from uuid import UUID

from bot.desk.admin.account import MyAccount
from bot.desk.admin.team import TeamMember
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.door import AskUnpair, KioskCard
from bot.ui.buttons.staff import SignIns, SignInsOf
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.database.repository import Page
from gym.security.models import SignIn
from gym.security.tokens import Scope
from gym.staff.sign_ins import SignInService

router = Router(Audience.STAFF)


@callback("endsi", changes=True)
class EndSignIn(Callback):
    """End one sign-in."""

    sign_in_id: UUID


@callback("endall", changes=True)
class EndSignIns(Callback):
    """End all sign-ins of one account."""

    subject_id: UUID
    of: SignInsOf


@router.on(SignIns)
async def sign_ins(context: UpdateContext, press: SignIns) -> None:
    async with context.unit_of_work() as uow:
        page = await SignInService(uow).of(press.subject_id, press.page)
    await context.show(_screen(context.t, press, page))


@router.on(EndSignIn)
async def end_one(context: UpdateContext, press: EndSignIn) -> None:
    """End one, and show the list anew."""
    async with context.unit_of_work() as uow:
        ended = await SignInService(uow).end(press.sign_in_id)
    await go(context, SignIns(ended.subject_id, _whose(context, ended)))


@router.on(EndSignIns)
async def end_all(context: UpdateContext, press: EndSignIns) -> None:
    async with context.unit_of_work() as uow:
        await SignInService(uow).end_all(press.subject_id)
    await go(context, SignIns(press.subject_id, press.of))


def _whose(context: UpdateContext, ended: SignIn) -> SignInsOf:
    if ended.scope == Scope.KIOSK.value:
        return SignInsOf.KIOSK
    staff = context.identity.staff
    return SignInsOf.OWN if staff is not None and staff.id == ended.subject_id else SignInsOf.COLLEAGUE


def _screen(t: HtmlTranslator, press: SignIns, page: Page[SignIn]) -> Screen:
    end, back = _end(t, press, page), nav(t, back=_back(press))
    if not page.total:
        return Screen(t("🔐 <b>Sign-ins</b>\n\nNobody is signed in with this account."), [end, back])
    lines = [t("🔐 <b>Sign-ins</b>\nWhat you end is refused at once. Each ends by itself after 30 days.")]
    if press.of is SignInsOf.KIOSK:
        lines.append(t("A kiosk that is paired signs in again by itself. Unpair it to shut it out."))
    rows: list[Row] = []
    for number, one in enumerate(page.items, page.number * page.size + 1):
        lines.append(_line(t, number, one))
        rows.append([button(t("⏹ End {number}", number=number), EndSignIn(one.id))])
    following = pager(page.number, page.pages, lambda number: SignIns(press.subject_id, press.of, number))
    return Screen("\n\n".join(lines), [*rows, end, following, back])


def _end(t: HtmlTranslator, press: SignIns, page: Page[SignIn]) -> Row:
    """The button that ends them all. A kiosk would sign in again with its secret, so it can only be
    unpaired."""
    if press.of is SignInsOf.KIOSK:
        return [button(t("Unpair"), AskUnpair(press.subject_id))]
    return [button(t("⏹ End all"), EndSignIns(press.subject_id, press.of))] if page.total > 1 else []


def _line(t: HtmlTranslator, number: int, one: SignIn) -> str:
    return t(
        "{number}. Since {opened}, from {address}\nLast renewed {renewed}, ends {ends}",
        number=number,
        opened=one.opened_at,
        address=one.address or "–",
        renewed=one.renewed_at,
        ends=one.ends_at,
    )


def _back(press: SignIns) -> Callback:
    match press.of:
        case SignInsOf.OWN:
            return MyAccount()
        case SignInsOf.COLLEAGUE:
            return TeamMember(press.subject_id)
        case SignInsOf.KIOSK:
            return KioskCard(press.subject_id)
