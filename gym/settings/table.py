"""Table of the gym's settings: one row a setting with its kind, page, label, help and unit.

Default and limits stand at the field of `GymSettings`; the kind says how a value is typed, checked and shown.
`gym.settings.kinds` compares the table with the fields at start.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gym.core.language import N_


class SettingKind(StrEnum):
    """How a setting is written."""

    TEXT = "text"
    ZONE = "zone"
    CURRENCY = "currency"
    LANGUAGE = "language"
    REGION = "region"
    ADDRESS = "address"
    PERCENT = "percent"
    MONEY = "money"
    WHOLE = "whole"
    SWITCH = "switch"
    CHOICE = "choice"
    NUMBERS = "numbers"
    NAMES = "names"
    TIME = "time"


class SettingGroup(StrEnum):
    """A page of settings."""

    GYM = "gym"
    MONEY = "money"
    DOOR = "door"
    REWARDS = "rewards"
    MESSAGES = "messages"
    BACKUPS = "backups"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting as a person meets it; label and help are messages of the catalogue."""

    kind: SettingKind
    group: SettingGroup
    label: str
    help: str
    unit: str = ""
    """`years`, `days`, `minutes` or `hours` behind a whole number."""
    warned: bool = False
    """A change of it may mean more than its help says: the chat has a warning for it."""


SETTINGS: Final[dict[str, SettingRow]] = {
    "name": SettingRow(
        SettingKind.TEXT,
        SettingGroup.GYM,
        N_("Name"),
        N_("How the gym is called in messages, on receipts and at the door."),
    ),
    "timezone": SettingRow(
        SettingKind.ZONE,
        SettingGroup.GYM,
        N_("Time zone"),
        N_("Says when a day of the gym begins and ends."),
        warned=True,
    ),
    "currency": SettingRow(
        SettingKind.CURRENCY,
        SettingGroup.GYM,
        N_("Currency"),
        N_("In which every amount is written."),
        warned=True,
    ),
    "language": SettingRow(
        SettingKind.LANGUAGE,
        SettingGroup.GYM,
        N_("Language"),
        N_("Spoken to people whose own language is not known, and to new clients."),
    ),
    "opening_hours": SettingRow(
        SettingKind.TEXT,
        SettingGroup.GYM,
        N_("Opening hours"),
        N_("In words, told to whoever writes to the bot: Mon–Fri 5–22, Sat 7–14."),
    ),
    "street_address": SettingRow(
        SettingKind.TEXT,
        SettingGroup.GYM,
        N_("Street address"),
        N_("Where the gym is, told to whoever writes to the bot."),
    ),
    "tell_prices": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.GYM,
        N_("Tell prices"),
        N_("Whoever writes to the bot reads the prices of plans, known here or not."),
    ),
    "phone_region": SettingRow(
        SettingKind.REGION,
        SettingGroup.GYM,
        N_("Phone country"),
        N_("The country of phone numbers that are typed without a code."),
        warned=True,
    ),
    "web_address": SettingRow(
        SettingKind.ADDRESS,
        SettingGroup.GYM,
        N_("Web address"),
        N_("Where phones and tablets reach this gym's own pages; empty: the address this program serves."),
    ),
    "bank_accounts": SettingRow(
        SettingKind.NAMES,
        SettingGroup.MONEY,
        N_("Bank accounts"),
        N_("Where transfers may go. With at least one, a transfer asks which."),
    ),
    "receipt_footer": SettingRow(
        SettingKind.TEXT, SettingGroup.MONEY, N_("Receipt footer"), N_("A line below every printed receipt.")
    ),
    "tax_number": SettingRow(
        SettingKind.TEXT,
        SettingGroup.MONEY,
        N_("Tax number"),
        N_("The gym's number at the tax office, for the accountant's report."),
    ),
    "tax_percent": SettingRow(
        SettingKind.PERCENT,
        SettingGroup.MONEY,
        N_("Tax rate"),
        N_("The tax that prices hold; the report of taxes takes it out of them. 0: none."),
    ),
    "employee_discount_percent": SettingRow(
        SettingKind.PERCENT,
        SettingGroup.MONEY,
        N_("Employee discount"),
        N_("Up to this an employee gives a discount alone; above it an admin is asked."),
        warned=True,
    ),
    "approval_hours": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.MONEY,
        N_("Request expiry"),
        N_("How long a request waits for an admin's answer."),
        unit="hours",
    ),
    "proof_hours": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.MONEY,
        N_("Proof expiry"),
        N_("How long a proof of payment waits for somebody at the desk; then the member sends it again."),
        unit="hours",
    ),
    "smallest_amount": SettingRow(
        SettingKind.MONEY,
        SettingGroup.MONEY,
        N_("Smallest amount"),
        N_(
            "The smallest coin that is paid here. Computed amounts are rounded to it in the client's favour; "
            "a debt below it is forgiven."
        ),
    ),
    "grace_days": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.DOOR,
        N_("Days of grace"),
        N_("So many days a client with a debt may still come in; 0: due at once."),
        unit="days",
    ),
    "grace_amount": SettingRow(
        SettingKind.MONEY,
        SettingGroup.DOOR,
        N_("Amount of grace"),
        N_("A debt up to this amount never keeps anybody out."),
    ),
    "closed_debt_denies": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.DOOR,
        N_("Old debts refuse"),
        N_("Whether the debt of an ended plan keeps a client out; otherwise it only warns."),
        warned=True,
    ),
    "reentry": SettingRow(
        SettingKind.CHOICE,
        SettingGroup.DOOR,
        N_("Second entry"),
        N_("What happens when somebody comes in twice on one day."),
        warned=True,
    ),
    "card_passback_minutes": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.DOOR,
        N_("Card pause"),
        N_("How long a QR or document does not open again after an entry, so that no card is passed back."),
        unit="minutes",
    ),
    "check_out": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.DOOR,
        N_("Check-out"),
        N_("Whether people also check out; it makes the number of people inside exact."),
    ),
    "stay_minutes": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.DOOR,
        N_("Usual stay"),
        N_("Without check-out, somebody counts as inside for so long."),
        unit="minutes",
    ),
    "undo_minutes": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.DOOR,
        N_("Undo time"),
        N_("How long a check-in can be undone by whoever made it."),
        unit="minutes",
    ),
    "offline_policy": SettingRow(
        SettingKind.CHOICE,
        SettingGroup.DOOR,
        N_("Kiosk offline"),
        N_("What a kiosk without a connection does with people."),
        warned=True,
    ),
    "kiosk_shows_sums": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.DOOR,
        N_("Sums at the kiosk"),
        N_("Whether the kiosk says how much somebody owes; whoever stands behind them reads it too."),
    ),
    "adaptive_faces": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.DOOR,
        N_("Learning faces"),
        N_("Whether the door freshens a face it has surely recognised, as it follows beards and glasses."),
    ),
    "reward_visits": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.REWARDS,
        N_("Visits for a reward"),
        N_("So many counted visits within one plan of months earn a reward; 0: none is given."),
    ),
    "reward_percent": SettingRow(
        SettingKind.PERCENT, SettingGroup.REWARDS, N_("Reward"), N_("What it takes off the next plan.")
    ),
    "reward_days": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.REWARDS,
        N_("Reward lives"),
        N_("So many days a reward can be used."),
        unit="days",
    ),
    "milestones": SettingRow(
        SettingKind.NUMBERS,
        SettingGroup.REWARDS,
        N_("Milestones"),
        N_("Numbers of visits, over all the years, that are celebrated."),
    ),
    "milestone_percent": SettingRow(
        SettingKind.PERCENT,
        SettingGroup.REWARDS,
        N_("Milestone reward"),
        N_("What a milestone takes off the next plan; 0: just congratulations."),
    ),
    "referral_percent": SettingRow(
        SettingKind.PERCENT,
        SettingGroup.REWARDS,
        N_("Referral reward"),
        N_("What a member gets off when a friend has paid the first plan; 0: none is given."),
    ),
    "tell_member_check_in": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.MESSAGES,
        N_("Members: entries"),
        N_("Whether members get a message when they come in."),
    ),
    "tell_desk_check_in": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.MESSAGES,
        N_("Desk: entries"),
        N_("Whether the desk gets a message when somebody comes in."),
    ),
    "tell_desk_denial": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.MESSAGES,
        N_("Desk: refusals"),
        N_("Whether the desk gets a message when somebody is refused."),
    ),
    "sign_answers": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.MESSAGES,
        N_("Sign answers"),
        N_("Whether members read the name of whoever answers what they wrote to the desk."),
    ),
    "quiet_from": SettingRow(
        SettingKind.TIME,
        SettingGroup.MESSAGES,
        N_("Quiet from"),
        N_("From this hour reminders wait; receipts and entries never do. Equal hours: never quiet."),
    ),
    "quiet_until": SettingRow(
        SettingKind.TIME, SettingGroup.MESSAGES, N_("Quiet until"), N_("At this hour reminders go out again.")
    ),
    "digest": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.MESSAGES,
        N_("Desk: the day"),
        N_("Whether the desk is told of the day in numbers at closing."),
    ),
    "digest_at": SettingRow(
        SettingKind.TIME,
        SettingGroup.MESSAGES,
        N_("Closing"),
        N_("At this hour the desk is told of the day; an hour before noon tells of the day before."),
    ),
    "backup_at": SettingRow(
        SettingKind.TIME,
        SettingGroup.BACKUPS,
        N_("Backup at"),
        N_("At this hour of the night the gym is copied; what the night missed is made up for."),
    ),
    "backup_days": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.BACKUPS,
        N_("Backups kept"),
        N_("No backup is kept for longer. It holds what was erased since, so say it to your members."),
        unit="days",
    ),
    "backup_to_chat": SettingRow(
        SettingKind.SWITCH,
        SettingGroup.BACKUPS,
        N_("Backups in chat"),
        N_("Whether backups are also sent, encrypted, to one admin's chat: the copy outside of the house."),
    ),
    "keep_messages_days": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.PRIVACY,
        N_("Messages kept"),
        N_("How long it is remembered what was told to whom; then it is forgotten."),
        unit="days",
    ),
    "keep_trail_years": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.GYM,
        N_("Audit kept"),
        N_("How long it is remembered who did what, in years; 0 keeps all of it."),
        unit="years",
        warned=True,
    ),
    "keep_denials_days": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.PRIVACY,
        N_("Refusals kept"),
        N_("How long it is remembered who was refused at the door; then a refusal only counts."),
        unit="days",
    ),
    "keep_strangers_days": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.PRIVACY,
        N_("Strangers kept"),
        N_("How long the chat of somebody who is no client is remembered."),
        unit="days",
    ),
    "keep_broadcasts_days": SettingRow(
        SettingKind.WHOLE,
        SettingGroup.PRIVACY,
        N_("Broadcasts kept"),
        N_("How long the text of a broadcast is kept once it has been sent."),
        unit="days",
    ),
}
