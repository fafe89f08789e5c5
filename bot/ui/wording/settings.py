"""Wording of the gym's settings: pages, options, values, and warnings before a dangerous change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from babel.core import Locale

from bot.ui.screens import Html, HtmlTranslator
from gym.core.language import N_
from gym.settings.kinds import kind_of
from gym.settings.schemas import GymSettings, OfflinePolicy, Reentry
from gym.settings.table import SETTINGS, SettingGroup, SettingKind

Warn = Callable[[HtmlTranslator, GymSettings, GymSettings], str]
"""HTML shown before a change is confirmed, from the present settings and the new ones; "" for none."""


GROUPS: Final = {
    SettingGroup.GYM: N_("🏠 Gym"),
    SettingGroup.MONEY: N_("💵 Money"),
    SettingGroup.DOOR: N_("🚪 Door"),
    SettingGroup.REWARDS: N_("🏆 Rewards"),
    SettingGroup.MESSAGES: N_("✉️ Messages"),
    SettingGroup.BACKUPS: N_("🔒 Backups"),
    SettingGroup.PRIVACY: N_("🔏 Privacy"),
}
OPTIONS: Final = {
    Reentry.UNCOUNTED: N_("let in, not counted"),
    Reentry.DENY: N_("refuse"),
    OfflinePolicy.RECORD_ONLY: N_("record only"),
    OfflinePolicy.ADMIT: N_("let in"),
}
LANGUAGE_NAMES: Final = {"en": "English", "es": "Español"}


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
        case "years":
            return t.plural("{count} year", "{count} years", number)
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


def _trail(t: HtmlTranslator, old: GymSettings, new: GymSettings) -> str:
    if not new.keep_trail_years or 0 < old.keep_trail_years <= new.keep_trail_years:
        return ""
    return t(
        "Tonight what was done more than {years} years ago leaves the audit for good. Ask first how long "
        "your law wants books to be kept.",
        years=new.keep_trail_years,
    )


WARNINGS: Final[dict[str, Warn]] = {
    "timezone": _zone,
    "currency": _currency,
    "phone_region": _region,
    "closed_debt_denies": _old_debts,
    "reentry": _reentry,
    "offline_policy": _offline,
    "employee_discount_percent": _discount,
    "keep_trail_years": _trail,
}
if WARNINGS.keys() != {name for name, row in SETTINGS.items() if row.warned}:
    raise LookupError("a setting that is marked as warned has no warning, or the reverse")


def warning(t: HtmlTranslator, name: str, old: GymSettings, new: GymSettings) -> Html:
    """The warning about a change that means more than the setting's help says."""
    warn = WARNINGS.get(name)
    return Html(warn(t, old, new) if warn else "")
