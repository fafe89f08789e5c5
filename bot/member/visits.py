"""My visits: the days and times of a member's visits, by page."""

from __future__ import annotations

from bot.routing.router import Audience, Router
from bot.ui.buttons.member import MyVisits
from bot.ui.keyboards import nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import CheckIn, Outcome
from gym.core.language import N_

router = Router(Audience.MEMBER)

router.home(N_("🚪 My visits"), MyVisits())


@router.on(MyVisits)
async def my_visits(context: UpdateContext, press: MyVisits) -> None:
    client = context.identity.client
    assert client is not None, "the router lets in nobody else"
    async with context.member_unit_of_work() as uow:
        found = await AttendanceService(uow).visits(client.id, press.page)
    t = context.t
    lines = [_line(t, visit) for visit in found.items] or [t("No visits yet.")]
    text = "\n".join([t("<b>My visits</b>"), "", *lines])
    await context.show(Screen(text, [pager(found.number, found.pages, MyVisits), nav(t)]))


def _line(t: HtmlTranslator, visit: CheckIn) -> str:
    if visit.undone_at is not None:
        return f"↩️ <s>{t.moment(visit.at)}</s>"
    if visit.outcome is not Outcome.ADMITTED:
        return t("⛔ {at}: not let in", at=visit.at)
    if visit.visit_number is not None:
        return t("✅ {at}, visit {number}", at=visit.at, number=visit.visit_number)
    return t("✅ {at}", at=visit.at) if visit.counted else t("· {at}, came in again", at=visit.at)
