"""Index of refusals whose client was let in all the same."""

from __future__ import annotations

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

INDEX = "ix_check_ins_denied_let_in"


def upgrade() -> None:
    # Over years of visits an ordinary index would close the door while it is built. One that was cut short is
    # left invalid, so it is dropped first.
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")
        op.execute(
            f"CREATE INDEX CONCURRENTLY {INDEX} ON check_ins (gym_day, code)"
            " WHERE outcome = 'denied' AND override_reason IS NOT NULL"
        )


def downgrade() -> None:
    op.drop_index(INDEX, "check_ins")
