"""How much of the money that left twice an admin has accepted as lost, by account."""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

CHECK = "ck_accounts_loss_accepted"


def upgrade() -> None:
    # A nullable column without a default writes no row; the check reads each account once, with the table shut.
    op.execute("ALTER TABLE accounts ADD COLUMN loss_accepted numeric(12, 2)")
    op.execute(f"ALTER TABLE accounts ADD CONSTRAINT {CHECK} CHECK (loss_accepted > 0) NOT VALID")
    op.execute(f"ALTER TABLE accounts VALIDATE CONSTRAINT {CHECK}")


def downgrade() -> None:
    # Accepted losses are listed again; the audit keeps who accepted them.
    op.execute("ALTER TABLE accounts DROP COLUMN loss_accepted")
