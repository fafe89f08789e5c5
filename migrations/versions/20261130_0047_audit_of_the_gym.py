"""An index by which the audit is searched for what the gym did itself."""

from __future__ import annotations

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

NAME = "ix_audit_entries_system"


def upgrade() -> None:
    # Years of trail are written on while it is built. One that was cut short is left invalid, so it is dropped
    # first.
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")
        op.execute(f"CREATE INDEX CONCURRENTLY {NAME} ON audit_entries (at) WHERE actor_kind = 'system'")


def downgrade() -> None:
    op.drop_index(NAME, table_name="audit_entries")
