"""Requests for freezes beyond the plan among the kinds of approvals."""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

CHECK = "ck_approvals_approvalkind"
BEFORE = "kind IN ('discount', 'void', 'refund', 'freeze', 'write_off')"
AFTER = "kind IN ('discount', 'void', 'refund', 'freeze', 'write_off', 'long_freeze')"


def upgrade() -> None:
    op.execute(f"ALTER TABLE approvals DROP CONSTRAINT IF EXISTS {CHECK}")
    # One transaction with its VALIDATE: nobody writes there until the old rows were looked at.
    op.execute(f"ALTER TABLE approvals ADD CONSTRAINT {CHECK} CHECK ({AFTER}) NOT VALID")
    op.execute(f"ALTER TABLE approvals VALIDATE CONSTRAINT {CHECK}")


def downgrade() -> None:
    # Requests for a longer freeze have no place in the older gym; the freezes that were granted stay.
    op.execute("DELETE FROM approvals WHERE kind = 'long_freeze'")
    op.execute(f"ALTER TABLE approvals DROP CONSTRAINT IF EXISTS {CHECK}")
    op.execute(f"ALTER TABLE approvals ADD CONSTRAINT {CHECK} CHECK ({BEFORE}) NOT VALID")
