"""Buttons of the desk's menus: *Manage*, its groups, and how somebody is checked in."""

from __future__ import annotations

from enum import StrEnum

from bot.ui.callbacks import Callback, callback


class MenuGroup(StrEnum):
    """A group of the *Manage* menu, in the order of their buttons."""

    PEOPLE = "people"
    PLANS = "plans"
    MONEY = "money"
    DOOR = "door"
    MESSAGES = "msgs"
    SYSTEM = "set"


@callback("manage")
class Manage(Callback):
    """Show what is not needed every day, by groups."""


@callback("mgroup")
class ManageGroup(Callback):
    """Show the buttons of one group."""

    group: MenuGroup


@callback("inhow")
class HowToCheckIn(Callback):
    """Say the ways in which somebody is checked in."""
