"""What is said of rewards: earned, about to expire, used."""

from __future__ import annotations

from bot.messages.register import Payload, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import WantToRenew
from bot.ui.buttons.memberships import RenewPlan
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.rewards import earned_by, percent_words
from gym.notifications.models import NotificationKind as Kind
from gym.rewards.models import RewardKind
from gym.settings.schemas import GymSettings


@says(Kind.REWARD_EARNED)
def _earned(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    values = {"percent": percent_words(p["percent"]), "until": p["expires_on"]}
    if p["kind"] == RewardKind.REFERRAL:
        return t(
            "🎁 Thank you for bringing {friend_name}! You get <b>{percent} off</b> your next plan. "
            "Renew at the desk until {until}.",
            friend_name=p["friend_name"],
            **values,
        )
    return t.plural(
        "🎁 {count} visit in this plan: you have earned <b>{percent} off</b> your next one! "
        "Renew at the desk until {until}.",
        "🎁 {count} visits in this plan: you have earned <b>{percent} off</b> your next one! "
        "Renew at the desk until {until}.",
        p["threshold"],
        **values,
    )


@says(Kind.MILESTONE)
def _milestone(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    text = t.plural(
        "🏅 {count} visit at {gym}! Congratulations, keep going!",
        "🏅 {count} visits at {gym}! Congratulations, keep going!",
        p["threshold"],
        gym=settings.name,
    )
    if not p["percent"]:
        return text
    percent = percent_words(p["percent"])
    return f"{text}\n" + t(
        "🎁 You get <b>{percent} off</b> your next plan. Renew at the desk until {until}.",
        percent=percent,
        until=p["expires_on"],
    )


@says(Kind.REWARD_EXPIRES)
def _expires(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "⏰ Your reward of <b>{percent} off</b> the next plan is good until {until}. Renew at the desk.",
        percent=percent_words(p["percent"]),
        until=p["expires_on"],
    )


@says(Kind.DESK_REWARD_EARNED)
def _desk_earned(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "🎁 {client_name} has earned {percent} off the next plan, until {until} ({why}).",
        client_name=p["client_name"],
        percent=percent_words(p["percent"]),
        until=p["expires_on"],
        why=Html(earned_by(t, RewardKind(str(p["kind"])), p["threshold"])),
    )


@says(Kind.DESK_REWARD_APPLIED)
def _desk_applied(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "🎁 {client_name} has used a reward of {percent}: the plan costs {final_price} ({staff_name})",
        client_name=p["client_name"],
        percent=percent_words(p["percent"]),
        final_price=p["final_price"],
        staff_name=p["staff_name"],
    )


@offers(Kind.REWARD_EARNED)
@offers(Kind.REWARD_EXPIRES)
def _renew(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("I want to renew"), WantToRenew())]]


@offers(Kind.MILESTONE)
def _use(t: HtmlTranslator, p: Payload) -> Keyboard:
    return _renew(t, p) if p["percent"] else []


@offers(Kind.DESK_REWARD_APPLIED)
def _desk_card(t: HtmlTranslator, p: Payload) -> Keyboard:
    return [[button(t("👤 Card"), Card(p["client_id"]))]]


@offers(Kind.DESK_REWARD_EARNED)
def _desk_next(t: HtmlTranslator, p: Payload) -> Keyboard:
    return [[button(t("🔁 Renew"), RenewPlan(p["client_id"])), button(t("👤 Card"), Card(p["client_id"]))]]
