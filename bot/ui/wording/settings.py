"""Names and explanations of the gym's settings, and warnings of dangerous changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from babel.core import Locale

from bot.ui.screens import Html, HtmlTranslator
from gym.core.language import N_
from gym.settings.kinds import SettingKind, kind_of
from gym.settings.schemas import GymSettings, OfflinePolicy, Reentry

Warn = Callable[[HtmlTranslator, GymSettings, GymSettings], str]
"""HTML said before a change is confirmed, from the settings as they are and as they would be; "" for none."""


class SettingGroup(StrEnum):
    """A page of settings."""

    GYM = "gym"
    MONEY = "money"
    DOOR = "door"
    REWARDS = "rewards"
    MESSAGES = "messages"


GROUPS: Final = {
    SettingGroup.GYM: N_("🏠 Gym"),
    SettingGroup.MONEY: N_("💵 Money"),
    SettingGroup.DOOR: N_("🚪 Door"),
    SettingGroup.REWARDS: N_("🏆 Rewards"),
    SettingGroup.MESSAGES: N_("✉️ Messages"),
}
OPTIONS: Final = {
    Reentry.UNCOUNTED: N_("let in, not counted"),
    Reentry.DENY: N_("refuse"),
    OfflinePolicy.RECORD_ONLY: N_("record only"),
    OfflinePolicy.ADMIT: N_("let in"),
}
LANGUAGE_NAMES: Final = {"en": "English", "es": "Español"}


@dataclass(frozen=True, slots=True)
class SettingWords:
    """A setting as a person meets it."""

    group: SettingGroup
    label: str
    help: str
    unit: str = ""
    """`days`, `minutes` or `hours` behind a whole number."""


SETTINGS: Final = {
    "name": SettingWords(
        SettingGroup.GYM, N_("Name"), N_("How the gym is called in messages, on receipts and at the door.")
    ),
    "timezone": SettingWords(
        SettingGroup.GYM, N_("Time zone"), N_("Says when a day of the gym begins and ends.")
    ),
    "currency": SettingWords(SettingGroup.GYM, N_("Currency"), N_("In which every amount is written.")),
    "language": SettingWords(
        SettingGroup.GYM,
        N_("Language"),
        N_("Spoken to people whose own language is not known, and to new clients."),
    ),
    "phone_region": SettingWords(
        SettingGroup.GYM,
        N_("Phone country"),
        N_("The country of phone numbers that are typed without a code."),
    ),
    "web_address": SettingWords(
        SettingGroup.GYM,
        N_("Web address"),
        N_("Where phones and tablets reach this gym's own pages; empty: the address this program serves."),
    ),
    "bank_accounts": SettingWords(
        SettingGroup.MONEY,
        N_("Bank accounts"),
        N_("Where transfers may go. With at least one, a transfer asks which."),
    ),
    "receipt_footer": SettingWords(
        SettingGroup.MONEY, N_("Receipt footer"), N_("A line below every printed receipt.")
    ),
    "employee_discount_percent": SettingWords(
        SettingGroup.MONEY,
        N_("Employee discount"),
        N_("Up to this an employee gives a discount alone; above it an admin is asked."),
    ),
    "approval_hours": SettingWords(
        SettingGroup.MONEY,
        N_("Requests live"),
        N_("So long a request waits for an admin's answer."),
        unit="hours",
    ),
    "smallest_amount": SettingWords(
        SettingGroup.MONEY,
        N_("Smallest amount"),
        N_(
            "The smallest coin that is paid here. Computed amounts are rounded to it in the client's favour; "
            "a debt below it is forgiven."
        ),
    ),
    "grace_days": SettingWords(
        SettingGroup.DOOR,
        N_("Days of grace"),
        N_("So many days a client with a debt may still come in; 0: due at once."),
        unit="days",
    ),
    "grace_amount": SettingWords(
        SettingGroup.DOOR, N_("Amount of grace"), N_("A debt up to this amount never keeps anybody out.")
    ),
    "closed_debt_denies": SettingWords(
        SettingGroup.DOOR,
        N_("Old debts refuse"),
        N_("Whether the debt of an ended plan keeps a client out; otherwise it only warns."),
    ),
    "reentry": SettingWords(
        SettingGroup.DOOR, N_("Second entry"), N_("What happens when somebody comes in twice on one day.")
    ),
    "card_passback_minutes": SettingWords(
        SettingGroup.DOOR,
        N_("Card pause"),
        N_("So long a QR or document does not open again after an entry, so that no card is passed back."),
        unit="minutes",
    ),
    "check_out": SettingWords(
        SettingGroup.DOOR,
        N_("Check-out"),
        N_("Whether people also check out; it makes the number of people inside exact."),
    ),
    "stay_minutes": SettingWords(
        SettingGroup.DOOR,
        N_("Usual stay"),
        N_("Without check-out, somebody counts as inside for so long."),
        unit="minutes",
    ),
    "undo_minutes": SettingWords(
        SettingGroup.DOOR,
        N_("Undo time"),
        N_("So long a check-in can be undone by whoever made it."),
        unit="minutes",
    ),
    "offline_policy": SettingWords(
        SettingGroup.DOOR, N_("Kiosk offline"), N_("What a kiosk without a connection does with people.")
    ),
    "adaptive_faces": SettingWords(
        SettingGroup.DOOR,
        N_("Learning faces"),
        N_("Whether the door freshens a face it has surely recognised, as it follows beards and glasses."),
    ),
    "reward_visits": SettingWords(
        SettingGroup.REWARDS,
        N_("Visits for a reward"),
        N_("So many counted visits within one plan of months earn a reward; 0: none is given."),
    ),
    "reward_percent": SettingWords(
        SettingGroup.REWARDS, N_("Reward"), N_("What it takes off the next plan.")
    ),
    "reward_days": SettingWords(
        SettingGroup.REWARDS, N_("Reward lives"), N_("So many days a reward can be used."), unit="days"
    ),
    "milestones": SettingWords(
        SettingGroup.REWARDS,
        N_("Milestones"),
        N_("Numbers of visits, over all the years, that are celebrated."),
    ),
    "milestone_percent": SettingWords(
        SettingGroup.REWARDS,
        N_("Milestone reward"),
        N_("What a milestone takes off the next plan; 0: just congratulations."),
    ),
    "referral_percent": SettingWords(
        SettingGroup.REWARDS,
        N_("Referral reward"),
        N_("What a member gets off when a friend has paid the first plan; 0: none is given."),
    ),
    "tell_member_check_in": SettingWords(
        SettingGroup.MESSAGES, N_("Members: entries"), N_("Whether members get a message when they come in.")
    ),
    "tell_desk_check_in": SettingWords(
        SettingGroup.MESSAGES,
        N_("Desk: entries"),
        N_("Whether the desk gets a message when somebody comes in."),
    ),
    "tell_desk_denial": SettingWords(
        SettingGroup.MESSAGES,
        N_("Desk: refusals"),
        N_("Whether the desk gets a message when somebody is refused."),
    ),
    "quiet_from": SettingWords(
        SettingGroup.MESSAGES,
        N_("Quiet from"),
        N_("From this hour reminders wait; receipts and entries never do. Equal hours: never quiet."),
    ),
    "quiet_until": SettingWords(
        SettingGroup.MESSAGES, N_("Quiet until"), N_("At this hour reminders go out again.")
    ),
    "digest": SettingWords(
        SettingGroup.MESSAGES,
        N_("Desk: the day"),
        N_("Whether the desk is told of the day in numbers at closing."),
    ),
    "digest_at": SettingWords(
        SettingGroup.MESSAGES,
        N_("Closing"),
        N_("At this hour the desk is told of the day; an hour before noon tells of the day before."),
    ),
    "keep_messages_days": SettingWords(
        SettingGroup.MESSAGES,
        N_("Messages kept"),
        N_("So long it is remembered what was told to whom; then it is forgotten."),
        unit="days",
    ),
}


def written(t: HtmlTranslator, name: str, settings: GymSettings) -> str:
    """A setting's value as plain text; "–" when it is empty."""
    value = getattr(settings, name)
    match kind_of(name):
        case SettingKind.PERCENT:
            return f"{value.normalize():f} %"
        case SettingKind.WHOLE:
            return in_units(t, name, value)
        case SettingKind.TIME:
            return f"{value:%H:%M}"
        case SettingKind.NUMBERS | SettingKind.NAMES:
            return ", ".join(str(one) for one in value) or "–"
        case SettingKind.CHOICE:
            return t(OPTIONS[value])
        case SettingKind.LANGUAGE:
            return LANGUAGE_NAMES[value]
        case SettingKind.REGION:
            return Locale.parse(t.language).territories.get(value, value)
        case SettingKind.SWITCH | SettingKind.MONEY:
            return t.show(value)
        case _:
            return str(value) or "–"


def in_units(t: HtmlTranslator, name: str, number: int) -> str:
    """A whole number with its unit."""
    match SETTINGS[name].unit:
        case "days":
            return t.plural("{count} day", "{count} days", number)
        case "hours":
            return t.plural("{count} hour", "{count} hours", number)
        case "minutes":
            return t.plural("{count} minute", "{count} minutes", number)
        case _:
            return str(number)


def _zone(t: HtmlTranslator, old: GymSettings, new: GymSettings) -> str:
    return t(
        "From now on the gym's days, hours and reports follow {zone}. Plans keep their dates, but they "
        "begin, end and expire by the new clock; access hours and quiet hours move along.",
        zone=new.timezone,
    )


def _currency(t: HtmlTranslator, old: GymSettings, new: GymSettings) -> str:
    return t(
        "Nothing is converted: every price, debt and receipt keeps its number and is written in {new} "
        "instead of {old}, those of the past as well.",
        old=old.currency,
        new=new.currency,
    )


def _old_debts(t: HtmlTranslator, old: GymSettings, new: GymSettings) -> str:
    if not new.closed_debt_denies:
        return ""
    return t(
        "Clients who still owe something for an ended plan are refused from now on, even with a paid plan."
    )


def _reentry(t: HtmlTranslator, old: GymSettings, new: GymSettings) -> str:
    if new.reentry is not Reentry.DENY:
        return ""
    return t("Whoever leaves for a moment is not let in again on the same day.")


def _offline(t: HtmlTranslator, old: GymSettings, new: GymSettings) -> str:
    if new.offline_policy is not OfflinePolicy.ADMIT:
        return ""
    return t("A kiosk without a connection lets everybody in, also those who have not paid.")


def _discount(t: HtmlTranslator, old: GymSettings, new: GymSettings) -> str:
    if new.employee_discount_percent <= max(50, old.employee_discount_percent):
        return ""
    return t("Employees can then sell plans for less than half of their price without asking anybody.")


def _region(t: HtmlTranslator, old: GymSettings, new: GymSettings) -> str:
    return t("Phones that are kept stay as they are; numbers typed from now on are read as of this country.")


WARNINGS: Final[dict[str, Warn]] = {
    "timezone": _zone,
    "currency": _currency,
    "phone_region": _region,
    "closed_debt_denies": _old_debts,
    "reentry": _reentry,
    "offline_policy": _offline,
    "employee_discount_percent": _discount,
}


def warning(t: HtmlTranslator, name: str, old: GymSettings, new: GymSettings) -> Html:
    """What a change means, where it means more than its help says."""
    warn = WARNINGS.get(name)
    return Html(warn(t, old, new) if warn else "")
