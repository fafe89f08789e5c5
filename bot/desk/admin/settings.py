"""The gym's settings: listed by page, changed by a button or a typed value, in force at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from babel.core import get_global

from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, grid, nav
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.settings import GROUPS, WARNINGS, warning, written
from gym.core.language import LANGUAGES, N_
from gym.core.money import usual_smallest
from gym.security.permissions import Permission
from gym.settings.kinds import EDITABLE, kind_of, limit, options
from gym.settings.schemas import GymSettings
from gym.settings.table import SETTINGS, SettingGroup, SettingKind
from gym.staff.errors import UnknownSetting
from gym.staff.service import StaffService
from gym.staff.setting_validation import changed_settings

router = Router(Audience.STAFF)
WHOLE_NUMBERS: Final = (0, 1, 2, 3, 5, 7, 10, 12, 15, 20, 24, 30, 48, 60, 90, 120, 180, 240)
LIKELY: Final[dict[SettingKind, Sequence[object]]] = {
    SettingKind.SWITCH: (True, False),
    SettingKind.LANGUAGE: LANGUAGES,
    SettingKind.PERCENT: ("0", "5", "10", "15", "20", "25", "50", "100"),
    SettingKind.MONEY: ("0", "1000", "5000", "10000"),
    SettingKind.TIME: ("06:00", "07:00", "08:00", "09:00", "20:00", "21:00", "22:00", "23:00"),
    SettingKind.CURRENCY: ("COP", "USD", "EUR", "MXN", "PEN", "CLP", "ARS", "GTQ"),
    SettingKind.REGION: ("CO", "MX", "PE", "CL", "AR", "EC", "ES", "US"),
}
EMPTIES: Final = (SettingKind.NAMES, SettingKind.NUMBERS, SettingKind.ADDRESS)


@callback("sets")
class Settings(Callback):
    """Show the groups of settings."""


@callback("setg")
class SettingsPage(Callback):
    group: SettingGroup


@callback("set")
class ChangeSetting(Callback):
    name: str


router.manage(MenuGroup.SYSTEM, N_("⚙️ Settings"), Settings(), Permission.CHANGE_SETTINGS)


@router.on(Settings)
async def settings(context: UpdateContext, _: Settings) -> None:
    context.identity.desk_actor.require(Permission.CHANGE_SETTINGS)
    t = context.t
    rows = grid([button(t(label), SettingsPage(group)) for group, label in GROUPS.items()])
    text = t("⚙️ <b>Settings</b>\n\nThey hold from the moment you change them. Choose a page:")
    await context.show(Screen(text, [*rows, nav(t, back=ManageGroup(MenuGroup.SYSTEM))]))


@router.on(SettingsPage)
async def settings_page(context: UpdateContext, press: SettingsPage) -> None:
    context.identity.desk_actor.require(Permission.CHANGE_SETTINGS)
    await context.show(page(context.t, press.group, context.settings))


def page(t: HtmlTranslator, group: SettingGroup, now: GymSettings, heading: str = "") -> Screen:
    """Every setting of a group with its value and what it does; `heading` (HTML) stands above."""
    names = [name for name in EDITABLE if SETTINGS[name].group is group]
    lines = [
        t(
            "{label}: <b>{value}</b>\n<i>{help}</i>",
            label=t(SETTINGS[name].label),
            value=Html(t.text(written(t, name, now))),
            help=Html(t(SETTINGS[name].help)),
        )
        for name in names
    ]
    title = t("<b>{title}</b>", title=Html(t(GROUPS[group])))
    buttons = [button(t(SETTINGS[name].label), ChangeSetting(name)) for name in names]
    text = "\n\n".join([part for part in (heading, title) if part] + lines)
    return Screen(text, [*grid(buttons), nav(t, back=Settings())])


@router.on(ChangeSetting)
async def change_setting(context: UpdateContext, press: ChangeSetting) -> None:
    context.identity.desk_actor.require(Permission.CHANGE_SETTINGS)
    if press.name not in EDITABLE:
        raise UnknownSetting(press.name)
    form = RISKY_SETTING if press.name in WARNINGS else SETTING
    await begin(context, form, {"setting": press.name}, back=SettingsPage(SETTINGS[press.name].group))


# The question ─────────────────────────────────────────────────────────────────────────────────────────────


def _name(ctx: FormContext) -> str:
    return ctx.value("setting", str)


async def _ask(ctx: FormContext) -> str:
    t, name = ctx.t, _name(ctx)
    return t(
        "<b>{label}</b>: {value}\n<i>{help}</i>\n\n{how}",
        label=t(SETTINGS[name].label),
        value=Html(t.text(written(t, name, ctx.context.settings))),
        help=Html(t(SETTINGS[name].help)),
        how=Html(_how(t, name)),
    )


def _how(t: HtmlTranslator, name: str) -> str:
    match kind_of(name):
        case SettingKind.SWITCH | SettingKind.CHOICE | SettingKind.LANGUAGE:
            return t("Choose:")
        case SettingKind.NAMES | SettingKind.NUMBERS:
            return t("Type them with commas between them.")
        case SettingKind.TEXT | SettingKind.ADDRESS:
            return t("Type the new one.")
        case _:
            return t("Choose, or type another.")


async def _choices(ctx: FormContext) -> Sequence[Choice]:
    """Usual values, as the settings keep them."""
    name, now = _name(ctx), ctx.context.settings
    offered = [Choice(value, _label(ctx.t, name, value, now)) for value in _likely(name, now)]
    return [*offered, Choice("", ctx.t("Empty it"))] if _may_be_emptied(name, now) else offered


def _label(t: HtmlTranslator, name: str, value: object, now: GymSettings) -> str:
    return written(t, name, changed_settings(now, {name: value}))


def _may_be_emptied(name: str, now: GymSettings) -> bool:
    free_text = kind_of(name) is SettingKind.TEXT and not limit(name, "min_length")
    return (free_text or kind_of(name) in EMPTIES) and bool(getattr(now, name))


def _likely(name: str, now: GymSettings) -> Sequence[object]:
    if name == "smallest_amount":
        return [str(usual_smallest(now.currency) * times) for times in (1, 2, 10, 20)]
    match kind_of(name):
        case SettingKind.CHOICE:
            return [option.value for option in options(name)]
        case SettingKind.WHOLE:
            low, high = limit(name, "ge") or 0, limit(name, "le") or 10**6
            return _spread([number for number in WHOLE_NUMBERS if low <= number <= high])
        case SettingKind.ZONE:
            return zones_of(now.phone_region)
        case kind:
            return LIKELY.get(kind, ())


def _spread(numbers: Sequence[int]) -> Sequence[int]:
    """Eight values at most, evenly from the first to the last."""
    if len(numbers) <= 8:
        return numbers
    return [numbers[round(place * (len(numbers) - 1) / 7)] for place in range(8)]


def zones_of(region: str) -> list[str]:
    """The time zones of a country."""
    territories = get_global("zone_territories")
    return sorted(zone for zone, country in territories.items() if country == region)


def _read(text: str, ctx: FormContext) -> object:
    """A typed value, as the settings keep it."""
    name = _name(ctx)
    fresh = changed_settings(ctx.context.settings, {name: text})
    return fresh.model_dump(mode="json")[name]


# The change ───────────────────────────────────────────────────────────────────────────────────────────────


def _wanted(ctx: FormContext) -> GymSettings:
    name = _name(ctx)
    return changed_settings(ctx.context.settings, {name: ctx.value("value", object)})


async def _summary(ctx: FormContext) -> str:
    t, name, old, new = ctx.t, _name(ctx), ctx.context.settings, _wanted(ctx)
    meaning = warning(t, name, old, new)
    change = t(
        "{label}: {before} → <b>{after}</b>",
        label=t(SETTINGS[name].label),
        before=Html(t.text(written(t, name, old))),
        after=Html(t.text(written(t, name, new))),
    )
    return f"{change}\n\n⚠️ {meaning}" if meaning else change


async def _save(ctx: FormContext) -> Screen:
    name, before = _name(ctx), ctx.context.settings
    async with ctx.unit_of_work() as uow:
        after = await StaffService(uow).change_settings({name: ctx.value("value", object)})
    t = HtmlTranslator(ctx.t.language, currency=after.currency, timezone=after.timezone)
    return page(t, SETTINGS[name].group, after, _told(t, name, before, after))


def _told(t: HtmlTranslator, name: str, before: GymSettings, after: GymSettings) -> str:
    return t(
        "✅ {label}: {before} → <b>{after}</b>",
        label=t(SETTINGS[name].label),
        before=Html(t.text(written(t, name, before))),
        after=Html(t.text(written(t, name, after))),
    )


VALUE: Final = Step("value", N_("Value"), _ask, parse=_read, choices=_choices, columns=2)
SETTING = router.form(Form(name="setting", title=N_("Settings"), steps=[VALUE], submit=_save, confirm=None))
RISKY_SETTING = router.form(
    Form(
        name="risky_setting",
        title=N_("Settings"),
        steps=[VALUE],
        summary=_summary,
        submit=_save,
        confirm=N_("Change it"),
    )
)
"""A change that means more than the setting's help says is explained before it is confirmed."""
