"""Table of jobs: the service call of each, its interval, and whether missed days are caught up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from gym.approvals.service import ApprovalService
from gym.audit.chain import TrailChain
from gym.audit.chain_key import TrailKeyStore
from gym.core.clock import day_start
from gym.core.language import N_
from gym.debts.reminders import ProductReminders
from gym.faces.enrolment.consent_renewal import ConsentRenewal
from gym.jobs.occasions import Occasions
from gym.jobs.outbox_sweep import sweep_outbox
from gym.jobs.retention import Retention
from gym.notifications.quiet_hours import after_quiet
from gym.privacy.erasure import ErasureService
from gym.reports.digest import DigestService
from gym.reports.letter import LetterService
from gym.reports.rollup.service import MembershipRollupService, MoneyRollupService, VisitRollupService
from gym.rewards.service import RewardService
from gym.settings.schemas import GymSettings
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.reminders import Reminders
from gym.subscriptions.service import SubscriptionService
from gym.transfers.service import ProofService
from gym.unit_of_work import UnitOfWork

QUARTER: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MANY: Final = 20
"""Rounds: of the retention two hundred thousand rows of a kind in a night, of closed months twenty years."""
SHORT: Final = 400
"""Rounds that hold members' rows: of their memberships those of forty thousand people in a night."""


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work; safe to run twice, late, or after a week of downtime."""

    name: str
    work: Callable[[UnitOfWork, date], Awaitable[int]]
    """Is given the gym day on which it really runs: later than `uow.today` while it makes up for a day."""
    title: str
    """What it is called on the *Jobs* screen and in alarms, as a message to be translated."""
    every: timedelta = QUARTER
    by_day: bool = False
    """Missed gym days are made up for, in order, each as of its own noon."""
    rounds: int = 1
    """Transactions of one run at most: another one begins while the last found something to do. Work that can
    pile up for years does so much in each that nobody waits long for its locks."""

    def slot(self, now: datetime, settings: GymSettings) -> datetime:
        """The slot that a moment belongs to; slots are counted from the beginning of the gym day.

        A day has one daily slot, though it may have 25 hours.
        """
        begins = day_start(now.astimezone(settings.zone).date(), settings.zone)
        if self.every >= DAY:
            return begins
        return begins + (now - begins) // self.every * self.every


async def expire(uow: UnitOfWork, _: date) -> int:
    """Subscriptions whose last day is over."""
    return len(await SubscriptionService(uow).expire_due())


async def activate(uow: UnitOfWork, _: date) -> int:
    """Scheduled subscriptions whose first day has come."""
    return len(await SubscriptionService(uow).activate_due())


async def remind(uow: UnitOfWork, today: date) -> int:
    """Members whose plan ends soon, ended or is not paid; products on account; to the desk, an old debt."""
    return await Reminders(uow).remind_due(today) + await ProductReminders(uow).remind_due(today)


async def occasions(uow: UnitOfWork, today: date) -> int:
    """Birthdays, and members who have not come for long."""
    return await Occasions(uow).tell_due(today)


async def announce_prices(uow: UnitOfWork, _: date) -> int:
    """Members whose plan will cost something else."""
    return await Occasions(uow).announce_prices()


async def remind_of_rewards(uow: UnitOfWork, _: date) -> int:
    """Members whose reward is about to expire."""
    return await RewardService(uow).remind_due(after_quiet(uow.now, uow.settings))


async def complete_closings(uow: UnitOfWork, _: date) -> int:
    """Plans that cover a closing of the gym and do not rest yet."""
    return await FreezeService(uow).complete_closings()


async def freeze_ends(uow: UnitOfWork, _: date) -> int:
    """Clients whose freeze ends tomorrow."""
    return await FreezeService(uow).remind_of_ends()


async def renew_consents(uow: UnitOfWork, _: date) -> int:
    """Clients who agreed to an older text about their face."""
    return await ConsentRenewal(uow).ask_due()


async def expire_approvals(uow: UnitOfWork, _: date) -> int:
    """Requests that nobody answered in time."""
    return len(await ApprovalService(uow).expire_due())


async def expire_proofs(uow: UnitOfWork, _: date) -> int:
    """Proofs of payment that nobody answered in time."""
    return await ProofService(uow).expire_due()


async def tell_day(uow: UnitOfWork, today: date) -> int:
    """The day in numbers, for the desk, at closing."""
    return await DigestService(uow).tell_due(today)


async def tell_month(uow: UnitOfWork, _: date) -> int:
    """The month that is over in figures, for the admins, on the 1st."""
    return await LetterService(uow).tell_due()


async def roll_visits(uow: UnitOfWork, _: date) -> int:
    """Months of visits that are over and not counted yet, or had one late or undone."""
    return await VisitRollupService(uow).roll_due()


async def roll_money(uow: UnitOfWork, _: date) -> int:
    """Months of money that are over and not summed yet, or had an entry late."""
    return await MoneyRollupService(uow).roll_due()


async def roll_memberships(uow: UnitOfWork, _: date) -> int:
    """Clients whose periods are not followed yet, or have changed."""
    return await MembershipRollupService(uow).roll_due()


async def sweep(uow: UnitOfWork, _: date) -> int:
    """Messages that nobody has picked up."""
    return await sweep_outbox(uow)


async def erase(uow: UnitOfWork, _: date) -> int:
    """Clients who asked for it a day ago, or an admin for them."""
    return await ErasureService(uow).carry_out_due()


async def seal_trail(uow: UnitOfWork, _: date) -> int:
    """Entries of the audit trail that are finished and not in the hash chain yet."""
    keys = TrailKeyStore(uow.session, uow.secrets.data)
    return await TrailChain(uow.session, keys).seal(uow.context.wall)


async def forget(uow: UnitOfWork, _: date) -> int:
    """Rows whose retention is over."""
    return await Retention(uow).forget_old()


# In this order: a prepaid renewal takes over before anyone is told that a plan has ended.
JOBS: Final = (
    Job("expire", expire, N_("End plans"), by_day=True),
    Job("activate", activate, N_("Start plans"), by_day=True),
    Job("closings", complete_closings, N_("Closings")),
    Job("remind", remind, N_("Reminders"), every=HOUR, by_day=True),
    Job("occasions", occasions, N_("Birthdays, absence"), every=HOUR, by_day=True),
    Job("prices", announce_prices, N_("Price changes"), every=HOUR),
    Job("rewards", remind_of_rewards, N_("Rewards"), every=HOUR),
    Job("freeze_ends", freeze_ends, N_("Freezes"), every=HOUR),
    Job("consents", renew_consents, N_("Face consents"), every=HOUR),
    Job("approvals", expire_approvals, N_("Close old requests")),
    Job("proofs", expire_proofs, N_("Close old proofs of payment")),
    Job("audit_chain", seal_trail, N_("Seal the audit trail")),
    Job("digest", tell_day, N_("The day in figures"), by_day=True),
    Job("letter", tell_month, N_("The month in figures"), every=DAY, by_day=True),
    Job("visit_months", roll_visits, N_("Count visits of past months"), every=DAY, rounds=MANY),
    Job("money_months", roll_money, N_("Sum up money of past months"), every=DAY, rounds=MANY),
    Job(
        "membership_periods",
        roll_memberships,
        N_("Follow memberships for the reports"),
        every=DAY,
        rounds=SHORT,
    ),
    Job("outbox", sweep, N_("Send messages")),
    Job("erasures", erase, N_("Erasures")),
    Job("retention", forget, N_("Clean up"), every=DAY, rounds=MANY),
)
