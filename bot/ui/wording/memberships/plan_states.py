"""The states of a client's plans: words at the desk and in *My plan*, and what can be done.

One table. A state without a row is an error at start, not an empty card.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.subscriptions.status.plan_states import PlanStanding, PlanState


class PlanAct(StrEnum):
    """What the desk can do about the plan itself; payments, check-ins and rewards stand apart."""

    SELL = "sell"
    RENEW = "renew"
    FREEZE = "freeze"
    END_FREEZE = "end_freeze"
    MANAGE = "manage"


class MemberAct(StrEnum):
    """What a member can do about the own plan."""

    WANT = "want"
    RENEW = "renew"
    FREEZE = "freeze"


@dataclass(frozen=True, slots=True)
class StateWords:
    """The sentences of a state; each may name `{plan}`, `{starts_on}`, `{ends_on}` and `{closed_on}`."""

    desk: str
    member: str
    acts: tuple[PlanAct, ...]
    member_acts: tuple[MemberAct, ...]


_RUNNING: Final = N_("🏷 <b>{plan}</b>\n📅 {starts_on} – {ends_on}")
_AT_DESK: Final = (PlanAct.RENEW, PlanAct.FREEZE, PlanAct.MANAGE)
_OVER: Final = (PlanAct.RENEW, PlanAct.SELL)
_IN_CHAT: Final = (MemberAct.RENEW, MemberAct.FREEZE)

STATES: Final[Mapping[PlanState, StateWords]] = {
    PlanState.NONE: StateWords(
        N_("🏷 No plan yet"), N_("You have no plan yet."), (PlanAct.SELL,), (MemberAct.WANT,)
    ),
    PlanState.SCHEDULED: StateWords(
        N_("🏷 <b>{plan}</b> 🕓 starts on {starts_on}, until {ends_on}"),
        N_("🏷 <b>{plan}</b>\n🕓 It starts on {starts_on} and runs until {ends_on}."),
        (PlanAct.SELL, PlanAct.MANAGE),
        (MemberAct.WANT,),
    ),
    PlanState.PENDING_PAYMENT: StateWords(
        N_("🏷 <b>{plan}</b> 🟠 to pay"), _RUNNING, _AT_DESK, (MemberAct.RENEW,)
    ),
    PlanState.ACTIVE: StateWords(N_("🏷 <b>{plan}</b> 🟢 active"), _RUNNING, _AT_DESK, _IN_CHAT),
    PlanState.FROZEN: StateWords(
        N_("🏷 <b>{plan}</b> ❄️ frozen"),
        _RUNNING,
        (PlanAct.RENEW, PlanAct.END_FREEZE, PlanAct.MANAGE),
        _IN_CHAT,
    ),
    PlanState.EXPIRED: StateWords(
        N_("🏷 {plan} ⚪ ended on {ends_on}"),
        N_("⚪ <b>{plan}</b> ended on {ends_on}."),
        _OVER,
        (MemberAct.RENEW,),
    ),
    PlanState.LAPSED: StateWords(
        N_("🏷 {plan} 🔴 ended unpaid on {ends_on}"),
        N_("🔴 <b>{plan}</b> ended on {ends_on} and is not paid in full."),
        _OVER,
        (MemberAct.RENEW,),
    ),
    PlanState.CANCELED: StateWords(
        N_("🏷 {plan} ✖️ canceled on {closed_on}"),
        N_("✖️ <b>{plan}</b> was canceled on {closed_on}."),
        (PlanAct.SELL,),
        (MemberAct.WANT,),
    ),
}
assert set(STATES) == set(PlanState), "every state has its words"


HAS_DAYS: Final = (PlanState.SCHEDULED, PlanState.PENDING_PAYMENT, PlanState.ACTIVE, PlanState.FROZEN)
"""States of plans that have days to come, of which some may be frozen."""


def words_of(standing: PlanStanding) -> StateWords:
    return STATES[standing.state]


def at_desk(t: HtmlTranslator, standing: PlanStanding) -> str:
    """The plan's line on the card."""
    return _filled(t, words_of(standing).desk, standing)


def in_chat(t: HtmlTranslator, standing: PlanStanding) -> str:
    """The plan's lines in *My plan*."""
    return _filled(t, words_of(standing).member, standing)


def _filled(t: HtmlTranslator, sentence: str, standing: PlanStanding) -> str:
    one = standing.subscription
    if one is None:
        return t(sentence)
    return t(
        sentence,
        plan=one.plan.name,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        closed_on=one.closed_at.astimezone(t.zone).date() if one.closed_at else one.ends_on,
    )
