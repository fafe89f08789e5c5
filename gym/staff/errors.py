"""Faults of the team and of the gym's settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

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


class CandidateNotFound(NotFound):
    code = "candidate_not_found"
    message = N_("Nobody waits here any more. Open the team and look again.")


class CandidateDecided(Conflict):
    """Another admin's answer came first; `by` says whose."""

    code = "candidate_decided"
    message = N_("{by} has confirmed {name} already.")

    def __init__(self, by: str, name: str, *, confirmed: bool) -> None:
        super().__init__(by=by, name=name)
        if not confirmed:
            self.message = REFUSED_BEFORE


REFUSED_BEFORE: Final = N_("{by} has refused {name} already.")


class CandidateExpired(Conflict):
    """Seven days are over."""

    code = "candidate_expired"
    message = N_("{name} has waited too long to be confirmed. A new invitation is needed.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class NotYourself(Forbidden):
    """Nobody confirms themselves."""

    code = "not_yourself"
    message = N_("You cannot confirm yourself. Another admin has to.")


class StillWaiting(Conflict):
    """The account waits already; a second link is not spent on it."""

    code = "still_waiting"
    message = N_("You are waiting already: an admin has to confirm you first. Ask the admin who invited you.")


class NotConfirmed(Conflict):
    """Said to a candidate whom an admin has refused, or nobody has confirmed in time."""

    code = "not_confirmed"
    message = N_("This invitation was not confirmed. Ask an admin for a new one.")


class InvitationGone(Conflict):
    """Used, run out or withdrawn in the meantime."""

    code = "invitation_gone"
    message = N_("That invitation is not open any more. Look at the list again.")


class OwnMembershipRefused(Forbidden):
    """Somebody at the desk would give the own membership money or days; `colleagues` can do it instead."""

    code = "own_membership"
    message = N_("This is your own membership: a colleague does this for you. Ask {colleagues}.")

    def __init__(self, colleagues: Sequence[str], client_id: UUID) -> None:
        super().__init__(colleagues=", ".join(colleagues))
        self.client_id = client_id
        if not colleagues:
            self.message = NOBODY_ELSE_MAY


NOBODY_ELSE_MAY: Final = N_(
    "This is your own membership: another admin has to do this for you, and there is none. "
    "Make a colleague an admin under Team first."
)


class LinkedByYourself(Forbidden):
    """Staff open a client's link that they have made themselves."""

    code = "linked_by_yourself"
    message = N_("You made this link yourself. Let a colleague show you the link for your own membership.")


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
    """The value does not fit; nothing was changed. Subclasses say how to write it."""

    code = "setting_invalid"
    message = N_("“{value}” does not fit here. Check it and send it again.")

    def __init__(self, name: str, value: object, **limits: object) -> None:
        super().__init__(name=name, value=str(value)[:80], **limits)
        self.name = name


class NumberOutside(SettingInvalid):
    message = N_("Write a whole number from {low} to {high}.")


class PercentOutside(SettingInvalid):
    message = N_("Write a percentage from {low} to {high}, such as 12.5.")


class AmountOutside(SettingInvalid):
    message = N_("Write an amount of 0 or more, such as 5000.")


class SmallestAmountOutside(SettingInvalid):
    """It is taken for the smallest part of a payment, and would then forgive every debt below that."""

    message = N_(
        "Write an amount above 0 and up to {high}: the smallest coin that is paid here. What is computed is "
        "rounded to it and a debt below it is forgiven. It is not the smallest part of a payment."
    )


class TimeUnreadable(SettingInvalid):
    message = N_("Write the time as hours and minutes, such as 21:00.")


class TextLength(SettingInvalid):
    message = N_("Write {low} to {high} letters.")


class ZoneUnknown(SettingInvalid):
    message = N_("No time zone is called “{value}”. Write one such as America/Bogota, or just its city.")


class CurrencyUnknown(SettingInvalid):
    message = N_("No currency is called “{value}”. Write its three letters, such as COP, USD or EUR.")


class RegionUnknown(SettingInvalid):
    message = N_("No country is called “{value}”. Write its two letters, such as CO or ES.")


class LanguageNotSpoken(SettingInvalid):
    message = N_("Choose one of the languages offered.")


class AddressUnreadable(SettingInvalid):
    message = N_("Write the whole address, such as https://gym.example, without a path behind it.")


class YesOrNo(SettingInvalid):
    message = N_("Answer yes or no.")


class NumbersUnreadable(SettingInvalid):
    message = N_(
        "Write rising numbers with commas between them, such as 50, 100, 365; {high} numbers at most."
    )


class NamesUnreadable(SettingInvalid):
    message = N_(
        "Write the names with commas between them, each of them once and with 60 letters at most; "
        "{high} names at most."
    )


class NameUnfit(Invalid):
    """A colleague's name."""

    code = "staff_name_invalid"
    message = N_("Write a name of 2 to 80 letters.")


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
