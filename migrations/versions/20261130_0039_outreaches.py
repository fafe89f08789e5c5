"""Outreach: members who stayed away and were written to or called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.Enum(
        "message", "call", name="outreachkind", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "outreaches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("staff_name", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gym_day", sa.Date(), nullable=False),
        sa.Column("days_away", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("days_away >= 0", name=op.f("ck_outreaches_days_away")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_outreaches_client_id")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_outreaches_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreaches")),
    )
    op.create_index("uq_outreaches_one_a_day", "outreaches", ["client_id", "gym_day"], unique=True)
    op.create_index("ix_outreaches_day", "outreaches", ["gym_day"])


def downgrade() -> None:
    op.drop_table("outreaches")
