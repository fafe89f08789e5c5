"""Products, their dated prices, and append-only stock movements whose sums a trigger keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

MONEY = sa.Numeric(precision=12, scale=2)
UNIT_COST = sa.Numeric(precision=14, scale=4)

# The quantity moves with its movements and in no other way; CHECK (quantity >= 0) does the rest. What comes in
# is averaged with what is there by its cost; what goes out leaves the average as it is.
MOVE = """
CREATE FUNCTION gym_move_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE products SET
        average_cost = CASE WHEN NEW.quantity > 0
            THEN round((quantity * average_cost + NEW.quantity * NEW.unit_cost) / (quantity + NEW.quantity), 4)
            ELSE average_cost END,
        quantity = quantity + NEW.quantity
    WHERE id = NEW.product_id;
    RETURN NULL;
END $$
"""
MOVES = """
CREATE TRIGGER move_stock AFTER INSERT ON stock_movements
    FOR EACH ROW EXECUTE FUNCTION gym_move_stock()
"""
DERIVED = """
CREATE FUNCTION gym_stock_is_derived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 AND (TG_OP = 'UPDATE' OR NEW.quantity <> 0 OR NEW.average_cost <> 0) THEN
        RAISE EXCEPTION 'a quantity is the sum of its movements'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'products_stock_is_derived';
    END IF;
    RETURN NEW;
END $$
"""
IS_DERIVED = """
CREATE TRIGGER stock_is_derived BEFORE INSERT OR UPDATE OF quantity, average_cost ON products
    FOR EACH ROW EXECUTE FUNCTION gym_stock_is_derived()
"""
APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON stock_movements
    FOR EACH ROW EXECUTE FUNCTION gym_append_only()
"""
APPEND_ONLY_ALL = """
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON stock_movements
    FOR EACH STATEMENT EXECUTE FUNCTION gym_append_only()
"""


def upgrade() -> None:
    _products()
    _prices()
    _movements()
    for statement in (MOVE, MOVES, DERIVED, IS_DERIVED, APPEND_ONLY, APPEND_ONLY_ALL):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("stock_movements")
    op.drop_table("product_prices")
    op.drop_table("products")
    op.execute("DROP FUNCTION gym_move_stock()")
    op.execute("DROP FUNCTION gym_stock_is_derived()")


def _products() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sku", sa.String(length=40), nullable=True),
        sa.Column("barcode", sa.String(length=64), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("tax_percent", sa.Numeric(precision=5, scale=2), server_default="0", nullable=False),
        sa.Column("minimum", sa.Integer(), server_default="0", nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), server_default="0", nullable=False),
        sa.Column("average_cost", UNIT_COST, server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_products_quantity")),
        sa.CheckConstraint("average_cost >= 0", name=op.f("ck_products_average_cost")),
        sa.CheckConstraint("tax_percent BETWEEN 0 AND 100", name=op.f("ck_products_tax")),
        sa.CheckConstraint(
            "minimum >= 0 AND (maximum IS NULL OR maximum >= minimum)", name=op.f("ck_products_marks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("barcode", name=op.f("uq_products_barcode")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_products_idempotency_key")),
        sa.UniqueConstraint("sku", name=op.f("uq_products_sku")),
    )
    op.create_index("uq_products_name", "products", [sa.text("lower(name)")], unique=True)


def _prices() -> None:
    op.create_table(
        "product_prices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_product_prices_amount")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_product_prices_range")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_prices_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_prices")),
        postgresql.ExcludeConstraint(
            (sa.column("product_id"), "="),
            (sa.text("daterange(valid_from, valid_until)"), "&&"),
            name="ex_product_prices_one_at_a_time",
            using="gist",
            deferrable=True,
        ),
    )
    op.create_index(op.f("ix_product_prices_product_id"), "product_prices", ["product_id"])


def _movements() -> None:
    kind = sa.Enum(
        "purchase",
        "sale",
        "loss",
        "correction",
        "return",
        name="stockmovementkind",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_cost", UNIT_COST, nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("staff_name", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gym_day", sa.Date(), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_movements_quantity")),
        sa.CheckConstraint(
            "kind NOT IN ('purchase', 'return') OR quantity > 0", name=op.f("ck_stock_movements_comes_in")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('sale', 'loss') OR quantity < 0", name=op.f("ck_stock_movements_goes_out")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('loss', 'correction') OR reason IS NOT NULL",
            name=op.f("ck_stock_movements_reason"),
        ),
        sa.CheckConstraint("unit_cost >= 0", name=op.f("ck_stock_movements_unit_cost")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_stock_movements_product_id")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_stock_movements_staff_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_stock_movements_idempotency_key")),
    )
    op.create_index("ix_stock_movements_product", "stock_movements", ["product_id", "at"])
    op.create_index("ix_stock_movements_day", "stock_movements", ["gym_day", "kind"])
