"""Months of money that are summed already are reopened by an entry that is written as of a day of theirs.

An entry of a job that makes up a missed day has that day's own time, so that its time says nothing of being late.
"""

from __future__ import annotations

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

MARK = """
CREATE FUNCTION gym_reopen_summed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reopened_money_months (month)
    SELECT month FROM rolled_money_months WHERE month = date_trunc('month', CAST(NEW.gym_day AS timestamp));
    RETURN NULL;
END $$
"""
# The others, late by their own time, are marked by `reopen_money`, whether their month is summed yet or being summed.
ARRIVED = """
CREATE TRIGGER reopen_summed_money AFTER INSERT ON ledger_entries FOR EACH ROW
    WHEN (NEW.gym_day >= CAST(timezone('UTC', NEW.at) AS date) - 1) EXECUTE FUNCTION gym_reopen_summed()
"""


def upgrade() -> None:
    op.execute(MARK)
    op.execute(ARRIVED)


def downgrade() -> None:
    op.execute("DROP TRIGGER reopen_summed_money ON ledger_entries")
    op.execute("DROP FUNCTION gym_reopen_summed()")
