"""Rewards in words, for the desk's screens, the member's and the messages alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.ui.screens import Html, HtmlTranslator
from gym.rewards.models import Reward, RewardKind
from gym.rewards.rules import RewardState, state_on


def percent_words(value: Decimal) -> str:
    """`20%`, `12.5%`."""
    return f"{value.normalize():f}%"


def earned_by(t: HtmlTranslator, kind: RewardKind, threshold: int) -> str:
    """The reason of a reward."""
    match kind:
        case RewardKind.VISITS:
            return t.plural("{count} visit in one plan", "{count} visits in one plan", threshold)
        case RewardKind.MILESTONE:
            return t.plural("{count} visit in all", "{count} visits in all", threshold)
        case RewardKind.REFERRAL:
            return t("a friend who came along")


def reward_line(t: HtmlTranslator, reward: Reward, today: date) -> str:
    """One reward and its state."""
    why = Html(earned_by(t, reward.kind, reward.threshold))
    if not reward.percent:
        return t("🏅 {why}, on {day}", why=why, day=reward.granted_on)
    percent = percent_words(reward.percent)
    match state_on(reward, today):
        case RewardState.WAITING:
            return t(
                "🎁 <b>{percent} off</b> the next plan, until {until} ({why})",
                percent=percent,
                until=reward.expires_on,
                why=why,
            )
        case RewardState.REDEEMED:
            return t("✔️ {percent} off, used on {at} ({why})", percent=percent, at=reward.redeemed_at, why=why)
        case RewardState.EXPIRED | RewardState.REVOKED:
            return t(
                "⌛ {percent} off, expired on {until} ({why})",
                percent=percent,
                until=reward.expires_on,
                why=why,
            )


def to_go_line(t: HtmlTranslator, to_go: int, percent: Decimal) -> str:
    """How many visits are left to the next reward."""
    return t.plural(
        "{count} more visit in this plan earns {percent} off the next one.",
        "{count} more visits in this plan earn {percent} off the next one.",
        to_go,
        percent=percent_words(percent),
    )
