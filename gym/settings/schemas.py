"""The gym's settings that admins change without a restart, with defaults and limits."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from gym.core.config import Config
from gym.core.language import Translator
from gym.core.money import CENT, LARGEST, largest_smallest, usual_smallest
from gym.core.reading.conventions import Conventions
from gym.core.values.locales import Currency, Language, Zone
from gym.core.values.texts import Heading


class Reentry(StrEnum):
    """Policy for a second entry on the same gym day."""

    UNCOUNTED = "uncounted"
    DENY = "deny"


class OfflinePolicy(StrEnum):
    """Policy of an offline kiosk."""

    RECORD_ONLY = "record_only"
    ADMIT = "admit"


class KeptFor(StrEnum):
    """What is kept for as many days as the gym wants, by the name of the setting."""

    MESSAGES = "keep_messages_days"
    DENIALS = "keep_denials_days"
    STRANGERS = "keep_strangers_days"
    BROADCASTS = "keep_broadcasts_days"


class GymSettings(BaseModel):
    """The gym's settings; the environment gives the first four their first values."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Heading = Field("PowerGym", min_length=1, max_length=80)
    timezone: Zone = "America/Bogota"
    currency: Currency = "COP"
    language: Language = "en"
    bot_username: str | None = None
    """Learnt from Telegram whenever the bot connects; deep links are made with it. None until then: any name
    that was guessed may be somebody else's bot, which would then be handed the gym's one-time links."""
    bot_id: int | None = None
    """Whose name that is; a token begins with it."""
    opening_hours: str = Field("", max_length=200)
    street_address: str = Field("", max_length=200)
    """Told, as `opening_hours`, to whoever writes to the bot."""
    tell_prices: bool = False
    """Whether strangers who write to the bot read the prices of plans."""
    phone_region: str = Field("CO", pattern=r"^[A-Z]{2}$")
    web_address: str = Field("", max_length=200)
    """Where people reach this gym's own pages, when that is not the address the program itself serves."""

    bank_accounts: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = Field((), max_length=12)
    """Where transfers may go; asked for at a transfer as soon as there is one."""
    receipt_footer: str = Field("", max_length=300)
    tax_number: str = Field("", max_length=40)
    """As the accountant's sheet has it; a NIT in Colombia."""
    tax_percent: Decimal = Field(Decimal(0), ge=0, le=100)
    """What of the prices is tax: they hold it."""

    employee_discount_percent: Decimal = Field(Decimal(10), ge=0, le=100)
    smallest_amount: Decimal = Field(
        default_factory=lambda given: usual_smallest(given.get("currency", "COP")), ge=CENT
    )
    """What is computed is rounded to multiples of it, and what is less is not asked for."""
    grace_days: int = Field(0, ge=0, le=60)
    grace_amount: Decimal = Field(Decimal(0), ge=0, le=LARGEST)
    closed_debt_denies: bool = False
    reentry: Reentry = Reentry.UNCOUNTED
    card_passback_minutes: int = Field(10, ge=0, le=240)
    check_out: bool = False
    """Whether people check out; without it somebody counts as inside for `stay_minutes`."""
    stay_minutes: int = Field(120, ge=10, le=720)
    reward_visits: int = Field(20, ge=0, le=31)
    """Counted visits within one subscription of months that earn a reward; 0 for none."""
    reward_percent: Decimal = Field(Decimal(20), ge=0, le=100)
    reward_days: int = Field(7, ge=1, le=365)
    milestones: tuple[Annotated[int, Field(ge=1, le=100_000)], ...] = Field((50, 100, 365), max_length=12)
    milestone_percent: Decimal = Field(Decimal(0), ge=0, le=100)
    """What a milestone earns; 0 for congratulations only."""
    referral_percent: Decimal = Field(Decimal(0), ge=0, le=100)
    """What a member gets when a friend has paid the first period; 0 for none."""
    approval_hours: int = Field(24, ge=1, le=168)
    proof_hours: int = Field(72, ge=4, le=336)
    """So long a proof of payment waits for an answer."""
    undo_minutes: int = Field(10, ge=0, le=240)
    offline_policy: OfflinePolicy = OfflinePolicy.RECORD_ONLY
    kiosk_shows_sums: bool = False
    adaptive_faces: bool = False
    """Whether the door freshens a face it has surely recognised, once a week at most."""
    tell_member_check_in: bool = True
    tell_desk_check_in: bool = False
    tell_desk_denial: bool = True
    sign_answers: bool = False
    """Whether members read who of the team has answered them."""
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    digest: bool = True
    digest_at: time = time(21)
    """When the desk is told of the day; before noon it is told of the day before."""
    backup_at: time = time(3, 30)
    backup_days: int = Field(30, ge=7, le=365)
    """No backup is kept for longer: it holds what was erased since."""
    backup_to_chat: bool = True
    backup_staff_id: UUID | None = None
    """Whose chat the parts go to; None: the first admin who has one."""
    keep_messages_days: int = Field(90, ge=30, le=730)
    """So long the record of a message that has left is kept."""
    keep_trail_years: int = Field(0, ge=0, le=50)
    """So long the audit trail is kept; 0 for ever."""
    keep_denials_days: int = Field(90, ge=7, le=365)
    """So long a refusal at the door is somebody's; then it only counts."""
    keep_strangers_days: int = Field(30, ge=1, le=365)
    """So long the chat of somebody who is no client is remembered."""
    keep_broadcasts_days: int = Field(365, ge=30, le=1825)

    @field_validator("smallest_amount")
    @classmethod
    def _is_small(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        """Debts below it are forgiven, so a stored one that is too large gives way to the usual one."""
        currency = info.data.get("currency")
        if currency is None or value > largest_smallest(currency):
            raise ValueError("more than twenty of the smallest coins")
        return value

    def kept_for(self, what: KeptFor) -> timedelta:
        days: int = getattr(self, what.value)
        return timedelta(days=days)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def overlooked(self) -> Decimal:
        """The largest debt that denies nobody entry."""
        return max(self.grace_amount, self.smallest_amount - CENT)

    def translator(self, language: str | None = None) -> Translator:
        """A translator that writes this gym's money and time."""
        return Translator(language or self.language, currency=self.currency, timezone=self.timezone)

    def conventions(self, language: str | None = None) -> Conventions:
        """How whoever has that language writes money and days at this gym."""
        return Conventions(language or self.language, self.currency, self.phone_region)


def first_settings(config: Config) -> dict[str, str]:
    """What the environment says of the gym, before an admin changes it in chat."""
    region = {"EUR": "ES", "NZD": "NZ", "USD": "US"}.get(config.gym_currency, config.gym_currency[:2])
    return {
        "name": config.gym_name,
        "timezone": config.gym_timezone,
        "currency": config.gym_currency,
        "language": config.gym_language,
        "phone_region": region,
    }
