"""A client may have a card, key fob or code that the gym had before; its number is one client's.

A column without a default and a unique key over nothing but NULLs: neither rewrites the table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("card_number", sa.String(length=40), nullable=True))
    op.create_unique_constraint(op.f("uq_clients_card_number"), "clients", ["card_number"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_clients_card_number"), "clients", type_="unique")
    op.drop_column("clients", "card_number")
