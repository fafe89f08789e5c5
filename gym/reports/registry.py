"""Registry of reports: one row each, in the order of the home screen."""

from __future__ import annotations

from typing import Final

from gym.reports.definition import ReportDefinition, ReportNotFound
from gym.reports.door.risk import RISK
from gym.reports.door.visits import DOOR
from gym.reports.membership.cohorts import COHORTS
from gym.reports.membership.coming import COMING
from gym.reports.membership.monthly import MONTHLY
from gym.reports.membership.plans import PLANS
from gym.reports.membership.renewed import RENEWALS
from gym.reports.money.debts import DEBTS
from gym.reports.money.received import MONEY
from gym.reports.money.taxes import TAXES
from gym.reports.stock.report import STOCK
from gym.reports.team.report import TEAM

REPORTS: Final[tuple[ReportDefinition, ...]] = (
    MONEY,
    DEBTS,
    COMING,
    RENEWALS,
    PLANS,
    MONTHLY,
    COHORTS,
    DOOR,
    STOCK,
    TEAM,
    RISK,
    TAXES,
)
BY_NAME: Final = {one.name: one for one in REPORTS}


def require_report(name: str) -> ReportDefinition:
    """Raises `ReportNotFound`."""
    found = BY_NAME.get(name)
    if found is None:
        raise ReportNotFound
    return found
