"""Indexes by which the audit is searched: who did it, and what."""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_audit_entries_actor": "(actor_id, at)",
    "ix_audit_entries_action": "(action, at)",
}


def upgrade() -> None:
    # Years of trail are written on while these are built. One that was cut short is left invalid, so it is
    # dropped first.
    with op.get_context().autocommit_block():
        for name, of in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON audit_entries {of}")


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, table_name="audit_entries")
