"""Payment keys, quotes for a transfer, and proofs of payment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

MONEY = sa.Numeric(precision=12, scale=2)
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Three empty tables: the foreign keys hold the referred ones for an instant, and nothing is read.
    _keys()
    _quotes()
    _proofs()


def downgrade() -> None:
    # What was paid stays in the ledger.
    op.drop_table("payment_proofs")
    op.drop_table("transfer_quotes")
    op.drop_table("payment_keys")


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _keys() -> None:
    kind = _words("paymentkeykind", "bre_b", "nequi", "daviplata", "pix", "bizum", "iban", "other")
    op.create_table(
        "payment_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("shown", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_keys")),
    )
    op.create_index("uq_payment_keys_value", "payment_keys", ["kind", "value"], unique=True)


def _quotes() -> None:
    op.create_table(
        "transfer_quotes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("plan_name", sa.String(length=80), nullable=True),
        sa.Column("price", MONEY, nullable=True),
        sa.Column("reward_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("debts", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("key_label", sa.String(length=60), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("holds_until", WHEN, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfer_quotes_amount")),
        sa.CheckConstraint("(plan_id IS NULL) = (price IS NULL)", name=op.f("ck_transfer_quotes_plan")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_transfer_quotes_client_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_transfer_quotes_plan_id")),
        sa.ForeignKeyConstraint(
            ["reward_id"], ["rewards.id"], name=op.f("fk_transfer_quotes_reward_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["payment_keys.id"], name=op.f("fk_transfer_quotes_key_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_quotes")),
        sa.UniqueConstraint("reference", name=op.f("uq_transfer_quotes_reference")),
    )
    op.create_index(op.f("ix_transfer_quotes_client_id"), "transfer_quotes", ["client_id"])


def _proofs() -> None:
    kind = _words("proofkind", "picture", "document", "number")
    state = _words("proofstate", "open", "approved", "rejected", "expired", "replaced")
    op.create_table(
        "payment_proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("file_id", sa.String(length=200), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("expected", MONEY, nullable=False),
        sa.Column("sent_at", WHEN, nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.Column("booked", MONEY, nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=160), nullable=True),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", WHEN, nullable=True),
        sa.CheckConstraint(
            "(state IN ('approved', 'rejected')) = (decided_at IS NOT NULL)",
            name=op.f("ck_payment_proofs_decided"),
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (booked IS NOT NULL)", name=op.f("ck_payment_proofs_booked")
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR state = 'approved'", name=op.f("ck_payment_proofs_confirmed")
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["transfer_quotes.id"], name=op.f("fk_payment_proofs_quote_id")
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_payment_proofs_client_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entries.id"], name=op.f("fk_payment_proofs_entry_id")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_payment_proofs_decided_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["staff.id"], name=op.f("fk_payment_proofs_confirmed_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_proofs")),
    )
    for column in ("quote_id", "client_id", "digest", "number"):
        op.create_index(op.f(f"ix_payment_proofs_{column}"), "payment_proofs", [column])
    for name, column, which, unique in (
        ("uq_payment_proofs_open", "quote_id", "state = 'open'", True),
        ("uq_payment_proofs_approved", "quote_id", "state = 'approved'", True),
        ("ix_payment_proofs_expiring", "expires_at", "state = 'open'", False),
        ("ix_payment_proofs_unconfirmed", "decided_by", "state = 'approved' AND confirmed_at IS NULL", False),
    ):
        op.create_index(name, "payment_proofs", [column], unique=unique, postgresql_where=sa.text(which))
