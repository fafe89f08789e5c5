"""Sales of products: their lines, baskets, and what the database itself wants of a sale.

A sale to nobody is paid when it commits, for nobody could be asked for the rest. A sale that was taken back
holds no money, owes nothing, and has every piece back, once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# Deferred: within a transaction a sale is charged before it is paid, and its payments are void before its pieces
# are back. Each reads the account as it stands when the transaction commits.
NOBODY = """
CREATE FUNCTION gym_sale_to_nobody_is_paid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts WHERE id = NEW.id AND balance > 0) THEN
        RAISE EXCEPTION 'a sale to nobody is paid in full'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_sale_to_nobody';
    END IF;
    RETURN NULL;
END $$
"""
NOBODY_IS_PAID = """
CREATE CONSTRAINT TRIGGER sale_to_nobody AFTER INSERT OR UPDATE OF balance ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind = 'sale' AND NEW.client_id IS NULL AND NEW.balance > 0)
    EXECUTE FUNCTION gym_sale_to_nobody_is_paid()
"""
WHOLE = """
CREATE FUNCTION gym_sale_comes_back_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held numeric;
BEGIN
    SELECT sum(CASE WHEN kind = 'payment' THEN amount WHEN kind IN ('void', 'refund') THEN -amount END)
        INTO held FROM ledger_entries WHERE account_id = NEW.account_id;
    IF held <> 0 OR EXISTS (SELECT FROM accounts WHERE id = NEW.account_id AND balance > 0) OR EXISTS (
        SELECT FROM sale_lines line WHERE line.sale_id = NEW.id AND line.pieces <> (
            SELECT coalesce(sum(quantity), 0) FROM stock_movements back
            WHERE back.sale_line_id = line.id AND back.kind = 'return')
    ) THEN
        RAISE EXCEPTION 'a sale that was taken back holds nothing and owes nothing'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_comes_back_whole';
    END IF;
    RETURN NULL;
END $$
"""
IS_WHOLE = """
CREATE CONSTRAINT TRIGGER comes_back_whole AFTER INSERT OR UPDATE OF returned_at ON sales
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.returned_at IS NOT NULL)
    EXECUTE FUNCTION gym_sale_comes_back_whole()
"""


def upgrade() -> None:
    _sales()
    _lines()
    _baskets()
    op.add_column("stock_movements", sa.Column("sale_line_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_stock_movements_sale_line_id"), "stock_movements", "sale_lines", ["sale_line_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_stock_movements_of_sale"),
        "stock_movements",
        "(kind IN ('sale', 'return')) = (sale_line_id IS NOT NULL)",
    )
    op.create_index("uq_stock_movements_once", "stock_movements", ["sale_line_id", "kind"], unique=True)
    for statement in (NOBODY, NOBODY_IS_PAID, WHOLE, IS_WHOLE):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER sale_to_nobody ON accounts")
    op.execute("DROP FUNCTION gym_sale_to_nobody_is_paid()")
    op.drop_index("uq_stock_movements_once", "stock_movements")
    op.drop_constraint(op.f("ck_stock_movements_of_sale"), "stock_movements", type_="check")
    op.drop_column("stock_movements", "sale_line_id")
    for table in ("basket_lines", "sale_baskets", "sale_lines", "sales"):
        op.drop_table(table)
    op.execute("DROP FUNCTION gym_sale_comes_back_whole()")


def _sales() -> None:
    op.create_table(
        "sales",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sold_by", sa.Uuid(), nullable=True),
        sa.Column("seller_name", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gym_day", sa.Date(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by", sa.Uuid(), nullable=True),
        sa.Column("return_reason", sa.String(length=300), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(returned_at IS NULL) = (return_reason IS NULL)", name=op.f("ck_sales_returned")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sales_account_id")),
        sa.ForeignKeyConstraint(
            ["sold_by"], ["staff.id"], name=op.f("fk_sales_sold_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["returned_by"], ["staff.id"], name=op.f("fk_sales_returned_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales")),
        sa.UniqueConstraint("account_id", name=op.f("uq_sales_account_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_sales_idempotency_key")),
    )
    op.create_index("ix_sales_day", "sales", ["gym_day"])


def _lines() -> None:
    op.create_table(
        "sale_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_sale_lines_pieces")),
        sa.CheckConstraint("unit_price > 0", name=op.f("ck_sale_lines_unit_price")),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_sale_lines_sale_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_sale_lines_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_lines")),
        sa.UniqueConstraint("sale_id", "product_id", name=op.f("uq_sale_lines_sale_id_product_id")),
    )
    op.create_index("ix_sale_lines_product", "sale_lines", ["product_id"])


def _baskets() -> None:
    op.create_table(
        "sale_baskets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_sale_baskets_staff_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_sale_baskets_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_baskets")),
    )
    op.create_index(op.f("ix_sale_baskets_client_id"), "sale_baskets", ["client_id"])
    op.create_index("ix_sale_baskets_made", "sale_baskets", ["made_at"])
    op.create_table(
        "basket_lines",
        sa.Column("basket_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_basket_lines_pieces")),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["sale_baskets.id"], name=op.f("fk_basket_lines_basket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_basket_lines_product_id")),
        sa.PrimaryKeyConstraint("basket_id", "product_id", name=op.f("pk_basket_lines")),
    )
