"""My plan: what a member has, until when, and what is owed."""

from __future__ import annotations

from bot.callbacks import Callback, callback
from bot.keyboards import button, nav
from bot.member.buttons import MyVisits
from bot.render import HtmlTranslator, Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.attendance.cards import CardService, ClientCard
from gym.core.language import N_
from gym.notifications.models import NotificationKind
from gym.notifications.outbox import DESK
from gym.plans.service import PlanService

router = Router(Audience.MEMBER)


@callback("myplan")
class MyPlan(Callback):
    """Dates, days or visits left, balance."""


@callback("mywant")
class WantToRenew(Callback):
    """Tells the desk, once a day; also from under a reminder of this morning."""


router.home(N_("🎫 My plan"), MyPlan())


@router.on(MyPlan)
async def my_plan(turn: Turn, _: MyPlan) -> None:
    await show_plan(turn)


@router.command("plan", N_("My plan"))
async def plan_command(turn: Turn) -> None:
    await show_plan(turn)


async def show_plan(turn: Turn) -> None:
    """One screen with everything the member wants to know."""
    client = turn.visitor.client
    assert client is not None
    async with turn.member_unit_of_work() as uow:
        card = await CardService(uow).card(client.id)
        prices = await PlanService(uow).active()
    t = turn.t
    lines = [t("<b>My plan</b>"), "", *plan_lines(t, card)]
    if prices:
        lines += ["", t("<b>Prices</b>")]
        lines += [t("{plan}: {price}", plan=one.plan.name, price=one.price) for one in prices]
    rows = [
        [button(t("I want to renew"), WantToRenew()), button(t("My visits"), MyVisits())],
        nav(t),
    ]
    await turn.show(Screen("\n".join(lines), rows))


def plan_lines(t: HtmlTranslator, card: ClientCard) -> list[str]:
    """Plan, dates, what is left and what is owed, a line each."""
    lines: list[str] = []
    if card.current is None:
        lines.append(t("You have no running plan."))
    else:
        current = card.current
        lines.append(t("🏷 <b>{plan}</b>", plan=current.plan.name))
        lines.append(t("📅 {starts_on} – {ends_on}", starts_on=current.starts_on, ends_on=current.ends_on))
        if card.days_left is not None:
            lines.append(t.plural("⏳ {count} day left", "⏳ {count} days left", card.days_left))
        if card.visits_left is not None:
            lines.append(t.plural("🎟 {count} visit left", "🎟 {count} visits left", card.visits_left))
    if card.waiting is not None:
        waiting = card.waiting
        lines.append(t("Next: {plan} from {starts_on}", plan=waiting.plan.name, starts_on=waiting.starts_on))
    if card.balance:
        lines.append(t("💵 To pay: <b>{balance}</b>", balance=card.balance))
    return lines


@router.on(WantToRenew)
async def want_to_renew(turn: Turn, _: WantToRenew) -> None:
    client = turn.visitor.client
    assert client is not None
    async with turn.member_unit_of_work() as uow:
        payload = {"client_id": client.id, "client_name": client.full_name}
        key = f"wants_renewal:{client.id}:{uow.today.isoformat()}"
        uow.notify(DESK, NotificationKind.DESK_WANTS_RENEWAL, payload, dedup_key=key)
    t = turn.t
    await turn.show(Screen(t("The desk knows. They will get in touch with you."), [nav(t, back=MyPlan())]))
