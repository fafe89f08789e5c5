"""Requests for write-offs among the kinds of approvals."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

CHECK = "ck_approvals_approvalkind"
BEFORE = "kind IN ('discount', 'void', 'refund', 'freeze')"
AFTER = "kind IN ('discount', 'void', 'refund', 'freeze', 'write_off')"


def upgrade() -> None:
    op.execute(f"ALTER TABLE approvals DROP CONSTRAINT IF EXISTS {CHECK}")
    # One transaction with its VALIDATE: nobody writes there until the old rows were looked at.
    op.execute(f"ALTER TABLE approvals ADD CONSTRAINT {CHECK} CHECK ({AFTER}) NOT VALID")
    op.execute(f"ALTER TABLE approvals VALIDATE CONSTRAINT {CHECK}")


def downgrade() -> None:
    # Requests to write a debt off have no place in the older gym; the ledger keeps what was written off.
    op.execute("DELETE FROM approvals WHERE kind = 'write_off'")
    op.execute(f"ALTER TABLE approvals DROP CONSTRAINT IF EXISTS {CHECK}")
    op.execute(f"ALTER TABLE approvals ADD CONSTRAINT {CHECK} CHECK ({BEFORE}) NOT VALID")
