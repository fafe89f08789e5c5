"""Faults of the team and of the gym's settings."""

from __future__ import annotations

from gym.core.errors import Conflict, Forbidden, Invalid, NotFound
from gym.core.language import N_


class StaffNotFound(NotFound):
    code = "staff_not_found"
    message = N_("That colleague is not here. Open the team and choose again.")


class AlreadyClaimed(Conflict):
    """The gym has an admin; whoever comes next is invited."""

    code = "already_claimed"
    message = N_("This gym has an admin already. Ask the admin for an invitation.")


class TelegramTaken(Conflict):
    """The Telegram account is on the team already."""

    code = "telegram_taken"
    message = N_("This Telegram account is on the team already. Send /start to begin.")


class StaffDeactivated(TelegramTaken):
    """The account was switched off; a link does not bring it back, an admin does."""

    code = "staff_deactivated"
    message = N_("Your access was switched off. Ask an admin to switch it on again.")


class LastAdmin(Conflict):
    code = "last_admin"
    message = N_("This is the last active admin. Make somebody else an admin first.")


class LanguageUnknown(Invalid):
    code = "language_unknown"
    message = N_("Choose one of these languages: {languages}.")

    def __init__(self, languages: tuple[str, ...]) -> None:
        super().__init__(languages=", ".join(languages))


class UnknownSetting(Invalid):
    code = "unknown_setting"
    message = N_("There is no setting called {name}. Open the settings and choose one.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class SettingInvalid(Invalid):
    """The value does not fit; nothing was changed."""

    code = "setting_invalid"
    message = N_("“{value}” does not fit the setting {name}. Check the value and send it again.")

    def __init__(self, name: str, value: object) -> None:
        super().__init__(name=name, value=str(value)[:80])
        self.name = name


class UsernameInvalid(Invalid):
    code = "username_invalid"
    message = N_("Choose a user name of 3 to 40 letters, digits, dots, dashes or underscores.")


class UsernameTaken(Conflict):
    code = "username_taken"
    message = N_("That user name is taken. Choose another.")


class NotYours(Forbidden):
    """Somebody else's account."""

    code = "not_yours"
    message = N_("You can only change this for yourself. Ask an admin.")
