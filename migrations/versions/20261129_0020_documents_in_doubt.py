"""Two more document types; a mark on documents that an earlier release may have read wrongly.

`cédula 1020309991` had become CE DULA1020309991, `PPT 123` PP T123, and a spreadsheet's `1020309993.0`
CC 10203099930: no Colombian citizen's number has nine or eleven digits. Nothing is changed; an admin is asked
of each one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CHECK = "ck_clients_documenttype"
BEFORE = "document_type IN ('CC', 'TI', 'CE', 'PP')"
AFTER = "document_type IN ('CC', 'TI', 'CE', 'PP', 'PPT', 'ID')"
MARK = """
UPDATE clients SET document_in_doubt = true
WHERE (document_type IN ('CE', 'PP') AND document_type || document_number ~ '^(CEDULA|PPT[0-9])')
    OR (document_type = 'CC' AND document_number ~ '^([1-9][0-9]{7}|1[0-9]{9})0$')
"""


def upgrade() -> None:
    op.execute(f"ALTER TABLE clients DROP CONSTRAINT IF EXISTS {CHECK}")
    op.execute(f"ALTER TABLE clients ADD CONSTRAINT {CHECK} CHECK ({AFTER}) NOT VALID")
    op.execute(f"ALTER TABLE clients VALIDATE CONSTRAINT {CHECK}")
    op.add_column(
        "clients",
        sa.Column("document_in_doubt", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(MARK)


def downgrade() -> None:
    op.drop_column("clients", "document_in_doubt")
    op.execute(f"ALTER TABLE clients DROP CONSTRAINT IF EXISTS {CHECK}")
    op.execute(f"ALTER TABLE clients ADD CONSTRAINT {CHECK} CHECK ({BEFORE}) NOT VALID")
