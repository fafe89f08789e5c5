"""The *Manage* menu: everything but the six things of the day, by groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.routing.navigation import routes_of
from bot.routing.router import Audience, MenuButton, Router
from bot.ui.buttons.menu import Manage, ManageGroup, MenuGroup
from bot.ui.keyboards import Button, Row, button, grid, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_

router = Router(Audience.STAFF)
MANAGE: Final = N_("☰ Manage ›")
GROUPS: Final[Mapping[MenuGroup, str]] = {
    MenuGroup.PEOPLE: N_("👥 People ›"),
    MenuGroup.PLANS: N_("🏷 Plans, products ›"),
    MenuGroup.MONEY: N_("📊 Money, reports ›"),
    MenuGroup.DOOR: N_("🚪 Door ›"),
    MenuGroup.MESSAGES: N_("📨 Messages ›"),
    MenuGroup.SYSTEM: N_("🖥 System ›"),
}


@router.on(Manage)
async def manage(context: UpdateContext, _: Manage) -> None:
    """A group with a single button for this person is that button."""
    t = context.t
    groups = _groups(routes_of(context).behind_manage(context.identity))
    lines = [_line(t, group, items) for group, items in groups if len(items) > 1]
    doors = [await _door(context, group, items) for group, items in groups]
    text = "\n".join([t("☰ <b>Manage</b>"), *([""] if lines else []), *lines])
    await context.show(Screen(text, [*grid(doors), nav(t)]))


@router.on(ManageGroup)
async def manage_group(context: UpdateContext, press: ManageGroup) -> None:
    """The way back from every screen of the group, too; one button alone is a door of *Manage* itself."""
    t = context.t
    items = [item for item in routes_of(context).behind_manage(context.identity) if item.group is press.group]
    if len(items) == 1:
        await manage(context, Manage())
        return
    doors = [await menu_button(context, item) for item in items]
    heading = t("<b>{group}</b>", group=_bare(t(GROUPS[press.group])))
    await context.show(Screen(heading, [*grid(doors), nav(t, back=Manage())]))


async def menu_button(context: UpdateContext, item: MenuButton) -> Button:
    """A button of a menu, with the count of what waits behind it."""
    return button(_counted(context.t(item.label), await waiting_behind(context, [item])), item.callback)


async def manage_row(context: UpdateContext) -> Row:
    """The button that opens this menu, with the count of all that waits behind it; empty where nothing is."""
    items = routes_of(context).behind_manage(context.identity)
    if not items:
        return []
    return [button(_counted(context.t(MANAGE), await waiting_behind(context, items)), Manage())]


async def waiting_behind(context: UpdateContext, items: Sequence[MenuButton]) -> int:
    """How many things wait for somebody behind these buttons."""
    return sum([await item.badge(context) for item in items if item.badge is not None])


def _counted(label: str, waiting: int) -> str:
    return f"{label} ({waiting})" if waiting else label


def _groups(items: Sequence[MenuButton]) -> list[tuple[MenuGroup, list[MenuButton]]]:
    grouped = [(group, [item for item in items if item.group is group]) for group in MenuGroup]
    return [(group, found) for group, found in grouped if found]


async def _door(context: UpdateContext, group: MenuGroup, items: Sequence[MenuButton]) -> Button:
    if len(items) == 1:
        return await menu_button(context, items[0])
    waiting = await waiting_behind(context, items)
    return button(_counted(context.t(GROUPS[group]), waiting), ManageGroup(group))


def _line(t: HtmlTranslator, group: MenuGroup, items: Sequence[MenuButton]) -> str:
    """The group and what is in it, so that nobody opens six menus to find one button."""
    names = ", ".join(_name(t(item.label)) for item in items)
    return t("<b>{group}</b>: {names}", group=_bare(t(GROUPS[group])), names=names)


def _bare(label: str) -> str:
    return label.removesuffix("›").rstrip()


def _name(label: str) -> str:
    """A label without the picture before it."""
    return label.partition(" ")[2] or label
