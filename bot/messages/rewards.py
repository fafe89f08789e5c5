"""Messages about rewards: earned, about to expire, used."""

from __future__ import annotations

from bot.messages.register import WordingContext, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import WantToRenew
from bot.ui.buttons.memberships import RenewPlan
from bot.ui.keyboards import Button, Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.memberships.rewards import earned_by, percent_words
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.rewards import (
    DeskRewardAppliedPayload,
    DeskRewardEarnedPayload,
    MilestonePayload,
    RewardEarnedPayload,
    RewardExpiresPayload,
)
from gym.rewards.models import RewardKind


@says(RewardEarnedPayload)
def _earned(t: HtmlTranslator, p: RewardEarnedPayload, _: WordingContext) -> str:
    values = {"percent": percent_words(p.reward.percent), "until": p.reward.expires_on}
    if p.reward.kind == RewardKind.REFERRAL:
        return t(
            "🎁 Thank you for bringing {friend_name}! You get <b>{percent} off</b> your next plan. "
            "Renew at the desk until {until}.",
            friend_name=p.friend_name,
            **values,
        )
    return t.plural(
        "🎁 {count} visit in this plan: you have earned <b>{percent} off</b> your next one! "
        "Renew at the desk until {until}.",
        "🎁 {count} visits in this plan: you have earned <b>{percent} off</b> your next one! "
        "Renew at the desk until {until}.",
        p.reward.threshold,
        **values,
    )


@says(MilestonePayload)
def _milestone(t: HtmlTranslator, p: MilestonePayload, context: WordingContext) -> str:
    text = t.plural(
        "🏅 {count} visit at {gym}! Congratulations, keep going!",
        "🏅 {count} visits at {gym}! Congratulations, keep going!",
        p.reward.threshold,
        gym=context.settings.name,
    )
    if not p.reward.percent:
        return text
    percent = percent_words(p.reward.percent)
    return f"{text}\n" + t(
        "🎁 You get <b>{percent} off</b> your next plan. Renew at the desk until {until}.",
        percent=percent,
        until=p.reward.expires_on,
    )


@says(RewardExpiresPayload)
def _expires(t: HtmlTranslator, p: RewardExpiresPayload, _: WordingContext) -> str:
    return t(
        "⏰ Your reward of <b>{percent} off</b> the next plan is good until {until}. Renew at the desk.",
        percent=percent_words(p.reward.percent),
        until=p.reward.expires_on,
    )


@says(DeskRewardEarnedPayload)
def _desk_earned(t: HtmlTranslator, p: DeskRewardEarnedPayload, _: WordingContext) -> str:
    return t(
        "🎁 {client_name} has earned {percent} off the next plan, until {until} ({why}).",
        client_name=p.reward.client_name,
        percent=percent_words(p.reward.percent),
        until=p.reward.expires_on,
        why=Html(earned_by(t, RewardKind(str(p.reward.kind)), p.reward.threshold)),
    )


@says(DeskRewardAppliedPayload)
def _desk_applied(t: HtmlTranslator, p: DeskRewardAppliedPayload, _: WordingContext) -> str:
    return t(
        "🎁 {client_name} has used a reward of {percent}: the plan costs {final_price} ({staff_name})",
        client_name=p.client_name,
        percent=percent_words(p.percent),
        final_price=p.final_price,
        staff_name=p.staff_name,
    )


@offers(RewardEarnedPayload, RewardExpiresPayload)
def _renew(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[_renewal(t)]]


@offers(MilestonePayload)
def _use(t: HtmlTranslator, p: MilestonePayload) -> Keyboard:
    return [[_renewal(t)]] if p.reward.percent else []


@offers(DeskRewardAppliedPayload)
def _desk_card(t: HtmlTranslator, p: DeskRewardAppliedPayload) -> Keyboard:
    return [[button(t("👤 Card"), Card(p.client_id))]]


@offers(DeskRewardEarnedPayload)
def _desk_next(t: HtmlTranslator, p: DeskRewardEarnedPayload) -> Keyboard:
    return [
        [button(t("🔁 Renew"), RenewPlan(p.reward.client_id)), button(t("👤 Card"), Card(p.reward.client_id))]
    ]


def _renewal(t: HtmlTranslator) -> Button:
    return button(t("I want to renew"), WantToRenew())
