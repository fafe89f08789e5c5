"""One-time links to the page that makes the backups' pass-phrase."""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

NAME = "ck_one_time_links_linkpurpose"
BEFORE = ("claim_gym", "invite_staff", "link_client", "set_password")


def upgrade() -> None:
    _purposes([*BEFORE, "make_passphrase"])


def downgrade() -> None:
    op.execute("DELETE FROM one_time_links WHERE purpose = 'make_passphrase'")
    _purposes(BEFORE)


def _purposes(names: Sequence[str]) -> None:
    """What a link may be for. Links end within days, so there are few rows to look at."""
    listed = ", ".join(f"'{name}'" for name in names)
    op.execute(f"ALTER TABLE one_time_links DROP CONSTRAINT {NAME}")
    op.execute(f"ALTER TABLE one_time_links ADD CONSTRAINT {NAME} CHECK (purpose IN ({listed})) NOT VALID")
    op.execute(f"ALTER TABLE one_time_links VALIDATE CONSTRAINT {NAME}")
